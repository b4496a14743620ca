/**
 * Holes: free blocks of an arena that are so large that it is worth to give their memory back while the arena is used
 * behind them, as after a large value was deleted or lists were compressed.
 *
 * The arena is looked at in grains of 64 KiB. One that has been within a hole for a whole period is released. Blocks are
 * cut off the start of a hole, so what is taken and given back again and again is never as old.
 *
 *     | header | next | prev | ... | size |      a free block: its ends are in use
 *              |  grain  |  grain  |
 */

/** Bytes from which on a free block is a hole. */
export const HOLE_MIN = 256 * 1024;
/** How much memory is released at a time. */
export const RELEASE_STEP_BYTES = 1 << 20;

/** A multiple of the page sizes of all systems. */
const GRAIN_SHIFT = 16;
const STEP_GRAINS = RELEASE_STEP_BYTES >> GRAIN_SHIFT;
/** What is used of a free block at its start, and at its end. */
const HEAD_BYTES = 3 * 4;
const FOOTER_BYTES = 4;

/** What a grain is: not within a hole, at least not with all its bytes, */
const USED = 0;
/** within one, without memory, */
const RELEASED = 1;
/** or within one since the period of this number. After the last one comes the first one again. */
const PERIOD_MIN = 2;
const PERIODS = 250;
/** Periods that begin while a grain is free, before it is released. */
const AGE_RIPE = 2;

/** Gives the memory of bytes [from, to) of the arena back. */
type Release = (from: number, to: number) => void;

export class Holes {
  private readonly grains: Uint8Array;
  private period = PERIOD_MIN;
  /** The grains in front of this one have been looked at in this period. */
  private looked = 0;

  constructor(
    arenaBytes: number,
    private readonly onRelease: Release,
  ) {
    this.grains = new Uint8Array(arenaBytes >> GRAIN_SHIFT);
  }

  /**
   * A free block of `size` bytes has become a hole. Its first `before` bytes were one already if they are so many, and
   * so were its last `behind` bytes. O(bytes that were not)
   */
  open(block: number, size: number, before: number, behind: number): void {
    const end = block + size;
    const from = before >= HOLE_MIN ? grainsEnd(block + before) : grainsStart(block);
    const to = behind >= HOLE_MIN ? grainsStart(end - behind) : grainsEnd(end);
    this.mark(from, to, this.period);
  }

  /** The first `taken` bytes of the hole of `size` bytes at `block` are free no longer. O(bytes taken) */
  cut(block: number, size: number, taken: number): void {
    const stays = size - taken >= HOLE_MIN;
    this.mark(grainsStart(block), stays ? grainsStart(block + taken) : grainsEnd(block + size), USED);
  }

  /** There are no holes any more in the first `bytes` of the arena. */
  reset(bytes: number): void {
    this.mark(0, grainsEnd(bytes), USED);
  }

  /** Tells that a period has passed. */
  age(): void {
    this.period = this.period === PERIOD_MIN + PERIODS - 1 ? PERIOD_MIN : this.period + 1;
    this.looked = 0;
  }

  /**
   * Releases a step of memory within the first `bytes` of the arena. Returns whether there was one: in each period it
   * goes through the arena once.
   */
  release(bytes: number): boolean {
    const { grains } = this;
    const end = grainsEnd(bytes);
    for (let from = this.looked; from < end; from++) {
      if (!this.isRipe(grains[from])) continue;
      let to = from + 1;
      while (to < end && to - from < STEP_GRAINS && this.isRipe(grains[to])) to++;
      this.mark(from, to, RELEASED);
      this.looked = to;
      this.onRelease(from << GRAIN_SHIFT, to << GRAIN_SHIFT);
      return true;
    }
    this.looked = Math.max(this.looked, end);
    return false;
  }

  /** Throws unless exactly the grains within these free blocks are those of holes. O(grains), for tests. */
  check(holes: Iterable<[block: number, size: number]>): void {
    const expected = new Uint8Array(this.grains.length);
    for (const [block, size] of holes) expected.fill(1, grainsStart(block), grainsEnd(block + size));
    for (const [i, isFree] of expected.entries())
      if ((this.grains[i] !== USED) !== (isFree === 1))
        throw new Error(`holes: grain ${i} is ${this.grains[i]}`);
  }

  private isRipe(grain: number): boolean {
    return grain >= PERIOD_MIN && (this.period - grain + PERIODS) % PERIODS >= AGE_RIPE;
  }

  private mark(from: number, to: number, state: number): void {
    // Mostly one or none, for which a call takes longer.
    for (let i = from; i < to; i++) this.grains[i] = state;
  }
}

/** The first grain that a free block from `block` on does not need. */
function grainsStart(block: number): number {
  return (block + HEAD_BYTES + (1 << GRAIN_SHIFT) - 1) >> GRAIN_SHIFT;
}

/** The first grain that is not within a free block up to `end`, or that its end needs. */
function grainsEnd(end: number): number {
  return (end - FOOTER_BYTES) >> GRAIN_SHIFT;
}
