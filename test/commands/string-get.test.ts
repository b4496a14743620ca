import { beforeEach, describe, expect, test } from "bun:test";
import { NO_EXPIRE } from "../../src/store/keyspace.ts";
import { Engine } from "../support/engine.ts";

const NULL = "$-1\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const INVALID_EXPIRE = "-ERR invalid expire time in 'getex' command\r\n";
const NOW = 1_700_000_000_000;

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);

beforeEach(() => {
  engine = new Engine();
});

/** Makes the key one of a type that no string command accepts. */
function makeOtherType(name: string): void {
  const key = Buffer.from(name);
  engine.keyspace.put(0, key, 0, key.length, 4, 0, 0, NO_EXPIRE);
}

describe("GET", () => {
  test("replies the bytes that were set, whatever they are", () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    run("SET", bytes, bytes);
    expect(run("GET", bytes)).toBe(`$256\r\n${bytes.toString("latin1")}\r\n`);
  });

  test("tells an empty value from a missing key", () => {
    run("SET", "k", "");
    expect(run("GET", "k")).toBe("$0\r\n\r\n");
    expect(run("GET", "missing")).toBe(NULL);
  });

  test("replies null in RESP3 for a missing key", () => {
    engine.ctx.client.resp = 3;
    expect(run("GET", "missing")).toBe("_\r\n");
  });

  test("counts hits and misses", () => {
    run("SET", "k", "v");
    run("GET", "k");
    run("GET", "missing");
    expect([engine.keyspace.hits, engine.keyspace.misses]).toEqual([1, 1]);
  });
});

describe("MGET", () => {
  test("replies the values in the order of the keys, null for those that hold no string", () => {
    run("MSET", "a", "1", "b", "two");
    makeOtherType("other");
    expect(run("MGET", "b", "missing", "other", "a", "b")).toBe(
      "*5\r\n$3\r\ntwo\r\n$-1\r\n$-1\r\n$1\r\n1\r\n$3\r\ntwo\r\n",
    );
  });

  test("uses RESP3 nulls for RESP3 clients", () => {
    engine.ctx.client.resp = 3;
    expect(run("MGET", "a")).toBe("*1\r\n_\r\n");
  });
});

describe("STRLEN", () => {
  test("is the number of bytes, 0 for a missing key", () => {
    run("SET", "k", "héllo");
    run("SET", "n", "-12345");
    expect([run("STRLEN", "k"), run("STRLEN", "n"), run("STRLEN", "missing")]).toEqual([
      ":5\r\n",
      ":6\r\n",
      ":0\r\n",
    ]);
  });
});

describe("GETDEL", () => {
  test("replies the value and deletes the key", () => {
    run("SET", "k", "v", "EX", 10);
    expect(run("GETDEL", "k")).toBe("$1\r\nv\r\n");
    expect(run("GETDEL", "k")).toBe(NULL);
    expect(engine.keyspace.dirty).toBe(2);
  });
});

