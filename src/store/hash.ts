/**
 * Hashes: fields with values. Few small ones are packed (`hash-packed.ts`), others are records in a dict
 * (`hash-linked.ts`). Only records can expire: a hash is linked for that (`hash-time.ts`), and is never packed again.
 * A field whose time has passed is missing for every function here, whether or not it was freed.
 *
 * Functions that give a field or value give it as a view of the keyspace, valid until the next call. A place says
 * where a field is, a position among packed ones or a record; it is valid until the hash changes.
 */

import type { Offset } from "../memory/arena.ts";
import type { Cursor } from "../memory/dict.ts";
import { nextPacked, PackedView } from "../memory/packed.ts";
import { link, newRoot, packedCount, packedStart } from "./collection.ts";
import type { Entry } from "./entry.ts";
import { expiredFields, isFieldExpired } from "./hash-expire.ts";
import { addLinkedField, findLinkedField, removeLinkedField, setLinkedField } from "./hash-linked.ts";
import { findPackedField, PAIR, removePackedField, setPackedField, staysPacked } from "./hash-packed.ts";
import { fieldStartOf, valueEndOf, valueStartOf } from "./hash-record.ts";
import type { Keyspace } from "./keyspace.ts";
import { ROOT_DICT, ROOT_KEY_HASH } from "./root.ts";
import type { Shard } from "./shard.ts";
import { dictOf, forEachRecord, scanRecords } from "./table.ts";

export type FieldVisitor = (field: PackedView, value: PackedView) => void;

/** Number of fields. O(1), or O(log fields) when some have just expired */
export function length(keyspace: Keyspace, entry: Entry): number {
  if (!entry.linked) return packedCount(entry) / PAIR;
  const { home } = entry;
  return home.dict.count(dictOf(entry)) - expiredFields(keyspace, home, entry.root);
}

/** The value of the field `bytes[start, end)`, or null. */
export function get(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): PackedView | null {
  const { valueView } = keyspace;
  if (entry.linked) {
    const record = findLinkedField(keyspace, entry, bytes, start, end);
    return record === 0 ? null : viewValue(valueView, entry.home, record);
  }
  const at = findPackedField(keyspace, entry, bytes, start, end);
  if (at < 0) return null;
  valueView.read(entry.bytes, nextPacked(entry.bytes, at));
  return valueView;
}

/** Whether there is a field `bytes[start, end)`. */
export function has(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  if (entry.linked) return findLinkedField(keyspace, entry, bytes, start, end) !== 0;
  return findPackedField(keyspace, entry, bytes, start, end) >= 0;
}

/**
 * Sets the field `bytes[start, end)` to `source[from, to)`, which lie outside of the dataset. It does not expire any
 * more. Returns whether the field is new. The entry may move. @throws OutOfMemoryError, the fields unchanged
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
  return put(keyspace, entry, bytes, start, end, source, from, to, false);
}

/** {@link set} that leaves a field that is there its expire time. */
export function update(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): boolean {
  return put(keyspace, entry, bytes, start, end, source, from, to, true);
}

/** Deletes the field `bytes[start, end)`. Returns whether there was one; the hash may be empty then. */
export function remove(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  if (entry.linked) return removeLinkedField(keyspace, entry, bytes, start, end);
  const at = findPackedField(keyspace, entry, bytes, start, end);
  if (at >= 0) removePackedField(keyspace, entry, at);
  return at >= 0;
}

/** Visits the places of all fields; the hash must not change meanwhile. O(fields) */
export function forEachPlace(keyspace: Keyspace, entry: Entry, visit: (place: number) => void): void {
  if (entry.linked) {
    const { home } = entry;
    forEachRecord(home, dictOf(entry), (record) => {
      if (!isFieldExpired(keyspace, home, record)) visit(record);
    });
    return;
  }
  const { bytes, valueEnd } = entry;
  for (let at = packedStart(entry); at < valueEnd; at = nextPacked(bytes, nextPacked(bytes, at))) visit(at);
}

/** Points the views of the keyspace to the field at a place and its value. */
export function viewPlace({ fieldView, valueView }: Keyspace, entry: Entry, place: number): void {
  if (entry.linked) {
    viewField(fieldView, entry.home, place);
    viewValue(valueView, entry.home, place);
  } else {
    valueView.read(entry.bytes, fieldView.read(entry.bytes, place));
  }
}

/** Visits all fields and their values; the hash must not change meanwhile. O(fields) */
export function forEach(keyspace: Keyspace, entry: Entry, visit: FieldVisitor): void {
  const { fieldView, valueView } = keyspace;
  forEachPlace(keyspace, entry, (place) => {
    viewPlace(keyspace, entry, place);
    visit(fieldView, valueView);
  });
}

/**
 * Visits fields from `cursor` on, about `limit` of them or all packed ones, and returns the cursor to go on with, 0
 * after the last. A field that is there during a whole scan is visited.
 */
export function scan(
  keyspace: Keyspace,
  entry: Entry,
  cursor: Cursor,
  limit: number,
  visit: FieldVisitor,
): Cursor {
  if (!entry.linked) {
    forEach(keyspace, entry, visit);
    return 0;
  }
  const { home } = entry;
  const { fieldView, valueView } = keyspace;
  return scanRecords(home, dictOf(entry), cursor, limit, (record) => {
    if (isFieldExpired(keyspace, home, record)) return;
    visit(viewField(fieldView, home, record), viewValue(valueView, home, record));
  });
}

/** Makes a packed hash a linked one. @throws OutOfMemoryError, nothing changed */
export function convert(keyspace: Keyspace, entry: Entry): void {
  const home = entry.shard;
  const root = newRoot(entry);
  home.words[(root >> 2) + ROOT_KEY_HASH] = entry.hash;
  const dict = home.words[(root >> 2) + ROOT_DICT];
  // Those of the keyspace may hold what is about to be set.
  const field = new PackedView();
  const value = new PackedView();
  const { bytes, valueEnd } = entry;
  try {
    for (let at = packedStart(entry); at < valueEnd; ) {
      at = value.read(bytes, field.read(bytes, at));
      const hash = keyspace.hashOf(field.bytes, field.start, field.end);
      addLinkedField(
        home,
        dict,
        hash,
        field.bytes,
        field.start,
        field.end,
        value.bytes,
        value.start,
        value.end,
      );
    }
    link(keyspace, entry, root);
  } catch (error) {
    home.releaseValue(entry.db, entry.type, root);
    throw error;
  }
}

function put(
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
  if (!entry.linked) {
    const at = findPackedField(keyspace, entry, bytes, start, end);
    if (staysPacked(keyspace, entry, at < 0, end - start, to - from)) {
      setPackedField(keyspace, entry, at, source, from, to);
      return at < 0;
    }
    convert(keyspace, entry);
  }
  return setLinkedField(keyspace, entry, bytes, start, end, source, from, to, keepsTime);
}

function viewField(view: PackedView, home: Shard, record: Offset): PackedView {
  return view.point(home.bytes, fieldStartOf(home, record), valueStartOf(home, record));
}

function viewValue(view: PackedView, home: Shard, record: Offset): PackedView {
  return view.point(home.bytes, valueStartOf(home, record), valueEndOf(home, record));
}
