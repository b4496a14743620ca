/**
 * Chunked list: elements in the order in which they were put, cheap to add and take at both ends. A list is
 * identified by the offset of its root block; no JavaScript object exists per list.
 *
 *     root    | number of elements | number of chunks | first chunk | last chunk |
 *     chunk   | previous | next | elements | start | end | waiting before | waiting after | ...
 *                                                     ... room | packed element | packed element | ... | room |
 *             or                                      ... end of elements | stamp, stamp | end of data | data |
 *
 * Elements are packed side by side (`packed.ts`), so that they cost little more than their bytes, and chunks are
 * bounded (`ChunkBounds`), so that no change copies more than a chunk. `start` and `end` are relative to the chunk.
 *
 * The first and the last chunk keep room at their outer end, up to a quarter of what they hold, and more when the list
 * is long: there, adding an element moves nothing, and taking one only moves `start` or `end`. A chunk grows up to the
 * bound; then it is sealed, which gives the rest of its room back, and a new one follows. So only the ends of a list
 * cost more than their elements. An element beyond the bound has a chunk of its own.
 *
 * Chunks between the ends may be compressed (`chunk-compression.ts`); then `start` and `end` are relative to what the
 * chunk would be if it were not. Some wait for that.
 *
 * Changes in the middle, where chunks split and merge, are in `chunked-list-middle.ts` and `-removal.ts`; the chunks as
 * blocks in `chunks.ts`; the layout and the checker in `chunked-list-layout.ts` and `-check.ts`.
 */

import type { Arena, Offset } from "./arena.ts";
import { ChunkCodec } from "./chunk-codec.ts";
import { ChunkCompression } from "./chunk-compression.ts";
import { ChunkMerger } from "./chunk-merger.ts";
import { checkChunkedList } from "./chunked-list-check.ts";
import {
  CHUNKS,
  type ChunkBounds,
  COUNT,
  DATA_END,
  ELEMENTS,
  END,
  HEAD,
  ROOT_BYTES,
  START,
  slackFor,
  TAIL,
} from "./chunked-list-layout.ts";
import { ChunkedListMiddle } from "./chunked-list-middle.ts";
import { ChunkedListRemoval } from "./chunked-list-removal.ts";
import { Chunks } from "./chunks.ts";
import type { ListCursor } from "./list-cursor.ts";
import { type NewElement, nextPacked, type PackedView, previousPacked } from "./packed.ts";

/** More chunks than this are not freed at once; these take a few µs. */
const FREED_AT_ONCE = 64;

export class ChunkedList {
  /** What is put at a place that is not at the ends. */
  readonly middle: ChunkedListMiddle;
  /** What is taken from all over the list. */
  readonly removal: ChunkedListRemoval;
  private readonly words: Int32Array;
  private readonly chunks: Chunks;
  private readonly compression: ChunkCompression;

