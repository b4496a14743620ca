/**
 * Blocking commands where they end at once, because there is data or an error, or after a millisecond. Those inside of
 * transactions are rows of the tables.
 */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import { request } from "./requests.ts";
import type { GroupRow, Op } from "./spec.ts";

/** Nothing ever puts data there. */
const MISSING: Part[] = ["missing:0", "missing:1"];

const side = (gen: Gen): Part => gen.pick(["LEFT", "RIGHT"]);
const end = (gen: Gen): Part => gen.pick(["MIN", "MAX"]);
const missing = (gen: Gen): Part[] => gen.times(0, 2, () => gen.pick(MISSING));

function counted(keys: Part[], which: Part, gen: Gen): Part[] {
  return [keys.length, ...keys, which, ...(gen.chance(50) ? ["COUNT", 1 + gen.below(4)] : [])];
}

/** A blocking command on lists. */
function onLists(gen: Gen, keys: Part[], timeout: Part): Part[] {
  return gen.pick<() => Part[]>([
    () => ["BLPOP", ...keys, timeout],
    () => ["BRPOP", ...keys, timeout],
    () => ["BLMPOP", timeout, ...counted(keys, side(gen), gen)],
    () => ["BLMOVE", keys.at(-1) as Part, gen.key(), side(gen), side(gen), timeout],
    () => ["BRPOPLPUSH", keys.at(-1) as Part, gen.key(), timeout],
  ])();
}

/** A blocking command on sorted sets. */
function onSortedSets(gen: Gen, keys: Part[], timeout: Part): Part[] {
  return gen.pick<() => Part[]>([
    () => ["BZPOPMIN", ...keys, timeout],
    () => ["BZPOPMAX", ...keys, timeout],
    () => ["BZMPOP", timeout, ...counted(keys, end(gen), gen)],
  ])();
}

/** The first request makes sure that there is something at the key, of whatever type: nobody waits. */
function served(gen: Gen): Op {
  const key = gen.key();
  const timeout = gen.pick<Part>([0, "0.5", "1e2", "0x10", 1_000]);
  const keys = [...missing(gen), key];
  if (gen.chance(50)) {
    return [
      request(["RPUSH", key, ...gen.times(1, 3, () => gen.value())]),
      request(onLists(gen, keys, timeout)),
    ];
  }
  return [
    request(["ZADD", key, gen.below(9), "m1", gen.below(9), "m2"]),
    request(onSortedSets(gen, keys, timeout)),
  ];
}

function inVain(gen: Gen): Op {
  const keys = [gen.pick(MISSING), ...missing(gen)];
  const timeout = gen.pick(["0.001", "1e-3", "0.0001", "0x.01"]);
  return [request(gen.chance(60) ? onLists(gen, keys, timeout) : onSortedSets(gen, keys, timeout))];
}

export const BLOCKING_GROUPS: GroupRow[] = [
  { name: "a blocking command that finds data", weight: 4, op: served },
  { name: "a blocking command that waits for a moment", weight: 1, op: inVain },
];
