/** Commands that give some members: by a cursor, or at random. */

import { formatDouble } from "../base/double.ts";
import { SYNTAX } from "../protocol/errors.ts";
import { type Entry, TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import { sampleRanks } from "../store/zset-random.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { checkPairCount, randomCount, repeatedCount } from "./random-count.ts";
import { scanCollection } from "./scan-options.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { MEMBERS, membersHead, replyMembers, withScoresForm, writeMember } from "./zset-reply.ts";

/** Larger scores are no integers in a listpack of Redis. */
const LISTPACK_INTEGER_MAX = 2 ** 62;

export const zscan = {
  name: "ZSCAN",
  arity: -3,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "2.8.0",
  summary: "Some members with their scores, and the cursor to ask for the next ones with",
  complexity: "O(COUNT) for every call, O(N) for a whole scan of N members",
  syntax: "key cursor [MATCH pattern] [COUNT count]",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    scanCollection(ctx, args, TYPE_ZSET, 2, (entry, cursor, limit, matches) =>
      zsets.scan(keyspace, entry, cursor, limit, ({ bytes, start, end }, score) => {
        if (!matches(bytes, start, end)) return;
        reply.bulk(bytes, start, end);
        // A bulk string in both protocols.
        reply.bulkText(scannedScore(score, entry.linked));
      }),
    );
  },
} as const satisfies CommandSpec;

export const zrandmember = {
  name: "ZRANDMEMBER",
  arity: -2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "sorted-set",
  since: "6.2.0",
  summary: "Members chosen at random; they may repeat when the count is negative",
  complexity: "O(M log N) for M members of N",
  syntax: "key [count [WITHSCORES]]",
  handler(ctx, args) {
    if (args.count > 2) {
      replyRandom(ctx, args);
      return;
    }
    const entry = ctx.readValue(args, 1, TYPE_ZSET);
    if (entry === null) ctx.reply.null();
    else writeAt(ctx, entry, ctx.keyspace.random.below(zsets.length(entry)), MEMBERS);
  },
} as const satisfies CommandSpec;

/** ZSCAN shows packed scores as they lie in a listpack: integers, even those that ZSCORE gives an exponent. */
function scannedScore(score: number, linked: boolean): string {
  const packedInteger = !linked && Number.isInteger(score) && Math.abs(score) <= LISTPACK_INTEGER_MAX;
  return packedInteger ? BigInt(score).toString() : formatDouble(score);
}

function replyRandom(ctx: Context, args: Args): void {
  const { keyspace, reply } = ctx;
  const count = randomCount(args, 2);
  const withScores = args.count > 3;
  if (args.count > 4 || (withScores && !args.is(3, "WITHSCORES"))) throw SYNTAX;
  if (withScores) checkPairCount(args, 2);
  const entry = ctx.readValue(args, 1, TYPE_ZSET);
  if (entry === null || count === 0) {
    reply.array(0);
    return;
  }
  const form = withScores ? withScoresForm(reply) : MEMBERS;
  const members = zsets.length(entry);
  if (count >= members) {
    // Redis replies the whole set from the highest score down.
    replyMembers(ctx, entry, 0, members, true, form);
  } else if (count > 0) {
    membersHead(reply, count, form);
    for (const rank of sampleRanks(keyspace.random, members, count)) writeAt(ctx, entry, rank, form);
  } else {
    const repeats = repeatedCount(count);
    membersHead(reply, repeats, form);
    for (let left = repeats; left > 0; left--) writeAt(ctx, entry, keyspace.random.below(members), form);
  }
}

/** Writes the member of a rank. */
function writeAt({ keyspace, reply }: Context, entry: Entry, rank: number, form: number): void {
  const { cursor } = keyspace.zset;
  cursor.open(entry, rank, false, 1);
  writeMember(reply, cursor, form);
}
