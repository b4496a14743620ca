/**
 * Holes: free blocks of an arena that are so large that it is worth to give their memory back while the arena is used
 * behind them, as after a large value was deleted or lists were compressed. A hole that nothing is taken from for a
 * whole period is released, from its end on: the next blocks are cut off its start.
 *
 *     | header | next | prev | AGE | KEPT | ...                       | size |
 *                                      0  '..... kept .....' released
 */

/** Bytes from which on a free block is a hole. */
export const HOLE_MIN = 256 * 1024;
/** How much memory is released at a time. */
export const RELEASE_STEP_BYTES = 1 << 20;

/** Words of a hole: the periods that have begun since there was one here, */
const AGE = 3;
/** and up to where, from the start of the arena, it may still have memory. */
const KEPT = 4;
const HEAD_BYTES = 5 * 4;
const FOOTER_BYTES = 4;

/** From this age on a hole may be released. */
const AGE_RIPE = 2;
/** A multiple of the page sizes of all systems. */
const GRAIN_BYTES = 64 * 1024;

/** Gives the memory of bytes [from, to) of the arena back. */
type Release = (from: number, to: number) => void;

export class Holes {
  /** Some hole may be released. */
  private ripe = false;

  /** @param heads of the lists that only holes are in, see `arena.ts` */
  constructor(
    private readonly words: Int32Array,
    private readonly heads: Int32Array,
    private readonly onRelease: Release,
  ) {}

  /**
   * A free block of `size` bytes has become a hole that may have all its memory. The first `before` bytes of it were
   * one already if they are so many, and so were the last `behind` bytes: it is as old as the older one.
   */
  open(block: number, size: number, before: number, behind: number): void {
    const { words } = this;
    const first = before >= HOLE_MIN ? words[(block >> 2) + AGE] : 0;
    const last = behind >= HOLE_MIN ? words[((block + size - behind) >> 2) + AGE] : 0;
    words[(block >> 2) + AGE] = Math.max(first, last);
    words[(block >> 2) + KEPT] = (block + size - FOOTER_BYTES) & -GRAIN_BYTES;
  }

  /** The hole at `block` starts at `to` from now on; its lists are the caller's. */
  cut(block: number, to: number): void {
    const { words } = this;
    const kept = words[(block >> 2) + KEPT];
    words[(to >> 2) + AGE] = words[(block >> 2) + AGE];
    words[(to >> 2) + KEPT] = kept;
  }

  /** Tells that a period has passed. O(holes) */
  age(): void {
    const { words } = this;
    for (const head of this.heads) {
      for (let block = head; block !== 0; block = words[(block >> 2) + 1]) {
        const at = block >> 2;
        if (words[at + AGE] < AGE_RIPE) words[at + AGE]++;
        if (isRipe(words, block)) this.ripe = true;
      }
    }
  }

  /** Releases one step of a hole. Returns whether there was one. */
  release(): boolean {
    if (!this.ripe) return false;
    const { words } = this;
    for (const head of this.heads) {
      for (let block = head; block !== 0; block = words[(block >> 2) + 1]) {
        if (!isRipe(words, block)) continue;
        const kept = words[(block >> 2) + KEPT];
        const from = Math.max(firstGrain(block), (kept - 1) & -RELEASE_STEP_BYTES);
        words[(block >> 2) + KEPT] = from;

        this.onRelease(from, kept);
        return true;
      }
    }
    this.ripe = false;
    return false;
  }
}

function isRipe(words: Int32Array, block: number): boolean {
  return words[(block >> 2) + AGE] >= AGE_RIPE && words[(block >> 2) + KEPT] > firstGrain(block);
}

/** Where the part of a hole starts that can be given back. */
function firstGrain(block: number): number {
  return (block + HEAD_BYTES + GRAIN_BYTES - 1) & -GRAIN_BYTES;
}
