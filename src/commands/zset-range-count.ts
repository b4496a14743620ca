/** Commands that count or remove a range of a sorted set. */

import { TYPE_ZSET } from "../store/entry.ts";
import { BY_LEX, BY_RANK, BY_SCORE } from "../store/zset-range.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { parseBounds } from "./zset-range-options.ts";
import { removeMembers } from "./zset-remove.ts";

export const zcount = {
  name: "ZCOUNT",
  arity: 4,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "2.0.0",
  summary: "The number of members in a range of scores",
  complexity: "O(log N), N being the number of members",
  syntax: "key min max",
  handler(ctx, args) {
    countRange(ctx, args, BY_SCORE);
  },
} as const satisfies CommandSpec;

export const zlexcount = {
  name: "ZLEXCOUNT",
  arity: 4,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "2.8.9",
  summary: "The number of members in a range of bytes, where all scores are the same",
  complexity: "O(log N), N being the number of members",
  syntax: "key min max",
  handler(ctx, args) {
    countRange(ctx, args, BY_LEX);
  },
} as const satisfies CommandSpec;

export const zremrangebyrank = {
  name: "ZREMRANGEBYRANK",
  arity: 4,
  flags: ["write"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  group: "sorted-set",
  since: "2.0.0",
  summary: "Removes the members in a range of ranks",
  complexity: "O(M log N) for M members of N",
  syntax: "key start stop",
  handler(ctx, args) {
    removeRange(ctx, args, BY_RANK);
  },
} as const satisfies CommandSpec;

export const zremrangebyscore = {
  name: "ZREMRANGEBYSCORE",
  arity: 4,
  flags: ["write"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  group: "sorted-set",
  since: "1.2.0",
  summary: "Removes the members in a range of scores",
  complexity: "O(M log N) for M members of N",
  syntax: "key min max",
  handler(ctx, args) {
    removeRange(ctx, args, BY_SCORE);
  },
} as const satisfies CommandSpec;

export const zremrangebylex = {
  name: "ZREMRANGEBYLEX",
  arity: 4,
  flags: ["write"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  group: "sorted-set",
  since: "2.8.9",
  summary: "Removes the members in a range of bytes, where all scores are the same",
  complexity: "O(M log N) for M members of N",
  syntax: "key min max",
  handler(ctx, args) {
    removeRange(ctx, args, BY_LEX);
  },
} as const satisfies CommandSpec;

function countRange(ctx: Context, args: Args, by: number): void {
  const { range } = ctx.keyspace.zset;
  range.reset(by, false);
  parseBounds(range, args, 2);
  const entry = ctx.readValue(args, 1, TYPE_ZSET);
  if (entry !== null) range.resolve(entry);
  ctx.reply.integer(entry === null ? 0 : range.count);
}

function removeRange(ctx: Context, args: Args, by: number): void {
  const { range } = ctx.keyspace.zset;
  range.reset(by, false);
  parseBounds(range, args, 2);
  const entry = ctx.findValue(args, 1, TYPE_ZSET);
  if (entry === null) {
    ctx.reply.integer(0);
    return;
  }
  range.resolve(entry);
  const { first, count } = range;
  removeMembers(ctx, entry, first, count);
  ctx.reply.integer(count);
}
