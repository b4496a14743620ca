import { describe, expect, test } from "bun:test";
import { countBits, popCount, skipBytes } from "../../src/base/bits.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

const SIZE = 400;

function memory(fill: (i: number) => number): { bytes: Buffer; words: Int32Array } {
  const shared = new SharedArrayBuffer(SIZE);
  const bytes = Buffer.from(shared);
  for (let i = 0; i < SIZE; i++) bytes[i] = fill(i);
  return { bytes, words: new Int32Array(shared) };
}

function onesOf(bytes: Buffer): number {
  let ones = 0;
  for (const byte of bytes) for (let bit = 0; bit < 8; bit++) ones += (byte >> bit) & 1;
  return ones;
}

test("popCount counts the ones of any int32", () => {
  for (const word of [0, 1, -1, 255, 2 ** 31 - 1, -(2 ** 31), 0x12345678, -0x12345678])
    expect(popCount(word)).toBe((word >>> 0).toString(2).replaceAll("0", "").length);
});

describe("countBits", () => {
  test("counts every range of random bytes, at any alignment", () => {
    const random = new Random(testSeed("countBits"));
    const { bytes, words } = memory(() => random.below(256));
    for (let start = 0; start <= 40; start++) {
      for (let end = start; end <= SIZE; end += 1 + random.below(3))
        expect([start, end, countBits(bytes, words, start, end)]).toEqual([
          start,
          end,
          onesOf(bytes.subarray(start, end)),
        ]);
    }
  });

  test("counts ranges of ones only, where every carry is set", () => {
    const { bytes, words } = memory(() => 255);
    for (let end = 0; end <= SIZE; end++) expect(countBits(bytes, words, 0, end)).toBe(end * 8);
  });
});

describe("skipBytes", () => {
  test.each([0, 255])("finds the first byte that is not %d, at any alignment", (value) => {
    const { bytes, words } = memory(() => value);
    for (let start = 0; start < 12; start++) {
      for (let at = start; at < 90; at++) {
        bytes[at] = value ^ 16;
        expect(skipBytes(bytes, words, start, 90, value)).toBe(at);
        // What lies outside the range is not looked at.
        expect(skipBytes(bytes, words, start, at, value)).toBe(at);
        bytes[at] = value;
      }
      expect(skipBytes(bytes, words, start, 90, value)).toBe(90);
    }
  });

  test("takes another byte than 0 and 255 for different from both", () => {
    const { bytes, words } = memory(() => 0x0f);
    expect(skipBytes(bytes, words, 3, SIZE, 0)).toBe(3);
    expect(skipBytes(bytes, words, 8, SIZE, 255)).toBe(8);
  });
});
