/**
 * Lists. Packed, the elements are in the entry; linked, they are a chunked list (`memory/chunked-list.ts`). A list
 * that has become linked stays so.
 *
 * Elements are given as views, and places as cursors, of the keyspace: valid until the next call.
 */

import type { Offset } from "../memory/arena.ts";
import type { ListCursor } from "../memory/list-cursor.ts";
import { nextPacked, type PackedView, previousPacked, skipPackedBack } from "../memory/packed.ts";
import {
  insertPacked,
  link,
  PACKED_HEAD_BYTES,
  packedCount,
  packedStart,
  removePacked,
  replacePacked,
} from "./collection.ts";
import { type Entry, TYPE_LIST } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Keyspace } from "./keyspace.ts";
import { reclaimFor, reclaimSome } from "./room.ts";

/**
 * Bytes of the elements of a packed list, at most. Measured: up to 1 KiB, adding in front, which moves them all,
 * takes 10 % longer at most than in a linked list, and an element of 16 bytes takes 1 to 4 bytes less; at 2 KiB it
 * takes 30 % longer.
 */
const PACKED_LIST_BYTES_MAX = 1024;
/** Before a change within a list what was deleted is freed until there is so much room: for four chunks of any size. */
const CHANGE_BYTES = 4 << 16;

/** Number of elements. */
export function length(entry: Entry): number {
  return entry.linked ? entry.home.list.count(entry.root) : packedCount(entry);
}

/** Number of pieces that the elements are in. */
export function chunkCount(entry: Entry): number {
  return entry.linked ? entry.home.list.chunkCount(entry.root) : 1;
}

/** Bytes that the elements take where they are not compressed. O(chunks) */
export function plainBytes(entry: Entry): number {
  return entry.linked ? entry.home.list.plainBytes(entry.root) : entry.valueEnd - packedStart(entry);
}

/**
 * Adds `bytes[start, end)`, which lie outside of the dataset, in front of the first element or behind the last. The
 * entry may move. Returns how many elements there are then. @throws OutOfMemoryError, nothing changed
 */
export function push(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  atFront: boolean,
): number {
  if (!entry.linked) {
    const element = keyspace.valueElement.point(bytes, start, end);
    if (staysPacked(keyspace, entry, 1, element.size, element.size)) {
      insertPacked(keyspace, entry, atFront ? packedStart(entry) : entry.valueEnd, element);
      return packedCount(entry);
    }
    convert(keyspace, entry);
  }
  let count = pushLinked(keyspace, entry, bytes, start, end, atFront);
  while (count === 0 && reclaimSome(entry.home))
    count = pushLinked(keyspace, entry, bytes, start, end, atFront);
  if (count === 0) throw new OutOfMemoryError();
  return count;
}

/** {@link push} to a linked list. Returns how many elements there are then; 0, nothing changed, without memory. */
export function pushLinked(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  atFront: boolean,
): number {
  const element = keyspace.valueElement.point(bytes, start, end);
  return entry.home.list.push(entry.root, element, atFront, keyspace.limits.listChunk);
}

/** The first or the last element. */
export function peek(keyspace: Keyspace, entry: Entry, atFront: boolean): PackedView {
  const { valueView } = keyspace;
  if (entry.linked) {
    entry.home.list.peek(entry.root, atFront, valueView);
  } else {
    const { bytes } = entry;
    valueView.read(bytes, atFront ? packedStart(entry) : previousPacked(bytes, entry.valueEnd));
  }
  return valueView;
}

/** Removes the first or the last element. Returns how many are left: the list may be empty then. */
export function pop(keyspace: Keyspace, entry: Entry, atFront: boolean): number {
  if (entry.linked) return entry.home.list.pop(entry.root, atFront, keyspace.limits.listChunk);
  removePackedEnd(keyspace, entry, 1, atFront);
  return packedCount(entry);
}

/** Removes the first or the last `n` elements; there are more. */
export function removeEnd(keyspace: Keyspace, entry: Entry, n: number, atFront: boolean): void {
  if (!entry.linked) {
    removePackedEnd(keyspace, entry, n, atFront);
    return;
  }
  const { list, reclaimer } = entry.home;
  const { limits, listCursor } = keyspace;
  const garbage = list.removeEnd(entry.root, n, atFront, listCursor, limits.listChunk);
  if (garbage !== 0) reclaimer.addValue(TYPE_LIST, garbage);
}

/** In front of the first element, or behind the last. */
export function enterEnd(keyspace: Keyspace, entry: Entry, atFront: boolean): ListCursor {
  const cursor = keyspace.listCursor;
  if (entry.linked) {
    const { list } = entry.home;
    if (atFront) list.first(entry.root, cursor);
    else list.last(entry.root, cursor);
    return cursor;
  }
  cursor.enterPacked(entry.bytes, packedStart(entry), entry.valueEnd);
  if (!atFront) cursor.at = cursor.end;
  return cursor;
}

/** The element of number `index`, which exists. */
export function seek(keyspace: Keyspace, entry: Entry, index: number): ListCursor {
  const cursor = keyspace.listCursor;
  if (entry.linked) {
    entry.home.list.seek(entry.root, index, cursor);
    return cursor;
  }
  cursor.enterPacked(entry.bytes, packedStart(entry), entry.valueEnd);
  cursor.skip(index, packedCount(entry));
  return cursor;
}

/**
 * Puts `bytes[start, end)`, which lie outside of the dataset, in front of the place of the cursor. The entry may
 * move. @throws OutOfMemoryError, nothing changed
 */
