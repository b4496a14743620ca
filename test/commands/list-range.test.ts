import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { LIST_FORMS } from "../support/list-forms.ts";
import { elements } from "../support/replies.ts";

const EMPTY_ARRAY = "*0\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

/** Ranges of a list of ten elements, and which elements are in it. */
const RANGES: [string | number, string | number, number, number][] = [
  [0, -1, 0, 10],
  [0, 0, 0, 1],
  [3, 5, 3, 6],
  [-3, -2, 7, 9],
  [-100, 2, 0, 3],
  [8, 100, 8, 10],
  [MIN, MAX, 0, 10],
  [-1, MAX, 9, 10],
  [5, 4, 0, 0],
  [10, 20, 0, 0],
  [MAX, MAX, 0, 0],
  [MIN, MIN, 0, 0],
  [0, -11, 0, 0],
  [-1, 0, 0, 0],
  ["9007199254740993", -1, 0, 0],
];

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const all = (key: string) => elements(run("LRANGE", key, 0, -1));

beforeEach(() => {
  engine = new Engine();
});

for (const { name, limits } of LIST_FORMS) {
  describe(`ranges of lists ${name}`, () => {
    const items = Array.from({ length: 10 }, (_, i) => `element ${i}`);

    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
    });

    test("LRANGE replies what is in a range", () => {
      run("RPUSH", "k", ...items);
      for (const [start, stop, from, to] of RANGES)
        expect(elements(run("LRANGE", "k", start, stop))).toEqual(items.slice(from, to));
    });

    test("LTRIM leaves what is in a range, and no key when that is nothing", () => {
      for (const [start, stop, from, to] of RANGES) {
        run("RPUSH", "k", ...items);
        expect(run("LTRIM", "k", start, stop)).toBe("+OK\r\n");
        expect(all("k")).toEqual(items.slice(from, to));
        expect(run("EXISTS", "k")).toBe(from === to ? ":0\r\n" : ":1\r\n");
        checkKeyspace(engine.keyspace);
        run("DEL", "k");
      }
    });

    test("LRANGE of a longer list from everywhere", () => {
      const many = Array.from({ length: 300 }, (_, i) => `element ${i}`);
      run("RPUSH", "k", ...many);
      for (let i = 0; i < 300; i += 7) {
        expect(elements(run("LRANGE", "k", i, i + 50))).toEqual(many.slice(i, i + 51));
        expect(elements(run("LRANGE", "k", i - 300, "-1"))).toEqual(many.slice(i));
      }
    });
  });
}

describe("commands on ranges of lists", () => {
  test("of a missing key", () => {
    expect(run("LRANGE", "k", 0, -1)).toBe(EMPTY_ARRAY);
    expect(run("LTRIM", "k", 0, -1)).toBe("+OK\r\n");
    expect(run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("check the range before the key", () => {
    run("SET", "text", "x");
    for (const name of ["LRANGE", "LTRIM"]) {
      expect(run(name, "text", "x", 1)).toBe(NOT_INTEGER);
      expect(run(name, "text", 1, "9223372036854775808")).toBe(NOT_INTEGER);
      expect(run(name, "text", 0, 1)).toBe(WRONG_TYPE);
    }
  });

  test("LTRIM of a long list takes no time for what is removed", () => {
    engine.keyspace.limits.listSize = 1;
    for (let i = 0; i < 100; i++) run("RPUSH", "k", ...Array.from({ length: 100 }, (_, j) => i * 100 + j));
    run("LTRIM", "k", 5000, 5009);
    expect(all("k")).toEqual(Array.from({ length: 10 }, (_, i) => String(5000 + i)));
    expect(engine.keyspace.collectGarbage(1000)).toBe(true);
    while (engine.keyspace.collectGarbage(1000));
    checkKeyspace(engine.keyspace);
  });
});
