/**
 * SORT: the elements of a list, set or sorted set, copied out of it and put into an order. What they are ordered by is
 * in `sort-keys.ts`.
 */

import { ByteList } from "../base/byte-list.ts";
import { sortByKey } from "../base/key-sort.ts";
import { sortFirst } from "../base/partial-sort.ts";
import { PackedView } from "../memory/packed.ts";
import { type Entry, TYPE_LIST, TYPE_SET, TYPE_ZSET } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { KeyPattern, LookupScope } from "./key-pattern.ts";
import type { Keyspace } from "./keyspace.ts";
import * as lists from "./list.ts";
import * as sets from "./set.ts";
import { type SortKeys, textKeys, weightKeys } from "./sort-keys.ts";
import * as zsets from "./zset.ts";
import { ZsetCursor } from "./zset-cursor.ts";

export interface SortOptions {
  /** Leads to what an element is ordered by; null when that is the element itself. */
  by: KeyPattern | null;
  /** By bytes instead of by number. */
  alpha: boolean;
  /** Not at all: the elements stay in the order that they have. */
  unsorted: boolean;
  descending: boolean;
  /** So many elements are left out at the front. */
  offset: number;
  /** The most elements; all when it is negative. */
  limit: number;
}

/** The sorted elements are those of the numbers `order[first]` to `order[first + count - 1]`. */
export interface Sorted {
  elements: ByteList;
  order: ArrayLike<number>;
  first: number;
  count: number;
}

/** What there is to sort in a missing key. */
export const NOTHING_SORTED: Sorted = { elements: new ByteList(0), order: [], first: 0, count: 0 };

/**
 * Sorts the elements of a list, set or sorted set. Returns null when one of them has a weight that is no number.
 * @throws OutOfMemoryError
 */
export function sort(scope: LookupScope, entry: Entry, options: SortOptions): Sorted | null {
  const { by, limit, unsorted, descending } = options;
  const length = lengthOf(entry);
  const first = Math.min(Math.max(options.offset, 0), length);
  const count = limit < 0 ? length - first : Math.min(limit, length - first);
  if (unsorted && entry.type !== TYPE_SET) {
    const elements = gather(scope, entry, descending ? length - first - count : first, count);
    return { elements, order: inSequence(count, descending), first: 0, count };
  }
  const elements = gather(scope, entry, 0, length);
  const order = inSequence(length, false);
  if (unsorted) return { elements, order, first, count };
  const ascending = options.alpha ? textKeys(scope, elements, by) : weightKeys(scope, elements, by);
  if (ascending === null) return null;
  const keys = descending ? reverseKeys(ascending) : ascending;
  // Not what is faster decides, but what Redis does: elements that are equal may come in another order.
  if (count < length) return { elements, order: sortSome(keys, order, first + count), first, count };
  sortByKey(keys.keys, order, keys.compare);
  return { elements, order, first, count };
}

/**
 * Visits what `gets` lead to from each of the sorted elements, null where that is nothing; without any of them the
 * elements themselves. A value is valid during its visit.
 */
export function forEachResult(
  scope: LookupScope,
  { elements, order, first, count }: Sorted,
  gets: readonly KeyPattern[],
  visit: (value: PackedView | null) => void,
): void {
  const view = new PackedView();
  const { bytes } = elements;
  for (let i = first; i < first + count; i++) {
    const start = elements.start(order[i]);
    const end = elements.end(order[i]);
    if (gets.length === 0) visit(view.point(bytes, start, end));
    for (const pattern of gets) visit(pattern.lookUp(scope, bytes, start, end));
  }
}

function lengthOf(entry: Entry): number {
  if (entry.type === TYPE_LIST) return lists.length(entry);
  return entry.type === TYPE_SET ? sets.length(entry) : zsets.length(entry);
}

/** The numbers from 0 to `count - 1`, up or down. */
function inSequence(count: number, down: boolean): Int32Array {
  const numbers = new Int32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = down ? count - 1 - i : i;
  return numbers;
}

/** Copies of `count` elements from number `first` on; of a set all of them. @throws OutOfMemoryError */
function gather({ keyspace }: LookupScope, entry: Entry, first: number, count: number): ByteList {
  const elements = new ByteList(count);
  if (entry.type === TYPE_SET) sets.forEach(keyspace, entry, (member) => addCopy(elements, member));
  else if (entry.type === TYPE_ZSET) gatherMembers(elements, entry, first, count);
  else if (count > 0) gatherListed(elements, keyspace, entry, first, count);
  return elements;
}

function gatherMembers(elements: ByteList, entry: Entry, first: number, count: number): void {
  const cursor = new ZsetCursor();
  cursor.open(entry, first, false);
  for (let left = count; left > 0; left--) {
    addCopy(elements, cursor.member);
    cursor.next();
  }
}

function gatherListed(
  elements: ByteList,
  keyspace: Keyspace,
  entry: Entry,
  first: number,
  count: number,
): void {
  const { valueView } = keyspace;
  const cursor = lists.seek(keyspace, entry, first);
  let left = count;
  do {
    for (; left > 0 && cursor.at < cursor.end; left--) {
      cursor.at = valueView.read(cursor.bytes, cursor.at);
      addCopy(elements, valueView);
    }
  } while (left > 0 && cursor.nextRun());
}

/** @throws OutOfMemoryError */
function addCopy(list: ByteList, { bytes, start, end }: PackedView): void {
  if (!list.add(bytes, start, end)) throw new OutOfMemoryError();
}

/** Turns ascending into descending. */
function reverseKeys({ keys, compare }: SortKeys): SortKeys {
  for (let i = 0; i < keys.length; i++) keys[i] = -keys[i];
  return { keys, compare: (a, b) => compare(b, a) };
}

/** Brings the first `count` elements into order. O(order + count · log count) as a rule */
function sortSome({ keys, compare }: SortKeys, order: Int32Array, count: number): number[] {
  const list = Array.from(order);
  sortFirst(list, count, (a, b) => {
    if (keys[a] !== keys[b]) return keys[a] < keys[b] ? -1 : 1;
    return compare(a, b);
  });
  return list;
}
