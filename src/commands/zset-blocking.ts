/** ZPOPMIN and its relatives for clients that wait until there is something to pop. */

import { TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import { blockTimeout } from "./block-timeout.ts";
import type { Context } from "./context.ts";
import type { CommandSpec } from "./spec.ts";
import { parsePop, popFirst } from "./zset-pop-options.ts";
import { removeMembers } from "./zset-remove.ts";
import { FLAT_PAIRS, writeMembers } from "./zset-reply.ts";

/** The keys before the timeout. */
const KEYS_BEFORE_TIMEOUT = { first: 1, last: -2, step: 1, access: ["RW access delete"] } as const;

export const bzpopmin = {
  name: "BZPOPMIN",
  arity: -3,
  flags: ["write", "noscript", "blocking", "fast"],
  keys: KEYS_BEFORE_TIMEOUT,
  group: "sorted-set",
  since: "5.0.0",
  summary: "Takes the member of the lowest score out of one of several sorted sets, or waits for one",
  complexity: "O(log N), N being the number of members",
  syntax: "key [key ...] timeout",
  handler(ctx, args) {
    popOrWait(ctx, args, false);
  },
  serve(ctx, args, i) {
    return isSortedSet(ctx, args, i) && popOne(ctx, args, i, false);
  },
} as const satisfies CommandSpec;

export const bzpopmax = {
  name: "BZPOPMAX",
  arity: -3,
  flags: ["write", "noscript", "blocking", "fast"],
  keys: KEYS_BEFORE_TIMEOUT,
  group: "sorted-set",
  since: "5.0.0",
  summary: "Takes the member of the highest score out of one of several sorted sets, or waits for one",
  complexity: "O(log N), N being the number of members",
  syntax: "key [key ...] timeout",
  handler(ctx, args) {
    popOrWait(ctx, args, true);
  },
  serve(ctx, args, i) {
    return isSortedSet(ctx, args, i) && popOne(ctx, args, i, true);
  },
} as const satisfies CommandSpec;

export const bzmpop = {
  name: "BZMPOP",
  arity: -5,
  flags: ["write", "blocking", "movablekeys"],
  countedKeys: { at: 2, access: "RW access delete" },
  group: "sorted-set",
  since: "7.0.0",
  summary: "Takes members out of the first of several sorted sets that exists, or waits for one",
  complexity: "O(K + M log N) for K keys and M members of N",
  syntax: "timeout numkeys key [key ...] <MIN | MAX> [COUNT count]",
  handler(ctx, args) {
    const options = parsePop(args, 2);
    const timeoutMs = blockTimeout(args, 1);
    for (let i = options.firstKey; i <= options.lastKey; i++) if (popFirst(ctx, args, i, options)) return;
    if (!ctx.block(args, options.firstKey, options.lastKey, timeoutMs)) ctx.reply.nullArray();
  },
  serve(ctx, args, i) {
    return isSortedSet(ctx, args, i) && popFirst(ctx, args, i, parsePop(args, 2));
  },
} as const satisfies CommandSpec;

function popOrWait(ctx: Context, args: Args, max: boolean): void {
  const last = args.count - 2;
  const timeoutMs = blockTimeout(args, last + 1);
  for (let i = 1; i <= last; i++) if (popOne(ctx, args, i, max)) return;
  if (!ctx.block(args, 1, last, timeoutMs)) ctx.reply.nullArray();
}

/** Pops from the sorted set in argument `i` and replies; returns whether there is one. @throws WRONG_TYPE */
function popOne(ctx: Context, args: Args, i: number, max: boolean): boolean {
  const entry = ctx.findValue(args, i, TYPE_ZSET);
  if (entry === null) return false;
  ctx.reply.array(3);
  ctx.reply.bulk(args.bytes, args.start(i), args.end(i));
  writeMembers(ctx, entry, 0, 1, max, FLAT_PAIRS);
  removeMembers(ctx, entry, max ? zsets.length(entry) - 1 : 0, 1);
  return true;
}

/** A key that came to be is of no use if it is of another type. */
function isSortedSet(ctx: Context, args: Args, i: number): boolean {
  return ctx.find(args, i)?.type === TYPE_ZSET;
}
