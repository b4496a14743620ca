/**
 * Writes values in every form that the RDB format has had, for tests that read them: straight from the layouts, with
 * nothing of the product's but the checksum.
 */

import { Crc64 } from "../../src/base/crc64.ts";

export type Text = string | Buffer;

/** A dump: the number of the form, its parts, and the footer. */
export function dumpOf(form: number, ...parts: Buffer[]): Buffer {
  return sealed(Buffer.concat([Buffer.of(form), ...parts]));
}

/** A body with the footer of a version, and the right checksum. */
export function sealed(body: Buffer, version = 10): Buffer {
  const dump = Buffer.concat([body, u16(version), Buffer.alloc(8)]);
  const crc = new Crc64();
  crc.update(dump, 0, dump.length - 8);
  crc.writeTo(dump, dump.length - 8);
  return dump;
}

/** A dump without its footer. */
export function bodyOf(dump: Buffer): Buffer {
  return dump.subarray(0, -10);
}

/** A number in its shortest form, or in that of 32 or 64 bits. */
export function number(value: number, bits: 0 | 32 | 64 = 0): Buffer {
  if (bits === 64) return Buffer.concat([Buffer.of(0x81), u32be(Math.floor(value / 2 ** 32)), u32be(value)]);
  if (bits === 0 && value < 64) return Buffer.of(value);
  if (bits === 0 && value < 16_384) return Buffer.of(0x40 | (value >> 8), value & 0xff);
  return Buffer.concat([Buffer.of(0x80), u32be(value)]);
}

/** A string as it is. */
export function raw(text: Text): Buffer {
  const bytes = bytesOf(text);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** An integer in place of its digits. */
export function integer(value: number, bytes: 1 | 2 | 4): Buffer {
  const encoded = Buffer.alloc(1 + bytes);
  encoded[0] = 0xc0 | (bytes >> 1);
  encoded.writeIntLE(value, 1, bytes);
  return encoded;
}

/** A string that pretends to be compressed: literals only. */
export function compressed(text: Text, length?: number): Buffer {
  const bytes = bytesOf(text);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 32) {
    const piece = bytes.subarray(at, at + 32);
    pieces.push(Buffer.of(piece.length - 1), piece);
  }
  const literals = Buffer.concat(pieces);
  return Buffer.concat([Buffer.of(0xc3), number(literals.length), number(length ?? bytes.length), literals]);
}

export function binaryDouble(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** A score behind its length; NaN and the infinities have lengths of their own. */
export function textDouble(value: number | string): Buffer {
  if (value === Number.POSITIVE_INFINITY) return Buffer.of(254);
  if (value === Number.NEGATIVE_INFINITY) return Buffer.of(255);
  if (Number.isNaN(value)) return Buffer.of(253);
  const text = String(value);
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
}

/** What an entry or element holds: texts are kept as strings, numbers as integers. */
export type Item = Text | number | bigint;

/** A listpack whose texts stay texts, even if they are numbers. */
export function listpack(items: readonly Item[], count = items.length): Buffer {
  const elements = Buffer.concat(items.map(listpackElement));
  return Buffer.concat([u32(elements.length + 7), u16(Math.min(count, 0xffff)), elements, Buffer.of(0xff)]);
}

function listpackElement(item: Item): Buffer {
  const body =
    typeof item === "object" || typeof item === "string" ? listpackString(item) : listpackInteger(item);
  return Buffer.concat([body, backLength(body.length)]);
}

function listpackString(text: Text): Buffer {
  const bytes = bytesOf(text);
  if (bytes.length < 64) return Buffer.concat([Buffer.of(0x80 | bytes.length), bytes]);
  if (bytes.length < 4096)
    return Buffer.concat([Buffer.of(0xe0 | (bytes.length >> 8), bytes.length & 0xff), bytes]);
  return Buffer.concat([Buffer.of(0xf0), u32(bytes.length), bytes]);
}

/** Always in 64 bits, which no server chooses for a small one. */
function listpackInteger(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xf4;
  bytes.writeBigInt64LE(BigInt(value), 1);
  return bytes;
}

function backLength(body: number): Buffer {
  const digits: number[] = [];
  for (let rest = body; digits.length === 0 || rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(rest % 128);
  return Buffer.from(digits.map((digit, i) => (i === 0 ? digit : digit | 128)));
}

/** The forms of integers in a ziplist: head and number of bytes. */
const ZIPLIST_INTEGERS: readonly [bits: bigint, head: number][] = [
  [8n, 0xfe],
  [16n, 0xc0],
  [24n, 0xf0],
  [32n, 0xd0],
  [64n, 0xe0],
];

export function ziplist(items: readonly Item[], count = items.length): Buffer {
  const entries: Buffer[] = [];
  let last = 0;
  for (const item of items) {
    const previous = last < 254 ? Buffer.of(last) : Buffer.concat([Buffer.of(254), u32(last)]);
    const entry = Buffer.concat([previous, ziplistBody(item)]);
    entries.push(entry);
    last = entry.length;
  }
  const body = Buffer.concat(entries);
  const tail = 10 + body.length - last;
  return Buffer.concat([u32(body.length + 11), u32(tail), u16(count), body, Buffer.of(0xff)]);
}

function ziplistBody(item: Item): Buffer {
  if (typeof item === "number" || typeof item === "bigint") return ziplistInteger(BigInt(item));
  const bytes = bytesOf(item);
  if (bytes.length < 64) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  if (bytes.length < 16_384)
    return Buffer.concat([Buffer.of(0x40 | (bytes.length >> 8), bytes.length & 0xff), bytes]);
  return Buffer.concat([Buffer.of(0x80), u32be(bytes.length), bytes]);
}

function ziplistInteger(value: bigint): Buffer {
  if (value >= 0n && value <= 12n) return Buffer.of(0xf1 + Number(value));
  const [bits, head] = ZIPLIST_INTEGERS.find(([width]) => BigInt.asIntN(Number(width), value) === value) as [
    bigint,
    number,
  ];
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return Buffer.concat([Buffer.of(head), bytes.subarray(0, Number(bits) / 8)]);
}

/** Fields and values in turn; each value is followed by `free` bytes of nothing. */
export function zipmap(items: readonly Text[], free = 0, count = items.length / 2): Buffer {
  const parts = items.map((item, i) => {
    const bytes = bytesOf(item);
    const length =
      bytes.length < 254 ? Buffer.of(bytes.length) : Buffer.concat([Buffer.of(254), u32(bytes.length)]);
    if (i % 2 === 0) return Buffer.concat([length, bytes]);
    return Buffer.concat([length, Buffer.of(free), bytes, Buffer.alloc(free, 0x2e)]);
  });
  return Buffer.concat([Buffer.of(Math.min(count, 254)), ...parts, Buffer.of(0xff)]);
}

export function intset(values: readonly (number | bigint)[], width: number, count = values.length): Buffer {
  const integers = values.map((value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes.subarray(0, width);
  });
  return Buffer.concat([u32(width), u32(count), ...integers]);
}

function bytesOf(text: Text): Buffer {
  return typeof text === "string" ? Buffer.from(text, "latin1") : text;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u32be(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value % 2 ** 32);
  return bytes;
}
