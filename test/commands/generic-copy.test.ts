import { beforeEach, describe, expect, test } from "bun:test";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";

const SAME = "-ERR source and destination objects are the same\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NOT_INT32 = "-ERR value is out of range, value must between -2147483648 and 2147483647\r\n";
const NO_DB = "-ERR DB index is out of range\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

/** Runs in another database. */
function inDb(db: number, ...argv: (string | number)[]): string {
  const { client } = engine.ctx;
  const before = client.db;
  client.db = db;
  const reply = engine.run(...argv);
  client.db = before;
  return reply;
}

describe("RENAME", () => {
  test("moves value, encoding and expire time", () => {
    engine.run("SET", "a", "12");
    engine.run("EXPIRE", "a", 100);
    expect(engine.run("RENAME", "a", "b")).toBe("+OK\r\n");
    expect(engine.run("EXISTS", "a")).toBe(":0\r\n");
    expect(engine.run("GET", "b")).toBe("$2\r\n12\r\n");
    expect(engine.run("OBJECT", "ENCODING", "b")).toBe("$3\r\nint\r\n");
    expect(engine.run("TTL", "b")).toBe(":100\r\n");
  });

  test("replaces the destination, its expire time included", () => {
    engine.run("SET", "a", "new");
    engine.run("SET", "b", "a much longer old value that has an expire time");
    engine.run("EXPIRE", "b", 100);
    expect(engine.run("RENAME", "a", "b")).toBe("+OK\r\n");
    expect(engine.run("GET", "b")).toBe("$3\r\nnew\r\n");
    expect(engine.run("TTL", "b")).toBe(":-1\r\n");
    expect(engine.run("DBSIZE")).toBe(":1\r\n");
  });

  test("gives a destination without expire time the one of the source", () => {
    engine.run("SET", "a", "new");
    engine.run("EXPIRE", "a", 100);
    engine.run("SET", "b", "old");
    engine.run("RENAME", "a", "b");
    expect(engine.run("TTL", "b")).toBe(":100\r\n");
    engine.advance(100_001);
    expect(engine.run("GET", "b")).toBe("$-1\r\n");
  });

  test("of a missing key is an error, also onto itself", () => {
    engine.run("SET", "b", "old");
    expect(engine.run("RENAME", "a", "b")).toBe("-ERR no such key\r\n");
    expect(engine.run("RENAME", "a", "a")).toBe("-ERR no such key\r\n");
    expect(engine.run("GET", "b")).toBe("$3\r\nold\r\n");
  });

  test("onto itself changes nothing", () => {
    engine.run("SET", "a", "1");
    const before = engine.keyspace.dirty;
    expect(engine.run("RENAME", "a", "a")).toBe("+OK\r\n");
    expect(engine.run("GET", "a")).toBe("$1\r\n1\r\n");
    expect(engine.keyspace.dirty).toBe(before);
  });

  test("counts as one change and as an access", () => {
    engine.run("SET", "a", "1");
    engine.run("SET", "b", "1");
    engine.advance(5000);
    const before = engine.keyspace.dirty;
    engine.run("RENAME", "a", "b");
    expect(engine.keyspace.dirty - before).toBe(1);
    expect(engine.run("OBJECT", "IDLETIME", "b")).toBe(":0\r\n");
  });
});

describe("RENAMENX", () => {
  test("renames when the destination is free, or has expired", () => {
    engine.run("SET", "a", "1");
    engine.run("SET", "b", "2");
    engine.run("PEXPIRE", "b", 1);
    expect(engine.run("RENAMENX", "a", "b")).toBe(":0\r\n");
    expect(engine.run("GET", "a")).toBe("$1\r\n1\r\n");
    engine.advance(2);
    expect(engine.run("RENAMENX", "a", "b")).toBe(":1\r\n");
    expect(engine.run("GET", "b")).toBe("$1\r\n1\r\n");
    expect(engine.run("EXISTS", "a")).toBe(":0\r\n");
  });

  test("of a missing key is an error; onto itself it replies 0", () => {
    expect(engine.run("RENAMENX", "a", "b")).toBe("-ERR no such key\r\n");
    engine.run("SET", "a", "1");
    expect(engine.run("RENAMENX", "a", "a")).toBe(":0\r\n");
  });
});

