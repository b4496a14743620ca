/**
 * What an element does to a HyperLogLog: the lowest 14 bits of its hash choose a register, and the number of zero
 * bits that follow, plus one, is what the register is raised to.
 */

import { Murmur64 } from "../base/murmur.ts";
import { HLL_REGISTERS } from "./hyperloglog-dense.ts";

const SEED = 0xadc83b19;
const INDEX_MASK = HLL_REGISTERS - 1;
const INDEX_BITS = 14;
/** Bits of the lower half of a hash that do not choose the register. */
const LOW_TAIL_BITS = 32 - INDEX_BITS;
/** Bits of a hash that do not choose the register. */
export const HLL_TAIL_BITS = 64 - INDEX_BITS;

export class ElementHasher {
  /** The register of the last element. */
  index = 0;
  readonly #hasher = new Murmur64(SEED);

  /** Hashes the element `bytes[start, end)` and returns what it raises its register to: 1 to 51. */
  hash(bytes: Buffer, start: number, end: number): number {
    const hasher = this.#hasher;
    hasher.hash(bytes, start, end);
    this.index = hasher.low & INDEX_MASK;
    const low = hasher.low >>> INDEX_BITS;
    if (low !== 0) return trailingZeros(low) + 1;
    if (hasher.high !== 0) return LOW_TAIL_BITS + trailingZeros(hasher.high) + 1;
    return HLL_TAIL_BITS + 1;
  }
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
