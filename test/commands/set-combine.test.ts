import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { SET_FORMS } from "../support/set-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

/** The elements of the reply to a line, sorted. */
function combined(line: string): string[] {
  return elements(run(line)).sort();
}

for (const form of SET_FORMS) {
  describe(`combinations of sets, ${form.name}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, form.limits);
      run("SADD a 1 2 3 4");
      run("SADD b 2 3");
      run("SADD c 3 9");
    });

    test("are those of mathematics", () => {
      expect(combined("SINTER a b")).toEqual(["2", "3"]);
      expect(combined("SINTER a b c")).toEqual(["3"]);
      expect(combined("SINTER a a")).toEqual(["1", "2", "3", "4"]);
      expect(combined("SUNION a c")).toEqual(["1", "2", "3", "4", "9"]);
      expect(combined("SUNION c")).toEqual(["3", "9"]);
      expect(combined("SDIFF a b c")).toEqual(["1", "4"]);
      expect(combined("SDIFF c a")).toEqual(["9"]);
      expect(combined("SDIFF a a")).toEqual([]);
      expect(combined("SDIFF a")).toEqual(["1", "2", "3", "4"]);
    });

    test("take a key that does not exist for an empty set", () => {
      expect(combined("SINTER a none")).toEqual([]);
      expect(combined("SINTER none a")).toEqual([]);
      expect(combined("SUNION none c none")).toEqual(["3", "9"]);
      expect(combined("SUNION none")).toEqual([]);
      expect(combined("SDIFF none a")).toEqual([]);
      expect(combined("SDIFF c none")).toEqual(["3", "9"]);
      expect(run("SINTERCARD 2 a none")).toBe(":0\r\n");
    });

    test("are replied as sets in RESP3", () => {
      engine.ctx.client.resp = 3;
      expect(elements(run("SINTER a b"), "~").sort()).toEqual(["2", "3"]);
      expect(elements(run("SUNION b c"), "~").sort()).toEqual(["2", "3", "9"]);
      expect(elements(run("SDIFF a b"), "~").sort()).toEqual(["1", "4"]);
      expect(run("SINTER a none")).toBe("~0\r\n");
    });

    test("are counted by SINTERCARD, up to a limit", () => {
      expect(run("SINTERCARD 2 a b")).toBe(":2\r\n");
      expect(run("SINTERCARD 1 a")).toBe(":4\r\n");
      expect(run("SINTERCARD 2 a b LIMIT 1")).toBe(":1\r\n");
      expect(run("SINTERCARD 2 a b LIMIT 0")).toBe(":2\r\n");
      expect(run("SINTERCARD 2 a b limit 1 LIMIT 9")).toBe(":2\r\n");
    });

    test("are stored", () => {
      expect(run("SINTERSTORE d a b")).toBe(":2\r\n");
      expect(combined("SMEMBERS d")).toEqual(["2", "3"]);
      expect(run("SUNIONSTORE d b c")).toBe(":3\r\n");
      expect(combined("SMEMBERS d")).toEqual(["2", "3", "9"]);
      expect(run("SDIFFSTORE d a b c")).toBe(":2\r\n");
      expect(combined("SMEMBERS d")).toEqual(["1", "4"]);
      checkKeyspace(engine.keyspace);
    });

    test("are stored in the place of a source", () => {
      expect(run("SDIFFSTORE a a b c")).toBe(":2\r\n");
      expect(combined("SMEMBERS a")).toEqual(["1", "4"]);
      expect(run("SUNIONSTORE c c b c")).toBe(":3\r\n");
      expect(combined("SMEMBERS c")).toEqual(["2", "3", "9"]);
      expect(run("SINTERSTORE b b c")).toBe(":2\r\n");
      expect(combined("SMEMBERS b")).toEqual(["2", "3"]);
      checkKeyspace(engine.keyspace);
    });

    test("replace a key of any type and its expire time, and delete it when they are empty", () => {
      run("SET d v EX 100");
      expect(run("SINTERSTORE d a b")).toBe(":2\r\n");
      expect(run("TYPE d")).toBe("+set\r\n");
      expect(run("TTL d")).toBe(":-1\r\n");
      expect(run("SUNIONSTORE d none none")).toBe(":0\r\n");
      expect(run("EXISTS d")).toBe(":0\r\n");
      run("SET d v");
      expect(run("SINTERSTORE d a none")).toBe(":0\r\n");
      expect(run("EXISTS d")).toBe(":0\r\n");
      const { dirty } = engine.keyspace;
      expect(run("SDIFFSTORE d none a")).toBe(":0\r\n");
      expect(engine.keyspace.dirty).toBe(dirty);
      checkKeyspace(engine.keyspace);
    });
  });
}

describe("combinations of sets", () => {
  test("refuse a value of another type wherever it stands, and change nothing then", () => {
    run("SET text v");
    run("SADD a 1");
    for (const name of ["SINTER", "SUNION", "SDIFF", "SINTERSTORE a", "SUNIONSTORE a", "SDIFFSTORE a"])
      for (const keys of ["text", "a text", "text a", "none text"])
        expect(run(`${name} ${keys}`)).toBe(WRONG_TYPE);
    expect(run("SINTERCARD 2 none text")).toBe(WRONG_TYPE);
    expect(combined("SMEMBERS a")).toEqual(["1"]);
  });

  test("of many sets are found either way", () => {
    for (let i = 0; i < 2000; i++) engine.run("SADD", "large", `member ${i}`);
    const keys = Array.from({ length: 30 }, (_, i) => `small${i}`);
    keys.forEach((key, i) => {
      engine.run("SADD", key, `member ${i}`, "other");
    });
    const left = elements(engine.run("SDIFF", "large", ...keys));
    expect(left.length).toBe(1970);
    expect(left).not.toContain("member 29");
    expect(elements(engine.run("SDIFF", "small0", ...keys.slice(1)))).toEqual(["member 0"]);
    expect(elements(engine.run("SINTER", "large", "small7"))).toEqual(["member 7"]);
    expect(engine.run("SUNIONSTORE", "all", "large", ...keys)).toBe(":2001\r\n");
    engine.keyspace.collectGarbage(1e6);
    checkKeyspace(engine.keyspace);
  });

  test("count every key as a hit or a miss, and free those that have expired", () => {
    run("SADD a 1 2");
    run("SADD b 1 2");
    run("SADD c 1 2");
    run("PEXPIRE b 10");
    engine.advance(11);
    const { hits, misses } = engine.keyspace;
    expect(combined("SUNION a b c a")).toEqual(["1", "2"]);
    expect(engine.keyspace.hits - hits).toBe(3);
    expect(engine.keyspace.misses - misses).toBe(1);
    checkKeyspace(engine.keyspace);
  });

  test("SINTERCARD refuses a wrong number of keys and wrong options", () => {
    const NUMKEYS = "-ERR numkeys should be greater than 0\r\n";
    const TOO_MANY = "-ERR Number of keys can't be greater than number of args\r\n";
    const LIMIT = "-ERR LIMIT can't be negative\r\n";
    const SYNTAX = "-ERR syntax error\r\n";
    for (const numkeys of ["0", "-1", "a", "1.0", "9223372036854775808"])
      expect(run(`SINTERCARD ${numkeys} a`)).toBe(NUMKEYS);
    for (const numkeys of ["2", "999999999999999999"]) expect(run(`SINTERCARD ${numkeys} a`)).toBe(TOO_MANY);
    for (const limit of ["-1", "a"]) expect(run(`SINTERCARD 1 a LIMIT ${limit}`)).toBe(LIMIT);
    for (const options of ["LIMIT", "OTHER 1", "LIMIT 1 LIMIT", "b"])
      expect(run(`SINTERCARD 1 a ${options}`)).toBe(SYNTAX);
  });

  test("that cannot be stored for want of memory leave the key as it was", () => {
    engine = new Engine({ shards: 1, databases: 1, arenaBytes: 2 << 20 });
    for (let i = 0; i < 30_000; i++) engine.run("SADD", i % 2 === 0 ? "even" : "odd", `number ${i}`);
    run("SADD d 1");
    expect(run("SUNIONSTORE d even odd")).toBe(OOM);
    expect(combined("SMEMBERS d")).toEqual(["1"]);
    expect(run("SUNION even odd")).toBe(OOM);
    while (engine.keyspace.collectGarbage(1e6));
    checkKeyspace(engine.keyspace);
    expect(run("SINTERCARD 2 even odd")).toBe(":0\r\n");
  });
});
