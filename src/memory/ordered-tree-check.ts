/** The invariant checker of ordered trees, for tests and deep checks of a dataset. */

import type { Arena, Offset } from "./arena.ts";
import {
  BELOW,
  bytesFor,
  CHILD,
  COUNT,
  capacityFor,
  ENTRIES_MAX,
  ENTRIES_MIN,
  entryAt,
  HEIGHT,
  HIGH,
  INNER_STRIDE,
  LEAF_STRIDE,
  LEVELS_MAX,
  LOW,
  NEXT,
  PREVIOUS,
  RECORD,
  SIZE,
  strideOf,
  TOP,
} from "./ordered-tree-layout.ts";

/** What a tree consists of. */
export interface TreeFill {
  readonly nodes: number;
  /**
   * Nodes with fewer entries than the minimum that are neither the top nor the last of their level. There are
   * none, unless a removal found the arena full.
   */
  readonly sparse: number;
}

/** Walks the tree and throws at the first broken invariant. O(entries). */
export function checkTree(arena: Arena, root: Offset, compare: (a: Offset, b: Offset) => number): TreeFill {
  return new TreeCheck(arena, compare).run(root);
}

class TreeCheck {
  private readonly words: Int32Array;
  private nodes = 0;
  private sparse = 0;
  /** The leaf and the word index of the entry that were visited last; 0 before the first. */
  private lastLeaf: Offset = 0;
  private lastEntry = 0;

  constructor(
    private readonly arena: Arena,
    private readonly compare: (a: Offset, b: Offset) => number,
  ) {
    this.words = arena.words;
  }

  run(root: Offset): TreeFill {
    const { words } = this;
    const at = root >> 2;
    const height = words[at + HEIGHT];
    const top = words[at + TOP];
    expectThat(height >= 0 && height < LEVELS_MAX, `the height is ${height}`);
    expectThat(height === 0 || words[(top >> 2) + COUNT] > 1, "the top node has one child");
    const entries = this.visit(top, height, true, true);
    expectThat(entries === words[at + SIZE], `there are ${entries} entries, ${words[at + SIZE]} counted`);
    expectThat(words[(this.lastLeaf >> 2) + NEXT] === 0, "the last leaf has a next one");
    return { nodes: this.nodes, sparse: this.sparse };
  }

  /** Checks everything from `node` down; returns the number of entries in its leaves. */
  private visit(node: Offset, level: number, isTop: boolean, isLast: boolean): number {
    const { words } = this;
    const count = words[(node >> 2) + COUNT];
    this.checkRoom(node, count, strideOf(level));
    expectThat(count > 0 || (isTop && level === 0), `the node at ${node} is empty`);
    this.nodes++;
    if (count < ENTRIES_MIN && !isTop && !isLast) this.sparse++;
    if (level === 0) return this.visitLeaf(node, count);
    let entries = 0;
    for (let index = 0; index < count; index++) {
      const at = entryAt(node, INNER_STRIDE, index);
      const child = words[at + CHILD];
      const first = entryAt(child, strideOf(level - 1), 0);
      for (const word of [HIGH, LOW, RECORD])
        expectThat(words[at + word] === words[first + word], `a separator in ${node} is not the first entry`);
      const below = this.visit(child, level - 1, false, isLast && index === count - 1);
      expectThat(
        below === words[at + BELOW],
        `${below} entries below ${child}, ${words[at + BELOW]} counted`,
      );
      entries += below;
    }
    return entries;
  }

  private checkRoom(node: Offset, count: number, stride: number): void {
    const capacity = this.arena.capacityOf(node);
    expectThat(count >= 0 && count <= ENTRIES_MAX, `the node at ${node} has ${count} entries`);
    expectThat(capacity >= bytesFor(count, stride), `the node at ${node} is larger than its block`);
    // The arena may have rounded up by less than a block of the smallest size.
    const most = bytesFor(capacityFor(capacityFor(count)) + 1, stride) + 16;
    expectThat(capacity < most, `the node at ${node} holds ${count} entries in ${capacity} bytes`);
  }

  private visitLeaf(leaf: Offset, count: number): number {
    const { words } = this;
    expectThat(
      words[(leaf >> 2) + PREVIOUS] === this.lastLeaf,
      `the leaf at ${leaf} has a wrong previous one`,
    );
    if (this.lastLeaf !== 0)
      expectThat(words[(this.lastLeaf >> 2) + NEXT] === leaf, `the leaf before ${leaf} has a wrong next one`);
    this.lastLeaf = leaf;
    for (let index = 0; index < count; index++) {
      const at = entryAt(leaf, LEAF_STRIDE, index);
      if (this.lastEntry !== 0)
        expectThat(
          this.isBefore(this.lastEntry, at),
          `entry ${index} of the leaf at ${leaf} is out of order`,
        );
      this.lastEntry = at;
    }
    return count;
  }

  private isBefore(a: number, b: number): boolean {
    const { words } = this;
    if (words[a + HIGH] !== words[b + HIGH]) return words[a + HIGH] < words[b + HIGH];
    if (words[a + LOW] !== words[b + LOW]) return words[a + LOW] < words[b + LOW];
    return this.compare(words[a + RECORD], words[b + RECORD]) < 0;
  }
}

function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(`ordered tree: ${otherwise}`);
}
