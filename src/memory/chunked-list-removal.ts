/** Removal of elements from all over a chunked list. */

import type { Arena, Offset } from "./arena.ts";
import type { ChunkCodec } from "./chunk-codec.ts";
import type { ChunkCompression } from "./chunk-compression.ts";
import type { ChunkMerger } from "./chunk-merger.ts";
import { type ChunkBounds, COUNT, HEAD, TAIL } from "./chunked-list-layout.ts";
import type { Chunks } from "./chunks.ts";
import { ListCursor } from "./list-cursor.ts";
import { type NewElement, nextPacked, previousPacked } from "./packed.ts";

export class ChunkedListRemoval {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;
  private readonly scan = new ListCursor();

  constructor(
    private readonly arena: Arena,
    private readonly codec: ChunkCodec,
    private readonly chunks: Chunks,
    private readonly compression: ChunkCompression,
    private readonly merger: ChunkMerger,
  ) {
    this.words = arena.words;
    this.bytes = arena.bytes;
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
        const merged = this.merger.merge(root, fromBack ? chunk : chunks.previous(chunk), bounds);
        if (merged === 0) chunks.shrink(chunk);
        compression.enqueue(merged || chunk, bounds);
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
      compression.enqueue(chunk, bounds);
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
}
