/** Ranges of sorted sets: replied, stored, counted and removed, in both forms. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { ZSET_FORMS } from "../support/zset-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NOT_FLOAT_BOUND = "-ERR min or max is not a float\r\n";
const NOT_LEX_BOUND = "-ERR min or max not valid string range item\r\n";
const EMPTY = "*0\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
/** A command spelled in one line, and the elements of its reply in one. */
const ask = (line: string) => elements(run(...line.split(" "))).join(" ");
const count = (line: string) => Number(run(...line.split(" ")).slice(1));

beforeEach(() => {
  engine = new Engine();
});

for (const { form, limits } of ZSET_FORMS) {
  describe(`ranges of a sorted set kept as ${form}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("ZADD", "z", 1, "a", 2, "b", 2, "c", "2.5", "d", 4, "e", "-inf", "low", "inf", "top");
      run("ZADD", "l", 0, "a", 0, "b", 0, "c", 0, "d", 0, "e", 0, "");
    });

    test("by rank", () => {
      expect(ask("ZRANGE z 0 -1")).toBe("low a b c d e top");
      expect(ask("ZRANGE z 1 2")).toBe("a b");
      expect(ask("ZRANGE z -2 -1")).toBe("e top");
      expect(ask("ZRANGE z -100 100")).toBe("low a b c d e top");
      expect(ask("ZRANGE z 2 1")).toBe("");
      expect(ask("ZRANGE z 7 9")).toBe("");
      expect(ask("ZRANGE z 0 -8")).toBe("");
      expect(ask("ZRANGE z 9007199254740993 9223372036854775807")).toBe("");
      expect(ask("ZRANGE z -9223372036854775808 9223372036854775807")).toBe("low a b c d e top");
      expect(ask("ZRANGE z 0 1 REV")).toBe("top e");
      expect(ask("ZREVRANGE z 0 1")).toBe("top e");
      expect(ask("ZREVRANGE z -2 -1 WITHSCORES")).toBe("a 1 low -inf");
      // -1 is what LIMIT is when it is not given.
      expect(ask("ZRANGE z 0 1 LIMIT 5 -1")).toBe("low a");
    });

    test("by score", () => {
      expect(ask("ZRANGEBYSCORE z 2 4")).toBe("b c d e");
      expect(ask("ZRANGEBYSCORE z (2 (4")).toBe("d");
      expect(ask("ZRANGEBYSCORE z -inf +inf")).toBe("low a b c d e top");
      expect(ask("ZRANGEBYSCORE z (-inf (+inf")).toBe("a b c d e");
      expect(ask("ZRANGEBYSCORE z 3 2")).toBe("");
      expect(ask("ZRANGEBYSCORE z (2 2")).toBe("");
      expect(ask("ZRANGEBYSCORE z inf inf WITHSCORES")).toBe("top inf");
      expect(ask("ZREVRANGEBYSCORE z 2.5 1")).toBe("d c b a");
      expect(ask("ZREVRANGEBYSCORE z 1 2.5")).toBe("");
      expect(ask("ZRANGE z (1 2.5 BYSCORE WITHSCORES")).toBe("b 2 c 2 d 2.5");
      expect(ask("ZRANGE z 2.5 (1 BYSCORE REV")).toBe("d c b");
    });

    test("by bytes", () => {
      expect(ask("ZRANGEBYLEX l - +")).toBe(" a b c d e");
      expect(ask("ZRANGEBYLEX l [b (d")).toBe("b c");
      expect(ask("ZRANGEBYLEX l (b [d")).toBe("c d");
      expect(ask("ZRANGEBYLEX l [bb [dd")).toBe("c d");
      expect(ask("ZRANGEBYLEX l - [")).toBe("");
      expect(run("ZRANGEBYLEX", "l", "-", "[")).toBe("*1\r\n$0\r\n\r\n");
      for (const line of ["l + -", "l [d [b", "l (b [b", "l [b (b", "l + +", "l - -"])
        expect(run("ZRANGEBYLEX", ...line.split(" "))).toBe(EMPTY);
      expect(ask("ZREVRANGEBYLEX l + (c")).toBe("e d");
      expect(ask("ZRANGE l [d [b BYLEX REV")).toBe("d c b");
      expect(ask("ZRANGE l (a + BYLEX LIMIT 1 2")).toBe("c d");
    });

    test("with an offset and a limit", () => {
      expect(ask("ZRANGEBYSCORE z 1 10 LIMIT 1 2")).toBe("b c");
      expect(ask("ZRANGEBYSCORE z 1 10 LIMIT 3 -1")).toBe("d e");
      expect(ask("ZRANGEBYSCORE z 1 10 LIMIT 0 0")).toBe("");
      expect(ask("ZRANGEBYSCORE z 1 10 LIMIT 5 9")).toBe("");
      expect(ask("ZRANGEBYSCORE z 1 10 LIMIT -1 9")).toBe("");
      expect(ask("ZRANGEBYSCORE z 1 10 WITHSCORES LIMIT 0 9223372036854775807")).toBe(
        "a 1 b 2 c 2 d 2.5 e 4",
      );
      expect(ask("ZREVRANGEBYSCORE z 10 1 LIMIT 1 2")).toBe("d c");
      expect(ask("ZREVRANGEBYLEX l + - LIMIT 1 2")).toBe("d c");
      expect(ask("ZRANGE z 10 1 BYSCORE REV LIMIT 4 4 LIMIT 1 1")).toBe("d");
    });

    test("have scores as doubles in pairs in RESP3", () => {
      engine.ctx.client.resp = 3;
      expect(run("ZRANGE", "z", 0, 1, "WITHSCORES")).toBe(
        "*2\r\n*2\r\n$3\r\nlow\r\n,-inf\r\n*2\r\n$1\r\na\r\n,1\r\n",
      );
      expect(run("ZREVRANGEBYSCORE", "z", 3, 2, "WITHSCORES", "LIMIT", 0, 1)).toBe(
        "*1\r\n*2\r\n$1\r\nd\r\n,2.5\r\n",
      );
      expect(run("ZRANGE", "z", 1, 1)).toBe("*1\r\n$1\r\na\r\n");
      expect(run("ZRANGE", "none", 0, -1, "WITHSCORES")).toBe(EMPTY);
    });

    test("are counted", () => {
      expect(count("ZCOUNT z -inf +inf")).toBe(7);
      expect(count("ZCOUNT z 2 2")).toBe(2);
      expect(count("ZCOUNT z (2 4")).toBe(2);
      expect(count("ZCOUNT z 5 1")).toBe(0);
      expect(count("ZCOUNT none 0 1")).toBe(0);
      expect(count("ZLEXCOUNT l - +")).toBe(6);
      expect(count("ZLEXCOUNT l (a (e")).toBe(3);
      expect(count("ZLEXCOUNT l + -")).toBe(0);
      expect(count("ZLEXCOUNT none - +")).toBe(0);
    });

    test("are removed", () => {
      expect(count("ZREMRANGEBYRANK z 1 2")).toBe(2);
      expect(ask("ZRANGE z 0 -1")).toBe("low c d e top");
      expect(count("ZREMRANGEBYRANK z 5 9")).toBe(0);
      expect(count("ZREMRANGEBYSCORE z (2 +inf")).toBe(3);
      expect(ask("ZRANGE z 0 -1")).toBe("low c");
      expect(count("ZREMRANGEBYSCORE z 5 6")).toBe(0);
      expect(count("ZREMRANGEBYLEX l [b (d")).toBe(2);
      expect(ask("ZRANGE l 0 -1")).toBe(" a d e");
      expect(count("ZREMRANGEBYLEX l - +")).toBe(4);
      expect(count("ZREMRANGEBYRANK z 0 -1")).toBe(2);
      expect(count("EXISTS z l")).toBe(0);
      for (const line of ["ZREMRANGEBYRANK z 0 -1", "ZREMRANGEBYSCORE z 0 1", "ZREMRANGEBYLEX z - +"])
        expect(count(line)).toBe(0);
      checkKeyspace(engine.keyspace);
    });

    test("are stored", () => {
      expect(count("ZRANGESTORE out z 1 3")).toBe(3);
      expect(ask("ZRANGE out 0 -1 WITHSCORES")).toBe("a 1 b 2 c 2");
      expect(run("OBJECT", "ENCODING", "out")).toBe(`$8\r\n${form}\r\n`);
      expect(count("ZRANGESTORE out z +inf 2.5 BYSCORE REV LIMIT 1 2")).toBe(2);
      expect(ask("ZRANGE out 0 -1 WITHSCORES")).toBe("d 2.5 e 4");
      expect(count("ZRANGESTORE out l (c + BYLEX")).toBe(2);
      expect(ask("ZRANGE out 0 -1 WITHSCORES")).toBe("d 0 e 0");
      expect(count("ZRANGESTORE z z 0 1 REV")).toBe(2);
      expect(ask("ZRANGE z 0 -1")).toBe("e top");
      run("EXPIRE", "out", 100);
      run("SET", "text", "x");
      expect(count("ZRANGESTORE text out 0 0")).toBe(1);
      expect(count("ZRANGESTORE out z 0 0")).toBe(1);
      expect(count("TTL out")).toBe(-1);
      expect(count("ZRANGESTORE out none 0 -1")).toBe(0);
      expect(count("ZRANGESTORE text z 5 6")).toBe(0);
      expect(count("EXISTS out text")).toBe(0);
      engine.keyspace.collectGarbage(1000);
      checkKeyspace(engine.keyspace);
    });
  });
}

test("a -0 that is stored keeps its sign where Redis knows in advance that there will be a tree", () => {
  engine.keyspace.limits.zsetEntries = 2;
  run("ZADD", "z", 1, "one", 2, "two", 3, "three", "-0", "zero");
  run("ZRANGESTORE", "by rank", "z", 0, -1);
  run("ZRANGESTORE", "by score", "z", "-inf", "inf", "BYSCORE");
  expect(run("ZSCORE", "by rank", "zero")).toBe("$2\r\n-0\r\n");
  expect(run("ZSCORE", "by score", "zero")).toBe("$1\r\n0\r\n");
});

test("the bounds of scores are what C's strtod takes", () => {
  run("ZADD", "z", -1, "m", 0, "zero", 1, "one", "1e10", "large");
  expect(ask("ZRANGEBYSCORE z  1")).toBe("zero one");
  expect(count("ZCOUNT z ( 1e400")).toBe(2);
  expect(run("ZCOUNT", "z", " 1", "\t+Infinity")).toBe(":2\r\n");
  expect(run("ZCOUNT", "z", "0x1p-1", "0X10")).toBe(":1\r\n");
  expect(run("ZCOUNT", "z", "-1e400", "-1e-400")).toBe(":2\r\n");
  expect(run("ZCOUNT", "z", "1\u0000junk", "1")).toBe(":1\r\n");
  for (const bound of ["x", "1x", "1 ", " ", "((1", "nan", "(", "+", "1e", "[1"])
    expect([bound, run("ZCOUNT", "z", bound, bound === "(" ? "x" : "1")]).toEqual([bound, NOT_FLOAT_BOUND]);
});

test("bounds and options that are none are refused, before the key is looked at", () => {
  run("SET", "s", "text");
  const limitByRank =
    "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX\r\n";
  const scoresByLex = "-ERR syntax error, WITHSCORES not supported in combination with BYLEX\r\n";
  const cases: Record<string, string> = {
    "ZRANGE s 0 x": NOT_INTEGER,
    "ZRANGE s 1.5 1": NOT_INTEGER,
    "ZRANGE s 0 1 LIMIT 0 1": limitByRank,
    "ZRANGE s 0 1 LIMIT 0 -2": limitByRank,
    "ZREVRANGE s 0 1 LIMIT 0 1": limitByRank,
    "ZRANGE s 0 1 LIMIT 0": SYNTAX,
    "ZRANGE s 0 1 BYSCORE LIMIT x 1": NOT_INTEGER,
    "ZRANGE s 0 1 BYSCORE LIMIT 1 9223372036854775808": NOT_INTEGER,
    "ZRANGE s 0 1 BYSCORE BYLEX": SYNTAX,
    "ZRANGE s 0 1 REV REV": SYNTAX,
    "ZRANGE s 0 1 BAD": SYNTAX,
    "ZRANGE s - + BYLEX WITHSCORES": scoresByLex,
    "ZRANGEBYLEX s - + WITHSCORES": scoresByLex,
    "ZRANGEBYLEX s - + BYLEX": SYNTAX,
    "ZREVRANGE s 0 1 REV": SYNTAX,
    "ZRANGESTORE d s 0 1 WITHSCORES": SYNTAX,
    "ZRANGESTORE d s a b": NOT_INTEGER,
    "ZRANGEBYSCORE s 1 one": NOT_FLOAT_BOUND,
    "ZREMRANGEBYSCORE s one 1": NOT_FLOAT_BOUND,
    "ZREMRANGEBYRANK s 0 one": NOT_INTEGER,
    "ZRANGEBYLEX s a b": NOT_LEX_BOUND,
    "ZRANGEBYLEX s -a +": NOT_LEX_BOUND,
    "ZLEXCOUNT s ++ -": NOT_LEX_BOUND,
    "ZREMRANGEBYLEX s 1 2": NOT_LEX_BOUND,
    "ZRANGE s 0 1": WRONG_TYPE,
    "ZRANGESTORE d s 0 1": WRONG_TYPE,
    "ZCOUNT s 0 1": WRONG_TYPE,
    "ZLEXCOUNT s - +": WRONG_TYPE,
    "ZREMRANGEBYRANK s 0 1": WRONG_TYPE,
    "ZREMRANGEBYLEX s - +": WRONG_TYPE,
  };
  for (const [line, error] of Object.entries(cases))
    expect([line, run(...line.split(" "))]).toEqual([line, error]);
  expect(run("ZRANGEBYLEX", "s", "", "+")).toBe(NOT_LEX_BOUND);
  expect(run("ZRANGEBYLEX", "s", "-\u0000a", "+\u0000a")).toBe(WRONG_TYPE);
});

test("ranges by bytes of different scores are what a walk from their end meets", () => {
  run("ZADD", "z", 1, "d", 2, "a", 3, "c", 4, "b", 5, "e");
  expect(ask("ZRANGEBYLEX z [b +")).toBe("d a c b e");
  expect(ask("ZRANGEBYLEX z [b (d")).toBe("");
  expect(ask("ZREVRANGEBYLEX z + [b")).toBe("e b c");
  expect(ask("ZRANGEBYLEX z [a (d")).toBe("");
  expect(ask("ZRANGEBYLEX z - + LIMIT 1 2")).toBe("a c");
  expect(ask("ZREVRANGEBYLEX z + (a LIMIT 3 9")).toBe("");
});
