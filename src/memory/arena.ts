/**
 * Arena: one fixed block of memory and an allocator over it. Everything the dataset consists of is a block
 * of an arena; nothing here knows what a block holds.
 *
 * The allocator is two-level segregated fit (Masmano et al., "TLSF: a new dynamic memory allocator for
 * real-time systems", 2004): free blocks hang in lists by size class, a bitmap finds the first list that
 * fits, a freed block merges with its free neighbours at once. Allocating and freeing are O(1). Merging is
 * why it was chosen over pages of equal blocks: when the sizes of values drift, one old block keeps its whole
 * page from being used for another size, while merged blocks serve any size. Blocks also need no rounding up
 * to a class, only to 8 bytes.
 *
 * Where the arena has become much longer than what is used, low blocks are preferred to fitting ones: after a
 * change in the sizes of values the upper end empties, and `top` comes down again. What is not used above it for a
 * while, or in large free blocks below (`holes.ts`), is released.
 *
 *     block:   | header | payload ...              |      a multiple of 8 bytes, at least 16
 *     header:  bits 3..31 size of the whole block in bytes, bit 1 the block before is free, bit 0 this is free
 *     free:    | header | next | prev | ... | size |      list links; the size again as a footer
 *
 * A block starts at 4 modulo 8, hence a payload is aligned to 8. Offset 0 is never handed out: it means "none".
 * All offsets are below 2^31, so that they stay int32 in the JIT.
 *
 * Invariants (see `check`): no two free blocks touch; no free block touches `top`; `used` is the exact sum of
 * the blocks handed out, headers included.
 */

import { pin } from "../base/bytes.ts";
import { HOLE_MIN, Holes, RELEASE_STEP_BYTES } from "./holes.ts";

/** Byte offset of a block's payload within its arena; 0 is "none". */
export type Offset = number & { readonly __offset?: never };

const FREE = 1;
const PREVIOUS_FREE = 2;
const SIZE_MASK = ~7;
const HEADER_BYTES = 4;
const BLOCK_MIN = 16;
/** Where the first block starts: one word in, which puts payloads at multiples of 8. */
const FIRST_BLOCK = 4;

/** Classes of exactly one size below this, of 1/32 of a power of two above it. */
const LINEAR_LIMIT = 256;
const SUBCLASS_BITS = 5;
const SUBCLASSES = 1 << SUBCLASS_BITS;
/** log2 of the first power of two that is not linear. */
const LINEAR_BITS = 8;
const ROWS = 31 - LINEAR_BITS + 1;

/** A free block beyond used + used / 2^4 is taken only if none of this many larger classes offers a lower one. */
const HIGH_SHIFT = 4;
const LOWER_TRIES = 8;
/** How many blocks of a class are looked at when the arena is full and the next classes are empty. */
const TIGHT_TRIES = 64;

/** The most an arena can span: not quite 2 GiB, so that its length and all offsets are int32. */
export const ARENA_BYTES_MAX = 2 ** 31 - 2 ** 20;

/** Hears that nothing is in bytes [from, to) of `buffer` any more: their contents may be dropped. */
export type ReleaseListener = (buffer: SharedArrayBuffer, from: number, to: number) => void;

export class Arena {
  readonly buffer: SharedArrayBuffer;
  readonly bytes: Buffer;
  readonly words: Int32Array;
  /** The same memory as doubles, for numbers that are known to be no NaN. */
  readonly doubles: Float64Array;
  /** The same memory, for numbers at any offset. */
  readonly view: DataView;
  /** Bytes in blocks handed out, headers included. */
  used = 0;
  /** End of the part that was ever cut into blocks and is still in use; above it nothing is allocated. */
  top = FIRST_BLOCK;
  private readonly limit: number;
  /** The largest payload; below 2^31 − 11, so that rounding up stays int32. */
  private readonly payloadMax: number;
  private readonly heads = new Int32Array(ROWS * SUBCLASSES);
  private readonly rowBits = new Int32Array(ROWS);
  private rowsBits = 0;
  /** Up to where memory was used since it was last released, in steps of RELEASE_STEP_BYTES. */
  private touched = 0;
  /** The highest `top` since the last call of `age`, and in the period before it. */
  private peak = FIRST_BLOCK;
  private formerPeak = FIRST_BLOCK;
  private readonly holes: Holes;

