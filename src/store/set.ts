/**
 * Sets. Few members that are all integers are kept as integers (`set-integers.ts`), few others packed, and many as
 * records in a dict (`record.ts`). A set is never brought back to a smaller form by losing members.
 *
 * Functions that give a member give it as a view of the keyspace, valid until the next call. A place says where a
 * member is: an index among integers, a position among packed members, a record of a linked set. It is valid until
 * the set changes.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Cursor } from "../memory/dict.ts";
import { findPacked, type NewElement, nextPacked, type PackedView } from "../memory/packed.ts";
import {
  insertPacked,
  link,
  newRoot,
  PACKED_BYTES_MAX,
  packedCount,
  packedStart,
  removePacked,
} from "./collection.ts";
import { ENCODING_INTSET, type Entry } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Keyspace } from "./keyspace.ts";
import { findRecord, SET_RECORD } from "./record.ts";
import { ROOT_DICT } from "./root.ts";
import {
  findInteger,
  insertInteger,
  integerAt,
  integersCount,
  packIntegers,
  removeInteger,
  startIntegers,
} from "./set-integers.ts";
import type { Shard } from "./shard.ts";
import { dictOf, forEachRecord, scanRecords } from "./table.ts";

export type MemberVisitor = (member: PackedView) => void;

/** The most integers that are kept as such, whatever the configuration allows. */
const INTEGERS_MAX = 1 << 20;

/** Number of members. */
export function length(entry: Entry): number {
  if (entry.linked) return entry.home.dict.count(dictOf(entry));
  return entry.encoding === ENCODING_INTSET ? integersCount(entry) : packedCount(entry);
}

/** Whether `bytes[start, end)` is a member. */
export function has(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  if (!entry.linked) return findSmall(entry, keyspace.fieldElement.point(bytes, start, end)) >= 0;
  const hash = keyspace.hashOf(bytes, start, end);
  return findRecord(entry.home, dictOf(entry), hash, SET_RECORD, bytes, start, end) !== 0;
}

/**
 * Makes `bytes[start, end)` a member; they lie outside of the entry, which may move. Returns whether it is new.
 * @throws OutOfMemoryError, the members unchanged
 */
export function add(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  if (!entry.linked) {
    const member = keyspace.fieldElement.point(bytes, start, end);
    const place = findSmall(entry, member);
    if (place >= 0) return false;
    if (addSmall(keyspace, entry, member, place)) return true;
    convert(keyspace, entry);
  }
  return addLinked(keyspace, entry.home, dictOf(entry), bytes, start, end);
}

/** Takes the member `bytes[start, end)` out. Returns whether it was one; the set may be empty then. */
export function remove(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  if (!entry.linked) {
    const place = findSmall(entry, keyspace.fieldElement.point(bytes, start, end));
    if (place >= 0) removeAt(keyspace, entry, place);
    return place >= 0;
  }
  const { home } = entry;
  const hash = keyspace.hashOf(bytes, start, end);
  const slot = findRecord(home, dictOf(entry), hash, SET_RECORD, bytes, start, end);
  if (slot === 0) return false;
  const record = home.dict.recordAt(slot);
  home.dict.remove(dictOf(entry), hash, slot);
  home.arena.free(record);
  return true;
}

/** The member at a place. */
export function memberAt(keyspace: Keyspace, entry: Entry, place: number): PackedView {
  return viewMember(keyspace.fieldView, entry, place);
}

/** Takes the member at a place out. Places of integers and packed members in front of it stay valid. */
export function removeAt(keyspace: Keyspace, entry: Entry, place: number): void {
  if (entry.linked) {
    const { home } = entry;
    const { bytes, start, end } = memberAt(keyspace, entry, place);
    home.dict.removeRecord(dictOf(entry), keyspace.hashOf(bytes, start, end), place);
    home.arena.free(place);
  } else if (entry.encoding === ENCODING_INTSET) removeInteger(keyspace, entry, place);
  else removePacked(keyspace, entry, place, nextPacked(entry.bytes, place), 1);
}

/** Visits all places, those of integers and of packed members in ascending order. O(members) */
export function forEachPlace(entry: Entry, visit: (place: number) => void): void {
  if (entry.linked) {
    forEachRecord(entry.home, dictOf(entry), visit);
  } else if (entry.encoding === ENCODING_INTSET) {
    const count = integersCount(entry);
    for (let index = 0; index < count; index++) visit(index);
  } else {
    const { bytes, valueEnd } = entry;
    for (let at = packedStart(entry); at < valueEnd; at = nextPacked(bytes, at)) visit(at);
  }
}

/** Visits all members; the set must not change meanwhile. O(members) */
export function forEach(keyspace: Keyspace, entry: Entry, visit: MemberVisitor): void {
  forEachPlace(entry, (place) => visit(memberAt(keyspace, entry, place)));
}

