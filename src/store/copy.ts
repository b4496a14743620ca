/**
 * Copying and moving a value from one key to another, of the same db or of two. The keys may lie in different
 * shards, so bytes are copied in both cases; a move deletes the source when the copy stands.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Entry } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";

/**
 * Makes the key `bytes[toStart, toEnd)` of `toDb` a copy of the live key `bytes[fromStart, fromEnd)` of
 * `fromDb`, whatever it held: value, encoding and expire time are the same, access bits those of a new key.
 * The two are different keys, or keys of different dbs.
 * @throws OutOfMemoryError, nothing changed
 */
export function copyKey(
  keyspace: Keyspace,
  bytes: Buffer,
  fromDb: number,
  fromStart: number,
  fromEnd: number,
  toDb: number,
  toStart: number,
  toEnd: number,
): void {
  const source = keyspace.findSecond(fromDb, bytes, fromStart, fromEnd) as Entry;
  const copy = copyEntry(keyspace, source, bytes, toDb, toStart, toEnd);
  copy.access = keyspace.access.initial();
}

/** {@link copyKey} without leaving the source; the access bits move with the value. */
export function moveKey(
  keyspace: Keyspace,
  bytes: Buffer,
  fromDb: number,
  fromStart: number,
  fromEnd: number,
  toDb: number,
  toStart: number,
  toEnd: number,
): void {
  const source = keyspace.findSecond(fromDb, bytes, fromStart, fromEnd) as Entry;
  const copy = copyEntry(keyspace, source, bytes, toDb, toStart, toEnd);
  copy.access = source.access;
  // Its slot may have moved with the insert, so it is looked up again.
  keyspace.delete(keyspace.find(fromDb, bytes, fromStart, fromEnd) as Entry);
}

/** `source` is a second view: `put` moves the keyspace's own. It moves no block but that of its own key. */
function copyEntry(
  keyspace: Keyspace,
  source: Entry,
  bytes: Buffer,
  db: number,
  start: number,
  end: number,
): Entry {
  const { type, encoding, valueLength } = source;
  const expireAt = source.expires ? source.expireAtMsExact : NO_EXPIRE;
  const copy = keyspace.put(db, bytes, start, end, type, encoding, valueLength, expireAt);
  copyBytes(source.bytes, source.valueStart, copy.bytes, copy.valueStart, valueLength);
  return copy;
}
