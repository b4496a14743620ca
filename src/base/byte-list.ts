/** Many byte strings, known by their number, without an object for each: they lie side by side in one buffer. */

import { copyBytes } from "./bytes.ts";

const CAPACITY_MIN = 1024;
/** Bytes of all strings together, at most. */
const BYTES_MAX = 2 ** 30;

export class ByteList {
  /** Replaced as it grows. */
  bytes: Buffer = Buffer.allocUnsafeSlow(CAPACITY_MIN);
  /** Number of strings. */
  count = 0;
  private readonly offsets: Int32Array;

  /** For up to `countMax` strings. */
  constructor(countMax: number) {
    this.offsets = new Int32Array(countMax + 1);
  }

  /** Where string `i` starts in {@link bytes}. */
  start(i: number): number {
    return this.offsets[i];
  }

  end(i: number): number {
    return this.offsets[i + 1];
  }

  /** Adds a copy of `bytes[start, end)`. False when that would be too much in all; nothing has changed then. */
  add(bytes: Buffer, start: number, end: number): boolean {
    const from = this.offsets[this.count];
    const to = from + end - start;
    if (to > this.bytes.length && !this.grow(to)) return false;
    copyBytes(bytes, start, this.bytes, from, end - start);
    this.offsets[++this.count] = to;
    return true;
  }

  private grow(size: number): boolean {
    if (size > BYTES_MAX) return false;
    const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(size, 2 * this.bytes.length), BYTES_MAX));
    this.bytes.copy(grown, 0, 0, this.offsets[this.count]);
    this.bytes = grown;
    return true;
  }
}
