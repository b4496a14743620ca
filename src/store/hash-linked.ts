/** Linked hashes: each field is a record (`hash-record.ts`) in a dict; those that expire: `hash-expire.ts`. */

import { copyBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Slot } from "../memory/dict.ts";
import type { Entry } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import { fileField, isFieldExpired, moveField, takeExpiredFields, withdrawField } from "./hash-expire.ts";
import {
  closeFieldTime,
  copyField,
  FIELD_TIME_BYTES,
  fieldExpires,
  fieldLengthOf,
  fieldStartOf,
  fieldTimeOf,
  findField,
  hashRecordBytes,
  openFieldTime,
  valueEndOf,
  valueStartOf,
  writeField,
  writeFieldTime,
  writeValue,
} from "./hash-record.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Shard } from "./shard.ts";
import { dictOf, forEachRecord } from "./table.ts";

/** A block keeps so many bytes that are of no use just now, and a quarter of what it holds. */
const SPARE_MAX = 16;

/** The record of the field `bytes[start, end)`, 0 when there is none or it has expired. */
export function findLinkedField(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): Offset {
  const { home } = entry;
  const slot = findField(home, dictOf(entry), keyspace.hashOf(bytes, start, end), bytes, start, end);
  if (slot === 0) return 0;
  const record = home.dict.recordAt(slot);
  return isFieldExpired(keyspace, home, record) ? 0 : record;
}

/**
 * Sets the field `bytes[start, end)` to `source[from, to)`, which lie elsewhere. Returns whether it is new, or had
 * expired. Its expire time goes unless `keepsTime`. @throws OutOfMemoryError, nothing changed
 */
export function setLinkedField(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
  keepsTime: boolean,
): boolean {
  const { home } = entry;
  const dict = dictOf(entry);
  const hash = keyspace.hashOf(bytes, start, end);
  const slot = findField(home, dict, hash, bytes, start, end);
  if (slot === 0) {
    addLinkedField(home, dict, hash, bytes, start, end, source, from, to);
    return true;
  }
  const present = home.dict.recordAt(slot);
  const expires = fieldExpires(home, present);
  const isNew = expires && isFieldExpired(keyspace, home, present);
  const kept = valueStartOf(home, present) - present;
  const record = resize(entry, slot, kept, hashRecordBytes(end - start, to - from, expires));
  writeValue(home, record, source, from, to);
  if (expires && (isNew || !keepsTime)) persistRecord(keyspace, entry, record);
  if (isNew) keyspace.expiredFields++;
  return isNew;
}

/** Files a field that is not in the dict, whose hash is given. @throws OutOfMemoryError, nothing changed */
export function addLinkedField(
  home: Shard,
  dict: Offset,
  hash: number,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): void {
  const record = home.arena.allocate(hashRecordBytes(end - start, to - from, false));
  if (record === 0) throw new OutOfMemoryError();
  writeField(home, record, bytes, start, end, source, from, to);
  insert(home, dict, hash, record);
}

/** Takes the field `bytes[start, end)` out. False when there is none, or it has expired. */
export function removeLinkedField(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  const { home } = entry;
  const hash = keyspace.hashOf(bytes, start, end);
  const slot = findField(home, dictOf(entry), hash, bytes, start, end);
  if (slot === 0) return false;
  const record = home.dict.recordAt(slot);
  if (fieldExpires(home, record)) {
    if (isFieldExpired(keyspace, home, record)) return false;
    withdrawField(keyspace, entry, record, fieldTimeOf(home, record));
  }
  home.dict.remove(dictOf(entry), hash, slot);
  home.arena.free(record);
  return true;
}

/** Lets the present field `bytes[start, end)` expire at `time`. @throws OutOfMemoryError, nothing changed */
export function setFieldTime(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  time: number,
): void {
  const { home } = entry;
  const slot = findField(home, dictOf(entry), keyspace.hashOf(bytes, start, end), bytes, start, end);
  const present = home.dict.recordAt(slot);
  if (fieldExpires(home, present)) {
    changeTime(keyspace, entry, present, time);
    return;
  }
  const size = valueEndOf(home, present) - present;
  const record = resize(entry, slot, size, size + FIELD_TIME_BYTES);
  fileField(keyspace, entry, record, time);
  openFieldTime(home, record);
  writeFieldTime(home, record, time);
}

