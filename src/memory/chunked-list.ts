/**
 * Chunked list: elements in the order in which they were put, cheap to add and take at both ends. A list is
 * identified by the offset of its root block; no JavaScript object exists per list.
 *
 *     root    | number of elements | number of chunks | first chunk | last chunk |
 *     chunk   | previous | next | elements | start | end | room | packed element | packed element | ... | room |
 *
 * Elements are packed side by side (`packed.ts`), so that they cost little more than their bytes, and chunks are
 * bounded (`ChunkBounds`), so that no change copies more than a chunk. `start` and `end` are relative to the chunk.
 *
 * The first and the last chunk keep room at their outer end, a quarter of what they hold: there, adding an element
 * moves nothing, and taking one only moves `start` or `end`. A chunk grows up to the bound; then it is sealed, which
 * gives the rest of its room back, and a small new one follows. So only the ends of a list cost more than their
 * elements. An element beyond the bound has a chunk of its own.
 *
 * In the middle, a full chunk splits where an element goes in. A chunk that loses elements merges with a neighbour
 * when both together fill half of a chunk: far enough from splitting again. So of two neighbours within the list at
 * least one is more than a quarter full, unless the bounds were changed or memory was short.
 */

import type { Arena, Offset } from "./arena.ts";
import { checkChunkedList } from "./chunked-list-check.ts";
import {
  CHUNK_HEAD_BYTES,
  type ChunkBounds,
  CHUNKS,
  COUNT,
  ELEMENTS,
  END,
  HEAD,
  ROOT_BYTES,
  START,
  slackFor,
  TAIL,
} from "./chunked-list-layout.ts";
import { Chunks } from "./chunks.ts";
import type { ListCursor } from "./list-cursor.ts";
import { type NewElement, nextPacked, previousPacked } from "./packed.ts";

/** A chunk with more than this many times the room that its elements take is moved to a smaller block. */
const SHRINK_SHIFT = 2;
/** Smaller blocks are not worth the move. */
const SHRINK_MIN = 256;
/** As many chunks are freed at once: that takes a few µs. */
const FREED_AT_ONCE = 64;
/** Blocks that an insert in the middle takes at most, and what they take beside the elements. */
const INSERT_OVERHEAD_MAX = 512;

export class ChunkedList {
  private readonly words: Int32Array;
  private readonly chunks: Chunks;

  constructor(readonly arena: Arena) {
    this.words = arena.words;
    this.chunks = new Chunks(arena);
  }

  /** A new empty list, or 0 when no memory is left. */
  create(): Offset {
    const root = this.arena.allocate(ROOT_BYTES);
    if (root !== 0) this.words.fill(0, root >> 2, (root + ROOT_BYTES) >> 2);
    return root;
  }

  /** Number of elements. */
  count(root: Offset): number {
    return this.words[(root >> 2) + COUNT];
  }

  /** Number of chunks. */
  chunkCount(root: Offset): number {
    return this.words[(root >> 2) + CHUNKS];
  }

  /**
   * Adds an element in front of the first or behind the last; its bytes must lie outside of the arena. False when
   * there is no memory; nothing has changed then.
   */
  push(root: Offset, element: NewElement, atFront: boolean, bounds: ChunkBounds): boolean {
    const words = this.words;
    const { size } = element;
    let chunk = words[(root >> 2) + (atFront ? HEAD : TAIL)];
    if (chunk === 0 || !this.fits(chunk, size, bounds)) chunk = this.addChunk(root, size, atFront, bounds);
    else if ((atFront ? this.chunks.frontRoom(chunk) : this.chunks.backRoom(chunk)) < size)
      chunk = this.makeRoom(root, chunk, size, atFront, bounds);
    if (chunk === 0) return false;
    const at = chunk >> 2;
    if (atFront) words[at + START] -= size;
    else words[at + END] += size;
    element.write(this.arena.bytes, chunk + (atFront ? words[at + START] : words[at + END] - size));
    words[at + ELEMENTS]++;
    words[(root >> 2) + COUNT]++;
    return true;
  }

