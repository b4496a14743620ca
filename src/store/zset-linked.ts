/**
 * Linked sorted sets: each member is a record (`record.ts`), in a dict under its hash and in a tree under its score
 * (`zset-score.ts`); the tree orders members of the same score by their bytes.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Keyspace } from "./keyspace.ts";
import { ZSET_RECORD } from "./record.ts";
import { ROOT_DICT, ROOT_TREE } from "./root.ts";
import type { Shard } from "./shard.ts";
import { scoreHigh, scoreLow } from "./zset-score.ts";

const { memberAt, lengthWord } = ZSET_RECORD;

export function memberStartOf(record: Offset): number {
  return record + memberAt;
}

export function memberEndOf(home: Shard, record: Offset): number {
  return record + memberAt + home.words[(record >> 2) + lengthWord];
}

export function scoreOf(home: Shard, record: Offset): number {
  return home.arena.doubles[record >> 3];
}

/**
 * Inserts the member `bytes[start, end)`, which is not there and whose hash is given.
 * @throws OutOfMemoryError, nothing changed
 */
export function insertRecord(
  home: Shard,
  root: Offset,
  hash: number,
  bytes: Buffer,
  start: number,
  end: number,
  score: number,
): void {
  const dict = home.words[(root >> 2) + ROOT_DICT];
  const record = newRecord(home, bytes, start, end, score);
  const slot = home.dict.insert(dict, hash, record);
  if (slot !== 0) {
    const tree = home.words[(root >> 2) + ROOT_TREE];
    if (home.scores.insert(tree, scoreHigh(score), scoreLow(score), record)) return;
    home.dict.remove(dict, hash, slot);
  }
  home.arena.free(record);
  throw new OutOfMemoryError();
}

/**
 * Gives the member of a record another score. @throws OutOfMemoryError, nothing changed
 */
export function moveRecord(home: Shard, root: Offset, record: Offset, score: number): void {
  const tree = home.words[(root >> 2) + ROOT_TREE];
  const old = scoreOf(home, record);
  // Between zeros of both signs it stays where it is.
  if (score !== old) {
    // Filed twice for a moment, since only filing needs memory.
    if (!home.scores.insert(tree, scoreHigh(score), scoreLow(score), record)) throw new OutOfMemoryError();
    home.scores.remove(tree, scoreHigh(old), scoreLow(old), record);
  }
  home.arena.doubles[record >> 3] = score;
}

/** Removes a record of the set at `root`. */
export function removeRecord(keyspace: Keyspace, home: Shard, root: Offset, record: Offset): void {
  const score = scoreOf(home, record);
  home.scores.remove(home.words[(root >> 2) + ROOT_TREE], scoreHigh(score), scoreLow(score), record);
  freeRecord(keyspace, home, root, record);
}

/** Removes the member of a rank, which is there. */
export function removeRank(keyspace: Keyspace, home: Shard, root: Offset, rank: number): void {
  const record = home.scores.removeAt(home.words[(root >> 2) + ROOT_TREE], rank);
  const { ahead } = keyspace.zset;
  const members = home.words[(root >> 2) + ROOT_DICT];
  const slot = ahead.takes(home, root, record) ? home.dict.findRecord(members, ahead.hash, record) : 0;
  if (slot === 0) {
    freeRecord(keyspace, home, root, record);
    return;
  }
  home.dict.remove(members, ahead.hash, slot);
  home.arena.free(record);
}

/** Frees a record that is in the tree no more. */
function freeRecord(keyspace: Keyspace, home: Shard, root: Offset, record: Offset): void {
  const members = home.words[(root >> 2) + ROOT_DICT];
  const hash = keyspace.hashOf(home.bytes, memberStartOf(record), memberEndOf(home, record));
  home.dict.removeRecord(members, hash, record);
  home.arena.free(record);
}

/** How many members are before that of a record. */
export function rankOfRecord(home: Shard, tree: Offset, record: Offset): number {
  const score = scoreOf(home, record);
  return home.scores.rank(tree, scoreHigh(score), scoreLow(score), record);
}

function newRecord(home: Shard, bytes: Buffer, start: number, end: number, score: number): Offset {
  const record = home.arena.allocate(memberAt + end - start);
  if (record === 0) throw new OutOfMemoryError();
  home.arena.doubles[record >> 3] = score;
  home.words[(record >> 2) + lengthWord] = end - start;
  copyBytes(bytes, start, home.bytes, record + memberAt, end - start);
  return record;
}
