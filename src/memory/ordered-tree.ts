/**
 * Ordered tree: entries (high, low, record) in order, where a record is a block of the same arena. `high` and
 * `low` are signed words, compared in this order; the tree never looks into a record, and where both words are
 * equal it asks the owner's comparison of records. A tree is identified by the offset of its root block; no
 * JavaScript object exists per tree.
 *
 * A B+tree whose inner nodes know how many entries are below each child (so ranks are O(log n), too):
 *
 *     root    | size | height | top node |
 *     leaf    | count | previous leaf | next leaf | entry | entry | ...   an entry is | high | low | record |
 *     inner   | count | unused (2) | entry | entry | ...   an entry is | high | low | record | child | below |
 *
 * The key and record of an inner entry are those of the first entry below it, always exactly: a record may be
 * freed once it is removed, so no separator may outlive it. Hence whatever changes the first entry of a node
 * writes it again further up. Height is the number of inner levels; level 0 are the leaves.
 *
 * A node is a block of its own size: it grows in steps of up to 8 entries to ENTRIES_MAX, then splits into two
 * blocks of half the size, and gives room back as it empties. So a small tree is one small block, and random
 * inserts, which fill nodes to 69 % on average, fill blocks to 95 %. A node that is full at the far right of the
 * tree keeps all its entries when it splits: ascending inserts leave full nodes behind.
 *
 * ENTRIES_MAX is 128 by measurement. From 32 to 256, inserts, removals and ranks take the same time within the
 * noise, with a hundred entries as with a million: what a larger node costs to shift is saved in height and
 * cache misses. Bytes of an entry after random inserts are 17.7 with 32, 13.9 with 64, 12.9 with 128, 12.5 with
 * 256. So beyond 128 little is left to gain, while the most that one change may copy keeps doubling.
 *
 * Removing merges a node that falls below ENTRIES_MIN with a sibling, or evens the two out. That may take
 * memory for a moment. Where there is none the node stays sparse, until the next removal tries again; only an
 * empty node must go, and that takes no memory.
 *
 * Nodes have no link to their parent: a descent notes its way, by level, and changes go back up along it
 * (`ordered-tree-path.ts`; layout, blocks and checker are in `ordered-tree-layout.ts`, `-nodes.ts`, `-check.ts`).
 */

import type { Arena, Offset } from "./arena.ts";
import { checkTree, type TreeFill } from "./ordered-tree-check.ts";
import {
  BELOW,
  CAPACITY_MIN,
  CHILD,
  ENTRIES_MAX,
  entryAt,
  HEADER,
  HEIGHT,
  HIGH,
  INNER_STRIDE,
  LEAF_STRIDE,
  LOW,
  NEXT,
  PREVIOUS,
  RECORD,
  ROOT_BYTES,
  SIZE,
  TOP,
} from "./ordered-tree-layout.ts";
import { TreeNodes } from "./ordered-tree-nodes.ts";
import { TreePath } from "./ordered-tree-path.ts";

/** Instead of a record in a search: a place before or after all entries of the same key. */
const BEFORE_TIES = 0;
const AFTER_TIES = -1;

/** A place in a tree, to be used again and again; it holds until the next change of the tree. */
export class TreeCursor {
  /** False before the first and after the last entry; the other fields mean nothing then. */
  valid = false;
  high = 0;
  low = 0;
  record: Offset = 0;
  /** For the tree: the leaf and the entry's index in it. */
  leaf: Offset = 0;
  index = 0;
}

/** Records whose memory is asked for at a time, at most. */
export const TOUCH_MAX = 16;
/** A record that starts in one line of the processor's cache may reach into the next. */
const TOUCHED_WORDS = 8;

export class OrderedTree {
  /** Keeps the loads of {@link touch} from being optimised away. */
  sink = 0;
  /** The records that the last {@link touch} has read from. */
  readonly touched = new Int32Array(TOUCH_MAX);
  private readonly words: Int32Array;
  private readonly blocks: TreeNodes;
  /** The way of the last descent. */
  private readonly path: TreePath;
  /** The tree whose entry of which rank that way leads to, as long as nothing has changed; 0 when it is not known. */
  private rankedRoot: Offset = 0;
  private ranked = 0;

