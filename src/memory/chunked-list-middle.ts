/**
 * Changes of chunked lists that are not at the ends. A full chunk splits where an element goes in. A chunk that
 * loses elements merges with a neighbour when both together fill half a chunk: far enough from splitting again. So
 * of two neighbours within the list at least one is more than a quarter full, unless the bounds were changed or
 * memory was short.
 *
 * A compressed chunk becomes plain for a change, and is compressed again some time later.
 */

import type { Arena, Offset } from "./arena.ts";
import type { ChunkCompression } from "./chunk-compression.ts";
import { CHANGE_OVERHEAD, type ChunkMerger } from "./chunk-merger.ts";
import { type ChunkBounds, COUNT } from "./chunked-list-layout.ts";
import type { Chunks } from "./chunks.ts";
import type { ListCursor } from "./list-cursor.ts";
import { type NewElement, nextPacked } from "./packed.ts";

export class ChunkedListMiddle {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;

  constructor(
    private readonly arena: Arena,
    private readonly chunks: Chunks,
    private readonly compression: ChunkCompression,
    private readonly merger: ChunkMerger,
  ) {
    this.words = arena.words;
    this.bytes = arena.bytes;
  }

  /**
   * Puts an element in front of the place of the cursor, which is of no use after it. The element's bytes lie outside
   * of the arena. False when there is no memory; nothing has changed then.
   */
  insert(root: Offset, cursor: ListCursor, element: NewElement, bounds: ChunkBounds): boolean {
    const offset = cursor.at - cursor.start;
    const chunk = this.compression.open(root, cursor.chunk);
    if (chunk === 0) return false;
    const isRoom = this.hasRoom(chunk, offset, 0, element, bounds);
    const last = isRoom ? this.insertAt(root, chunk, offset, element, bounds) : chunk;
    this.enqueueAround(last, bounds);
    return isRoom;
  }

  /**
   * Replaces the element at the cursor, which is of no use after it. The new one's bytes lie outside of the arena.
   * False when there is no memory; nothing has changed then.
   */
  replace(root: Offset, cursor: ListCursor, element: NewElement, bounds: ChunkBounds): boolean {
    const offset = cursor.at - cursor.start;
    const chunk = this.compression.open(root, cursor.chunk);
    if (chunk === 0) return false;
    const last = this.replaceAt(root, chunk, offset, element, bounds);
    this.enqueueAround(last || chunk, bounds);
    return last !== 0;
  }

  /** Replaces the element at `offset` of a chunk. Returns a chunk where that was; 0, nothing changed, without memory. */
  private replaceAt(
    root: Offset,
    chunk: Offset,
    offset: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): Offset {
    const { bytes, chunks } = this;
    const at = chunks.start(chunk) + offset;
    const old = nextPacked(bytes, at) - at;
    const fits = element.size < bounds.alone && chunks.length(chunk) - old + element.size <= bounds.bytes;
    if (fits || chunks.elements(chunk) === 1) {
      const replaced = chunks.replace(root, chunk, offset, element);
      if (replaced === 0 || element.size >= old) return replaced;
      return this.settle(root, replaced, bounds);
    }
    if (!this.hasRoom(chunk, offset, old, element, bounds)) return 0;
    chunks.removeElement(chunk, offset);
    this.words[(root >> 2) + COUNT]--;
    return this.insertAt(root, chunk, offset, element, bounds);
  }

  /**
   * Whether {@link insertAt} will find the memory that it may need, after `removed` bytes at `offset` have been taken
   * out.
   */
  private hasRoom(
    chunk: Offset,
    offset: number,
    removed: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): boolean {
    const { chunks } = this;
    // A chunk of one element does not split.
    const split = chunks.elements(chunk) === 1 ? 0 : chunks.length(chunk);
    const isAtEnd = offset + removed === chunks.length(chunk);
    const opened = this.merger.bytesToOpen(
      this.neighbour(chunk, offset === 0, isAtEnd, element.size, bounds),
    );
    return this.arena.hasRoom(split + opened + bounds.bytes + element.size + CHANGE_OVERHEAD);
  }

