import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import type { EncodingLimits } from "../../src/store/limits.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { testSeed } from "../support/seed.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NOT_DOUBLE = "-ERR One or more scores can't be converted into double\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

/** The elements of a reply, joined. */
function sorted(line: string): string {
  return elements(run(line)).join(" ");
}

/** Limits under which nothing stays small. */
const ALL_LARGE: Partial<EncodingLimits> = { intsetEntries: 0, setEntries: 0, zsetEntries: 0, listSize: 1 };

const FORMS: [name: string, limits: Partial<EncodingLimits>][] = [
  ["small", {}],
  ["large", ALL_LARGE],
];

for (const [name, limits] of FORMS) {
  describe(`SORT of ${name} values`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("RPUSH l 10 9 -1.5 2 1e1 0x0B");
      run("SADD s 30 4 -2 7");
      run("ZADD z 3 x 1 y 2 w 2 v");
      run("ZADD n 3 10 1 30 2 20");
      run("RPUSH o 1 2 3 4");
      run("MSET w_1 30 w_2 10 w_3 20");
      run("HSET h_1 f 3 name one");
      run("HSET h_2 f 1 name two");
      run("HSET h_3 f 2");
    });

    test("orders by number, up or down; the last direction counts", () => {
      expect(sorted("SORT l")).toBe("-1.5 2 9 10 1e1 0x0B");
      expect(sorted("SORT l DESC")).toBe("0x0B 1e1 10 9 2 -1.5");
      expect(sorted("SORT l DESC ASC")).toBe("-1.5 2 9 10 1e1 0x0B");
      expect(sorted("SORT s")).toBe("-2 4 7 30");
      expect(sorted("SORT n")).toBe("10 20 30");
    });

    test("orders by bytes with ALPHA", () => {
      expect(sorted("SORT l ALPHA")).toBe("-1.5 0x0B 10 1e1 2 9");
      expect(sorted("SORT z ALPHA DESC")).toBe("y x w v");
    });

    test("leaves out what LIMIT says", () => {
      expect(sorted("SORT l LIMIT 1 2")).toBe("2 9");
      expect(sorted("SORT l LIMIT -5 2")).toBe("-1.5 2");
      expect(sorted("SORT l LIMIT 4 99")).toBe("1e1 0x0B");
      expect(sorted("SORT l LIMIT 2 -7")).toBe("9 10 1e1 0x0B");
      expect(sorted("SORT s DESC LIMIT 0 2")).toBe("30 7");
      for (const range of ["6 1", "0 0", "9223372036854775807 9223372036854775807"])
        expect(run(`SORT l LIMIT ${range}`)).toBe("*0\r\n");
    });

    test("orders by the values of other keys; a missing one counts as 0", () => {
      expect(sorted("SORT o BY w_*")).toBe("4 2 3 1");
      expect(sorted("SORT o BY h_*->f")).toBe("4 2 3 1");
      expect(sorted("SORT o BY w_* ALPHA")).toBe("4 2 3 1");
    });

    test("replies what GET leads to, once for each pattern", () => {
      expect(run("SORT o BY w_* DESC LIMIT 0 1 GET # GET w_*")).toBe("*2\r\n$1\r\n1\r\n$2\r\n30\r\n");
      expect(run("SORT o BY h_*->f LIMIT 2 2 GET h_*->name GET #")).toBe(
        "*4\r\n$-1\r\n$1\r\n3\r\n$3\r\none\r\n$1\r\n1\r\n",
      );
      engine.ctx.client.resp = 3;
      expect(run("SORT o LIMIT 3 1 GET w_* GET #")).toBe("*2\r\n_\r\n$1\r\n4\r\n");
    });

    test("finds nothing by patterns without an asterisk, without a field, or for another type", () => {
      for (const pattern of ["nostar", "", "h_*", "w_*->", "w_*->f", "h_*->nothing", "*->", "h_*-f"])
        expect(engine.run("SORT", "o", "LIMIT", 0, 1, "GET", pattern)).toBe("*1\r\n$-1\r\n");
    });

    test("keeps the order of lists and sorted sets when BY is constant", () => {
      expect(sorted("SORT o BY nosort")).toBe("1 2 3 4");
      expect(sorted("SORT o BY nosort DESC LIMIT 1 2")).toBe("3 2");
      expect(sorted("SORT o BY nosort BY w_*")).toBe("1 2 3 4");
      expect(sorted("SORT z BY nosort")).toBe("y v w x");
      expect(sorted("SORT z BY nosort DESC")).toBe("x w v y");
      expect(sorted("SORT z BY nosort DESC LIMIT 1 2")).toBe("w v");
      expect(sorted("SORT z BY nosort LIMIT 1 -1")).toBe("v w x");
      expect(elements(run("SORT s BY nosort")).sort()).toEqual(["-2", "30", "4", "7"]);
    });

    test("stores a list and replies its length; what is missing becomes empty", () => {
      expect(run("SORT o STORE out")).toBe(":4\r\n");
      expect(sorted("LRANGE out 0 -1")).toBe("1 2 3 4");
      run("SET out text EX 100");
      expect(run("SORT o BY w_* GET w_* GET # STORE out")).toBe(":8\r\n");
      expect(elements(run("LRANGE out 0 -1"))).toEqual(["", "4", "10", "2", "20", "3", "30", "1"]);
      expect(run("TTL out")).toBe(":-1\r\n");
      expect(run("SORT o BY w_* DESC STORE o")).toBe(":4\r\n");
      expect(sorted("LRANGE o 0 -1")).toBe("1 3 2 4");
      checkKeyspace(engine.keyspace);
    });

    test("stores a set in the order of bytes, whatever BY says", () => {
      expect(run("SORT s BY nosort STORE out")).toBe(":4\r\n");
      expect(sorted("LRANGE out 0 -1")).toBe("-2 30 4 7");
      expect(run("SORT z BY nosort STORE out")).toBe(":4\r\n");
      expect(sorted("LRANGE out 0 -1")).toBe("y v w x");
    });

    test("deletes the destination when there is nothing to store", () => {
      for (const source of ["missing", "o LIMIT 9 1"]) {
        run("SET out text");
        expect(run(`SORT ${source} STORE out`)).toBe(":0\r\n");
        expect(run("EXISTS out")).toBe(":0\r\n");
      }
      checkKeyspace(engine.keyspace);
    });

    test("leaves what it sorts as it is", () => {
      const before = digest(engine.keyspace);
      const { dirty } = engine.keyspace;
      const encoding = run("OBJECT ENCODING z");
      for (const key of ["l", "s", "n"]) run(`SORT ${key} DESC LIMIT 1 2`);
      run("SORT z BY nosort");
      expect(run("OBJECT ENCODING z")).toBe(encoding);
      expect([digest(engine.keyspace), engine.keyspace.dirty]).toEqual([before, dirty]);
    });

    test("refuses a weight that is no number, before it stores anything", () => {
      run("RPUSH bad 1 x");
      expect(run("SORT bad")).toBe(NOT_DOUBLE);
      expect(run("SORT bad LIMIT 0 0")).toBe(NOT_DOUBLE);
      run("SET out text");
      expect(run("SORT bad STORE out")).toBe(NOT_DOUBLE);
      expect(run("GET out")).toBe("$4\r\ntext\r\n");
      expect(sorted("SORT bad BY nosort")).toBe("1 x");
      expect(sorted("SORT bad BY w_*")).toBe("x 1");
      run("SET w_x abc");
      expect(run("SORT bad BY w_*")).toBe(NOT_DOUBLE);
      expect(sorted("SORT bad BY w_* ALPHA")).toBe("1 x");
    });
  });
}

