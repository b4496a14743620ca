/**
 * Reads what `rdb-writer.ts` writes, and whatever else the format allows. The bytes may come from anybody: each
 * length is compared with what is there before anything is read or allocated.
 */

import { decompressLzf } from "../../base/lzf.ts";
import { parseDouble } from "../../base/parse-double.ts";
import { PackedView } from "../../memory/packed.ts";
import { STRING_LENGTH_MAX } from "../limits.ts";
import {
  ENCODED_INT8,
  ENCODED_INT16,
  ENCODED_INT32,
  ENCODED_LZF,
  expectFormat,
  NUMBER_6_BITS,
  NUMBER_14_BITS,
  NUMBER_32_BITS,
  NUMBER_64_BITS,
  RdbFormatError,
  STRING_ENCODED,
} from "./rdb-format.ts";

const TWO_32 = 2 ** 32;

// In place of the length of a score's text.
const TEXT_NAN = 253;
const TEXT_INFINITY = 254;
const TEXT_MINUS_INFINITY = 255;

const NOTHING = Buffer.alloc(0);

export class RdbReader {
  /** For those who read values: the parts of an element, valid until the next is read. */
  readonly first = new PackedView();
  readonly second = new PackedView();
  bytes: Buffer = NOTHING;
  /** The next byte to be read. */
  at = 0;
  end = 0;

  /** Goes to the start of `bytes[start, end)`, which must stay while this reads. */
  point(bytes: Buffer, start: number, end: number): this {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
    return this;
  }

  /** Lets go of all bytes, those of the views included. */
  release(): void {
    for (const holder of [this, this.first, this.second]) holder.point(NOTHING, 0, 0);
  }

  byte(): number {
    return this.bytes[this.take(1)];
  }

  /** A number up to 2^53 − 1. */
  number(): number {
    return this.numberAfter(this.byte());
  }

  /** A double of 8 bytes. */
  double(): number {
    return this.bytes.readDoubleLE(this.take(8));
  }

  /** A double as text, behind its length in a byte. */
  textDouble(): number {
    const length = this.byte();
    if (length === TEXT_NAN) return Number.NaN;
    if (length === TEXT_INFINITY) return Number.POSITIVE_INFINITY;
    if (length === TEXT_MINUS_INFINITY) return Number.NEGATIVE_INFINITY;
    const start = this.take(length);
    return parseDouble(this.bytes, start, start + length);
  }

  /** Points `view` to a string: in the bytes read, in a buffer of its own if it was compressed, or to digits. */
  string(view: PackedView): void {
    const head = this.byte();
    if (head >> 6 !== STRING_ENCODED) {
      const length = this.numberAfter(head);
      const start = this.take(length);
      view.point(this.bytes, start, start + length);
    } else if ((head & 0x3f) === ENCODED_LZF) {
      const string = this.decompressed();
      view.point(string, 0, string.length);
    } else {
      view.spell(this.integer(head & 0x3f));
    }
  }

  private numberAfter(head: number): number {
    switch (head >> 6) {
      case NUMBER_6_BITS:
        return head;
      case NUMBER_14_BITS:
        return ((head & 0x3f) << 8) | this.byte();
    }
    if (head === NUMBER_32_BITS) return this.bytes.readUInt32BE(this.take(4));
    expectFormat(head === NUMBER_64_BITS, "a number of unknown form");
    const at = this.take(8);
    const value = this.bytes.readUInt32BE(at) * TWO_32 + this.bytes.readUInt32BE(at + 4);
    expectFormat(Number.isSafeInteger(value), "a number that is too large");
    return value;
  }

  private integer(encoding: number): number {
    switch (encoding) {
      case ENCODED_INT8:
        return this.bytes.readInt8(this.take(1));
      case ENCODED_INT16:
        return this.bytes.readInt16LE(this.take(2));
      case ENCODED_INT32:
        return this.bytes.readInt32LE(this.take(4));
    }
    throw new RdbFormatError("a string of unknown encoding");
  }

  private decompressed(): Buffer {
    const compressed = this.number();
    const length = this.number();
    const start = this.take(compressed);
    expectFormat(length <= STRING_LENGTH_MAX, "a string that is too long");
    const string = decompressLzf(this.bytes, start, start + compressed, length);
    if (string === null) throw new RdbFormatError("a compressed string is damaged");
    return string;
  }

  /** Passes `size` bytes and returns where they start. */
  private take(size: number): number {
    const start = this.at;
    expectFormat(size <= this.end - start, "the data is cut off");
    this.at = start + size;
    return start;
  }
}
