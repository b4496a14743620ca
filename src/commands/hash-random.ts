/** HRANDFIELD. */

import { SYNTAX } from "../protocol/errors.ts";
import { type Entry, TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import { randomPlace, sampleFields } from "../store/hash-random.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { checkPairCount, randomCount, repeatedCount } from "./random-count.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const hrandfield = {
  name: "HRANDFIELD",
  arity: -2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "hash",
  since: "6.2.0",
  summary: "Fields chosen at random; they may repeat when the count is negative",
  complexity: "O(1) for a field, O(N) for a good part of N fields",
  syntax: "key [count [WITHVALUES]]",
  handler(ctx, args) {
    if (args.count > 2) {
      replyRandom(ctx, args);
      return;
    }
    const hash = readFields(ctx, args);
    if (hash === null) ctx.reply.null();
    else replyPlace(ctx, hash, randomPlace(ctx.keyspace, hash), false);
  },
} as const satisfies CommandSpec;

function replyRandom(ctx: Context, args: Args): void {
  const count = randomCount(args, 2);
  const withValues = args.count > 3;
  if (args.count > 4 || (withValues && !args.is(3, "WITHVALUES"))) throw SYNTAX;
  if (withValues) checkPairCount(args, 2);
  const hash = readFields(ctx, args);
  if (hash === null || count === 0) ctx.reply.array(0);
  else if (count < 0) replyRepeated(ctx, hash, count, withValues);
  else replySample(ctx, hash, count, withValues);
}

/** The hash in argument 1, unless it has no fields: all may have just expired. */
function readFields(ctx: Context, args: Args): Entry | null {
  const hash = ctx.readValue(args, 1, TYPE_HASH);
  return hash === null || hashes.length(ctx.keyspace, hash) === 0 ? null : hash;
}

function replyRepeated(ctx: Context, hash: Entry, count: number, withValues: boolean): void {
  const repeats = repeatedCount(count);
  replyHead(ctx, repeats, withValues);
  for (let i = 0; i < repeats; i++) replyPlace(ctx, hash, randomPlace(ctx.keyspace, hash), withValues);
}

function replySample(ctx: Context, hash: Entry, count: number, withValues: boolean): void {
  const { keyspace } = ctx;
  const places = sampleFields(keyspace, hash, Math.min(count, hashes.length(keyspace, hash)));
  replyHead(ctx, places.length, withValues);
  for (const place of places) replyPlace(ctx, hash, place, withValues);
}

/** RESP3 has an array for each pair, RESP2 one for all. */
function replyHead({ reply }: Context, count: number, withValues: boolean): void {
  reply.array(withValues && reply.resp === 2 ? count * 2 : count);
}

function replyPlace({ keyspace, reply }: Context, hash: Entry, place: number, withValues: boolean): void {
  const { fieldView, valueView } = keyspace;
  hashes.viewPlace(keyspace, hash, place);
  if (withValues && reply.resp !== 2) reply.array(2);
  reply.bulk(fieldView.bytes, fieldView.start, fieldView.end);
  if (withValues) reply.bulk(valueView.bytes, valueView.start, valueView.end);
}
