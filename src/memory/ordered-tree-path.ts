/**
 * The way of a descent through an ordered tree, and how the tree changes along it: an entry comes or goes at its
 * end, counts and first entries are told upwards, nodes split, merge and even out. The rules that all this keeps
 * are in `ordered-tree.ts`.
 */

import type { Arena, Offset } from "./arena.ts";
import {
  BELOW,
  bytesFor,
  CAPACITY_MIN,
  CHILD,
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
  MERGED_MAX,
  NEXT,
  RECORD,
  SIZE,
  strideOf,
  TOP,
} from "./ordered-tree-layout.ts";
import type { TreeNodes } from "./ordered-tree-nodes.ts";

export class TreePath {
  /** The node of each level, and which of its entries the way goes through; in the leaf, the place it leads to. */
  readonly nodes = new Int32Array(LEVELS_MAX);
  readonly indexes = new Int32Array(LEVELS_MAX);
  private readonly words: Int32Array;
  /** Whether the insert under way is after all entries. */
  private appends = false;

  constructor(
    private readonly arena: Arena,
    private readonly blocks: TreeNodes,
  ) {
    this.words = arena.words;
  }

  /** The number of entries before the place to which the way leads. */
  rank(root: Offset): number {
    let rank = this.indexes[0];
    for (let level = this.words[(root >> 2) + HEIGHT]; level > 0; level--)
      rank += this.blocks.sumBelow(this.nodes[level], 0, this.indexes[level]);
    return rank;
  }

  /** Files an entry where the way leads. False when the arena is full; nothing has changed then. */
  insert(root: Offset, high: number, low: number, record: Offset): boolean {
    const words = this.words;
    const leaf = this.nodes[0];
    this.appends = this.indexes[0] === this.blocks.count(leaf) && words[(leaf >> 2) + NEXT] === 0;
    if (!this.makeRoom(root, 0)) return false;
    const at = this.blocks.open(this.nodes[0], LEAF_STRIDE, this.indexes[0], 1);
    words[at + HIGH] = high;
    words[at + LOW] = low;
    words[at + RECORD] = record;
    this.addToCounts(root, 1);
    if (this.indexes[0] === 0) this.tellFirst(root, 0);
    return true;
  }

  /** Takes the entry out to which the way leads. */
  remove(root: Offset): void {
    this.addToCounts(root, -1);
    this.removeEntry(root, 0);
  }

  /** Writes another record into the entry to which the way leads. */
  replaceRecord(root: Offset, record: Offset): void {
    this.words[entryAt(this.nodes[0], LEAF_STRIDE, this.indexes[0]) + RECORD] = record;
    if (this.indexes[0] === 0) this.tellFirst(root, 0);
  }

  /** Word index of the inner entry that the last descent went through at `level`. */
  private wayAt(level: number): number {
    return entryAt(this.nodes[level], INNER_STRIDE, this.indexes[level]);
  }

  private addToCounts(root: Offset, change: number): void {
    const words = this.words;
    words[(root >> 2) + SIZE] += change;
    for (let level = words[(root >> 2) + HEIGHT]; level > 0; level--)
      words[this.wayAt(level) + BELOW] += change;
  }

  /** Writes the first entry of the node on the way at `level` wherever it stands further up. */
  private tellFirst(root: Offset, level: number): void {
    const words = this.words;
    const height = words[(root >> 2) + HEIGHT];
    const from = entryAt(this.nodes[level], LEAF_STRIDE, 0);
    for (let above = level + 1; above <= height; above++) {
      copyKey(words, from, this.wayAt(above));
      if (this.indexes[above] !== 0) return;
    }
  }

  /** Notes a node's new place, on the way and in its parent or the root. */
  private moved(root: Offset, level: number, node: Offset): void {
    const words = this.words;
    this.nodes[level] = node;
    if (level === words[(root >> 2) + HEIGHT]) words[(root >> 2) + TOP] = node;
    else words[this.wayAt(level + 1) + CHILD] = node;
  }

  /**
   * Sees to it that the node on the way at `level` has room for an entry, leading the way to another node if it
   * must. False when the arena is full; nothing has changed then: all memory is had before anything moves.
   */
  private makeRoom(root: Offset, level: number): boolean {
    const { blocks } = this;
    const node = this.nodes[level];
    const stride = strideOf(level);
    if (blocks.hasRoom(node, stride)) return true;
    const count = blocks.count(node);
    if (count < ENTRIES_MAX) {
      const place = blocks.reserve(node, stride, capacityFor(count));
      if (place === 0) return false;
      if (place !== node) this.moved(root, level, place);
      return true;
    }
    const fresh = blocks.create(this.appends ? CAPACITY_MIN : capacityFor(count >> 1), stride);
    if (fresh === 0) return false;
    const isTop = level === this.words[(root >> 2) + HEIGHT];
    if (!(isTop ? this.raise(root) : this.makeRoom(root, level + 1))) {
      this.arena.free(fresh);
      return false;
    }
    this.split(level, fresh);
    return true;
  }

