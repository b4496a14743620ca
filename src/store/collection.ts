/**
 * What lists, sets, sorted sets and hashes have in common. A small collection is one packed sequence in the entry
 * itself; a larger one is linked: its elements are in blocks of their own, and the entry holds a link to the root.
 *
 *     packed   | number of elements (2) | element | element | ...
 *     linked   | offset of the root (4) | index of the shard whose arena it lies in |
 *
 * A collection is never empty between two commands: who takes its last element deletes the key.
 */

import type { Offset } from "../memory/arena.ts";
import { type NewElement, nextPacked } from "../memory/packed.ts";
import { ENCODING_LINKED, ENCODING_PACKED, type Entry, LINK_BYTES } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";
import { createRoot } from "./root.ts";

export const PACKED_HEAD_BYTES = 2;
/** The most elements and bytes a packed collection may have, whatever the configuration allows. */
export const PACKED_COUNT_MAX = 0xffff;
export const PACKED_BYTES_MAX = 1 << 16;
/** Room for growth that a packed collection takes when it has to move, at most. */
const SLACK_MAX = 64;

/** Makes the missing key `bytes[start, end)` an empty packed collection. @throws OutOfMemoryError, nothing changed */
export function createPacked(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  type: number,
): Entry {
  const entry = keyspace.put(db, bytes, start, end, type, ENCODING_PACKED, PACKED_HEAD_BYTES, NO_EXPIRE);
  setPackedCount(entry, 0);
  return entry;
}

/** A detached, empty packed collection for the key `bytes[start, end)`, see `detached.ts`. */
export function createDetachedPacked(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  type: number,
): Entry {
  const entry = keyspace.createDetached(db, bytes, start, end, type, ENCODING_PACKED, PACKED_HEAD_BYTES);
  setPackedCount(entry, 0);
  return entry;
}

/** Number of elements of a packed collection; a hash counts fields and values, a sorted set members and scores. */
export function packedCount(entry: Entry): number {
  const at = entry.valueStart;
  return entry.bytes[at] | (entry.bytes[at + 1] << 8);
}

export function setPackedCount(entry: Entry, count: number): void {
  const at = entry.valueStart;
  entry.bytes[at] = count & 255;
  entry.bytes[at + 1] = count >> 8;
}

/** Where the first element of a packed collection starts; they end at `entry.valueEnd`. */
export function packedStart(entry: Entry): number {
  return entry.valueStart + PACKED_HEAD_BYTES;
}

/**
 * Writes an element in front of the one at `at`, an absolute position; `at` may be the end. The entry may move.
 * Returns the absolute position behind the new element. @throws OutOfMemoryError, nothing changed
 */
export function insertPacked(keyspace: Keyspace, entry: Entry, at: number, element: NewElement): number {
  const position = openGap(keyspace, entry, at, element.size);
  setPackedCount(entry, packedCount(entry) + 1);
  return element.write(entry.bytes, position);
}

/** Replaces the element at `at`. The entry may move. Returns the absolute position behind the new element. */
export function replacePacked(keyspace: Keyspace, entry: Entry, at: number, element: NewElement): number {
  const old = nextPacked(entry.bytes, at) - at;
  let position = at;
  if (element.size > old) position = openGap(keyspace, entry, at, element.size - old);
  else if (element.size < old) closeGap(keyspace, entry, at, old - element.size);
  return element.write(entry.bytes, position);
}

/** Removes `count` elements from `at` on, which end at `end`; absolute positions. The block stays where it is. */
export function removePacked(keyspace: Keyspace, entry: Entry, at: number, end: number, count: number): void {
  setPackedCount(entry, packedCount(entry) - count);
  closeGap(keyspace, entry, at, end - at);
}

/** Moves the bytes from `at` on by `size`. Returns where `at` is now, since the entry may have moved. */
export function openGap(keyspace: Keyspace, entry: Entry, at: number, size: number): number {
  const offset = at - entry.valueStart;
  const length = entry.valueLength;
  keyspace.reserve(entry, length + size, Math.min(length >> 2, SLACK_MAX));
  const position = entry.valueStart + offset;
  if (offset < length) entry.bytes.copyWithin(position + size, position, entry.valueStart + length);
  return position;
}

/** Moves the bytes from `at + size` on back to `at`. */
export function closeGap(keyspace: Keyspace, entry: Entry, at: number, size: number): void {
  entry.bytes.copyWithin(at, at + size, entry.valueEnd);
  keyspace.reserve(entry, entry.valueLength - size, SLACK_MAX);
}

/**
 * A root in the arena of the entry's shard, for a collection that is about to be linked.
 * @throws OutOfMemoryError, nothing changed
 */
export function newRoot(entry: Entry): Offset {
  return createRoot(entry.shard, entry.type);
}

/** Replaces a packed value by a link to `root` in the entry's own shard. */
export function link(keyspace: Keyspace, entry: Entry, root: Offset): void {
  keyspace.reserve(entry, LINK_BYTES, 0);
  entry.encoding = ENCODING_LINKED;
  entry.linkTo(entry.shard, root);
}
