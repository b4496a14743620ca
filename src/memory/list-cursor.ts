/** A place in a list, packed or chunked. */

import type { Arena, Offset } from "./arena.ts";
import type { ChunkCodec } from "./chunk-codec.ts";
import { COMPRESSED, END, NEXT, PREVIOUS, START } from "./chunked-list-layout.ts";
import {
  type NewElement,
  nextPacked,
  type PackedView,
  previousPacked,
  skipPacked,
  skipPackedBack,
} from "./packed.ts";

/**
 * A list is one or more runs of elements side by side: a packed list is one, and each chunk of a chunked list.
 * A cursor is at an element of a run or at the end of one. It is valid until the list changes or lists of its arena are
 * compressed; what was read from a compressed chunk is, until another cursor enters one.
 */
export class ListCursor {
  /** Where the present run is: in the dataset, or in a buffer of the codec. */
  bytes: Buffer = Buffer.alloc(0);
  /** What the offsets of the chunk count from. */
  base = 0;
  /** Where the present run starts and ends. */
  start = 0;
  end = 0;
  /** The place within the run. */
  at = 0;
  /** The chunk that is the run; 0 in a packed list. */
  chunk: Offset = 0;
  /** After {@link skip}: number of elements of the run in front of the place. */
  index = 0;
  private arena: Arena | null = null;
  private codec: ChunkCodec | null = null;

  /** Goes to the start of a packed list. */
  enterPacked(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.chunk = 0;
    this.start = start;
    this.end = end;
    this.at = start;
  }

  /** Goes to the start of a chunk. */
  enter(arena: Arena, codec: ChunkCodec, chunk: Offset): void {
    this.arena = arena;
    this.codec = codec;
    const at = chunk >> 2;
    const end = arena.words[at + END];
    const isCompressed = end < 0;
    this.chunk = chunk;
    this.bytes = isCompressed ? codec.image(arena, chunk) : arena.bytes;
    this.base = isCompressed ? 0 : chunk;
    this.start = this.base + arena.words[at + START];
    this.end = this.base + (end & ~COMPRESSED);
    this.at = this.start;
  }

  /** Goes to the start of the next run; false when there is none. */
  nextRun(): boolean {
    return this.enterNeighbour(NEXT);
  }

  /** Goes to the end of the previous run; false when there is none. */
  previousRun(): boolean {
    const isThere = this.enterNeighbour(PREVIOUS);
    if (isThere) this.at = this.end;
    return isThere;
  }

  /** Goes to element `index` of the run, which has `elements`, from the nearer end. */
  skip(index: number, elements: number): void {
    this.index = index;
    this.at =
      index <= elements >> 1
        ? skipPacked(this.bytes, this.start, index)
        : skipPackedBack(this.bytes, this.end, elements - index);
  }

  /** Reads the element behind the place, which exists, and moves on behind it. */
  next(view: PackedView): void {
    if (this.at === this.end) this.nextRun();
    this.at = view.read(this.bytes, this.at);
  }

  /** Reads the element in front of the place, which exists, and moves back in front of it. */
  previous(view: PackedView): void {
    if (this.at === this.start) this.previousRun();
    this.at = previousPacked(this.bytes, this.at);
    view.read(this.bytes, this.at);
  }

  /**
   * Moves on in front of the next element that equals `element`, looking at up to `limit` elements. Returns how many
   * were passed; −1 when none was found.
   */
  findNext(element: NewElement, limit: number): number {
    let passed = 0;
    do {
      const { bytes, end } = this;
      let at = this.at;
      for (; at < end && passed < limit; passed++) {
        if (element.equals(bytes, at)) {
          this.at = at;
          return passed;
        }
        at = nextPacked(bytes, at);
      }
    } while (passed < limit && this.nextRun());
    return -1;
  }

  /** {@link findNext} in the other direction: moves back behind the element. */
  findPrevious(element: NewElement, limit: number): number {
    let passed = 0;
    do {
      const { bytes, start } = this;
      let at = this.at;
      for (; at > start && passed < limit; passed++) {
        const before = previousPacked(bytes, at);
        if (element.equals(bytes, before)) {
          this.at = at;
          return passed;
        }
        at = before;
      }
    } while (passed < limit && this.previousRun());
    return -1;
  }

  /** Moves on behind the element that {@link findNext} has found. */
  pass(): void {
    this.at = nextPacked(this.bytes, this.at);
  }

  /** Moves back in front of the element that {@link findPrevious} has found. */
  passBack(): void {
    this.at = previousPacked(this.bytes, this.at);
  }

  /** NEXT or PREVIOUS */
  private enterNeighbour(link: number): boolean {
    const { arena, codec, chunk } = this;
    if (chunk === 0 || arena === null || codec === null) return false;
    const neighbour = arena.words[(chunk >> 2) + link];
    if (neighbour === 0) return false;
    this.enter(arena, codec, neighbour);
    return true;
  }
}
