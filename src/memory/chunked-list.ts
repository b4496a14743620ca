/** Chunked list. */

import type { Arena, Offset } from "./arena.ts";

export class ChunkedList {
  constructor(readonly arena: Arena) {}

  /** Frees about `limit` elements from the list at `root`; true when the list and its root are gone. */
  destroySome(_root: Offset, _limit: number): boolean {
    return true;
  }
}
