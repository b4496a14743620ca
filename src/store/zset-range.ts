/**
 * Ranges of members by rank, by score, or by bytes, which is meant for members of one score. Whatever a range is
 * given by, it is resolved to the rank of its first member and the number of members.
 */

import { compareBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Entry } from "./entry.ts";
import type { Shard } from "./shard.ts";
import { treeOf } from "./table.ts";
import { length } from "./zset.ts";
import { ZsetCursor } from "./zset-cursor.ts";
import { memberEndOf, memberStartOf } from "./zset-linked.ts";
import { scoreHigh, scoreLow } from "./zset-score.ts";

export const BY_RANK = 0;
export const BY_SCORE = 1;
export const BY_LEX = 2;

// Bounds that no string is.
const BELOW_ALL = -1;
const A_STRING = 0;
const ABOVE_ALL = 1;

/** One end of a range by score or by bytes. */
export class RangeBound {
  /** Whether the bound itself is outside of the range. */
  exclusive = false;
  score = 0;
  private kind = A_STRING;
  private bytes: Buffer = Buffer.alloc(0);
  private start = 0;
  private end = 0;

  setScore(score: number, exclusive: boolean): void {
    this.score = score;
    this.exclusive = exclusive;
  }

  /** The bytes must stay as they are while the range is used. */
  setBytes(bytes: Buffer, start: number, end: number, exclusive: boolean): void {
    this.kind = A_STRING;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.exclusive = exclusive;
  }

  setBelowAll(): void {
    this.kind = BELOW_ALL;
  }

  setAboveAll(): void {
    this.kind = ABOVE_ALL;
  }

  /** Negative when the string `bytes[start, end)` is before the bound, positive when it is behind. */
  compareBytes(bytes: Buffer, start: number, end: number): number {
    if (this.kind !== A_STRING) return -this.kind;
    return compareBytes(bytes, start, end, this.bytes, this.start, this.end);
  }
}

export class ZsetRange {
  by = BY_RANK;
  /** From the last member to the first; ranks count from the end then. */
  reverse = false;
  /** By rank: the first and the last one; a negative rank counts from the other end. */
  start = 0;
  stop = 0;
  /** By score or bytes. */
  readonly min = new RangeBound();
  readonly max = new RangeBound();
  /** Of the members in the range that many are left out; all when it is negative. */
  offset = 0;
  /** The most members; all when it is negative. */
  limit = -1;
  /** What the range is resolved to; `first` counts from the end when it is `reverse`. */
  first = 0;
  count = 0;
  private readonly cursor = new ZsetCursor();

  /** Makes it a range without LIMIT. */
  reset(by: number, reverse: boolean): void {
    this.by = by;
    this.reverse = reverse;
    this.offset = 0;
    this.limit = -1;
  }

  /** Finds out `first` and `count` for a set. O(log n), for a packed set O(bytes) */
  resolve(entry: Entry): void {
    if (this.by === BY_RANK) this.resolveRanks(length(entry));
    else if (entry.linked) this.resolveLinked(entry);
    else this.resolvePacked(entry);
  }

  private resolveRanks(members: number): void {
    const first = Math.max(0, this.start < 0 ? this.start + members : this.start);
    const last = Math.min(members - 1, this.stop < 0 ? this.stop + members : this.stop);
    this.first = first;
    this.count = Math.max(0, last - first + 1);
  }

  private resolveLinked(entry: Entry): void {
    const { home } = entry;
    const tree = treeOf(entry);
    const below = this.countUpTo(home, tree, this.min, this.min.exclusive);
    const upTo = this.countUpTo(home, tree, this.max, !this.max.exclusive);
    this.first = this.reverse ? length(entry) - upTo : below;
    this.count = Math.max(0, upTo - below);
    this.applyLimit();
  }

  /** How many members are before a bound, those at the bound included if `orAt`. */
  private countUpTo(home: Shard, tree: Offset, bound: RangeBound, orAt: boolean): number {
    if (this.by === BY_SCORE) {
      // Half of all ranges have no end on one side.
      if (bound.score === Number.POSITIVE_INFINITY && orAt) return home.scores.count(tree);
      return home.scores.rankOfKey(tree, scoreHigh(bound.score), scoreLow(bound.score), orAt);
    }
    return home.scores.partition(tree, (record) => {
      const order = bound.compareBytes(home.bytes, memberStartOf(record), memberEndOf(home, record));
      return order < 0 || (orAt && order === 0);
    });
  }

  /**
   * Walks as Redis does: members of different scores are in no order of bytes, and what a range by bytes has of
   * them depends on where the walk starts. OFFSET skips members without a look at them.
   */
  private resolvePacked(entry: Entry): void {
    const { cursor, reverse, limit } = this;
    this.first = 0;
    this.count = 0;
    if (this.by === BY_LEX && this.isOutside(entry)) return;
    cursor.open(entry, 0, reverse);
    for (; cursor.valid && (reverse ? this.isAbove() : this.isBelow()); cursor.next()) this.first++;
    if (!cursor.valid || (reverse ? this.isBelow() : this.isAbove())) return;
    for (let left = this.offset; cursor.valid && left !== 0; left--) {
      this.first++;
      cursor.next();
    }
    while (cursor.valid && this.count !== limit && !(reverse ? this.isBelow() : this.isAbove())) {
      this.count++;
      cursor.next();
    }
  }

  /** Whether the first member of the set is above the range or the last one below. */
  private isOutside(entry: Entry): boolean {
    this.cursor.open(entry, 0, false);
    if (this.isAbove()) return true;
    this.cursor.open(entry, 0, true);
    return this.isBelow();
  }

  /** Whether the member at the cursor is below the range. */
  private isBelow(): boolean {
    const order = this.compare(this.min);
    return order < 0 || (order === 0 && this.min.exclusive);
  }

  private isAbove(): boolean {
    const order = this.compare(this.max);
    return order > 0 || (order === 0 && this.max.exclusive);
  }

  /** Compares the member at the cursor with a bound. */
  private compare(bound: RangeBound): number {
    const { member, score } = this.cursor;
    if (this.by === BY_LEX) return bound.compareBytes(member.bytes, member.start, member.end);
    return score < bound.score ? -1 : score > bound.score ? 1 : 0;
  }

  private applyLimit(): void {
    const { offset, limit, count } = this;
    const skipped = offset < 0 ? count : Math.min(offset, count);
    this.first += skipped;
    this.count -= skipped;
    if (limit >= 0) this.count = Math.min(this.count, limit);
  }
}