/** Takes the time of a record away. Needs no memory. */
export function persistRecord(keyspace: Keyspace, entry: Entry, record: Offset): void {
  const { home } = entry;
  withdrawField(keyspace, entry, record, fieldTimeOf(home, record));
  closeFieldTime(home, record);
}

/** Fills a linked hash without fields with those of another, expired ones included. @throws OutOfMemoryError */
export function copyFields(keyspace: Keyspace, source: Entry, copy: Entry): void {
  const from = source.home;
  const { home } = copy;
  const dict = dictOf(copy);
  forEachRecord(from, dictOf(source), (original) => {
    const record = home.arena.allocate(valueEndOf(from, original) - original);
    if (record === 0) throw new OutOfMemoryError();
    copyField(home, record, from, original);
    insert(home, dict, hashOfRecord(keyspace, home, record), record);
    if (fieldExpires(home, record)) fileField(keyspace, copy, record, fieldTimeOf(home, record));
  });
}

/**
 * Frees expired fields, at most `limit`, of a hash whose root its wheel has handed out, and the key with the last of
 * its fields. Returns how many.
 */
export function freeExpiredFields(keyspace: Keyspace, entry: Entry, limit: number): number {
  const { home } = entry;
  const dict = dictOf(entry);
  const freed = takeExpiredFields(keyspace, entry, limit, (record) => {
    home.dict.removeRecord(dict, hashOfRecord(keyspace, home, record), record);
    home.arena.free(record);
  });
  keyspace.expiredFields += freed;
  keyspace.changed(entry);
  if (home.dict.count(dict) === 0) keyspace.delete(entry);
  return freed;
}

export function hashOfRecord(keyspace: Keyspace, home: Shard, record: Offset): number {
  const start = fieldStartOf(home, record);
  return keyspace.hashOf(home.bytes, start, start + fieldLengthOf(home, record));
}

/** Files a record, which is freed when that fails. */
function insert(home: Shard, dict: Offset, hash: number, record: Offset): void {
  if (home.dict.insert(dict, hash, record) !== 0) return;
  home.arena.free(record);
  throw new OutOfMemoryError();
}

function changeTime(keyspace: Keyspace, entry: Entry, record: Offset, time: number): void {
  const { home } = entry;
  const present = fieldTimeOf(home, record);
  if (time === present) return;
  // What may fail comes first: for a moment the record is filed under both.
  fileField(keyspace, entry, record, time);
  withdrawField(keyspace, entry, record, present);
  writeFieldTime(home, record, time);
}

/**
 * Gives the record at `slot` a block for `size` bytes, of which the first `kept` stay, and returns it: it may have
 * moved. One that is a good deal too large gives its tail back. @throws OutOfMemoryError, nothing changed
 */
function resize(entry: Entry, slot: Slot, kept: number, size: number): Offset {
  const { home } = entry;
  const record = home.dict.recordAt(slot);
  const spare = home.arena.capacityOf(record) - size;
  if (spare >= 0 && spare <= (size >> 2) + SPARE_MAX) return record;
  return home.arena.resizeInPlace(record, size) ? record : move(entry, slot, kept, size);
}

function move(entry: Entry, slot: Slot, kept: number, size: number): Offset {
  const { home } = entry;
  const record = home.dict.recordAt(slot);
  const fresh = home.arena.allocate(size);
  if (fresh === 0) throw new OutOfMemoryError();
  copyBytes(home.bytes, record, home.bytes, fresh, kept);
  if (fieldExpires(home, record) && !moveField(entry, record, fresh)) {
    home.arena.free(fresh);
    throw new OutOfMemoryError();
  }
  home.dict.replaceAt(slot, fresh);
  home.arena.free(record);
  return fresh;
}
