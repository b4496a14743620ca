/**
 * Changes of chunked lists that are not at the ends. A full chunk splits where an element goes in. A chunk that
 * loses elements merges with a neighbour when both together fill half a chunk: far enough from splitting again. So
 * of two neighbours within the list at least one is more than a quarter full, unless the bounds were changed or
 * memory was short.
 */

import type { Arena, Offset } from "./arena.ts";
import { type ChunkBounds, COUNT, HEAD, TAIL } from "./chunked-list-layout.ts";
import type { Chunks } from "./chunks.ts";
import type { ListCursor } from "./list-cursor.ts";
import { type NewElement, nextPacked, previousPacked } from "./packed.ts";

/** What an insert takes beside the bytes of elements, at most: heads and slack of two blocks. */
const INSERT_OVERHEAD = 256;

export class ChunkedListMiddle {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;

  constructor(
    private readonly arena: Arena,
    private readonly chunks: Chunks,
  ) {
    this.words = arena.words;
    this.bytes = arena.bytes;
  }

  /**
   * Puts an element in front of the place of the cursor, which is of no use after it. The element's bytes lie outside
   * of the arena. False when there is no memory; nothing has changed then.
   */
  insert(root: Offset, cursor: ListCursor, element: NewElement, bounds: ChunkBounds): boolean {
    if (!this.hasRoom(cursor.chunk, element, bounds)) return false;
    this.insertAt(root, cursor.chunk, cursor.at - cursor.start, element, bounds);
    return true;
  }

  /**
   * Replaces the element at the cursor, which is of no use after it. The new one's bytes lie outside of the arena.
   * False when there is no memory; nothing has changed then.
   */
  replace(root: Offset, cursor: ListCursor, element: NewElement, bounds: ChunkBounds): boolean {
    const { chunks } = this;
    const { chunk } = cursor;
    const offset = cursor.at - cursor.start;
    const old = nextPacked(cursor.bytes, cursor.at) - cursor.at;
    const fits = element.size < bounds.alone && chunks.length(chunk) - old + element.size <= bounds.bytes;
    if (fits || chunks.elements(chunk) === 1) {
      const replaced = chunks.replace(root, chunk, offset, element);
      if (replaced !== 0 && element.size < old) this.settle(root, replaced, bounds);
      return replaced !== 0;
    }
    if (!this.hasRoom(chunk, element, bounds)) return false;
    chunks.removeElement(chunk, offset);
    this.words[(root >> 2) + COUNT]--;
    this.insertAt(root, chunk, offset, element, bounds);
    return true;
  }

  /**
   * Removes up to `limit` elements that equal `element`: the last ones, or the first ones. Returns how many there
   * were; the list may be empty then. O(elements)
   */
  removeEqual(
    root: Offset,
    element: NewElement,
    limit: number,
    fromBack: boolean,
    bounds: ChunkBounds,
  ): number {
    const { chunks, words } = this;
    let chunk: Offset = words[(root >> 2) + (fromBack ? TAIL : HEAD)];
    let removed = 0;
    let isPassedChanged = false;
    while (chunk !== 0 && (isPassedChanged || removed < limit)) {
      const found = fromBack
        ? this.removeLastEqual(chunk, element, limit - removed)
        : this.removeFirstEqual(chunk, element, limit - removed);
      const ahead = fromBack ? chunks.previous(chunk) : chunks.next(chunk);
      removed += found;
      words[(root >> 2) + COUNT] -= found;
      if (chunks.elements(chunk) === 0) chunks.remove(root, chunk);
      else if (found > 0 || isPassedChanged) {
        const merged = this.merge(root, fromBack ? chunk : chunks.previous(chunk), bounds);
        if (merged === 0) chunks.shrink(chunk);
      }
      isPassedChanged = found > 0;
      chunk = ahead;
    }
    return removed;
  }

  private removeFirstEqual(chunk: Offset, element: NewElement, limit: number): number {
    const { chunks, bytes } = this;
    let removed = 0;
    for (let offset = 0; removed < limit && offset < chunks.length(chunk); ) {
      const start = chunks.start(chunk);
      if (element.equals(bytes, start + offset)) {
        chunks.removeElement(chunk, offset);
        removed++;
      } else offset = nextPacked(bytes, start + offset) - start;
    }
    return removed;
  }

