/**
 * The chunks of chunked lists as blocks: their room, their elements, and their links to each other. How full a
 * chunk may be and where an element goes is the business of `chunked-list.ts`.
 *
 * What asks for places of elements or changes them is for plain chunks (`chunk-compression.ts` makes them so). What
 * gives room back leaves compressed ones as they are, which have none.
 */

import type { Arena, Offset } from "./arena.ts";
import {
  CHUNK_HEAD_BYTES,
  CHUNKS,
  type ChunkBounds,
  COMPRESSED,
  ELEMENTS,
  END,
  HEAD,
  NEXT,
  PREVIOUS,
  START,
  TAIL,
  WAITING_NEXT,
  WAITING_PREVIOUS,
} from "./chunked-list-layout.ts";
import { type NewElement, nextPacked } from "./packed.ts";
import { WaitingChunks } from "./waiting-chunks.ts";

/** Room for later that a chunk gets when it grows in the middle of its list. */
const INNER_SLACK = 64;
/** Room in front of the elements that is not worth a move of them when a chunk is sealed. */
const FRONT_ROOM_KEPT = 16;
/** Room that a chunk may keep beyond as much as its elements take. */
const ROOM_KEPT = 256;

export class Chunks {
  /** Those that are to be compressed. */
  readonly waiting: WaitingChunks;
  private readonly words: Int32Array;
  private readonly bytes: Buffer;

  constructor(private readonly arena: Arena) {
    this.words = arena.words;
    this.bytes = arena.bytes;
    this.waiting = new WaitingChunks(arena.words);
  }

  isCompressed(chunk: Offset): boolean {
    return this.words[(chunk >> 2) + END] < 0;
  }

  /** Bytes of the elements, also of those of a compressed chunk. */
  length(chunk: Offset): number {
    return (this.words[(chunk >> 2) + END] & ~COMPRESSED) - this.words[(chunk >> 2) + START];
  }

  /** Number of elements. */
  elements(chunk: Offset): number {
    return this.words[(chunk >> 2) + ELEMENTS];
  }

  /** Where the first element starts in the arena. */
  start(chunk: Offset): number {
    return chunk + this.words[(chunk >> 2) + START];
  }

  /** Where the last element ends in the arena. */
  end(chunk: Offset): number {
    return chunk + this.words[(chunk >> 2) + END];
  }

  previous(chunk: Offset): Offset {
    return this.words[(chunk >> 2) + PREVIOUS];
  }

  next(chunk: Offset): Offset {
    return this.words[(chunk >> 2) + NEXT];
  }

  /** Bytes that are free in front of the elements. */
  frontRoom(chunk: Offset): number {
    return this.words[(chunk >> 2) + START] - CHUNK_HEAD_BYTES;
  }

  /** Bytes that are free behind the elements. */
  backRoom(chunk: Offset): number {
    return this.arena.capacityOf(chunk) - this.words[(chunk >> 2) + END];
  }

  /** Whether an element of `size` bytes may be added to a chunk, once it is plain. */
  fits(chunk: Offset, size: number, bounds: ChunkBounds): boolean {
    const at = chunk >> 2;
    const words = this.words;
    const length = (words[at + END] & ~COMPRESSED) - words[at + START];
    return length + size <= bounds.bytes && words[at + ELEMENTS] < bounds.elements && size < bounds.alone;
  }

  /**
   * A new chunk in no list, for `elements` elements of `length` bytes that the caller writes, with room in front of
   * them and behind. 0 when the arena is full.
   */
  create(elements: number, front: number, length: number, back: number): Offset {
    const chunk = this.arena.allocate(CHUNK_HEAD_BYTES + front + length + back);
    if (chunk === 0) return 0;
    const at = chunk >> 2;
    this.words[at + ELEMENTS] = elements;
    this.words[at + START] = CHUNK_HEAD_BYTES + front;
    this.words[at + END] = CHUNK_HEAD_BYTES + front + length;
    this.words[at + WAITING_PREVIOUS] = 0;
    this.words[at + WAITING_NEXT] = 0;
    return chunk;
  }