/**
 * Visits members from `cursor` on, about `limit` of them or all that are not linked, and returns the cursor to go
 * on with, 0 after the last. A member that is there during a whole scan is visited.
 */
export function scan(
  keyspace: Keyspace,
  entry: Entry,
  cursor: Cursor,
  limit: number,
  visit: MemberVisitor,
): Cursor {
  if (!entry.linked) {
    forEach(keyspace, entry, visit);
    return 0;
  }
  const { home } = entry;
  const view = keyspace.fieldView;
  return scanRecords(home, dictOf(entry), cursor, limit, (record) => visit(viewRecord(view, home, record)));
}

/** Makes a set in an entry a linked one. @throws OutOfMemoryError, nothing changed */
export function convert(keyspace: Keyspace, entry: Entry): void {
  const home = entry.shard;
  const root = newRoot(entry);
  const dict = home.words[(root >> 2) + ROOT_DICT];
  try {
    // The member that is about to be added may be in the other view.
    const view = keyspace.valueView;
    forEachPlace(entry, (place) => {
      const { bytes, start, end } = viewMember(view, entry, place);
      addLinked(keyspace, home, dict, bytes, start, end);
    });
    link(keyspace, entry, root);
  } catch (error) {
    home.releaseValue(entry.db, entry.type, root);
    throw error;
  }
}

/** The place of a member of a set in an entry; if it is none, a negative number, of integers `~index` of the next. */
function findSmall(entry: Entry, member: NewElement): number {
  if (entry.encoding !== ENCODING_INTSET)
    return findPacked(entry.bytes, packedStart(entry), entry.valueEnd, member, 1);
  return member.integer === null ? -1 : findInteger(entry, member.integer);
}

/** Adds a member that {@link findSmall} did not find, unless that makes the set too large for an entry. */
function addSmall(keyspace: Keyspace, entry: Entry, member: NewElement, place: number): boolean {
  const { integer } = member;
  if (integer !== null && staysIntegers(keyspace, entry)) {
    if (entry.encoding === ENCODING_INTSET) insertInteger(keyspace, entry, ~place, integer);
    else startIntegers(keyspace, entry, integer);
    return true;
  }
  if (!fitsPacked(keyspace, entry, member)) return false;
  if (entry.encoding === ENCODING_INTSET) packIntegers(keyspace, entry);
  insertPacked(keyspace, entry, entry.valueEnd, member);
  return true;
}

/** Whether a set has only integers, and not too many of them, after one more is added. */
function staysIntegers(keyspace: Keyspace, entry: Entry): boolean {
  const max = Math.min(keyspace.limits.intsetEntries, INTEGERS_MAX);
  return entry.encoding === ENCODING_INTSET
    ? integersCount(entry) < max
    : packedCount(entry) === 0 && max > 0;
}

function fitsPacked(keyspace: Keyspace, entry: Entry, member: NewElement): boolean {
  const { setEntries, setValueBytes } = keyspace.limits;
  if (member.end - member.start > setValueBytes || length(entry) >= setEntries) return false;
  // An integer takes at most twice as many bytes when it is packed.
  const bytes = entry.encoding === ENCODING_INTSET ? 2 * entry.valueLength : entry.valueLength;
  return bytes + member.size < PACKED_BYTES_MAX;
}

/** Adds a member to a dict unless it is there. Returns whether it is new. @throws OutOfMemoryError, nothing changed */
function addLinked(
  keyspace: Keyspace,
  home: Shard,
  dict: Offset,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  const hash = keyspace.hashOf(bytes, start, end);
  if (findRecord(home, dict, hash, SET_RECORD, bytes, start, end) !== 0) return false;
  const size = end - start;
  const record = home.arena.allocate(SET_RECORD.memberAt + size);
  if (record === 0) throw new OutOfMemoryError();
  home.words[(record >> 2) + SET_RECORD.lengthWord] = size;
  copyBytes(bytes, start, home.bytes, record + SET_RECORD.memberAt, size);
  if (home.dict.insert(dict, hash, record) !== 0) return true;
  home.arena.free(record);
  throw new OutOfMemoryError();
}

function viewMember(view: PackedView, entry: Entry, place: number): PackedView {
  if (entry.linked) return viewRecord(view, entry.home, place);
  if (entry.encoding === ENCODING_INTSET) return view.spell(integerAt(entry, place));
  view.read(entry.bytes, place);
  return view;
}

function viewRecord(view: PackedView, home: Shard, record: Offset): PackedView {
  const start = record + SET_RECORD.memberAt;
  return view.point(home.bytes, start, start + home.words[(record >> 2) + SET_RECORD.lengthWord]);
}
