/**
 * Which chunks of a list are compressed (`ChunkBounds.compressDepth`).
 *
 * A chunk that gets far enough from both ends, or is changed there, waits to be compressed: that takes longer than
 * everything else about it, so it is left for a time when there is less to do (`compressSome`), and a chunk that has
 * left by then has cost nothing. It becomes plain again when it gets near an end, or for a change. Nothing relies on
 * that: where memory is short, the bounds change or chunks merge, a chunk is what it was, even at an end of its list.
 *
 * The bytes of a compressed chunk stay what they are. From both of its ends elements can be cut off: START and END say
 * which of them are left.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Arena, Offset } from "./arena.ts";
import type { ChunkCodec } from "./chunk-codec.ts";
import {
  CHUNK_HEAD_BYTES,
  CHUNKS,
  type ChunkBounds,
  COMPRESSED,
  COMPRESSED_HEAD_BYTES,
  DATA_END,
  ELEMENTS,
  END,
  HEAD,
  IMAGE_END,
  STAMP_DOUBLE,
  START,
  TAIL,
  WAITING_NEXT,
  WAITING_PREVIOUS,
} from "./chunked-list-layout.ts";
import type { Chunks } from "./chunks.ts";
import { nextPacked, type PackedView, previousPacked } from "./packed.ts";

export class ChunkCompression {
  private readonly words: Int32Array;

  constructor(
    private readonly arena: Arena,
    private readonly chunks: Chunks,
    private readonly codec: ChunkCodec,
  ) {
    this.words = arena.words;
  }

  /** Reads the first or the last element of a compressed chunk, see {@link ChunkCodec.image}. */
  peek(chunk: Offset, atFront: boolean, view: PackedView): void {
    const image = this.codec.image(this.arena, chunk);
    const at = this.words[(chunk >> 2) + (atFront ? START : END)] & ~COMPRESSED;
    view.read(image, atFront ? at : previousPacked(image, at));
  }

  /** Makes a chunk plain. Returns where it is then; 0, unchanged, when the arena is full. */
  open(root: Offset, chunk: Offset): Offset {
    const { chunks } = this;
    if (!chunks.isCompressed(chunk)) return chunk;
    const length = chunks.length(chunk);
    const opened = chunks.create(chunks.elements(chunk), 0, length, 0);
    if (opened === 0) return 0;
    const image = this.codec.image(this.arena, chunk);
    copyBytes(image, this.words[(chunk >> 2) + START], this.arena.bytes, chunks.start(opened), length);
    chunks.replaceBy(root, chunk, opened);
    return opened;
  }

  /** Cuts off what is in front of `offset` in the chunk, or behind it; the number of elements is the caller's. */
  cut(chunk: Offset, offset: number, atFront: boolean): void {
    const at = chunk >> 2;
    if (atFront) this.words[at + START] = offset;
    else this.words[at + END] = offset | (this.words[at + END] & COMPRESSED);
  }

  /** {@link cut} of the first or the last element of a compressed chunk. */
  cutOne(chunk: Offset, atFront: boolean): void {
    const image = this.codec.image(this.arena, chunk);
    const at = this.words[(chunk >> 2) + (atFront ? START : END)] & ~COMPRESSED;
    const next = atFront ? nextPacked(image, at) : previousPacked(image, at);
    this.cut(chunk, next, atFront);
  }

  /** After a chunk has been added at an end: there is one that is far enough from it now. */
  enqueueBehind(root: Offset, atFront: boolean, bounds: ChunkBounds): void {
    const { chunks, words } = this;
    const depth = bounds.compressDepth;
    if (depth === 0 || words[(root >> 2) + CHUNKS] < 2 * depth + 1) return;
    let chunk: Offset = words[(root >> 2) + (atFront ? HEAD : TAIL)];
    for (let i = 0; i < depth; i++) chunk = atFront ? chunks.next(chunk) : chunks.previous(chunk);
    this.enqueue(chunk, bounds);
  }

  /** After a change of a chunk: it waits to be compressed, if it is far enough from the ends then. */
  enqueue(chunk: Offset, bounds: ChunkBounds): void {
    if (bounds.compressDepth > 0 && !this.chunks.isCompressed(chunk)) this.chunks.waiting.add(chunk);
  }

  /** Looks at up to `limit` of the chunks that wait, and compresses them. Returns at how many. */
  compressSome(limit: number, bounds: ChunkBounds): number {
    for (let looked = 0; looked < limit; looked++) {
      const chunk = this.chunks.waiting.take();
      if (chunk === 0) return looked;
      if (this.isInner(chunk, bounds.compressDepth)) this.compress(chunk, bounds);
    }
    return limit;
  }

  /** After chunks have been taken from an end: those that are near it now become plain. */
  openEnd(root: Offset, atFront: boolean, bounds: ChunkBounds): void {
    const { chunks, words } = this;
    let chunk: Offset = words[(root >> 2) + (atFront ? HEAD : TAIL)];
    for (let i = 0; chunk !== 0 && i < Math.max(1, bounds.compressDepth); i++) {
      const opened = this.open(root, chunk);
      if (opened === 0) return;
      chunk = atFront ? chunks.next(opened) : chunks.previous(opened);
    }
  }

  /** Whether there are at least `depth` chunks on either side, and there shall be. */
  private isInner(chunk: Offset, depth: number): boolean {
    let before: Offset = chunk;
    let behind: Offset = chunk;
    for (let i = 0; i < depth; i++) {
      before = this.chunks.previous(before);
      behind = this.chunks.next(behind);
      if (before === 0 || behind === 0) return false;
    }
    return depth > 0;
  }

  /** Compresses a chunk if that is worth it. */
  private compress(chunk: Offset, bounds: ChunkBounds): void {
    const { arena, chunks, codec } = this;
    const length = chunks.length(chunk);
    if (length > bounds.compressMean * chunks.elements(chunk)) return;
    const size = codec.compress(arena.bytes, chunks.start(chunk), chunks.end(chunk));
    if (size === 0) return;
    const elements = chunks.elements(chunk);
    // In a block of its own size, so that what chunks leave behind is one piece and can be used by others.
    const moved = arena.allocate(COMPRESSED_HEAD_BYTES + size);
    if (moved !== 0) chunks.replaceInner(chunk, moved);
    else arena.resizeInPlace(chunk, COMPRESSED_HEAD_BYTES + size);
    this.write(moved || chunk, elements, length, size);
  }

  /** Writes the compressed chunk in the codec's output, but for its links. */
  private write(chunk: Offset, elements: number, length: number, size: number): void {
    const { arena, codec, words } = this;
    const at = chunk >> 2;
    words[at + ELEMENTS] = elements;
    words[at + START] = CHUNK_HEAD_BYTES;
    words[at + END] = (CHUNK_HEAD_BYTES + length) | COMPRESSED;
    words[at + WAITING_PREVIOUS] = 0;
    words[at + WAITING_NEXT] = 0;
    words[at + IMAGE_END] = CHUNK_HEAD_BYTES + length;
    arena.doubles[(chunk >> 3) + STAMP_DOUBLE] = codec.nextStamp();
    words[at + DATA_END] = COMPRESSED_HEAD_BYTES + size;
    copyBytes(codec.output, 0, arena.bytes, chunk + COMPRESSED_HEAD_BYTES, size);
  }
}