  /** Puts a chunk between two neighbours of the list, 0 being none. */
  link(root: Offset, chunk: Offset, previous: Offset, next: Offset): void {
    const words = this.words;
    words[(chunk >> 2) + PREVIOUS] = previous;
    words[(chunk >> 2) + NEXT] = next;
    this.join(root, previous, chunk);
    this.join(root, chunk, next);
    words[(root >> 2) + CHUNKS]++;
  }

  /** Makes `next` follow `previous`; 0 stands for what is beyond the ends of the list. */
  join(root: Offset, previous: Offset, next: Offset): void {
    const words = this.words;
    if (previous === 0) words[(root >> 2) + HEAD] = next;
    else words[(previous >> 2) + NEXT] = next;
    if (next === 0) words[(root >> 2) + TAIL] = previous;
    else words[(next >> 2) + PREVIOUS] = previous;
  }

  /** Takes a chunk out of its list and frees it. */
  remove(root: Offset, chunk: Offset): void {
    this.join(root, this.previous(chunk), this.next(chunk));
    this.words[(root >> 2) + CHUNKS]--;
    this.free(chunk);
  }

  /** Frees a chunk that is in no list any more. */
  free(chunk: Offset): void {
    this.waiting.remove(chunk);
    this.arena.free(chunk);
  }

  /** Moves a chunk to a block with so much room on either side. Returns it; 0, unchanged, when the arena is full. */
  move(root: Offset, chunk: Offset, front: number, back: number): Offset {
    const length = this.length(chunk);
    const fresh = this.create(this.elements(chunk), front, length, back);
    if (fresh === 0) return 0;
    const from = this.start(chunk);
    this.bytes.copy(this.bytes, this.start(fresh), from, from + length);
    this.replaceBy(root, chunk, fresh);
    return fresh;
  }

  /** Frees a chunk and puts one that is in no list in its place. */
  replaceBy(root: Offset, chunk: Offset, fresh: Offset): void {
    const previous = this.previous(chunk);
    const next = this.next(chunk);
    this.join(root, previous, fresh);
    this.join(root, fresh, next);
    this.free(chunk);
  }

  /** {@link replaceBy} of a chunk that has neighbours on both sides. */
  replaceInner(chunk: Offset, fresh: Offset): void {
    // The root is for the ends of a list.
    this.replaceBy(0, chunk, fresh);
  }

  /** Moves the elements within the chunk, so that there is so much room in front of them. */
  slide(chunk: Offset, front: number): void {
    const length = this.length(chunk);
    const from = this.start(chunk);
    const at = chunk >> 2;
    this.words[at + START] = CHUNK_HEAD_BYTES + front;
    this.words[at + END] = CHUNK_HEAD_BYTES + front + length;
    this.bytes.copyWithin(this.start(chunk), from, from + length);
  }

  /** Gives back the room of a chunk that is not to grow. */
  seal(chunk: Offset): void {
    if (this.isCompressed(chunk)) return;
    if (this.frontRoom(chunk) >= FRONT_ROOM_KEPT) this.slide(chunk, 0);
    this.arena.resizeInPlace(chunk, this.words[(chunk >> 2) + END]);
  }

  /** Gives the room of a chunk back that has become half empty. */
  shrink(chunk: Offset): void {
    const length = this.length(chunk);
    if (this.arena.capacityOf(chunk) - CHUNK_HEAD_BYTES > 2 * length + ROOM_KEPT) this.seal(chunk);
  }

  /** Sees to it that {@link openGap} can open `size` bytes. Returns the chunk; 0, unchanged, when the arena is full. */
  reserve(root: Offset, chunk: Offset, size: number): Offset {
    if (this.backRoom(chunk) >= size || this.frontRoom(chunk) >= size) return chunk;
    const end = this.words[(chunk >> 2) + END];
    if (this.arena.resizeInPlace(chunk, end + size + INNER_SLACK)) return chunk;
    return this.move(root, chunk, 0, size + INNER_SLACK) || this.move(root, chunk, 0, size);
  }

  /**
   * Makes a gap of `size` bytes at `offset` bytes from the first element; {@link reserve} has made room for it.
   * Returns where it is in the arena.
   */
  openGap(chunk: Offset, offset: number, size: number): number {
    const at = chunk >> 2;
    const start = this.start(chunk);
    const position = start + offset;
    const isNearFront = offset < this.length(chunk) - offset;
    const isFrontMoved = this.frontRoom(chunk) >= size && (isNearFront || this.backRoom(chunk) < size);
    if (isFrontMoved) {
      this.words[at + START] -= size;
      this.bytes.copyWithin(start - size, start, position);
      return position - size;
    }
    const end = this.end(chunk);
    this.words[at + END] += size;
    this.bytes.copyWithin(position + size, position, end);
    return position;
  }

