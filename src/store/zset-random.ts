/** Members of sorted sets chosen at random: by rank, so that all are equally likely. */

import type { Random } from "../base/random.ts";

/** `count` different ranks below `members`, which are at least as many (Floyd's algorithm). O(count) */
export function sampleRanks(random: Random, members: number, count: number): Set<number> {
  const ranks = new Set<number>();
  for (let last = members - count; last < members; last++) {
    const rank = random.below(last + 1);
    ranks.add(ranks.has(rank) ? last : rank);
  }
  return ranks;
}
