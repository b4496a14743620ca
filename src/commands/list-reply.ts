/** Elements of lists as replies. */

import type { Entry } from "../store/entry.ts";
import * as lists from "../store/list.ts";
import type { Context } from "./context.ts";

/** Replies `count` elements, which exist, from the one of number `first` on. */
export function replyElements(ctx: Context, entry: Entry, first: number, count: number): void {
  const { keyspace, reply } = ctx;
  const cursor = lists.seek(keyspace, entry, first);
  const view = keyspace.valueView;
  for (let left = count; left > 0; left--) {
    cursor.next(view);
    reply.bulk(view.bytes, view.start, view.end);
  }
}

/** Replies the last `count` elements, which exist, the last one first. */
export function replyBackwards(ctx: Context, entry: Entry, count: number): void {
  const { keyspace, reply } = ctx;
  const cursor = lists.enterEnd(keyspace, entry, false);
  const view = keyspace.valueView;
  for (let left = count; left > 0; left--) {
    cursor.previous(view);
    reply.bulk(view.bytes, view.start, view.end);
  }
}
