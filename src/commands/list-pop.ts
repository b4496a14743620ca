/** Taking elements off lists and replying them, as several commands do. */

import { type Entry, TYPE_LIST } from "../store/entry.ts";
import * as lists from "../store/list.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { replyBackwards, replyElements } from "./list-reply.ts";

/** The list in the key of argument `i`, or null if it is missing or of another type. Counts no access. */
export function listIn(ctx: Context, args: Args, i: number): Entry | null {
  const entry = ctx.find(args, i);
  return entry !== null && entry.type === TYPE_LIST ? entry : null;
}

/** Removes the first or the last element and replies it. */
export function popOne(ctx: Context, entry: Entry, atFront: boolean): void {
  const { keyspace, reply } = ctx;
  const { bytes, start, end } = lists.peek(keyspace, entry, atFront);
  reply.bulk(bytes, start, end);
  ctx.collectionChanged(entry, lists.pop(keyspace, entry, atFront));
}

/** Removes up to `count` elements and replies them, from the first one on or from the last one on. */
export function popMany(ctx: Context, entry: Entry, count: number, atFront: boolean): void {
  const length = lists.length(entry);
  const taken = Math.min(count, length);
  ctx.reply.array(taken);
  if (taken === 0) return;
  if (atFront) replyElements(ctx, entry, 0, taken);
  else replyBackwards(ctx, entry, taken);
  // A list that loses all its elements goes with its key.
  if (taken < length) lists.removeEnd(ctx.keyspace, entry, taken, atFront);
  ctx.collectionChanged(entry, length - taken);
}

/** Replies the key of argument `i` with what `count` takes off its list: one element, or up to so many as an array. */
export function popWithKey(
  ctx: Context,
  args: Args,
  i: number,
  entry: Entry,
  count: number | null,
  atFront: boolean,
): void {
  ctx.reply.array(2);
  ctx.reply.bulk(args.bytes, args.start(i), args.end(i));
  if (count === null) popOne(ctx, entry, atFront);
  else popMany(ctx, entry, count, atFront);
}
