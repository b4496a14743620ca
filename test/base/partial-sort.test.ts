import { describe, expect, test } from "bun:test";
import { sortFirst } from "../../src/base/partial-sort.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

interface Item {
  key: number;
  id: number;
}

const byKey = (a: Item, b: Item) => a.key - b.key;

/** Items whose keys come from a generator that is easy to write in C; `state` goes on from list to list. */
function congruential(state: { value: number }, length: number, keys: number): Item[] {
  return Array.from({ length }, (_, id) => {
    state.value = (Math.imul(state.value, 1_103_515_245) + 12_345) >>> 0;
    return { key: (state.value >>> 16) % keys, id };
  });
}

/**
 * What the `pqsort` of Redis 7.0.15 makes of such lists: length, elements wanted, different keys, a checksum of all
 * ids, and the first of them.
 */
const PQSORT: [length: number, count: number, keys: number, checksum: number, ids: string][] = [
  [5, 2, 3, 986110, "1 2"],
  [7, 3, 3, 331062, "4 5 0"],
  [8, 1, 100, 87610, "6"],
  [20, 7, 4, 588411, "19 9 10 7 11 17 18"],
  [40, 10, 1, 200389, "39 1 2 3 4 5 6 7"],
  [41, 40, 8, 614025, "10 8 3 4 18 31 38 39"],
  [100, 1, 10, 531600, "81"],
  [100, 50, 1000, 937886, "44 8 87 91 39 22 33 72"],
  [300, 20, 5, 380307, "248 178 228 165 272 90 87 86"],
  [64, 63, 6, 906462, "42 52 26 43 36 58 9 10"],
  [9, 8, 2, 640905, "0 4 6 3 7 5 8 1"],
  [41, 5, 2, 29451, "40 23 24 13 26"],
];

describe("sortFirst", () => {
  test("leaves equal elements where pqsort leaves them", () => {
    const state = { value: 1 };
    for (const [length, count, keys, checksum, ids] of PQSORT) {
      const list = congruential(state, length, keys);
      sortFirst(list, count, byKey);
      const first = list.slice(0, Math.min(count, 8)).map(({ id }) => id);
      const sum = list.reduce((hash, { id }) => (hash * 31 + id) % 1_000_003, 0);
      expect([length, sum, first.join(" ")]).toEqual([length, checksum, ids]);
    }
  });

  test("puts the least elements first, in order, and keeps the others", () => {
    const random = new Random(testSeed("partial sort"));
    for (let round = 0; round < 500; round++) {
      const length = random.below(200);
      const keys = 1 + random.below(300);
      const list = Array.from({ length }, (_, id) => ({ key: random.below(keys), id }));
      const sorted = list.map(({ key }) => key).sort((a, b) => a - b);
      const count = random.below(length + 2);
      sortFirst(list, count, byKey);
      expect(list.slice(0, count).map(({ key }) => key)).toEqual(sorted.slice(0, count));
      expect(list.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, id) => id));
    }
  });

  test("is not misled by an order that was made for it", () => {
    const length = 20_000;
    const list = killer(length);
    let comparisons = 0;
    sortFirst(list, length - 1, (a, b) => {
      comparisons++;
      return a.key - b.key;
    });
    expect(list.map(({ key }) => key)).toEqual(Array.from({ length }, (_, i) => i));
    expect(comparisons).toBeLessThan(100 * length);
  });
});

/**
 * Keys that make a quicksort choose bad pivots (M. D. McIlroy, "A Killer Adversary for Quicksort"): an element gets
 * its key only when a comparison asks for it, and the likely pivot gets the least one that is left.
 */
function killer(length: number): Item[] {
  const keys = new Array<number>(length).fill(Number.POSITIVE_INFINITY);
  const list = keys.map((_, id) => ({ key: 0, id }));
  let next = 0;
  let candidate = -1;
  sortFirst([...list], length - 1, (a, b) => {
    if (keys[a.id] === keys[b.id] && a.id !== b.id) keys[a.id === candidate ? a.id : b.id] = next++;
    if (keys[a.id] === Number.POSITIVE_INFINITY) candidate = a.id;
    else if (keys[b.id] === Number.POSITIVE_INFINITY) candidate = b.id;
    return keys[a.id] < keys[b.id] ? -1 : keys[a.id] > keys[b.id] ? 1 : 0;
  });
  for (const item of list) item.key = Number.isFinite(keys[item.id]) ? keys[item.id] : next++;
  return list;
}
