/**
 * SORT. What it sorts is made here, of elements that are mostly numbers, and so are the keys that its patterns lead to.
 * Sets are in the same order on both servers only when they are sorted.
 */

import type { Gen } from "./gen.ts";
import { FLOATS, INTEGERS, type Part } from "./pools.ts";
import { drawRequest, request, transaction } from "./requests.ts";
import type { CommandRow, GroupRow } from "./spec.ts";

const LISTS: Part[] = ["sort:l1", "sort:l2"];
const SET = "sort:s";
/** Large from the start: redis-server makes a sorted set large when it sorts it. */
const ZSET = "sort:z";
const LONG_MEMBER = "1".repeat(65);
const WRONG: Part[] = ["w_1", "h_1", "sort:missing"];

/** None is beyond the range of doubles: redis-server may take the ones after it for errors as well. */
const WEIGHTS: Part[] = [...INTEGERS, ...FLOATS, "", "+1", "01", "1e3", "inf", "-inf", " 1", "0x10"];
const BAD_WEIGHTS: Part[] = ["nan", "1 ", "abc", "--1", "-", "two words"];

function element(gen: Gen): Part {
  const kind = gen.below(60);
  if (kind < 40) return gen.below(20) - 5;
  if (kind < 58) return gen.pick(WEIGHTS);
  return gen.pick(BAD_WEIGHTS);
}

/** Words that need something behind them, or that are none; not BY, which would take any word for a pattern. */
const BAD_OPTIONS = ["bad", "LIMIT", "GET", "STORE"];

/** Leads to values of this table alone: in others there may be a NUL, up to which redis-server compares texts. */
function pattern(gen: Gen): Part {
  if (gen.chance(60)) return gen.pick(["w_*", "h_*->f", "h_*->g"]);
  return gen.pick(["#", "nosort", "", "w_*->", "w_*->f", "h_*", "h*_->f", "->", "w_**", "w->*"]);
}

function range(gen: Gen): Part[] {
  if (gen.chance(80)) return ["LIMIT", gen.below(12) - 2, gen.below(12) - 2];
  return ["LIMIT", gen.integer(), gen.integer()];
}

function options(gen: Gen): Part[] {
  return gen.some(
    [
      () => [gen.pick(["ASC", "DESC"])],
      () => ["ALPHA"],
      () => range(gen),
      () => ["GET", pattern(gen)],
      () => ["GET", pattern(gen)],
      () => (gen.chance(10) ? [gen.pick(BAD_OPTIONS)] : []),
    ],
    gen.pick([0, 30, 50]),
  );
}

function by(gen: Gen): Part[] {
  return gen.chance(40) ? ["BY", pattern(gen)] : [];
}

function store(gen: Gen): Part[] {
  return ["STORE", gen.chance(60) ? gen.key() : gen.pick(LISTS)];
}

const list = (gen: Gen): Part => gen.pick(LISTS);
const any = (gen: Gen): Part => gen.pick([...LISTS, SET, ZSET, ...WRONG]);
const elements = (gen: Gen): Part[] => gen.times(1, 6, () => element(gen));

const hashArgs = (gen: Gen): Part[] => [
  `h_${element(gen)}`,
  ...gen.times(1, 2, () => gen.pick(["f", "g"])).flatMap((field) => [field, element(gen)]),
];

const zaddArgs = (gen: Gen): Part[] => [
  ...[ZSET, "0", LONG_MEMBER],
  ...elements(gen).flatMap((member) => [gen.below(4), member]),
];

/** What makes the values that are sorted. */
export const SORTED_COMMANDS: CommandRow[] = [
  { name: "RPUSH", weight: 6, mutate: false, args: (g) => [list(g), ...elements(g)] },
  { name: "LTRIM", weight: 2, args: (g) => [list(g), 0, 20] },
  { name: "SADD", weight: 3, mutate: false, args: (g) => [SET, ...elements(g)] },
  { name: "ZADD", weight: 3, mutate: false, args: zaddArgs },
  { name: "DEL", weight: 1, mutate: false, args: (g) => [any(g)] },
  { name: "SET", weight: 6, mutate: false, args: (g) => [`w_${element(g)}`, element(g)] },
  { name: "HSET", weight: 6, mutate: false, args: hashArgs },
];

/** Never of another key: redis-server makes every sorted set large that it sorts. */
const SORT_COMMANDS: CommandRow[] = [
  { name: "SORT", weight: 12, keep: 1, args: (g) => [list(g), ...options(g), ...by(g)] },
  { name: "SORT_RO", weight: 4, keep: 1, args: (g) => [list(g), ...options(g), ...by(g)] },
  { name: "SORT", weight: 4, keep: 1, args: (g) => [list(g), ...options(g), ...by(g), ...store(g)] },
  { name: "SORT", weight: 5, keep: 1, args: (g) => [any(g), ...options(g)] },
  { name: "SORT", weight: 2, keep: 1, args: (g) => [any(g), ...options(g), ...store(g)] },
  { name: "SORT", weight: 2, keep: 1, args: (g) => [ZSET, ...options(g), "BY", "nosort"] },
  { name: "SORT", weight: 1, keep: 1, args: (g) => [any(g), ...options(g), "BY", "nosort", ...store(g)] },
  { name: "SORT_RO", weight: 1, mode: "unordered", mutate: false, args: () => [SET, "BY", "nosort"] },
];

/**
 * Reads a number. When the one that redis-server read last was out of the range of doubles, it takes the first one that
 * it sorts for an error as well.
 */
const FORGET_RANGE_ERROR = request(["ZADD", "missing:0", "XX", 1, "m"]);

export const SORT_GROUPS: GroupRow[] = SORT_COMMANDS.map((row) => ({
  name: row.name,
  weight: row.weight,
  op: (g) => {
    const requests = [FORGET_RANGE_ERROR, drawRequest(g, row)];
    return g.chance(80) ? requests : transaction(requests);
  },
}));