  /**
   * Adds the elements of the packed sequence `bytes[start, end)` behind the last, as one chunk. The bytes may lie
   * in the arena, but not in this list. False when there is no memory; nothing has changed then.
   */
  appendRun(root: Offset, bytes: Buffer, start: number, end: number, elements: number): boolean {
    const chunk = this.chunks.create(elements, 0, end - start, 0);
    if (chunk === 0) return false;
    bytes.copy(this.arena.bytes, this.chunks.start(chunk), start, end);
    this.chunks.link(root, chunk, this.words[(root >> 2) + TAIL], 0);
    this.words[(root >> 2) + COUNT] += elements;
    return true;
  }

  /** Goes to the first element of a list that is not empty. */
  first(root: Offset, cursor: ListCursor): void {
    cursor.enter(this.arena.bytes, this.words, this.words[(root >> 2) + HEAD]);
  }

  /** Goes behind the last element of a list that is not empty. */
  last(root: Offset, cursor: ListCursor): void {
    cursor.enter(this.arena.bytes, this.words, this.words[(root >> 2) + TAIL]);
    cursor.at = cursor.end;
  }

  /** Goes to the element of number `index`, which exists. Returns the number of its chunk. O(chunks) */
  seek(root: Offset, index: number, cursor: ListCursor): number {
    const { chunks } = this;
    const count = this.count(root);
    let number = 0;
    let chunk: Offset;
    let left = index;
    if (index < count >> 1) {
      chunk = this.words[(root >> 2) + HEAD];
      for (; left >= chunks.elements(chunk); number++) {
        left -= chunks.elements(chunk);
        chunk = chunks.next(chunk);
      }
    } else {
      number = this.chunkCount(root) - 1;
      chunk = this.words[(root >> 2) + TAIL];
      for (left -= count - chunks.elements(chunk); left < 0; number--) {
        chunk = chunks.previous(chunk);
        left += chunks.elements(chunk);
      }
    }
    cursor.enter(this.arena.bytes, this.words, chunk);
    cursor.skip(left, chunks.elements(chunk));
    return number;
  }

  /**
   * Replaces the element at the cursor, which is of no more use after it. False when there is no memory; nothing
   * has changed then.
   */
  replace(root: Offset, cursor: ListCursor, element: NewElement, bounds: ChunkBounds): boolean {
    const { chunks } = this;
    const { chunk } = cursor;
    const offset = cursor.at - cursor.start;
    const old = nextPacked(cursor.bytes, cursor.at) - cursor.at;
    const length = chunks.length(chunk) - old + element.size;
    const staysHere = element.size < bounds.alone && length <= bounds.bytes;
    if (staysHere || element.size === old || chunks.elements(chunk) === 1) {
      const replaced = chunks.replace(root, chunk, offset, element);
      if (replaced !== 0 && element.size < old) this.settle(root, replaced, bounds);
      return replaced !== 0;
    }
    if (!this.hasRoomToInsert(chunk, element)) return false;
    chunks.removeElement(chunk, offset);
    this.words[(root >> 2) + COUNT]--;
    this.insertAt(root, chunk, offset, element, bounds);
    return true;
  }

  /**
   * Puts an element in front of the place of the cursor, which is of no more use after it. False when there is no
   * memory; nothing has changed then.
   */
  insert(root: Offset, cursor: ListCursor, element: NewElement, bounds: ChunkBounds): boolean {
    if (!this.hasRoomToInsert(cursor.chunk, element)) return false;
    this.insertAt(root, cursor.chunk, cursor.at - cursor.start, element, bounds);
    return true;
  }

  /**
   * Removes up to `limit` elements that equal `element`, the first ones or the last ones. Returns how many there
   * were. O(elements)
   */
  removeEqual(
    root: Offset,
    element: NewElement,
    limit: number,
    fromBack: boolean,
    bounds: ChunkBounds,
  ): number {
    const { chunks, words } = this;
    let removed = 0;
    let chunk: Offset = words[(root >> 2) + (fromBack ? TAIL : HEAD)];
    while (chunk !== 0 && removed < limit) {
      const found = this.removeEqualIn(chunk, element, limit - removed, fromBack);
      removed += found;
      words[(root >> 2) + COUNT] -= found;
      // What was passed may merge with this chunk, but not what is ahead.
      const ahead = fromBack ? chunks.previous(chunk) : chunks.next(chunk);
      if (found > 0) this.settle(root, chunk, bounds, ahead);
      chunk = ahead;
    }
    return removed;
  }

