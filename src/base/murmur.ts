/**
 * MurmurHash64A by Austin Appleby, with a fixed seed.
 *
 * JavaScript has no fast 64-bit words, so each of them is two int32 here: all arithmetic is modulo 2^32, and
 * only the upper word of a product needs more than `Math.imul`. A hash comes out in the fields `low` and `high`,
 * since two results cannot be returned without an allocation.
 */

/** The multiplier, 0xc6a4a7935bd1e995. */
const M_HIGH = 0xc6a4a793 | 0;
const M_LOW = 0x5bd1e995;
const M_LOW_UPPER_HALF = M_LOW >>> 16;
const M_LOW_LOWER_HALF = M_LOW & 0xffff;

/** The shift of 47 bits takes the upper word down into the lower one, by this much. */
const SHIFT = 47 - 32;

export class Murmur64 {
  /** The lower half of the last hash, as an int32. */
  low = 0;
  /** The upper half of the last hash, as an int32. */
  high = 0;
  readonly #seed: number;

  /** `seed` has 32 bits. */
  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  /** Hashes `bytes[start, end)`; the caller guarantees that the range is inside `bytes`. */
  hash(bytes: Uint8Array, start: number, end: number): void {
    const length = (end - start) | 0;
    let high = productHigh(length, 0);
    let low = Math.imul(length, M_LOW) ^ this.#seed;
    let at = start | 0;
    const wordsEnd = (at + (length & ~7)) | 0;
    for (; at < wordsEnd; at = (at + 8) | 0) {
      const wordLow = wordAt(bytes, at);
      let mixedHigh = productHigh(wordLow, wordAt(bytes, at + 4));
      let mixedLow = Math.imul(wordLow, M_LOW);
      mixedLow ^= mixedHigh >>> SHIFT;
      mixedHigh = productHigh(mixedLow, mixedHigh);
      mixedLow = Math.imul(mixedLow, M_LOW);
      low ^= mixedLow;
      high = productHigh(low, high ^ mixedHigh);
      low = Math.imul(low, M_LOW);
    }

    const rest = length & 7;
    if (rest > 0) {
      for (let i = 0; i < rest; i++) {
        if (i < 4) low ^= bytes[at + i] << (8 * i);
        else high ^= bytes[at + i] << (8 * i - 32);
      }
      high = productHigh(low, high);
      low = Math.imul(low, M_LOW);
    }

    low ^= high >>> SHIFT;
    high = productHigh(low, high);
    low = Math.imul(low, M_LOW);
    this.low = low ^ (high >>> SHIFT);
    this.high = high;
  }
}

/** Four bytes as a little-endian word. */
function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

/**
 * The upper word of the product with the multiplier, modulo 2^64. The lower one is `Math.imul(low, M_LOW)`; what
 * that carries over is computed from halves of 16 bits, whose products fit a word.
 */
function productHigh(low: number, high: number): number {
  const upper = low >>> 16;
  const lower = low & 0xffff;
  const middle = (Math.imul(upper, M_LOW_LOWER_HALF) + (Math.imul(lower, M_LOW_LOWER_HALF) >>> 16)) | 0;
  const other = (Math.imul(lower, M_LOW_UPPER_HALF) + (middle & 0xffff)) | 0;
  const carried = (Math.imul(upper, M_LOW_UPPER_HALF) + (middle >>> 16) + (other >>> 16)) | 0;
  return (((carried + Math.imul(low, M_HIGH)) | 0) + Math.imul(high, M_LOW)) | 0;
}
