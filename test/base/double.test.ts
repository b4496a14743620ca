import { describe, expect, test } from "bun:test";
import { formatDouble } from "../../src/base/double.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

/** What C's printf("%.17g") prints. */
const TABLE: [x: number, text: string][] = [
  [0, "0"],
  [-0, "-0"],
  [5, "5"],
  [-17, "-17"],
  [0.1, "0.10000000000000001"],
  [1.5, "1.5"],
  [-3.14, "-3.1400000000000001"],
  [100.5, "100.5"],
  [1 / 3, "0.33333333333333331"],
  [0.0001, "0.0001"],
  [0.00012345, "0.00012344999999999999"],
  [9.999999999999999e-5, "9.9999999999999991e-05"],
  [1e-5, "1.0000000000000001e-05"],
  [2 ** 53, "9007199254740992"],
  [-(2 ** 53) - 2, "-9007199254740994"],
  [99999999999999984, "99999999999999984"],
  [1e17, "1e+17"],
  [123456789012345680, "1.2345678901234568e+17"],
  [1e22, "1e+22"],
  [1e100, "1e+100"],
  [5e-324, "4.9406564584124654e-324"],
  [-Number.MAX_VALUE, "-1.7976931348623157e+308"],
  // Halfway between two numbers of 17 digits: C rounds to the even one.
  [2 ** -25, "2.9802322387695312e-08"],
  [3 * 2 ** -25, "8.9406967163085938e-08"],
  [2 ** 51 - 0.75, "2251799813685247.2"],
  [2 ** 51 - 0.25, "2251799813685247.8"],
  [0.75 - 2 ** 51, "-2251799813685247.2"],
  // A digit more than halfway: no tie.
  [1 + 3 * 2 ** -24, "1.0000001788139343"],
  [1 + 12 * 2 ** -25, "1.0000003576278687"],
  [Number.POSITIVE_INFINITY, "inf"],
  [Number.NEGATIVE_INFINITY, "-inf"],
  [Number.NaN, "nan"],
];

describe("A double as text", () => {
  for (const [x, text] of TABLE) {
    test(`is ${text}`, () => {
      expect(formatDouble(x)).toBe(text);
    });
  }

  test("gives the same double back when it is read", () => {
    const random = new Random(testSeed("doubles as text"));
    const words = new Int32Array(2);
    const double = new Float64Array(words.buffer);
    for (let round = 0; round < 20_000; round++) {
      words[0] = random.next32();
      words[1] = random.next32();
      const x = double[0];
      if (!Number.isFinite(x)) continue;
      const text = formatDouble(x);
      if (!Object.is(Number(text), x)) expect({ text, value: Number(text) }).toEqual({ text, value: x });
      if (!/^-?(\d+(\.\d*[1-9])?|[1-9](\.\d*[1-9])?e[+-]\d\d+)$/.test(text)) expect(text).toBe("canonical");
    }
  });
});
