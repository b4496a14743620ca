/** Commands on single members of sorted sets, in both forms. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { ZSET_FORMS } from "../support/zset-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_FLOAT = "-ERR value is not a valid float\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NAN = "-ERR resulting score is not a number (NaN)\r\n";
const NULL = "$-1\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const pairs = (key: string) => elements(run("ZRANGE", key, 0, -1, "WITHSCORES")).join(" ");

beforeEach(() => {
  engine = new Engine();
});

for (const { form, limits } of ZSET_FORMS) {
  describe(`members of a sorted set kept as ${form}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
    });

    test("ZADD adds members and changes scores", () => {
      expect(run("ZADD", "z", 1, "a", "2.5", "b", -3, "c")).toBe(":3\r\n");
      expect(run("OBJECT", "ENCODING", "z")).toBe(bulk(form));
      expect(run("ZADD", "z", 1, "a", 4, "b", 5, "d")).toBe(":1\r\n");
      expect(run("ZADD", "z", "CH", 1, "a", 6, "b", 7, "e")).toBe(":2\r\n");
      expect(pairs("z")).toBe("c -3 a 1 d 5 b 6 e 7");
      expect(run("ZADD", "z", 1, "twice", 2, "twice")).toBe(":1\r\n");
      expect(run("ZSCORE", "z", "twice")).toBe(bulk("2"));
      checkKeyspace(engine.keyspace);
    });

    test("ZADD takes scores in every notation", () => {
      run(
        "ZADD",
        "z",
        "+inf",
        "i",
        "-INF",
        "j",
        "1e3",
        "k",
        "0x10",
        "h",
        "3.0000000000000004",
        "f",
        "1e17",
        "e",
      );
      expect(elements(run("ZRANGE", "z", 0, -1, "WITHSCORES"))).toEqual([
        "j",
        "-inf",
        "f",
        "3.0000000000000004",
        "h",
        "16",
        "k",
        "1000",
        "e",
        "1e+17",
        "i",
        "inf",
      ]);
    });

    test("a member may be any bytes, and is told from an integer that looks alike", () => {
      const bytes = Buffer.from([0, 255, 13, 10, 128]);
      expect(run("ZADD", "z", 1, bytes, 2, "", 3, "01", 4, "1", 5, "9223372036854775808")).toBe(":5\r\n");
      expect(run("ZSCORE", "z", bytes)).toBe(bulk("1"));
      expect(run("ZSCORE", "z", "1")).toBe(bulk("4"));
      expect(run("ZSCORE", "z", "+1")).toBe(NULL);
      expect(elements(run("ZRANGE", "z", 0, 0))).toEqual([bytes.toString("latin1")]);
    });

    test("members of the same score are in the order of their bytes", () => {
      run("ZADD", "z", 0, "b", 0, "10", 0, "9", 0, "a", 0, "B", 0, "ab", 0, "", "-0", "aa");
      expect(elements(run("ZRANGE", "z", 0, -1))).toEqual(["", "10", "9", "B", "a", "aa", "ab", "b"]);
    });

    test("NX and XX choose between new members and old ones", () => {
      run("ZADD", "z", 1, "a", 2, "b");
      expect(run("ZADD", "z", "NX", 9, "a", 3, "c")).toBe(":1\r\n");
      expect(run("ZADD", "z", "XX", "CH", 9, "b", 3, "d")).toBe(":1\r\n");
      expect(pairs("z")).toBe("a 1 c 3 b 9");
      expect(run("ZADD", "none", "XX", 1, "a")).toBe(":0\r\n");
      expect(run("EXISTS", "none")).toBe(":0\r\n");
    });

    test("GT and LT let a score change in one direction only", () => {
      run("ZADD", "z", 5, "a", 5, "b", 5, "c");
      expect(run("ZADD", "z", "GT", "CH", 6, "a", 4, "b", 5, "c", 1, "new")).toBe(":2\r\n");
      expect(pairs("z")).toBe("new 1 b 5 c 5 a 6");
      expect(run("ZADD", "z", "LT", "CH", 7, "a", 4, "b", 5, "c")).toBe(":1\r\n");
      expect(pairs("z")).toBe("new 1 b 4 c 5 a 6");
      expect(run("ZADD", "z", "XX", "GT", "CH", 9, "c", 9, "other")).toBe(":1\r\n");
      expect(run("ZSCORE", "z", "other")).toBe(NULL);
    });

    test("INCR replies the new score, or null when nothing is done", () => {
      expect(run("ZADD", "z", "INCR", "1.5", "a")).toBe(bulk("1.5"));
      expect(run("ZADD", "z", "INCR", "-3", "a")).toBe(bulk("-1.5"));
      expect(run("ZADD", "z", "NX", "INCR", 1, "a")).toBe(NULL);
      expect(run("ZADD", "z", "XX", "INCR", 1, "b")).toBe(NULL);
      expect(run("ZADD", "none", "XX", "INCR", 1, "b")).toBe(NULL);
      expect(run("ZADD", "z", "GT", "INCR", -1, "a")).toBe(NULL);
      expect(run("ZADD", "z", "LT", "INCR", -1, "a")).toBe(bulk("-2.5"));
      expect(run("ZADD", "z", "XX", "INCR", 0, "a")).toBe(bulk("-2.5"));
      engine.ctx.client.resp = 3;
      expect(run("ZADD", "z", "INCR", 3, "a")).toBe(",0.5\r\n");
      expect(run("ZADD", "z", "NX", "INCR", 3, "a")).toBe("_\r\n");
    });

    test("ZINCRBY adds to a score, which is 0 before", () => {
      expect(run("ZINCRBY", "z", 2, "a")).toBe(bulk("2"));
      expect(run("ZINCRBY", "z", "0.1", "a")).toBe(bulk("2.1000000000000001"));
      expect(run("ZINCRBY", "z", "inf", "a")).toBe(bulk("inf"));
      expect(run("ZINCRBY", "z", "-0", "zero")).toBe(bulk("-0"));
      expect(run("ZINCRBY", "z", "-inf", "a")).toBe(NAN);
      expect(run("ZADD", "z", "INCR", "-inf", "a")).toBe(NAN);
      expect(run("ZSCORE", "z", "a")).toBe(bulk("inf"));
    });

    test("scores are replied one by one or together", () => {
      run("ZADD", "z", 1, "a", "0.1", "b", "-inf", "c", 1e15, "d");
      expect(run("ZSCORE", "z", "b")).toBe(bulk("0.10000000000000001"));
      expect(run("ZSCORE", "z", "nobody")).toBe(NULL);
      expect(run("ZSCORE", "none", "a")).toBe(NULL);
      expect(run("ZMSCORE", "z", "d", "nobody", "c")).toBe(
        `*3\r\n${bulk("1000000000000000")}${NULL}${bulk("-inf")}`,
      );
      expect(run("ZMSCORE", "none", "a", "b")).toBe(`*2\r\n${NULL}${NULL}`);
      engine.ctx.client.resp = 3;
      expect(run("ZMSCORE", "z", "a", "b", "c", "e")).toBe(
        "*4\r\n,1\r\n,0.10000000000000001\r\n,-inf\r\n_\r\n",
      );
      expect(run("ZSCORE", "z", "nobody")).toBe("_\r\n");
    });

    test("ZRANK and ZREVRANK count from either end", () => {
      run("ZADD", "z", 10, "x", 20, "y", 20, "z", 30, "w");
      expect(["x", "y", "z", "w", "no"].map((member) => run("ZRANK", "z", member))).toEqual([
        ":0\r\n",
        ":1\r\n",
        ":2\r\n",
        ":3\r\n",
        NULL,
      ]);
      expect(["x", "y", "z", "w", "no"].map((member) => run("ZREVRANK", "z", member))).toEqual([
        ":3\r\n",
        ":2\r\n",
        ":1\r\n",
        ":0\r\n",
        NULL,
      ]);
      expect(run("ZRANK", "none", "x")).toBe(NULL);
    });

    test("ZREM takes members out, and the key with the last one", () => {
      run("ZADD", "z", 1, "a", 2, "b", 3, "c");
      expect(run("ZCARD", "z")).toBe(":3\r\n");
      expect(run("ZREM", "z", "no", "b", "b")).toBe(":1\r\n");
      expect(pairs("z")).toBe("a 1 c 3");
      expect(run("ZREM", "z", "a", "c", "c")).toBe(":2\r\n");
      expect(run("EXISTS", "z")).toBe(":0\r\n");
      expect(run("ZREM", "z", "a")).toBe(":0\r\n");
      expect(run("ZCARD", "z")).toBe(":0\r\n");
      checkKeyspace(engine.keyspace);
    });

    test("what changes nothing does not count as a change", () => {
      run("ZADD", "z", 1, "a");
      const { dirty } = engine.keyspace;
      run("ZADD", "z", 1, "a");
      run("ZADD", "z", "NX", 2, "a");
      run("ZADD", "z", "XX", 2, "b");
      run("ZINCRBY", "z", 0, "a");
      run("ZREM", "z", "b");
      expect(engine.keyspace.dirty).toBe(dirty);
      run("ZINCRBY", "z", 1, "a");
      expect(engine.keyspace.dirty).toBe(dirty + 1);
    });

    test("all scores are looked at before the first one is taken", () => {
      run("ZADD", "z", 1, "a");
      expect(run("ZADD", "z", 2, "a", 3, "b", "x", "c")).toBe(NOT_FLOAT);
      expect(run("ZADD", "new", 1, "a", "nan", "b")).toBe(NOT_FLOAT);
      expect(pairs("z")).toBe("a 1");
      expect(run("EXISTS", "new")).toBe(":0\r\n");
    });
  });
}

test("ZADD refuses options that do not go together, and pairs that are none", () => {
  const both = "-ERR XX and NX options at the same time are not compatible\r\n";
  const ordering = "-ERR GT, LT, and/or NX options at the same time are not compatible\r\n";
  expect(run("ZADD", "z", "NX", "XX", 1, "a")).toBe(both);
  expect(run("ZADD", "z", "XX", "NX", "GT", 1, "a")).toBe(both);
  expect(run("ZADD", "z", "GT", "LT", 1, "a")).toBe(ordering);
  expect(run("ZADD", "z", "NX", "GT", 1, "a")).toBe(ordering);
  expect(run("ZADD", "z", "LT", "nx", 1, "a")).toBe(ordering);
  expect(run("ZADD", "z", "INCR", 1, "a", 2, "b")).toBe(
    "-ERR INCR option supports a single increment-element pair\r\n",
  );
  expect(run("ZADD", "z", 1, "a", 2)).toBe(SYNTAX);
  expect(run("ZADD", "z", "NX", "CH")).toBe(SYNTAX);
  expect(run("ZADD", "z", "BAD", "a")).toBe(NOT_FLOAT);
  expect(run("ZINCRBY", "z", "NX", "a")).toBe(SYNTAX);
  for (const score of ["", " 1", "1 ", "nan", "1e400", "0x", "(1", "one"])
    expect(run("ZADD", "z", score, "a")).toBe(NOT_FLOAT);
});

test("keys of another type are refused, after the arguments were looked at", () => {
  run("SET", "s", "text");
  expect(run("ZADD", "s", 1, "a")).toBe(WRONG_TYPE);
  expect(run("ZADD", "s", "x", "a")).toBe(NOT_FLOAT);
  expect(run("ZADD", "s", "XX", 1, "a")).toBe(WRONG_TYPE);
  expect(run("ZINCRBY", "s", 1, "a")).toBe(WRONG_TYPE);
  for (const name of ["ZSCORE", "ZMSCORE", "ZRANK", "ZREVRANK", "ZREM"])
    expect(run(name, "s", "a")).toBe(WRONG_TYPE);
  expect(run("ZCARD", "s")).toBe(WRONG_TYPE);
});
