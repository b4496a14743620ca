/** A place in a list, packed or chunked. */

import type { Arena, Offset } from "./arena.ts";
import { END, NEXT, PREVIOUS, START } from "./chunked-list-layout.ts";
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
 * A cursor is at an element of a run or at the end of one. It is valid until the list changes.
 */
export class ListCursor {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the present run starts and ends. */
  start = 0;
  end = 0;
  /** The place within the run. */
  at = 0;
  /** The chunk that is the run; 0 in a packed list. */
  chunk: Offset = 0;
  /** After {@link skip}: number of elements of the run in front of the place. */
  index = 0;
  private words: Int32Array = new Int32Array(0);

  /** Goes to the start of a packed list. */
  enterPacked(bytes: Buffer, start: number, end: number): void {
    this.bytes = bytes;
    this.chunk = 0;
    this.start = start;
    this.end = end;
    this.at = start;
  }

  /** Goes to the start of a chunk. */
  enter(arena: Arena, chunk: Offset): void {
    this.bytes = arena.bytes;
    this.words = arena.words;
    this.enterChunk(chunk);
  }

  /** Goes to the start of the next run; false when there is none. */
  nextRun(): boolean {
    const next = this.chunk === 0 ? 0 : this.words[(this.chunk >> 2) + NEXT];
    if (next !== 0) this.enterChunk(next);
    return next !== 0;
  }

  /** Goes to the end of the previous run; false when there is none. */
  previousRun(): boolean {
    const previous = this.chunk === 0 ? 0 : this.words[(this.chunk >> 2) + PREVIOUS];
    if (previous === 0) return false;
    this.enterChunk(previous);
    this.at = this.end;
    return true;
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

  private enterChunk(chunk: Offset): void {
    const at = chunk >> 2;
    this.chunk = chunk;
    this.start = chunk + this.words[at + START];
    this.end = chunk + this.words[at + END];
    this.at = this.start;
  }
}
