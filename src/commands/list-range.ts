/** Commands on ranges of lists. */

import type { Int64 } from "../base/int.ts";
import { TYPE_LIST } from "../store/entry.ts";
import * as lists from "../store/list.ts";
import { replyElements } from "./list-reply.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { indexFrom } from "./string-index.ts";

export const lrange = {
  name: "LRANGE",
  arity: 4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "list",
  since: "1.0.0",
  summary: "The elements from one index to another, negative ones counting from the end",
  complexity: "O(S+N) for N elements of which the first is S elements from the nearer end",
  syntax: "key start stop",
  handler(ctx, args) {
    const start = args.int64(2);
    const stop = args.int64(3);
    const entry = ctx.readValue(args, 1, TYPE_LIST);
    const length = entry === null ? 0 : lists.length(entry);
    const first = indexFrom(start, length);
    const count = endFrom(stop, length) - first;
    ctx.reply.array(Math.max(0, count));
    if (entry !== null && count > 0) replyElements(ctx, entry, first, count);
  },
} as const satisfies CommandSpec;

export const ltrim = {
  name: "LTRIM",
  arity: 4,
  flags: ["write"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  group: "list",
  since: "1.0.0",
  summary: "Removes all elements but those from one index to another, negative ones counting from the end",
  complexity: "O(N) for N elements up to the ends; what is removed is freed later",
  syntax: "key start stop",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const start = args.int64(2);
    const stop = args.int64(3);
    const entry = ctx.findValue(args, 1, TYPE_LIST);
    if (entry !== null) {
      const length = lists.length(entry);
      const first = indexFrom(start, length);
      const count = Math.max(0, endFrom(stop, length) - first);
      if (count > 0) {
        if (first > 0) lists.removeEnd(keyspace, entry, first, true);
        if (first + count < length) lists.removeEnd(keyspace, entry, length - first - count, false);
      }
      // A list that loses all its elements goes with its key.
      ctx.collectionChanged(entry, count);
    }
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

/** The index behind the last one of a range, which is given as clients do; not positive when nothing is in it. */
function endFrom(stop: Int64, length: number): number {
  // A bigint is far beyond any length, so that rounding it does no harm.
  const last = Number(stop);
  return last < 0 ? length + last + 1 : Math.min(last + 1, length);
}
