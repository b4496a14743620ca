/** Copying and comparing bytes, between pinned buffers and others, against loops. */

import { describe, expect, test } from "bun:test";
import { compareBytes, copyBytes, equalBytes, pin } from "../../src/base/bytes.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

const SIZE = 300;
const BUFFERS: Record<string, () => Buffer> = {
  "pinned, long": () => pin(Buffer.allocUnsafeSlow(SIZE * 20).subarray(0, SIZE)),
  "pinned, short": () => pin(Buffer.allocUnsafeSlow(SIZE)),
  "pinned, in the middle of another": () => pin(Buffer.from(new ArrayBuffer(SIZE * 3), SIZE, SIZE)),
  "pinned, of shared memory": () => pin(Buffer.from(new SharedArrayBuffer(SIZE))),
  "not pinned": () => Buffer.allocUnsafeSlow(SIZE),
};

function fillRandom(random: Random, bytes: Buffer): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256);
}

for (const [from, makeSource] of Object.entries(BUFFERS)) {
  for (const [to, makeTarget] of Object.entries(BUFFERS)) {
    describe(`from a buffer ${from}, to one ${to}`, () => {
      test("copies what lies there, and nothing else, at each length", () => {
        const random = new Random(testSeed("copies"));
        const source = makeSource();
        const target = makeTarget();
        for (let length = 0; length <= 130; length++) {
          fillRandom(random, source);
          fillRandom(random, target);
          const start = random.below(SIZE - length + 1);
          const at = random.below(SIZE - length + 1);
          const expected = [...target];
          for (let i = 0; i < length; i++) expected[at + i] = source[start + i];
          copyBytes(source, start, target, at, length);
          expect([...target]).toEqual(expected);
        }
      });

      test("tells equal bytes from others, wherever they differ", () => {
        const random = new Random(testSeed("comparisons"));
        const a = makeSource();
        const b = makeTarget();
        for (let length = 1; length <= 130; length++) {
          fillRandom(random, a);
          fillRandom(random, b);
          const aStart = random.below(SIZE - length + 1);
          const bStart = random.below(SIZE - length + 1);
          copyBytes(a, aStart, b, bStart, length);
          expect(equalBytes(a, aStart, b, bStart, length)).toBe(true);
          expect(compareBytes(a, aStart, aStart + length, b, bStart, bStart + length)).toBe(0);
          const place = bStart + random.below(length);
          b[place] = (b[place] + 1 + random.below(255)) & 255;
          expect(equalBytes(a, aStart, b, bStart, length)).toBe(false);
          const order = a[aStart + place - bStart] - b[place];
          const compared = compareBytes(a, aStart, aStart + length, b, bStart, bStart + length);
          expect(Math.sign(compared)).toBe(Math.sign(order));
        }
      });
    });
  }
}

describe("pinned buffers", () => {
  const source = pin(Buffer.alloc(SIZE, 1));
  const target = pin(Buffer.alloc(SIZE, 2));
  const BEYOND: [name: string, from: number, to: number, length: number][] = [
    ["before the source", -1, 0, 16],
    ["behind the source", SIZE - 15, 0, 16],
    ["before the target", 0, -1, 16],
    ["behind the target", 0, SIZE - 15, 16],
    ["at no number", Number.NaN, 0, 16],
    ["of more than there is", 0, 0, SIZE + 1],
  ];
  test.each(BEYOND)("a copy %s is a fault, and nothing is written", (_name, from, to, length) => {
    expect(() => copyBytes(source, from, target, to, length)).toThrow(RangeError);
    expect(target.every((byte) => byte === 2)).toBe(true);
  });

  test.each(BEYOND)("a comparison %s is a fault", (_name, from, to, length) => {
    expect(() => equalBytes(source, from, target, to, length)).toThrow(RangeError);
  });

  test("stay where they are, even if somebody asks for their memory", () => {
    const pinned = pin(Buffer.allocUnsafeSlow(100));
    const view = new Uint8Array(pinned.buffer, pinned.byteOffset, pinned.length);
    Bun.gc(true);
    copyBytes(source, 0, pinned, 10, 50);
    expect([...view.subarray(10, 60)]).toEqual(Array(50).fill(1));
  });
});
