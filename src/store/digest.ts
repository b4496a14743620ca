/**
 * A digest of the whole dataset, to compare two of them or one at two times. It does not depend on the order
 * of keys, on shards or on encodings: equal are datasets that no command could tell apart, but for encodings
 * and access times.
 */

import type { Offset } from "../memory/arena.ts";
import { SCAN_END } from "../memory/dict.ts";
import { type Entry, TYPE_STRING } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";
import type { Shard } from "./shard.ts";
import { type ValueType, valueTypeOf } from "./value-types.ts";

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
      if (!keyspace.isExpired(entry)) addEntry(sum, keyspace, entry);
    }
  }
}

function addEntry(sum: Buffer, keyspace: Keyspace, entry: Entry): void {
  // A hash whose fields have all expired is as good as gone.
  if (entry.type !== TYPE_STRING && valueTypeOf(entry).length(keyspace, entry) === 0) return;
  const expireAt = entry.expires ? entry.expireAtMsExact : NO_EXPIRE;
  const hasher = new Bun.CryptoHasher("sha1");
  hasher.update(`${entry.db} ${entry.type} ${expireAt} ${entry.keyLength} `);
  hasher.update(entry.bytes.subarray(entry.keyStart, entry.valueStart));
  hasher.update(digestValue(keyspace, entry));
  combine(sum, hasher.digest());
}

/** A digest of a value alone: equal for equal values, whatever their encodings. O(bytes of the value) */
export function digestValue(keyspace: Keyspace, entry: Entry): Buffer {
  const whole = new Bun.CryptoHasher("sha1");
  if (entry.type === TYPE_STRING)
    // The value bytes of a string are the same in all its encodings.
    return whole.update(entry.bytes.subarray(entry.valueStart, entry.valueEnd)).digest();
  const type = valueTypeOf(entry);
  if (!type.ordered) return digestUnordered(keyspace, entry, type);
  type.forEachPart(keyspace, entry, (bytes, start, end) => addPart(whole, bytes, start, end));
  return whole.digest();
}

function digestUnordered(keyspace: Keyspace, entry: Entry, type: ValueType): Buffer {
  const sum = Buffer.alloc(DIGEST_BYTES);
  let element = new Bun.CryptoHasher("sha1");
  type.forEachPart(keyspace, entry, (bytes, start, end, part) => {
    if (part === 0) {
      combine(sum, element.digest());
      element = new Bun.CryptoHasher("sha1");
    }
    addPart(element, bytes, start, end);
  });
  combine(sum, element.digest());
  return sum;
}

function addPart(hasher: Bun.CryptoHasher, bytes: Buffer, start: number, end: number): void {
  hasher.update(`${end - start} `);
  hasher.update(bytes.subarray(start, end));
}

/** Combines with exclusive or: no element occurs twice, so none cancels another out. */
function combine(sum: Buffer, digest: Uint8Array): void {
  for (let i = 0; i < DIGEST_BYTES; i++) sum[i] ^= digest[i];
}
