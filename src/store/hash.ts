/**
 * Hashes: fields with values. Packed, field and value follow one another; linked, each field is a record in a
 * dict (`record.ts`). Fields that expire make a hash linked (`hash-expire.ts`).
 *
 * Functions that give a field or value give it as a view of the keyspace, valid until the next call.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Slot } from "../memory/dict.ts";
import { findPacked, nextPacked, type PackedView } from "../memory/packed.ts";
import {
  insertPacked,
  link,
  newRoot,
  PACKED_BYTES_MAX,
  packedCount,
  packedStart,
  removePacked,
  replacePacked,
} from "./collection.ts";
import type { Entry } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import {
  fieldLengthOf,
  fieldStartOf,
  findField,
  hashRecordBytes,
  valueEndOf,
  valueStartOf,
  writeField,
} from "./hash-record.ts";
import type { Keyspace } from "./keyspace.ts";
import { ROOT_DICT } from "./root.ts";
import type { Shard } from "./shard.ts";
import { dictOf, forEachRecord } from "./table.ts";

/** A packed hash alternates fields and values. */
const PAIR = 2;

/** Number of fields. */
export function length(entry: Entry): number {
  return entry.linked ? entry.home.dict.count(dictOf(entry)) : packedCount(entry) / PAIR;
}

/** The value of the field `bytes[start, end)`, or null. */
export function get(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): PackedView | null {
  if (entry.linked) {
    const { home } = entry;
    const slot = findField(home, dictOf(entry), keyspace.hashOf(bytes, start, end), bytes, start, end);
    return slot === 0 ? null : pointToValue(keyspace.valueView, home, home.dict.recordAt(slot));
  }
  const at = findPackedField(keyspace, entry, bytes, start, end);
  if (at < 0) return null;
  keyspace.valueView.read(entry.bytes, nextPacked(entry.bytes, at));
  return keyspace.valueView;
}

/** Whether there is a field `bytes[start, end)`. */
export function has(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  if (!entry.linked) return findPackedField(keyspace, entry, bytes, start, end) >= 0;
  const hash = keyspace.hashOf(bytes, start, end);
  return findField(entry.home, dictOf(entry), hash, bytes, start, end) !== 0;
}

/**
 * Sets the field `bytes[start, end)` to `source[from, to)`, which lie outside of the dataset. Returns whether the
 * field is new. The entry may move. @throws OutOfMemoryError, nothing changed
 */
export function set(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): boolean {
  if (!entry.linked) {
    const at = findPackedField(keyspace, entry, bytes, start, end);
    if (staysPacked(keyspace, entry, at < 0, end - start, to - from)) {
      setPacked(keyspace, entry, at, source, from, to);
      return at < 0;
    }
    convert(keyspace, entry);
  }
  return setLinked(keyspace, entry, bytes, start, end, source, from, to);
}

/** Deletes the field `bytes[start, end)`. Returns whether there was one; the hash may be empty then. */
export function remove(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  if (entry.linked) {
    const { home } = entry;
    const hash = keyspace.hashOf(bytes, start, end);
    const slot = findField(home, dictOf(entry), hash, bytes, start, end);
    if (slot !== 0) removeRecord(home, dictOf(entry), hash, slot);
    return slot !== 0;
  }
  const at = findPackedField(keyspace, entry, bytes, start, end);
  if (at < 0) return false;
  const value = nextPacked(entry.bytes, at);
  removePacked(keyspace, entry, at, nextPacked(entry.bytes, value), PAIR);
  return true;
}

/** Visits all fields and their values, which must not change meanwhile. The views are the keyspace's. O(fields) */
export function forEach(
  keyspace: Keyspace,
  entry: Entry,
  visit: (field: PackedView, value: PackedView) => void,
): void {
  const { fieldView, valueView } = keyspace;
  if (!entry.linked) {
    const { bytes, valueEnd } = entry;
    for (let at = packedStart(entry); at < valueEnd; ) {
      at = valueView.read(bytes, fieldView.read(bytes, at));
      visit(fieldView, valueView);
    }
    return;
  }
  const { home } = entry;
  forEachRecord(home, dictOf(entry), (record) => {
    pointToField(fieldView, home, record);
    visit(fieldView, pointToValue(valueView, home, record));
  });
}

