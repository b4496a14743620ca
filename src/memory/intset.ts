/**
 * Sets of integers: signed integers side by side in a range of bytes, ascending, all of the same width.
 *
 *     | integer | integer | ...     each of 2, 4 or 8 bytes, little-endian
 *
 * These are the contents of Redis' intset, so that DUMP needs no conversion. The range has no head of its own:
 * where it starts, and how many integers of what width are in it, is known to whoever keeps it. The width is what
 * the integer farthest from zero needs, or needed: it never shrinks.
 */

import type { Int64 } from "../base/int.ts";
import { int32At, int64At, writeInt64Bytes } from "./packed.ts";

/** Bytes that the integer takes: 2, 4 or 8. */
export function widthOf(value: Int64): number {
  if (typeof value !== "number" || value !== (value | 0)) return 8;
  return value >= -0x8000 && value <= 0x7fff ? 2 : 4;
}

/** The integer of `width` bytes at `at`. */
export function readAt(bytes: Buffer, at: number, width: number): Int64 {
  if (width === 8) return int64At(bytes, at);
  return width === 4 ? int32At(bytes, at) : ((bytes[at] | (bytes[at + 1] << 8)) << 16) >> 16;
}

/** Writes the integer as `width` bytes, which it fits, at `at`. */
export function writeAt(bytes: Buffer, at: number, width: number, value: Int64): void {
  if (width === 8) {
    writeInt64Bytes(bytes, at, value);
    return;
  }
  for (let i = 0, rest = Number(value); i < width; i++, rest >>= 8) bytes[at + i] = rest & 255;
}

/**
 * The index of `value` among the `count` integers from `start` on; `~index` of the integer it would go in front
 * of when it is not there. O(log count)
 */
export function find(bytes: Buffer, start: number, count: number, width: number, value: Int64): number {
  if (widthOf(value) > width) return value < 0 ? ~0 : ~count;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (readAt(bytes, start + middle * width, width) < value) low = middle + 1;
    else high = middle;
  }
  return low < count && readAt(bytes, start + low * width, width) === value ? low : ~low;
}

/** Gives `count` integers from `start` on the width `to` in place of `from`; the range must have room for it. */
export function widen(bytes: Buffer, start: number, count: number, from: number, to: number): void {
  for (let i = count - 1; i >= 0; i--) {
    writeAt(bytes, start + i * to, to, readAt(bytes, start + i * from, from));
  }
}

/** Throws an Error unless the integers ascend and `width` is one there is. For tests and for the check. O(count) */
export function check(bytes: Buffer, start: number, count: number, width: number): void {
  if (width !== 2 && width !== 4 && width !== 8) throw new Error(`intset: integers have ${width} bytes`);
  for (let i = 1; i < count; i++) {
    const at = start + i * width;
    if (readAt(bytes, at - width, width) >= readAt(bytes, at, width))
      throw new Error(`intset: the integer at index ${i} does not ascend`);
  }
}