  private removeLastEqual(chunk: Offset, element: NewElement, limit: number): number {
    const { chunks, bytes } = this;
    let removed = 0;
    for (let end = chunks.length(chunk); removed < limit && end > 0; ) {
      const start = chunks.start(chunk);
      end = previousPacked(bytes, start + end) - start;
      if (!element.equals(bytes, start + end)) continue;
      chunks.removeElement(chunk, end);
      removed++;
    }
    return removed;
  }

  /** Whether {@link insertAt} will find the memory that it may need. */
  private hasRoom(chunk: Offset, element: NewElement, bounds: ChunkBounds): boolean {
    // A chunk of one element does not split.
    const split = this.chunks.elements(chunk) === 1 ? 0 : this.chunks.length(chunk);
    return this.arena.hasRoom(split + bounds.bytes + element.size + INSERT_OVERHEAD);
  }

  /** Puts an element in front of the one at `offset` of a chunk, or at its end; there is memory for that. */
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
    if (chunks.fits(chunk, size, bounds)) this.insertIn(root, chunk, offset, element);
    else if (previous !== 0 && chunks.fits(previous, size, bounds))
      this.insertIn(root, previous, chunks.length(previous), element);
    else if (next !== 0 && chunks.fits(next, size, bounds)) this.insertIn(root, next, 0, element);
    else if (offset === 0) this.insertChunk(root, previous, chunk, element);
    else if (offset === length) this.insertChunk(root, chunk, next, element);
    else this.insertSplitting(root, chunk, offset, element, bounds);
  }

  /** {@link insertAt} for a place within a chunk where the element does not fit: the chunk splits there. */
  private insertSplitting(
    root: Offset,
    chunk: Offset,
    offset: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): void {
    const { chunks } = this;
    let first = chunk;
    let second = chunks.split(root, chunk, offset);
    if (second === 0) throw new Error("list: no room was kept for a split");
    const isFirstShorter = chunks.length(first) <= chunks.length(second);
    if (!chunks.fits(isFirstShorter ? first : second, element.size, bounds))
      this.insertChunk(root, first, second, element);
    else if (isFirstShorter) first = this.insertIn(root, first, chunks.length(first), element);
    else second = this.insertIn(root, second, 0, element);
    this.merge(root, second, bounds);
    this.merge(root, chunks.previous(first), bounds);
  }

  private insertIn(root: Offset, chunk: Offset, offset: number, element: NewElement): Offset {
    const changed = this.chunks.insert(root, chunk, offset, element);
    if (changed === 0) throw new Error("list: no room was kept for an element");
    return changed;
  }

  private insertChunk(root: Offset, previous: Offset, next: Offset, element: NewElement): void {
    const chunk = this.chunks.create(1, 0, element.size, 0);
    if (chunk === 0) throw new Error("list: no room was kept for a chunk");
    element.write(this.bytes, this.chunks.start(chunk));
    this.chunks.link(root, chunk, previous, next);
  }

  /** After a chunk has lost bytes: merges it with neighbours, or gives room back. */
  private settle(root: Offset, chunk: Offset, bounds: ChunkBounds): void {
    const merged = this.merge(root, this.chunks.previous(chunk), bounds) || chunk;
    if (this.merge(root, merged, bounds) === 0) this.chunks.shrink(merged);
  }

  /** Merges a chunk with the next one if there are two, both small. Returns the chunk of all elements; 0 if unmerged. */
  private merge(root: Offset, chunk: Offset, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const next = chunk === 0 ? 0 : chunks.next(chunk);
    if (next === 0) return 0;
    const length = chunks.length(chunk) + chunks.length(next);
    const elements = chunks.elements(chunk) + chunks.elements(next);
    const areSmall = 2 * length <= bounds.bytes && 2 * elements <= bounds.elements && length < bounds.alone;
    return areSmall ? chunks.mergeNext(root, chunk) : 0;
  }
}
