/**
 * Timing wheel: blocks of an arena ordered by a time in milliseconds, cheap to file and to withdraw, and
 * handed out one by one when their time has come (hierarchical timing wheels, Varghese & Lauck 1987).
 *
 *     root      | clock low | clock high | draining | occupied levels | bitmaps 2 × LEVELS | heads |
 *     node      | time low | time high | next | previous |     inside the record, at `nodeBytes`
 *
 * Level L has 64 lists; its list d holds the records whose time first differs from the clock in the L-th
 * base-64 digit, which is d there. When the clock reaches the start of such a list, its records are handed
 * out or filed again one level below, one at a time: the caller bounds the work of a call. Lists are linked
 * through the records, so a filed record costs no memory but its 16-byte node.
 *
 * A time is a signed 64-bit integer in two words. Times from 2^48 ms on (the year 10889) share one list that
 * is never reached.
 *
 * Invariant: a record is in the list that its time and the clock give, except while its list is `draining`
 * and except that a time before the clock counts as the clock. `previous` of the first record in a list is
 * the index of the list's head, negated, less one.
 */

import type { Int64 } from "../base/int.ts";
import type { Arena, Offset } from "./arena.ts";

const LEVELS = 8;
const DIGITS = 64;
const HIGH_FAR = 1 << (6 * LEVELS - 32);

const CLOCK_LOW = 0;
const CLOCK_HIGH = 1;
const DRAINING = 2;
const OCCUPIED = 3;
const BITMAPS = 4;
const HEADS = BITMAPS + LEVELS * 2;
const FAR_HEAD = LEVELS * DIGITS;
const ROOT_BYTES = (HEADS + FAR_HEAD + 1) * 4;

const TIME_LOW = 0;
const TIME_HIGH = 1;
const NEXT = 2;
const PREVIOUS = 3;

/** Bytes of the node that a record carries. */
export const WHEEL_NODE_BYTES = 16;

/** Result of {@link TimingWheel.takeDue}: there is more to do, but the moves of this call are spent. */
export const WHEEL_BUSY = -1;

export class TimingWheel {
  private readonly words: Int32Array;
  private readonly node: number;

  /** @param nodeBytes where in a record its node lies, a multiple of 4 */
  constructor(
    private readonly arena: Arena,
    nodeBytes: number,
  ) {
    this.words = arena.words;
    this.node = nodeBytes >> 2;
  }

  /** A new empty wheel whose clock stands at `nowMs`; 0 when the arena is full. */
  create(nowMs: number): Offset {
    const wheel = this.arena.allocate(ROOT_BYTES);
    if (wheel === 0) return 0;
    this.words.fill(0, wheel >> 2, (wheel + ROOT_BYTES) >> 2);
    this.setClock(wheel, nowMs);
    return wheel;
  }

  /** Frees the wheel itself; its records keep stale nodes. */
  destroy(wheel: Offset): void {
    this.arena.free(wheel);
  }

  /** Files `record` under the time that stands in its node. */
  add(wheel: Offset, record: Offset): void {
    const words = this.words;
    const root = wheel >> 2;
    const node = (record >> 2) + this.node;
    const index = this.listFor(root, words[node + TIME_LOW], words[node + TIME_HIGH]);
    const head = root + HEADS + index;
    const first = words[head];
    words[node + NEXT] = first;
    words[node + PREVIOUS] = -1 - index;
    words[head] = record;
    if (first !== 0) words[(first >> 2) + this.node + PREVIOUS] = record;
    else this.markOccupied(root, index);
  }

  /** Withdraws a filed record. */
  remove(wheel: Offset, record: Offset): void {
    const words = this.words;
    const node = (record >> 2) + this.node;
    const next = words[node + NEXT];
    const previous = words[node + PREVIOUS];
    if (next !== 0) words[(next >> 2) + this.node + PREVIOUS] = previous;
    if (previous >= 0) {
      words[(previous >> 2) + this.node + NEXT] = next;
      return;
    }
    const root = wheel >> 2;
    const index = -1 - previous;
    words[root + HEADS + index] = next;
    if (next === 0) this.markEmpty(root, index);
  }

  /** Tells the wheel that a filed record was copied to `record`, node included. */
  moved(wheel: Offset, record: Offset): void {
    const words = this.words;
    const node = (record >> 2) + this.node;
    const next = words[node + NEXT];
    const previous = words[node + PREVIOUS];
    if (next !== 0) words[(next >> 2) + this.node + PREVIOUS] = record;
    if (previous >= 0) words[(previous >> 2) + this.node + NEXT] = record;
    else words[(wheel >> 2) + HEADS - 1 - previous] = record;
  }

  /**
   * Withdraws and returns a record whose time is at or before `nowMs`; 0 when none is left; WHEEL_BUSY after
   * refiling `moves` records. Time must not run backwards; if it does, the wheel waits for it.
   */
  takeDue(wheel: Offset, nowMs: number, moves: number): Offset | typeof WHEEL_BUSY {
    const words = this.words;
    const root = wheel >> 2;
    if (nowMs < this.clockOf(root)) return 0;
    for (let left = moves; ; ) {
      const draining = words[root + DRAINING];
      const record = draining === 0 ? 0 : words[root + HEADS + draining - 1];
      if (record === 0) {
        if (!this.drainNext(root, nowMs)) return 0;
        continue;
      }
      this.remove(wheel, record);
      if (this.timeOf(record) <= nowMs) return record;
      this.add(wheel, record);
      if (--left <= 0) return WHEEL_BUSY;
    }
  }

