import { describe, expect, test } from "bun:test";
import { formatDistance, formatFixed, formatHuman } from "../../src/base/fixed-point.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

/** What C's printf("%f") prints. */
const FIXED: [x: number, text: string][] = [
  [0, "0.000000"],
  [-0, "-0.000000"],
  [200, "200.000000"],
  [-181.5, "-181.500000"],
  [123456789.1234567, "123456789.123457"],
  [179.9999999, "180.000000"],
  [1e-7, "0.000000"],
  [-1e-7, "-0.000000"],
  [1e21, "1000000000000000000000.000000"],
  [-1e22, "-10000000000000000000000.000000"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "-inf"],
  // Halfway between two numbers of six decimals: C rounds to the even one.
  [2 ** -7, "0.007812"],
  [3 * 2 ** -7, "0.023438"],
  [-(2 ** -7), "-0.007812"],
];

/** What "%.17Lf" prints, without the zeros at the end. */
const HUMAN: [x: number, text: string][] = [
  [0, "0"],
  [-0, "0"],
  [1e-18, "0"],
  [-1e-18, "0"],
  [1.5, "1.5"],
  [-180, "-180"],
  [0.1, "0.10000000000000001"],
  [13.361389338970184, "13.36138933897018433"],
  [85.05112878, "85.0511287799999991"],
  [1e22, "10000000000000000000000"],
  [2 ** -18, "0.00000381469726562"],
  [3 * 2 ** -18, "0.00001144409179688"],
];

/** C's llrint(x * 10000). */
const DISTANCES: [x: number, text: string][] = [
  [0, "0.0000"],
  [166274.15156960039, "166274.1516"],
  [0.00005, "0.0000"],
  [0.00015, "0.0001"],
  [0.00025, "0.0002"],
  [6.0642951598391699e-5, "0.0001"],
  [1.5, "1.5000"],
  [0.12345, "0.1234"],
  [0.99995, "1.0000"],
  [1.00005, "1.0001"],
  [20015086.7958, "20015086.7958"],
  [65667180.1234999, "65667180.1235"],
];

/** The exact value of `x`, rounded half to even, by integers alone. */
function exactFixed(x: number, decimals: number): string {
  const exponent = x === 0 ? 0 : Math.max(-1022, Math.floor(Math.log2(Math.abs(x)))) - 60;
  // x = mantissa · 2^exponent; no bit of a double lies 60 places below its first one.
  const mantissa = BigInt(Math.abs(x) * 2 ** -exponent);
  const scaled = mantissa * 10n ** BigInt(decimals);
  let rounded: bigint;
  if (exponent >= 0) rounded = scaled << BigInt(exponent);
  else {
    const unit = 1n << BigInt(-exponent);
    const rest = scaled % unit;
    rounded = scaled / unit;
    if (2n * rest > unit || (2n * rest === unit && rounded % 2n === 1n)) rounded++;
  }
  const digits = String(rounded).padStart(decimals + 1, "0");
  return `${x < 0 ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

describe("formatFixed", () => {
  test("is C's %f", () => {
    for (const [x, text] of FIXED) expect([x, formatFixed(x, 6)]).toEqual([x, text]);
    expect(formatFixed(Number.NaN, 6)).toBe("nan");
  });

  test("rounds the exact value, ties to even", () => {
    const random = new Random(testSeed("fixed point"));
    for (let i = 0; i < 5000; i++) {
      const decimals = [1, 4, 6, 17][random.below(4)];
      const bits = random.below(40) - 10;
      // Every other number has few binary digits behind the point: many of those are ties.
      const x =
        i % 2 === 0
          ? (random.float() - 0.5) * 2 ** bits
          : random.next32() / 2 ** (decimals + random.below(3));
      expect([x, decimals, formatFixed(x, decimals)]).toEqual([x, decimals, exactFixed(x, decimals)]);
    }
  });
});

describe("formatHuman", () => {
  test("is what Redis replies for coordinates", () => {
    for (const [x, text] of HUMAN) expect([x, formatHuman(x)]).toEqual([x, text]);
  });
});

describe("formatDistance", () => {
  test("has four decimals, rounded half to even after scaling", () => {
    for (const [x, text] of DISTANCES) expect([x, formatDistance(x)]).toEqual([x, text]);
  });
});
