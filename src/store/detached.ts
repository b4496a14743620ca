/**
 * Detached values: results of commands such as SUNIONSTORE are built without a key, since their key may be one of
 * the sources, and become its value when they are complete.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Int64 } from "../base/int.ts";
import { createDetachedPacked } from "./collection.ts";
import { ENCODING_LINKED, type Entry, TYPE_HASH } from "./entry.ts";
import { moveFieldExpiry, prepareFieldExpiry } from "./hash-expire.ts";
import type { Keyspace } from "./keyspace.ts";

/**
 * A detached collection for the key `bytes[start, end)`, which `fill` gives its elements. They may be read from
 * other entries while it is filled: it has blocks of its own, and no other block moves.
 * @throws OutOfMemoryError and what `fill` throws, nothing left behind
 */
export function buildDetached(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  type: number,
  fill: (detached: Entry) => void,
): Entry {
  const detached = createDetachedPacked(keyspace, db, bytes, start, end, type);
  try {
    fill(detached);
  } catch (error) {
    discard(detached);
    throw error;
  }
  return detached;
}

/**
 * Makes a detached value that of the key `bytes[start, end)` of `db`, whatever it held, and returns its entry.
 * Whether or not it fails, the detached entry is of no more use.
 * @param expireAt time in ms, or NO_EXPIRE, or KEEP_EXPIRE
 * @throws OutOfMemoryError, the key unchanged
 */
export function adopt(
  keyspace: Keyspace,
  detached: Entry,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  expireAt: Int64,
): Entry {
  let entry: Entry;
  try {
    entry = transfer(keyspace, detached, db, bytes, start, end, expireAt);
  } catch (error) {
    discard(detached);
    throw error;
  }
  detached.shard.arena.free(detached.offset);
  return entry;
}

/** Frees a detached value. */
export function discard(detached: Entry): void {
  if (detached.linked) detached.home.releaseValue(detached.db, detached.type, detached.root);
  detached.shard.arena.free(detached.offset);
}

/**
 * Gives the key the value of `source`, an entry in a view of its own: its bytes are copied, and what a link leads
 * to belongs to the key from then on. The source is left for the caller to remove.
 * @throws OutOfMemoryError, nothing changed
 */
export function transfer(
  keyspace: Keyspace,
  source: Entry,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  expireAt: Int64,
): Entry {
  const { type, encoding, valueLength } = source;
  if (type === TYPE_HASH && source.linked) prepareFieldExpiry(keyspace, source.home, source.root, db);
  const entry = keyspace.put(db, bytes, start, end, type, encoding, valueLength, expireAt);
  copyBytes(source.bytes, source.valueStart, entry.bytes, entry.valueStart, valueLength);
  if (encoding === ENCODING_LINKED) {
    const { home } = entry;
    if (home !== entry.shard) home.entangled = entry.shard.entangled = true;
    if (type === TYPE_HASH) moveFieldExpiry(home, entry.root, source.db, db, entry.hash);
  }
  return entry;
}
