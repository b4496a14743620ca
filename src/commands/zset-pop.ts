/** Commands that take the members of the lowest or highest scores out. */

import { NOT_POSITIVE, SYNTAX } from "../protocol/errors.ts";
import { TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type Poppable, popRun } from "./runs.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { parsePop, popFirst } from "./zset-pop-options.ts";
import { popMembers } from "./zset-remove.ts";
import { FLAT_PAIRS, withScoresForm } from "./zset-reply.ts";

const ZSETS: Poppable = {
  type: TYPE_ZSET,
  length: zsets.length,
  pop(ctx, entry, max) {
    popMembers(ctx, entry, 1, max, FLAT_PAIRS);
  },
};

export const zpopmin = {
  name: "ZPOPMIN",
  arity: -2,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access delete"] },
  group: "sorted-set",
  since: "5.0.0",
  summary: "Takes the members of the lowest scores out and replies them",
  complexity: "O(M log N) for M members of N",
  syntax: "key [count]",
  handler(ctx, args) {
    pop(ctx, args, false);
  },
  handleRun(ctx, args, count) {
    return popRun(ctx, args, count, ZSETS, false);
  },
} as const satisfies CommandSpec;

export const zpopmax = {
  name: "ZPOPMAX",
  arity: -2,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access delete"] },
  group: "sorted-set",
  since: "5.0.0",
  summary: "Takes the members of the highest scores out and replies them",
  complexity: "O(M log N) for M members of N",
  syntax: "key [count]",
  handler(ctx, args) {
    pop(ctx, args, true);
  },
  handleRun(ctx, args, count) {
    return popRun(ctx, args, count, ZSETS, true);
  },
} as const satisfies CommandSpec;

export const zmpop = {
  name: "ZMPOP",
  arity: -4,
  flags: ["write", "movablekeys"],
  countedKeys: { at: 1, access: "RW access delete" },
  group: "sorted-set",
  since: "7.0.0",
  summary: "Takes members out of the first of several sorted sets that exists",
  complexity: "O(K + M log N) for K keys and M members of N",
  syntax: "numkeys key [key ...] <MIN | MAX> [COUNT count]",
  handler(ctx, args) {
    const options = parsePop(args, 1);
    for (let i = options.firstKey; i <= options.lastKey; i++) if (popFirst(ctx, args, i, options)) return;
    ctx.reply.nullArray();
  },
} as const satisfies CommandSpec;

function pop(ctx: Context, args: Args, max: boolean): void {
  const { reply } = ctx;
  if (args.count > 3) throw SYNTAX;
  const counted = args.count === 3;
  const count = counted ? args.atLeast(2, 0, NOT_POSITIVE) : 1;
  const entry = ctx.findValue(args, 1, TYPE_ZSET);
  if (entry === null || count === 0) reply.array(0);
  else popMembers(ctx, entry, count, max, counted ? withScoresForm(reply) : FLAT_PAIRS);
}
