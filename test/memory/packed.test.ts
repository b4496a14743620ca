/** Packed sequences against arrays of texts, and their bytes against the listpack specification, written down anew. */

import { describe, expect, test } from "bun:test";
import { normalizeInt64 } from "../../src/base/int.ts";
import { Random } from "../../src/base/random.ts";
import * as packed from "../../src/memory/packed.ts";
import { testSeed } from "../support/seed.ts";

/** Where the elements start in their buffer: no multiple of anything. */
const START = 3;

/** Integers at the borders of each form, and of what a double holds exactly. */
const BORDERS = [
  0n,
  127n,
  4095n,
  -4096n,
  2n ** 15n - 1n,
  -(2n ** 15n),
  2n ** 23n - 1n,
  -(2n ** 23n),
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 53n,
  -(2n ** 53n),
  2n ** 63n - 1n,
  -(2n ** 63n),
];

/** Lengths of strings around those at which the head or the back length grows. */
const LENGTHS = [0, 1, 63, 64, 125, 126, 127, 128, 4095, 4096, 16_377, 16_378, 16_379, 2_097_145, 2_097_146];

/** Texts that look like integers but are kept as they are. */
const NO_INTEGERS = [
  "",
  "-",
  "+1",
  "-0",
  "00",
  "01",
  "-01",
  " 1",
  "1 ",
  "1.0",
  "1e3",
  "0x1",
  "9223372036854775808",
  "-9223372036854775809",
  "18446744073709551616",
  "99999999999999999999",
  "-99999999999999999999",
  "123456789012345678901234567890",
  "1\0",
  "\u00b9",
];

/** Bytes of each form as redis-server writes them. */
const SAMPLES: [text: string, hex: string][] = [
  ["0", "0001"],
  ["127", "7f01"],
  ["128", "c08002"],
  ["-1", "dfff02"],
  ["4095", "cfff02"],
  ["-4096", "d00002"],
  ["4096", "f1001003"],
  ["-4097", "f1ffef03"],
  ["32767", "f1ff7f03"],
  ["32768", "f200800004"],
  ["-8388608", "f200008004"],
  ["8388608", "f30000800005"],
  ["2147483648", "f4000000800000000009"],
  ["-9223372036854775808", "f4000000000000008009"],
  ["", "8001"],
  ["a", "816102"],
  ["-0", "822d3003"],
];

/** The element that the specification asks for. */
function specified(text: Buffer): Buffer {
  const body = isInteger(text) ? integerBody(BigInt(text.toString("latin1"))) : stringBody(text);
  return Buffer.concat([body, backLength(body.length)]);
}

function isInteger(text: Buffer): boolean {
  const digits = text.toString("latin1");
  return /^(0|-?[1-9][0-9]{0,18})$/.test(digits) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits);
}

function integerBody(value: bigint): Buffer {
  const fits = (bits: number) => BigInt.asIntN(bits, value) === value;
  if (value >= 0n && value < 128n) return Buffer.from([Number(value)]);
  if (fits(13)) {
    const bits = Number(BigInt.asUintN(13, value));
    return Buffer.from([0xc0 | (bits >> 8), bits & 0xff]);
  }
  const [head, bits] = fits(16) ? [0xf1, 16] : fits(24) ? [0xf2, 24] : fits(32) ? [0xf3, 32] : [0xf4, 64];
  const body = Buffer.alloc(9);
  body[0] = head;
  body.writeBigInt64LE(value, 1);
  return body.subarray(0, 1 + bits / 8);
}

function stringBody(text: Buffer): Buffer {
  const { length } = text;
  if (length < 64) return Buffer.from([0x80 | length, ...text]);
  if (length < 4096) return Buffer.concat([Buffer.from([0xe0 | (length >> 8), length & 0xff]), text]);
  const head = Buffer.alloc(5, 0xf0);
  head.writeUInt32LE(length, 1);
  return Buffer.concat([head, text]);
}

function backLength(body: number): Buffer {
  const size = body <= 127 ? 1 : body < 16_383 ? 2 : body < 2_097_151 ? 3 : 4;
  return Buffer.from(
    Array.from({ length: size }, (_, i) => {
      const digit = Math.floor(body / 128 ** (size - 1 - i)) & 127;
      return i === 0 ? digit : digit | 128;
    }),
  );
}

/** The texts as elements side by side, with bytes that are none of theirs around. */
function sequence(texts: readonly Buffer[]): { bytes: Buffer; starts: number[]; end: number } {
  const element = new packed.NewElement();
  const size = texts.reduce((sum, text) => sum + element.point(text, 0, text.length).size, 0);
  const bytes = Buffer.alloc(START + size + 8, 0xee);
  const starts: number[] = [];
  let at = START;
  for (const text of texts) {
    starts.push(at);
    at = element.point(text, 0, text.length).write(bytes, at);
  }
  expect(at).toBe(START + size);
  expect(bytes.subarray(at)).toEqual(Buffer.alloc(8, 0xee));
  return { bytes, starts, end: at };
}

function textAt(view: packed.PackedView, bytes: Buffer, at: number): Buffer {
  view.read(bytes, at);
  return Buffer.from(view.bytes.subarray(view.start, view.end));
}

function expectRightElement(text: Buffer): void {
  const { bytes, end } = sequence([text]);
  const view = new packed.PackedView();
  expect(bytes.subarray(START, end).equals(specified(text))).toBe(true);
  expect(view.read(bytes, START)).toBe(end);
  expect(textAt(view, bytes, START).equals(text)).toBe(true);
  expect(packed.nextPacked(bytes, START)).toBe(end);
  expect(packed.previousPacked(bytes, end)).toBe(START);
  expect(packed.isPackedInteger(bytes, START)).toBe(isInteger(text));
  if (isInteger(text))
    expect(BigInt(packed.packedIntegerAt(bytes, START))).toBe(BigInt(text.toString("latin1")));
}

