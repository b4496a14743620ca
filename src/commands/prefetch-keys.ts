/** Commands on many keys ask for the memory of their keys before the first is looked up (see store/prefetch.ts). */

import { PREFETCH_MAX } from "../store/prefetch.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import type { KeyPositions } from "./spec.ts";

/** More keys would push the first ones out of the cache again before they are used. */
const KEYS_MAX = 8 * PREFETCH_MAX;

/** Asks for the memory of the keys at these positions. */
export function prefetchKeys(ctx: Context, args: Args, keys: KeyPositions): void {
  const { keyspace, client, hashes } = ctx;
  const last = keys.last < 0 ? args.count + keys.last : keys.last;
  const end = Math.min(last, keys.first + (KEYS_MAX - 1) * keys.step);
  let count = 0;
  for (let i = keys.first; i <= end; i += keys.step) {
    hashes[count++] = keyspace.hashes.ofKey(args.bytes, args.start(i), args.end(i));
    if (count < PREFETCH_MAX) continue;
    keyspace.prefetch(client.db, hashes, count);
    count = 0;
  }
  if (count > 0) keyspace.prefetch(client.db, hashes, count);
}
