/**
 * The deep check of a keyspace: walks every block, slot and list there is and compares them with each other.
 * Tests run it after their steps; it takes seconds for millions of keys.
 */

import type { Offset } from "../memory/arena.ts";
import { SCAN_END } from "../memory/dict.ts";
import { ENCODING_NAMES, type Entry, entryBytes, TYPE_NAMES } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Shard } from "./shard.ts";

const SLICE_ENTRIES = 1024;

/** What a check has counted: keys in all dbs, expired ones that were not freed yet included. */
export interface KeyspaceCounts {
  keys: number;
  expiring: number;
  /** Entries of flushed dbs that are still to be freed. */
  garbage: number;
}

/**
 * Throws an Error that names the first broken invariant; else says how much there is. Changes nothing, but
 * moves the keyspace's view of an entry. O(dataset).
 */
export function checkKeyspace(keyspace: Keyspace): KeyspaceCounts {
  const counts = { keys: 0, expiring: 0, garbage: 0 };
  for (const shard of keyspace.shards) checkShard(keyspace, shard, counts);
  return counts;
}

/** Checks that the blocks of the arena are exactly those that dbs and garbage account for. */
function checkShard(keyspace: Keyspace, shard: Shard, counts: KeyspaceCounts): void {
  shard.arena.check();
  let accounted = 0;
  for (let db = 0; db < keyspace.databases; db++) {
    if (shard.roots[db] !== 0) accounted += checkDb(keyspace, shard, db, counts);
    else if (shard.wheels[db] !== 0 || shard.expiring[db] !== 0)
      throw new Error(`store: db ${db} has a wheel but no dict`);
  }
  for (const { root, cursor } of shard.garbage) {
    accounted += shard.dict.bytesOf(root);
    forEachRecord(shard, root, cursor, (offset) => {
      accounted += shard.arena.blockBytesOf(offset);
      counts.garbage++;
    });
  }
  if (accounted !== shard.arena.used)
    throw new Error(`store: ${accounted} bytes are accounted for, ${shard.arena.used} are used`);
}

/** Checks one db of a shard and returns the bytes it takes. */
function checkDb(keyspace: Keyspace, shard: Shard, db: number, counts: KeyspaceCounts): number {
  const root = shard.roots[db];
  shard.dict.check(root, (offset) => keyspace.entryAt(shard, db, offset).hash);
  let bytes = shard.dict.bytesOf(root);
  let expiring = 0;
  let lastHash = -1;
  /** Keys of the present hash; more than one is rare. */
  const keys = new Set<string>();
  forEachRecord(shard, root, 0, (offset) => {
    const entry = keyspace.entryAt(shard, db, offset);
    checkEntry(keyspace, shard, entry);
    bytes += shard.arena.blockBytesOf(offset);
    if (entry.expires) expiring++;
    if (entry.hash !== lastHash) keys.clear();
    lastHash = entry.hash;
    const key = entry.bytes.toString("latin1", entry.keyStart, entry.valueStart);
    if (keys.has(key)) throw new Error(`store: a key of db ${db} is there twice`);
    keys.add(key);
    counts.keys++;
  });
  if (expiring !== shard.expiring[db])
    throw new Error(`store: ${expiring} keys of db ${db} expire, ${shard.expiring[db]} counted`);
  counts.expiring += expiring;
  return bytes + checkWheel(shard, db, expiring);
}

function checkWheel(shard: Shard, db: number, expiring: number): number {
  const wheel = shard.wheels[db];
  const filed = wheel === 0 ? 0 : shard.wheel.check(wheel);
  if (filed !== expiring) throw new Error(`store: ${expiring} keys of db ${db} expire, ${filed} are filed`);
  return wheel === 0 ? 0 : shard.arena.blockBytesOf(wheel);
}

function checkEntry(keyspace: Keyspace, shard: Shard, entry: Entry): void {
  if (keyspace.shards[entry.hash & (keyspace.shards.length - 1)] !== shard)
    throw new Error(`store: the entry at ${entry.offset} is in a wrong shard`);
  if (entry.type >= TYPE_NAMES.length || entry.encoding >= ENCODING_NAMES.length)
    throw new Error(`store: the entry at ${entry.offset} has type ${entry.type}, encoding ${entry.encoding}`);
  const { keyLength, valueLength } = entry;
  if (keyLength < 0 || valueLength < 0)
    throw new Error(`store: the entry at ${entry.offset} has lengths ${keyLength} and ${valueLength}`);
  if (entryBytes(entry.expires, keyLength, valueLength) > shard.arena.capacityOf(entry.offset))
    throw new Error(`store: the entry at ${entry.offset} is larger than its block`);
}

function forEachRecord(shard: Shard, root: Offset, from: number, visit: (offset: Offset) => void): void {
  const offsets: Offset[] = [];
  for (let cursor = from; cursor < SCAN_END; ) {
    offsets.length = 0;
    cursor = shard.dict.scan(root, cursor, SLICE_ENTRIES, offsets);
    for (const offset of offsets) visit(offset);
  }
}
