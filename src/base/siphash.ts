/**
 * HalfSipHash-1-3 with a 32-bit result: the keyed hash of every table over bytes that clients choose.
 *
 * A client that could predict hashes could put all its keys into one place of a table. SipHash is the
 * usual defence; its 32-bit variant is taken because JavaScript has no fast 64-bit words. One round per
 * word and three at the end is what hash tables elsewhere use (Linux' `hsiphash`, Rust's default hasher
 * in the 64-bit form): it is a keyed table hash, not a message authentication code.
 *
 * The round stands in `hash` once per use, five times in all: as a function it would have to return four words,
 * and words in an array or in fields would go through memory in what runs for every key. As local variables
 * they stay in registers.
 *
 * All values are int32. Additions are truncated by `| 0`, and `>>>` occurs in rotations only, whose
 * result the surrounding `|` makes int32 again.
 */

// The constants of the reference: ASCII "lyge" and "tedb". The first two state words start from zero.
const INIT_2 = 0x6c796765;
const INIT_3 = 0x74656462;

export class SipHasher {
  readonly #key0: number;
  readonly #key1: number;

  /** The two halves of the 64-bit secret; `key0` holds its first four bytes in little-endian order. */
  constructor(key0: number, key1: number) {
    this.#key0 = key0 | 0;
    this.#key1 = key1 | 0;
  }

  /** The hash of `bytes[start, end)` as an int32; the caller guarantees that the range is inside `bytes`. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    const key0 = this.#key0;
    const key1 = this.#key1;
    let v0 = key0;
    let v1 = key1;
    let v2 = INIT_2 ^ key0;
    let v3 = INIT_3 ^ key1;

    let at = start | 0;
    const length = (end - at) | 0;
    const wordsEnd = (at + (length & ~3)) | 0;
    while (at < wordsEnd) {
      const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v0 = (v0 << 16) | (v0 >>> 16);
      v2 = (v2 + v3) | 0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
      at = (at + 4) | 0;
    }

    // The last word: the bytes that are left, and the low byte of the length on top.
    let last = length << 24;
    const rest = length & 3;
    if (rest > 0) {
      last |= bytes[at];
      if (rest > 1) last |= bytes[at + 1] << 8;
      if (rest > 2) last |= bytes[at + 2] << 16;
    }
    v3 ^= last;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= last;

    // Three rounds to finish.
    v2 ^= 0xff;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);

    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);

    // The last rotations of `v0` and `v2` are left out: they do not reach the result.
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    return v1 ^ v3;
  }
}