function randomText(random: Random): Buffer {
  const kind = random.below(8);
  if (kind === 0) return Buffer.from(NO_INTEGERS[random.below(NO_INTEGERS.length)], "latin1");
  if (kind < 4) {
    const border = BORDERS[random.below(BORDERS.length)] + BigInt(random.below(7) - 3);
    return Buffer.from(String(BigInt.asIntN(64, border)));
  }
  if (kind < 6) return Buffer.from(`m${random.below(20)}`);
  return Buffer.alloc(LENGTHS[random.below(13)] + random.below(2), 97 + random.below(3));
}

describe("an element", () => {
  test("has the bytes that Redis gives it", () => {
    for (const [text, hex] of SAMPLES) {
      const { bytes, end } = sequence([Buffer.from(text, "latin1")]);
      expect([text, bytes.toString("hex", START, end)]).toEqual([text, hex]);
    }
  });

  test("that is an integer is right at the borders of every form", () => {
    for (const border of BORDERS)
      for (let offset = -3n; offset <= 3n; offset++) expectRightElement(Buffer.from(String(border + offset)));
  });

  test("that is a negative integer of 13 bits is right for each of them", () => {
    for (let value = -4200; value <= 4200; value++) {
      const bytes = Buffer.alloc(8);
      const end = packed.writePackedInteger(bytes, 0, value);
      expect(packed.packedIntegerAt(bytes, 0)).toBe(value);
      expect(packed.packedIntegerSize(value)).toBe(end);
    }
  });

  test("that only looks like an integer stays as it is", () => {
    for (const text of NO_INTEGERS) expectRightElement(Buffer.from(text, "latin1"));
  });

  test("that is a string is right at the lengths where head and back length grow", () => {
    for (const length of LENGTHS) expectRightElement(Buffer.alloc(length, "x"));
    const long = Buffer.alloc(70_000);
    for (let i = 0; i < long.length; i++) long[i] = i * 7;
    expectRightElement(long);
  });

  test("may be written as a string although it reads as an integer", () => {
    const bytes = Buffer.alloc(8);
    const end = packed.writePackedString(bytes, 0, Buffer.from("12"), 0, 2);
    expect(bytes.toString("hex", 0, end)).toBe("82313203");
    expect(packed.packedStringSize(2)).toBe(end);
    expect(packed.isPackedInteger(bytes, 0)).toBe(false);
  });
});

describe("numbers of 64 bits", () => {
  test("are read and written exactly, as doubles below 2^53 and as bigints beyond", () => {
    const bytes = Buffer.alloc(10);
    for (const border of [...BORDERS, 2n ** 32n, -(2n ** 32n), 2n ** 52n])
      for (let offset = -3n; offset <= 3n; offset++) {
        const value = normalizeInt64(BigInt.asIntN(64, border + offset));
        expect(packed.writeInt64Bytes(bytes, 1, value)).toBe(9);
        expect(bytes.readBigInt64LE(1)).toBe(BigInt(value));
        expect(packed.int64At(bytes, 1)).toBe(value);
      }
  });
});

describe("a sequence", () => {
  test("is the array of texts it was made of, in both directions and wherever one enters it", () => {
    const random = new Random(testSeed("packed sequences"));
    const view = new packed.PackedView();
    for (let round = 0; round < 60; round++) {
      const texts = Array.from({ length: 1 + random.below(60) }, () => randomText(random));
      const { bytes, starts, end } = sequence(texts);
      let forward = START;
      let backward = end;
      texts.forEach((text, i) => {
        expect(textAt(view, bytes, forward).equals(text)).toBe(true);
        forward = packed.nextPacked(bytes, forward);
        backward = packed.previousPacked(bytes, backward);
        expect(backward).toBe(starts[texts.length - 1 - i]);
        expect(packed.skipPacked(bytes, START, i)).toBe(starts[i]);
        expect(packed.skipPackedBack(bytes, end, texts.length - i)).toBe(starts[i]);
      });
      expect([forward, backward]).toEqual([end, START]);
    }
  });

  test("finds what is in it, at the places asked for, and nothing else", () => {
    const random = new Random(testSeed("finding in packed sequences"));
    const element = new packed.NewElement();
    for (let round = 0; round < 60; round++) {
      const texts = Array.from({ length: 2 * (1 + random.below(30)) }, () => randomText(random));
      const { bytes, starts, end } = sequence(texts);
      for (const text of [...texts, randomText(random), randomText(random)]) {
        const around = Buffer.concat([Buffer.from("1"), text, Buffer.from("1")]);
        element.point(around, 1, 1 + text.length);
        const first = texts.findIndex((other) => other.equals(text));
        const firstEven = texts.findIndex((other, i) => i % 2 === 0 && other.equals(text));
        expect(packed.findPacked(bytes, START, end, element, 1)).toBe(starts[first] ?? -1);
        expect(packed.findPacked(bytes, START, end, element, 2)).toBe(starts[firstEven] ?? -1);
      }
    }
  });

  test("without elements finds nothing", () => {
    const element = new packed.NewElement().point(Buffer.from("x"), 0, 1);
    expect(packed.findPacked(Buffer.alloc(4), 2, 2, element, 1)).toBe(-1);
  });
});
