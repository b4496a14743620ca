/**
 * Copying and moving a value from one key to another, of the same db or of two. The keys may lie in different
 * shards: the bytes of an entry are copied in both cases, but what a link leads to stays where it is in a move.
 */

import type { Int64 } from "../base/int.ts";
import { adopt, buildDetached, transfer } from "./detached.ts";
import type { Entry } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";
import { needRoom } from "./room.ts";
import { valueTypeOf } from "./value-types.ts";

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
  const expireAt = expireTimeOf(source);
  const copy = source.linked
    ? adopt(
        keyspace,
        clone(keyspace, source, bytes, toDb, toStart, toEnd),
        toDb,
        bytes,
        toStart,
        toEnd,
        expireAt,
      )
    : transfer(keyspace, source, toDb, bytes, toStart, toEnd, expireAt);
  copy.access = keyspace.access.initial();
  keyspace.changed(copy);
}

/** {@link copyKey} without leaving the source; the access bits move with the value. O(1) for linked values. */
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
  const { access } = source;
  const moved = transfer(keyspace, source, toDb, bytes, toStart, toEnd, expireTimeOf(source));
  moved.access = access;
  keyspace.changed(moved);
  // Its slot may have moved with the insert, so it is looked up again.
  keyspace.remove(keyspace.find(fromDb, bytes, fromStart, fromEnd) as Entry);
}

function expireTimeOf(entry: Entry): Int64 {
  return entry.expires ? entry.expireAtMsExact : NO_EXPIRE;
}

/** A detached copy of a linked value. @throws OutOfMemoryError, nothing changed */
function clone(
  keyspace: Keyspace,
  source: Entry,
  bytes: Buffer,
  db: number,
  start: number,
  end: number,
): Entry {
  const type = valueTypeOf(source);
  needRoom(keyspace.shardOf(bytes, start, end), type.linkedBytes(source, 0), 0);
  return buildDetached(keyspace, db, bytes, start, end, source.type, (copy) =>
    type.cloneLinked(keyspace, source, copy),
  );
}
