/**
 * Packed sequences: elements side by side in a range of bytes, each an integer or a string. Small collections
 * and the chunks of lists are made of them. The range has no head of its own: where it starts and ends, and how
 * many elements are in it, is known to whoever keeps it.
 *
 * An element is written as in Redis' listpack (antirez/listpack, "listpack specification"), so that DUMP needs
 * no conversion:
 *
 *     | encoding and length | string bytes or integer, little-endian | back length |
 *
 *     0xxxxxxx                  integer 0 to 127
 *     10xxxxxx                  string of up to 63 bytes
 *     110xxxxx xxxxxxxx         integer of 13 bits, signed
 *     1110xxxx xxxxxxxx         string of up to 4,095 bytes
 *     11110000 and 4 bytes      string of that many bytes
 *     11110001 to 11110100      integer of 16, 24, 32 or 64 bits
 *
 * The back length is the number of bytes before it in 7-bit digits, the highest first, and all but the first
 * with the top bit set: it is read backwards, to walk from the end. A text that is a canonical integer is kept
 * as an integer and reads back as the same text.
 */

import { copyBytes, equalBytes } from "../base/bytes.ts";
import { type Int64, normalizeInt64, parseInt64, writeInt64 } from "../base/int.ts";

/** Longest decimal number of 64 bits. */
const INTEGER_TEXT_MAX = 20;
const SMALL_STRING_MAX = 63;
const MEDIUM_STRING_MAX = 4095;
const TWO_32 = 2 ** 32;

const SMALL_STRING = 0x80;
const INTEGER_13 = 0xc0;
const MEDIUM_STRING = 0xe0;
const LONG_STRING = 0xf0;
const INTEGER_16 = 0xf1;
const INTEGER_24 = 0xf2;
const INTEGER_32 = 0xf3;
const INTEGER_64 = 0xf4;

const NINE = 0x39;
const ZERO = 0x30;
const MINUS = 0x2d;

/** What an element adds to its string bytes, at most. */
export const PACKED_OVERHEAD_MAX = 10;

/** Bytes of an element without its back length; `bytes[at]` is its first. */
export function bodyLength(bytes: Buffer, at: number): number {
  const head = bytes[at];
  if (head < SMALL_STRING) return 1;
  if (head < INTEGER_13) return 1 + (head & SMALL_STRING_MAX);
  if (head < MEDIUM_STRING) return 2;
  if (head < LONG_STRING) return 2 + (((head & 15) << 8) | bytes[at + 1]);
  if (head === LONG_STRING) return 5 + uint32At(bytes, at + 1);
  return head === INTEGER_64 ? 9 : 2 + head - LONG_STRING;
}

/** Bytes of the back length behind so many bytes. */
export function backLengthBytes(body: number): number {
  if (body <= 127) return 1;
  if (body < 16_383) return 2;
  if (body < 2_097_151) return 3;
  return body < 268_435_455 ? 4 : 5;
}

/** Where the element after the one at `at` starts. */
export function nextPacked(bytes: Buffer, at: number): number {
  // Nearly all elements are small integers and short strings, whose back length is a single byte.
  const head = bytes[at];
  if (head < SMALL_STRING) return at + 2;
  if (head < INTEGER_13) return at + 2 + (head & SMALL_STRING_MAX);
  const body = bodyLength(bytes, at);
  return at + body + backLengthBytes(body);
}

/** Where the element that ends at `end` starts. */
export function previousPacked(bytes: Buffer, end: number): number {
  let at = end - 1;
  let body = bytes[at] & 127;
  for (let shift = 7; (bytes[at] & 128) !== 0; shift += 7) {
    at--;
    body |= (bytes[at] & 127) << shift;
  }
  return at - body;
}

/** Where the element `index` places after the one at `at` starts. */
export function skipPacked(bytes: Buffer, at: number, index: number): number {
  let position = at;
  for (let left = index; left > 0; left--) position = nextPacked(bytes, position);
  return position;
}

/** Where the element `index` places before `end` starts; 1 is the last element. */
export function skipPackedBack(bytes: Buffer, end: number, index: number): number {
  let position = end;
  for (let left = index; left > 0; left--) position = previousPacked(bytes, position);
  return position;
}

/** Whether the element at `at` is kept as an integer. */
export function isPackedInteger(bytes: Buffer, at: number): boolean {
  const head = bytes[at];
  return head < SMALL_STRING || (head >= INTEGER_13 && head < MEDIUM_STRING) || head > LONG_STRING;
}

