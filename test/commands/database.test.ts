import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const NO_DB = "-ERR DB index is out of range\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function inDb(db: number, ...argv: (string | number)[]): string {
  engine.ctx.client.db = db;
  const reply = engine.run(...argv);
  engine.ctx.client.db = 0;
  return reply;
}

function fill(db: number, count: number): void {
  for (let i = 0; i < count; i++) inDb(db, "SET", `key:${i}`, "v");
}

describe("DBSIZE", () => {
  test("counts the keys of the selected database", () => {
    expect(engine.run("DBSIZE")).toBe(":0\r\n");
    fill(0, 20);
    fill(1, 3);
    expect(engine.run("DBSIZE")).toBe(":20\r\n");
    expect(inDb(1, "DBSIZE")).toBe(":3\r\n");
  });
});

describe("FLUSHDB and FLUSHALL", () => {
  for (const mode of [[], ["ASYNC"], ["sync"]]) {
    test(`FLUSHDB ${mode.join(" ")} empties the selected database only`, () => {
      fill(0, 5);
      fill(1, 3);
      engine.run("EXPIRE", "key:1", 100);
      const before = engine.keyspace.dirty;
      expect(engine.run("FLUSHDB", ...mode)).toBe("+OK\r\n");
      expect(engine.run("DBSIZE")).toBe(":0\r\n");
      expect(engine.run("GET", "key:1")).toBe("$-1\r\n");
      expect(inDb(1, "DBSIZE")).toBe(":3\r\n");
      expect(engine.keyspace.dirty - before).toBe(5);
    });

    test(`FLUSHALL ${mode.join(" ")} empties all databases`, () => {
      fill(0, 5);
      fill(15, 3);
      const before = engine.keyspace.dirty;
      expect(engine.run("FLUSHALL", ...mode)).toBe("+OK\r\n");
      expect(engine.run("DBSIZE")).toBe(":0\r\n");
      expect(inDb(15, "DBSIZE")).toBe(":0\r\n");
      expect(engine.keyspace.dirty - before).toBe(8);
      expect(engine.keyspace.usedBytes).toBe(0);
    });
  }

  test("refuse other modes and change nothing", () => {
    fill(0, 5);
    for (const command of ["FLUSHDB", "FLUSHALL"]) {
      expect(engine.run(command, "LATER")).toBe("-ERR syntax error\r\n");
      expect(engine.run(command, "ASYNC", "SYNC")).toBe("-ERR syntax error\r\n");
    }
    expect(engine.run("DBSIZE")).toBe(":5\r\n");
  });

  test("keys set afterwards outlive the freeing of the flushed ones", () => {
    fill(0, 500);
    fill(1, 1);
    engine.run("FLUSHDB");
    fill(0, 50);
    let slices = 0;
    while (engine.keyspace.collectGarbage(10)) slices++;
    expect(slices).toBeGreaterThan(2);
    expect(engine.run("DBSIZE")).toBe(":50\r\n");
    for (let i = 0; i < 50; i++) expect(engine.run("GET", `key:${i}`)).toBe("$1\r\nv\r\n");
  });

  test("a key set again after a flush does not expire at its old time", () => {
    engine.run("SET", "k", "v");
    engine.run("EXPIRE", "k", 10);
    engine.run("FLUSHALL");
    engine.run("SET", "k", "v");
    engine.advance(20_000);
    expect(engine.run("GET", "k")).toBe("$1\r\nv\r\n");
  });
});

describe("SWAPDB", () => {
  test("exchanges keys and expire times of two databases", () => {
    engine.run("SET", "a", "zero");
    engine.run("EXPIRE", "a", 100);
    inDb(1, "SET", "a", "one");
    inDb(1, "SET", "b", "one");
    const before = engine.keyspace.dirty;
    expect(engine.run("SWAPDB", 0, 1)).toBe("+OK\r\n");
    expect(engine.keyspace.dirty - before).toBe(1);
    expect(engine.run("GET", "a")).toBe("$3\r\none\r\n");
    expect(engine.run("TTL", "a")).toBe(":-1\r\n");
    expect(engine.run("DBSIZE")).toBe(":2\r\n");
    expect(inDb(1, "GET", "a")).toBe("$4\r\nzero\r\n");
    expect(inDb(1, "TTL", "a")).toBe(":100\r\n");
    engine.advance(100_001);
    expect(inDb(1, "GET", "a")).toBe("$-1\r\n");
  });

  test("of a database with itself changes nothing", () => {
    engine.run("SET", "a", "1");
    expect(engine.run("SWAPDB", 0, 0)).toBe("+OK\r\n");
    expect(engine.run("GET", "a")).toBe("$1\r\n1\r\n");
  });

  test("refuses what is no database, reading both numbers first", () => {
    expect(engine.run("SWAPDB", "x", "y")).toBe("-ERR invalid first DB index\r\n");
    expect(engine.run("SWAPDB", "3000000000", 0)).toBe("-ERR invalid first DB index\r\n");
    expect(engine.run("SWAPDB", 99, "y")).toBe("-ERR invalid second DB index\r\n");
    expect(engine.run("SWAPDB", 0, 16)).toBe(NO_DB);
    expect(engine.run("SWAPDB", -1, 0)).toBe(NO_DB);
  });
});
