/** The layout of ordered trees in words (drawn in `ordered-tree.ts`), and how full nodes are. */

/** Words of a root block. */
export const SIZE = 0;
export const HEIGHT = 1;
export const TOP = 2;
export const ROOT_BYTES = 3 * 4;

/** Words of a node; the links are unused in inner nodes. */
export const COUNT = 0;
export const PREVIOUS = 1;
export const NEXT = 2;
export const HEADER = 3;

/** Words of an entry; the last two only in inner nodes. */
export const HIGH = 0;
export const LOW = 1;
export const RECORD = 2;
export const CHILD = 3;
export const BELOW = 4;
export const LEAF_STRIDE = 3;
export const INNER_STRIDE = 5;

/** A node of this many entries splits. */
export const ENTRIES_MAX = 128;
/** A node of fewer entries is merged with a sibling or takes some of its entries, if memory allows. */
export const ENTRIES_MIN = ENTRIES_MAX / 4;
/** Siblings merge up to this many entries together: far enough from splitting again. */
export const MERGED_MAX = (ENTRIES_MAX / 4) * 3;
/** Entries that a node made for its first entry has room for. */
export const CAPACITY_MIN = 4;

/** Levels a tree can have, the leaves' included: far more than an arena has room for. */
export const LEVELS_MAX = 24;

/** Words from one entry to the next in the nodes of a level. */
export function strideOf(level: number): number {
  return level === 0 ? LEAF_STRIDE : INNER_STRIDE;
}

/** Payload bytes of a node with room for `entries`. */
export function bytesFor(entries: number, stride: number): number {
  return (HEADER + entries * stride) << 2;
}

/** How many entries a node gets room for when it holds `count` and is to take more: multiples of 4, later of 8. */
export function capacityFor(count: number): number {
  return count < 16 ? (count + 4) & ~3 : Math.min(ENTRIES_MAX, (count + 8) & ~7);
}

/** Word index of an entry. */
export function entryAt(node: number, stride: number, index: number): number {
  return (node >> 2) + HEADER + index * stride;
}
