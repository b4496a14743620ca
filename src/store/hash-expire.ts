/**
 * Fields that expire. A linked hash with such fields has a tree that orders their records by time, and its root is
 * filed in a timing wheel of its shard under the time of the first: so the active cycle frees what is due and looks
 * at nothing else, and the number of expired fields is one search in the tree.
 *
 * Until the cycle frees it, an expired field is missing for every function of hashes; only the dict still counts it.
 * A hash without such fields has no tree and is in no wheel: it pays one test.
 *
 * Invariants: a record is in the tree, under its time, exactly if its flag is set; the root is in the wheel exactly
 * if there is a tree; a tree is never empty.
 */

import type { Offset } from "../memory/arena.ts";
import type { TreeCursor } from "../memory/ordered-tree.ts";
import type { Entry } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import { fieldExpires, fieldTimeOf } from "./hash-record.ts";
import type { Keyspace } from "./keyspace.ts";
import { ROOT_KEY_HASH, ROOT_TREE } from "./root.ts";
import type { Shard } from "./shard.ts";

const TWO_32 = 2 ** 32;
/** The tree compares signed words. */
const FLIP = 1 << 31;

/** Whether the time of a field has passed. A field lives through the millisecond it expires at, as keys do. */
export function isFieldExpired(keyspace: Keyspace, home: Shard, record: Offset): boolean {
  return fieldExpires(home, record) && fieldTimeOf(home, record) < keyspace.nowMs;
}

/** The number of expired fields that were not freed yet. O(log fields), or O(1) when there are none */
export function expiredFields(keyspace: Keyspace, home: Shard, root: Offset): number {
  const tree = home.words[(root >> 2) + ROOT_TREE];
  const { nowMs } = keyspace;
  if (tree === 0 || home.fieldWheel.timeOf(root) >= nowMs) return 0;
  return home.fieldTimes.rankOfKey(tree, highOf(nowMs), lowOf(nowMs), false);
}

/** Files a record of a linked hash under a time. @throws OutOfMemoryError, nothing changed */
export function fileField(keyspace: Keyspace, entry: Entry, record: Offset, time: number): void {
  const { home, root, db } = entry;
  const at = (root >> 2) + ROOT_TREE;
  needFieldWheel(keyspace, home, db);
  const present = home.words[at];
  const tree = present === 0 ? home.fieldTimes.create() : present;
  if (tree === 0) throw new OutOfMemoryError();
  if (!home.fieldTimes.insert(tree, highOf(time), lowOf(time), record)) {
    if (present === 0) home.fieldTimes.destroy(tree);
    throw new OutOfMemoryError();
  }
  home.words[at] = tree;
  if (present === 0) fileRoot(home, root, db, time);
  else if (time < home.fieldWheel.timeOf(root)) refileRoot(home, root, db, time);
}

/** Takes a record of a linked hash out from under a time. Needs no memory. */
export function withdrawField(keyspace: Keyspace, entry: Entry, record: Offset, time: number): void {
  const { home, root, db } = entry;
  const tree = home.words[(root >> 2) + ROOT_TREE];
  home.fieldTimes.remove(tree, highOf(time), lowOf(time), record);
  if (time > home.fieldWheel.timeOf(root)) return;
  const first = firstField(home, tree, keyspace.fieldCursor);
  if (first.valid) {
    refileRoot(home, root, db, timeAt(first));
    return;
  }
  home.fieldWheel.remove(home.fieldWheels[db], root);
  dropTree(home, root);
}

/** Files `fresh`, a copy of the start of a record that expires, in its place. False, unchanged, when memory is out. */
export function moveField({ home, root }: Entry, record: Offset, fresh: Offset): boolean {
  const tree = home.words[(root >> 2) + ROOT_TREE];
  const time = fieldTimeOf(home, record);
  // Ties are ordered by offset, so the copy has a place of its own.
  if (!home.fieldTimes.insert(tree, highOf(time), lowOf(time), fresh)) return false;
  home.fieldTimes.remove(tree, highOf(time), lowOf(time), record);
  return true;
}

/**
 * Visits the records whose time has passed, at most `limit`, of a hash whose root the wheel has handed out; each is
 * out of the tree by then. The root is filed again if more fields expire. Returns the number of visits.
 */