  /**
   * @param compare orders records of equal keys: negative when `a` is before `b`, 0 only for the same entry. Its
   * result for two records must not change while they are filed.
   */
  constructor(
    private readonly arena: Arena,
    private readonly compare: (a: Offset, b: Offset) => number,
  ) {
    this.words = arena.words;
    this.blocks = new TreeNodes(arena);
    this.path = new TreePath(arena, this.blocks);
  }

  /** A new empty tree; 0 when the arena is full. */
  create(): Offset {
    const root = this.arena.allocate(ROOT_BYTES);
    if (root === 0) return 0;
    const leaf = this.blocks.create(CAPACITY_MIN, LEAF_STRIDE);
    if (leaf === 0) {
      this.arena.free(root);
      return 0;
    }
    const words = this.words;
    words[(root >> 2) + SIZE] = 0;
    words[(root >> 2) + HEIGHT] = 0;
    words[(root >> 2) + TOP] = leaf;
    this.rankedRoot = 0;
    return root;
  }

  /** Number of entries. */
  count(root: Offset): number {
    return this.words[(root >> 2) + SIZE];
  }

  /** Files a record that is not in the tree. False when the arena is full; nothing has changed then. */
  insert(root: Offset, high: number, low: number, record: Offset): boolean {
    this.descend(root, high, low, record);
    return this.path.insert(root, high, low, record);
  }

  /** Takes a filed record out; it must still be readable. Needs no memory. */
  remove(root: Offset, high: number, low: number, record: Offset): void {
    this.descendTo(root, high, low, record);
    this.path.remove(root);
  }

  /** Takes out the entry with `rank` entries before it, which is there, and returns its record. Needs no memory. */
  removeAt(root: Offset, rank: number): Offset {
    this.descendToRank(root, rank);
    const { nodes, indexes } = this.path;
    const record = this.words[entryAt(nodes[0], LEAF_STRIDE, indexes[0]) + RECORD];
    this.rankedRoot = 0;
    this.path.remove(root);
    return record;
  }

  /** Puts `fresh` into the place of `record`. Both must be readable, and compare alike to all other records. */
  replace(root: Offset, high: number, low: number, record: Offset, fresh: Offset): void {
    this.descendTo(root, high, low, record);
    this.path.replaceRecord(root, fresh);
  }

  /** The number of entries before a filed record. */
  rank(root: Offset, high: number, low: number, record: Offset): number {
    this.descendTo(root, high, low, record);
    return this.path.rank(root);
  }

  /** The number of entries whose key is less than (high, low), or, with `after`, not greater. */
  rankOfKey(root: Offset, high: number, low: number, after: boolean): number {
    this.descend(root, high, low, after ? AFTER_TIES : BEFORE_TIES);
    return this.rankOfWay(root);
  }

  /** The number of entries whose record is `isBefore`, which must hold for none after one for which it does not. */
  partition(root: Offset, isBefore: (record: Offset) => boolean): number {
    const words = this.words;
    this.rankedRoot = 0;
    const { nodes, indexes } = this.path;
    let node: Offset = words[(root >> 2) + TOP];
    for (let level = words[(root >> 2) + HEIGHT]; level > 0; level--) {
      nodes[level] = node;
      indexes[level] = Math.max(0, this.boundOf(node, INNER_STRIDE, isBefore) - 1);
      node = words[entryAt(node, INNER_STRIDE, indexes[level]) + CHILD];
    }
    nodes[0] = node;
    indexes[0] = this.boundOf(node, LEAF_STRIDE, isBefore);
    return this.rankOfWay(root);
  }

  /** Places `cursor` at the entry with `rank` entries before it; it is not valid when there is none. */
  seek(root: Offset, rank: number, cursor: TreeCursor): void {
    cursor.valid = rank >= 0 && rank < this.count(root);
    if (!cursor.valid) return;
    this.descendToRank(root, rank);
    this.load(cursor, this.path.nodes[0], this.path.indexes[0]);
  }

