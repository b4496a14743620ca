/** Sets of integers against sorted arrays of bigints. */

import { describe, expect, test } from "bun:test";
import { type Int64, normalizeInt64 } from "../../src/base/int.ts";
import { Random } from "../../src/base/random.ts";
import * as intset from "../../src/memory/intset.ts";
import { testSeed } from "../support/seed.ts";

/** Where the integers start in their buffer: at no multiple of their width. */
const START = 3;

/** The widest and the narrowest integers of each width, and those around what a double holds exactly. */
const BORDERS: [value: bigint, width: number][] = [
  [0n, 2],
  [-1n, 2],
  [2n ** 15n - 1n, 2],
  [-(2n ** 15n), 2],
  [2n ** 15n, 4],
  [-(2n ** 15n) - 1n, 4],
  [2n ** 31n - 1n, 4],
  [-(2n ** 31n), 4],
  [2n ** 31n, 8],
  [-(2n ** 31n) - 1n, 8],
  [2n ** 53n - 1n, 8],
  [2n ** 53n, 8],
  [2n ** 53n + 1n, 8],
  [-(2n ** 53n) - 1n, 8],
  [2n ** 63n - 1n, 8],
  [-(2n ** 63n), 8],
];

function randomInteger(random: Random): Int64 {
  const [border] = BORDERS[random.below(BORDERS.length)];
  const value = border + BigInt(random.below(2_000) - 1_000);
  return normalizeInt64(BigInt.asIntN(64, value));
}

/** A buffer with the integers, and bytes that are none of theirs around. */
function written(integers: Int64[], width: number): Buffer {
  const bytes = Buffer.alloc(START + integers.length * width + 8, 0xee);
  integers.forEach((integer, i) => {
    intset.writeAt(bytes, START + i * width, width, integer);
  });
  return bytes;
}

function readAll(bytes: Buffer, count: number, width: number): Int64[] {
  return Array.from({ length: count }, (_, i) => intset.readAt(bytes, START + i * width, width));
}

function ascending(a: Int64, b: Int64): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

describe("intset", () => {
  test("an integer has the least width that holds it, and reads as it was written", () => {
    for (const [big, width] of BORDERS) {
      const value = normalizeInt64(big);
      expect(intset.widthOf(value)).toBe(width);
      for (const wide of [2, 4, 8].filter((other) => other >= width)) {
        const bytes = written([value], wide);
        expect(readAll(bytes, 1, wide)).toEqual([value]);
        expect(bytes.subarray(START + wide)).toEqual(Buffer.alloc(8, 0xee));
      }
    }
  });

  test("the bytes are those of Redis: little-endian two's complement", () => {
    expect(written([-2, 0x1234], 2).toString("hex", START, START + 4)).toBe("feff3412");
    expect(written([-2, 0x12345678], 4).toString("hex", START, START + 8)).toBe("feffffff78563412");
    expect(written([-(2n ** 63n)], 8).toString("hex", START, START + 8)).toBe("0000000000000080");
    expect(written([2 ** 33 + 5], 8).toString("hex", START, START + 8)).toBe("0500000002000000");
  });

  test("find gives the index of what is there, and of the next one for what is not", () => {
    const random = new Random(testSeed("intset: find"));
    for (let round = 0; round < 60; round++) {
      const pool = Array.from({ length: random.below(200) }, () => randomInteger(random));
      const width = pool.reduce<number>((widest, value) => Math.max(widest, intset.widthOf(value)), 2);
      const integers = [...new Set(pool)].sort(ascending);
      const bytes = written(integers, width);
      integers.forEach((integer, i) => {
        expect(intset.find(bytes, START, integers.length, width, integer)).toBe(i);
      });
      for (let i = 0; i < 50; i++) {
        const value = randomInteger(random);
        const index = integers.filter((integer) => integer < value).length;
        const expected = integers.includes(value) ? index : ~index;
        expect(intset.find(bytes, START, integers.length, width, value)).toBe(expected);
      }
    }
  });

  test("widening keeps all integers", () => {
    const random = new Random(testSeed("intset: widen"));
    for (const [from, to] of [
      [2, 4],
      [2, 8],
      [4, 8],
    ]) {
      const fitting = Array.from({ length: 400 }, () => randomInteger(random)).filter(
        (value) => intset.widthOf(value) <= from,
      );
      const bytes = Buffer.concat([written(fitting, from), Buffer.alloc(fitting.length * 8)]);
      intset.widen(bytes, START, fitting.length, from, to);
      expect(readAll(bytes, fitting.length, to)).toEqual(fitting);
    }
  });

  test("check accepts what ascends and nothing else", () => {
    expect(() => intset.check(written([-5, 0, 7], 2), START, 3, 2)).not.toThrow();
    expect(() => intset.check(written([1, 1], 2), START, 2, 2)).toThrow("index 1 does not ascend");
    expect(() => intset.check(written([2, 1], 4), START, 2, 4)).toThrow("index 1 does not ascend");
    expect(() => intset.check(written([1], 2), START, 1, 3)).toThrow("3 bytes");
  });
});
