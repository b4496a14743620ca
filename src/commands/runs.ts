/** What {@link CommandSpec.handleRun} of several commands have in common. */

import type { Entry } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";

/** A run ends when so many bytes of replies wait to be sent, so that long ones are not collected. */
const RUN_REPLY_BYTES_MAX = 64 * 1024;

/** A type of collection that has two ends to take elements from. */
export interface Poppable {
  readonly type: number;
  length(entry: Entry): number;
  /** Takes the element at one end and replies it. */
  pop(ctx: Context, entry: Entry, end: boolean): void;
}

/** The collection in the key of argument 1 if it is of this type and linked, or null. No access is counted. */
export function linkedCollection(ctx: Context, args: Args, type: number): Entry | null {
  const entry = ctx.find(args, 1);
  return entry !== null && entry.type === type && entry.linked ? entry : null;
}

/** Pops of one element each, from a linked collection that keeps some: the last one would take the key with it. */
export function popRun(ctx: Context, args: Args, count: number, kind: Poppable, end: boolean): number {
  const entry = args.count === 2 ? linkedCollection(ctx, args, kind.type) : null;
  if (entry === null || kind.length(entry) <= count) return 0;
  for (let done = 0; done < count; done++) {
    if (ctx.reply.length >= RUN_REPLY_BYTES_MAX) return done;
    ctx.countAccess(entry);
    kind.pop(ctx, entry, end);
    args.advance();
  }
  return count;
}
