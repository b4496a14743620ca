/**
 * The deep check of a keyspace: walks every block, slot and list there is and compares them with each other.
 * Tests run it after their steps; it takes seconds for millions of keys.
 */

import type { Offset } from "../memory/arena.ts";
import { SCAN_END } from "../memory/dict.ts";
import {
  ENCODING_LINKED,
  Entry,
  encodingName,
  entryBytes,
  headEncoding,
  TYPE_HASH,
  TYPE_STRING,
} from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Shard } from "./shard.ts";
import { treeOf } from "./table.ts";
import { valueTypeOf } from "./value-types.ts";

const SLICE_ENTRIES = 1024;

/** What a check has counted: keys in all dbs, expired ones that were not freed yet included. */
export interface KeyspaceCounts {
  keys: number;
  expiring: number;
  /** Entries of flushed dbs that are still to be freed. */
  garbage: number;
}

/** What was found to be in the arena of a shard. */
interface Accounted {
  bytes: number;
  /** For each db the number of hashes with fields that expire. */
  readonly hashes: Int32Array;
}

/**
 * Throws an Error that names the first broken invariant; else says how much there is. Changes nothing, but
 * moves the keyspace's view of an entry. O(dataset).
 */
export function checkKeyspace(keyspace: Keyspace): KeyspaceCounts {
  const counts = { keys: 0, expiring: 0, garbage: 0 };
  const accounted = keyspace.shards.map(() => ({ bytes: 0, hashes: new Int32Array(keyspace.databases) }));
  for (const shard of keyspace.shards) checkShard(keyspace, shard, counts, accounted);
  for (const shard of keyspace.shards) checkAccount(shard, accounted[shard.index]);
  return counts;
}

/** Compares what was found for a shard with what the shard itself knows. */
function checkAccount({ arena, reclaimer, fieldWheel, fieldWheels }: Shard, found: Accounted): void {
  fieldWheels.forEach((wheel, db) => {
    const filed = wheel === 0 ? 0 : fieldWheel.check(wheel);
    if (filed !== found.hashes[db])
      throw new Error(
        `store: ${found.hashes[db]} hashes of db ${db} have expiring fields, ${filed} are filed`,
      );
  });
  // Of a value that is freed in part nobody knows the rest.
  if (reclaimer.pendingValues === 0 && found.bytes !== arena.used)
    throw new Error(`store: ${found.bytes} bytes are accounted for, ${arena.used} are used`);
}

/** Counts the blocks of the arenas that the dbs and the garbage of a shard account for. */
function checkShard(keyspace: Keyspace, shard: Shard, counts: KeyspaceCounts, accounted: Accounted[]): void {
  shard.arena.check();
  for (let db = 0; db < keyspace.databases; db++) {
    if (shard.roots[db] !== 0) checkDb(keyspace, shard, db, counts, accounted);
    else if (shard.wheels[db] !== 0 || shard.expiring[db] !== 0)
      throw new Error(`store: db ${db} has a wheel but no dict`);
    if (shard.fieldWheels[db] !== 0)
      accounted[shard.index].bytes += shard.arena.blockBytesOf(shard.fieldWheels[db]);
  }
  shard.reclaimer.forEachKeys((root, cursor) => {
    accounted[shard.index].bytes += shard.dict.bytesOf(root);
    forEachRecord(shard, root, cursor, (offset) => {
      accounted[shard.index].bytes += shard.arena.blockBytesOf(offset);
      if (headEncoding(shard.words[offset >> 2]) === ENCODING_LINKED) addLinked(shard, offset, accounted);
      counts.garbage++;
    });
  });
}

/** Counts what an entry links to, which may lie in the arena of another shard. */
function addLinked(shard: Shard, offset: Offset, accounted: Accounted[]): void {
  const entry = new Entry();
  entry.shard = shard;
  entry.offset = offset;
  accounted[entry.home.index].bytes += valueTypeOf(entry).linkedBytes(entry, 0);
}

/** Checks one db of a shard and counts the bytes it takes. */
function checkDb(
  keyspace: Keyspace,
  shard: Shard,
  db: number,
  counts: KeyspaceCounts,
  accounted: Accounted[],
): void {
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
    if (entry.linked) addLinked(shard, offset, accounted);
    if (entry.linked && entry.type === TYPE_HASH && treeOf(entry) !== 0)
      accounted[entry.home.index].hashes[db]++;
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
  accounted[shard.index].bytes += bytes + checkWheel(shard, db, expiring);
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
  if (encodingName(entry.type, entry.encoding) === "")
    throw new Error(`store: the entry at ${entry.offset} has type ${entry.type}, encoding ${entry.encoding}`);
  const { keyLength, valueLength } = entry;
  if (keyLength < 0 || valueLength < 0)
    throw new Error(`store: the entry at ${entry.offset} has lengths ${keyLength} and ${valueLength}`);
  if (entry.type !== TYPE_STRING) valueTypeOf(entry).check(keyspace, entry);
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
