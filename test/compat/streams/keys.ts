/** The commands on keys of any type, and those on whole databases. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

function expireArgs(time: (gen: Gen) => Part): (gen: Gen) => Part[] {
  return (gen) => {
    // GT and LT only with times that are all different: two equal relative times are decided by the moment.
    if (gen.chance(15))
      return [gen.anyKey(), gen.refusedTime(), ...gen.some([() => [gen.pick(["NX", "XX", "no"])]])];
    const option = (): Part[] => [gen.pick(["NX", "XX", "GT", "LT"])];
    return [gen.anyKey(), time(gen), ...gen.some([option, option], 25)];
  };
}

function scanOptions(gen: Gen): Part[] {
  return gen.some(
    [
      () => ["MATCH", gen.pattern()],
      () => ["COUNT", gen.chance(85) ? 1 + gen.below(50) : gen.odd()],
      () => ["TYPE", gen.pick(["string", "STRING", "list", "hash", "zset", "stream", "set"])],
      () => (gen.chance(20) ? [gen.odd()] : []),
    ],
    35,
  );
}

/** Options with which SCAN runs to its end. */
export function goodScanOptions(gen: Gen): Part[] {
  return gen.some(
    [
      () => ["MATCH", gen.pattern()],
      () => ["COUNT", 1 + gen.below(50)],
      () => ["TYPE", gen.pick(["string", "list", "set", "zset", "hash", "stream"])],
    ],
    40,
  );
}

const keys = (g: Gen): Part[] => g.times(1, 3, () => g.anyKey());
const oneKey = (g: Gen): Part[] => [g.anyKey()];

export const KEY_COMMANDS: CommandRow[] = [
  { name: "DEL", weight: 4, args: keys },
  { name: "UNLINK", weight: 2, args: keys },
  { name: "EXISTS", weight: 4, args: keys },
  { name: "TOUCH", weight: 2, args: keys },
  { name: "TYPE", weight: 3, args: oneKey },
  { name: "EXPIRE", weight: 3, args: expireArgs((g) => g.relativeSeconds()) },
  { name: "PEXPIRE", weight: 3, args: expireArgs((g) => g.relativeMs()) },
  { name: "EXPIREAT", weight: 5, args: expireArgs((g) => g.absoluteSeconds()) },
  { name: "PEXPIREAT", weight: 5, args: expireArgs((g) => g.absoluteMs()) },
  { name: "TTL", weight: 3, mode: "seconds", args: oneKey },
  { name: "PTTL", weight: 3, mode: "milliseconds", args: oneKey },
  { name: "EXPIRETIME", weight: 4, mode: "seconds", args: oneKey },
  { name: "PEXPIRETIME", weight: 4, mode: "milliseconds", args: oneKey },
  { name: "PERSIST", weight: 3, args: oneKey },
  { name: "RENAME", weight: 4, args: (g) => [g.anyKey(), g.key()] },
  { name: "RENAMENX", weight: 3, args: (g) => [g.anyKey(), g.key()] },
  {
    name: "COPY",
    weight: 5,
    args: (g) => [
      g.anyKey(),
      g.key(),
      ...g.some([() => ["DB", g.db()], () => ["REPLACE"], () => ["bad"]], g.pick([0, 40])),
    ],
  },
  { name: "MOVE", weight: 4, args: (g) => [g.anyKey(), g.db()] },
  { name: "SWAPDB", weight: 1, args: (g) => [g.db(), g.db()] },
  { name: "KEYS", weight: 2, mode: "unordered", args: (g) => [g.pattern()] },
  { name: "RANDOMKEY", weight: 1, mode: "type", args: () => [] },
  { name: "DBSIZE", weight: 2, args: () => [] },
  { name: "SELECT", weight: 4, args: (g) => [g.db()] },
  { name: "OBJECT", weight: 6, args: (g) => ["ENCODING", g.anyKey()] },
  { name: "OBJECT", weight: 1, mode: "type", args: (g) => ["IDLETIME", g.anyKey()] },
  { name: "OBJECT", weight: 1, args: (g) => ["FREQ", g.anyKey()] },
  // In a transaction, redis-server counts the queued request that has set the value as well.
  { name: "OBJECT", weight: 1, alone: true, args: (g) => ["REFCOUNT", g.anyKey()] },
  { name: "OBJECT", weight: 1, args: (g) => [g.pick(["NOSUCH", "ENCODING", ""])] },
  // Help is for people: its words are each server's own.
  { name: "OBJECT", weight: 1, mode: "type", args: () => ["HELP"] },
  { name: "MEMORY", weight: 1, mode: "type", args: (g) => ["USAGE", g.anyKey()] },
  {
    name: "MEMORY",
    weight: 1,
    mode: "type",
    args: (g) => ["USAGE", g.anyKey(), "SAMPLES", g.chance(70) ? g.below(5) : g.odd()],
  },
  { name: "MEMORY", weight: 1, mutate: false, args: (g) => [g.pick(["NOSUCH", "USAGE"])] },
];

/** Rare, because an empty keyspace shows little. */
export const FLUSH_COMMANDS: CommandRow[] = [
  { name: "FLUSHDB", weight: 1, args: (g) => g.some([() => [g.pick(["ASYNC", "SYNC", "bad"])]], 50) },
  { name: "FLUSHALL", weight: 1, args: (g) => g.some([() => [g.pick(["ASYNC", "SYNC", "bad"])]], 50) },
];

/** SCAN calls that are refused or whose whole reply is known. The others run as loops. */
export const SCAN_ERRORS: CommandRow[] = [
  {
    name: "SCAN",
    weight: 1,
    mode: "type",
    args: (g) => [g.pick(["abc", "-1", "", "1 ", "99999999999999999999"])],
  },
  { name: "SCAN", weight: 2, mode: "type", args: (g) => ["0", ...scanOptions(g)] },
];
