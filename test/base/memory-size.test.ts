import { expect, test } from "bun:test";
import { parseMemory } from "../../src/base/memory-size.ts";

test("amounts of memory have units of powers of 1000 or 1024, in any case", () => {
  const units = { "": 1, b: 1, k: 1000, kb: 1024, m: 1e6, mb: 2 ** 20, g: 1e9, gb: 2 ** 30 };
  for (const [unit, bytes] of Object.entries(units)) {
    expect(parseMemory(`3${unit}`)).toBe(BigInt(3 * bytes));
    expect(parseMemory(`007${unit.toUpperCase()}`)).toBe(BigInt(7 * bytes));
    expect(parseMemory(unit)).toBe(0n);
  }
});

test("what is no amount of memory, or does not fit 64 bits, is refused", () => {
  for (const text of ["-1", "1.5", "1 b", "kbb", "1x", "1t", " 1"]) expect(parseMemory(text)).toBeNull();
  expect(parseMemory("18446744073709551615")).toBe(2n ** 64n - 1n);
  expect(parseMemory("18446744073709551616")).toBeNull();
  expect(parseMemory("17179869184gb")).toBeNull();
  expect(parseMemory("17179869183gb")).toBe(2n ** 64n - 2n ** 30n);
});
