/**
 * Changes of chunked lists that are not at the ends. A full chunk splits where an element goes in. A chunk that
 * loses elements merges with a neighbour when both together fill half a chunk: far enough from splitting again. So
 * of two neighbours within the list at least one is more than a quarter full, unless the bounds were changed or
 * memory was short.
 *
 * A compressed chunk becomes plain for a change, and is compressed again some time later.
 */

import type { Arena, Offset } from "./arena.ts";
import type { ChunkCodec } from "./chunk-codec.ts";
import type { ChunkCompression } from "./chunk-compression.ts";
import { CHUNK_HEAD_BYTES, type ChunkBounds, COUNT, HEAD, TAIL } from "./chunked-list-layout.ts";
import type { Chunks } from "./chunks.ts";
import { ListCursor } from "./list-cursor.ts";
import { type NewElement, nextPacked, previousPacked } from "./packed.ts";

/** What an insert takes beside the bytes of elements, at most: heads and slack of two blocks. */
const INSERT_OVERHEAD = 256;
/** What a block takes beside what is asked for, at most. */
const BLOCK_OVERHEAD = 16;

export class ChunkedListMiddle {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;
  private readonly scan = new ListCursor();

  constructor(
    private readonly arena: Arena,
    private readonly codec: ChunkCodec,
    private readonly chunks: Chunks,
    private readonly compression: ChunkCompression,
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
    this.markAround(last, bounds);
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
    this.markAround(last || chunk, bounds);
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
   * Removes up to `limit` elements that equal `element`: the last ones, or the first ones. Returns how many there
   * were; the list may be empty then. −1, nothing changed, without memory for compressed chunks to become plain.
   * O(elements)
   */
  removeEqual(
    root: Offset,
    element: NewElement,
    limit: number,
    fromBack: boolean,
    bounds: ChunkBounds,
  ): number {
    const { chunks, compression, words } = this;
    if (!this.openHolders(root, element, limit, fromBack, bounds)) return -1;
    let chunk: Offset = words[(root >> 2) + (fromBack ? TAIL : HEAD)];
    let removed = 0;
    let isPassedChanged = false;
    while (chunk !== 0 && (isPassedChanged || removed < limit)) {
      let found = 0;
      if (!chunks.isCompressed(chunk))
        found = fromBack
          ? this.removeLastEqual(chunk, element, limit - removed)
          : this.removeFirstEqual(chunk, element, limit - removed);
      const ahead = fromBack ? chunks.previous(chunk) : chunks.next(chunk);
      removed += found;
      words[(root >> 2) + COUNT] -= found;
      if (chunks.elements(chunk) === 0) chunks.remove(root, chunk);
      else if (found > 0 || isPassedChanged) {
        const merged = this.merge(root, fromBack ? chunk : chunks.previous(chunk), bounds);
        if (merged === 0) chunks.shrink(chunk);
        compression.mark(merged || chunk, bounds);
      }
      isPassedChanged = found > 0;
      chunk = ahead;
    }
    compression.openEnd(root, true, bounds);
    compression.openEnd(root, false, bounds);
    return removed;
  }

  /**
   * Makes the chunks plain that {@link removeEqual} will find elements in: all before the first is changed. False when
   * there is no memory for that.
   */
  private openHolders(
    root: Offset,
    element: NewElement,
    limit: number,
    fromBack: boolean,
    bounds: ChunkBounds,
  ): boolean {
    const { chunks, compression, words } = this;
    if (!this.hasCompressed(root)) return true;
    let chunk: Offset = words[(root >> 2) + (fromBack ? TAIL : HEAD)];
    for (
      let left = limit;
      chunk !== 0 && left > 0;
      chunk = fromBack ? chunks.previous(chunk) : chunks.next(chunk)
    ) {
      const held = this.countEqual(chunk, element);
      if (held === 0) continue;
      left -= held;
      chunk = compression.open(root, chunk);
      if (chunk === 0) return false;
      compression.mark(chunk, bounds);
    }
    return true;
  }

  private hasCompressed(root: Offset): boolean {
    const { chunks } = this;
    let chunk: Offset = this.words[(root >> 2) + HEAD];
    while (chunk !== 0 && !chunks.isCompressed(chunk)) chunk = chunks.next(chunk);
    return chunk !== 0;
  }

  private countEqual(chunk: Offset, element: NewElement): number {
    const { scan } = this;
    let count = 0;
    scan.enter(this.arena, this.codec, chunk);
    for (; scan.at < scan.end; scan.pass()) if (element.equals(scan.bytes, scan.at)) count++;
    return count;
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
    const opened = this.bytesToOpen(this.neighbour(chunk, offset === 0, isAtEnd, element.size, bounds));
    return this.arena.hasRoom(split + opened + bounds.bytes + element.size + INSERT_OVERHEAD);
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

  /** What a chunk, 0 being none, takes when it becomes plain. */
  private bytesToOpen(chunk: Offset): number {
    const isCompressed = chunk !== 0 && this.chunks.isCompressed(chunk);
    return isCompressed ? CHUNK_HEAD_BYTES + this.chunks.length(chunk) + BLOCK_OVERHEAD : 0;
  }

  /** Makes a chunk plain for which memory was kept. */
  private opened(root: Offset, chunk: Offset): Offset {
    const opened = this.compression.open(root, chunk);
    if (opened === 0) throw new Error("list: no room was kept for a chunk to become plain");
    return opened;
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
      const opened = this.opened(root, neighbour);
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
    const last = this.merge(root, second, bounds) || second;
    this.merge(root, chunks.previous(first), bounds);
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
    const first = this.merge(root, this.chunks.previous(chunk), bounds) || chunk;
    const merged = this.merge(root, first, bounds);
    if (merged === 0) this.chunks.shrink(first);
    return merged || first;
  }

  /** Merges a chunk with the next one if there are two, both small. Returns the chunk of all elements; 0 if unmerged. */
  private merge(root: Offset, chunk: Offset, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const next = chunk === 0 ? 0 : chunks.next(chunk);
    if (next === 0) return 0;
    const length = chunks.length(chunk) + chunks.length(next);
    const elements = chunks.elements(chunk) + chunks.elements(next);
    const areSmall = 2 * length <= bounds.bytes && 2 * elements <= bounds.elements && length < bounds.alone;
    if (!areSmall) return 0;
    const toOpen = this.bytesToOpen(chunk) + this.bytesToOpen(next);
    if (toOpen > 0 && !this.arena.hasRoom(toOpen + length + INSERT_OVERHEAD)) return 0;
    const first = this.opened(root, chunk);
    this.opened(root, next);
    return chunks.mergeNext(root, first);
  }

  /** After a change at `last`, or in the two chunks before it or the one behind: they are to be compressed. */
  private markAround(last: Offset, bounds: ChunkBounds): void {
    const { chunks, compression } = this;
    const behind = chunks.next(last);
    if (behind !== 0) compression.mark(behind, bounds);
    let chunk = last;
    for (let left = 3; left > 0 && chunk !== 0; left--) {
      compression.mark(chunk, bounds);
      chunk = chunks.previous(chunk);
    }
  }
}
