/** Going through the keys of a db, and choosing one at random. */

import type { Offset } from "../memory/arena.ts";
import { type Cursor, SCAN_END } from "../memory/dict.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Shard } from "./shard.ts";

/** Keys looked at for a random one where expired ones are in the way to stay. */
const RANDOM_TRIES = 100;

/**
 * Visits live keys from `cursor` on, about `limit` of them, and returns the cursor to go on with, 0 after the
 * last. A key that is there during a whole scan is visited; the visitor may delete the entry it is given.
 * A cursor is `shard · 2^32 + next hash`; one that was never handed out ends the scan or visits some keys.
 */
export function scanKeys(
  keyspace: Keyspace,
  db: number,
  cursor: Cursor,
  limit: number,
  visit: (entry: Entry) => void,
): Cursor {
  const { shards } = keyspace;
  const offsets: Offset[] = [];
  let index = Math.floor(cursor / SCAN_END);
  let next = cursor % SCAN_END;
  for (let left = limit; index < shards.length; index++, next = 0) {
    const shard = shards[index];
    if (shard.roots[db] === 0) continue;
    offsets.length = 0;
    next = shard.dict.scan(shard.roots[db], next, left, offsets);
    for (const offset of offsets) visitKey(keyspace, shard, db, offset, visit);
    left -= offsets.length;
    if (next < SCAN_END) return index * SCAN_END + next;
    if (left <= 0) return index + 1 < shards.length ? (index + 1) * SCAN_END : 0;
  }
  return 0;
}

/** A live key chosen at random, or null when the db is empty. */
export function randomKey(keyspace: Keyspace, db: number): Entry | null {
  const { random, keepsExpired } = keyspace;
  // Expired keys in the way are freed, so that every attempt makes progress.
  const triesMax = keepsExpired ? RANDOM_TRIES : Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < triesMax; tries++) {
    const keys = keyspace.size(db);
    if (keys === 0) return null;
    const shard = shardOfNth(keyspace, db, random.below(keys));
    const entry = keyspace.entryAt(shard, db, shard.dict.random(shard.roots[db], random));
    if (!keyspace.isExpired(entry)) return entry;
    if (!keepsExpired) keyspace.expire(entry);
  }
  return null;
}

function shardOfNth({ shards }: Keyspace, db: number, nth: number): Shard {
  let left = nth;
  for (const shard of shards) {
    left -= shard.count(db);
    if (left < 0) return shard;
  }
  throw new RangeError("there are fewer keys");
}

function visitKey(
  keyspace: Keyspace,
  shard: Shard,
  db: number,
  offset: Offset,
  visit: (entry: Entry) => void,
): void {
  const entry = keyspace.entryAt(shard, db, offset);
  if (!keyspace.isExpired(entry)) visit(entry);
  else if (!keyspace.keepsExpired) keyspace.expire(entry);
}
