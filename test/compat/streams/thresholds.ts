/** How large collections may become before they change their form: as in Redis' own settings, or soon. */

import type { Argv } from "../support/quote.ts";
import { type Gen, toArgv } from "./gen.ts";
import type { Part } from "./pools.ts";
import { request } from "./requests.ts";
import type { GroupRow } from "./spec.ts";

/**
 * A directive, what it is by default, and values with which collections change their form early, or late; but not so late
 * that they outgrow the block beyond which OpenKV packs nothing.
 */
type Threshold = [name: string, standard: Part, others: Part[]];

const THRESHOLDS: Threshold[] = [
  ["hash-max-listpack-entries", 512, [0, 1, 2, 3, 5, 8, 5_000]],
  ["hash-max-listpack-value", 64, [0, 1, 4, 10, 20, 300, 5_000]],
  ["list-max-listpack-size", -2, [-1, -3, -5, 0, 1, 2, 3, 8]],
  ["list-compress-depth", 0, [1, 1, 2, 5]],
  ["set-max-intset-entries", 512, [0, 1, 2, 3, 5, 8, 5_000]],
  ["zset-max-listpack-entries", 128, [0, 1, 2, 3, 5, 8, 5_000]],
  // At most 64: SORT makes a sorted set large in redis-server, so what it sorts has a longer member.
  ["zset-max-listpack-value", 64, [0, 1, 2, 4, 10, 20]],
  ["hll-sparse-max-bytes", 3_000, [0, 20, 40, 100, 500, 16_000]],
];

/** Redis' own settings. */
export function defaultThresholds(): Argv {
  const pairs = THRESHOLDS.map(([name, standard]): Part[] => [name, standard]);
  return toArgv(["CONFIG", "SET", ...pairs.flat()]);
}

/** Every threshold on its own: the standard one now and then, mostly one of the others. */
export function lowThresholds(gen: Gen): Argv {
  const pairs = THRESHOLDS.flatMap(([name, standard, others]) => [
    name,
    gen.chance(20) ? standard : gen.pick(others),
  ]);
  return toArgv(["CONFIG", "SET", ...pairs]);
}

export const THRESHOLD_GROUPS: GroupRow[] = [
  {
    name: "a threshold that changes while there are collections",
    weight: 1,
    op: (g) => {
      const [name, standard, others] = g.pick(THRESHOLDS);
      return [
        request(["CONFIG", "SET", name, g.chance(30) ? standard : g.pick(others)]),
        request(["CONFIG", "GET", name], "map"),
      ];
    },
  },
];
