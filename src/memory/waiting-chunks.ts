/** The chunks of an arena that wait to be compressed: a queue, linked through two words of each. */

import type { Offset } from "./arena.ts";
import { WAITING_NEXT, WAITING_PREVIOUS } from "./chunked-list-layout.ts";

export class WaitingChunks {
  private first: Offset = 0;
  private last: Offset = 0;

  constructor(private readonly words: Int32Array) {}

  /** Puts a chunk at the end, unless it waits already. */
  add(chunk: Offset): void {
    if (this.has(chunk)) return;
    this.join(this.last, chunk);
    this.join(chunk, 0);
  }

  /** Takes a chunk out if it waits. Returns whether it did. */
  remove(chunk: Offset): boolean {
    if (!this.has(chunk)) return false;
    const at = chunk >> 2;
    this.join(this.words[at + WAITING_PREVIOUS], this.words[at + WAITING_NEXT]);
    this.words[at + WAITING_PREVIOUS] = 0;
    this.words[at + WAITING_NEXT] = 0;
    return true;
  }

  /** Takes out the chunk that has waited for the longest time; 0 when none does. */
  take(): Offset {
    const chunk = this.first;
    if (chunk !== 0) this.remove(chunk);
    return chunk;
  }

  /** Forgets everything: the arena was reset. */
  clear(): void {
    this.first = 0;
    this.last = 0;
  }

  /** All that wait, the first one first. For the check. */
  *[Symbol.iterator](): Generator<Offset> {
    for (let chunk = this.first; chunk !== 0; chunk = this.words[(chunk >> 2) + WAITING_NEXT]) yield chunk;
  }

  private has(chunk: Offset): boolean {
    const at = chunk >> 2;
    return this.first === chunk || this.words[at + WAITING_PREVIOUS] !== 0;
  }

  /** Makes `next` follow `previous`; 0 stands for what is beyond the ends. */
  private join(previous: Offset, next: Offset): void {
    if (previous === 0) this.first = next;
    else this.words[(previous >> 2) + WAITING_NEXT] = next;
    if (next === 0) this.last = previous;
    else this.words[(next >> 2) + WAITING_PREVIOUS] = previous;
  }
}