  /** Moves a valid cursor to the next entry. */
  next(cursor: TreeCursor): void {
    const leaf = cursor.leaf;
    const index = cursor.index + 1;
    if (index < this.blocks.count(leaf)) this.load(cursor, leaf, index);
    else this.load(cursor, this.words[(leaf >> 2) + NEXT], 0);
  }

  /** Moves a valid cursor to the entry before. */
  previous(cursor: TreeCursor): void {
    if (cursor.index > 0) {
      this.load(cursor, cursor.leaf, cursor.index - 1);
      return;
    }
    const leaf = this.words[(cursor.leaf >> 2) + PREVIOUS];
    this.load(cursor, leaf, leaf === 0 ? 0 : this.blocks.count(leaf) - 1);
  }

  /**
   * Reads from the records of the next entries, or the previous ones, as far as they are in the same leaf, up to
   * `limit` of them and TOUCH_MAX. Their memory is in the processor's cache then, having been waited for once and not
   * one after the other. Returns how many; what was read is kept in {@link sink} and means nothing.
   */
  touch(cursor: TreeCursor, limit: number, forward: boolean): number {
    const { touched, words } = this;
    const step = forward ? LEAF_STRIDE : -LEAF_STRIDE;
    const left = forward ? this.blocks.count(cursor.leaf) - cursor.index : cursor.index + 1;
    const count = Math.min(limit, left, TOUCH_MAX);
    let at = entryAt(cursor.leaf, LEAF_STRIDE, cursor.index) + RECORD;
    let sink = 0;
    for (let i = 0; i < count; i++, at += step) {
      touched[i] = words[at];
      const record = words[at] >> 2;
      sink ^= words[record] ^ words[record + TOUCHED_WORDS];
    }
    this.sink = sink;
    return count;
  }

  /** Frees the tree itself. The records are the caller's. O(nodes). */
  destroy(root: Offset): void {
    while (!this.destroySome(root, ENTRIES_MAX));
  }

  /**
   * Frees up to `limit` nodes, and after the last of them the root block: true then. Once begun, the tree may be
   * used for nothing else.
   */
  destroySome(root: Offset, limit: number): boolean {
    this.rankedRoot = 0;
    for (let left = limit; left > 0; left--) {
      if (this.freeLastNode(root)) return true;
    }
    return false;
  }

  /** Bytes of arena the tree itself takes, records excluded. O(nodes). */
  bytesOf(root: Offset): number {
    const { words } = this;
    return (
      this.arena.blockBytesOf(root) + this.bytesBelow(words[(root >> 2) + TOP], words[(root >> 2) + HEIGHT])
    );
  }

  /** Throws at the first broken invariant; says how full the nodes are. For tests. O(entries). */
  check(root: Offset): TreeFill {
    return checkTree(this.arena, root, this.compare);
  }

  /** Notes the way to the place in a leaf where the entry is to be filed: after all that are not greater. */
  private descend(root: Offset, high: number, low: number, record: Offset): void {
    const words = this.words;
    this.rankedRoot = 0;
    const { nodes, indexes } = this.path;
    let node: Offset = words[(root >> 2) + TOP];
    for (let level = words[(root >> 2) + HEIGHT]; level > 0; level--) {
      const index = Math.max(0, this.bound(node, INNER_STRIDE, high, low, record) - 1);
      nodes[level] = node;
      indexes[level] = index;
      node = words[entryAt(node, INNER_STRIDE, index) + CHILD];
    }
    nodes[0] = node;
    indexes[0] = this.bound(node, LEAF_STRIDE, high, low, record);
  }

  /** Notes the way to a filed entry. */
  private descendTo(root: Offset, high: number, low: number, record: Offset): void {
    this.descend(root, high, low, record);
    const { nodes, indexes } = this.path;
    const index = --indexes[0];
    if (index < 0 || this.words[entryAt(nodes[0], LEAF_STRIDE, index) + RECORD] !== record)
      throw new Error(`ordered tree: record ${record} is not filed under (${high}, ${low})`);
  }

