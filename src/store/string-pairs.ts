/**
 * Room for several strings before the first of them is set, so that MSET does all of its work or none: what
 * a full arena may refuse is asked for first, and given back if not everything is to be had.
 */

import { ENCODING_RAW, ENTRY_HEADER_BYTES, TYPE_STRING } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";

/** Bytes that an entry takes at most besides key and value: its header, that of its block, padding. */
const ENTRY_OVERHEAD_MAX = ENTRY_HEADER_BYTES + 16;
/** More than the dict of one shard grows by for as many new keys as one request brings. */
const DICT_GROWTH_MAX = 4 << 20;

/** In place of an old length: the key is new. */
const CREATED = -1;

/**
 * Makes sure that pairs of key and value can be set right after this call, in order and without expire times:
 * none of them runs out of memory then. Until they are set, the keys hold undefined bytes behind their old
 * value.
 * @param offsets start and end of the key, start and end of the value, for each pair, from index `from` on; the
 *   ranges follow one another in `bytes`
 * @throws OutOfMemoryError, nothing changed
 */
export function makeRoomForPairs(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  offsets: Int32Array,
  from: number,
  pairs: number,
): void {
  if (hasFreshMemory(keyspace, offsets, from, pairs)) return;
  const oldLengths: number[] = [];
  try {
    for (let n = 0; n < pairs; n++) oldLengths.push(makeRoom(keyspace, db, bytes, offsets, from + n * 4));
  } catch (error) {
    // Backwards, since a key may occur twice.
    for (let n = oldLengths.length - 1; n >= 0; n--)
      giveBack(keyspace, db, bytes, offsets, from + n * 4, oldLengths[n]);
    throw error;
  }
}

/** Whether every arena has so much memory never used that nothing can fail, as is the rule. */
function hasFreshMemory(keyspace: Keyspace, offsets: Int32Array, from: number, pairs: number): boolean {
  const payload = offsets[from + pairs * 4 - 1] - offsets[from];
  const need = payload + pairs * ENTRY_OVERHEAD_MAX + DICT_GROWTH_MAX;
  const { shards } = keyspace;
  for (let i = 0; i < shards.length; i++) {
    const { arena } = shards[i];
    if (arena.buffer.byteLength - arena.top < need) return false;
  }
  return true;
}

/** Gives the key of the pair at `at` an entry that the value fits. Returns its old length, or CREATED. */
function makeRoom(keyspace: Keyspace, db: number, bytes: Buffer, offsets: Int32Array, at: number): number {
  const start = offsets[at];
  const end = offsets[at + 1];
  const length = offsets[at + 3] - offsets[at + 2];
  const entry = keyspace.find(db, bytes, start, end);
  if (entry === null) {
    keyspace.put(db, bytes, start, end, TYPE_STRING, ENCODING_RAW, length, NO_EXPIRE);
    return CREATED;
  }
  const old = entry.valueLength;
  if (length > old) keyspace.reserve(entry, length, 0);
  return old;
}

function giveBack(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  offsets: Int32Array,
  at: number,
  oldLength: number,
): void {
  const entry = keyspace.find(db, bytes, offsets[at], offsets[at + 1]);
  if (entry === null) throw new Error("a key vanished while room was made for it");
  if (oldLength === CREATED) keyspace.delete(entry);
  else keyspace.reserve(entry, oldLength, 0);
}
