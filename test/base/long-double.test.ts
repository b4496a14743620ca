import { describe, expect, test } from "bun:test";
import {
  addLongDouble,
  formatLongDouble,
  isFiniteLongDouble,
  type LongDouble,
  parseLongDouble,
} from "../../src/base/long-double.ts";
import { Random } from "../../src/base/random.ts";

const seed = Number(process.env.OPENKV_SEED ?? 1);

/** Parses the text in the middle of other digits, so that reading past a border shows. */
function parse(text: string): LongDouble | null {
  const bytes = Buffer.from(`7${text}7`, "latin1");
  return parseLongDouble(bytes, 1, bytes.length - 1);
}

function parsed(text: string): LongDouble {
  const x = parse(text);
  if (x === null) throw new Error(`${text} is refused`);
  return x;
}

const sum = (a: string, b: string) => formatLongDouble(addLongDouble(parsed(a), parsed(b)));

/**
 * Replies of redis-server 7.0.15 on x86-64 Linux to `SET k <first>` and `INCRBYFLOAT k <second>`.
 */
const REDIS_REPLIES: [string, string, string][] = [
  ["0", "0", "0"],
  ["-0", "-0", "0"],
  ["0", "-0", "0"],
  ["5", "-5", "0"],
  ["0.1", "0.2", "0.3"],
  ["0.1", "-0.1", "0"],
  ["10.5", "0.1", "10.6"],
  ["5.0e3", "2.0e2", "5200"],
  ["3", "1.1", "4.1"],
  ["1.1", "2.2", "3.3"],
  ["-1.5", "0.25", "-1.25"],
  ["0.7", "0.1", "0.8"],
  ["1.05", "0.15", "1.2"],
  ["100", "1e-17", "100.00000000000000001"],
  ["0", "1e-17", "0.00000000000000001"],
  ["0", "1e-18", "0"],
  ["0", "5e-18", "0"],
  ["0", "5.000001e-18", "0.00000000000000001"],
  ["0", "1.5e-17", "0.00000000000000002"],
  ["0", "2.5e-17", "0.00000000000000002"],
  ["0", "-1e-18", "0"],
  ["1", "1e-20", "1"],
  ["1", "1e-19", "1"],
  ["1", "5.5e-20", "1"],
  ["3.0e-324", "0", "0"],
  ["3.0e-324", "1", "1"],
  ["0.30000000000000000271050543121376", "0", "0.3"],
  ["9.99999999999999995", "0", "9.99999999999999995"],
  ["0.99999999999999999", "0", "0.99999999999999999"],
  ["0.999999999999999995", "0", "1"],
  ["0.9999999999999999949999", "0", "1"],
  ["123456789012345678.123456789012345678", "0", "123456789012345678.125"],
  ["-98765432109876543210.5", "0.5", "-98765432109876543208"],
  ["3.14159265358979323846264338327950288", "0", "3.14159265358979324"],
  ["2.71828182845904523536", "1e-5", "2.71829182845904524"],
  ["9223372036854775807", "1", "9223372036854775808"],
  ["9223372036854775807", "0.5", "9223372036854775807.5"],
  ["18446744073709551615", "1", "18446744073709551616"],
  ["18446744073709551616", "1", "18446744073709551616"],
  ["18446744073709551617", "0", "18446744073709551616"],
  ["18446744073709551618", "1", "18446744073709551620"],
  ["36893488147419103231", "0", "36893488147419103232"],
  ["36893488147419103233", "1", "36893488147419103232"],
  ["-36893488147419103235", "0", "-36893488147419103236"],
  ["99999999999999999999999", "1", "100000000000000000000000"],
  ["1e22", "1", "10000000000000000000000"],
  ["1e23", "0", "100000000000000000000000"],
  ["1e40", "-1e40", "0"],
  ["1e40", "-1e20", "9999999999999999999783686092270256259072"],
  [
    "1e100",
    "1",
    "9999999999999999999669353532207342619498699019828496079271391541752018669482644324418977840117055488",
  ],
  [
    "12345678901234567890123456789012345678901234567890",
    "0",
    "12345678901234567890019423336468287027557880037376",
  ],
  ["0x10", "1", "17"],
  ["-0X1.8P-3", "0", "-0.1875"],
  ["0x.8", "0x8.p1", "16.5"],
  ["0x1.fffffffffffffffep3", "0", "16"],
  ["0x1.ffffffffffffffffp3", "0", "16"],
  ["0xffffffffffffffffff", "0", "4722366482869645213696"],
  ["00012", "-00.50", "11.5"],
  [".5", "5.", "5.5"],
  ["+.5e1", "-.5e1", "0"],
  ["1e+2", "1E-2", "100.01"],
  ["4e-4951", "0", "0"],
  ["-3.6e-4951", "1", "1"],
  ["0e999999999999", "7", "7"],
  ["-0x0p-99999999", "0.125", "0.125"],
];

