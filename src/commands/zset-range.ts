/** Commands that reply or store a range of a sorted set. */

import { buildDetached } from "../store/detached.ts";
import { TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import { BY_LEX, BY_RANK, BY_SCORE } from "../store/zset-range.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY, FIRST_TWO_KEYS } from "./spec.ts";
import { storeResult } from "./store-result.ts";
import { parseRange, type RangeForm } from "./zset-range-options.ts";
import { MEMBERS, replyMembers, withScoresForm } from "./zset-reply.ts";

const ANY_FORM: RangeForm = { at: 2, withScores: true };
const RANKS_DOWN: RangeForm = { at: 2, withScores: true, by: BY_RANK, reverse: true };
const SCORES_UP: RangeForm = { at: 2, withScores: true, by: BY_SCORE, reverse: false };
const SCORES_DOWN: RangeForm = { at: 2, withScores: true, by: BY_SCORE, reverse: true };
const BYTES_UP: RangeForm = { at: 2, withScores: true, by: BY_LEX, reverse: false };
const BYTES_DOWN: RangeForm = { at: 2, withScores: true, by: BY_LEX, reverse: true };
const STORED_FORM: RangeForm = { at: 3, withScores: false };

export const zrange = {
  name: "ZRANGE",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "1.2.0",
  summary: "Members in a range of ranks, scores or bytes",
  complexity: "O(log N + M) for M members of N",
  syntax: "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
  handler(ctx, args) {
    replyRange(ctx, args, ANY_FORM);
  },
} as const satisfies CommandSpec;

export const zrevrange = {
  name: "ZREVRANGE",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "1.2.0",
  summary: "Members in a range of ranks, which count from the last one",
  complexity: "O(log N + M) for M members of N",
  syntax: "key start stop [WITHSCORES]",
  handler(ctx, args) {
    replyRange(ctx, args, RANKS_DOWN);
  },
} as const satisfies CommandSpec;

export const zrangebyscore = {
  name: "ZRANGEBYSCORE",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "1.0.5",
  summary: "Members in a range of scores",
  complexity: "O(log N + M) for M members of N",
  syntax: "key min max [WITHSCORES] [LIMIT offset count]",
  handler(ctx, args) {
    replyRange(ctx, args, SCORES_UP);
  },
} as const satisfies CommandSpec;

export const zrevrangebyscore = {
  name: "ZREVRANGEBYSCORE",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "2.2.0",
  summary: "Members in a range of scores, the highest first",
  complexity: "O(log N + M) for M members of N",
  syntax: "key max min [WITHSCORES] [LIMIT offset count]",
  handler(ctx, args) {
    replyRange(ctx, args, SCORES_DOWN);
  },
} as const satisfies CommandSpec;

export const zrangebylex = {
  name: "ZRANGEBYLEX",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "2.8.9",
  summary: "Members in a range of bytes, where all scores are the same",
  complexity: "O(log N + M) for M members of N",
  syntax: "key min max [LIMIT offset count]",
  handler(ctx, args) {
    replyRange(ctx, args, BYTES_UP);
  },
} as const satisfies CommandSpec;

export const zrevrangebylex = {
  name: "ZREVRANGEBYLEX",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "2.8.9",
  summary: "Members in a range of bytes, the last first, where all scores are the same",
  complexity: "O(log N + M) for M members of N",
  syntax: "key max min [LIMIT offset count]",
  handler(ctx, args) {
    replyRange(ctx, args, BYTES_DOWN);
  },
} as const satisfies CommandSpec;

export const zrangestore = {
  name: "ZRANGESTORE",
  arity: -5,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_TWO_KEYS, access: ["OW update", "RO access"] },
  group: "sorted-set",
  since: "6.2.0",
  summary: "Stores a range of a sorted set in another key",
  complexity: "O(log N + M log M) for M members of N",
  syntax: "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]",
  handler(ctx, args) {
    const { keyspace, client } = ctx;
    const { range } = keyspace.zset;
    parseRange(range, args, STORED_FORM);
    const source = ctx.readValue(args, 2, TYPE_ZSET);
    if (source === null) range.count = 0;
    else range.resolve(source);
    const { bytes } = args;
    const { first, count, reverse } = range;
    const result = buildDetached(
      keyspace,
      client.db,
      bytes,
      args.start(1),
      args.end(1),
      TYPE_ZSET,
      (target) => {
        if (source === null) return;
        // As in Redis, which knows the count of a range by rank only: a packed set loses the sign of a -0.
        if (range.by === BY_RANK && count > keyspace.limits.zsetEntries) zsets.convert(keyspace, target);
        zsets.copyRange(keyspace, source, first, count, reverse, target);
      },
    );
    storeResult(ctx, args, 1, result, count);
    ctx.reply.integer(count);
  },
} as const satisfies CommandSpec;

function replyRange(ctx: Context, args: Args, form: RangeForm): void {
  const { keyspace, reply } = ctx;
  const { range } = keyspace.zset;
  const withScores = parseRange(range, args, form);
  const entry = ctx.readValue(args, 1, TYPE_ZSET);
  if (entry === null) {
    reply.array(0);
    return;
  }
  range.resolve(entry);
  const { first, count, reverse } = range;
  replyMembers(ctx, entry, first, count, reverse, withScores ? withScoresForm(reply) : MEMBERS);
}
