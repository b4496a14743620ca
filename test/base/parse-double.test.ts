import { describe, expect, test } from "bun:test";
import { formatDouble } from "../../src/base/double.ts";
import { parseDouble, parseDoubleLoosely, parseWeight } from "../../src/base/parse-double.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

/** Parses the text in the middle of other digits, so that reading past a border shows. */
function parse(text: string): number {
  const bytes = Buffer.from(`7${text}7`, "latin1");
  return parseDouble(bytes, 1, bytes.length - 1);
}

/** Texts with the value Redis 7.0.15 takes them for. */
const VALUES: [text: string, value: number][] = [
  ["0", 0],
  ["-0", -0],
  ["-0.0e5", -0],
  ["+5", 5],
  ["007", 7],
  ["5.", 5],
  [".5", 0.5],
  ["-.5E+1", -5],
  ["9007199254740991", 2 ** 53 - 1],
  ["9007199254740993", 2 ** 53],
  ["-9007199254740993.0", -(2 ** 53)],
  ["9007199254740995", 2 ** 53 + 4],
  ["900719925474099.3", 900719925474099.25],
  ["2.5e-3", 0.0025],
  ["0.1e-21", 1e-22],
  ["1e22", 1e22],
  ["1e23", 1e23],
  ["123456789012345678", 123456789012345680],
  ["0.30000000000000004", 0.1 + 0.2],
  ["1.7976931348623157e308", Number.MAX_VALUE],
  ["2.5e-324", Number.MIN_VALUE],
  ["0e999999999999", 0],
  ["inf", Number.POSITIVE_INFINITY],
  ["+Infinity", Number.POSITIVE_INFINITY],
  ["-INF", Number.NEGATIVE_INFINITY],
  ["0x10", 16],
  ["-0X1.8P1", -3],
  ["0x.8p0", 0.5],
  ["0x1p-1074", Number.MIN_VALUE],
  ["0x1.8p-1075", Number.MIN_VALUE],
  ["0x3p-1075", 2 * Number.MIN_VALUE],
  ["0x1.fffffffffffffp1023", Number.MAX_VALUE],
  ["0x0.0001p1039", 2 ** 1023],
  // Ties go to the even mantissa, unless a digit far behind says more.
  ["0x20000000000001", 2 ** 53],
  ["0x20000000000003", 2 ** 53 + 4],
  ["0x20000000000001.0000000001", 2 ** 53 + 2],
  ["0x0p999999999999", 0],
  ["-0x0", -0],
];

