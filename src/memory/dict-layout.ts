/** The layout of a dict in words and bytes, and the geometry of its segments (drawn in `dict.ts`). */

import type { Offset } from "./arena.ts";

export const SEGMENT_SLOTS_MAX = 1024;
export const CAPACITY_MIN = 8;
/** Start positions are 16 bits times the capacity and must stay int32. */
export const CAPACITY_MAX = 1 << 15;
export const DEPTH_MAX = 16;

export const FLIP = 1 << 31;
export const EMPTY = 0x7fffffff;

export const COUNT = 0;
export const DEPTH = 1;
export const DIRECTORY = 2;
export const DEEPEST = 3;
export const INLINE_DIRECTORY = 4;
export const ROOT_BYTES = 6 * 4;

export const CAPACITY_MASK = 0xffffff;
export const DEPTH_SHIFT = 24;

/** The slot, counted from a segment's first, where the search for `hash` starts. */
export function startOf(hash: number, info: number): number {
  return (((hash << (info >>> DEPTH_SHIFT)) >>> 16) * (info & CAPACITY_MASK)) >>> 16;
}

/** Slots a segment really has: a few more than its capacity, for the run that starts near its end. */
export function slotsOf(capacity: number): number {
  return capacity + 2 + (capacity >> 6);
}

/** Word index behind a segment's last usable slot. */
export function endOf(segment: Offset, info: number): number {
  return (segment >> 2) + 1 + (slotsOf(info & CAPACITY_MASK) << 1);
}

/** The next capacity: steps of 8 up to 64, then quarters of a power of two. */
export function nextCapacity(capacity: number): number {
  return capacity < 64 ? capacity + 8 : capacity + (1 << (31 - Math.clz32(capacity) - 2));
}

/** The smallest capacity that holds `count` records and one more. */
export function capacityFor(count: number): number {
  let capacity = CAPACITY_MIN;
  while (capacity - (capacity >> 3) <= count) capacity = nextCapacity(capacity);
  return capacity;
}

/** A sixteenth of the capacity or a little less, a power of two. */
export function retryPeriod(capacity: number): number {
  return 1 << Math.max(0, 27 - Math.clz32(capacity));
}
