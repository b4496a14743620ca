/**
 * The hash commands. Keys come from a few of all keys and fields from a small pool, so that commands meet; many
 * values are numbers, and now and then a hash gets so many fields, or so long ones, that it outgrows its form.
 */

import type { Gen } from "./gen.ts";
import { ELEMENT_INTEGERS, type Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** Counts that are refused everywhere: a negative one that is not may keep redis-server busy for years. */
const REFUSED_COUNTS: Part[] = ["9223372036854775808", "-9223372036854775808", "+1", "01", "1e3", "nan", ""];
/** Counts beyond all fields; with values, the last ones are refused. */
const LARGE_COUNTS: Part[] = [
  ...["2147483647", "2147483648", "9007199254740991", "9007199254740993", "4611686018427387903"],
  ...["4611686018427387904", "9223372036854775807"],
];

function field(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 12) return `f${gen.below(10)}`;
  if (kind < 16) return gen.below(12) - 3;
  if (kind < 17) return gen.pick(ELEMENT_INTEGERS);
  return kind < 19 ? gen.odd() : "x".repeat(gen.pick([0, 63, 64, 65, 300]));
}

function value(gen: Gen): Part {
  if (gen.chance(95)) return gen.chance(60) ? gen.integer() : gen.value();
  return "v".repeat(gen.pick([63, 64, 65, 4_095, 4_096, 70_000]));
}

function pairs(gen: Gen): Part[] {
  if (gen.chance(97)) return gen.times(1, 4, () => field(gen)).flatMap((name) => [name, value(gen)]);
  const first = gen.below(1_000);
  return Array.from({ length: gen.pick([100, 300, 513]) }, (_, i) => [`n${first + i}`, i]).flat();
}

const fields = (gen: Gen): Part[] => gen.times(1, 5, () => field(gen));

const hashKey = (gen: Gen): Part => gen.keyOf("h");

/** At least as many as there are fields, so that the reply is the same on both servers. */
function allCount(gen: Gen): Part {
  return gen.chance(60) ? 5_000 + gen.below(100) : gen.pick([...LARGE_COUNTS, ...REFUSED_COUNTS, 0]);
}

function withValues(gen: Gen): Part[] {
  return gen.chance(60) ? [] : [gen.chance(90) ? "WITHVALUES" : "VALUES"];
}

export const HASH_COMMANDS: CommandRow[] = [
  { name: "HSET", weight: 36, args: (gen) => [hashKey(gen), ...pairs(gen)] },
  { name: "HMSET", weight: 6, args: (gen) => [hashKey(gen), ...pairs(gen)] },
  { name: "HSETNX", weight: 8, args: (gen) => [hashKey(gen), field(gen), value(gen)] },
  { name: "HGET", weight: 14, args: (gen) => [hashKey(gen), field(gen)] },
  { name: "HMGET", weight: 8, args: (gen) => [hashKey(gen), ...fields(gen)] },
  { name: "HDEL", weight: 14, args: (gen) => [hashKey(gen), ...fields(gen)] },
  { name: "HEXISTS", weight: 6, args: (gen) => [hashKey(gen), field(gen)] },
  { name: "HLEN", weight: 8, args: (gen) => [hashKey(gen)] },
  { name: "HSTRLEN", weight: 6, args: (gen) => [hashKey(gen), field(gen)] },
  { name: "HGETALL", weight: 6, mode: "map-unordered", args: (gen) => [hashKey(gen)] },
  { name: "HKEYS", weight: 4, mode: "unordered", args: (gen) => [hashKey(gen)] },
  { name: "HVALS", weight: 4, mode: "unordered", args: (gen) => [hashKey(gen)] },
  { name: "HINCRBY", weight: 16, args: (gen) => [hashKey(gen), field(gen), gen.integer()] },
  { name: "HINCRBYFLOAT", weight: 16, args: (gen) => [hashKey(gen), field(gen), gen.float()] },
  {
    name: "HRANDFIELD",
    weight: 5,
    mode: "unordered",
    args: (gen) => [hashKey(gen), allCount(gen), ...withValues(gen)],
  },
  {
    name: "HRANDFIELD",
    weight: 5,
    mode: "shape",
    args: (gen) => [hashKey(gen), ...(gen.chance(40) ? [] : [gen.below(12) - 6, ...withValues(gen)])],
  },
  {
    name: "HSCAN",
    weight: 6,
    mode: "scan",
    mutate: false,
    args: (gen) => [hashKey(gen), gen.firstCursor(), ...gen.scanOptions("f*")],
  },
  { name: "HSCAN", weight: 1, mutate: false, args: (gen) => [hashKey(gen), gen.refusedCursor()] },
];
