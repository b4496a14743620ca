/** Packed sorted sets: member and score (see `zset-score.ts`) alternate, in the order of scores. */

import { compareBytes } from "../base/bytes.ts";
import { findPacked, nextPacked, skipPacked } from "../memory/packed.ts";
import { openGap, packedCount, packedStart, removePacked, setPackedCount } from "./collection.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { packedScoreAt, packedScoreSize, writePackedScore } from "./zset-score.ts";

/** Elements of a member with its score. */
export const PAIR = 2;

/** Where the member `bytes[start, end)` is; −1 when there is none. The keyspace's field element points to it then. */
export function findMember(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
): number {
  const member = keyspace.fieldElement.point(bytes, start, end);
  return findPacked(entry.bytes, packedStart(entry), entry.valueEnd, member, PAIR);
}

/** The score of the member at `at`. */
export function scoreOfPair(entry: Entry, at: number): number {
  return packedScoreAt(entry.bytes, nextPacked(entry.bytes, at));
}

/**
 * Inserts a member that is not there with this score; the keyspace's field element points to it. The entry may move.
 * Returns how far from the start of the value the member is. @throws OutOfMemoryError, nothing changed
 */
export function insertPair(keyspace: Keyspace, entry: Entry, score: number): number {
  const member = keyspace.fieldElement;
  const position = placeOf(keyspace, entry, score);
  const offset = position - entry.valueStart;
  const at = openGap(keyspace, entry, position, member.size + packedScoreSize(score));
  writePackedScore(entry.bytes, member.write(entry.bytes, at), score);
  setPackedCount(entry, packedCount(entry) + PAIR);
  return offset;
}

/**
 * Gives the member at `at`, to which the keyspace's field element points, another score. The entry may move.
 * @throws OutOfMemoryError, nothing changed
 */
export function movePair(keyspace: Keyspace, entry: Entry, at: number, score: number): void {
  const old = at - entry.valueStart;
  // It is there twice for a moment, since only inserting needs memory.
  const fresh = insertPair(keyspace, entry, score);
  const shift = fresh <= old ? keyspace.fieldElement.size + packedScoreSize(score) : 0;
  removePairs(keyspace, entry, entry.valueStart + old + shift, 1);
}

/** Removes `count` members from the one at `at` on. */
export function removePairs(keyspace: Keyspace, entry: Entry, at: number, count: number): void {
  removePacked(keyspace, entry, at, skipPacked(entry.bytes, at, count * PAIR), count * PAIR);
}

/** How many members are before the one at `at`. */
export function rankOfPair(entry: Entry, at: number): number {
  let rank = 0;
  for (let other = packedStart(entry); other < at; rank++) other = skipPacked(entry.bytes, other, PAIR);
  return rank;
}

/** Where the member that the keyspace's field element points to belongs with this score. */
function placeOf(keyspace: Keyspace, entry: Entry, score: number): number {
  const { bytes, valueEnd } = entry;
  let at = packedStart(entry);
  while (at < valueEnd) {
    const scoreAt = nextPacked(bytes, at);
    const other = packedScoreAt(bytes, scoreAt);
    if (other > score || (other === score && isAfter(keyspace, bytes, at))) return at;
    at = nextPacked(bytes, scoreAt);
  }
  return at;
}

/** Whether the member at `at` comes after the one that the keyspace's field element points to. */
function isAfter(keyspace: Keyspace, bytes: Buffer, at: number): boolean {
  const { fieldElement } = keyspace;
  const { member } = keyspace.zset;
  member.read(bytes, at);
  const { start, end } = fieldElement;
  return compareBytes(member.bytes, member.start, member.end, fieldElement.bytes, start, end) > 0;
}
