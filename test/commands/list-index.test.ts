import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { LIST_FORMS } from "../support/list-forms.ts";
import { elements } from "../support/replies.ts";

const NULL = "$-1\r\n";
const EMPTY_ARRAY = "*0\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const OUT_OF_RANGE = "-ERR index out of range\r\n";
const NO_SUCH_KEY = "-ERR no such key\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const all = (key: string) => elements(run("LRANGE", key, 0, -1));
const integers = (...numbers: number[]) =>
  `*${numbers.length}\r\n${numbers.map((n) => `:${n}\r\n`).join("")}`;

beforeEach(() => {
  engine = new Engine();
});

for (const { name, limits } of LIST_FORMS) {
  describe(`elements of lists ${name}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("RPUSH", "k", "a", "b", 3, "a", "", "a", "f");
    });

    test("LINDEX counts from both ends", () => {
      const items = ["a", "b", "3", "a", "", "a", "f"];
      items.forEach((item, i) => {
        expect(run("LINDEX", "k", i)).toBe(bulk(item));
        expect(run("LINDEX", "k", i - items.length)).toBe(bulk(item));
      });
      for (const index of [7, -8, MAX, MIN, "9007199254740993"]) expect(run("LINDEX", "k", index)).toBe(NULL);
    });

    test("LSET replaces by elements of any size", () => {
      const long = "x".repeat(300);
      expect(run("LSET", "k", 0, "first")).toBe("+OK\r\n");
      expect(run("LSET", "k", -1, long)).toBe("+OK\r\n");
      expect(run("LSET", "k", 2, "")).toBe("+OK\r\n");
      expect(run("LSET", "k", -4, 12_345)).toBe("+OK\r\n");
      expect(all("k")).toEqual(["first", "b", "", "12345", "", "a", long]);
      for (const index of [7, -8, MAX, MIN]) expect(run("LSET", "k", index, "x")).toBe(OUT_OF_RANGE);
      checkKeyspace(engine.keyspace);
    });

    test("LINSERT puts an element before or after the first that equals the pivot", () => {
      expect(run("LINSERT", "k", "BEFORE", "a", "x")).toBe(":8\r\n");
      expect(run("LINSERT", "k", "after", "a", "y")).toBe(":9\r\n");
      expect(run("LINSERT", "k", "Before", "3", 5)).toBe(":10\r\n");
      expect(run("LINSERT", "k", "AFTER", "f", "")).toBe(":11\r\n");
      expect(run("LINSERT", "k", "AFTER", "none", "z")).toBe(":-1\r\n");
      expect(all("k")).toEqual(["x", "a", "y", "b", "5", "3", "a", "", "a", "f", ""]);
      checkKeyspace(engine.keyspace);
    });

    test("LREM removes the first ones, the last ones or all", () => {
      expect(run("LREM", "k", -2, "a")).toBe(":2\r\n");
      expect(all("k")).toEqual(["a", "b", "3", "", "f"]);
      run("RPUSH", "k", "a", "b", "a");
      expect(run("LREM", "k", 2, "a")).toBe(":2\r\n");
      expect(all("k")).toEqual(["b", "3", "", "f", "b", "a"]);
      expect(run("LREM", "k", 0, "b")).toBe(":2\r\n");
      expect(run("LREM", "k", 5, 3)).toBe(":1\r\n");
      expect(run("LREM", "k", MIN, "none")).toBe(":0\r\n");
      expect(run("LREM", "k", MIN, "")).toBe(":1\r\n");
      expect(all("k")).toEqual(["f", "a"]);
      checkKeyspace(engine.keyspace);
    });

    test("LREM of the last elements removes the key", () => {
      run("RPUSH", "same", ...Array.from({ length: 1000 }, () => "x"));
      expect(run("LREM", "same", MAX, "x")).toBe(":1000\r\n");
      expect(run("EXISTS", "same")).toBe(":0\r\n");
      checkKeyspace(engine.keyspace);
    });

    test("LPOS finds the first one, or one of another rank from either end", () => {
      expect(run("LPOS", "k", "a")).toBe(":0\r\n");
      expect(run("LPOS", "k", "a", "RANK", 2)).toBe(":3\r\n");
      expect(run("LPOS", "k", "a", "RANK", -1)).toBe(":5\r\n");
      expect(run("LPOS", "k", "a", "rank", -3)).toBe(":0\r\n");
      for (const rank of [4, -4, MAX]) expect(run("LPOS", "k", "a", "RANK", rank)).toBe(NULL);
      expect(run("LPOS", "k", "3")).toBe(":2\r\n");
      expect(run("LPOS", "k", "03")).toBe(NULL);
    });

    test("LPOS with COUNT replies several, 0 being all", () => {
      expect(run("LPOS", "k", "a", "COUNT", 0)).toBe(integers(0, 3, 5));
      expect(run("LPOS", "k", "a", "COUNT", 2)).toBe(integers(0, 3));
      expect(run("LPOS", "k", "a", "COUNT", MAX, "RANK", -2)).toBe(integers(3, 0));
      expect(run("LPOS", "k", "none", "COUNT", 1)).toBe(EMPTY_ARRAY);
      expect(run("LPOS", "k", "a", "RANK", MIN, "COUNT", 2)).toBe(integers(5, 3, 0));
      expect(run("LPOS", "k", "a", "RANK", MIN)).toBe(":5\r\n");
    });

    test("LPOS with MAXLEN looks at so many elements", () => {
      expect(run("LPOS", "k", "a", "COUNT", 0, "MAXLEN", 4)).toBe(integers(0, 3));
      expect(run("LPOS", "k", "a", "COUNT", 0, "MAXLEN", 3)).toBe(integers(0));
      expect(run("LPOS", "k", "a", "RANK", -1, "MAXLEN", 1)).toBe(NULL);
      expect(run("LPOS", "k", "a", "RANK", -1, "MAXLEN", 2)).toBe(":5\r\n");
      expect(run("LPOS", "k", "f", "MAXLEN", 0)).toBe(":6\r\n");
    });
  });
}

describe("commands on elements of lists", () => {
  test("of a missing key", () => {
    expect(run("LINDEX", "k", 0)).toBe(NULL);
    expect(run("LSET", "k", 0, "a")).toBe(NO_SUCH_KEY);
    expect(run("LINSERT", "k", "BEFORE", "a", "b")).toBe(":0\r\n");
    expect(run("LREM", "k", 0, "a")).toBe(":0\r\n");
    expect(run("LPOS", "k", "a")).toBe(NULL);
    expect(run("LPOS", "k", "a", "COUNT", 1)).toBe(EMPTY_ARRAY);
    engine.ctx.client.resp = 3;
    expect(run("LINDEX", "k", 0)).toBe("_\r\n");
    expect(run("LPOS", "k", "a")).toBe("_\r\n");
  });

  test("check the key before the index, but options before the key", () => {
    run("SET", "text", "x");
    run("RPUSH", "k", "a");
    expect(run("LINDEX", "missing", "x")).toBe(NULL);
    expect(run("LINDEX", "text", "x")).toBe(WRONG_TYPE);
    expect(run("LINDEX", "k", "x")).toBe(NOT_INTEGER);
    expect(run("LSET", "missing", "x", "y")).toBe(NO_SUCH_KEY);
    expect(run("LSET", "text", "x", "y")).toBe(WRONG_TYPE);
    expect(run("LSET", "k", "9223372036854775808", "y")).toBe(NOT_INTEGER);
    expect(run("LINSERT", "text", "BESIDE", "a", "b")).toBe(SYNTAX);
    expect(run("LINSERT", "text", "AFTER", "a", "b")).toBe(WRONG_TYPE);
    expect(run("LREM", "text", "x", "a")).toBe(NOT_INTEGER);
    expect(run("LREM", "text", 1, "a")).toBe(WRONG_TYPE);
    expect(run("LPOS", "text", "a", "RANK", "x")).toBe(NOT_INTEGER);
    expect(run("LPOS", "text", "a")).toBe(WRONG_TYPE);
  });

  test("LPOS refuses options that make no sense", () => {
    expect(run("LPOS", "k", "a", "RANK", 0)).toBe(
      "-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list\r\n",
    );
    for (const count of [-1, "x", MIN]) {
      expect(run("LPOS", "k", "a", "COUNT", count)).toBe("-ERR COUNT can't be negative\r\n");
      expect(run("LPOS", "k", "a", "MAXLEN", count)).toBe("-ERR MAXLEN can't be negative\r\n");
    }
    expect(run("LPOS", "k", "a", "RANK")).toBe(SYNTAX);
    expect(run("LPOS", "k", "a", "OTHER", 1)).toBe(SYNTAX);
    expect(run("LPOS", "k", "a", "COUNT", -1, "OTHER")).toBe("-ERR COUNT can't be negative\r\n");
  });

  test("without memory an element is neither added nor replaced", () => {
    engine = new Engine({ shards: 1, arenaBytes: 2 << 20 });
    run("RPUSH", "k", "a", "b");
    const before = engine.keyspace.usedBytes;
    const large = "x".repeat(2 << 20);
    expect(run("LSET", "k", 0, large)).toBe(OOM);
    expect(run("LINSERT", "k", "AFTER", "a", large)).toBe(OOM);
    expect(engine.keyspace.usedBytes).toBe(before);
    expect(all("k")).toEqual(["a", "b"]);
  });
});