describe("COPY", () => {
  test("copies value, encoding and expire time, and leaves the source", () => {
    engine.run("SET", "a", "12");
    engine.run("EXPIRE", "a", 100);
    expect(engine.run("COPY", "a", "b")).toBe(":1\r\n");
    engine.run("SET", "a", "changed");
    expect(engine.run("GET", "b")).toBe("$2\r\n12\r\n");
    expect(engine.run("OBJECT", "ENCODING", "b")).toBe("$3\r\nint\r\n");
    expect(engine.run("TTL", "b")).toBe(":100\r\n");
  });

  test("replies 0 for a missing source, and for a destination that exists", () => {
    engine.run("SET", "a", "1");
    expect(engine.run("COPY", "missing", "b")).toBe(":0\r\n");
    engine.run("SET", "b", "2");
    expect(engine.run("COPY", "a", "b")).toBe(":0\r\n");
    expect(engine.run("COPY", "missing", "b", "REPLACE")).toBe(":0\r\n");
    expect(engine.run("GET", "b")).toBe("$1\r\n2\r\n");
  });

  test("REPLACE takes the place of the destination", () => {
    engine.run("SET", "a", "1");
    engine.run("SET", "b", "2");
    engine.run("EXPIRE", "b", 100);
    expect(engine.run("COPY", "a", "b", "replace")).toBe(":1\r\n");
    expect(engine.run("GET", "b")).toBe("$1\r\n1\r\n");
    expect(engine.run("TTL", "b")).toBe(":-1\r\n");
  });

  test("DB copies to another database, under the same key, too", () => {
    engine.run("SET", "a", "1");
    expect(engine.run("COPY", "a", "a", "DB", 3)).toBe(":1\r\n");
    expect(inDb(3, "GET", "a")).toBe("$1\r\n1\r\n");
    expect(engine.run("COPY", "a", "a", "DB", 3)).toBe(":0\r\n");
    expect(engine.run("COPY", "a", "a", "REPLACE", "DB", 3)).toBe(":1\r\n");
    expect(engine.run("GET", "a")).toBe("$1\r\n1\r\n");
  });

  test("refuses the same key, before it looks whether there is one", () => {
    expect(engine.run("COPY", "a", "a")).toBe(SAME);
    expect(engine.run("COPY", "a", "a", "DB", 0)).toBe(SAME);
  });

  test("refuses bad options", () => {
    expect(engine.run("COPY", "a", "b", "BAD")).toBe("-ERR syntax error\r\n");
    expect(engine.run("COPY", "a", "b", "DB")).toBe("-ERR syntax error\r\n");
    expect(engine.run("COPY", "a", "b", "DB", "x")).toBe(NOT_INTEGER);
    expect(engine.run("COPY", "a", "b", "DB", "3000000000")).toBe(NOT_INT32);
    expect(engine.run("COPY", "a", "b", "DB", 16)).toBe(NO_DB);
    expect(engine.run("COPY", "a", "b", "DB", -1)).toBe(NO_DB);
  });

  test("touches the source and starts the copy fresh", () => {
    engine.run("SET", "a", "1");
    engine.run("SET", "b", "1");
    engine.advance(5000);
    engine.run("COPY", "a", "b", "REPLACE");
    expect(engine.run("OBJECT", "IDLETIME", "a")).toBe(":0\r\n");
    expect(engine.run("OBJECT", "IDLETIME", "b")).toBe(":0\r\n");
  });
});

describe("MOVE", () => {
  test("moves a key with its expire time", () => {
    engine.run("SET", "a", "1");
    engine.run("EXPIRE", "a", 100);
    expect(engine.run("MOVE", "a", 1)).toBe(":1\r\n");
    expect(engine.run("EXISTS", "a")).toBe(":0\r\n");
    expect(inDb(1, "GET", "a")).toBe("$1\r\n1\r\n");
    expect(inDb(1, "TTL", "a")).toBe(":100\r\n");
  });

  test("replies 0 for a missing key and for a key the other database has", () => {
    expect(engine.run("MOVE", "a", 1)).toBe(":0\r\n");
    engine.run("SET", "a", "here");
    inDb(1, "SET", "a", "there");
    expect(engine.run("MOVE", "a", 1)).toBe(":0\r\n");
    expect(engine.run("GET", "a")).toBe("$4\r\nhere\r\n");
    expect(inDb(1, "GET", "a")).toBe("$5\r\nthere\r\n");
  });

  test("refuses bad databases and the present one", () => {
    expect(engine.run("MOVE", "a", 0)).toBe(SAME);
    expect(engine.run("MOVE", "a", "x")).toBe(NOT_INTEGER);
    expect(engine.run("MOVE", "a", "99999999999999999999")).toBe(NOT_INTEGER);
    expect(engine.run("MOVE", "a", "3000000000")).toBe(NOT_INT32);
    expect(engine.run("MOVE", "a", 16)).toBe(NO_DB);
    expect(engine.run("MOVE", "a", -1)).toBe(NO_DB);
  });
});

describe("without memory for the destination", () => {
  const argvs = [
    ["RENAME", "a", "b"],
    ["RENAME", "a", "short"],
    ["RENAME", "a", "expiring"],
    ["RENAMENX", "a", "b"],
    ["COPY", "a", "b"],
    ["COPY", "a", "short", "REPLACE"],
    ["MOVE", "a", "1"],
  ];

  for (const argv of argvs) {
    test(`${argv.join(" ")} is refused and changes nothing`, () => {
      engine = new Engine({ shards: 1, arenaBytes: 64 << 10 });
      engine.run("SET", "short", "old");
      engine.run("SET", "expiring", "old");
      engine.run("EXPIRE", "expiring", 100);
      engine.run("SET", "a", "x".repeat(40 << 10));
      engine.run("EXPIRE", "a", 100);
      const before = digest(engine.keyspace);
      const { dirty } = engine.keyspace;
      expect(engine.run(...argv)).toStartWith("-OOM ");
      expect(digest(engine.keyspace)).toBe(before);
      expect(engine.keyspace.dirty).toBe(dirty);
      expect(engine.run("STRLEN", "a")).toBe(`:${40 << 10}\r\n`);
    });
  }
});