  /**
   * Removes the first or the last `n` elements; there are more. What is too much to be freed at once becomes a list
   * by itself, whose root is returned for the caller to destroy; else 0. O(chunks up to the nearer end)
   */
  removeEnd(root: Offset, n: number, atFront: boolean, cursor: ListCursor): Offset {
    const { chunks, words } = this;
    const count = this.count(root);
    const number = this.seek(root, atFront ? n : count - n - 1, cursor);
    const { chunk } = cursor;
    const at = chunk >> 2;
    const inChunk = atFront ? cursor.index : chunks.elements(chunk) - cursor.index - 1;
    if (atFront) words[at + START] = cursor.at - chunk;
    else words[at + END] = nextPacked(cursor.bytes, cursor.at) - chunk;
    words[at + ELEMENTS] -= inChunk;
    words[(root >> 2) + COUNT] -= inChunk;
    const cut = atFront ? number : this.chunkCount(root) - number - 1;
    const garbage = cut === 0 ? 0 : this.cutOff(root, chunk, atFront, cut, n - inChunk);
    this.shrink(root, chunk);
    return garbage;
  }

  /** Removes the first or the last element of a list that has one. */
  pop(root: Offset, atFront: boolean): void {
    const words = this.words;
    const chunk = words[(root >> 2) + (atFront ? HEAD : TAIL)];
    const at = chunk >> 2;
    words[(root >> 2) + COUNT]--;
    words[at + ELEMENTS]--;
    if (words[at + ELEMENTS] === 0) {
      this.chunks.remove(root, chunk);
      return;
    }
    const { bytes } = this.arena;
    if (atFront) words[at + START] = nextPacked(bytes, chunk + words[at + START]) - chunk;
    else words[at + END] = previousPacked(bytes, chunk + words[at + END]) - chunk;
    this.shrink(root, chunk);
  }

  /** Frees up to `limit` chunks of a list; true when all of them and the root are gone. */
  destroySome(root: Offset, limit: number): boolean {
    for (let left = limit; this.words[(root >> 2) + HEAD] !== 0; left--) {
      if (left <= 0) return false;
      const chunk = this.words[(root >> 2) + HEAD];
      this.words[(root >> 2) + COUNT] -= this.chunks.elements(chunk);
      this.chunks.remove(root, chunk);
    }
    this.arena.free(root);
    return true;
  }

  /**
   * Bytes of arena that the list takes: exact when `samples` is 0, else as if all chunks were of the mean size of
   * so many of them. O(samples), or O(chunks)
   */
  bytesOf(root: Offset, samples = 0): number {
    const chunkCount = this.chunkCount(root);
    const looked = samples === 0 ? chunkCount : Math.min(samples, chunkCount);
    let bytes = 0;
    let chunk = this.words[(root >> 2) + HEAD];
    for (let left = looked; left > 0; left--) {
      bytes += this.arena.blockBytesOf(chunk);
      chunk = this.chunks.next(chunk);
    }
    return this.arena.blockBytesOf(root) + Math.round(looked === 0 ? 0 : (bytes / looked) * chunkCount);
  }

  /** Walks the list and throws at the first broken invariant. O(elements), for tests. */
  check(root: Offset): void {
    checkChunkedList(this.arena, root);
  }

  /** Whether an element of so many bytes may be added to a chunk. */
  private fits(chunk: Offset, size: number, bounds: ChunkBounds): boolean {
    return (
      this.chunks.length(chunk) + size <= bounds.bytes &&
      this.chunks.elements(chunk) < bounds.elements &&
      size < bounds.alone
    );
  }

