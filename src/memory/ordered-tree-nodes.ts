/**
 * The nodes of ordered trees as blocks: their room, their entries and the links of the leaves. Which node is
 * whose child, and what that means for keys and counts further up, is the business of `ordered-tree.ts`.
 */

import type { Arena, Offset } from "./arena.ts";
import {
  BELOW,
  bytesFor,
  COUNT,
  capacityFor,
  ENTRIES_MAX,
  entryAt,
  HEADER,
  INNER_STRIDE,
  LEAF_STRIDE,
  NEXT,
  PREVIOUS,
} from "./ordered-tree-layout.ts";

/** Up to this many words a loop beats the fixed cost of a native call. */
const LOOP_WORDS_MAX = 32;

export class TreeNodes {
  private readonly words: Int32Array;

  constructor(private readonly arena: Arena) {
    this.words = arena.words;
  }

  /** A new node without entries or neighbours and with room for `capacity` entries; 0 when the arena is full. */
  create(capacity: number, stride: number): Offset {
    const node = this.arena.allocate(bytesFor(capacity, stride));
    if (node === 0) return 0;
    const words = this.words;
    words[(node >> 2) + COUNT] = 0;
    words[(node >> 2) + PREVIOUS] = 0;
    words[(node >> 2) + NEXT] = 0;
    return node;
  }

  count(node: Offset): number {
    return this.words[(node >> 2) + COUNT];
  }

  /** Whether one more entry fits. */
  hasRoom(node: Offset, stride: number): boolean {
    const count = this.words[(node >> 2) + COUNT];
    return count < ENTRIES_MAX && bytesFor(count + 1, stride) <= this.arena.capacityOf(node);
  }

  /** Sees to it that `capacity` entries fit. Returns where the node is now; 0, unchanged, when the arena is full. */
  reserve(node: Offset, stride: number, capacity: number): Offset {
    const bytes = bytesFor(capacity, stride);
    if (bytes <= this.arena.capacityOf(node) || this.arena.resizeInPlace(node, bytes)) return node;
    const fresh = this.arena.allocate(bytes);
    if (fresh === 0) return 0;
    const words = this.words;
    const length = HEADER + words[(node >> 2) + COUNT] * stride;
    moveWords(words, node >> 2, fresh >> 2, length);
    if (stride === LEAF_STRIDE) this.link(words[(node >> 2) + PREVIOUS], fresh, words[(node >> 2) + NEXT]);
    this.arena.free(node);
    return fresh;
  }

  /** Gives back the room that the node does not need soon. */
  trim(node: Offset, stride: number): void {
    const count = this.words[(node >> 2) + COUNT];
    const wanted = capacityFor(count);
    // One step more may stay, so that inserts and removes by turns do not resize each time.
    if (this.arena.capacityOf(node) >= bytesFor(capacityFor(wanted) + 1, stride))
      this.arena.resizeInPlace(node, bytesFor(wanted, stride));
  }

  /** Makes room for `entries` entries before the one at `index`, with contents undefined; they fit. */
  open(node: Offset, stride: number, index: number, entries: number): number {
    const words = this.words;
    const count = words[(node >> 2) + COUNT];
    const at = entryAt(node, stride, index);
    moveWords(words, at, at + entries * stride, (count - index) * stride);
    words[(node >> 2) + COUNT] = count + entries;
    return at;
  }

  /** Takes `entries` entries out, from `index` on. */
  close(node: Offset, stride: number, index: number, entries: number): void {
    const words = this.words;
    const count = words[(node >> 2) + COUNT] - entries;
    const at = entryAt(node, stride, index);
    moveWords(words, at + entries * stride, at, (count - index) * stride);
    words[(node >> 2) + COUNT] = count;
  }

  /**
   * Moves `entries` entries from `index` of `source` on to before the entry at `to` of `target`, where they fit.
   * Returns how many entries of leaves that makes.
   */
  move(source: Offset, index: number, target: Offset, to: number, entries: number, stride: number): number {
    const from = entryAt(source, stride, index);
    const below = stride === LEAF_STRIDE ? entries : this.sumBelow(source, index, index + entries);
    moveWords(this.words, from, this.open(target, stride, to, entries), entries * stride);
    this.close(source, stride, index, entries);
    return below;
  }

  /** Entries of leaves below the children [from, to) of an inner node. */
  sumBelow(node: Offset, from: number, to: number): number {
    const words = this.words;
    let sum = 0;
    const end = entryAt(node, INNER_STRIDE, to) + BELOW;
    for (let at = entryAt(node, INNER_STRIDE, from) + BELOW; at < end; at += INNER_STRIDE) sum += words[at];
    return sum;
  }

  /** Makes `leaf` the neighbour of `previous` and `next`, each of which may be 0. */
  link(previous: Offset, leaf: Offset, next: Offset): void {
    const words = this.words;
    words[(leaf >> 2) + PREVIOUS] = previous;
    words[(leaf >> 2) + NEXT] = next;
    if (previous !== 0) words[(previous >> 2) + NEXT] = leaf;
    if (next !== 0) words[(next >> 2) + PREVIOUS] = leaf;
  }

  /** Frees a node, a leaf after taking it from between its neighbours. */
  remove(node: Offset, stride: number): void {
    if (stride === LEAF_STRIDE) {
      const words = this.words;
      const previous = words[(node >> 2) + PREVIOUS];
      const next = words[(node >> 2) + NEXT];
      if (previous !== 0) words[(previous >> 2) + NEXT] = next;
      if (next !== 0) words[(next >> 2) + PREVIOUS] = previous;
    }
    this.arena.free(node);
  }
}

/** Copies words as if through a buffer: the ranges may overlap. */
function moveWords(words: Int32Array, from: number, to: number, length: number): void {
  if (length > LOOP_WORDS_MAX) {
    words.copyWithin(to, from, from + length);
  } else if (to < from) {
    for (let i = 0; i < length; i++) words[to + i] = words[from + i];
  } else {
    for (let i = length - 1; i >= 0; i--) words[to + i] = words[from + i];
  }
}
