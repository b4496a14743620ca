/** Commands that take elements off the first of several lists that exists; some wait for one. */

import { TYPE_LIST } from "../store/entry.ts";
import type { Args } from "./args.ts";
import { blockTimeout } from "./block-timeout.ts";
import type { Context } from "./context.ts";
import { listIn, popWithKey } from "./list-pop.ts";
import { type PopMany, popManyIn } from "./pop-many.ts";
import type { CommandSpec } from "./spec.ts";

const KEYS_BEFORE_TIMEOUT = { first: 1, last: -2, step: 1, access: ["RW access delete"] } as const;

export const lmpop = {
  name: "LMPOP",
  arity: -4,
  flags: ["write", "movablekeys"],
  countedKeys: { at: 1, access: "RW access delete" },
  group: "list",
  since: "7.0.0",
  summary: "Removes the first or last elements of the first list that exists, and replies them with its key",
  complexity: "O(N+M) for N keys and M elements",
  syntax: "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
  handler(ctx, args) {
    const { firstKey, lastKey, count, isFirst } = popManyOf(args, 1);
    if (!popFirst(ctx, args, firstKey, lastKey, count, isFirst)) ctx.reply.nullArray();
  },
} as const satisfies CommandSpec;

export const blmpop = {
  name: "BLMPOP",
  arity: -5,
  flags: ["write", "blocking", "movablekeys"],
  countedKeys: { at: 2, access: "RW access delete" },
  group: "list",
  since: "7.0.0",
  summary: "LMPOP that waits for one of the lists to come to be",
  complexity: "O(N+M) for N keys and M elements",
  syntax: "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]",
  handler(ctx, args) {
    const { firstKey, lastKey, count, isFirst } = popManyOf(args, 2);
    const timeoutMs = blockTimeout(args, 1);
    popOrBlock(ctx, args, firstKey, lastKey, count, isFirst, timeoutMs);
  },
  serve(ctx, args, i) {
    const { count, isFirst } = popManyOf(args, 2);
    return serveKey(ctx, args, i, count, isFirst);
  },
} as const satisfies CommandSpec;

export const blpop = {
  name: "BLPOP",
  arity: -3,
  flags: ["write", "noscript", "blocking"],
  keys: KEYS_BEFORE_TIMEOUT,
  group: "list",
  since: "2.0.0",
  summary:
    "Removes the first element of the first list that exists, or waits for one, and replies it with the key",
  complexity: "O(N) for N keys",
  syntax: "key [key ...] timeout",
  handler(ctx, args) {
    const last = args.count - 1;
    popOrBlock(ctx, args, 1, last - 1, null, true, blockTimeout(args, last));
  },
  serve(ctx, args, i) {
    return serveKey(ctx, args, i, null, true);
  },
} as const satisfies CommandSpec;

export const brpop = {
  name: "BRPOP",
  arity: -3,
  flags: ["write", "noscript", "blocking"],
  keys: KEYS_BEFORE_TIMEOUT,
  group: "list",
  since: "2.0.0",
  summary:
    "Removes the last element of the first list that exists, or waits for one, and replies it with the key",
  complexity: "O(N) for N keys",
  syntax: "key [key ...] timeout",
  handler(ctx, args) {
    const last = args.count - 1;
    popOrBlock(ctx, args, 1, last - 1, null, false, blockTimeout(args, last));
  },
  serve(ctx, args, i) {
    return serveKey(ctx, args, i, null, false);
  },
} as const satisfies CommandSpec;

function popManyOf(args: Args, at: number): PopMany {
  return popManyIn(args, at, "LEFT", "RIGHT");
}

/**
 * Takes elements off the first list among the keys of arguments `firstKey` to `lastKey`, see {@link popWithKey}.
 * Returns whether there was one. @throws WRONG_TYPE
 */
function popFirst(
  ctx: Context,
  args: Args,
  firstKey: number,
  lastKey: number,
  count: number | null,
  atFront: boolean,
): boolean {
  for (let i = firstKey; i <= lastKey; i++) {
    const entry = ctx.findValue(args, i, TYPE_LIST);
    if (entry === null) continue;
    popWithKey(ctx, args, i, entry, count, atFront);
    return true;
  }
  return false;
}

function popOrBlock(
  ctx: Context,
  args: Args,
  firstKey: number,
  lastKey: number,
  count: number | null,
  atFront: boolean,
  timeoutMs: number,
): void {
  if (popFirst(ctx, args, firstKey, lastKey, count, atFront)) return;
  if (!ctx.block(args, firstKey, lastKey, timeoutMs)) ctx.reply.nullArray();
}

function serveKey(ctx: Context, args: Args, i: number, count: number | null, atFront: boolean): boolean {
  const entry = listIn(ctx, args, i);
  if (entry === null) return false;
  popWithKey(ctx, args, i, entry, count, atFront);
  return true;
}
