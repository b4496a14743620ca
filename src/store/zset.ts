/**
 * Sorted sets: members with scores, ordered by score and, where scores are equal, by the bytes of the members. How
 * they lie in memory is in `zset-packed.ts` and `zset-linked.ts`; walks are in `zset-cursor.ts`, ranges in
 * `zset-range.ts`.
 *
 * A rank is the number of members before one.
 */

import type { Cursor } from "../memory/dict.ts";
import { type PackedView, skipPacked } from "../memory/packed.ts";
import { link, newRoot, PACKED_BYTES_MAX, packedCount, packedStart } from "./collection.ts";
import type { Entry } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Keyspace } from "./keyspace.ts";
import { findRecord, ZSET_RECORD } from "./record.ts";
import { ROOT_TREE } from "./root.ts";
import { dictOf, scanRecords, treeOf } from "./table.ts";
import { ZsetCursor } from "./zset-cursor.ts";
import {
  insertRecord,
  memberEndOf,
  memberStartOf,
  moveRecord,
  rankOfRecord,
  removeRank,
  removeRecord,
  scoreOf,
} from "./zset-linked.ts";
import {
  findMember,
  insertPair,
  movePair,
  PAIR,
  rankOfPair,
  removePairs,
  scoreOfPair,
} from "./zset-packed.ts";
import type { MemberPlace } from "./zset-scratch.ts";

/** Number of members. */
export function length(entry: Entry): number {
  return entry.linked ? entry.home.dict.count(dictOf(entry)) : packedCount(entry) / PAIR;
}

/**
 * Looks for the member `bytes[start, end)`. The result is the keyspace's; it says what there is, and it is what the
 * functions that change the member want. Valid until the next call or change; the bytes must stay as long.
 */
export function find(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): MemberPlace {
  const { place } = keyspace.zset;
  place.bytes = bytes;
  place.start = start;
  place.end = end;
  if (!entry.linked) {
    place.at = findMember(keyspace, entry, bytes, start, end);
    place.score = place.at < 0 ? Number.NaN : scoreOfPair(entry, place.at);
    return place;
  }
  const { home } = entry;
  place.hash = keyspace.hashOf(bytes, start, end);
  const slot = findRecord(home, dictOf(entry), place.hash, ZSET_RECORD, bytes, start, end);
  place.at = slot === 0 ? -1 : home.dict.recordAt(slot);
  place.score = slot === 0 ? Number.NaN : scoreOf(home, place.at);
  return place;
}

/** The score of the member `bytes[start, end)`; NaN when there is none. */
export function score(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): number {
  return find(keyspace, entry, bytes, start, end).score;
}

/** The rank of the member `bytes[start, end)`; −1 when there is none. O(log n) */
export function rank(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): number {
  const { at } = find(keyspace, entry, bytes, start, end);
  if (at < 0) return -1;
  return entry.linked ? rankOfRecord(entry.home, treeOf(entry), at) : rankOfPair(entry, at);
}

/**
 * Gives the member that was looked for a score, which is not NaN, whether or not it is there. The entry may move.
 * @throws OutOfMemoryError, nothing changed
 */
export function setScore(keyspace: Keyspace, entry: Entry, place: MemberPlace, score: number): void {
  if (place.at >= 0) {
    if (entry.linked) moveRecord(entry.home, entry.root, place.at, score);
    else movePair(keyspace, entry, place.at, score);
    return;
  }
  const { bytes, start, end } = place;
  if (!entry.linked) {
    if (staysPacked(keyspace, entry, end - start)) {
      insertPair(keyspace, entry, score);
      return;
    }
    convert(keyspace, entry);
    place.hash = keyspace.hashOf(bytes, start, end);
  }
  insertRecord(entry.home, entry.root, place.hash, bytes, start, end, score);
}

/**
 * Gives the member `bytes[start, end)` a score. Returns whether it is new. The entry may move.
 * @throws OutOfMemoryError, nothing changed
 */
export function add(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  score: number,
): boolean {
  const place = find(keyspace, entry, bytes, start, end);
  const isNew = place.at < 0;
  if (place.score !== score) setScore(keyspace, entry, place, score);
  return isNew;
}

