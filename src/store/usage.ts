/** How much memory parts of the dataset take: exact, as the arena accounts for it. */

import { ENCODING_INT, type Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import * as strings from "./string.ts";
import { valueTypeOf } from "./value-types.ts";

/** A key's slot in its dict: hash and offset. */
const SLOT_BYTES = 8;

/** Redis keeps one object each for the integers below this. */
const SHARED_INTEGERS = 10_000;
/** What Redis replies for the references to such an object. */
const SHARED_REFERENCES = 2 ** 31 - 1;

/**
 * Bytes that a key takes: its slot, its entry, and what the entry links to, which is estimated from `samples`
 * elements unless that is 0.
 */
export function entryUsage(entry: Entry, samples: number): number {
  const own = entry.shard.arena.blockBytesOf(entry.offset) + SLOT_BYTES;
  return entry.linked ? own + valueTypeOf(entry).linkedBytes(entry, samples) : own;
}

/** Bytes of the dicts of a db, its entries excluded. O(segments). */
export function dictBytes(keyspace: Keyspace, db: number): number {
  let bytes = 0;
  for (const { dict, roots } of keyspace.shards) if (roots[db] !== 0) bytes += dict.bytesOf(roots[db]);
  return bytes;
}

/** Bytes of the timing wheels of a db; the nodes in them belong to the entries. */
export function wheelBytes(keyspace: Keyspace, db: number): number {
  let bytes = 0;
  for (const { arena, wheels } of keyspace.shards)
    if (wheels[db] !== 0) bytes += arena.blockBytesOf(wheels[db]);
  return bytes;
}

/** The number of references to the value that Redis would report; here nothing is shared. */
export function referenceCount(entry: Entry): number {
  if (entry.encoding !== ENCODING_INT) return 1;
  const value = strings.integerOf(entry) ?? -1;
  return value >= 0 && value < SHARED_INTEGERS ? SHARED_REFERENCES : 1;
}
