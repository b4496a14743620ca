/** Neighbouring chunks of a list that become one, and compressed chunks that have to become plain for it. */

import type { Arena, Offset } from "./arena.ts";
import type { ChunkCompression } from "./chunk-compression.ts";
import { CHUNK_HEAD_BYTES, type ChunkBounds } from "./chunked-list-layout.ts";
import type { Chunks } from "./chunks.ts";

/** What a change takes beside the bytes of elements, at most: heads and slack of two blocks. */
export const CHANGE_OVERHEAD = 256;
/** What a block takes beside what is asked for, at most. */
const BLOCK_OVERHEAD = 16;

export class ChunkMerger {
  constructor(
    private readonly arena: Arena,
    private readonly chunks: Chunks,
    private readonly compression: ChunkCompression,
  ) {}

  /** Merges a chunk with the next one if there are two, both small. Returns the chunk of all elements; 0 if unmerged. */
  merge(root: Offset, chunk: Offset, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const next = chunk === 0 ? 0 : chunks.next(chunk);
    if (next === 0) return 0;
    const length = chunks.length(chunk) + chunks.length(next);
    const elements = chunks.elements(chunk) + chunks.elements(next);
    const areSmall = 2 * length <= bounds.bytes && 2 * elements <= bounds.elements && length < bounds.alone;
    if (!areSmall) return 0;
    const toOpen = this.bytesToOpen(chunk) + this.bytesToOpen(next);
    if (toOpen > 0 && !this.arena.hasRoom(toOpen + length + CHANGE_OVERHEAD)) return 0;
    const first = this.openReserved(root, chunk);
    this.openReserved(root, next);
    return chunks.mergeNext(root, first);
  }

  /** What a chunk, 0 being none, takes when it becomes plain. */
  bytesToOpen(chunk: Offset): number {
    const isCompressed = chunk !== 0 && this.chunks.isCompressed(chunk);
    return isCompressed ? CHUNK_HEAD_BYTES + this.chunks.length(chunk) + BLOCK_OVERHEAD : 0;
  }

  /** Makes a chunk plain for which memory was kept. */
  openReserved(root: Offset, chunk: Offset): Offset {
    const opened = this.compression.open(root, chunk);
    if (opened === 0) throw new Error("list: no room was kept for a chunk to become plain");
    return opened;
  }
}