  /** The rank of the place to which the way leads that was just found. */
  private rankOfWay(root: Offset): number {
    const { nodes, indexes } = this.path;
    const rank = this.path.rank(root);
    // Behind the last entry of a leaf there is none, though one of that rank may be in the next.
    this.rankedRoot = indexes[0] < this.blocks.count(nodes[0]) ? root : 0;
    this.ranked = rank;
    return rank;
  }

  /**
   * Notes the way to the entry with `rank` entries before it, which is there. Whoever looks for a key often goes to
   * its rank next, and whoever reads an entry takes it out: then the way is known.
   */
  private descendToRank(root: Offset, rank: number): void {
    if (this.rankedRoot === root && this.ranked === rank) return;
    this.rankedRoot = root;
    this.ranked = rank;
    const words = this.words;
    const { nodes, indexes } = this.path;
    let node: Offset = words[(root >> 2) + TOP];
    let left = rank;
    for (let level = words[(root >> 2) + HEIGHT]; level > 0; level--) {
      let index = 0;
      let at = entryAt(node, INNER_STRIDE, 0);
      for (; left >= words[at + BELOW]; at += INNER_STRIDE) {
        left -= words[at + BELOW];
        index++;
      }
      nodes[level] = node;
      indexes[level] = index;
      node = words[at + CHILD];
    }
    nodes[0] = node;
    indexes[0] = left;
  }

  /** How many entries of the node are not greater than the given one. */
  private bound(node: Offset, stride: number, high: number, low: number, record: Offset): number {
    const words = this.words;
    const first = (node >> 2) + HEADER;
    let from = 0;
    let to = this.blocks.count(node);
    while (from < to) {
      const middle = (from + to) >> 1;
      const at = first + middle * stride;
      const filedHigh = words[at + HIGH];
      const filedLow = words[at + LOW];
      const isUpTo =
        filedHigh !== high
          ? filedHigh < high
          : filedLow !== low
            ? filedLow < low
            : this.isUpTo(words[at + RECORD], record);
      if (isUpTo) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Whether `filed`, of the same key, is not after `record`. */
  private isUpTo(filed: Offset, record: Offset): boolean {
    if (record <= 0) return record === AFTER_TIES;
    return filed === record || this.compare(filed, record) < 0;
  }

  /** How many entries of the node have a record that is `isBefore`. */
  private boundOf(node: Offset, stride: number, isBefore: (record: Offset) => boolean): number {
    const first = (node >> 2) + HEADER;
    let from = 0;
    let to = this.blocks.count(node);
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBefore(this.words[first + middle * stride + RECORD])) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Fills the cursor from an entry, or makes it invalid when `leaf` is 0. */
  private load(cursor: TreeCursor, leaf: Offset, index: number): void {
    cursor.valid = leaf !== 0;
    if (leaf === 0) return;
    const words = this.words;
    const at = entryAt(leaf, LEAF_STRIDE, index);
    cursor.leaf = leaf;
    cursor.index = index;
    cursor.high = words[at + HIGH];
    cursor.low = words[at + LOW];
    cursor.record = words[at + RECORD];
  }

  /** Frees the last node that has no children, and with the top node the root; true then. */
  private freeLastNode(root: Offset): boolean {
    const { blocks, words } = this;
    let node: Offset = words[(root >> 2) + TOP];
    let parent: Offset = 0;
    for (let level = words[(root >> 2) + HEIGHT]; level > 0 && blocks.count(node) > 0; level--) {
      parent = node;
      node = words[entryAt(parent, INNER_STRIDE, blocks.count(parent) - 1) + CHILD];
    }
    this.arena.free(node);
    if (parent === 0) this.arena.free(root);
    else blocks.close(parent, INNER_STRIDE, blocks.count(parent) - 1, 1);
    return parent === 0;
  }

  private bytesBelow(node: Offset, level: number): number {
    let bytes = this.arena.blockBytesOf(node);
    if (level === 0) return bytes;
    for (let index = this.blocks.count(node) - 1; index >= 0; index--)
      bytes += this.bytesBelow(this.words[entryAt(node, INNER_STRIDE, index) + CHILD], level - 1);
    return bytes;
  }
}