/** The value of an element for which {@link isPackedInteger} holds. */
export function packedIntegerAt(bytes: Buffer, at: number): Int64 {
  const head = bytes[at];
  if (head < SMALL_STRING) return head;
  if (head < MEDIUM_STRING) return (((head & 31) << 27) >> 19) | bytes[at + 1];
  switch (head) {
    case INTEGER_16:
      return ((bytes[at + 1] | (bytes[at + 2] << 8)) << 16) >> 16;
    case INTEGER_24:
      return ((bytes[at + 1] | (bytes[at + 2] << 8) | (bytes[at + 3] << 16)) << 8) >> 8;
    case INTEGER_32:
      return int32At(bytes, at + 1);
    default:
      return int64At(bytes, at + 1);
  }
}

/** Bytes that the integer would take, the back length included. */
export function packedIntegerSize(value: Int64): number {
  if (typeof value !== "number") return 10;
  if (value >= 0 && value <= 127) return 2;
  if (value >= -4096 && value <= 4095) return 3;
  if (value >= -32_768 && value <= 32_767) return 4;
  if (value >= -8_388_608 && value <= 8_388_607) return 5;
  return value === (value | 0) ? 6 : 10;
}

/** Writes the integer as an element at `at`; returns where it ends. */
export function writePackedInteger(bytes: Buffer, at: number, value: Int64): number {
  const body = packedIntegerSize(value) - 1;
  let end = at;
  if (body === 1) bytes[end++] = Number(value);
  else if (body === 2) {
    bytes[end++] = INTEGER_13 | ((Number(value) >> 8) & 31);
    bytes[end++] = Number(value) & 255;
  } else if (body === 9) {
    bytes[end++] = INTEGER_64;
    end = writeInt64Bytes(bytes, end, value);
  } else {
    bytes[end++] = LONG_STRING + body - 2;
    for (let shift = 0; shift < (body - 1) * 8; shift += 8) bytes[end++] = (Number(value) >> shift) & 255;
  }
  bytes[end] = body;
  return end + 1;
}

/** Bytes that a string of `length` bytes takes when it is kept as one, the back length included. */
export function packedStringSize(length: number): number {
  const body = length + (length <= SMALL_STRING_MAX ? 1 : length <= MEDIUM_STRING_MAX ? 2 : 5);
  return body + backLengthBytes(body);
}

/** Writes `source[start, end)` as a string element at `at`, even if it reads as an integer; returns its end. */
export function writePackedString(
  bytes: Buffer,
  at: number,
  source: Buffer,
  start: number,
  end: number,
): number {
  const length = end - start;
  let to = at;
  if (length <= SMALL_STRING_MAX) bytes[to++] = SMALL_STRING | length;
  else if (length <= MEDIUM_STRING_MAX) {
    bytes[to++] = MEDIUM_STRING | (length >> 8);
    bytes[to++] = length & 255;
  } else {
    bytes[to++] = LONG_STRING;
    for (let shift = 0; shift < 32; shift += 8) bytes[to++] = (length >>> shift) & 255;
  }
  copyBytes(source, start, bytes, to, length);
  to += length;
  return writeBackLength(bytes, to, to - at);
}

function writeBackLength(bytes: Buffer, at: number, body: number): number {
  if (body <= 127) {
    bytes[at] = body;
    return at + 1;
  }
  const size = backLengthBytes(body);
  let rest = body;
  for (let i = size - 1; i >= 0; i--) {
    bytes[at + i] = (rest & 127) | (i > 0 ? 128 : 0);
    rest = Math.floor(rest / 128);
  }
  return at + size;
}

/**
 * An element on its way into a sequence, or one that is looked for: bytes of somebody else, examined once. Owners
 * keep one and point it to what they work on.
 */
export class NewElement {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** The integer that the bytes spell; null when they are kept as a string. */
  integer: Int64 | null = null;
  /** Bytes that the element takes, the back length included. */
  size = 0;

  /** Points to `bytes[start, end)`, which must stay while this is used. */
  point(bytes: Buffer, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.integer = integerOf(bytes, start, end);
    this.size = this.integer === null ? packedStringSize(end - start) : packedIntegerSize(this.integer);
    return this;
  }

  /** Writes the element at `at`; returns where it ends. */
  write(target: Buffer, at: number): number {
    if (this.integer !== null) return writePackedInteger(target, at, this.integer);
    return writePackedString(target, at, this.bytes, this.start, this.end);
  }

