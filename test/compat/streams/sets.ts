/**
 * The set commands. Keys come from a few of all keys and members from a small pool, so that sets meet; half of the
 * members are integers, so that sets of integers come to be and become others.
 */

import type { Gen } from "./gen.ts";
import { ELEMENT_INTEGERS, type Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** Counts that are refused everywhere: a negative one that is not may keep redis-server busy for years. */
const REFUSED_COUNTS: Part[] = ["9223372036854775808", "-9223372036854775808", "+1", "01", "1e3", "nan", ""];
/** Counts beyond all members. */
const LARGE_COUNTS: Part[] = [
  ...["2147483647", "2147483648", "9007199254740991", "9007199254740993", "9223372036854775807"],
];

function member(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 9) return gen.below(20) - 5;
  if (kind < 11) return gen.pick(ELEMENT_INTEGERS);
  if (kind < 17) return `m${gen.below(12)}`;
  return kind < 18 ? gen.odd() : "x".repeat(gen.pick([0, 63, 64, 65, 300, 300, 5_000]));
}

/** Few of them, or so many that a set outgrows its form. */
function members(gen: Gen): Part[] {
  if (gen.chance(97)) return gen.times(1, 6, () => member(gen));
  const first = gen.below(1_000);
  const prefix = gen.pick(["", "", "n"]);
  return Array.from({ length: gen.pick([130, 300, 520]) }, (_, i) => `${prefix}${first + i}`);
}

const setKey = (gen: Gen): Part => gen.keyOf("s");

const setKeys = (gen: Gen): Part[] => gen.times(1, 4, () => setKey(gen));

/** At least as many as there are members, so that the reply is the same on both servers. */
function allCount(gen: Gen): Part {
  return gen.chance(70) ? 5_000 + gen.below(100) : gen.pick([...LARGE_COUNTS, ...REFUSED_COUNTS, 0]);
}

function limit(gen: Gen): Part[] {
  if (gen.chance(50)) return [];
  return ["LIMIT", gen.chance(70) ? gen.below(10) : gen.integer()];
}

/** The number of keys, which sometimes is not that of the keys that follow. */
function countedKeys(gen: Gen): Part[] {
  const keys = setKeys(gen);
  return [gen.chance(85) ? keys.length : gen.integer(), ...keys];
}

export const SET_COMMANDS: CommandRow[] = [
  { name: "SADD", weight: 40, args: (gen) => [setKey(gen), ...members(gen)] },
  { name: "SREM", weight: 12, args: (gen) => [setKey(gen), ...members(gen)] },
  { name: "SMOVE", weight: 12, args: (gen) => [setKey(gen), setKey(gen), member(gen)] },
  { name: "SISMEMBER", weight: 10, args: (gen) => [setKey(gen), member(gen)] },
  { name: "SMISMEMBER", weight: 8, args: (gen) => [setKey(gen), ...members(gen)] },
  { name: "SCARD", weight: 6, args: (gen) => [setKey(gen)] },
  { name: "SMEMBERS", weight: 8, mode: "unordered", args: (gen) => [setKey(gen)] },
  { name: "SINTER", weight: 8, mode: "unordered", args: setKeys },
  { name: "SINTERSTORE", weight: 5, args: (gen) => [setKey(gen), ...setKeys(gen)] },
  { name: "SINTERCARD", weight: 8, args: (gen) => [...countedKeys(gen), ...limit(gen)] },
  { name: "SUNION", weight: 6, mode: "unordered", args: setKeys },
  { name: "SUNIONSTORE", weight: 4, args: (gen) => [setKey(gen), ...setKeys(gen)] },
  { name: "SDIFF", weight: 8, mode: "unordered", args: setKeys },
  { name: "SDIFFSTORE", weight: 5, args: (gen) => [setKey(gen), ...setKeys(gen)] },
  // Never fewer than all: which ones are left is decided by chance.
  { name: "SPOP", weight: 3, mode: "unordered", mutate: false, args: (gen) => [setKey(gen), allCount(gen)] },
  {
    name: "SPOP",
    weight: 1,
    mutate: false,
    args: (gen) => [setKey(gen), gen.odd(), ...gen.times(0, 1, () => 1)],
  },
  { name: "SRANDMEMBER", weight: 5, mode: "unordered", args: (gen) => [setKey(gen), allCount(gen)] },
  {
    name: "SRANDMEMBER",
    weight: 5,
    mode: "shape",
    args: (gen) => [setKey(gen), ...(gen.chance(50) ? [] : [gen.below(12) - 6])],
  },
  {
    name: "SSCAN",
    weight: 6,
    mode: "scan",
    mutate: false,
    args: (gen) => [setKey(gen), gen.firstCursor(), ...gen.scanOptions("m*")],
  },
  { name: "SSCAN", weight: 1, mutate: false, args: (gen) => [setKey(gen), gen.refusedCursor()] },
];