  /** Puts a new node with one child on top. */
  private raise(root: Offset): boolean {
    const words = this.words;
    const at = root >> 2;
    const height = words[at + HEIGHT] + 1;
    const node = height < LEVELS_MAX ? this.blocks.create(CAPACITY_MIN, INNER_STRIDE) : 0;
    if (node === 0) return false;
    const entry = this.blocks.open(node, INNER_STRIDE, 0, 1);
    copyKey(words, entryAt(words[at + TOP], LEAF_STRIDE, 0), entry);
    words[entry + CHILD] = words[at + TOP];
    words[entry + BELOW] = words[at + SIZE];
    words[at + HEIGHT] = height;
    words[at + TOP] = node;
    this.nodes[height] = node;
    this.indexes[height] = 0;
    return true;
  }

  /**
   * Moves the second half of the full node on the way at `level` to `fresh` (nothing at the far right), files
   * that in the parent, which has room, and leads the way to where the insert goes on.
   */
  private split(level: number, fresh: Offset): void {
    const { blocks, words } = this;
    const node = this.nodes[level];
    const stride = strideOf(level);
    const kept = this.appends ? ENTRIES_MAX : ENTRIES_MAX >> 1;
    const below = blocks.move(node, kept, fresh, 0, ENTRIES_MAX - kept, stride);
    if (level === 0) blocks.link(node, fresh, words[(node >> 2) + NEXT]);
    const parent = level + 1;
    const entry = blocks.open(this.nodes[parent], INNER_STRIDE, this.indexes[parent] + 1, 1);
    copyKey(words, entryAt(fresh, LEAF_STRIDE, 0), entry);
    words[entry + CHILD] = fresh;
    words[entry + BELOW] = below;
    // At the far right `node` may be in the parent's left neighbour, and the key of `fresh` is told later.
    if (!this.appends) {
      words[this.wayAt(parent) + BELOW] -= below;
      blocks.trim(node, stride);
    }
    const position = level === 0 ? this.indexes[0] : this.indexes[level] + 1;
    if (position < kept || (position === kept && !this.appends)) return;
    this.nodes[level] = fresh;
    this.indexes[level] -= kept;
    this.indexes[parent]++;
  }

  /** Takes the entry on the way out of its node at `level`, then mends what is too small, up to the top. */
  private removeEntry(root: Offset, level: number): void {
    const { blocks } = this;
    const node = this.nodes[level];
    const stride = strideOf(level);
    blocks.close(node, stride, this.indexes[level], 1);
    if (level === this.words[(root >> 2) + HEIGHT]) {
      this.lower(root);
      return;
    }
    const count = blocks.count(node);
    if (count === 0) {
      blocks.remove(node, stride);
      this.removeEntry(root, level + 1);
      return;
    }
    if (this.indexes[level] === 0) this.tellFirst(root, level);
    blocks.trim(node, stride);
    if (count < ENTRIES_MIN && this.evenOut(level)) this.removeEntry(root, level + 1);
  }

  /**
   * Merges the small node on the way at `level` with a sibling, or moves entries between the two, where there is
   * a sibling and memory. True when they have merged: the way leads to the entry that is left over then.
   */
  private evenOut(level: number): boolean {
    const { blocks, words } = this;
    const parent = this.nodes[level + 1];
    const siblings = blocks.count(parent);
    if (siblings === 1) return false;
    const stride = strideOf(level);
    const leftIndex = Math.min(this.indexes[level + 1], siblings - 2);
    const leftAt = entryAt(parent, INNER_STRIDE, leftIndex);
    const rightAt = leftAt + INNER_STRIDE;
    const leftCount = blocks.count(words[leftAt + CHILD]);
    const rightCount = blocks.count(words[rightAt + CHILD]);
    const total = leftCount + rightCount;
    const merges = total <= MERGED_MAX;
    const kept = merges ? total : total >> 1;
    const growsAt = leftCount < kept ? leftAt : rightAt;
    const place = blocks.reserve(words[growsAt + CHILD], stride, growsAt === leftAt ? kept : total - kept);
    if (place === 0) return false;
    words[growsAt + CHILD] = place;
    const left = words[leftAt + CHILD];
    const right = words[rightAt + CHILD];
    const below =
      growsAt === leftAt
        ? blocks.move(right, 0, left, leftCount, kept - leftCount, stride)
        : -blocks.move(left, kept, right, 0, leftCount - kept, stride);
    words[leftAt + BELOW] += below;
    words[rightAt + BELOW] -= below;
    if (merges) {
      blocks.remove(right, stride);
      this.indexes[level + 1] = leftIndex + 1;
      return true;
    }
    copyKey(words, entryAt(right, stride, 0), rightAt);
    blocks.trim(growsAt === leftAt ? right : left, stride);
    return false;
  }

  /** Takes nodes of one child off the top; an empty tree becomes as small as a new one. */
  private lower(root: Offset): void {
    const { blocks, words } = this;
    const at = root >> 2;
    let top: Offset = words[at + TOP];
    while (words[at + HEIGHT] > 0 && blocks.count(top) === 1) {
      words[at + HEIGHT]--;
      words[at + TOP] = words[entryAt(top, INNER_STRIDE, 0) + CHILD];
      this.arena.free(top);
      top = words[at + TOP];
    }
    if (words[at + SIZE] > 0) blocks.trim(top, strideOf(words[at + HEIGHT]));
    else this.arena.resizeInPlace(top, bytesFor(CAPACITY_MIN, LEAF_STRIDE));
  }
}

/** Copies the key and record of the entry at word `from`. */
function copyKey(words: Int32Array, from: number, to: number): void {
  words[to + HIGH] = words[from + HIGH];
  words[to + LOW] = words[from + LOW];
  words[to + RECORD] = words[from + RECORD];
}