export function takeExpiredFields(
  keyspace: Keyspace,
  entry: Entry,
  limit: number,
  visit: (record: Offset) => void,
): number {
  const { home, root, db } = entry;
  const tree = home.words[(root >> 2) + ROOT_TREE];
  let taken = 0;
  let first = firstField(home, tree, keyspace.fieldCursor);
  for (; taken < limit && first.valid && timeAt(first) < keyspace.nowMs; taken++) {
    const { record } = first;
    home.fieldTimes.remove(tree, first.high, first.low, record);
    visit(record);
    first = firstField(home, tree, keyspace.fieldCursor);
  }
  if (first.valid) fileRoot(home, root, db, timeAt(first));
  else dropTree(home, root);
  return taken;
}

/**
 * Prepares {@link moveFieldExpiry} to another db, so that it cannot fail.
 * @throws OutOfMemoryError, nothing changed
 */
export function prepareFieldExpiry(keyspace: Keyspace, home: Shard, root: Offset, db: number): void {
  if (home.words[(root >> 2) + ROOT_TREE] !== 0) needFieldWheel(keyspace, home, db);
}

/** Tells a linked hash that it belongs to another key, of the hash `keyHash`, and maybe of another db. */
export function moveFieldExpiry(
  home: Shard,
  root: Offset,
  fromDb: number,
  toDb: number,
  keyHash: number,
): void {
  const at = root >> 2;
  home.words[at + ROOT_KEY_HASH] = keyHash;
  if (home.words[at + ROOT_TREE] === 0 || fromDb === toDb) return;
  home.fieldWheel.remove(home.fieldWheels[fromDb], root);
  home.fieldWheel.add(home.fieldWheels[toDb], root);
}

/**
 * Throws an Error unless the tree holds just the records that expire, `expiring` in number, each under its time,
 * and the root has the time of the first.
 */
export function checkFieldTimes(keyspace: Keyspace, home: Shard, root: Offset, expiring: number): void {
  const tree = home.words[(root >> 2) + ROOT_TREE];
  const filed = tree === 0 ? 0 : home.fieldTimes.count(tree);
  if (filed !== expiring || (tree !== 0 && filed === 0))
    throw new Error(`hash: ${expiring} fields expire, ${filed} are in the tree`);
  if (tree === 0) return;
  const cursor = firstField(home, tree, keyspace.fieldCursor);
  if (timeAt(cursor) !== home.fieldWheel.timeOf(root))
    throw new Error("hash: the root is not filed under the time of its first field");
  for (; cursor.valid; home.fieldTimes.next(cursor)) {
    if (!fieldExpires(home, cursor.record) || fieldTimeOf(home, cursor.record) !== timeAt(cursor))
      throw new Error(`hash: the field at ${cursor.record} is in the tree under another time`);
  }
}

function needFieldWheel(keyspace: Keyspace, home: Shard, db: number): void {
  if (home.fieldWheels[db] !== 0) return;
  // What expires now is due in a ms. A hash that comes from another db may have fields that are due already.
  const wheel = home.fieldWheel.create(keyspace.nowMs - 1);
  if (wheel === 0) throw new OutOfMemoryError();
  home.fieldWheels[db] = wheel;
}

function fileRoot(home: Shard, root: Offset, db: number, time: number): void {
  home.fieldWheel.setTime(root, time);
  home.fieldWheel.add(home.fieldWheels[db], root);
}

function refileRoot(home: Shard, root: Offset, db: number, time: number): void {
  home.fieldWheel.remove(home.fieldWheels[db], root);
  fileRoot(home, root, db, time);
}

function dropTree(home: Shard, root: Offset): void {
  home.fieldTimes.destroy(home.words[(root >> 2) + ROOT_TREE]);
  home.words[(root >> 2) + ROOT_TREE] = 0;
}

function firstField(home: Shard, tree: Offset, cursor: TreeCursor): TreeCursor {
  home.fieldTimes.seek(tree, 0, cursor);
  return cursor;
}

function highOf(time: number): number {
  return Math.floor(time / TWO_32);
}

function lowOf(time: number): number {
  return (time | 0) ^ FLIP;
}

function timeAt({ high, low }: TreeCursor): number {
  return high * TWO_32 + ((low ^ FLIP) >>> 0);
}
