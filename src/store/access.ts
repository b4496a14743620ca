/**
 * The 24 access bits of an entry: the time of the last access in seconds (LRU), or, under an LFU policy, the
 * minute of the last access and a logarithmic counter of accesses (Redis: "Using Redis as an LRU cache").
 */

import type { Random } from "../base/random.ts";

const LRU_MASK = 0xffffff;
const MINUTE_MASK = 0xffff;
/** What the counter of a new key starts from, so that it is not the first to be evicted. */
const LFU_INITIAL = 5;
const LFU_MAX = 255;

export class AccessClock {
  /** Whether the bits are kept for LFU. */
  lfu = false;
  /** `lfu-log-factor`: the larger, the more accesses it takes to raise a counter. */
  logFactor = 10;
  /** `lfu-decay-time`: minutes without an access that cost a counter one. 0: never. */
  decayMinutes = 1;
  private seconds = 0;
  private minutes = 0;

  constructor(private readonly random: Random) {}

  setNow(nowMs: number): void {
    const seconds = Math.floor(nowMs / 1000);
    if ((seconds & LRU_MASK) === this.seconds) return;
    this.seconds = seconds & LRU_MASK;
    this.minutes = Math.floor(seconds / 60) & MINUTE_MASK;
  }

  /** Bits of a new entry. */
  initial(): number {
    return this.lfu ? (this.minutes << 8) | LFU_INITIAL : this.seconds;
  }

  /** Bits of an entry that is accessed now. */
  touched(access: number): number {
    if (!this.lfu) return this.seconds;
    return (this.minutes << 8) | this.incremented(this.frequency(access));
  }

  /** Bits of an entry whose last access was so many seconds ago, modulo 2^24. Not under an LFU policy. */
  idle(seconds: number): number {
    return (this.seconds - seconds) & LRU_MASK;
  }

  /** Bits of an entry with this counter of accesses, 0 to 255. Under an LFU policy only. */
  counted(frequency: number): number {
    return (this.minutes << 8) | frequency;
  }

  /** Seconds since the last access. */
  idleSeconds(access: number): number {
    return (this.seconds - access) & LRU_MASK;
  }

  /** The access counter, less what it has lost since the last access. */
  frequency(access: number): number {
    const counter = access & 0xff;
    if (this.decayMinutes === 0) return counter;
    const elapsed = (this.minutes - (access >>> 8)) & MINUTE_MASK;
    return Math.max(0, counter - Math.floor(elapsed / this.decayMinutes));
  }

  private incremented(counter: number): number {
    if (counter === LFU_MAX) return counter;
    const above = Math.max(0, counter - LFU_INITIAL);
    return this.random.float() < 1 / (above * this.logFactor + 1) ? counter + 1 : counter;
  }
}
