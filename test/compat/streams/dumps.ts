/**
 * DUMP and RESTORE. The dumps are of values that both servers keep in one block, so that DUMP gives the same bytes of
 * them; they go to keys of their own, where they stay as they are, and to all others.
 */

import {
  binaryDouble,
  dumpOf,
  intset,
  listpack,
  number,
  raw,
  sealed,
  ziplist,
  zipmap,
} from "../../support/rdb-encoders.ts";
import { FAR_SECONDS, type Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

const DUMP_KEYS: Part[] = ["dump:0", "dump:1", "dump:2"];

const ITEMS = ["a", "12", "", "70000", "b".repeat(60), "-5", "m1", "m2"];
const PAIRS = ["a", "-inf", "m1", "-1.5", "", "0.10000000000000001", "m2", "2.5"];
/** No numbers: Redis leaves what is in a listpack as it finds it, in whatever form. */
const TEXTS = ["a", "+1", "", "01", "b".repeat(60), "1.5", "m1", "m2"];

/** Values in forms of all ages. */
const PLAIN_DUMPS: Part[] = [
  dumpOf(0, raw("hello")),
  dumpOf(0, raw("12")),
  dumpOf(1, number(8), ...ITEMS.map((item) => raw(item))),
  dumpOf(2, number(3), raw("1"), raw("2"), raw("70000")),
  dumpOf(5, number(2), raw("m1"), binaryDouble(1.5), raw("m2"), binaryDouble(-7e30)),
  dumpOf(9, raw(zipmap(PAIRS, 3))),
  dumpOf(10, raw(ziplist(ITEMS))),
  dumpOf(11, raw(intset([-70_000, 5, 6], 4))),
  dumpOf(14, number(1), raw(ziplist(["a", 5, "b"]))),
  dumpOf(18, number(1), number(2), raw(listpack(TEXTS))),
];

/** Hashes and sorted sets that Redis leaves packed however long their elements are; OpenKV keeps to the thresholds. */
const PACKED_DUMPS: Part[] = [
  dumpOf(12, raw(ziplist(PAIRS))),
  dumpOf(13, raw(ziplist(ITEMS))),
  dumpOf(16, raw(listpack(TEXTS))),
  dumpOf(17, raw(listpack(PAIRS))),
];

/** What any server refuses, even one that does not look closely. */
const REFUSED: Part[] = [
  "",
  "short",
  Buffer.alloc(10, 7),
  sealed(Buffer.concat([Buffer.of(0), raw("newer")]), 11),
  Buffer.concat([dumpOf(0, raw("hello")), Buffer.of(0)]),
  dumpOf(1, number(0)),
  dumpOf(2, number(2), raw("a"), raw("a")),
  dumpOf(5, number(1), raw("a"), binaryDouble(Number.NaN)),
  dumpOf(8, raw("a")),
  dumpOf(16, raw(listpack([]))),
  dumpOf(18, number(1), number(7), raw(listpack(["a"]))),
];

const dumpKey = (gen: Gen): Part => gen.pick(DUMP_KEYS);
const payload = (gen: Gen): Part => (gen.chance(80) ? gen.pick(PLAIN_DUMPS) : gen.pick(REFUSED));

/** An expire time in ms from now, or none; with ABSTTL most of these have passed long ago. */
function ttl(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 12) return 0;
  if (kind < 15) return gen.relativeMs();
  return kind < 18 ? gen.absoluteMs() : gen.refusedTime();
}

function options(gen: Gen): Part[] {
  return gen.some(
    [
      () => ["REPLACE"],
      () => ["REPLACE"],
      () => ["ABSTTL"],
      () => ["IDLETIME", gen.chance(70) ? gen.below(1000) : gen.integer()],
      () => ["FREQ", gen.chance(70) ? gen.below(256) : gen.integer()],
      () => ["bad"],
    ],
    gen.pick([0, 20, 20]),
  );
}

/**
 * A time in the year 2100 is one only with ABSTTL: in ms from now it would be too far away to be compared. It is said
 * twice, as a fault may take one of them away.
 */
function restoreArgs(gen: Gen, key: Part, dump = payload(gen)): Part[] {
  const time = ttl(gen);
  const isAbsolute = typeof time === "number" && time > FAR_SECONDS;
  return [key, time, dump, ...(isAbsolute ? ["ABSTTL", "ABSTTL"] : []), ...options(gen)];
}

export const DUMP_COMMANDS: CommandRow[] = [
  { name: "RESTORE", weight: 10, args: (g) => restoreArgs(g, g.key()) },
  { name: "RESTORE", weight: 6, args: (g) => restoreArgs(g, dumpKey(g)) },
  { name: "RESTORE", weight: 6, args: (g) => [dumpKey(g), 0, payload(g), "REPLACE"] },
  {
    name: "RESTORE",
    weight: 6,
    needsPacked: true,
    args: (g) => restoreArgs(g, g.chance(50) ? g.key() : dumpKey(g), g.pick(PACKED_DUMPS)),
  },
  { name: "DUMP", weight: 6, keep: 1, needsPacked: true, args: (g) => [dumpKey(g)] },
  { name: "DUMP", weight: 3, mode: "type", args: (g) => [g.key()] },
];
