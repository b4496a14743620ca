/** Commands on single members of sorted sets; the value's logic is in `store/zset.ts`. */

import { type Entry, TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const zscore = {
  name: "ZSCORE",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  memberAt: 2,
  group: "sorted-set",
  since: "1.2.0",
  summary: "The score of a member",
  complexity: "O(1)",
  syntax: "key member",
  handler(ctx, args) {
    replyScore(ctx, ctx.readValue(args, 1, TYPE_ZSET), args, 2);
  },
} as const satisfies CommandSpec;

export const zmscore = {
  name: "ZMSCORE",
  arity: -3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  memberAt: 2,
  group: "sorted-set",
  since: "6.2.0",
  summary: "The scores of several members",
  complexity: "O(N) for N members asked for",
  syntax: "key member [member ...]",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_ZSET);
    ctx.reply.array(args.count - 2);
    for (let i = 2; i < args.count; i++) replyScore(ctx, entry, args, i);
  },
} as const satisfies CommandSpec;

export const zcard = {
  name: "ZCARD",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  group: "sorted-set",
  since: "1.2.0",
  summary: "The number of members",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_ZSET);
    ctx.reply.integer(entry === null ? 0 : zsets.length(entry));
  },
} as const satisfies CommandSpec;

export const zrank = {
  name: "ZRANK",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  memberAt: 2,
  group: "sorted-set",
  since: "2.0.0",
  summary: "The number of members before one",
  complexity: "O(log N), N being the number of members",
  syntax: "key member",
  handler(ctx, args) {
    replyRank(ctx, args, false);
  },
} as const satisfies CommandSpec;

export const zrevrank = {
  name: "ZREVRANK",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  memberAt: 2,
  group: "sorted-set",
  since: "2.0.0",
  summary: "The number of members behind one",
  complexity: "O(log N), N being the number of members",
  syntax: "key member",
  handler(ctx, args) {
    replyRank(ctx, args, true);
  },
} as const satisfies CommandSpec;

export const zrem = {
  name: "ZREM",
  arity: -3,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  memberAt: 2,
  group: "sorted-set",
  since: "1.2.0",
  summary: "Removes members and says how many there were",
  complexity: "O(log N) for each member, N being the number of members",
  syntax: "key member [member ...]",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const entry = ctx.findValue(args, 1, TYPE_ZSET);
    let removed = 0;
    if (entry !== null) {
      for (let i = 2; i < args.count; i++)
        if (zsets.remove(keyspace, entry, args.bytes, args.start(i), args.end(i))) removed++;
      if (removed > 0) ctx.collectionChanged(entry, zsets.length(entry));
    }
    ctx.reply.integer(removed);
  },
} as const satisfies CommandSpec;

function replyScore({ keyspace, reply }: Context, entry: Entry | null, args: Args, i: number): void {
  const score =
    entry === null ? Number.NaN : zsets.score(keyspace, entry, args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(score)) reply.null();
  else reply.double(score);
}

/** Replies the rank of the member in argument 2, counted from the end if `reverse`; null when it is not there. */
function replyRank(ctx: Context, args: Args, reverse: boolean): void {
  const entry = ctx.readValue(args, 1, TYPE_ZSET);
  const rank = entry === null ? -1 : zsets.rank(ctx.keyspace, entry, args.bytes, args.start(2), args.end(2));
  if (entry === null || rank < 0) ctx.reply.null();
  else ctx.reply.integer(reverse ? zsets.length(entry) - 1 - rank : rank);
}
