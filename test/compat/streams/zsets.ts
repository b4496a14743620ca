/**
 * The sorted set commands. Three kinds of keys: small sets of all scores, which other types of keys collide with;
 * large sets of all scores; and sets of one score, small or large. Ranges by bytes go to the last ones, and to small
 * sets as long as these are packed: what they reply for a tree of different scores is left open by Redis.
 */

import type { Gen } from "./gen.ts";
import { ELEMENT_INTEGERS, INTEGERS, ODD, type Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

const SCORES: Part[] = [
  ...[0, 1, 1, 2, 3, 5, -1, -2, 100, "-0", "0.5", "1.5", "-2.25", "1e3", "1e-5", "1.1e300"],
  ...["inf", "-inf", "+inf", "Infinity", "0x1p3", "3.0000000000000004", "1e17", "123456789012345678"],
];
/** A negative count that is not refused may keep redis-server busy for years. */
const COUNTS: Part[] = [
  ...[0, 1, 2, 3, 5, 50, 5_000, "2147483647", "2147483648", "9007199254740993", "9223372036854775807"],
  ...["9223372036854775808", "-9223372036854775808", "+1", "01", "1e3", "nan", ""],
];

/** A small set. */
function smallKey(gen: Gen): Part {
  return gen.chance(75) ? packedKey(gen) : gen.key();
}

/** A set that stays packed unless thresholds are lower than Redis' own. */
function packedKey(gen: Gen): Part {
  return `z${gen.below(3)}`;
}

function largeKey(gen: Gen): Part {
  return `w${gen.below(2)}`;
}

/** A set of one score. */
function lexKey(gen: Gen): Part {
  return `y${gen.below(2)}`;
}

function anyKey(gen: Gen): Part {
  return gen.chance(70) ? smallKey(gen) : gen.chance(60) ? largeKey(gen) : lexKey(gen);
}

function score(gen: Gen): Part {
  if (gen.chance(75)) return gen.pick(SCORES);
  return gen.chance(70) ? gen.float() : gen.pick([...INTEGERS, ...ODD]);
}

function member(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 11) return `m${gen.below(12)}`;
  if (kind < 18) return gen.below(16) - 5;
  return kind < 19 ? gen.pick(ELEMENT_INTEGERS) : gen.pick(["", "01", "+1", "-0", "1e3"]);
}

const members = (gen: Gen): Part[] => gen.times(1, 4, () => member(gen));

const pairs = (gen: Gen): Part[] => gen.times(1, 4, () => "").flatMap(() => [score(gen), member(gen)]);

/** So many that the set outgrows its form, or one that is too long for it. */
function manyPairs(gen: Gen, scoreOf: () => Part): Part[] {
  if (gen.chance(50)) return [scoreOf(), "x".repeat(gen.pick([63, 64, 65, 300, 5_000]))];
  const first = gen.below(1_000);
  return Array.from({ length: gen.pick([100, 140, 300]) }, (_, i) => [scoreOf(), `n${first + i}`]).flat();
}

function addOptions(gen: Gen): Part[] {
  const options = gen.some(
    ["NX", "XX", "GT", "LT", "CH", "INCR"].map((option) => () => [option]),
    gen.pick([0, 0, 12, 25]),
  );
  return options;
}

function add(gen: Gen): Part[] {
  const kind = gen.below(20);
  if (kind < 16) return [smallKey(gen), ...addOptions(gen), ...pairs(gen)];
  if (kind < 17) return [smallKey(gen), ...addOptions(gen), score(gen), member(gen)];
  return [largeKey(gen), ...addOptions(gen), ...manyPairs(gen, () => gen.below(50) - 10)];
}

/** To a set of one score. */
function addLex(gen: Gen): Part[] {
  if (gen.chance(30)) return [lexKey(gen), ...manyPairs(gen, () => 0)];
  return [lexKey(gen), ...gen.times(1, 5, () => "").flatMap(() => [0, member(gen)])];
}

function rank(gen: Gen): Part {
  if (gen.chance(85)) return gen.below(16) - 6;
  return gen.chance(50) ? gen.below(400) - 200 : gen.integer();
}

function scoreBound(gen: Gen): Part {
  const bound = gen.chance(90)
    ? score(gen)
    : gen.pick([" 1", "1 ", "", "(", "((1", "1e400", "-1e-400", "1\u00002"]);
  return gen.chance(30) && !Buffer.isBuffer(bound) ? `(${bound}` : bound;
}

function lexBound(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 6) return gen.pick(["-", "+"]);
  const text = gen.chance(70) ? member(gen) : gen.pick(["n", "n2", "n55", "x", "xx"]);
  if (kind < 18) return gen.pick(["[", "("]) + String(text);
  return gen.pick([text, "-1", "++", "+\u0000a", ...ODD]);
}

