/** Hashes in an entry: fields and values in turn in one packed sequence. */

import { findPacked, nextPacked } from "../memory/packed.ts";
import {
  openGap,
  PACKED_BYTES_MAX,
  packedCount,
  packedStart,
  removePacked,
  replacePacked,
  setPackedCount,
} from "./collection.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

/** Elements of a field. */
export const PAIR = 2;
/** Redis knows no such bound. Up to here, raised limits keep fields in the order in which they came, as there. */
const BYTES_MAX = 2 * PACKED_BYTES_MAX;

/** Where the field `bytes[start, end)` starts, or a negative number. The keyspace's `fieldElement` points to it. */
export function findPackedField(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const field = keyspace.fieldElement.point(bytes, start, end);
  return findPacked(entry.bytes, packedStart(entry), entry.valueEnd, field, PAIR);
}

/** Whether a hash remains small enough for an entry when a field, maybe a new one, gets a value of this length. */
export function staysPacked(
  keyspace: Keyspace,
  entry: Entry,
  isNew: boolean,
  fieldBytes: number,
  valueBytes: number,
): boolean {
  const { hashEntries, hashValueBytes } = keyspace.limits;
  if (valueBytes > hashValueBytes || fieldBytes > hashValueBytes) return false;
  if (packedCount(entry) / PAIR + (isNew ? 1 : 0) > hashEntries) return false;
  return entry.valueLength + fieldBytes + valueBytes < BYTES_MAX;
}

/**
 * Sets the value of the field at `at`, or of a new one, to which `fieldElement` points, when `at` is negative. The
 * entry may move. @throws OutOfMemoryError, nothing changed
 */
export function setPackedField(
  keyspace: Keyspace,
  entry: Entry,
  at: number,
  source: Buffer,
  from: number,
  to: number,
): void {
  const { fieldElement, valueElement } = keyspace;
  valueElement.point(source, from, to);
  if (at >= 0) {
    replacePacked(keyspace, entry, nextPacked(entry.bytes, at), valueElement);
    return;
  }
  const position = openGap(keyspace, entry, entry.valueEnd, fieldElement.size + valueElement.size);
  setPackedCount(entry, packedCount(entry) + PAIR);
  valueElement.write(entry.bytes, fieldElement.write(entry.bytes, position));
}

/** Takes the field at `at` out. */
export function removePackedField(keyspace: Keyspace, entry: Entry, at: number): void {
  const value = nextPacked(entry.bytes, at);
  removePacked(keyspace, entry, at, nextPacked(entry.bytes, value), PAIR);
}
