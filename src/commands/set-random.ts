/** Commands that choose members at random. */

import { NOT_POSITIVE, SYNTAX } from "../protocol/errors.ts";
import { type Entry, TYPE_SET } from "../store/entry.ts";
import * as sets from "../store/set.ts";
import { randomPlace, removeDrawn, removePlaces, samplePlaces } from "../store/set-random.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { randomCount, repeatedCount } from "./random-count.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const spop = {
  name: "SPOP",
  arity: -2,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access delete"] },
  group: "set",
  since: "1.0.0",
  summary: "Takes members chosen at random out and replies them",
  complexity: "O(1) for a member, O(N) for a good part of N members",
  syntax: "key [count]",
  handler(ctx, args) {
    if (args.count > 3) throw SYNTAX;
    if (args.count === 3) popMany(ctx, args);
    else popOne(ctx, args);
  },
} as const satisfies CommandSpec;

export const srandmember = {
  name: "SRANDMEMBER",
  arity: -2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "set",
  since: "1.0.0",
  summary: "Members chosen at random; they may repeat when the count is negative",
  complexity: "O(1) for a member, O(N) for a good part of N members",
  syntax: "key [count]",
  handler(ctx, args) {
    if (args.count > 3) throw SYNTAX;
    if (args.count === 3) {
      replyRandom(ctx, args);
      return;
    }
    const set = ctx.readValue(args, 1, TYPE_SET);
    if (set === null) ctx.reply.null();
    else replyMember(ctx, set, randomPlace(ctx.keyspace, set));
  },
} as const satisfies CommandSpec;

function popOne(ctx: Context, args: Args): void {
  const { keyspace } = ctx;
  const set = ctx.findValue(args, 1, TYPE_SET);
  if (set === null) {
    ctx.reply.null();
    return;
  }
  const place = randomPlace(keyspace, set);
  replyMember(ctx, set, place);
  removeDrawn(keyspace, set, place);
  ctx.collectionChanged(set, sets.length(set));
}

/** The reply comes before the change: it may turn out to be too large. */
function popMany(ctx: Context, args: Args): void {
  const { keyspace, reply } = ctx;
  const count = args.int64(2, NOT_POSITIVE);
  if (count < 0) throw NOT_POSITIVE;
  const set = ctx.findValue(args, 1, TYPE_SET);
  if (set === null || count === 0) {
    reply.set(0);
    return;
  }
  const size = sets.length(set);
  if (count >= size) {
    reply.set(size);
    sets.forEachPlace(set, (place) => replyMember(ctx, set, place));
    ctx.collectionChanged(set, 0);
    return;
  }
  const places = samplePlaces(keyspace, set, Number(count));
  reply.set(places.length);
  for (const place of places) replyMember(ctx, set, place);
  removePlaces(keyspace, set, places);
  keyspace.changed(set);
}

function replyRandom(ctx: Context, args: Args): void {
  const { keyspace, reply } = ctx;
  const count = randomCount(args, 2);
  const set = ctx.readValue(args, 1, TYPE_SET);
  if (set === null || count === 0) {
    reply.array(0);
    return;
  }
  if (count < 0) {
    const repeats = repeatedCount(count);
    reply.array(repeats);
    for (let i = 0; i < repeats; i++) replyMember(ctx, set, randomPlace(keyspace, set));
    return;
  }
  const places = samplePlaces(keyspace, set, Math.min(count, sets.length(set)));
  reply.array(places.length);
  for (const place of places) replyMember(ctx, set, place);
}

function replyMember({ keyspace, reply }: Context, set: Entry, place: number): void {
  const member = sets.memberAt(keyspace, set, place);
  reply.bulk(member.bytes, member.start, member.end);
}
