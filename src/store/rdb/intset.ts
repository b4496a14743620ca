/**
 * Intsets: how Redis keeps small sets of integers. The integers are those of ours (`memory/intset.ts`).
 *
 *     | bytes of an integer (4) | integers (4) | integer | integer | ...     little-endian, ascending
 */

import { copyBytes } from "../../base/bytes.ts";
import type { Int64 } from "../../base/int.ts";
import { readAt } from "../../memory/intset.ts";
import type { PackedView } from "../../memory/packed.ts";
import type { ElementReader } from "./element-reader.ts";
import { expectFormat } from "./rdb-format.ts";

const HEAD_BYTES = 8;

/** An intset of the `count` integers of `width` bytes from `bytes[start]` on. */
export function intsetOf(bytes: Buffer, start: number, count: number, width: number): Buffer {
  const intset = Buffer.allocUnsafe(HEAD_BYTES + count * width);
  intset.writeUInt32LE(width, 0);
  intset.writeUInt32LE(count, 4);
  copyBytes(bytes, start, intset, HEAD_BYTES, count * width);
  return intset;
}

/** Reads an intset that may come from anybody. */
export class IntsetReader implements ElementReader {
  private readonly bytes: Buffer;
  private readonly width: number;
  private at: number;
  private readonly end: number;
  private last: Int64 | null = null;

  /** @throws RdbFormatError */
  constructor({ bytes, start, end }: PackedView) {
    expectFormat(end - start >= HEAD_BYTES, "an intset without a head");
    this.bytes = bytes;
    this.width = bytes.readUInt32LE(start);
    expectFormat(this.width === 2 || this.width === 4 || this.width === 8, "an intset of odd integers");
    const size = HEAD_BYTES + bytes.readUInt32LE(start + 4) * this.width;
    expectFormat(size === end - start, "an intset of another size than it says");
    this.at = start + HEAD_BYTES;
    this.end = end;
  }

  next(view: PackedView): boolean {
    if (this.at === this.end) return false;
    const value = readAt(this.bytes, this.at, this.width);
    expectFormat(this.last === null || value > this.last, "an intset that does not ascend");
    this.last = value;
    this.at += this.width;
    view.spell(value);
    return true;
  }
}
