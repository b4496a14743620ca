/**
 * The list commands. Keys come from a few of all keys and elements from a small pool, so that lists meet and elements
 * are found. Those that may wait have rows of their own, since they are to be sent where they cannot.
 */

import type { Gen } from "./gen.ts";
import { ELEMENT_INTEGERS, ODD, type Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

function element(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 8) return `e${gen.below(8)}`;
  if (kind < 13) return gen.below(12) - 3;
  if (kind < 15) return gen.pick(ELEMENT_INTEGERS);
  if (kind < 17) return gen.odd();
  return kind < 19 ? gen.value() : "x".repeat(gen.pick([0, 63, 64, 300, 4_095, 4_096, 9_000, 70_000]));
}

/** Few of them, or so many that a list outgrows its form, or the chunks of which it consists. */
function elements(gen: Gen): Part[] {
  if (gen.chance(97)) return gen.times(1, 5, () => element(gen));
  return gen.times(200, 1_200, () => element(gen));
}

const listKey = (gen: Gen): Part => gen.keyOf("l");

function index(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 12) return gen.below(16) - 8;
  return kind < 16 ? gen.below(2_000) - 1_000 : gen.integer();
}

function count(gen: Gen): Part {
  return gen.chance(80) ? gen.below(6) : gen.integer();
}

const side = (gen: Gen): Part => (gen.chance(96) ? gen.pick(["LEFT", "RIGHT"]) : gen.odd());
const place = (gen: Gen): Part => (gen.chance(96) ? gen.pick(["BEFORE", "AFTER"]) : gen.odd());

/** A range that leaves most of a list, so that lists become long. */
function trimmed(gen: Gen): Part[] {
  return gen.chance(60) ? [gen.below(3), -1 - gen.below(3)] : [index(gen), index(gen)];
}

function lposOptions(gen: Gen): Part[] {
  return gen.some([
    () => ["RANK", gen.chance(70) ? gen.below(7) - 3 : gen.integer()],
    () => ["COUNT", count(gen)],
    () => ["MAXLEN", gen.chance(70) ? gen.below(50) : gen.integer()],
    () => (gen.chance(5) ? [gen.odd()] : []),
  ]);
}

/** Never near 2^63: redis-server would look for arguments in front of the first one. */
function numkeys(gen: Gen, keys: number): Part {
  if (gen.chance(92)) return keys;
  return gen.pick([0, 1, 2, 5, -1, "2147483648", "9007199254740993", "-9223372036854775808", ...ODD]);
}

function manyKeys(gen: Gen): Part[] {
  const keys = gen.times(1, 3, () => listKey(gen));
  const option = gen.chance(70) ? ["COUNT", count(gen)] : [];
  return [numkeys(gen, keys.length), ...keys, side(gen), ...option, ...(gen.chance(4) ? [gen.odd()] : [])];
}

/** Short, since a request that waits waits for so long; or none at all. */
function timeout(gen: Gen): Part {
  if (gen.chance(80)) return gen.pick([0, "0.01", "1e-3", "0x0", "-0", "1000"]);
  return gen.pick([-1, "-0.1", "inf", "-inf", "nan", "1e300", "9223372036854775808", ...ODD]);
}

export const LIST_COMMANDS: CommandRow[] = [
  { name: "LPUSH", weight: 12, args: (g) => [listKey(g), ...elements(g)] },
  { name: "RPUSH", weight: 12, args: (g) => [listKey(g), ...elements(g)] },
  { name: "LPUSHX", weight: 4, args: (g) => [listKey(g), ...elements(g)] },
  { name: "RPUSHX", weight: 4, args: (g) => [listKey(g), ...elements(g)] },
  { name: "LPOP", weight: 6, args: (g) => [listKey(g), ...(g.chance(50) ? [count(g)] : [])] },
  { name: "RPOP", weight: 6, args: (g) => [listKey(g), ...(g.chance(50) ? [count(g)] : [])] },
  { name: "LLEN", weight: 3, args: (g) => [listKey(g)] },
  { name: "LINDEX", weight: 6, args: (g) => [listKey(g), index(g)] },
  { name: "LSET", weight: 8, args: (g) => [listKey(g), index(g), element(g)] },
  { name: "LINSERT", weight: 10, args: (g) => [listKey(g), place(g), element(g), element(g)] },
  { name: "LRANGE", weight: 8, args: (g) => [listKey(g), index(g), index(g)] },
  { name: "LTRIM", weight: 3, args: (g) => [listKey(g), ...trimmed(g)] },
  { name: "LREM", weight: 8, args: (g) => [listKey(g), index(g), element(g)] },
  { name: "LPOS", weight: 10, args: (g) => [listKey(g), element(g), ...lposOptions(g)] },
  { name: "LMOVE", weight: 6, args: (g) => [listKey(g), listKey(g), side(g), side(g)] },
  { name: "RPOPLPUSH", weight: 4, args: (g) => [listKey(g), listKey(g)] },
  { name: "LMPOP", weight: 6, args: manyKeys },
];

/** Commands that wait where they may. */
export const WAITING_LIST_COMMANDS: CommandRow[] = [
  { name: "BLPOP", weight: 3, args: (g) => [...g.times(1, 3, () => listKey(g)), timeout(g)] },
  { name: "BRPOP", weight: 3, args: (g) => [...g.times(1, 3, () => listKey(g)), timeout(g)] },
  { name: "BLMOVE", weight: 3, args: (g) => [listKey(g), listKey(g), side(g), side(g), timeout(g)] },
  { name: "BRPOPLPUSH", weight: 2, args: (g) => [listKey(g), listKey(g), timeout(g)] },
  { name: "BLMPOP", weight: 3, args: (g) => [timeout(g), ...manyKeys(g)] },
];