  /** A new first or last chunk with room for an element of `size` bytes, for the caller to write; 0 without memory. */
  private addChunk(root: Offset, size: number, atFront: boolean, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const room = size + slackFor(size, bounds);
    const chunk = chunks.create(0, atFront ? room : 0, 0, atFront ? 0 : room);
    if (chunk === 0) return 0;
    const next = atFront ? this.words[(root >> 2) + HEAD] : 0;
    const previous = atFront ? 0 : this.words[(root >> 2) + TAIL];
    chunks.link(root, chunk, previous, next);
    const old = previous + next;
    // The only chunk of a list stays open at its other end.
    if (old !== 0 && this.chunkCount(root) > 2) chunks.seal(old);
    return chunk;
  }

  /**
   * Makes room for `size` bytes at the outer end of the first or last chunk, which fit the bounds. Returns where
   * the chunk is now; 0, unchanged, when the arena is full.
   */
  private makeRoom(root: Offset, chunk: Offset, size: number, atFront: boolean, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const length = chunks.length(chunk);
    const otherRoom = atFront ? chunks.backRoom(chunk) : chunks.frontRoom(chunk);
    const isOtherOpen = this.chunkCount(root) === 1;
    const free = chunks.frontRoom(chunk) + chunks.backRoom(chunk) - size;
    if (free >= length >> 1) {
      // There is much room at the other end, as in a queue that is added to here and taken from there.
      const otherKept = isOtherOpen ? free >> 1 : 0;
      chunks.slide(chunk, atFront ? size + free - otherKept : otherKept);
      return chunk;
    }
    const slack = slackFor(length + size, bounds);
    if (!atFront && this.arena.resizeInPlace(chunk, this.words[(chunk >> 2) + END] + size + slack)) return chunk;
    const room = size + slack;
    const kept = isOtherOpen ? Math.min(otherRoom, slack) : 0;
    return (
      chunks.move(root, chunk, atFront ? room : kept, atFront ? kept : room) ||
      chunks.move(root, chunk, atFront ? size : 0, atFront ? 0 : size)
    );
  }

  /** Whether {@link insertAt} will find the memory that it may need. */
  private hasRoomToInsert(chunk: Offset, element: NewElement): boolean {
    return this.arena.hasRoom(2 * this.chunks.length(chunk) + 2 * element.size + INSERT_OVERHEAD_MAX);
  }

  /** Puts an element in front of the one at `offset` of a chunk, or at its end. There is memory for it. */
  private insertAt(
    root: Offset,
    chunk: Offset,
    offset: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): void {
    const { chunks } = this;
    const { size } = element;
    const length = chunks.length(chunk);
    const previous = offset === 0 ? chunks.previous(chunk) : 0;
    const next = offset === length ? chunks.next(chunk) : 0;
    this.words[(root >> 2) + COUNT]++;
    if (this.fits(chunk, size, bounds)) this.insertIn(root, chunk, offset, element);
    else if (previous !== 0 && this.fits(previous, size, bounds))
      this.insertIn(root, previous, chunks.length(previous), element);
    else if (next !== 0 && this.fits(next, size, bounds)) this.insertIn(root, next, 0, element);
    else if (offset === 0) this.insertChunk(root, chunks.previous(chunk), chunk, element);
    else if (offset === length) this.insertChunk(root, chunk, chunks.next(chunk), element);
    else this.insertSplitting(root, chunk, offset, element, bounds);
  }

  /** {@link insertAt} for a place within a chunk that has no room: the chunk splits there. */
  private insertSplitting(
    root: Offset,
    chunk: Offset,
    offset: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): void {
    const { chunks } = this;
    const second = chunks.split(root, chunk, offset, this.indexOf(chunk, offset));
    const isFirstShorter = chunks.length(chunk) <= chunks.length(second);
    const shorter = isFirstShorter ? chunk : second;
    if (this.fits(shorter, element.size, bounds))
      this.insertIn(root, shorter, isFirstShorter ? chunks.length(chunk) : 0, element);
    else this.insertChunk(root, chunk, second, element);
    this.settleBoth(root, bounds);
  }

  private insertIn(root: Offset, chunk: Offset, offset: number, element: NewElement): void {
    if (this.chunks.insert(root, chunk, offset, element) === 0) throw new Error("list: no room was kept");
  }
}
