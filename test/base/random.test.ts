import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";

const take = (seed: number, count: number) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next32());
};

/** xoshiro128** from its definition, over bigints, started from the given words. */
function model(state: bigint[], count: number): number[] {
  const mask = 0xffff_ffffn;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & mask;
  return Array.from({ length: count }, () => {
    const result = (rotate((state[1] * 5n) & mask, 7n) * 9n) & mask;
    const shifted = (state[1] << 9n) & mask;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 11n);
    return Number(BigInt.asIntN(32, result));
  });
}

/** Murmur3's finaliser over bigints. */
function mixed(word: number): bigint {
  const mask = 0xffff_ffffn;
  let x = BigInt.asUintN(32, BigInt(word));
  x ^= x >> 16n;
  x = (x * 0x85ebca6bn) & mask;
  x ^= x >> 13n;
  x = (x * 0xc2b2ae35n) & mask;
  return x ^ (x >> 16n);
}

describe("Random", () => {
  test("is xoshiro128** started from four mixed words", () => {
    for (const seed of [0, 1, -1, 42, 0x7fffffff, 0x9e3779b9]) {
      const state = [0, 0x9e3779b9, 0x3c6ef372, 0xdaa66d2b].map((step) => mixed(seed + step));
      expect(take(seed, 1_000)).toEqual(model(state, 1_000));
    }
  });

  test("repeats from the same seed and differs from another", () => {
    expect(take(7, 100)).toEqual(take(7, 100));
    for (let seed = 0; seed < 100; seed++) {
      expect(take(seed, 4)).not.toEqual(take(seed + 1, 4));
    }
  });

  test("next32 gives int32 values with every bit set about half the time", () => {
    const counts = new Array<number>(32).fill(0);
    for (const value of take(3, 20_000)) {
      expect(value).toBe(value | 0);
      for (let bit = 0; bit < 32; bit++) counts[bit] += (value >>> bit) & 1;
    }
    // Six standard deviations; the seed is fixed, so the outcome is too.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(425);
  });

  test("below stays in range for small, odd and the largest bounds, and reaches every small result", () => {
    const random = new Random(11);
    for (const n of [1, 2, 3, 7, 16, 100, 2 ** 30 + 1, 2 ** 31 - 1, 2 ** 31]) {
      const seen = new Set<number>();
      for (let i = 0; i < 3_000; i++) {
        const x = random.below(n);
        if (!(Number.isInteger(x) && x >= 0 && x < n)) throw new Error(`${x} is not below ${n}`);
        seen.add(x);
      }
      expect(seen.size).toBeGreaterThan(Math.min(n - 1, 2_500));
    }
  });

  test("below spreads evenly", () => {
    const random = new Random(5);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[random.below(10)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(600);
  });

  test("float stays in [0, 1) and uses more than 32 bits", () => {
    const random = new Random(9);
    let sum = 0;
    let fine = 0;
    for (let i = 0; i < 20_000; i++) {
      const x = random.float();
      if (!(x >= 0 && x < 1)) throw new Error(`${x} is out of range`);
      sum += x;
      if (!Number.isInteger(x * 2 ** 40)) fine++;
    }
    expect(Math.abs(sum / 20_000 - 0.5)).toBeLessThan(0.02);
    expect(fine).toBeGreaterThan(19_000);
  });
});
