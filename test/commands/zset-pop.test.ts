/** Commands that take members out from either end, in both forms; what waiting clients get is compared with Redis. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { ZSET_FORMS } from "../support/zset-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_POSITIVE = "-ERR value is out of range, must be positive\r\n";
const NUMKEYS = "-ERR numkeys should be greater than 0\r\n";
const COUNT = "-ERR count should be greater than 0\r\n";
const NULL_ARRAY = "*-1\r\n";
const EMPTY = "*0\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const array = (...items: string[]) => `*${items.length}\r\n${items.map(bulk).join("")}`;
const nested = (key: string, ...pairs: [string, string][]) =>
  `*2\r\n${bulk(key)}*${pairs.length}\r\n${pairs.map((pair) => array(...pair)).join("")}`;
const left = (key: string) => elements(run("ZRANGE", key, 0, -1)).join(" ");

beforeEach(() => {
  engine = new Engine();
});

for (const { form, limits } of ZSET_FORMS) {
  describe(`taking members out of a sorted set kept as ${form}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("ZADD", "z", 1, "a", "1.5", "b", 2, "c", 2, "d", "inf", "e");
      run("ZADD", "y", 7, "other");
    });

    test("ZPOPMIN and ZPOPMAX take one, or some", () => {
      expect(run("ZPOPMIN", "z")).toBe(array("a", "1"));
      expect(run("ZPOPMAX", "z")).toBe(array("e", "inf"));
      expect(run("ZPOPMAX", "z", 2)).toBe(array("d", "2", "c", "2"));
      expect(run("ZPOPMIN", "z", 0)).toBe(EMPTY);
      expect(left("z")).toBe("b");
      expect(run("ZPOPMIN", "z", "9223372036854775807")).toBe(array("b", "1.5"));
      expect(run("EXISTS", "z")).toBe(":0\r\n");
      expect(run("ZPOPMIN", "z")).toBe(EMPTY);
      expect(run("ZPOPMAX", "z", 5)).toBe(EMPTY);
      checkKeyspace(engine.keyspace);
    });

    test("RESP3 has doubles, and pairs where there is a count", () => {
      engine.ctx.client.resp = 3;
      expect(run("ZPOPMIN", "z")).toBe("*2\r\n$1\r\na\r\n,1\r\n");
      expect(run("ZPOPMIN", "z", 1)).toBe("*1\r\n*2\r\n$1\r\nb\r\n,1.5\r\n");
      expect(run("ZPOPMAX", "z", 0)).toBe(EMPTY);
      expect(run("BZPOPMAX", "z", 0)).toBe("*3\r\n$1\r\nz\r\n$1\r\ne\r\n,inf\r\n");
      expect(run("ZMPOP", 1, "z", "MIN")).toBe("*2\r\n$1\r\nz\r\n*1\r\n*2\r\n$1\r\nc\r\n,2\r\n");
      expect(run("ZMPOP", 1, "none", "MIN")).toBe("_\r\n");
    });

    test("ZMPOP takes from the first sorted set that exists", () => {
      expect(run("ZMPOP", 3, "none", "z", "y", "MIN")).toBe(nested("z", ["a", "1"]));
      expect(run("ZMPOP", 2, "z", "y", "max", "COUNT", 3)).toBe(
        nested("z", ["e", "inf"], ["d", "2"], ["c", "2"]),
      );
      expect(run("ZMPOP", 2, "z", "y", "MIN", "count", "9223372036854775807")).toBe(
        nested("z", ["b", "1.5"]),
      );
      expect(run("EXISTS", "z")).toBe(":0\r\n");
      expect(run("ZMPOP", 2, "z", "y", "MIN", "COUNT", 2)).toBe(nested("y", ["other", "7"]));
      expect(run("ZMPOP", 2, "z", "y", "MIN")).toBe(NULL_ARRAY);
    });

    test("commands that may wait do not where there is something", () => {
      expect(run("BZPOPMIN", "none", "z", "y", 0)).toBe(array("z", "a", "1"));
      expect(run("BZPOPMAX", "z", "0.5")).toBe(array("z", "e", "inf"));
      expect(run("BZMPOP", 0, 2, "none", "z", "MAX", "COUNT", 2)).toBe(nested("z", ["d", "2"], ["c", "2"]));
      expect(run("BZPOPMAX", "y", 0)).toBe(array("y", "other", "7"));
      expect(run("EXISTS", "y")).toBe(":0\r\n");
      expect(left("z")).toBe("b");
      checkKeyspace(engine.keyspace);
    });
  });
}

describe("taking from one of several keys", () => {
  test("stops at the first value of another type", () => {
    run("SET", "text", "x");
    run("ZADD", "z", 1, "a");
    expect(run("ZPOPMIN", "text")).toBe(WRONG_TYPE);
    expect(run("ZPOPMIN", "text", 0)).toBe(WRONG_TYPE);
    expect(run("ZMPOP", 2, "text", "z", "MIN")).toBe(WRONG_TYPE);
    expect(run("BZPOPMIN", "none", "text", "z", 0)).toBe(WRONG_TYPE);
    expect(run("BZMPOP", 0, 2, "text", "z", "MIN")).toBe(WRONG_TYPE);
    expect(run("ZMPOP", 2, "z", "text", "MIN")).toBe(nested("z", ["a", "1"]));
  });

  test("ZMPOP and BZMPOP check numkeys, the end, the count and what is left, in this order", () => {
    for (const command of [["ZMPOP"], ["BZMPOP", "0"]]) {
      for (const numkeys of [0, -1, "x", "", "1.5", "9223372036854775808"])
        expect(run(...command, numkeys, "k", "MIN")).toBe(NUMKEYS);
      expect(run(...command, 2, "k", "MIN")).toBe(SYNTAX);
      expect(run(...command, "4294967296", "k", "MIN")).toBe(SYNTAX);
      expect(run(...command, 1, "k", "MID", "COUNT", 0)).toBe(SYNTAX);
      for (const count of [0, -1, "x", "9223372036854775808"])
        expect(run(...command, 1, "k", "MIN", "COUNT", count)).toBe(COUNT);
      expect(run(...command, 1, "k", "MIN", "COUNT")).toBe(SYNTAX);
      expect(run(...command, 1, "k", "MIN", "LIMIT", 1)).toBe(SYNTAX);
      expect(run(...command, 1, "k", "MIN", "COUNT", 0, "COUNT", 1)).toBe(COUNT);
      expect(run(...command, 1, "k", "MIN", "COUNT", 1, "COUNT", 1)).toBe(SYNTAX);
    }
  });

  test("counts of ZPOPMIN and timeouts are checked before the keys", () => {
    run("SET", "text", "x");
    for (const count of [-1, "x", "", "1.5", "9223372036854775808"])
      expect(run("ZPOPMIN", "text", count)).toBe(NOT_POSITIVE);
    expect(run("ZPOPMAX", "text", 1, 2)).toBe(SYNTAX);
    const notFloat = "-ERR timeout is not a float or out of range\r\n";
    expect(run("BZPOPMIN", "text", "x")).toBe(notFloat);
    expect(run("BZPOPMAX", "text", -1)).toBe("-ERR timeout is negative\r\n");
    expect(run("BZMPOP", "x", 1, "text", "MIN")).toBe(notFloat);
    expect(run("BZMPOP", "x", 0, "text", "MIN")).toBe(NUMKEYS);
    expect(run("BZMPOP", "x", 1, "text", "MID")).toBe(SYNTAX);
  });

  test("keys are found behind their number", () => {
    expect(run("COMMAND", "GETKEYS", "ZMPOP", 2, "a", "b", "MIN")).toBe(array("a", "b"));
    expect(run("COMMAND", "GETKEYS", "BZMPOP", 0, 1, "a", "MIN", "COUNT", 5)).toBe(array("a"));
    expect(run("COMMAND", "GETKEYS", "BZPOPMIN", "a", "b", 0)).toBe(array("a", "b"));
    expect(run("COMMAND", "GETKEYS", "ZUNIONSTORE", "out", 2, "a", "b", "WEIGHTS", 1, 2)).toBe(
      array("out", "a", "b"),
    );
    expect(run("COMMAND", "GETKEYS", "ZINTERCARD", 1, "a")).toBe(array("a"));
  });
});

test("between MULTI and EXEC nobody waits", () => {
  run("MULTI");
  run("BZPOPMIN", "none", 0);
  run("BZMPOP", 0, 1, "none", "MIN");
  expect(run("EXEC")).toBe(`*2\r\n${NULL_ARRAY}${NULL_ARRAY}`);
});