describe("parseDouble", () => {
  test.each(VALUES)("takes %s", (text, value) => {
    expect(parse(text)).toBe(value);
  });

  test("counts the digits before the exponent is applied", () => {
    expect(parse(`0.${"0".repeat(400)}1e401`)).toBe(1);
    expect(parse(`-1${"0".repeat(400)}e-400`)).toBe(-1);
    expect(parse(`0x.${"0".repeat(400)}1p1604`)).toBe(1);
    expect(parse(`-0x1${"0".repeat(400)}p-1600`)).toBe(-1);
  });

  test("refuses what Redis refuses", () => {
    const malformed = ["", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1e1.5", "--1", "+-1", "1f"];
    const blanks = [" 1", "1 ", "\t1", "1\n", "1\r", "1\0", "\0", "\xa01", "1\xff", "1,5", "1_0", "1 2"];
    const words = ["nan", "-nan", "NaN", "nan(1)", "in", "infinit", "infinityy", "inf ", "i", "abc", "1n"];
    const hexadecimal = ["0x", "0x.", "0x1p", "0x1p+", "x1", "0xg", "0x1.2.3", "0b1", "0o7", "1x1", "0x1e+5"];
    for (const text of [...malformed, ...blanks, ...words, ...hexadecimal]) {
      expect([text, parse(text)]).toEqual([text, Number.NaN]);
    }
  });

  test("refuses numbers that overflow and numbers that vanish", () => {
    const large = [
      "1e309",
      "1.7976931348623159e308",
      "1e999999999999",
      "0x1p1024",
      "0x1.fffffffffffff8p1023",
    ];
    const small = [
      "1e-400",
      "2.4e-324",
      "1e-999999999999",
      "0x1p-1075",
      "0x1p-2000",
      `0x1p-${"9".repeat(400)}`,
    ];
    for (const text of [...large, ...small]) {
      expect([text, parse(text), parse(`-${text}`)]).toEqual([text, Number.NaN, Number.NaN]);
    }
  });

  test("rounds short texts exactly as long ones", () => {
    const random = new Random(testSeed("short decimals"));
    const digits = (max: number) =>
      Array.from({ length: random.below(max) }, () => random.below(10)).join("");
    for (let round = 0; round < 20_000; round++) {
      const power = random.below(2) === 0 ? "" : `e${random.below(60) - 30}`;
      const text = `${["", "-", "+"][random.below(3)]}${random.below(10)}${digits(18)}.${digits(14)}${power}`;
      if (!Object.is(parse(text), Number(text))) expect([text, parse(text)]).toEqual([text, Number(text)]);
    }
  });

  test("reads back every double that is printed, and its hexadecimal form", () => {
    const random = new Random(testSeed("doubles read back"));
    const words = new Int32Array(2);
    const double = new Float64Array(words.buffer);
    const bits = new BigUint64Array(words.buffer);
    for (let round = 0; round < 10_000; round++) {
      words[0] = random.next32();
      words[1] = round % 10 === 0 ? random.next32() & 0x800f_ffff : random.next32();
      const x = double[0];
      if (Number.isNaN(x) || !Number.isFinite(x)) continue;
      const exponent = Number((bits[0] >> 52n) & 0x7ffn);
      const fraction = (bits[0] & 0xf_ffff_ffff_ffffn).toString(16).padStart(13, "0");
      const sign = x < 0 ? "-" : "";
      const hex = `${sign}0x${exponent === 0 ? 0 : 1}.${fraction}p${Math.max(exponent, 1) - 1023}`;
      for (const text of [formatDouble(x), hex]) {
        if (!Object.is(parse(text), x)) expect([text, parse(text)]).toEqual([text, x]);
      }
    }
  });
});

describe("the bound of a range of scores", () => {
  function bound(text: string): number {
    const bytes = Buffer.from(`7${text}7`, "latin1");
    return parseDoubleLoosely(bytes, 1, bytes.length - 1);
  }

  test("is read as far as C does, and may be out of range", () => {
    const values: [text: string, value: number][] = [
      ["12", 12],
      ["-2.5e1", -25],
      ["", 0],
      [" 1", 1],
      ["\t\n\v\f\r 0x10", 16],
      ["1\0junk", 1],
      ["\0", 0],
      ["1e400", Number.POSITIVE_INFINITY],
      ["-1e400", Number.NEGATIVE_INFINITY],
      ["1e-400", 0],
      ["-1e-400", -0],
      ["+inf", Number.POSITIVE_INFINITY],
      ["-INF", Number.NEGATIVE_INFINITY],
      [" Infinity", Number.POSITIVE_INFINITY],
    ];
    for (const [text, value] of values) expect([text, bound(text)]).toEqual([text, value]);
  });

  test("is refused where there is anything else", () => {
    for (const text of [
      "1 ",
      " ",
      "x",
      "+",
      "-",
      "1x",
      "nan",
      "inf ",
      "infx",
      "1e",
      "0x",
      "(1",
      "\xa01",
      " \0",
    ])
      expect([text, bound(text)]).toEqual([text, Number.NaN]);
  });
});

describe("a weight of SORT", () => {
  function weight(text: string): number {
    const bytes = Buffer.from(`<${text}>`, "latin1");
    return parseWeight(bytes, 1, bytes.length - 1);
  }

  test("is read as far as C does: blanks in front, up to a NUL, nothing is 0", () => {
    for (const [text, value] of [
      ["12", 12],
      ["", 0],
      [" 1", 1],
      ["\t-1e3", -1000],
      ["+01", 1],
      ["0x10", 16],
      ["inf", Number.POSITIVE_INFINITY],
      ["-infinity", Number.NEGATIVE_INFINITY],
      ["0e999999999", 0],
      ["9223372036854775808", 2 ** 63],
      ["2.2250738585072014e-308", 2 ** -1022],
      ["1\0abc", 1],
      ["\0abc", 0],
    ] as const)
      expect([text, weight(text)]).toEqual([text, value]);
  });

  test("is none when there is anything else, or when it is out of range", () => {
    for (const text of [
      " ",
      "1 ",
      "nan",
      "abc",
      "1_0",
      "1e400",
      "-1e-400",
      "1e-310",
      "5e-324",
      "nan(1)",
      " \0",
    ])
      expect([text, weight(text)]).toEqual([text, Number.NaN]);
  });
});
