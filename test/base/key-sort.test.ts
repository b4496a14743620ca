import { expect, test } from "bun:test";
import { sortByKey } from "../../src/base/key-sort.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

/** Sorts the keys; returns the numbers of the elements in their order. */
function sortNumbers(keys: readonly number[], compare: (a: number, b: number) => number): number[] {
  const sorted = Float64Array.from(keys);
  const order = Int32Array.from(keys, (_, i) => i);
  sortByKey(sorted, order, compare);
  expect([...sorted]).toEqual(Array.from(order, (i) => keys[i]));
  return [...order];
}

test("elements are ordered by their keys, and by the comparison where those are equal", () => {
  expect(sortNumbers([3, 1, 2], () => 0)).toEqual([1, 2, 0]);
  expect(sortNumbers([0, -1, 0, -1], (a, b) => b - a)).toEqual([3, 1, 2, 0]);
  expect(sortNumbers([Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY], () => 0)).toEqual([2, 1, 0]);
});

test("equal elements stay in their order, zeros of both signs being equal", () => {
  expect(sortNumbers([0, -0, 0, -0], () => 0)).toEqual([0, 1, 2, 3]);
});

test("there may be none", () => {
  expect(sortNumbers([], () => 0)).toEqual([]);
});

test("the order of any number of elements is that of a stable sort", () => {
  const random = new Random(testSeed("merge sort by keys"));
  for (let count = 1; count < 300; count++) {
    const keys = Array.from({ length: count }, () => random.below(1 + random.below(2 * count)));
    const seconds = keys.map(() => random.below(3));
    const model = keys.map((_, i) => i).sort((a, b) => keys[a] - keys[b] || seconds[a] - seconds[b]);
    expect(sortNumbers(keys, (a, b) => seconds[a] - seconds[b])).toEqual(model);
  }
});
