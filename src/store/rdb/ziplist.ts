/**
 * Ziplists: how Redis kept small collections, and the nodes of lists, up to version 6. They are only read.
 *
 *     | bytes in all (4) | where the last entry starts (4) | entries (2) | entry | entry | ... | ff |
 *
 * An entry is `| size of the entry before it | head | string bytes or integer |`. The size is a byte, or fe and four
 * bytes; the head tells the form:
 *
 *     00nnnnnn                       string of that length
 *     01nnnnnn nnnnnnnn              the same, the most significant byte first
 *     10______ and 4 bytes           the same
 *     c0, d0, e0, f0, fe             integer of 16, 32, 64, 24, 8 bits, little-endian
 *     f1 … fd                        0 to 12
 */

import type { Int64 } from "../../base/int.ts";
import { int64At, type PackedView } from "../../memory/packed.ts";
import type { ElementReader } from "./element-reader.ts";
import { expectFormat } from "./rdb-format.ts";

const HEAD_BYTES = 10;
const END = 0xff;
const COUNT_UNKNOWN = 0xffff;
/** From this value on, a size has four bytes of its own. */
const LONG_SIZE = 0xfe;

const STRING_14 = 0x40;
const STRING_32 = 0x80;
const INTEGERS = 0xc0;
const IMMEDIATE_FIRST = 0xf1;
const IMMEDIATE_LAST = 0xfd;
/** Bytes of the integers by their heads. */
const INTEGER_BYTES: Readonly<Record<number, number>> = { 192: 2, 208: 4, 224: 8, 240: 3, 254: 1 };

/** Reads a ziplist that may come from anybody. */
export class ZiplistReader implements ElementReader {
  private readonly bytes: Buffer;
  private readonly start: number;
  private at: number;
  /** Where the end byte is. */
  private readonly last: number;
  private count = 0;
  private previousSize = 0;

  /** @throws RdbFormatError */
  constructor({ bytes, start, end }: PackedView) {
    expectFormat(end - start > HEAD_BYTES, "a ziplist without a head");
    expectFormat(bytes.readUInt32LE(start) === end - start, "a ziplist of another size than it says");
    expectFormat(bytes[end - 1] === END, "a ziplist without an end");
    this.bytes = bytes;
    this.start = start;
    this.at = start + HEAD_BYTES;
    this.last = end - 1;
  }

  next(view: PackedView): boolean {
    const entry = this.at;
    if (entry === this.last) {
      this.checkHead();
      return false;
    }
    this.checkPreviousSize();
    this.readBody(view);
    this.previousSize = this.at - entry;
    this.count++;
    return true;
  }

  /** Compares the head with what was found. */
  private checkHead(): void {
    const { bytes, start } = this;
    const announced = bytes.readUInt16LE(start + 8);
    const known = announced !== COUNT_UNKNOWN;
    expectFormat(!known || announced === this.count, "a ziplist of more or fewer entries than it says");
    const tail = start + bytes.readUInt32LE(start + 4);
    expectFormat(tail === this.last - this.previousSize, "a ziplist whose last entry is elsewhere");
  }

  private checkPreviousSize(): void {
    let size = this.bytes[this.take(1)];
    if (size >= LONG_SIZE) {
      expectFormat(size === LONG_SIZE, "a ziplist that ends early");
      size = this.bytes.readUInt32LE(this.take(4));
    }
    expectFormat(size === this.previousSize, "an entry of a ziplist that mistakes the one before it");
  }

  private readBody(view: PackedView): void {
    const { bytes } = this;
    const head = bytes[this.take(1)];
    if (head < INTEGERS) {
      const length = this.stringLength(head);
      const start = this.take(length);
      view.point(bytes, start, start + length);
      return;
    }
    view.spell(this.integer(head));
  }

  private stringLength(head: number): number {
    if (head < STRING_14) return head;
    if (head < STRING_32) return ((head & 0x3f) << 8) | this.bytes[this.take(1)];
    return this.bytes.readUInt32BE(this.take(4));
  }

  private integer(head: number): Int64 {
    if (head >= IMMEDIATE_FIRST && head <= IMMEDIATE_LAST) return head - IMMEDIATE_FIRST;
    const size = INTEGER_BYTES[head] ?? 0;
    expectFormat(size > 0, "an entry of a ziplist of unknown form");
    const at = this.take(size);
    return size === 8 ? int64At(this.bytes, at) : this.bytes.readIntLE(at, size);
  }

  private take(size: number): number {
    const start = this.at;
    expectFormat(size <= this.last - start, "an entry that is longer than its ziplist");
    this.at = start + size;
    return start;
  }
}
