import { describe, expect, test } from "bun:test";
import {
  addInt64,
  formatInt64,
  type Int64,
  int64Length,
  integerLength,
  normalizeInt64,
  parseInt64,
  parseInteger,
  writeInt64,
  writeInteger,
} from "../../src/base/int.ts";
import { Random } from "../../src/base/random.ts";

const seed = Number(process.env.OPENKV_SEED ?? 1);
const SAFE_MAX = Number.MAX_SAFE_INTEGER;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** Calls a parser with the text in the middle of other digits, so that reading past a border shows. */
function framed<T>(parse: (bytes: Uint8Array, start: number, end: number) => T, text: string): T {
  const bytes = Buffer.from(`7-${text}9`, "latin1");
  return parse(bytes, 2, bytes.length - 1);
}

/** Redis' `string2ll` in one expression. */
function model(text: string): Int64 | null {
  if (!/^(0|-?[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return value < INT64_MIN || value > INT64_MAX ? null : normalizeInt64(value);
}

function written(n: Int64): string {
  const target = Buffer.alloc(32, "#");
  const end = writeInt64(target, 3, n);
  expect(target.toString("latin1", 0, 3)).toBe("###");
  expect(target.toString("latin1", end)).toBe("#".repeat(32 - end));
  expect(end - 3).toBe(int64Length(n));
  return target.toString("latin1", 3, end);
}

/** Integers around every border where the code changes its way: powers of ten and of two. */
function borders(): bigint[] {
  const found = new Set<bigint>();
  for (let exponent = 0n; exponent <= 64n; exponent++) {
    for (const base of [2n, 10n]) {
      if (base === 10n && exponent > 20n) continue;
      for (let delta = -2n; delta <= 2n; delta++) {
        found.add(base ** exponent + delta);
        found.add(-(base ** exponent) + delta);
      }
    }
  }
  return [...found];
}

const MALFORMED = [
  "",
  "-",
  "--1",
  "+",
  "+1",
  "00",
  "01",
  "007",
  "-0",
  "-01",
  " 1",
  "1 ",
  "1 2",
  "1.0",
  "1e3",
  "0x10",
  "a",
  "1a",
  "a1",
  "12345678a",
  "123456789a",
  "1234567890a",
  "123456789012345/",
  "123456789012345:",
  "1234567890123456a",
  "123456789012345678a",
  "a234567890123456789",
  "0000000000000000001",
  "-000000000000000001",
  "1\0",
  "\xb1",
  "1\xff",
];

describe("parsing an integer", () => {
  test("accepts exactly the canonical decimals", () => {
    for (const text of MALFORMED) {
      expect([text, framed(parseInteger, text)]).toEqual([text, Number.NaN]);
      expect([text, framed(parseInt64, text)]).toEqual([text, null]);
    }
    for (const text of ["0", "1", "-1", "9", "10", "-10", "100", "123456789", "1234567890"]) {
      expect(framed(parseInteger, text)).toBe(Number(text));
      expect(framed(parseInt64, text)).toBe(Number(text));
    }
  });

  test("agrees with the model around every power of two and of ten", () => {
    for (const value of borders()) {
      const text = value.toString();
      const expected = model(text);
      expect([text, framed(parseInt64, text)]).toEqual([text, expected]);
      expect([text, framed(parseInteger, text)]).toEqual([
        text,
        typeof expected === "number" ? expected : Number.NaN,
      ]);
    }
  });

  test("knows where safe integers and 64-bit integers end", () => {
    expect(framed(parseInteger, "9007199254740991")).toBe(SAFE_MAX);
    expect(framed(parseInteger, "-9007199254740991")).toBe(-SAFE_MAX);
    expect(framed(parseInteger, "9007199254740992")).toBeNaN();
    expect(framed(parseInteger, "9007199254740993")).toBeNaN();
    expect(framed(parseInteger, "-9007199254740992")).toBeNaN();
    expect(framed(parseInt64, "9007199254740992")).toBe(9007199254740992n);
    expect(framed(parseInt64, "9223372036854775807")).toBe(INT64_MAX);
    expect(framed(parseInt64, "9223372036854775808")).toBeNull();
    expect(framed(parseInt64, "-9223372036854775808")).toBe(INT64_MIN);
    expect(framed(parseInt64, "-9223372036854775809")).toBeNull();
    expect(framed(parseInt64, "18446744073709551617")).toBeNull();
    expect(framed(parseInt64, "1".repeat(400))).toBeNull();
  });

  test(`agrees with the model on random texts (OPENKV_SEED=${seed})`, () => {
    const random = new Random(seed);
    const alphabet = "0123456789012345678901234567890123456789-+ .:/";
    for (let round = 0; round < 50_000; round++) {
      let text = random.below(3) === 0 ? "-" : "";
      for (let length = random.below(21); length > 0; length--) {
        text += random.below(20) === 0 ? alphabet[random.below(alphabet.length)] : random.below(10);
      }
      expect([text, framed(parseInt64, text)]).toEqual([text, model(text)]);
    }
  });
});

describe("writing an integer", () => {
  test("gives the digits, their count and nothing beside them", () => {
    for (const value of borders()) {
      if (value < INT64_MIN || value > INT64_MAX) continue;
      const n = normalizeInt64(value);
      expect(written(n)).toBe(value.toString());
      expect(formatInt64(n)).toBe(value.toString());
    }
  });

  test("splits exactly just below multiples of 10^8", () => {
    const target = Buffer.alloc(32);
    for (const high of [1, 2, 9, 10, 4_194_304, 33_554_432, 67_108_864, 67_108_865, 90_071_991, 90_071_992]) {
      for (const delta of [-2, -1, 0, 1]) {
        const n = high * 100_000_000 + delta;
        expect(target.toString("latin1", 0, writeInteger(target, 0, n))).toBe(String(n));
        expect(integerLength(n)).toBe(String(n).length);
        expect(integerLength(-n)).toBe(String(-n).length);
      }
    }
  });

  test(`is the inverse of parsing on random integers (OPENKV_SEED=${seed})`, () => {
    const random = new Random(seed);
    for (let round = 0; round < 50_000; round++) {
      const bits = BigInt.asIntN(
        64,
        (BigInt(random.next32()) << 32n) | BigInt.asUintN(32, BigInt(random.next32())),
      );
      const n = normalizeInt64(bits >> BigInt(random.below(64)));
      const text = written(n);
      expect(text).toBe(n.toString());
      expect(framed(parseInt64, text)).toBe(n);
    }
  });
});

describe("adding integers", () => {
  test("is exact across the border of safe integers and null beyond 64 bits", () => {
    const values = borders().filter((value) => value >= INT64_MIN && value <= INT64_MAX);
    for (const a of values) {
      for (const b of values) {
        const sum = a + b;
        const expected = sum < INT64_MIN || sum > INT64_MAX ? null : normalizeInt64(sum);
        if (addInt64(normalizeInt64(a), normalizeInt64(b)) !== expected) {
          throw new Error(`${a} + ${b} is not ${expected}`);
        }
      }
    }
  });

  test("gives numbers back as soon as the sum is safe again", () => {
    expect(addInt64(SAFE_MAX, 1)).toBe(9007199254740992n);
    expect(addInt64(9007199254740992n, -1)).toBe(SAFE_MAX);
    expect(addInt64(SAFE_MAX, SAFE_MAX)).toBe(18014398509481982n);
    expect(addInt64(INT64_MAX, 1)).toBeNull();
    expect(addInt64(INT64_MIN, -1)).toBeNull();
    expect(addInt64(INT64_MAX, INT64_MIN)).toBe(-1);
  });
});
