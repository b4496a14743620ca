/** The end of commands that store a result: SUNIONSTORE, ZRANGESTORE, SORT and so on. */

import { adopt, discard } from "../store/detached.ts";
import type { Entry } from "../store/entry.ts";
import { NO_EXPIRE } from "../store/keyspace.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";

/**
 * Makes `result`, a detached value of `length` elements, that of the key in argument `i`; without elements it
 * deletes the key. @throws OutOfMemoryError, the key unchanged
 */
export function storeResult(ctx: Context, args: Args, i: number, result: Entry, length: number): void {
  const { keyspace, client } = ctx;
  if (length > 0) {
    const entry = adopt(keyspace, result, client.db, args.bytes, args.start(i), args.end(i), NO_EXPIRE);
    keyspace.changed(entry);
    return;
  }
  discard(result);
  deleteResult(ctx, args, i);
}

/** What {@link storeResult} does for an empty result that nobody has built. */
export function deleteResult(ctx: Context, args: Args, i: number): void {
  const entry = ctx.find(args, i);
  if (entry === null) return;
  ctx.keyspace.delete(entry);
  ctx.keyspace.dirty++;
}