describe("GETEX", () => {
  beforeEach(() => {
    run("SET", "k", "v", "PX", 5000);
  });

  test("without options leaves the expire time alone", () => {
    const { dirty } = engine.keyspace;
    expect(run("GETEX", "k")).toBe("$1\r\nv\r\n");
    expect(run("PEXPIRETIME", "k")).toBe(`:${NOW + 5000}\r\n`);
    expect(engine.keyspace.dirty).toBe(dirty);
  });

  test.each([
    ["EX", 100, NOW + 100_000],
    ["px", 100, NOW + 100],
    ["EXAT", 1_700_000_100, NOW + 100_000],
    ["pxat", NOW + 7, NOW + 7],
  ])("%s sets the expire time", (option, time, expireAt) => {
    expect(run("GETEX", "k", option, time)).toBe("$1\r\nv\r\n");
    expect(run("PEXPIRETIME", "k")).toBe(`:${expireAt}\r\n`);
  });

  test("PERSIST takes the expire time away, once", () => {
    const { dirty } = engine.keyspace;
    expect(run("GETEX", "k", "PERSIST")).toBe("$1\r\nv\r\n");
    expect(run("GETEX", "k", "persist")).toBe("$1\r\nv\r\n");
    expect(run("PTTL", "k")).toBe(":-1\r\n");
    expect(engine.keyspace.dirty).toBe(dirty + 1);
  });

  test.each([
    ["EXAT", 1_699_999_999],
    ["PXAT", NOW],
  ])("%s with a time that has come replies the value and deletes the key", (option, time) => {
    expect(run("GETEX", "k", option, time)).toBe("$1\r\nv\r\n");
    expect(engine.keyspace.size(0)).toBe(0);
    expect(engine.keyspace.expired).toBe(0);
  });

  test("gives an expire time to a key that had none, and keeps its value", () => {
    run("SET", "n", "x".repeat(100));
    run("GETEX", "n", "PX", 50);
    engine.advance(50);
    expect(run("GET", "n")).toBe(`$100\r\n${"x".repeat(100)}\r\n`);
    engine.advance(1);
    expect(run("GET", "n")).toBe(NULL);
  });

  test("looks at the time only when the key exists, but at the syntax always", () => {
    expect(run("GETEX", "missing", "EX", "0")).toBe(NULL);
    expect(run("GETEX", "missing", "EX", "x")).toBe(NULL);
    expect(run("GETEX", "missing", "BAD")).toBe(SYNTAX);
  });

  test.each(["0", "-1", "9223372036854775807", "9223372036854776", "9223372036854775"])(
    "refuses EX %s and leaves the key alone",
    (time) => {
      expect(run("GETEX", "k", "EX", time)).toBe(INVALID_EXPIRE);
      expect(run("PEXPIRETIME", "k")).toBe(`:${NOW + 5000}\r\n`);
    },
  );

  test("refuses a time that is no integer", () => {
    expect(run("GETEX", "k", "EX", "1.5")).toBe(NOT_INTEGER);
    expect(run("GETEX", "k", "PXAT", "9223372036854775808")).toBe(NOT_INTEGER);
  });

  test.each([
    [["EX"]],
    [["EX", "1", "PX", "1"]],
    [["PERSIST", "EX", "1"]],
    [["EXAT", "1", "PERSIST"]],
    [["KEEPTTL"]],
    [["NX"]],
    [["GET"]],
  ])("refuses the options %p", (options) => {
    expect(run("GETEX", "k", ...options)).toBe(SYNTAX);
  });

  test("takes the last of a repeated option", () => {
    run("GETEX", "k", "EX", "x", "EX", 9);
    expect(run("PEXPIRETIME", "k")).toBe(`:${NOW + 9000}\r\n`);
  });
});

describe("a key of another type", () => {
  const refused: string[][] = [
    ["APPEND", "k", "v"],
    ["DECR", "k"],
    ["DECRBY", "k", "1"],
    ["GET", "k"],
    ["GETDEL", "k"],
    ["GETEX", "k", "EX", "10"],
    ["GETRANGE", "k", "0", "1"],
    ["GETSET", "k", "v"],
    ["INCR", "k"],
    ["INCRBY", "k", "1"],
    ["INCRBYFLOAT", "k", "no number"],
    ["SET", "k", "v", "GET"],
    ["SET", "k", "v", "NX", "GET"],
    ["SETRANGE", "k", "0", ""],
    ["STRLEN", "k"],
    ["SUBSTR", "k", "0", "1"],
  ];

  test.each(refused.map((argv) => [argv]))("is refused and left alone by %p", (argv) => {
    makeOtherType("k");
    expect(run(...argv)).toBe(WRONG_TYPE);
    expect(run("TYPE", "k")).toBe("+hash\r\n");
    expect(engine.keyspace.dirty).toBe(0);
  });

  const replacing: string[][] = [
    ["SET", "k", "v"],
    ["SETEX", "k", "10", "v"],
    ["PSETEX", "k", "10", "v"],
    ["MSET", "k", "v"],
    ["SET", "k", "v", "XX", "KEEPTTL"],
  ];

  test.each(replacing.map((argv) => [argv]))("is replaced by %p", (argv) => {
    makeOtherType("k");
    expect(run(...argv)).toBe("+OK\r\n");
    expect(run("GET", "k")).toBe("$1\r\nv\r\n");
  });

  test("counts as existing for SETNX and MSETNX", () => {
    makeOtherType("k");
    expect(run("SETNX", "k", "v")).toBe(":0\r\n");
    expect(run("MSETNX", "new", "v", "k", "v")).toBe(":0\r\n");
    expect(run("GET", "new")).toBe(NULL);
  });

  test("has an error of its own in LCS", () => {
    makeOtherType("k");
    expect(run("LCS", "missing", "k", "BAD")).toBe("-ERR The specified keys must contain string values\r\n");
  });
});

test("a command that changes a string counts as an access to it", () => {
  run("SET", "n", "1");
  for (const argv of [
    ["INCR", "n"],
    ["APPEND", "n", "0"],
    ["SETNX", "n", "v"],
    ["SETRANGE", "n", "0", ""],
  ]) {
    engine.advance(60_000);
    run(...argv);
    expect(run("OBJECT", "IDLETIME", "n")).toBe(":0\r\n");
  }
});
