/**
 * Zipmaps: how Redis kept small hashes up to version 2.4. They are only read.
 *
 *     | fields | length | field | length | free | value | free bytes | length | field | ... | ff |
 *
 * A length is a byte, or fe and four bytes, little-endian. Of 254 fields or more the number is not kept.
 */

import type { PackedView } from "../../memory/packed.ts";
import type { ElementReader } from "./element-reader.ts";
import { expectFormat } from "./rdb-format.ts";

const END = 0xff;
const COUNT_UNKNOWN = 0xfe;
const LONG_LENGTH = 0xfe;

/** Reads a zipmap that may come from anybody: fields and values in turn. */
export class ZipmapReader implements ElementReader {
  private readonly bytes: Buffer;
  private at: number;
  /** Where the end byte is. */
  private readonly last: number;
  private readonly announced: number;
  private fields = 0;
  private atValue = false;

  /** @throws RdbFormatError */
  constructor({ bytes, start, end }: PackedView) {
    expectFormat(end - start >= 2 && bytes[end - 1] === END, "a zipmap without an end");
    this.bytes = bytes;
    this.announced = bytes[start];
    this.at = start + 1;
    this.last = end - 1;
  }

  next(view: PackedView): boolean {
    if (this.at === this.last) {
      const known = this.announced !== COUNT_UNKNOWN;
      expectFormat(!known || this.announced === this.fields, "a zipmap of more or fewer fields than it says");
      return false;
    }
    const length = this.length();
    const free = this.atValue ? this.bytes[this.take(1)] : 0;
    const start = this.take(length);
    this.take(free);
    view.point(this.bytes, start, start + length);
    if (this.atValue) this.fields++;
    this.atValue = !this.atValue;
    return true;
  }

  private length(): number {
    const length = this.bytes[this.take(1)];
    if (length < LONG_LENGTH) return length;
    expectFormat(length === LONG_LENGTH, "a zipmap that ends early");
    return this.bytes.readUInt32LE(this.take(4));
  }

  private take(size: number): number {
    const start = this.at;
    expectFormat(size <= this.last - start, "an element that is longer than its zipmap");
    this.at = start + size;
    return start;
  }
}