  /** Takes `size` bytes at `offset` bytes from the first element out. */
  closeGap(chunk: Offset, offset: number, size: number): void {
    const at = chunk >> 2;
    const start = this.start(chunk);
    const end = this.end(chunk);
    const position = start + offset;
    if (offset < end - position - size) {
      this.words[at + START] += size;
      this.bytes.copyWithin(start + size, start, position);
    } else {
      this.words[at + END] -= size;
      this.bytes.copyWithin(position, position + size, end);
    }
  }

  /** Writes an element in front of the one at `offset`. Returns the chunk; 0, unchanged, when the arena is full. */
  insert(root: Offset, chunk: Offset, offset: number, element: NewElement): Offset {
    const reserved = this.reserve(root, chunk, element.size);
    if (reserved === 0) return 0;
    element.write(this.bytes, this.openGap(reserved, offset, element.size));
    this.words[(reserved >> 2) + ELEMENTS]++;
    return reserved;
  }

  /** Replaces the element at `offset`. Returns the chunk; 0, unchanged, when the arena is full. */
  replace(root: Offset, chunk: Offset, offset: number, element: NewElement): Offset {
    const old = this.sizeAt(chunk, offset);
    let reserved = chunk;
    if (element.size > old) {
      reserved = this.reserve(root, chunk, element.size - old);
      if (reserved === 0) return 0;
      this.openGap(reserved, offset, element.size - old);
    } else if (element.size < old) this.closeGap(chunk, offset, old - element.size);
    element.write(this.bytes, this.start(reserved) + offset);
    return reserved;
  }

  /** Takes the element at `offset` out. */
  removeElement(chunk: Offset, offset: number): void {
    this.closeGap(chunk, offset, this.sizeAt(chunk, offset));
    this.words[(chunk >> 2) + ELEMENTS]--;
  }

  /**
   * Splits a chunk in front of its element at `offset`; neither part is empty. Returns the second part; 0, unchanged,
   * when the arena is full.
   */
  split(root: Offset, chunk: Offset, offset: number): Offset {
    const index = this.indexOf(chunk, offset);
    const length = this.length(chunk) - offset;
    const second = this.create(this.elements(chunk) - index, 0, length, 0);
    if (second === 0) return 0;
    const from = this.start(chunk) + offset;
    this.bytes.copy(this.bytes, this.start(second), from, from + length);
    const at = chunk >> 2;
    this.words[at + ELEMENTS] = index;
    this.words[at + END] -= length;
    this.link(root, second, chunk, this.next(chunk));
    this.shrink(chunk);
    return second;
  }

  /** Appends the elements of the chunk behind to those of `chunk`. Returns it; 0, unchanged, when the arena is full. */
  mergeNext(root: Offset, chunk: Offset): Offset {
    const next = this.next(chunk);
    const length = this.length(next);
    if (this.backRoom(chunk) < length && this.frontRoom(chunk) > 0) this.slide(chunk, 0);
    let merged = chunk;
    if (
      this.backRoom(chunk) < length &&
      !this.arena.resizeInPlace(chunk, this.words[(chunk >> 2) + END] + length)
    )
      merged = this.move(root, chunk, 0, length);
    if (merged === 0) return 0;
    const from = this.start(next);
    this.bytes.copy(this.bytes, this.end(merged), from, from + length);
    this.words[(merged >> 2) + END] += length;
    this.words[(merged >> 2) + ELEMENTS] += this.elements(next);
    this.remove(root, next);
    return merged;
  }

  /** Number of elements in front of the one at `offset`. */
  private indexOf(chunk: Offset, offset: number): number {
    let index = 0;
    for (let at = this.start(chunk), to = at + offset; at < to; at = nextPacked(this.bytes, at)) index++;
    return index;
  }

  private sizeAt(chunk: Offset, offset: number): number {
    const at = this.start(chunk) + offset;
    return nextPacked(this.bytes, at) - at;
  }
}