export function insert(
  keyspace: Keyspace,
  entry: Entry,
  cursor: ListCursor,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  const element = keyspace.valueElement.point(bytes, start, end);
  if (!entry.linked) {
    if (staysPacked(keyspace, entry, 1, element.size, element.size)) {
      insertPacked(keyspace, entry, cursor.at, element);
      return;
    }
    convertAt(keyspace, entry, cursor);
  }
  const { middle } = entry.home.list;
  reclaimFor(entry.home, CHANGE_BYTES + element.size);
  if (!middle.insert(entry.root, cursor, element, keyspace.limits.listChunk)) throw new OutOfMemoryError();
}

/**
 * Replaces the element at the cursor by `bytes[start, end)`, which lie outside of the dataset. The entry may move.
 * @throws OutOfMemoryError, nothing changed
 */
export function replace(
  keyspace: Keyspace,
  entry: Entry,
  cursor: ListCursor,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  const element = keyspace.valueElement.point(bytes, start, end);
  if (!entry.linked) {
    const growth = element.size - (nextPacked(cursor.bytes, cursor.at) - cursor.at);
    if (staysPacked(keyspace, entry, 0, growth, element.size)) {
      replacePacked(keyspace, entry, cursor.at, element);
      return;
    }
    convertAt(keyspace, entry, cursor);
  }
  const { middle } = entry.home.list;
  reclaimFor(entry.home, CHANGE_BYTES + element.size);
  if (!middle.replace(entry.root, cursor, element, keyspace.limits.listChunk)) throw new OutOfMemoryError();
}

/**
 * Removes up to `limit` elements that equal `bytes[start, end)`: the last ones, or the first ones. Returns how many
 * there were; the list may be empty then. O(elements) @throws OutOfMemoryError, nothing changed, without memory for
 * compressed chunks to become plain
 */
export function removeEqual(
  keyspace: Keyspace,
  entry: Entry,
  bytes: Buffer,
  start: number,
  end: number,
  limit: number,
  fromBack: boolean,
): number {
  const element = keyspace.valueElement.point(bytes, start, end);
  if (entry.linked) {
    const { removal } = entry.home.list;
    const remove = () => removal.removeEqual(entry.root, element, limit, fromBack, keyspace.limits.listChunk);
    let found = remove();
    while (found < 0 && reclaimSome(entry.home)) found = remove();
    if (found < 0) throw new OutOfMemoryError();
    return found;
  }
  let removed = 0;
  for (let at = fromBack ? entry.valueEnd : packedStart(entry); removed < limit; ) {
    if (at === (fromBack ? packedStart(entry) : entry.valueEnd)) break;
    if (fromBack) at = previousPacked(entry.bytes, at);
    const next = nextPacked(entry.bytes, at);
    if (element.equals(entry.bytes, at)) {
      removePacked(keyspace, entry, at, next, 1);
      removed++;
    } else if (!fromBack) at = next;
  }
  return removed;
}

/** Visits all elements from the first on. The view is the keyspace's. O(elements) */
export function forEach(keyspace: Keyspace, entry: Entry, visit: (element: PackedView) => void): void {
  const cursor = enterEnd(keyspace, entry, true);
  const view = keyspace.valueView;
  do {
    for (let at = cursor.at; at < cursor.end; ) {
      at = view.read(cursor.bytes, at);
      visit(view);
    }
  } while (cursor.nextRun());
}

/** Makes a packed list a linked one. @throws OutOfMemoryError, nothing changed */
export function convert(keyspace: Keyspace, entry: Entry): void {
  const { list, reclaimer } = entry.shard;
  const root = list.create();
  if (root === 0) throw new OutOfMemoryError();
  try {
    if (!appendPacked(entry, root)) throw new OutOfMemoryError();
    link(keyspace, entry, root);
  } catch (error) {
    reclaimer.addValue(TYPE_LIST, root);
    throw error;
  }
}

/** Adds the elements of a packed list to a chunked one, which may be none. */
function appendPacked(entry: Entry, root: Offset): boolean {
  const count = packedCount(entry);
  if (count === 0) return true;
  return entry.shard.list.appendRun(root, entry.bytes, packedStart(entry), entry.valueEnd, count);
}

/** {@link convert} that takes a cursor along. */
function convertAt(keyspace: Keyspace, entry: Entry, cursor: ListCursor): void {
  const offset = cursor.at - cursor.start;
  convert(keyspace, entry);
  entry.home.list.first(entry.root, cursor);
  cursor.at += offset;
}

/** Whether a packed list may take so many elements and bytes more, for an element of `size` bytes. */
function staysPacked(
  keyspace: Keyspace,
  entry: Entry,
  elements: number,
  growth: number,
  size: number,
): boolean {
  const chunk = keyspace.limits.listChunk;
  const bytes = entry.valueLength - PACKED_HEAD_BYTES + growth;
  return (
    bytes <= Math.min(PACKED_LIST_BYTES_MAX, chunk.bytes) &&
    packedCount(entry) + elements <= chunk.elements &&
    size < chunk.alone
  );
}

function removePackedEnd(keyspace: Keyspace, entry: Entry, n: number, atFront: boolean): void {
  const { bytes, valueEnd } = entry;
  if (!atFront) {
    removePacked(keyspace, entry, skipPackedBack(bytes, valueEnd, n), valueEnd, n);
    return;
  }
  const cursor = seek(keyspace, entry, n);
  removePacked(keyspace, entry, packedStart(entry), cursor.at, n);
}
