/**
 * Writes the parts that values in RDB files and dumps are made of, into a buffer that grows.
 *
 *     number   | 00nnnnnn |  or  | 01nnnnnn | n |  or  | 10000000 | 4 bytes |  or  | 10000001 | 8 bytes |
 *     string   | number: its length | bytes |
 *              | 11000000 | integer of 1 byte |, | 11000001 | 2 bytes |, | 11000010 | 4 bytes |
 *              | 11000011 | number: bytes compressed | number: its length | LZF |
 *
 * Numbers have the most significant byte first, integers the least. Which form a string gets is chosen as Redis
 * does with `rdbcompression yes`, so that equal values give equal bytes.
 */

import { copyBytes } from "../../base/bytes.ts";
import { parseInteger } from "../../base/int.ts";
import { LzfCompressor } from "../../base/lzf.ts";
import {
  ENCODED_INT8,
  ENCODED_INT16,
  ENCODED_INT32,
  ENCODED_LZF,
  NUMBER_14_BITS,
  NUMBER_32_BITS,
  NUMBER_64_BITS,
  STRING_ENCODED,
} from "./rdb-format.ts";

const CAPACITY_INITIAL = 4096;
/** A buffer larger than this is not kept. */
const CAPACITY_KEPT_MAX = 1 << 20;
const NUMBER_BYTES_MAX = 9;
/** Longest text of an integer of 32 bits. */
const INT32_TEXT_MAX = 11;
/** Redis does not try to compress strings up to this length, and wants to gain at least so many bytes. */
const UNCOMPRESSED_MAX = 20;
const COMPRESSION_GAIN_MIN = 4;
const TWO_32 = 2 ** 32;

/** There would be more to write than the writer may hold. */
export class RdbTooLargeError extends Error {
  override name = "RdbTooLargeError";
}

export class RdbWriter {
  /** What was written is `bytes[0, length)`. Replaced as it grows. */
  bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY_INITIAL);
  length = 0;
  /** Made when it is needed: its table is large. */
  private compressor: LzfCompressor | null = null;

  constructor(private readonly bytesMax: number) {}

  /** Starts over; what was written stays valid until the next byte. A large buffer is left to who holds it. */
  reset(): void {
    this.length = 0;
    if (this.bytes.length > CAPACITY_KEPT_MAX) this.bytes = Buffer.allocUnsafeSlow(CAPACITY_INITIAL);
  }

  byte(value: number): void {
    this.room(1)[this.length++] = value;
  }

  /** Room for `size` bytes, which the caller writes; returns where it starts. */
  skip(size: number): number {
    this.room(size);
    this.length += size;
    return this.length - size;
  }

  /** A number from 0 to 2^53 − 1. */
  number(value: number): void {
    const bytes = this.room(NUMBER_BYTES_MAX);
    const at = this.length;
    if (value < 1 << 6) {
      bytes[at] = value;
      this.length = at + 1;
    } else if (value < 1 << 14) {
      bytes[at] = (NUMBER_14_BITS << 6) | (value >> 8);
      bytes[at + 1] = value & 0xff;
      this.length = at + 2;
    } else if (value < TWO_32) {
      bytes[at] = NUMBER_32_BITS;
      this.length = bytes.writeUInt32BE(value, at + 1);
    } else {
      bytes[at] = NUMBER_64_BITS;
      bytes.writeUInt32BE(Math.floor(value / TWO_32), at + 1);
      this.length = bytes.writeUInt32BE(value % TWO_32, at + 5);
    }
  }

  /** A number in front of what was written since `length` was `mark`. */
  insertNumber(mark: number, value: number): void {
    const end = this.length;
    this.number(value);
    const size = this.length - end;
    this.bytes.copyWithin(mark + size, mark, end);
    this.length = mark;
    this.number(value);
    this.length = end + size;
  }

  /** A double of 8 bytes, the least significant one first. */
  double(value: number): void {
    this.length = this.room(8).writeDoubleLE(value, this.length);
  }

  /** The bytes `source[start, end)` as they are. */
  raw(source: Buffer, start: number, end: number): void {
    const bytes = this.room(end - start);
    copyBytes(source, start, bytes, this.length, end - start);
    this.length += end - start;
  }

  /** The string `source[start, end)`. */
  string(source: Buffer, start: number, end: number): void {
    const size = end - start;
    if (size <= INT32_TEXT_MAX && this.integerString(parseInteger(source, start, end))) return;
    if (size > UNCOMPRESSED_MAX && this.compressedString(source, start, end)) return;
    this.number(size);
    this.raw(source, start, end);
  }

  /** False, and nothing written, unless `value` is an integer of 32 bits. */
  private integerString(value: number): boolean {
    if (value !== (value | 0)) return false;
    const bytes = this.room(5);
    let at = this.length;
    const encoding =
      value >= -0x80 && value <= 0x7f
        ? ENCODED_INT8
        : value >= -0x8000 && value <= 0x7fff
          ? ENCODED_INT16
          : ENCODED_INT32;
    bytes[at++] = (STRING_ENCODED << 6) | encoding;
    const end = at + (1 << encoding);
    for (let rest = value; at < end; rest >>= 8) bytes[at++] = rest & 0xff;
    this.length = end;
    return true;
  }

  /** False, and nothing written, when compression gains too little. */
  private compressedString(source: Buffer, start: number, end: number): boolean {
    this.compressor ??= new LzfCompressor();
    const size = end - start;
    // How long the head is depends on what comes behind it, which therefore is moved in the end.
    const headMax = 1 + 2 * NUMBER_BYTES_MAX;
    const bytes = this.room(headMax + size);
    const from = this.length + headMax;
    const to = this.compressor.compress(source, start, end, bytes, from, from + size - COMPRESSION_GAIN_MIN);
    if (to < 0) return false;
    bytes[this.length++] = (STRING_ENCODED << 6) | ENCODED_LZF;
    this.number(to - from);
    this.number(size);
    bytes.copyWithin(this.length, from, to);
    this.length += to - from;
    return true;
  }

  /** The buffer, with room for `size` more bytes. @throws RdbTooLargeError */
  private room(size: number): Buffer {
    if (this.length + size > this.bytes.length) this.grow(this.length + size);
    return this.bytes;
  }

  private grow(needed: number): void {
    if (needed > this.bytesMax) throw new RdbTooLargeError();
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, this.bytes.length * 2), this.bytesMax));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