describe("SORT", () => {
  test("orders elements of the same weight by their bytes", () => {
    run("RPUSH l c b a");
    expect(sorted("SORT l BY none_*")).toBe("a b c");
    expect(sorted("SORT l BY none_* DESC")).toBe("c b a");
  });

  test("keeps the order of elements with the same text, those without one first", () => {
    run("RPUSH l c b a");
    expect(sorted("SORT l BY none_* ALPHA")).toBe("c b a");
    expect(sorted("SORT l BY none_* ALPHA DESC")).toBe("c b a");
    run("SET al_b x");
    expect(sorted("SORT l BY al_* ALPHA")).toBe("c a b");
    expect(sorted("SORT l BY al_* ALPHA DESC")).toBe("b c a");
    expect(sorted("SORT l BY al_* ALPHA LIMIT 1 2")).toBe("a b");
  });

  test("tells texts apart beyond what they begin with", () => {
    const texts = ["prefix:aaaaaaaab", "prefix:aaaaaaaaa", "prefix:", "prefix:aaaaaaaa", "prefix:b"];
    engine.run("RPUSH", "l", ...texts);
    expect(elements(run("SORT l ALPHA"))).toEqual([...texts].sort());
    expect(elements(run("SORT l ALPHA DESC"))).toEqual([...texts].sort().reverse());
  });

  test("replies nothing for a missing key", () => {
    expect(run("SORT missing")).toBe("*0\r\n");
    expect(run("SORT_RO missing LIMIT 0 1")).toBe("*0\r\n");
  });

  test("refuses other types, but looks at its options first", () => {
    run("SET text 1");
    run("HSET h f 1");
    for (const command of ["SORT", "SORT_RO"]) {
      expect(run(`${command} text`)).toBe(WRONG_TYPE);
      expect(run(`${command} h`)).toBe(WRONG_TYPE);
      expect(run(`${command} text BAD`)).toBe(SYNTAX);
      for (const options of ["LIMIT 1", "BY", "GET", "STORE", "LIMIT"])
        expect(run(`${command} text ${options}`)).toBe(SYNTAX);
      expect(run(`${command} text LIMIT a 1`)).toBe(NOT_INTEGER);
      expect(run(`${command} text LIMIT 1 b`)).toBe(NOT_INTEGER);
    }
    expect(run("SORT_RO missing STORE out")).toBe(SYNTAX);
  });

  test("does not find values that have expired, which may free them", () => {
    run("RPUSH l 1 2");
    run("SET w_1 5 PX 10");
    run("SET w_2 3");
    expect(sorted("SORT l BY w_*")).toBe("2 1");
    engine.advance(11);
    expect(run("SORT l BY w_* GET # GET w_*")).toBe("*4\r\n$1\r\n1\r\n$-1\r\n$1\r\n2\r\n$1\r\n3\r\n");
    expect(engine.keyspace.expired).toBe(1);
    checkKeyspace(engine.keyspace);
  });

  test("reads patterns up to a NUL, but takes key and field whole", () => {
    run("RPUSH l 1");
    run("SET w\x001 v");
    run("SET w1\0 u");
    run("HSET h1 f\0x y");
    for (const [pattern, value] of [
      ["w\0*", "$-1"],
      ["w*\0", "$1\r\nu"],
      ["h*->f\0x", "$1\r\ny"],
      ["#\0", "$1\r\n1"],
      ["h*\0->f", "$-1"],
      ["h*->\0x", "$-1"],
    ])
      expect(engine.run("SORT", "l", "GET", pattern)).toBe(`*1\r\n${value}\r\n`);
  });

  test("counts a look-up for the key and for each that a pattern leads to", () => {
    run("RPUSH l 1 2");
    run("SET w_1 1");
    const { hits, misses } = engine.keyspace;
    run("SORT l BY w_* GET w_*");
    expect([engine.keyspace.hits - hits, engine.keyspace.misses - misses]).toEqual([3, 2]);
  });

  test("says where its keys are", () => {
    expect(elements(run("COMMAND GETKEYS SORT a BY STORE LIMIT 1 2 STORE b GET # STORE c"))).toEqual([
      "a",
      "c",
    ]);
    expect(elements(run("COMMAND GETKEYS SORT a STORE"))).toEqual(["a"]);
    expect(elements(run("COMMAND GETKEYS SORT_RO a GET w_*"))).toEqual(["a"]);
    expect(run("COMMAND GETKEYSANDFLAGS SORT a STORE b")).toBe(
      "*2\r\n*2\r\n$1\r\na\r\n*2\r\n+RO\r\n+access\r\n*2\r\n$1\r\nb\r\n*2\r\n+OW\r\n+update\r\n",
    );
  });

  test("changes nothing when the list that it stores has no room", () => {
    engine = new Engine({ shards: 1, arenaBytes: 1 << 20 });
    engine.run("SET", "large", "x".repeat(100_000));
    engine.run("RPUSH", "l", ...new Array<string>(20).fill("ge"));
    run("SET out text");
    const before = digest(engine.keyspace);
    const used = engine.keyspace.usedBytes;
    expect(run("SORT l ALPHA GET lar* STORE out")).toBe(OOM);
    while (engine.keyspace.collectGarbage(1 << 20));
    expect([digest(engine.keyspace), engine.keyspace.usedBytes]).toEqual([before, used]);
    checkKeyspace(engine.keyspace);
  });

  test("orders thousands of elements as a plain sort does", () => {
    const random = new Random(testSeed("SORT of many elements"));
    const numbers = Array.from({ length: 3000 }, () => random.below(2000) - 1000);
    engine.run("RPUSH", "l", ...numbers);
    const ascending = numbers.toSorted((a, b) => a - b).map(String);
    const alphabetic = numbers.map(String).sort();
    expect(elements(run("SORT l"))).toEqual(ascending);
    expect(elements(run("SORT l DESC"))).toEqual(ascending.toReversed());
    expect(elements(run("SORT l ALPHA"))).toEqual(alphabetic);
    expect(elements(run("SORT l LIMIT 1000 50"))).toEqual(ascending.slice(1000, 1050));
    expect(elements(run("SORT l ALPHA DESC LIMIT 10 50"))).toEqual(alphabetic.toReversed().slice(10, 60));
  });
});
