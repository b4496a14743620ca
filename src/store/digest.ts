/**
 * A digest of the whole dataset, to compare two of them or one at two times. It does not depend on the order
 * of keys, on shards or on encodings: equal are datasets that no command could tell apart, but for encodings
 * and access times.
 */

import type { Offset } from "../memory/arena.ts";
import { SCAN_END } from "../memory/dict.ts";
import type { Entry } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";
import type { Shard } from "./shard.ts";

const DIGEST_BYTES = 20;
const SLICE_ENTRIES = 1024;

/**
 * 40 hexadecimal digits; all zeros when there are no keys. Expired keys do not count, whether or not they were
 * freed. Changes nothing, but moves the keyspace's view of an entry. O(bytes of the dataset).
 */
export function digest(keyspace: Keyspace): string {
  const sum = Buffer.alloc(DIGEST_BYTES);
  for (let db = 0; db < keyspace.databases; db++) {
    for (const shard of keyspace.shards) {
      if (shard.roots[db] !== 0) addShard(sum, keyspace, shard, db);
    }
  }
  return sum.toString("hex");
}

function addShard(sum: Buffer, keyspace: Keyspace, shard: Shard, db: number): void {
  const offsets: Offset[] = [];
  let cursor = 0;
  while (cursor < SCAN_END) {
    offsets.length = 0;
    cursor = shard.dict.scan(shard.roots[db], cursor, SLICE_ENTRIES, offsets);
    for (const offset of offsets) {
      const entry = keyspace.entryAt(shard, db, offset);
      if (!keyspace.isExpired(entry)) addEntry(sum, entry);
    }
  }
}

/** Combines with exclusive or: no entry occurs twice, so none cancels another out. */
function addEntry(sum: Buffer, entry: Entry): void {
  const expireAt = entry.expires ? entry.expireAtMsExact : NO_EXPIRE;
  const hasher = new Bun.CryptoHasher("sha1");
  hasher.update(`${entry.db} ${entry.type} ${expireAt} ${entry.keyLength} `);
  // The value bytes of a string are the same in all its encodings.
  hasher.update(entry.bytes.subarray(entry.keyStart, entry.valueEnd));
  const bytes = hasher.digest();
  for (let i = 0; i < DIGEST_BYTES; i++) sum[i] ^= bytes[i];
}
