/** The 22 string commands with all their options. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** EX, PX, EXAT or PXAT with a time that is accepted, and now and then one that is not. */
export function expireOption(gen: Gen): Part[] {
  const name = gen.pick(["EX", "PX", "EXAT", "PXAT"]);
  if (gen.chance(12)) return [name, gen.refusedTime()];
  if (name === "EX") return [name, gen.relativeSeconds()];
  if (name === "PX") return [name, gen.relativeMs()];
  return [name, name === "EXAT" ? gen.absoluteSeconds() : gen.absoluteMs()];
}

const pair = (gen: Gen): Part[] => [gen.key(), gen.value()];

function pairs(gen: Gen): Part[] {
  return Array.from({ length: 1 + gen.below(4) }, () => pair(gen)).flat();
}

/** Options of LCS, some of them refused. */
export function lcsOptions(gen: Gen): Part[] {
  return gen.some(
    [
      () => ["LEN"],
      () => ["IDX"],
      () => ["WITHMATCHLEN"],
      () => ["MINMATCHLEN", gen.chance(85) ? gen.below(8) - 1 : gen.odd()],
      () => ["BAD"],
    ],
    gen.pick([0, 25, 50]),
  );
}

function setOptions(gen: Gen): Part[] {
  const rare = (part: string) => () => (gen.chance(50) ? [part] : []);
  return gen.some(
    [
      () => [gen.pick(["NX", "XX"])],
      () => ["GET"],
      () => expireOption(gen),
      rare("KEEPTTL"),
      rare(gen.pick(["NX", "XX", "PERSIST", "bad"])),
    ],
    gen.pick([0, 20, 35]),
  );
}

export const STRING_COMMANDS: CommandRow[] = [
  { name: "APPEND", weight: 5, args: (g) => pair(g) },
  { name: "DECR", weight: 4, args: (g) => [g.key()] },
  { name: "DECRBY", weight: 4, args: (g) => [g.key(), g.integer()] },
  { name: "GET", weight: 8, args: (g) => [g.key()] },
  { name: "GETDEL", weight: 2, args: (g) => [g.key()] },
  {
    name: "GETEX",
    weight: 5,
    args: (g) => [
      g.key(),
      ...g.some([() => expireOption(g), () => ["PERSIST"], () => ["NX"]], g.pick([0, 40])),
    ],
  },
  { name: "GETRANGE", weight: 5, args: (g) => [g.key(), g.position(), g.position()] },
  { name: "GETSET", weight: 3, args: (g) => pair(g) },
  { name: "INCR", weight: 5, args: (g) => [g.key()] },
  { name: "INCRBY", weight: 5, args: (g) => [g.key(), g.integer()] },
  { name: "INCRBYFLOAT", weight: 5, args: (g) => [g.key(), g.float()] },
  { name: "MGET", weight: 3, args: (g) => g.times(1, 5, () => g.key()) },
  { name: "MSET", weight: 3, args: pairs },
  { name: "MSETNX", weight: 3, args: pairs },
  {
    name: "PSETEX",
    weight: 3,
    args: (g) => [g.key(), g.chance(85) ? g.relativeMs() : g.refusedTime(), g.value()],
  },
  { name: "SET", weight: 16, args: (g) => [...pair(g), ...setOptions(g)] },
  {
    name: "SETEX",
    weight: 3,
    args: (g) => [g.key(), g.chance(85) ? g.relativeSeconds() : g.refusedTime(), g.value()],
  },
  { name: "SETNX", weight: 3, args: (g) => pair(g) },
  { name: "SETRANGE", weight: 5, args: (g) => [g.key(), g.position(), g.value()] },
  { name: "STRLEN", weight: 3, args: (g) => [g.key()] },
  { name: "SUBSTR", weight: 2, args: (g) => [g.key(), g.position(), g.position()] },
];

const LCS_TEXTS: Part[] = [
  ...["", "a", "ohmytext", "mynewtext", "abcabcabba", "bacabcbaab", "0123456789", "9876543210"],
  ...["aaaa", "aaaaaaaaaaaaaaaa", "пример", "x".repeat(45), `${"ab".repeat(40)}c`],
];

/** LCS is quadratic: its keys get these short values right before, never the 10 kB ones of the pool. */
export const lcsText = (gen: Gen): Part => gen.pick(LCS_TEXTS);