const rankBounds = (gen: Gen): Part[] => [rank(gen), rank(gen)];
const scoreBounds = (gen: Gen): Part[] => [scoreBound(gen), scoreBound(gen)];
const lexBounds = (gen: Gen): Part[] => [lexBound(gen), lexBound(gen)];

function limit(gen: Gen): Part[] {
  const number = () => (gen.chance(85) ? gen.below(8) - 2 : gen.integer());
  return ["LIMIT", number(), number()];
}

function rangeOptions(gen: Gen, ...options: string[]): Part[] {
  return gen.some([() => limit(gen), ...options.map((option) => () => [option])], gen.pick([0, 25, 45]));
}

/** Bounds and options of a ZRANGE or ZRANGESTORE by rank or score. */
function range(gen: Gen, ...options: string[]): Part[] {
  if (gen.chance(55)) return [...rankBounds(gen), ...rangeOptions(gen, "REV", ...options)];
  return [...scoreBounds(gen), "BYSCORE", ...rangeOptions(gen, "REV", ...options)];
}

/** The same by bytes. */
function lexRange(gen: Gen, ...options: string[]): Part[] {
  return [...lexBounds(gen), "BYLEX", ...rangeOptions(gen, "REV", ...options)];
}

/** The number of keys, which sometimes is not that of the keys that follow. Sets are among them. */
function countedKeys(gen: Gen, count: number): Part[] {
  const keys = gen.times(count, count, () => anyKey(gen));
  return [gen.chance(95) ? keys.length : gen.integer(), ...keys];
}

const keyCount = (gen: Gen): number => 1 + gen.below(4);

function combination(gen: Gen, ...options: string[]): Part[] {
  const count = keyCount(gen);
  const weights = () => ["WEIGHTS", ...gen.times(count, count, () => score(gen))];
  const aggregate = () => ["AGGREGATE", gen.chance(95) ? gen.pick(["SUM", "MIN", "MAX"]) : gen.odd()];
  const plain = options.map((option) => () => [option]);
  return [...countedKeys(gen, count), ...gen.some([weights, aggregate, ...plain], gen.pick([0, 30, 60]))];
}

function difference(gen: Gen, ...options: string[]): Part[] {
  return [...countedKeys(gen, keyCount(gen)), ...gen.some(options.map((option) => () => [option]))];
}

function intersectionLimit(gen: Gen): Part[] {
  return gen.chance(50) ? [] : ["LIMIT", gen.chance(80) ? gen.below(8) : gen.integer()];
}

function multiPop(gen: Gen): Part[] {
  const end = gen.chance(95) ? gen.pick(["MIN", "MAX"]) : gen.odd();
  const count = gen.chance(60) ? ["COUNT", gen.pick(COUNTS)] : [];
  return [...countedKeys(gen, keyCount(gen)), end, ...count];
}

/** Short, since a request that waits waits for so long; or none at all. */
function timeout(gen: Gen): Part {
  return gen.chance(80)
    ? gen.pick([0, "0.01", "1e-3", "-0", "1000"])
    : gen.pick([-1, "inf", "nan", "1e300", ...ODD]);
}