/** Makes a packed hash a linked one. @throws OutOfMemoryError, nothing changed */
export function convert(keyspace: Keyspace, entry: Entry): void {
  const home = entry.shard;
  keyspace.needRoom(home, entry.valueLength * 2, packedCount(entry));
  const root = newRoot(entry);
  const dict = home.words[(root >> 2) + ROOT_DICT];
  forEach(keyspace, entry, (field, value) => {
    addRecord(keyspace, home, dict, field.bytes, field.start, field.end, value.bytes, value.start, value.end);
  });
  link(keyspace, entry, root);
}

function findPackedField(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const field = keyspace.fieldElement.point(bytes, start, end);
  return findPacked(entry.bytes, packedStart(entry), entry.valueEnd, field, PAIR);
}

function staysPacked(
  keyspace: Keyspace,
  entry: Entry,
  isNew: boolean,
  fieldBytes: number,
  valueBytes: number,
): boolean {
  const { hashEntries, hashValueBytes } = keyspace.limits;
  if (valueBytes > hashValueBytes || fieldBytes > hashValueBytes) return false;
  if (isNew && packedCount(entry) / PAIR >= hashEntries) return false;
  return entry.valueLength + fieldBytes + valueBytes < PACKED_BYTES_MAX;
}

/** Sets the value of the field at `at`, or appends the field that the keyspace's element points to when `at` < 0. */
function setPacked(
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
  // Room for both at once: the field alone must not stay.
  keyspace.needRoom(entry.shard, entry.valueLength + fieldElement.size + valueElement.size, 1);
  const end = insertPacked(keyspace, entry, entry.valueEnd, fieldElement);
  insertPacked(keyspace, entry, end, valueElement);
}

function setLinked(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): boolean {
  const { home } = entry;
  const dict = dictOf(entry);
  const hash = keyspace.hashOf(bytes, start, end);
  const slot = findField(home, dict, hash, bytes, start, end);
  if (slot === 0) {
    addRecord(keyspace, home, dict, bytes, start, end, source, from, to);
    return true;
  }
  const record = home.dict.recordAt(slot);
  if (hashRecordBytes(end - start, to - from) <= home.arena.capacityOf(record)) {
    home.words[(record >> 2) + 1] = to - from;
    copyBytes(source, from, home.bytes, valueStartOf(home, record), to - from);
    return false;
  }
  const fresh = newRecord(home, bytes, start, end, source, from, to);
  home.dict.replaceAt(slot, fresh);
  home.arena.free(record);
  return false;
}

function addRecord(
  keyspace: Keyspace,
  home: Shard,
  dict: Offset,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): void {
  const record = newRecord(home, bytes, start, end, source, from, to);
  if (home.dict.insert(dict, keyspace.hashOf(bytes, start, end), record) !== 0) return;
  home.arena.free(record);
  throw new OutOfMemoryError();
}

function newRecord(
  home: Shard,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): Offset {
  const record = home.arena.allocate(hashRecordBytes(end - start, to - from));
  if (record === 0) throw new OutOfMemoryError();
  writeField(home, record, bytes, start, end, source, from, to);
  return record;
}

function removeRecord(home: Shard, dict: Offset, hash: number, slot: Slot): void {
  const record = home.dict.recordAt(slot);
  home.dict.remove(dict, hash, slot);
  home.arena.free(record);
}

function pointToField(view: PackedView, home: Shard, record: Offset): PackedView {
  const start = fieldStartOf(home, record);
  return view.point(home.bytes, start, start + fieldLengthOf(home, record));
}

function pointToValue(view: PackedView, home: Shard, record: Offset): PackedView {
  return view.point(home.bytes, valueStartOf(home, record), valueEndOf(home, record));
}
