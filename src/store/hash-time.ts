/** Expire times of fields, as commands set and ask for them; how they are kept is the business of `hash-expire.ts`. */

import type { Entry } from "./entry.ts";
import { convert } from "./hash.ts";
import { findLinkedField, persistRecord, setFieldTime } from "./hash-linked.ts";
import { findPackedField } from "./hash-packed.ts";
import { fieldExpires, fieldTimeOf } from "./hash-record.ts";
import type { Keyspace } from "./keyspace.ts";

/** In place of an expire time: there is no such field. */
export const NO_FIELD = -2;
/** In place of an expire time: the field lives until it is deleted. */
export const NO_FIELD_TIME = -1;

/** When the field `bytes[start, end)` expires in Unix ms, or NO_FIELD, or NO_FIELD_TIME. */
export function timeOf(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): number {
  if (!entry.linked)
    return findPackedField(keyspace, entry, bytes, start, end) < 0 ? NO_FIELD : NO_FIELD_TIME;
  const record = findLinkedField(keyspace, entry, bytes, start, end);
  if (record === 0) return NO_FIELD;
  return fieldExpires(entry.home, record) ? fieldTimeOf(entry.home, record) : NO_FIELD_TIME;
}

/**
 * Lets the field `bytes[start, end)`, which is there, expire at `time`: up to FIELD_TIME_MAX. The entry may move.
 * @throws OutOfMemoryError, the fields unchanged
 */
export function expireAt(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  time: number,
): void {
  if (!entry.linked) convert(keyspace, entry);
  setFieldTime(keyspace, entry, bytes, start, end, time);
}

/** Takes the expire time of the field `bytes[start, end)` away, which has one. Needs no memory. */
export function persist(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): void {
  persistRecord(keyspace, entry, findLinkedField(keyspace, entry, bytes, start, end));
}

/** Bytes that the field `bytes[start, end)` takes for the moment in which it is moved to get an expire time. */
export function bytesToMove(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  if (!entry.linked) return entry.valueLength;
  const record = findLinkedField(keyspace, entry, bytes, start, end);
  return record === 0 ? 0 : entry.home.arena.blockBytesOf(record);
}