  /** The neighbour that takes an element of `size` bytes at the start or the end of a full chunk; 0 when none does. */
  private neighbour(
    chunk: Offset,
    isAtStart: boolean,
    isAtEnd: boolean,
    size: number,
    bounds: ChunkBounds,
  ): Offset {
    const { chunks } = this;
    const previous = isAtStart ? chunks.previous(chunk) : 0;
    if (previous !== 0 && chunks.fits(previous, size, bounds)) return previous;
    const next = isAtEnd ? chunks.next(chunk) : 0;
    return next !== 0 && chunks.fits(next, size, bounds) ? next : 0;
  }

  /**
   * Puts an element in front of the one at `offset` of a plain chunk, or at its end; there is memory for that. Returns
   * a chunk, which is that of the element or one of the two behind it.
   */
  private insertAt(
    root: Offset,
    chunk: Offset,
    offset: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): Offset {
    const { chunks } = this;
    const { size } = element;
    const length = chunks.length(chunk);
    this.words[(root >> 2) + COUNT]++;
    if (chunks.fits(chunk, size, bounds)) return this.insertIn(root, chunk, offset, element);
    const neighbour = this.neighbour(chunk, offset === 0, offset === length, size, bounds);
    if (neighbour !== 0) {
      const isBefore = neighbour === chunks.previous(chunk);
      const opened = this.merger.openReserved(root, neighbour);
      return this.insertIn(root, opened, isBefore ? chunks.length(opened) : 0, element);
    }
    if (offset === 0) return this.insertChunk(root, chunks.previous(chunk), chunk, element);
    if (offset === length) return this.insertChunk(root, chunk, chunks.next(chunk), element);
    return this.insertSplitting(root, chunk, offset, element, bounds);
  }

  /** {@link insertAt} for a place within a chunk where the element does not fit: the chunk splits there. */
  private insertSplitting(
    root: Offset,
    chunk: Offset,
    offset: number,
    element: NewElement,
    bounds: ChunkBounds,
  ): Offset {
    const { chunks } = this;
    let first = chunk;
    let second = chunks.split(root, chunk, offset);
    if (second === 0) throw new Error("list: no room was kept for a split");
    const isFirstShorter = chunks.length(first) <= chunks.length(second);
    if (!chunks.fits(isFirstShorter ? first : second, element.size, bounds))
      this.insertChunk(root, first, second, element);
    else if (isFirstShorter) first = this.insertIn(root, first, chunks.length(first), element);
    else second = this.insertIn(root, second, 0, element);
    const last = this.merger.merge(root, second, bounds) || second;
    this.merger.merge(root, chunks.previous(first), bounds);
    return last;
  }

  private insertIn(root: Offset, chunk: Offset, offset: number, element: NewElement): Offset {
    const changed = this.chunks.insert(root, chunk, offset, element);
    if (changed === 0) throw new Error("list: no room was kept for an element");
    return changed;
  }

  private insertChunk(root: Offset, previous: Offset, next: Offset, element: NewElement): Offset {
    const chunk = this.chunks.create(1, 0, element.size, 0);
    if (chunk === 0) throw new Error("list: no room was kept for a chunk");
    element.write(this.bytes, this.chunks.start(chunk));
    this.chunks.link(root, chunk, previous, next);
    return chunk;
  }

  /** After a chunk has lost bytes: merges it with neighbours, or gives room back. Returns where its elements are. */
  private settle(root: Offset, chunk: Offset, bounds: ChunkBounds): Offset {
    const first = this.merger.merge(root, this.chunks.previous(chunk), bounds) || chunk;
    const merged = this.merger.merge(root, first, bounds);
    if (merged === 0) this.chunks.shrink(first);
    return merged || first;
  }

  /** After a change at `last`, or in the two chunks before it or the one behind: they are to be compressed. */
  private enqueueAround(last: Offset, bounds: ChunkBounds): void {
    const { chunks, compression } = this;
    const behind = chunks.next(last);
    if (behind !== 0) compression.enqueue(behind, bounds);
    let chunk = last;
    for (let left = 3; left > 0 && chunk !== 0; left--) {
      compression.enqueue(chunk, bounds);
      chunk = chunks.previous(chunk);
    }
  }
}