  /** Whether the element at `at` of a sequence is the same. */
  equals(target: Buffer, at: number): boolean {
    if (this.integer !== null)
      return isPackedInteger(target, at) && packedIntegerAt(target, at) === this.integer;
    const length = this.end - this.start;
    const head = target[at];
    if (length <= SMALL_STRING_MAX) {
      if (head !== (SMALL_STRING | length)) return false;
      if (length === 0) return true;
      // Elements of one collection often start alike and differ at the end.
      const isLastEqual = target[at + length] === this.bytes[this.end - 1];
      return isLastEqual && equalBytes(target, at + 1, this.bytes, this.start, length - 1);
    }
    const from = stringStart(head, at);
    const fits = !isPackedInteger(target, at) && at + bodyLength(target, at) - from === length;
    return fits && equalBytes(target, from, this.bytes, this.start, length);
  }
}

/**
 * Finds `element` among every `step`-th element of the sequence `bytes[start, end)`, beginning with the first.
 * Returns where it starts, or −1. O(bytes)
 */
export function findPacked(
  bytes: Buffer,
  start: number,
  end: number,
  element: NewElement,
  step: number,
): number {
  for (let at = start; at < end; at = skipPacked(bytes, at, step)) if (element.equals(bytes, at)) return at;
  return -1;
}

/** An element as text: bytes of the sequence itself, or the digits of an integer in a buffer of the view's own. */
export class PackedView {
  bytes: Buffer;
  start = 0;
  end = 0;
  private readonly digits = Buffer.alloc(INTEGER_TEXT_MAX + 4);

  constructor() {
    this.bytes = this.digits;
  }

  /** Points to bytes that are no element. */
  point(bytes: Buffer, start: number, end: number): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    return this;
  }

  /** Points to the digits of an integer. */
  spell(value: Int64): this {
    return this.point(this.digits, 0, writeInt64(this.digits, 0, value));
  }

  /** Points to the element at `at`; returns where the next one starts. Valid until the sequence changes. */
  read(bytes: Buffer, at: number): number {
    const head = bytes[at];
    if (head >= SMALL_STRING && head < INTEGER_13) {
      // Most elements are strings, and short.
      this.bytes = bytes;
      this.start = at + 1;
      this.end = at + 1 + (head & SMALL_STRING_MAX);
      return this.end + 1;
    }
    if (head >= MEDIUM_STRING && head < LONG_STRING) {
      const length = ((head & 15) << 8) | bytes[at + 1];
      this.bytes = bytes;
      this.start = at + 2;
      this.end = at + 2 + length;
      return this.end + backLengthBytes(2 + length);
    }
    const body = bodyLength(bytes, at);
    if (head === LONG_STRING) this.point(bytes, at + 5, at + body);
    else this.spell(packedIntegerAt(bytes, at));
    return at + body + backLengthBytes(body);
  }
}

/** Where the bytes of a string element start whose first byte is `head`. */
function stringStart(head: number, at: number): number {
  if (head < INTEGER_13) return at + 1;
  return head < LONG_STRING ? at + 2 : at + 5;
}

function integerOf(bytes: Buffer, start: number, end: number): Int64 | null {
  const length = end - start;
  const first = bytes[start];
  // Most strings are told apart from a number by their first byte.
  if (length === 0 || length > INTEGER_TEXT_MAX || first > NINE || (first < ZERO && first !== MINUS))
    return null;
  return parseInt64(bytes, start, end);
}

function uint32At(bytes: Buffer, at: number): number {
  return int32At(bytes, at) >>> 0;
}

/** The signed little-endian integer of 4 bytes at `at`. */
export function int32At(bytes: Buffer, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/** The signed little-endian integer of 8 bytes at `at`. */
export function int64At(bytes: Buffer, at: number): Int64 {
  const low = uint32At(bytes, at);
  const high = int32At(bytes, at + 4);
  const value = high * TWO_32 + low;
  if (Number.isSafeInteger(value)) return value;
  return normalizeInt64((BigInt(high) << 32n) | BigInt(low)) as Int64;
}

/** Writes a signed integer as 8 bytes, little-endian; returns where they end. */
export function writeInt64Bytes(bytes: Buffer, at: number, value: Int64): number {
  const big = typeof value === "bigint";
  const high = big ? Number(value >> 32n) : Math.floor(value / TWO_32);
  const low = big ? Number(BigInt.asIntN(32, value)) : value - high * TWO_32;
  bytes.writeInt32LE(low | 0, at);
  return bytes.writeInt32LE(high | 0, at + 4);
}
