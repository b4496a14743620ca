/** A walk through a sorted set in the order of scores, in either direction and from any rank on. */

import { TreeCursor } from "../memory/ordered-tree.ts";
import { nextPacked, PackedView, previousPacked, skipPacked, skipPackedBack } from "../memory/packed.ts";
import { packedStart } from "./collection.ts";
import type { Entry } from "./entry.ts";
import type { Shard } from "./shard.ts";
import { treeOf } from "./table.ts";
import { memberEndOf, memberStartOf, scoreOf } from "./zset-linked.ts";
import { PAIR } from "./zset-packed.ts";
import { packedScoreAt } from "./zset-score.ts";

/** More than there can be; an int32. */
const ALL_MEMBERS = 0x7fffffff;

/** To be used again and again; it stands at a member until the set changes. */
export class ZsetCursor {
  /** False before the first and after the last member; the other fields mean nothing then. */
  valid = false;
  readonly member = new PackedView();
  score = 0;
  private reverse = false;
  /** Whose arena holds the members of a linked set; null while the cursor walks through a packed one. */
  private home: Shard | null = null;
  private readonly place = new TreeCursor();
  /** Members to come whose memory was asked for. */
  private touched = 0;
  /** Members that the walk may still come to. */
  private left = 0;
  /** A packed set: its bytes, where its members start and end, and where the next one is that the walk comes to. */
  private bytes!: Buffer;
  private first = 0;
  private end = 0;
  private at = 0;

  /**
   * Goes to the member with `rank` others before it, or, in `reverse`, behind it, for a walk through `count` members.
   * O(log n), or O(bytes)
   */
  open(entry: Entry, rank: number, reverse: boolean, count = ALL_MEMBERS): void {
    this.reverse = reverse;
    if (!entry.linked) {
      this.openPacked(entry, rank);
      return;
    }
    const home = entry.home;
    const tree = treeOf(entry);
    this.home = home;
    this.touched = 0;
    this.left = count;
    home.scores.seek(tree, reverse ? home.scores.count(tree) - 1 - rank : rank, this.place);
    this.loadRecord(home);
  }

  /** Goes on to the next member; the cursor must be valid. */
  next(): void {
    const { home, place } = this;
    if (home === null) {
      this.loadPair();
      return;
    }
    if (this.reverse) home.scores.previous(place);
    else home.scores.next(place);
    this.loadRecord(home);
  }

  private loadRecord(home: Shard): void {
    const { record } = this.place;
    this.valid = this.place.valid;
    if (!this.valid) return;
    if (this.touched === 0) {
      this.touched = home.scores.touch(this.place, this.left, !this.reverse);
      this.left -= this.touched;
    }
    this.touched--;
    this.member.point(home.bytes, memberStartOf(record), memberEndOf(home, record));
    this.score = scoreOf(home, record);
  }

  private openPacked(entry: Entry, rank: number): void {
    this.home = null;
    this.bytes = entry.bytes;
    this.first = packedStart(entry);
    this.end = entry.valueEnd;
    this.at = this.reverse
      ? skipPackedBack(this.bytes, this.end, rank * PAIR)
      : skipPacked(this.bytes, this.first, rank * PAIR);
    this.loadPair();
  }

  /** Reads the pair that starts at `at`, or in reverse ends there, and moves on. */
  private loadPair(): void {
    const { bytes, member } = this;
    this.valid = this.reverse ? this.at > this.first : this.at < this.end;
    if (!this.valid) return;
    if (this.reverse) this.at = previousPacked(bytes, previousPacked(bytes, this.at));
    const scoreAt = member.read(bytes, this.at);
    this.score = packedScoreAt(bytes, scoreAt);
    if (!this.reverse) this.at = nextPacked(bytes, scoreAt);
  }
}
