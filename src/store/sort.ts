/**
 * SORT: the elements of a list, set or sorted set, copied out of it and put into an order.
 *
 * Every element gets a key that is a double, so that most of them are told apart without looking at their bytes
 * again (`base/key-sort.ts`): its weight, or the first bytes in which the texts differ that they are ordered by.
 * Elements of the same weight are ordered by their own bytes; those of the same text stay in their order, unless only
 * some elements are wanted: then their order is that of Redis' partial sort.
 */

import { ByteList } from "../base/byte-list.ts";
import { compareBytes } from "../base/bytes.ts";
import { type CompareElements, sortByKey } from "../base/key-sort.ts";
import { parseWeight } from "../base/parse-double.ts";
import { sortFirst } from "../base/partial-sort.ts";
import { PackedView } from "../memory/packed.ts";
import { type Entry, TYPE_LIST, TYPE_SET, TYPE_ZSET } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { KeyPattern, LookupScope } from "./key-pattern.ts";
import type { Keyspace } from "./keyspace.ts";
import * as lists from "./list.ts";
import * as sets from "./set.ts";
import * as zsets from "./zset.ts";
import { ZsetCursor } from "./zset-cursor.ts";

/** So many bytes of a text are in its key. */
const PREFIX_BYTES = 6;
/** The key of an element without a text: in front of all that have one. */
const NO_TEXT = -1;

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
  const { limit, unsorted, descending } = options;
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
  const sorted = options.alpha
    ? sortByText(scope, elements, order, options, first + count)
    : sortByWeight(scope, elements, order, options, first + count);
  return sorted === null ? null : { elements, order: sorted, first, count };
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

function sortByWeight(
  scope: LookupScope,
  elements: ByteList,
  order: Int32Array,
  { by, descending }: SortOptions,
  wanted: number,
): ArrayLike<number> | null {
  const keys = new Float64Array(elements.count);
  for (let i = 0; i < elements.count; i++) {
    const weight = weightOf(scope, elements, i, by);
    if (Number.isNaN(weight)) return null;
    keys[i] = descending ? -weight : weight;
  }
  return inOrder(keys, order, wanted, directed(textComparison(elements), descending));
}

/** The number that element `i` is ordered by, 0 when its pattern leads nowhere; NaN when it is none. */
function weightOf(scope: LookupScope, elements: ByteList, i: number, by: KeyPattern | null): number {
  if (by === null) return parseWeight(elements.bytes, elements.start(i), elements.end(i));
  const value = by.lookUp(scope, elements.bytes, elements.start(i), elements.end(i));
  return value === null ? 0 : parseWeight(value.bytes, value.start, value.end);
}

function sortByText(
  scope: LookupScope,
  elements: ByteList,
  order: Int32Array,
  { by, descending }: SortOptions,
  wanted: number,
): ArrayLike<number> {
  const keys = new Float64Array(elements.count);
  const texts = by === null ? elements : textsOf(scope, elements, by, keys);
  const skipped = commonPrefix(texts, keys);
  for (let i = 0; i < texts.count; i++) {
    if (keys[i] !== NO_TEXT) keys[i] = prefixOf(texts.bytes, texts.start(i) + skipped, texts.end(i));
    if (descending) keys[i] = -keys[i];
  }
  return inOrder(keys, order, wanted, directed(textComparison(texts), descending));
}

/** What the elements are ordered by. One that has no text gets an empty one, and NO_TEXT as its key. */
function textsOf(scope: LookupScope, elements: ByteList, by: KeyPattern, keys: Float64Array): ByteList {
  const texts = new ByteList(elements.count);
  const nothing = new PackedView();
  for (let i = 0; i < elements.count; i++) {
    const value = by.lookUp(scope, elements.bytes, elements.start(i), elements.end(i));
    if (value === null) keys[i] = NO_TEXT;
    addCopy(texts, value ?? nothing);
  }
  return texts;
}

/** Length of what all texts begin with. */
function commonPrefix(texts: ByteList, keys: Float64Array): number {
  const { bytes } = texts;
  let first = -1;
  let length = 0;
  for (let i = 0; i < texts.count && (first < 0 || length > 0); i++) {
    if (keys[i] === NO_TEXT) continue;
    const start = texts.start(i);
    const size = texts.end(i) - start;
    if (first < 0) {
      first = start;
      length = size;
    }
    let same = 0;
    while (same < length && same < size && bytes[first + same] === bytes[start + same]) same++;
    length = same;
  }
  return length;
}

/** The first bytes as a number: smaller for what comes first in the order of bytes, or the same. */
function prefixOf(bytes: Buffer, start: number, end: number): number {
  let prefix = 0;
  for (let at = start; at < start + PREFIX_BYTES; at++) prefix = prefix * 256 + (at < end ? bytes[at] : 0);
  return prefix;
}

function textComparison(texts: ByteList): CompareElements {
  return (a, b) =>
    compareBytes(texts.bytes, texts.start(a), texts.end(a), texts.bytes, texts.start(b), texts.end(b));
}

function directed(compare: CompareElements, descending: boolean): CompareElements {
  return descending ? (a, b) => compare(b, a) : compare;
}

/** The numbers of the elements in the order of their keys, at least the first `wanted` of them. */
function inOrder(
  keys: Float64Array,
  order: Int32Array,
  wanted: number,
  compareEqual: CompareElements,
): ArrayLike<number> {
  if (wanted === order.length) {
    sortByKey(keys, order, compareEqual);
    return order;
  }
  const list = Array.from(order);
  sortFirst(list, wanted, (a, b) => {
    if (keys[a] !== keys[b]) return keys[a] < keys[b] ? -1 : 1;
    return compareEqual(a, b);
  });
  return list;
}