export const ZSET_COMMANDS: CommandRow[] = [
  { name: "ZADD", weight: 50, args: add },
  { name: "ZADD", weight: 10, args: addLex, mutate: false },
  { name: "ZINCRBY", weight: 12, args: (g) => [smallKey(g), score(g), member(g)] },
  { name: "ZINCRBY", weight: 3, args: (g) => [largeKey(g), g.below(9) - 4, `n${g.below(1_000)}`] },
  { name: "ZSCORE", weight: 6, args: (g) => [anyKey(g), member(g)] },
  { name: "ZMSCORE", weight: 5, args: (g) => [anyKey(g), ...members(g)] },
  { name: "ZCARD", weight: 4, args: (g) => [anyKey(g)] },
  { name: "ZRANK", weight: 6, args: (g) => [anyKey(g), member(g)] },
  { name: "ZREVRANK", weight: 5, args: (g) => [anyKey(g), member(g)] },
  { name: "ZREM", weight: 8, args: (g) => [anyKey(g), ...members(g)] },
  { name: "ZCOUNT", weight: 8, args: (g) => [anyKey(g), ...scoreBounds(g)] },
  { name: "ZLEXCOUNT", weight: 7, keep: 1, args: (g) => [lexKey(g), ...lexBounds(g)] },
  { name: "ZRANGE", weight: 11, args: (g) => [anyKey(g), ...range(g, "WITHSCORES")] },
  { name: "ZRANGE", weight: 4, keep: 1, args: (g) => [lexKey(g), ...lexRange(g, "WITHSCORES")] },
  { name: "ZRANGE", weight: 3, keep: 1, needsPacked: true, args: (g) => [packedKey(g), ...lexRange(g)] },
  {
    name: "ZRANGESTORE",
    weight: 4,
    args: (g) => [g.chance(50) ? largeKey(g) : g.key(), anyKey(g), ...range(g)],
  },
  // From and to sets of one kind, so that each stays what it is.
  { name: "ZRANGESTORE", weight: 2, args: (g) => [packedKey(g), packedKey(g), ...range(g)] },
  {
    name: "ZRANGESTORE",
    weight: 2,
    keep: 2,
    needsPacked: true,
    args: (g) => [packedKey(g), packedKey(g), ...lexRange(g)],
  },
  {
    name: "ZRANGESTORE",
    weight: 2,
    mutate: false,
    args: (g) => [lexKey(g), lexKey(g), ...g.pick([range, lexRange])(g)],
  },
  {
    name: "ZREVRANGE",
    weight: 6,
    args: (g) => [anyKey(g), ...rankBounds(g), ...rangeOptions(g, "WITHSCORES")],
  },
  {
    name: "ZRANGEBYSCORE",
    weight: 7,
    args: (g) => [anyKey(g), ...scoreBounds(g), ...rangeOptions(g, "WITHSCORES")],
  },
  {
    name: "ZREVRANGEBYSCORE",
    weight: 7,
    args: (g) => [anyKey(g), ...scoreBounds(g), ...rangeOptions(g, "WITHSCORES")],
  },
  { name: "ZRANGEBYLEX", weight: 6, keep: 1, args: (g) => [lexKey(g), ...lexBounds(g), ...rangeOptions(g)] },
  {
    name: "ZREVRANGEBYLEX",
    weight: 6,
    keep: 1,
    args: (g) => [lexKey(g), ...lexBounds(g), ...rangeOptions(g)],
  },
  {
    name: "ZRANGEBYLEX",
    weight: 3,
    keep: 1,
    needsPacked: true,
    args: (g) => [packedKey(g), ...lexBounds(g), ...rangeOptions(g)],
  },
  {
    name: "ZREVRANGEBYLEX",
    weight: 3,
    keep: 1,
    needsPacked: true,
    args: (g) => [packedKey(g), ...lexBounds(g), ...rangeOptions(g)],
  },
  { name: "ZREMRANGEBYRANK", weight: 3, args: (g) => [anyKey(g), ...rankBounds(g)] },
  { name: "ZREMRANGEBYSCORE", weight: 3, args: (g) => [anyKey(g), ...scoreBounds(g)] },
  { name: "ZREMRANGEBYLEX", weight: 3, keep: 1, args: (g) => [lexKey(g), ...lexBounds(g)] },
  { name: "ZPOPMIN", weight: 4, args: (g) => [anyKey(g), ...(g.chance(50) ? [g.pick(COUNTS)] : [])] },
  { name: "ZPOPMAX", weight: 4, args: (g) => [anyKey(g), ...(g.chance(50) ? [g.pick(COUNTS)] : [])] },
  { name: "ZMPOP", weight: 6, args: multiPop },
  { name: "ZUNION", weight: 6, args: (g) => combination(g, "WITHSCORES") },
  { name: "ZINTER", weight: 6, args: (g) => combination(g, "WITHSCORES") },
  { name: "ZDIFF", weight: 5, args: (g) => difference(g, "WITHSCORES") },
  { name: "ZUNIONSTORE", weight: 4, args: (g) => [largeKey(g), ...combination(g)] },
  { name: "ZINTERSTORE", weight: 4, args: (g) => [largeKey(g), ...combination(g)] },
  { name: "ZDIFFSTORE", weight: 3, args: (g) => [largeKey(g), ...difference(g)] },
  { name: "ZINTERCARD", weight: 5, args: (g) => [...countedKeys(g, keyCount(g)), ...intersectionLimit(g)] },
  {
    name: "ZRANDMEMBER",
    weight: 3,
    mode: "unordered",
    args: (g) => [anyKey(g), g.pick([0, ...COUNTS.slice(6)]), ...(g.chance(60) ? ["WITHSCORES"] : [])],
  },
  {
    name: "ZRANDMEMBER",
    weight: 3,
    mode: "shape",
    args: (g) => [
      anyKey(g),
      ...(g.chance(40) ? [] : [g.below(12) - 6, "WITHSCORES"].slice(0, 1 + g.below(2))),
    ],
  },
  {
    name: "ZSCAN",
    weight: 6,
    mode: "scan",
    mutate: false,
    args: (g) => [anyKey(g), g.firstCursor(), ...g.scanOptions("m*")],
  },
  { name: "ZSCAN", weight: 1, mutate: false, args: (g) => [anyKey(g), g.refusedCursor()] },
];

/** Commands that wait where they may. */
export const WAITING_ZSET_COMMANDS: CommandRow[] = [
  { name: "BZPOPMIN", weight: 3, args: (g) => [...g.times(1, 3, () => anyKey(g)), timeout(g)] },
  { name: "BZPOPMAX", weight: 3, args: (g) => [...g.times(1, 3, () => anyKey(g)), timeout(g)] },
  { name: "BZMPOP", weight: 4, args: (g) => [timeout(g), ...multiPop(g)] },
];