  /** Starts draining the list with the earliest times, if they may be due. */
  private drainNext(root: number, nowMs: number): boolean {
    const words = this.words;
    words[root + DRAINING] = 0;
    const occupied = words[root + OCCUPIED];
    if (occupied === 0) {
      this.setClock(root << 2, nowMs);
      return false;
    }
    const level = 31 - Math.clz32(occupied & -occupied);
    const low = words[root + BITMAPS + level * 2];
    const bits = low !== 0 ? low : words[root + BITMAPS + level * 2 + 1];
    const digit = 31 - Math.clz32(bits & -bits) + (low !== 0 ? 0 : 32);
    const unit = 2 ** (6 * level);
    const start = Math.floor(this.clockOf(root) / (unit * DIGITS)) * (unit * DIGITS) + digit * unit;
    if (start > nowMs) {
      this.setClock(root << 2, nowMs);
      return false;
    }
    this.setClock(root << 2, start);
    words[root + DRAINING] = level * DIGITS + digit + 1;
    return true;
  }

  /** Writes a time in ms into the node of a record that is not filed. */
  setTime(record: Offset, time: Int64): void {
    const node = (record >> 2) + this.node;
    if (typeof time === "number") {
      this.words[node + TIME_LOW] = time | 0;
      this.words[node + TIME_HIGH] = Math.floor(time / 2 ** 32);
    } else {
      this.words[node + TIME_LOW] = Number(BigInt.asIntN(32, time));
      this.words[node + TIME_HIGH] = Number(time >> 32n);
    }
  }

  /** The time in a record's node in ms, rounded to a double. */
  timeOf(record: Offset): number {
    const node = (record >> 2) + this.node;
    return this.words[node + TIME_HIGH] * 2 ** 32 + (this.words[node + TIME_LOW] >>> 0);
  }

  private listFor(root: number, timeLow: number, timeHigh: number): number {
    const words = this.words;
    let low = timeLow;
    let high = timeHigh;
    const clockLow = words[root + CLOCK_LOW];
    const clockHigh = words[root + CLOCK_HIGH];
    if (high < clockHigh || (high === clockHigh && low >>> 0 < clockLow >>> 0)) {
      low = clockLow;
      high = clockHigh;
    }
    if (high >= HIGH_FAR) return FAR_HEAD;
    const differsHigh = high ^ clockHigh;
    const bit = differsHigh !== 0 ? 63 - Math.clz32(differsHigh) : 31 - Math.clz32((low ^ clockLow) | 1);
    const level = (bit / 6) | 0;
    const shift = level * 6;
    const digit =
      shift < 30 ? low >>> shift : shift === 30 ? (low >>> 30) | (high << 2) : high >>> (shift - 32);
    return level * DIGITS + (digit & (DIGITS - 1));
  }

  private clockOf(root: number): number {
    return this.words[root + CLOCK_HIGH] * 2 ** 32 + (this.words[root + CLOCK_LOW] >>> 0);
  }

  private setClock(wheel: Offset, nowMs: number): void {
    const words = this.words;
    const root = wheel >> 2;
    if (nowMs <= this.clockOf(root)) return;
    words[root + CLOCK_LOW] = nowMs | 0;
    words[root + CLOCK_HIGH] = Math.floor(nowMs / 2 ** 32);
  }

  private markOccupied(root: number, index: number): void {
    if (index === FAR_HEAD) return;
    const words = this.words;
    const level = index >> 6;
    words[root + BITMAPS + (index >> 5)] |= 1 << (index & 31);
    words[root + OCCUPIED] |= 1 << level;
  }

  private markEmpty(root: number, index: number): void {
    if (index === FAR_HEAD) return;
    const words = this.words;
    const level = index >> 6;
    words[root + BITMAPS + (index >> 5)] &= ~(1 << (index & 31));
    const bitmaps = root + BITMAPS + level * 2;
    if ((words[bitmaps] | words[bitmaps + 1]) === 0) words[root + OCCUPIED] &= ~(1 << level);
  }

  /** Walks all lists and throws at the first broken invariant; returns the number of records. For tests. */
  check(wheel: Offset): number {
    const words = this.words;
    const root = wheel >> 2;
    let records = 0;
    for (let index = 0; index <= FAR_HEAD; index++) {
      let previous = -1 - index;
      for (let record = words[root + HEADS + index]; record !== 0; ) {
        const node = (record >> 2) + this.node;
        if (words[node + PREVIOUS] !== previous) throw new Error(`wheel: list ${index} is linked wrongly`);
        const draining = words[root + DRAINING] - 1 === index;
        if (!draining && this.listFor(root, words[node + TIME_LOW], words[node + TIME_HIGH]) !== index)
          throw new Error(`wheel: time ${this.timeOf(record)} is in list ${index}`);
        previous = record;
        record = words[node + NEXT];
        records++;
      }
      if (index === FAR_HEAD) continue;
      const marked = (words[root + BITMAPS + (index >> 5)] >>> (index & 31)) & 1;
      if ((marked === 1) !== (words[root + HEADS + index] !== 0))
        throw new Error(`wheel: list ${index} is marked wrongly`);
    }
    return records;
  }
}