describe("INCRBYFLOAT arithmetic", () => {
  test.each(REDIS_REPLIES)("%s plus %s is %s, as Redis replies", (first, second, reply) => {
    expect(sum(first, second)).toBe(reply);
    expect(sum(second, first)).toBe(reply);
  });

  test("a result is read back to itself", () => {
    for (const [, , reply] of REDIS_REPLIES) expect(sum(reply, "0")).toBe(reply);
  });

  test("prints all 4933 digits of the greatest number, and its negative", () => {
    const greatest = ((2n ** 64n - 1n) << 16320n).toString();
    expect(greatest.length).toBe(4933);
    expect(sum("0x1.fffffffffffffffep16383", "0")).toBe(greatest);
    expect(sum("-0x1.fffffffffffffffep16383", "1")).toBe(`-${greatest}`);
    expect(sum(greatest, "0")).toBe(greatest);
  });
});

describe("parseLongDouble", () => {
  test("refuses what Redis refuses", () => {
    const malformed = ["", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1e1.5", "--1", "+-1", "1f"];
    const blanks = [" 1", "1 ", "\t1", "1\n", "1\r", "1\0", "\0", "\xa01", "1\xff", "1,5", "1_0", "1 2"];
    const words = ["nan", "-nan", "NaN", "nan(1)", "in", "infinit", "infinityy", "inf ", "i", "abc"];
    const hexadecimal = ["0x", "0x.", "0x1p", "0x1p+", "x1", "0xg", "0x1.2.3", "0b1", "1x1", "0x1e+5"];
    for (const text of [...malformed, ...blanks, ...words, ...hexadecimal]) {
      expect([text, parse(text)]).toEqual([text, null]);
    }
  });

  test("refuses numbers that are out of range, and takes the last ones that are in it", () => {
    for (const text of ["1.19e4932", "1e4940", "1e999999999", "0x1p16384", "0x1.ffffffffffffffffp16383"]) {
      expect([text, parse(text), parse(`-${text}`)]).toEqual([text, null, null]);
    }
    for (const text of [
      "1e-999999999",
      "1.8e-4951",
      "0x1p-16446",
      `1e${"9".repeat(400)}`,
      `1e-${"9".repeat(400)}`,
    ]) {
      expect([text, parse(text), parse(`-${text}`)]).toEqual([text, null, null]);
    }
    const greatest = { kind: "finite", negative: false, mantissa: 2n ** 64n - 1n, exponent: 16320 };
    expect(parse("1.189731495357231765e4932")).toMatchObject(greatest);
    expect(parse("0x1.fffffffffffffffe8p16383")).toMatchObject(greatest);
    const least = { kind: "finite", negative: true, mantissa: 1n, exponent: -16445 };
    expect(parse("-3.6e-4951")).toMatchObject(least);
    expect(parse("-1.9e-4951")).toMatchObject(least);
    expect(parse("-0x1.8p-16446")).toMatchObject(least);
    // Half of the least number above one and a half is a tie, and goes to the even mantissa.
    expect(parse("0x3p-16446")).toMatchObject({ mantissa: 2n, exponent: -16445 });
    expect(parse("0x5p-16446")).toMatchObject({ mantissa: 2n, exponent: -16445 });
    // Rounding the greatest subnormal number up gives the least normal one.
    expect(parse("0x0.ffffffffffffffffp-16382")).toMatchObject({ mantissa: 2n ** 63n, exponent: -16445 });
  });

  test("knows infinities and zeros of both signs", () => {
    for (const text of ["inf", "INF", "+Inf", "infinity", "InFiNiTy"]) {
      expect(parse(text)).toMatchObject({ kind: "infinite", negative: false });
      expect(parse(`-${text.replace("+", "")}`)).toMatchObject({ kind: "infinite", negative: true });
    }
    for (const text of ["0", "00", ".0", "0.", "0e99999999999", "0x0", "0x.0p-9999999999"]) {
      expect(parse(text)).toMatchObject({ kind: "finite", negative: false, mantissa: 0n });
      expect(parse(`-${text}`)).toMatchObject({ kind: "finite", negative: true, mantissa: 0n });
    }
  });

  test("takes texts below 5 KB, whatever their digits", () => {
    expect(sum("0".repeat(5_119), "1")).toBe("1");
    expect(parse("0".repeat(5_120))).toBeNull();
    expect(sum(`1${"0".repeat(5_000)}e-5000`, "1")).toBe("2");
    expect(sum(`0.${"0".repeat(5_000)}1e5001`, "1")).toBe("2");
    expect(sum(`1.${"0".repeat(5_117)}`, "1")).toBe("2");
    expect(parse(`1.${"0".repeat(5_118)}`)).toBeNull();
    expect(parse(`1${"0".repeat(4_932)}`)).not.toBeNull();
    expect(parse(`1${"0".repeat(4_933)}`)).toBeNull();
  });
});

describe("addLongDouble", () => {
  test("handles infinities, and overflow by adding", () => {
    const inf = parsed("inf");
    const minus = parsed("-inf");
    expect(isFiniteLongDouble(parsed("1"))).toBe(true);
    expect(isFiniteLongDouble(inf)).toBe(false);
    expect(addLongDouble(inf, parsed("-5"))).toEqual(inf);
    expect(addLongDouble(parsed("5"), minus)).toEqual(minus);
    expect(addLongDouble(inf, inf)).toEqual(inf);
    const nan = addLongDouble(inf, minus);
    expect(nan.kind).toBe("nan");
    expect(isFiniteLongDouble(nan)).toBe(false);
    expect(addLongDouble(nan, parsed("1")).kind).toBe("nan");
    expect(addLongDouble(parsed("1"), nan).kind).toBe("nan");
    expect([inf, minus, nan].map(formatLongDouble)).toEqual(["inf", "-inf", "nan"]);

    const large = parsed("1e4932");
    expect(addLongDouble(large, large)).toMatchObject({ kind: "infinite", negative: false });
    const small = parsed("-1e4932");
    expect(addLongDouble(small, small)).toMatchObject({ kind: "infinite", negative: true });
    expect(addLongDouble(large, small)).toMatchObject({ kind: "finite", negative: false, mantissa: 0n });
  });

  test("gives a negative zero for two of them only, and anything else back when a zero is added", () => {
    const zero = parsed("0");
    const minus = parsed("-0");
    const one = parsed("-1");
    expect(addLongDouble(zero, zero)).toEqual(zero);
    expect(addLongDouble(zero, minus)).toEqual(zero);
    expect(addLongDouble(minus, zero)).toEqual(zero);
    expect(addLongDouble(minus, minus)).toEqual(minus);
    expect(addLongDouble(one, parsed("1"))).toEqual(zero);
    for (const either of [zero, minus]) {
      expect(addLongDouble(either, one)).toEqual(one);
      expect(addLongDouble(one, either)).toEqual(one);
    }
  });

  test("keeps subnormal numbers exact", () => {
    const least = parsed("0x1p-16445");
    expect(addLongDouble(least, least)).toMatchObject({ mantissa: 2n, exponent: -16445 });
    expect(addLongDouble(parsed("0x1p-16382"), parsed("-0x1p-16445"))).toMatchObject({
      negative: false,
      mantissa: 2n ** 63n - 1n,
      exponent: -16445,
    });
  });
});

describe(`rounding of random numbers (OPENKV_SEED=${seed})`, () => {
  /** Asserts that `x` is the long double nearest to numerator / denominator · 2^scale, ties to even. */
  function expectNearest(x: LongDouble, numerator: bigint, denominator: bigint, scale: number): void {
    expect(x.kind).toBe("finite");
    expect(x.mantissa >> 63n).toBe(1n);
    // Everything times the denominator and a common power of two.
    const floor = BigInt(Math.max(0, -Math.min(scale, x.exponent)));
    const exact = (numerator << (BigInt(scale) + floor)) * 2n;
    const unit = (1n << (BigInt(x.exponent) + floor)) * denominator;
    const value = (x.negative ? -x.mantissa : x.mantissa) * unit * 2n;
    const error = exact > value ? exact - value : value - exact;
    if (error > unit) throw new Error(`${formatLongDouble(x)} is not the nearest`);
    if (error === unit) expect(x.mantissa & 1n).toBe(0n);
  }

  const random = new Random(seed);
  const digits = (count: number) => Array.from({ length: count }, () => random.below(10)).join("");

  test("a decimal number becomes the nearest long double", () => {
    for (let round = 0; round < 2_000; round++) {
      const integer = BigInt(`${1 + random.below(9)}${digits(random.below(40))}`);
      const power = random.below(60) - 40;
      const numerator = power > 0 ? integer * 10n ** BigInt(power) : integer;
      const denominator = power < 0 ? 10n ** BigInt(-power) : 1n;
      expectNearest(parsed(`${integer}e${power}`), numerator, denominator, 0);
    }
  });

  test("a sum becomes the nearest long double", () => {
    for (let round = 0; round < 2_000; round++) {
      const a = parsed(`${digits(20)}.${digits(10)}1`);
      const b = parsed(`${random.below(2) ? "-" : ""}${digits(15)}7e${random.below(30) - 15}`);
      const result = addLongDouble(a, b);
      const exponent = Math.min(a.exponent, b.exponent);
      const exact = [a, b]
        .map((x) => (x.negative ? -x.mantissa : x.mantissa) << BigInt(x.exponent - exponent))
        .reduce((x, y) => x + y);
      expectNearest(result, exact, 1n, exponent);
    }
  });
});
