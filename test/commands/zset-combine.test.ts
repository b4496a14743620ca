/** Union, intersection and difference of sorted sets and sets, in both forms. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { ZSET_FORMS } from "../support/zset-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NOT_WEIGHT = "-ERR weight value is not a float\r\n";
const LIMIT_NEGATIVE = "-ERR LIMIT can't be negative\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
/** A command spelled in one line, and the elements of its reply in one. */
const ask = (line: string) => elements(run(...line.split(" "))).join(" ");
const count = (line: string) => Number(run(...line.split(" ")).slice(1));
const stored = (line: string) => {
  count(line);
  return ask(`ZRANGE ${line.split(" ")[1]} 0 -1 WITHSCORES`);
};

beforeEach(() => {
  engine = new Engine();
});

for (const { form, limits } of ZSET_FORMS) {
  describe(`combinations of sorted sets kept as ${form}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("ZADD", "a", 1, "x", 2, "y", 3, "z");
      run("ZADD", "b", 10, "y", 20, "z", "0.5", "w", 7, "v");
      run("SADD", "s", "z", "w", "5");
    });

    test("a union has the members of all sources", () => {
      expect(ask("ZUNION 2 a b")).toBe("w x v y z");
      expect(ask("ZUNION 2 a b WITHSCORES")).toBe("w 0.5 x 1 v 7 y 12 z 23");
      expect(ask("ZUNION 3 a none s WITHSCORES")).toBe("5 1 w 1 x 1 y 2 z 4");
      expect(ask("ZUNION 2 a a WITHSCORES")).toBe("x 2 y 4 z 6");
      expect(ask("ZUNION 1 none")).toBe("");
      expect(ask("ZUNION 3 a b s WEIGHTS 1 -2 .5 WITHSCORES")).toBe("z -36.5 y -18 v -14 w -0.5 5 0.5 x 1");
      expect(ask("ZUNION 2 a b AGGREGATE MIN WITHSCORES")).toBe("w 0.5 x 1 y 2 z 3 v 7");
      expect(ask("ZUNION 2 a b aggregate max WITHSCORES")).toBe("w 0.5 x 1 v 7 y 10 z 20");
      expect(ask("ZUNION 2 a b AGGREGATE MAX AGGREGATE SUM WEIGHTS 9 9 WEIGHTS 0 1 WITHSCORES")).toBe(
        "x 0 w 0.5 v 7 y 10 z 20",
      );
    });

    test("an intersection has the members that are in every source", () => {
      expect(ask("ZINTER 2 a b WITHSCORES")).toBe("y 12 z 23");
      expect(ask("ZINTER 3 a b s WITHSCORES")).toBe("z 24");
      expect(ask("ZINTER 2 a none")).toBe("");
      expect(ask("ZINTER 2 s s WITHSCORES")).toBe("5 2 w 2 z 2");
      expect(ask("ZINTER 2 a b WEIGHTS 2 3 AGGREGATE MAX WITHSCORES")).toBe("y 30 z 60");
      expect(ask("ZINTER 1 b")).toBe("w v y z");
    });

    test("a difference has the members of the first source that are in no other", () => {
      expect(ask("ZDIFF 2 a b WITHSCORES")).toBe("x 1");
      expect(ask("ZDIFF 2 b a")).toBe("w v");
      expect(ask("ZDIFF 3 b none s WITHSCORES")).toBe("v 7 y 10");
      expect(ask("ZDIFF 2 s a WITHSCORES")).toBe("5 1 w 1");
      expect(ask("ZDIFF 2 a a")).toBe("");
      expect(ask("ZDIFF 2 none a")).toBe("");
    });

    test("ZINTERCARD counts, up to a limit", () => {
      expect(count("ZINTERCARD 2 a b")).toBe(2);
      expect(count("ZINTERCARD 2 a b LIMIT 1")).toBe(1);
      expect(count("ZINTERCARD 2 a b LIMIT 0")).toBe(2);
      expect(count("ZINTERCARD 2 s s LIMIT 9223372036854775807")).toBe(3);
      expect(count("ZINTERCARD 2 a none LIMIT 1")).toBe(0);
    });

    test("results are stored, also in the place of a source", () => {
      expect(count("ZUNIONSTORE out 2 a b")).toBe(5);
      expect(ask("ZRANGE out 0 -1 WITHSCORES")).toBe("w 0.5 x 1 v 7 y 12 z 23");
      expect(run("OBJECT", "ENCODING", "out")).toBe(`$8\r\n${form}\r\n`);
      run("EXPIRE", "a", 100);
      expect(count("ZINTERSTORE a 2 a b WEIGHTS 2 1")).toBe(2);
      expect(ask("ZRANGE a 0 -1 WITHSCORES")).toBe("y 14 z 26");
      expect(count("TTL a")).toBe(-1);
      expect(count("ZDIFFSTORE s 2 b s")).toBe(2);
      expect(ask("ZRANGE s 0 -1 WITHSCORES")).toBe("v 7 y 10");
      expect(count("ZDIFFSTORE b 2 b b")).toBe(0);
      expect(count("ZINTERSTORE a 2 a none")).toBe(0);
      expect(count("ZUNIONSTORE out 1 none")).toBe(0);
      expect(count("EXISTS a b out")).toBe(0);
      engine.keyspace.collectGarbage(1000);
      checkKeyspace(engine.keyspace);
    });

    test("what is not a number is 0", () => {
      run("ZADD", "up", "inf", "m");
      run("ZADD", "down", "-inf", "m");
      expect(ask("ZUNION 2 up down WITHSCORES")).toBe("m 0");
      expect(ask("ZINTER 2 up down WITHSCORES")).toBe("m 0");
      expect(ask("ZUNION 1 up WEIGHTS 0 WITHSCORES")).toBe("m 0");
      expect(ask("ZUNION 2 up up WEIGHTS 1 0 AGGREGATE MAX WITHSCORES")).toBe("m inf");
      expect(ask("ZINTER 2 down up WEIGHTS 1 0 AGGREGATE MIN WITHSCORES")).toBe("m -inf");
      expect(ask("ZINTER 2 down up WEIGHTS 0 1 AGGREGATE MAX WITHSCORES")).toBe("m inf");
      expect(ask("ZUNION 1 a WEIGHTS inf WITHSCORES")).toBe("x inf y inf z inf");
    });

    test("a zero keeps its sign in a reply, and in a store that is linked", () => {
      expect(ask("ZUNION 1 a WEIGHTS -0 WITHSCORES")).toBe("x -0 y -0 z -0");
      const sign = form === "skiplist" ? "-0" : "0";
      expect(stored("ZUNIONSTORE out 1 a WEIGHTS -0")).toBe(`x ${sign} y ${sign} z ${sign}`);
      expect(stored("ZUNIONSTORE two 2 a a WEIGHTS -0 -0")).toBe(`x ${sign} y ${sign} z ${sign}`);
    });

    test("RESP3 has pairs of member and double", () => {
      engine.ctx.client.resp = 3;
      expect(run("ZINTER", 2, "a", "b", "WITHSCORES")).toBe(
        "*2\r\n*2\r\n$1\r\ny\r\n,12\r\n*2\r\n$1\r\nz\r\n,23\r\n",
      );
      expect(run("ZDIFF", 2, "a", "b")).toBe("*1\r\n$1\r\nx\r\n");
      expect(run("ZUNION", 1, "none", "WITHSCORES")).toBe("*0\r\n");
    });
  });
}

test("sums are made from the smallest source to the largest", () => {
  run("ZADD", "large", 1, "m", 1, "a", 1, "b", 1, "c");
  run("ZADD", "small", "1e16", "m");
  run("ZADD", "middle", "-1e16", "m", 5, "x");
  expect(ask("ZUNION 3 large small middle WITHSCORES")).toBe("a 1 b 1 c 1 m 1 x 5");
  expect(ask("ZINTER 3 large small middle WITHSCORES")).toBe("m 1");
});

test("many members are combined as few are", () => {
  const numbers = Array.from({ length: 500 }, (_, i) => i);
  run("ZADD", "even", ...numbers.flatMap((i) => [i, `m${i * 2}`]));
  run("ZADD", "third", ...numbers.flatMap((i) => [1, `m${i * 3}`]));
  run("SADD", "set", ...numbers.map((i) => `m${i}`));
  expect(count("ZINTERCARD 2 even third")).toBe(167);
  expect(count("ZINTERCARD 2 set even LIMIT 100")).toBe(100);
  expect(count("ZUNIONSTORE all 3 even third set")).toBe(1000);
  expect(ask("ZRANGE all -1 -1 WITHSCORES")).toBe("m998 499");
  expect(count("ZDIFFSTORE few 3 even third set")).toBe(167);
  expect(ask("ZRANGE few 0 0 WITHSCORES")).toBe("m500 250");
  engine.keyspace.collectGarbage(10_000);
  checkKeyspace(engine.keyspace);
});

test("numbers of keys and options that are none are refused", () => {
  run("ZADD", "a", 1, "x");
  const noKey = (name: string) => `-ERR at least 1 input key is needed for '${name}' command\r\n`;
  const cases: Record<string, string> = {
    "ZUNION 0 a": noKey("zunion"),
    "ZINTER -1 a": noKey("zinter"),
    "ZDIFFSTORE out 0 a": noKey("zdiffstore"),
    "ZINTERCARD 0 a": noKey("zintercard"),
    "ZUNION x a": NOT_INTEGER,
    "ZUNION 9223372036854775808 a": NOT_INTEGER,
    "ZUNION 9223372036854775807 a": SYNTAX,
    "ZUNION 2 a": SYNTAX,
    "ZUNIONSTORE out 3 a WEIGHTS": "*",
    "ZUNION 1 a WEIGHTS": SYNTAX,
    "ZUNION 2 a a WEIGHTS 1": SYNTAX,
    "ZUNION 2 a a WEIGHTS 1 x": NOT_WEIGHT,
    "ZUNION 1 a WEIGHTS nan": NOT_WEIGHT,
    "ZUNION 1 a AGGREGATE": SYNTAX,
    "ZUNION 1 a AGGREGATE AVG": SYNTAX,
    "ZUNIONSTORE out 1 a WITHSCORES": SYNTAX,
    "ZDIFF 1 a WEIGHTS 1": SYNTAX,
    "ZDIFF 1 a AGGREGATE MAX": SYNTAX,
    "ZUNION 1 a LIMIT 1": SYNTAX,
    "ZINTERCARD 1 a LIMIT -1": LIMIT_NEGATIVE,
    "ZINTERCARD 1 a LIMIT x": LIMIT_NEGATIVE,
    "ZINTERCARD 1 a LIMIT": SYNTAX,
    "ZINTERCARD 1 a WITHSCORES": SYNTAX,
  };
  for (const [line, error] of Object.entries(cases)) {
    if (error !== "*") expect([line, run(...line.split(" "))]).toEqual([line, error]);
  }
  expect(run("EXISTS", "out")).toBe(":0\r\n");
});

test("sources of another type are refused before the options are looked at", () => {
  run("SET", "text", "x");
  run("HSET", "hash", "f", "v");
  for (const line of [
    "ZUNION 1 text BAD",
    "ZINTER 2 none hash WEIGHTS x",
    "ZDIFF 2 none text",
    "ZINTERCARD 1 text LIMIT -1",
    "ZUNIONSTORE text 1 hash",
    "ZINTERSTORE out 2 none text",
    "ZDIFFSTORE out 1 text",
  ])
    expect([line, run(...line.split(" "))]).toEqual([line, WRONG_TYPE]);
  expect(run("GET", "text")).toBe("$1\r\nx\r\n");
  expect(run("ZUNIONSTORE", "text", 1, "none")).toBe(":0\r\n");
  expect(run("EXISTS", "text")).toBe(":0\r\n");
});

test("a reply that runs out of memory leaves nothing behind", () => {
  engine = new Engine({ shards: 1, databases: 1, arenaBytes: 1 << 20 });
  const { arena } = engine.keyspace.shards[0];
  run("ZADD", "a", ...Array.from({ length: 800 }, (_, i) => [i, `member ${i}`]).flat());
  const filling: number[] = [];
  while (arena.hasRoom(4096)) filling.push(arena.allocate(2048));
  const before = arena.used;
  const error = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  expect(run("ZUNION", 1, "a")).toBe(error);
  expect(run("ZUNIONSTORE", "b", 1, "a")).toBe(error);
  expect(run("ZRANGESTORE", "b", "a", 0, -1)).toBe(error);
  engine.keyspace.collectGarbage(1e6);
  expect(arena.used).toBe(before);
  for (const block of filling) arena.free(block);
  checkKeyspace(engine.keyspace);
  expect(count("ZUNIONSTORE b 1 a")).toBe(800);
});