  /** Uses all of `buffer`, which must be zeroed and at most {@link ARENA_BYTES_MAX} long. */
  constructor(
    buffer: SharedArrayBuffer,
    private readonly onRelease: ReleaseListener = () => {},
  ) {
    this.buffer = buffer;
    this.bytes = pin(Buffer.from(buffer));
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer, 0, buffer.byteLength / 8);
    this.view = new DataView(buffer);
    this.limit = buffer.byteLength - HEADER_BYTES;
    this.payloadMax = this.limit - FIRST_BLOCK - HEADER_BYTES;
    this.holes = new Holes(buffer.byteLength, (from, to) => this.onRelease(this.buffer, from, to));
  }

  /**
   * A new block whose payload holds at least `size` bytes (contents undefined), or 0 when no memory is left.
   * Payloads may be larger: see {@link capacityOf}.
   */
  allocate(size: number): Offset {
    if (size > this.payloadMax) return 0;
    const need = blockSizeFor(size);
    const found = this.findFit(need);
    if (found !== 0) return this.take(found, need);
    if (need <= this.limit - this.top) return this.extendTop(need);
    const tight = this.findTight(need);
    return tight === 0 ? 0 : this.take(tight, need);
  }

  /** Gives the block back. `offset` must come from {@link allocate} and not have been freed. */
  free(offset: Offset): void {
    const words = this.words;
    let block = offset - HEADER_BYTES;
    const header = words[block >> 2];
    let size = header & SIZE_MASK;
    let before = 0;
    this.used -= size;
    if ((header & PREVIOUS_FREE) !== 0) {
      before = words[(block >> 2) - 1];
      block -= before;
      size += before;
      this.unlink(block, before);
    }
    const after = block + size;
    if (after === this.top) {
      this.top = block;
      if (before >= HOLE_MIN) this.holes.cut(block, before, before);
      return;
    }
    const next = words[after >> 2];
    let behind = 0;
    if ((next & FREE) !== 0) {
      behind = next & SIZE_MASK;
      this.unlink(after, behind);
      size += behind;
    }
    this.link(block, size);
    if (size >= HOLE_MIN) this.holes.open(block, size, before, behind);
  }

  /**
   * Whether blocks that take `bytes` together, headers and rounding included, can be had one after the other.
   * They need not be allocated at once, as long as nothing else is in between.
   */
  hasRoom(bytes: number): boolean {
    // What is left of a block after some allocations is found only by smaller sizes, hence the sixteenth.
    if (bytes > this.payloadMax) return false;
    const need = blockSizeFor(Math.min(bytes + (bytes >> 4), this.payloadMax));
    return need <= this.limit - this.top || this.findFit(need) !== 0;
  }

  /** Bytes the payload at `offset` can hold. */
  capacityOf(offset: Offset): number {
    return (this.words[(offset - HEADER_BYTES) >> 2] & SIZE_MASK) - HEADER_BYTES;
  }

  /** Bytes that the block at `offset` counts for in {@link used}. */
  blockBytesOf(offset: Offset): number {
    return this.words[(offset - HEADER_BYTES) >> 2] & SIZE_MASK;
  }

  /**
   * Changes the block's capacity to at least `size` bytes without moving it: a smaller block gives its tail
   * back, a larger one takes from the free block behind it. False when there is no room; nothing changes then.
   */
  resizeInPlace(offset: Offset, size: number): boolean {
    if (size > this.payloadMax) return false;
    const words = this.words;
    const block = offset - HEADER_BYTES;
    const header = words[block >> 2];
    const old = header & SIZE_MASK;
    const need = blockSizeFor(size);
    if (need > old) return this.growInPlace(block, old, need);
    if (old - need < BLOCK_MIN) return true;
    words[block >> 2] = need | (header & PREVIOUS_FREE);
    words[(block + need) >> 2] = old - need;
    this.free(block + need + HEADER_BYTES);
    return true;
  }

  /** Forgets every block. */
  reset(): void {
    this.holes.reset(this.top);
    this.used = 0;
    this.top = FIRST_BLOCK;
    this.heads.fill(0);
    this.rowBits.fill(0);
    this.rowsBits = 0;
  }

  private growInPlace(block: number, old: number, need: number): boolean {
    const words = this.words;
    const after = block + old;
    if (after === this.top) {
      if (need > this.limit - block) return false;
      this.raiseTop(block + need);
      words[block >> 2] = need | (words[block >> 2] & PREVIOUS_FREE);
      this.used += need - old;
      return true;
    }
    const next = words[after >> 2];
    const both = old + (next & SIZE_MASK);
    if ((next & FREE) === 0 || both < need) return false;
    this.unlink(after, next & SIZE_MASK);
    if (both - old >= HOLE_MIN) this.holes.cut(after, both - old, need - old);
    this.used += this.place(block, both, need, words[block >> 2] & PREVIOUS_FREE) - old;
    return true;
  }

  /** Cuts `need` bytes off the end of the arena, which has them. */
  private extendTop(need: number): Offset {
    const block = this.top;
    this.raiseTop(block + need);
    this.words[block >> 2] = need;
    this.used += need;
    return block + HEADER_BYTES;
  }

  private raiseTop(top: number): void {
    this.top = top;
    if (top > this.peak) this.peak = top;
    if (top > this.touched)
      this.touched = Math.min(
        Math.ceil(top / RELEASE_STEP_BYTES) * RELEASE_STEP_BYTES,
        this.buffer.byteLength,
      );
  }

  /** Tells that a period has passed: memory that is not used for a whole one may be released. */
  age(): void {
    this.formerPeak = this.peak;
    this.peak = this.top;
    this.holes.age();
  }

  /**
   * Lets go of one step of memory that the arena has used neither in this period nor in the one before, keeping some
   * to grow into again: getting it back costs the system a fault for each page. Then of what is in holes. Returns
   * whether there was one.
   */
  release(): boolean {
    const from = this.touched - RELEASE_STEP_BYTES;
    const kept = Math.max(this.peak, this.formerPeak);
    if (from < kept + (kept >> 3) + RELEASE_STEP_BYTES) return this.holes.release(this.top);
    this.onRelease(this.buffer, from, this.touched);
    this.touched = from;
    return true;
  }

  /** A free block of at least `need` bytes from the first class that has only such; 0 when there is none. */
  private findFit(need: number): number {
    // Rounding up to the next class start makes every block of that class large enough.
    const wanted = need < LINEAR_LIMIT ? need : need + (1 << (31 - Math.clz32(need) - SUBCLASS_BITS)) - 8;
    const index = classOf(wanted);
    let row = index >> SUBCLASS_BITS;
    let bits = row < ROWS ? this.rowBits[row] & (-1 << (index & (SUBCLASSES - 1))) : 0;
    if (bits === 0) {
      row = this.rowAbove(row);
      if (row === 0) return 0;
      bits = this.rowBits[row];
    }
    const block = this.heads[(row << SUBCLASS_BITS) | lowestBit(bits)];
    const high = this.used + (this.used >> HIGH_SHIFT);
    return block <= high ? block : this.findLower(row, bits, high) || block;
  }

  /** A block at or below `high` from a class after the first of `bits` in `row`; 0 when none is found soon. */
  private findLower(firstRow: number, firstBits: number, high: number): number {
    let row = firstRow;
    let bits = firstBits;
    for (let tries = LOWER_TRIES; tries > 0; tries--) {
      bits &= bits - 1;
      if (bits === 0) {
        row = this.rowAbove(row);
        if (row === 0) return 0;
        bits = this.rowBits[row];
      }
      const block = this.heads[(row << SUBCLASS_BITS) | lowestBit(bits)];
      if (block <= high) return block;
    }
    return 0;
  }

  /** The next row above `row` that has free blocks; 0 when there is none. */
  private rowAbove(row: number): number {
    if (row >= ROWS - 1) return 0;
    const rows = this.rowsBits & (-1 << (row + 1));
    return rows === 0 ? 0 : lowestBit(rows);
  }

  /** A block that fits, of the class of `need` itself, where not every block does; 0 when none is found soon. */
  private findTight(need: number): number {
    const words = this.words;
    let block = this.heads[classOf(need)];
    for (let tries = TIGHT_TRIES; block !== 0 && tries > 0; tries--) {
      if ((words[block >> 2] & SIZE_MASK) >= need) return block;
      block = words[(block >> 2) + 1];
    }
    return 0;
  }

  /** Takes a free block off its list and cuts it to `need` bytes. */
  private take(block: number, need: number): Offset {
    const size = this.words[block >> 2] & SIZE_MASK;
    this.unlink(block, size);
    if (size >= HOLE_MIN) this.holes.cut(block, size, need);
    this.used += this.place(block, size, need, 0);
    return block + HEADER_BYTES;
  }

  /**
   * Hands out `need` bytes at `block`, of the `size` bytes that are there and in no list; the rest becomes a
   * free block. Returns the bytes handed out.
   */
  private place(block: number, size: number, need: number, previousFree: number): number {
    const words = this.words;
    const rest = size - need;
    if (rest >= BLOCK_MIN) {
      words[block >> 2] = need | previousFree;
      this.link(block + need, rest);
      return need;
    }
    words[block >> 2] = size | previousFree;
    words[(block + size) >> 2] &= ~PREVIOUS_FREE;
    return size;
  }

  /** Makes the bytes a free block. Its neighbours are in use: the block before it must not be free. */
  private link(block: number, size: number): void {
    const words = this.words;
    const index = classOf(size);
    const head = this.heads[index];
    const word = block >> 2;
    words[word] = size | FREE;
    words[word + 1] = head;
    words[word + 2] = 0;
    words[(block + size - 4) >> 2] = size;
    words[(block + size) >> 2] |= PREVIOUS_FREE;
    if (head !== 0) words[(head >> 2) + 2] = block;
    this.heads[index] = block;
    this.rowBits[index >> SUBCLASS_BITS] |= 1 << (index & (SUBCLASSES - 1));
    this.rowsBits |= 1 << (index >> SUBCLASS_BITS);
  }

  private unlink(block: number, size: number): void {
    const words = this.words;
    const word = block >> 2;
    const next = words[word + 1];
    const previous = words[word + 2];
    if (next !== 0) words[(next >> 2) + 2] = previous;
    if (previous !== 0) {
      words[(previous >> 2) + 1] = next;
      return;
    }
    const index = classOf(size);
    this.heads[index] = next;
    if (next !== 0) return;
    const row = index >> SUBCLASS_BITS;
    this.rowBits[row] &= ~(1 << (index & (SUBCLASSES - 1)));
    if (this.rowBits[row] === 0) this.rowsBits &= ~(1 << row);
  }

  /**
   * Walks all blocks and lists and throws at the first broken invariant. O(blocks), for tests.
   * @returns the number of blocks in use and free
   */
  check(): { blocks: number; freeBlocks: number } {
    const words = this.words;
    let blocks = 0;
    let used = 0;
    const free = new Set<number>();
    let previousFree = false;
    let block = FIRST_BLOCK;
    while (block < this.top) {
      const header = words[block >> 2];
      const size = header & SIZE_MASK;
      if (size < BLOCK_MIN) throw new Error(`arena: block ${block} has size ${size}`);
      if (((header & PREVIOUS_FREE) !== 0) !== previousFree)
        throw new Error(`arena: ${block} misjudges its neighbour`);
      const isFree = (header & FREE) !== 0;
      if (isFree) {
        if (previousFree) throw new Error(`arena: free blocks touch at ${block}`);
        if (words[(block + size - 4) >> 2] !== size) throw new Error(`arena: footer of ${block} is wrong`);
        free.add(block);
      } else {
        blocks++;
        used += size;
      }
      previousFree = isFree;
      block += size;
    }
    if (block !== this.top) throw new Error(`arena: blocks end at ${block}, not at top ${this.top}`);
    if (previousFree) throw new Error("arena: the last block is free");
    if (used !== this.used) throw new Error(`arena: ${used} bytes are used, ${this.used} counted`);
    this.checkLists(free);
    const sizes = Array.from(free, (at): [number, number] => [at, words[at >> 2] & SIZE_MASK]);
    this.holes.check(sizes.filter(([, size]) => size >= HOLE_MIN));
    return { blocks, freeBlocks: free.size };
  }

  private checkLists(free: Set<number>): void {
    let listed = 0;
    for (let index = 0; index < this.heads.length; index++) {
      const marked = (this.rowBits[index >> SUBCLASS_BITS] >>> (index & (SUBCLASSES - 1))) & 1;
      if ((marked === 1) !== (this.heads[index] !== 0))
        throw new Error(`arena: bitmap wrong for class ${index}`);
      for (let at = this.heads[index]; at !== 0; at = this.words[(at >> 2) + 1]) {
        if (!free.has(at)) throw new Error(`arena: ${at} is listed but not free`);
        if (classOf(this.words[at >> 2] & SIZE_MASK) !== index)
          throw new Error(`arena: ${at} is in a wrong list`);
        listed++;
      }
    }
    if (listed !== free.size) throw new Error(`arena: ${free.size} blocks are free, ${listed} listed`);
  }
}

/**
 * Reserves an arena of up to `bytes`, halving the wish while the system refuses. Untouched pages cost nothing.
 * @throws RangeError when not even 16 MiB can be had
 */
export function reserveArena(bytes: number, onRelease?: ReleaseListener): Arena {
  for (let size = Math.min(bytes, ARENA_BYTES_MAX); ; size /= 2) {
    try {
      return new Arena(new SharedArrayBuffer(size), onRelease);
    } catch (error) {
      if (size / 2 < 16 << 20) throw error;
    }
  }
}

/** Size of the block whose payload holds `size` bytes. */
function blockSizeFor(size: number): number {
  const block = (size + HEADER_BYTES + 7) & ~7;
  return Math.max(block, BLOCK_MIN);
}

/** Index of the size class that blocks of `size` bytes belong to. */
function classOf(size: number): number {
  if (size < LINEAR_LIMIT) return size >> 3;
  const log = 31 - Math.clz32(size);
  return ((log - LINEAR_BITS + 1) << SUBCLASS_BITS) | ((size >> (log - SUBCLASS_BITS)) & (SUBCLASSES - 1));
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
