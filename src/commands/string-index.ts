/** Positions in strings as clients give them. */

import type { Int64 } from "../base/int.ts";

/** The index that a position means, a negative one counting from the end; it may lie behind the end. */
export function indexFrom(position: Int64, length: number): number {
  // A bigint is far beyond any length, so that rounding it does no harm.
  const index = Number(position);
  return index >= 0 ? index : Math.max(0, length + index);
}
