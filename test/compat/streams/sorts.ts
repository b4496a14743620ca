/**
 * SORT. What it sorts is built here as well, of members that are mostly numbers, and so are the keys that its patterns
 * lead to; other tables' commands meet it on the same keys.
 */

import type { Gen } from "./gen.ts";
import { FLOATS, INTEGERS, type Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** Lists that only this table fills, so that there is often something to sort. */
const LISTS: Part[] = ["sort:l1", "sort:l2"];

/** None is beyond the range of doubles: redis-server may take the ones after it for errors as well. */
const WEIGHTS: Part[] = [...INTEGERS, ...FLOATS, "", "+1", "01", "1e3", "inf", "-inf", " 1", "0x10"];
const BAD_WEIGHTS: Part[] = ["nan", "1 ", "abc", "--1", "-", "two words"];

function element(gen: Gen): Part {
  const kind = gen.below(60);
  if (kind < 40) return gen.below(20) - 5;
  if (kind < 58) return gen.pick(WEIGHTS);
  return gen.pick(BAD_WEIGHTS);
}

/** Words that need something behind them, or that are none. */
const BAD_OPTIONS = ["bad", "LIMIT", "BY", "GET", "STORE"];

function pattern(gen: Gen): Part {
  if (gen.chance(60)) return gen.pick(["w_*", "h_*->f", "h_*->g"]);
  return gen.pick(["#", "nosort", "", "*", "w_*->", "w_*->f", "h_*", "h*_->f", "->", "*->f", "w_**", "w->*"]);
}

function range(gen: Gen): Part[] {
  if (gen.chance(80)) return ["LIMIT", gen.below(12) - 2, gen.below(12) - 2];
  return ["LIMIT", gen.integer(), gen.integer()];
}

function options(gen: Gen, alpha = true): Part[] {
  return gen.some(
    [
      () => [gen.pick(["ASC", "DESC"])],
      () => (alpha ? ["ALPHA"] : []),
      () => range(gen),
      () => ["GET", pattern(gen)],
      () => ["GET", gen.chance(80) ? pattern(gen) : "k*"],
      () => (gen.chance(10) ? [gen.pick(BAD_OPTIONS)] : []),
    ],
    gen.pick([0, 30, 50]),
  );
}

function by(gen: Gen): Part[] {
  return gen.chance(40) ? ["BY", pattern(gen)] : [];
}

const list = (gen: Gen): Part => gen.pick(LISTS);

const hashArgs = (gen: Gen): Part[] => [
  `h_${element(gen)}`,
  ...gen.times(1, 2, () => gen.pick(["f", "g"])).flatMap((field) => [field, element(gen)]),
];

/**
 * Sets are in the same order on both servers only when they are sorted, and texts are the same to redis-server up to
 * a NUL unless the result is stored: so only lists of this table, which has no NUL, are sorted in every way.
 */
export const SORT_COMMANDS: CommandRow[] = [
  { name: "RPUSH", weight: 6, mutate: false, args: (g) => [list(g), ...g.times(1, 6, () => element(g))] },
  { name: "LTRIM", weight: 2, args: (g) => [list(g), 0, 20] },
  { name: "DEL", weight: 1, mutate: false, args: (g) => [list(g)] },
  { name: "SET", weight: 6, mutate: false, args: (g) => [`w_${element(g)}`, element(g)] },
  { name: "HSET", weight: 6, mutate: false, args: hashArgs },
  { name: "SORT", weight: 12, args: (g) => [list(g), ...options(g), ...by(g)] },
  { name: "SORT_RO", weight: 4, args: (g) => [list(g), ...options(g), ...by(g)] },
  { name: "SORT", weight: 5, args: (g) => [list(g), ...options(g), ...by(g), "STORE", g.key()] },
  { name: "SORT", weight: 2, args: (g) => [list(g), ...options(g), "STORE", list(g)] },
  { name: "SORT", weight: 4, args: (g) => [g.key(), ...options(g, false)] },
  { name: "SORT", weight: 2, args: (g) => [g.key(), ...options(g), "STORE", g.key()] },
  { name: "SORT", weight: 1, args: (g) => [g.key(), "BY", "nosort", "STORE", g.key()] },
  { name: "SORT", weight: 1, mode: "unordered", args: (g) => [g.key(), "BY", "nosort"] },
];
