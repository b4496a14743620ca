/** The end of SUNIONSTORE, ZRANGESTORE and others that replace a key by a collection they have built. */

import { adopt, discard } from "../store/detached.ts";
import type { Entry } from "../store/entry.ts";
import { NO_EXPIRE } from "../store/keyspace.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";

/**
 * Makes `detached`, a collection of `length` elements, the value of the key in argument `i`, whatever that held.
 * When it is empty, the key is deleted.
 * @throws OutOfMemoryError, the key unchanged
 */
export function storeResult(ctx: Context, args: Args, i: number, detached: Entry, length: number): void {
  const { keyspace, client } = ctx;
  if (length === 0) {
    discard(detached);
    deleteResult(ctx, args, i);
    return;
  }
  const entry = adopt(keyspace, detached, client.db, args.bytes, args.start(i), args.end(i), NO_EXPIRE);
  keyspace.changed(entry);
}

/** Deletes the key in argument `i`, because there is nothing to store. */
export function deleteResult(ctx: Context, args: Args, i: number): void {
  const { keyspace } = ctx;
  const old = ctx.find(args, i);
  if (old !== null) {
    keyspace.delete(old);
    keyspace.dirty++;
  }
}