/** Removes the member `bytes[start, end)`. Returns whether there was one; the set may be empty then. */
export function remove(keyspace: Keyspace, entry: Entry, bytes: Buffer, start: number, end: number): boolean {
  const { at } = find(keyspace, entry, bytes, start, end);
  if (at < 0) return false;
  if (entry.linked) removeRecord(keyspace, entry.home, entry.root, at);
  else removePairs(keyspace, entry, at, 1);
  return true;
}

/** Removes `count` members from rank `first` on, all of which are there. O(count · log n) */
export function removeRange(keyspace: Keyspace, entry: Entry, first: number, count: number): void {
  if (!entry.linked) {
    removePairs(keyspace, entry, skipPacked(entry.bytes, packedStart(entry), first * PAIR), count);
    return;
  }
  const { home, root } = entry;
  for (let left = count; left > 0; left--) removeRank(keyspace, home, root, first);
}

/** Tells that the first member, or the last, is about to be removed: a hint that makes it faster. */
export function expectPop(keyspace: Keyspace, entry: Entry, fromEnd: boolean): void {
  if (entry.linked) keyspace.zset.ahead.prepare(keyspace, entry, fromEnd);
}

/** Adds `count` members of `source` from rank `first` on, all of which are there. @throws OutOfMemoryError */
export function copyRange(
  keyspace: Keyspace,
  source: Entry,
  first: number,
  count: number,
  reverse: boolean,
  target: Entry,
): void {
  const { cursor } = keyspace.zset;
  const { member } = cursor;
  if (count > 0) cursor.open(source, first, reverse);
  for (let left = count; left > 0; left--) {
    add(keyspace, target, member.bytes, member.start, member.end, cursor.score);
    cursor.next();
  }
}

/** Visits all members in the order of scores; the set must not change meanwhile. O(members) */
export function forEach(entry: Entry, visit: (member: PackedView, score: number) => void): void {
  const cursor = new ZsetCursor();
  for (cursor.open(entry, 0, false); cursor.valid; cursor.next()) visit(cursor.member, cursor.score);
}

/**
 * Visits members from `cursor` on, about `limit` of them or all that are packed, and returns the cursor to go on
 * with, 0 after the last. A member that is there during a whole scan is visited.
 */
export function scan(
  keyspace: Keyspace,
  entry: Entry,
  cursor: Cursor,
  limit: number,
  visit: (member: PackedView, score: number) => void,
): Cursor {
  if (!entry.linked) {
    forEach(entry, visit);
    return 0;
  }
  const { home } = entry;
  const { member } = keyspace.zset;
  return scanRecords(home, dictOf(entry), cursor, limit, (record) => {
    visit(member.point(home.bytes, memberStartOf(record), memberEndOf(home, record)), scoreOf(home, record));
  });
}

/** Makes a packed sorted set a linked one. @throws OutOfMemoryError, nothing changed */
export function convert(keyspace: Keyspace, entry: Entry): void {
  const home = entry.shard;
  const root = newRoot(entry);
  try {
    const tree = home.scores.create();
    if (tree === 0) throw new OutOfMemoryError();
    home.words[(root >> 2) + ROOT_TREE] = tree;
    forEach(entry, ({ bytes, start, end }, score) => {
      insertRecord(home, root, keyspace.hashOf(bytes, start, end), bytes, start, end, score);
    });
    link(keyspace, entry, root);
  } catch (error) {
    home.releaseValue(entry.db, entry.type, root);
    throw error;
  }
}

/** Whether a sorted set is small enough to be packed. O(members) of a small one */
export function mayBePacked(keyspace: Keyspace, entry: Entry): boolean {
  const members = length(entry);
  if (!fitsPacked(keyspace, members, 0)) return false;
  let longest = 0;
  forEach(entry, ({ start, end }) => {
    longest = Math.max(longest, end - start);
  });
  return fitsPacked(keyspace, members, longest);
}

/** Whether so many members, the longest of `longest` bytes, are few and short enough to be packed. */
export function fitsPacked({ limits }: Keyspace, members: number, longest: number): boolean {
  return members <= limits.zsetEntries && longest <= limits.zsetValueBytes;
}

function staysPacked(keyspace: Keyspace, entry: Entry, memberBytes: number): boolean {
  const { zsetEntries, zsetValueBytes } = keyspace.limits;
  if (memberBytes > zsetValueBytes || packedCount(entry) / PAIR >= zsetEntries) return false;
  return entry.valueLength + memberBytes < PACKED_BYTES_MAX;
}
