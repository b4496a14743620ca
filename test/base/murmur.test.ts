import { describe, expect, test } from "bun:test";
import { Murmur64 } from "../../src/base/murmur.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

const MASK = 2n ** 64n - 1n;
const M = 0xc6a4a7935bd1e995n;
const HYPERLOGLOG_SEED = 0xadc83b19;

/** MurmurHash64A from its definition, over bigints. */
function model(bytes: Uint8Array, seed: number): bigint {
  const times = (a: bigint) => (a * M) & MASK;
  const shifted = (a: bigint) => a ^ (a >> 47n);
  const word = (at: number, count: number) => {
    let value = 0n;
    for (let i = 0; i < count; i++) value |= BigInt(bytes[at + i]) << BigInt(8 * i);
    return value;
  };
  let hash = BigInt(seed) ^ times(BigInt(bytes.length));
  const whole = bytes.length & ~7;
  for (let at = 0; at < whole; at += 8) hash = times(hash ^ times(shifted(times(word(at, 8)))));
  if (whole < bytes.length) hash = times(hash ^ word(whole, bytes.length - whole));
  return shifted(times(shifted(hash)));
}

function hashOf(bytes: Uint8Array, seed: number, start = 0, end = bytes.length): bigint {
  const hasher = new Murmur64(seed);
  hasher.hash(bytes, start, end);
  return (BigInt(hasher.high >>> 0) << 32n) | BigInt(hasher.low >>> 0);
}

describe("MurmurHash64A", () => {
  // What redis-server 7.0.15 shows for each element alone (PFDEBUG DECODE): its register and the value of that.
  test.each([
    ["", 5938, 2],
    ["a", 12711, 2],
    ["abc", 9474, 1],
    ["abcdefg", 5634, 2],
    ["abcdefgh", 1383, 1],
    ["abcdefghi", 6903, 1],
    ["hello world, hello hyperloglog", 13700, 1],
  ])("of %p chooses the register that Redis chooses", (text, register, value) => {
    const hash = hashOf(Buffer.from(text), HYPERLOGLOG_SEED);
    expect(Number(hash & 0x3fffn)).toBe(register);
    expect((hash >> 14n) & ((1n << BigInt(value)) - 1n)).toBe(1n << BigInt(value - 1));
  });

  test("is what its definition says, for all lengths and any seed", () => {
    const random = new Random(testSeed("murmur"));
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, () => random.below(256));
      for (const seed of [HYPERLOGLOG_SEED, 0, 1, 0xffff_ffff, random.below(2 ** 31)]) {
        expect(hashOf(bytes, seed)).toBe(model(bytes, seed));
      }
    }
  });

  test("of words that are all zeros or all ones carries as it must", () => {
    for (const fill of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
      for (let length = 0; length < 40; length++) {
        const bytes = new Uint8Array(length).fill(fill);
        expect(hashOf(bytes, HYPERLOGLOG_SEED)).toBe(model(bytes, HYPERLOGLOG_SEED));
      }
    }
  });

  test("reads the range it is given and nothing else", () => {
    const bytes = Buffer.from("before|the element|after");
    expect(hashOf(bytes, 7, 7, 18)).toBe(model(Buffer.from("the element"), 7));
  });
});
