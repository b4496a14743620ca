/** Removing a range of members, for ZREMRANGEBYRANK and its relatives and for ZPOPMIN and its. */

import type { Entry } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import type { Context } from "./context.ts";

/** Removes `count` members from rank `first` on, all of which are there; a key without members is deleted. */
export function removeMembers(ctx: Context, entry: Entry, first: number, count: number): void {
  if (count === 0) return;
  const left = zsets.length(entry) - count;
  // The members of a key that goes are freed over time.
  if (left > 0) zsets.removeRange(ctx.keyspace, entry, first, count);
  ctx.collectionChanged(entry, left);
}
