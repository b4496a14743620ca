/** Linked sets, sorted sets and hashes seen as what they have in common: records in a dict under a root. */

import type { Offset } from "../memory/arena.ts";
import { type Cursor, SCAN_END } from "../memory/dict.ts";
import type { Entry } from "./entry.ts";
import { ROOT_DICT, ROOT_TREE } from "./root.ts";
import type { Shard } from "./shard.ts";

const SLICE_RECORDS = 256;

/** The dict of the elements; it lies in the arena of `entry.home`. */
export function dictOf(entry: Entry): Offset {
  return entry.home.words[(entry.root >> 2) + ROOT_DICT];
}

/** The tree of the elements, 0 when there is none. */
export function treeOf(entry: Entry): Offset {
  return entry.home.words[(entry.root >> 2) + ROOT_TREE];
}

/** Visits all records of a dict, which must not change meanwhile. O(records) */
export function forEachRecord(home: Shard, dict: Offset, visit: (record: Offset) => void): void {
  scanRecords(home, dict, 0, Number.POSITIVE_INFINITY, visit);
}

/**
 * Visits records from `cursor` on, about `limit` of them, and returns the cursor to go on with, 0 after the last.
 * A record that is there during a whole scan is visited; the dict must not change within a call.
 */
export function scanRecords(
  home: Shard,
  dict: Offset,
  cursor: Cursor,
  limit: number,
  visit: (record: Offset) => void,
): Cursor {
  const records: Offset[] = [];
  let next = cursor;
  for (let left = limit; left > 0 && next < SCAN_END; left -= records.length) {
    records.length = 0;
    next = home.dict.scan(dict, next, Math.min(left, SLICE_RECORDS), records);
    for (const record of records) visit(record);
  }
  return next < SCAN_END ? next : 0;
}

/**
 * Bytes of arena behind the link: exact when `samples` is 0, else as if all records were of the mean size of so
 * many of them. O(samples + segments)
 */
export function tableBytes(entry: Entry, samples: number): number {
  const { home, root } = entry;
  const dict = dictOf(entry);
  const tree = treeOf(entry);
  const bytes = home.arena.blockBytesOf(root) + home.dict.bytesOf(dict);
  return bytes + recordsBytes(home, dict, samples) + (tree === 0 ? 0 : home.treeOf(entry.type).bytesOf(tree));
}

function recordsBytes(home: Shard, dict: Offset, samples: number): number {
  const count = home.dict.count(dict);
  let bytes = 0;
  const add = (record: Offset) => {
    bytes += home.arena.blockBytesOf(record);
  };
  if (samples === 0 || samples >= count) {
    forEachRecord(home, dict, add);
    return bytes;
  }
  const records: Offset[] = [];
  home.dict.scan(dict, 0, samples, records);
  records.forEach(add);
  return Math.round((bytes / records.length) * count);
}

/**
 * Checks the structures of a linked value; `checkRecord` looks at each record and returns its hash. Throws an
 * Error that names the first broken invariant.
 */
export function checkTable(entry: Entry, checkRecord: (record: Offset) => number): void {
  const { home } = entry;
  const dict = dictOf(entry);
  const tree = treeOf(entry);
  home.dict.check(dict, checkRecord);
  if (home.dict.count(dict) === 0) throw new Error("store: a linked value is empty");
  if (tree !== 0) home.treeOf(entry.type).check(tree);
}
