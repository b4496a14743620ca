/**
 * The program's seeded random source: xoshiro128** by Blackman and Vigna.
 *
 * Random choices (eviction samples, RANDOMKEY, SPOP) go through this class, so that a run can be repeated
 * from its seed. It is not for secrets: whoever sees some outputs can compute the rest.
 */

const TWO_32 = 4_294_967_296;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Every 32-bit `seed` gives a sequence of its own; higher bits and fractions do not count. */
  constructor(seed: number) {
    // The generator must not start from four zero words and starts badly from nearly equal ones, so the
    // seed passes through a mixing function that maps four different inputs to four different words.
    this.#a = mix(seed);
    this.#b = mix(seed + 0x9e3779b9);
    this.#c = mix(seed + 0x3c6ef372);
    this.#d = mix(seed + 0xdaa66d2b);
  }

  /** The next 32 random bits, as an int32. */
  next32(): number {
    const b = this.#b;
    const times5 = Math.imul(b, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const c = this.#c ^ this.#a;
    const d = this.#d ^ b;
    this.#b = b ^ c;
    this.#a ^= d;
    this.#c = c ^ (b << 9);
    this.#d = (d << 11) | (d >>> 21);
    return result;
  }

  /**
   * A random integer with 0 ≤ x < `n`, for an integer 1 ≤ `n` ≤ 2^31.
   *
   * It scales 32 random bits instead of rejecting some of them, so it always takes one step; the
   * probabilities of two results differ by at most 2^-32.
   */
  below(n: number): number {
    // The product is below 2^63, but it is rounded only where it exceeds 2^53, and never up to n · 2^32.
    return Math.floor(((this.next32() >>> 0) * n) / TWO_32);
  }

  /** A random number with 0 ≤ x < 1: a multiple of 2^-53. */
  float(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }
}

/** A bijection on 32-bit words that spreads every input bit over the word (Murmur3's finaliser). */
function mix(word: number): number {
  let x = word | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
