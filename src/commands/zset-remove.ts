/** Removing a range of members, for ZREMRANGEBYRANK and its relatives and for ZPOPMIN and its. */

import type { Entry } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import type { Context } from "./context.ts";
import { replyMembers } from "./zset-reply.ts";

/** Removes `count` members from rank `first` on, all of which are there; a key without members is deleted. */
export function removeMembers(ctx: Context, entry: Entry, first: number, count: number): void {
  if (count === 0) return;
  const left = zsets.length(entry) - count;
  // The members of a key that goes are freed over time.
  if (left > 0) zsets.removeRange(ctx.keyspace, entry, first, count);
  ctx.collectionChanged(entry, left);
}

/** Replies and removes the first members, or the last with `max`, in the form given; `wanted` of them at most. */
export function popMembers(ctx: Context, entry: Entry, wanted: number, max: boolean, form: number): void {
  const members = zsets.length(entry);
  const count = Math.min(wanted, members);
  if (count === 1) zsets.expectPop(ctx.keyspace, entry, max);
  // The reply comes before the change: it may turn out to be too large.
  replyMembers(ctx, entry, 0, count, max, form);
  removeMembers(ctx, entry, max ? members - count : 0, count);
}