  /** @param codec may serve several lists' arenas */
  constructor(
    readonly arena: Arena,
    private readonly codec = new ChunkCodec(),
  ) {
    this.words = arena.words;
    this.chunks = new Chunks(arena);
    this.compression = new ChunkCompression(arena, this.chunks, codec);
    const merger = new ChunkMerger(arena, this.chunks, this.compression);
    this.middle = new ChunkedListMiddle(arena, this.chunks, this.compression, merger);
    this.removal = new ChunkedListRemoval(arena, codec, this.chunks, this.compression, merger);
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
   * Adds an element in front of the first or behind the last; its bytes lie outside of the arena. Returns how many
   * there are then; 0, nothing changed, when there is no memory.
   */
  push(root: Offset, element: NewElement, atFront: boolean, bounds: ChunkBounds): number {
    const { words, chunks } = this;
    const { size } = element;
    let chunk: Offset = words[(root >> 2) + (atFront ? HEAD : TAIL)];
    if (chunk === 0 || chunks.isCompressed(chunk) || !chunks.fits(chunk, size, bounds))
      chunk = this.addChunk(root, size, atFront, bounds);
    else if ((atFront ? chunks.frontRoom(chunk) : chunks.backRoom(chunk)) < size)
      chunk = this.makeRoom(root, chunk, size, atFront, bounds);
    if (chunk === 0) return 0;
    const at = chunk >> 2;
    words[at + ELEMENTS]++;
    if (atFront) {
      words[at + START] -= size;
      element.write(this.arena.bytes, chunk + words[at + START]);
    } else {
      element.write(this.arena.bytes, chunk + words[at + END]);
      words[at + END] += size;
    }
    return ++words[(root >> 2) + COUNT];
  }

  /**
   * Reads the first or the last element of a list that has one. The view is valid until the list changes, or another
   * one is read.
   */
  peek(root: Offset, atFront: boolean, view: PackedView): void {
    const { bytes } = this.arena;
    const chunk = this.words[(root >> 2) + (atFront ? HEAD : TAIL)];
    if (this.chunks.isCompressed(chunk)) this.compression.peek(chunk, atFront, view);
    else view.read(bytes, atFront ? this.chunks.start(chunk) : previousPacked(bytes, this.chunks.end(chunk)));
  }

  /** Removes the first or the last element of a list that has one. Returns how many are left. */
  pop(root: Offset, atFront: boolean, bounds: ChunkBounds): number {
    const { words, chunks } = this;
    const { bytes } = this.arena;
    const chunk = words[(root >> 2) + (atFront ? HEAD : TAIL)];
    const at = chunk >> 2;
    if (--words[at + ELEMENTS] === 0) {
      chunks.remove(root, chunk);
      this.compression.openEnd(root, atFront, bounds);
    } else if (chunks.isCompressed(chunk)) {
      this.compression.cutOne(chunk, atFront);
    } else {
      if (atFront) words[at + START] = nextPacked(bytes, chunk + words[at + START]) - chunk;
      else words[at + END] = previousPacked(bytes, chunk + words[at + END]) - chunk;
      chunks.shrink(chunk);
    }
    return --words[(root >> 2) + COUNT];
  }

  /**
   * Adds the elements of the packed sequence `bytes[start, end)` behind the last, as one chunk. The bytes may lie
   * in the arena. False when there is no memory; nothing has changed then.
   */
  appendRun(root: Offset, bytes: Buffer, start: number, end: number, elements: number): boolean {
    const chunk = this.chunks.create(elements, 0, end - start, 0);
    if (chunk === 0) return false;
    bytes.copy(this.arena.bytes, this.chunks.start(chunk), start, end);
    this.chunks.link(root, chunk, this.words[(root >> 2) + TAIL], 0);
    this.words[(root >> 2) + COUNT] += elements;
    return true;
  }

  /**
   * Adds the elements of another list, maybe of another arena, chunk by chunk, compressed ones as they are. False when
   * there is no memory; some may have been added then.
   */
  appendList(root: Offset, source: ChunkedList, sourceRoot: Offset, bounds: ChunkBounds): boolean {
    const { chunks } = source;
    let chunk: Offset = source.words[(sourceRoot >> 2) + HEAD];
    for (; chunk !== 0; chunk = chunks.next(chunk)) {
      const { bytes } = source.arena;
      const isAdded = chunks.isCompressed(chunk)
        ? this.appendCompressed(root, source, chunk)
        : this.appendRun(root, bytes, chunks.start(chunk), chunks.end(chunk), chunks.elements(chunk));
      if (!isAdded) return false;
      this.compression.enqueue(this.words[(root >> 2) + TAIL], bounds);
    }
    return true;
  }

  private appendCompressed(root: Offset, source: ChunkedList, chunk: Offset): boolean {
    const size = source.words[(chunk >> 2) + DATA_END];
    const copy = this.arena.allocate(size);
    if (copy === 0) return false;
    source.arena.bytes.copy(this.arena.bytes, copy, chunk, chunk + size);
    this.chunks.link(root, copy, this.words[(root >> 2) + TAIL], 0);
    this.words[(root >> 2) + COUNT] += this.chunks.elements(copy);
    return true;
  }

  /** Goes to the first element of a list that has one. */
  first(root: Offset, cursor: ListCursor): void {
    cursor.enter(this.arena, this.codec, this.words[(root >> 2) + HEAD]);
  }

  /** Goes behind the last element of a list that has one. */
  last(root: Offset, cursor: ListCursor): void {
    cursor.enter(this.arena, this.codec, this.words[(root >> 2) + TAIL]);
    cursor.at = cursor.end;
  }

  /**
   * Goes to the element of number `index`, which exists, from the nearer end. Returns how many chunks are in front
   * of its own. O(chunks)
   */
  seek(root: Offset, index: number, cursor: ListCursor): number {
    const { chunks, words } = this;
    const count = this.count(root);
    const isNearFront = index < count >> 1;
    let chunk = words[(root >> 2) + (isNearFront ? HEAD : TAIL)];
    let number = isNearFront ? 0 : this.chunkCount(root) - 1;
    let inChunk = isNearFront ? index : index - count + chunks.elements(chunk);
    for (; inChunk >= chunks.elements(chunk); number++) {
      inChunk -= chunks.elements(chunk);
      chunk = chunks.next(chunk);
    }
    for (; inChunk < 0; number--) {
      chunk = chunks.previous(chunk);
      inChunk += chunks.elements(chunk);
    }
    cursor.enter(this.arena, this.codec, chunk);
    cursor.skip(inChunk, chunks.elements(chunk));
    return number;
  }

  /**
   * Removes the first or the last `n` elements; there are more. If what they took is too much to be freed at once,
   * it is returned as the root of another list for the caller to destroy; else 0. O(chunks), from the nearer end
   */
  removeEnd(root: Offset, n: number, atFront: boolean, cursor: ListCursor, bounds: ChunkBounds): Offset {
    const { chunks, words } = this;
    const number = this.seek(root, atFront ? n : this.count(root) - n - 1, cursor);
    const { chunk } = cursor;
    const at = chunk >> 2;
    const inChunk = atFront ? cursor.index : chunks.elements(chunk) - cursor.index - 1;
    if (!atFront) cursor.pass();
    this.compression.cut(chunk, cursor.at - cursor.base, atFront);
    words[at + ELEMENTS] -= inChunk;
    words[(root >> 2) + COUNT] -= n;
    const beyond = atFront ? number : this.chunkCount(root) - number - 1;
    const garbage = beyond === 0 ? 0 : this.cutOff(root, chunk, atFront, beyond, n - inChunk);
    chunks.shrink(chunk);
    this.compression.openEnd(root, atFront, bounds);
    return garbage;
  }

  /** Frees up to `limit` chunks of a list; true when all of them and the root are gone. */
  destroySome(root: Offset, limit: number): boolean {
    const { chunks, words } = this;
    for (let left = limit; words[(root >> 2) + HEAD] !== 0; left--) {
      if (left <= 0) return false;
      const chunk = words[(root >> 2) + HEAD];
      words[(root >> 2) + COUNT] -= chunks.elements(chunk);
      chunks.remove(root, chunk);
    }
    this.arena.free(root);
    return true;
  }

  /**
   * Bytes of arena that the list takes: exact when `samples` is 0, else as if the chunks between the ends were of the
   * mean size of so many of them. O(samples), or O(chunks)
   */
  bytesOf(root: Offset, samples = 0): number {
    const { arena, chunks, words } = this;
    const head: Offset = words[(root >> 2) + HEAD];
    const tail: Offset = words[(root >> 2) + TAIL];
    let bytes = arena.blockBytesOf(root);
    if (head !== 0) bytes += arena.blockBytesOf(head);
    if (tail !== head) bytes += arena.blockBytesOf(tail);
    // The ends have room, and are hardly ever compressed.
    const inner = Math.max(0, this.chunkCount(root) - 2);
    const looked = samples === 0 ? inner : Math.min(samples, inner);
    let sampled = 0;
    let chunk = head;
    for (let i = 0; i < looked; i++) {
      chunk = chunks.next(chunk);
      sampled += arena.blockBytesOf(chunk);
    }
    return bytes + (looked < inner ? Math.round((sampled / looked) * inner) : sampled);
  }

  /** Bytes that the elements would take if no chunk were compressed. O(chunks) */
  plainBytes(root: Offset): number {
    let bytes = 0;
    let chunk: Offset = this.words[(root >> 2) + HEAD];
    for (; chunk !== 0; chunk = this.chunks.next(chunk)) bytes += this.chunks.length(chunk);
    return bytes;
  }

  /** Compresses up to `limit` of the chunks that are to be. Returns how many of them it has looked at. */
  compressSome(limit: number, bounds: ChunkBounds): number {
    return this.compression.compressSome(limit, bounds);
  }

  /** The chunks that are to be compressed, of all lists; for the check. */
  get waiting(): Iterable<Offset> {
    return this.chunks.waiting;
  }

  /** Forgets all lists: the arena was reset. */
  forget(): void {
    this.chunks.waiting.clear();
  }

  /** Walks the list and throws at the first broken invariant. O(elements), for tests. */
  check(root: Offset): void {
    checkChunkedList(this.arena, this.codec, root);
  }

  /** A new first or last chunk with room for an element of `size` bytes; 0 without memory. */
  private addChunk(root: Offset, size: number, atFront: boolean, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const room = size + slackFor(size, bounds, this.chunkCount(root));
    let chunk = chunks.create(0, atFront ? room : 0, 0, atFront ? 0 : room);
    if (chunk === 0) chunk = chunks.create(0, atFront ? size : 0, 0, atFront ? 0 : size);
    if (chunk === 0) return 0;
    const previous = atFront ? 0 : this.words[(root >> 2) + TAIL];
    const next = atFront ? this.words[(root >> 2) + HEAD] : 0;
    chunks.link(root, chunk, previous, next);
    // The neighbour is within the list now, unless it was the only chunk, which is still the other end.
    if (this.chunkCount(root) > 2) chunks.seal(atFront ? next : previous);
    this.compression.enqueueBehind(root, atFront, bounds);
    return chunk;
  }

  /**
   * Makes room for `size` bytes at the outer end of the first or last chunk, where they fit. Returns where the chunk
   * is now; 0, unchanged, when the arena is full.
   */
  private makeRoom(root: Offset, chunk: Offset, size: number, atFront: boolean, bounds: ChunkBounds): Offset {
    const { chunks } = this;
    const length = chunks.length(chunk);
    const otherRoom = atFront ? chunks.backRoom(chunk) : chunks.frontRoom(chunk);
    const isOtherOpen = this.chunkCount(root) === 1;
    const spare = chunks.frontRoom(chunk) + chunks.backRoom(chunk) - size;
    if (spare >= length >> 1) {
      // There is much room at the other end, as in a queue that is added to here and taken from there.
      const otherKept = isOtherOpen ? spare >> 1 : 0;
      chunks.slide(chunk, atFront ? size + spare - otherKept : otherKept);
      return chunk;
    }
    const slack = slackFor(length + size, bounds, this.chunkCount(root));
    if (!atFront && this.arena.resizeInPlace(chunk, chunks.end(chunk) - chunk + size + slack)) return chunk;
    const otherKept = isOtherOpen ? Math.min(otherRoom, slack) : 0;
    return (
      chunks.move(root, chunk, atFront ? size + slack : otherKept, atFront ? otherKept : size + slack) ||
      chunks.move(root, chunk, atFront ? size : 0, atFront ? 0 : size)
    );
  }

  /**
   * Takes the chunks off that are in front of `chunk`, or behind it: so many, with so many elements. They are freed,
   * or returned as a list of their own.
   */
  private cutOff(root: Offset, chunk: Offset, atFront: boolean, cut: number, elements: number): Offset {
    const { chunks, words } = this;
    const first = atFront ? words[(root >> 2) + HEAD] : chunks.next(chunk);
    const last = atFront ? chunks.previous(chunk) : words[(root >> 2) + TAIL];
    chunks.join(root, atFront ? 0 : chunk, atFront ? chunk : 0);
    words[(root >> 2) + CHUNKS] -= cut;
    const garbage = cut > FREED_AT_ONCE ? this.create() : 0;
    if (garbage === 0) {
      this.freeChain(first, cut);
      return 0;
    }
    words[(garbage >> 2) + COUNT] = elements;
    words[(garbage >> 2) + CHUNKS] = cut;
    chunks.join(garbage, 0, first);
    chunks.join(garbage, last, 0);
    return garbage;
  }

  private freeChain(first: Offset, count: number): void {
    let chunk = first;
    for (let left = count; left > 0; left--) {
      const next = this.chunks.next(chunk);
      this.chunks.free(chunk);
      chunk = next;
    }
  }
}
