/** Fields of hashes that live for ever, in each of the two forms. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NULL = "$-1\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const encoding = (key: string) => run("OBJECT", "ENCODING", key);

function newEngine(entries: number): void {
  engine = new Engine();
  engine.keyspace.limits.hashEntries = entries;
}

describe.each([
  ["listpack", 512],
  ["hashtable", 0],
])("hashes kept as %s", (form, entries) => {
  beforeEach(() => newEngine(entries));

  test("HSET says how many fields are new", () => {
    expect(run("HSET", "h", "a", "1")).toBe(":1\r\n");
    expect(run("HSET", "h", "a", "2", "b", "x", "c", "")).toBe(":2\r\n");
    expect(run("HSET", "h", "c", "1", "c", "2", "d", "1", "d", "2")).toBe(":1\r\n");
    expect(encoding("h")).toBe(bulk(form));
    expect(elements(run("HMGET", "h", "a", "b", "c", "d"))).toEqual(["2", "x", "2", "2"]);
    expect(engine.keyspace.dirty).toBe(3);
  });

  test("HMSET replies OK", () => {
    expect(run("HMSET", "h", "a", "1", "b", "2")).toBe("+OK\r\n");
    expect(run("HMSET", "h", "a", "3")).toBe("+OK\r\n");
    expect(run("HGET", "h", "a")).toBe(bulk("3"));
  });

  test("HSETNX sets only a field that is not there", () => {
    expect(run("HSETNX", "h", "a", "1")).toBe(":1\r\n");
    expect(run("HSETNX", "h", "a", "2")).toBe(":0\r\n");
    expect(run("HSETNX", "h", "b", "2")).toBe(":1\r\n");
    expect(elements(run("HMGET", "h", "a", "b"))).toEqual(["1", "2"]);
    expect(engine.keyspace.dirty).toBe(2);
  });

  test("HGET, HEXISTS and HSTRLEN look at one field", () => {
    run("HSET", "h", "text", "hello", "number", "-1234567890123", "", "empty name", "empty", "");
    expect(run("HGET", "h", "text")).toBe(bulk("hello"));
    expect(run("HGET", "h", "number")).toBe(bulk("-1234567890123"));
    expect(run("HGET", "h", "")).toBe(bulk("empty name"));
    expect(run("HGET", "h", "empty")).toBe(bulk(""));
    expect(run("HGET", "h", "missing")).toBe(NULL);
    expect(run("HGET", "h", "hello")).toBe(NULL);
    expect(run("HEXISTS", "h", "")).toBe(":1\r\n");
    expect(run("HEXISTS", "h", "missing")).toBe(":0\r\n");
    expect(run("HSTRLEN", "h", "number")).toBe(":14\r\n");
    expect(run("HSTRLEN", "h", "empty")).toBe(":0\r\n");
    expect(run("HSTRLEN", "h", "missing")).toBe(":0\r\n");
  });

  test("a field is told from an integer that looks alike", () => {
    run("HSET", "h", "1", "one", "01", "text", "-0", "minus zero");
    expect(run("HGET", "h", "1")).toBe(bulk("one"));
    expect(run("HGET", "h", "01")).toBe(bulk("text"));
    expect(run("HGET", "h", "-0")).toBe(bulk("minus zero"));
    expect(run("HGET", "h", "+1")).toBe(NULL);
    expect(run("HGET", "h", "0")).toBe(NULL);
  });

  test("fields and values may be any bytes", () => {
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    run("HSET", "h", bytes, bytes);
    expect(run("HGET", "h", bytes)).toBe(bulk(bytes.toString("latin1")));
    expect(run("HKEYS", "h")).toBe(`*1\r\n${bulk(bytes.toString("latin1"))}`);
  });

  test("HMGET replies a null for each field that is missing", () => {
    run("HSET", "h", "a", "1");
    expect(run("HMGET", "h", "a", "b", "a")).toBe(`*3\r\n${bulk("1")}${NULL}${bulk("1")}`);
    expect(run("HMGET", "missing", "a", "b")).toBe(`*2\r\n${NULL}${NULL}`);
    engine.ctx.client.resp = 3;
    expect(run("HMGET", "missing", "a")).toBe("*1\r\n_\r\n");
  });

  test("HDEL says how many fields there were, and deletes the key with the last", () => {
    run("HSET", "h", "a", "1", "b", "2", "c", "3");
    expect(run("HDEL", "h", "a", "missing", "a")).toBe(":1\r\n");
    expect(run("HLEN", "h")).toBe(":2\r\n");
    expect(run("HDEL", "h", "b", "c")).toBe(":2\r\n");
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    expect(run("HDEL", "h", "a")).toBe(":0\r\n");
    expect(engine.keyspace.usedBytes).toBe(bytesOfEmptyEngine());
  });

  test("HDEL of nothing changes nothing", () => {
    run("HSET", "h", "a", "1");
    const { dirty } = engine.keyspace;
    expect(run("HDEL", "h", "b")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(dirty);
  });

  test("HGETALL is a map, HKEYS and HVALS are arrays", () => {
    run("HSET", "h", "a", "1", "b", "x", "c", "");
    const flat = elements(run("HGETALL", "h"));
    const pairs = flat.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${flat[i + 1]}`] : []));
    expect(pairs.sort()).toEqual(["a=1", "b=x", "c="]);
    expect(elements(run("HKEYS", "h")).sort()).toEqual(["a", "b", "c"]);
    expect(elements(run("HVALS", "h")).sort()).toEqual(["", "1", "x"]);
    engine.ctx.client.resp = 3;
    expect(run("HGETALL", "h").startsWith("%3\r\n")).toBe(true);
    expect(run("HKEYS", "h").startsWith("*3\r\n")).toBe(true);
    expect(run("HVALS", "h").startsWith("*3\r\n")).toBe(true);
  });

  test("a value that gets shorter, longer and shorter again is read back each time", () => {
    for (const length of [10, 60, 3, 64, 0, 1, 20]) {
      const value = "v".repeat(length);
      expect(run("HSET", "h", "other", "o", "a", value)).toMatch(/^:[012]\r\n$/);
      expect(run("HGET", "h", "a")).toBe(bulk(value));
      expect(run("HGET", "h", "other")).toBe(bulk("o"));
      checkKeyspace(engine.keyspace);
    }
    expect(encoding("h")).toBe(bulk(form));
  });

  test("other types are refused", () => {
    run("SET", "s", "v");
    for (const request of [
      ["HSET", "s", "a", "1"],
      ["HMSET", "s", "a", "1"],
      ["HSETNX", "s", "a", "1"],
      ["HGET", "s", "a"],
      ["HMGET", "s", "a"],
      ["HDEL", "s", "a"],
      ["HEXISTS", "s", "a"],
      ["HLEN", "s"],
      ["HSTRLEN", "s", "a"],
      ["HGETALL", "s"],
      ["HKEYS", "s"],
      ["HVALS", "s"],
    ])
      expect(run(...request)).toBe(WRONG_TYPE);
    run("HSET", "h", "a", "1");
    expect(run("GET", "h")).toBe(WRONG_TYPE);
    expect(run("TYPE", "h")).toBe("+hash\r\n");
  });
});

describe("a missing key", () => {
  beforeEach(() => newEngine(512));

  test("is a hash without fields", () => {
    expect(run("HGET", "h", "a")).toBe(NULL);
    expect(run("HEXISTS", "h", "a")).toBe(":0\r\n");
    expect(run("HLEN", "h")).toBe(":0\r\n");
    expect(run("HSTRLEN", "h", "a")).toBe(":0\r\n");
    expect(run("HGETALL", "h")).toBe("*0\r\n");
    expect(run("HKEYS", "h")).toBe("*0\r\n");
    expect(run("HVALS", "h")).toBe("*0\r\n");
    engine.ctx.client.resp = 3;
    expect(run("HGETALL", "h")).toBe("%0\r\n");
    expect(run("HGET", "h", "a")).toBe("_\r\n");
  });
});

describe("the arguments of HSET and HMSET", () => {
  beforeEach(() => newEngine(512));

  test("must be pairs", () => {
    expect(run("HSET", "h", "a")).toBe("-ERR wrong number of arguments for 'hset' command\r\n");
    expect(run("HSET", "h", "a", "1", "b")).toBe("-ERR wrong number of arguments for 'hset' command\r\n");
    expect(run("HMSET", "h", "a", "1", "b")).toBe("-ERR wrong number of arguments for 'hmset' command\r\n");
    expect(run("EXISTS", "h")).toBe(":0\r\n");
  });
});

describe("the form of a hash", () => {
  beforeEach(() => newEngine(512));

  test("changes with one field more than hash-max-listpack-entries", () => {
    engine.keyspace.limits.hashEntries = 3;
    run("HSET", "h", "a", "1", "b", "2", "c", "3");
    expect(encoding("h")).toBe(bulk("listpack"));
    run("HSET", "h", "c", "4");
    expect(encoding("h")).toBe(bulk("listpack"));
    run("HSET", "h", "d", "4");
    expect(encoding("h")).toBe(bulk("hashtable"));
    run("HDEL", "h", "a", "b", "c");
    expect(encoding("h")).toBe(bulk("hashtable"));
    expect(elements(run("HGETALL", "h"))).toEqual(["d", "4"]);
  });

  test("changes when a hash that has too many fields by now is written to", () => {
    run("HSET", "h", "a", "1", "b", "2", "c", "3");
    engine.keyspace.limits.hashEntries = 2;
    expect(encoding("h")).toBe(bulk("listpack"));
    run("HSET", "h", "a", "2");
    expect(encoding("h")).toBe(bulk("hashtable"));
  });

  test("changes with a field or a value longer than hash-max-listpack-value", () => {
    run("HSET", "value", "a", "v".repeat(64));
    expect(encoding("value")).toBe(bulk("listpack"));
    run("HSET", "value", "a", "v".repeat(65));
    expect(encoding("value")).toBe(bulk("hashtable"));
    run("HSET", "field", "f".repeat(64), "1");
    expect(encoding("field")).toBe(bulk("listpack"));
    run("HSET", "field", "f".repeat(65), "1");
    expect(encoding("field")).toBe(bulk("hashtable"));
    expect(elements(run("HMGET", "field", "f".repeat(64), "f".repeat(65)))).toEqual(["1", "1"]);
  });

  test("changes before a packed hash becomes larger than a packed one may be, whatever the limits", () => {
    engine.keyspace.limits.hashEntries = 65_536;
    engine.keyspace.limits.hashValueBytes = 1 << 30;
    for (let i = 0; i < 120; i++) run("HSET", "h", `f${i}`, "v".repeat(1000));
    expect(encoding("h")).toBe(bulk("listpack"));
    expect(elements(run("HKEYS", "h"))).toEqual(Array.from({ length: 120 }, (_, i) => `f${i}`));
    for (let i = 120; i < 200; i++) run("HSET", "h", `f${i}`, "v".repeat(1000));
    expect(encoding("h")).toBe(bulk("hashtable"));
    expect(run("HLEN", "h")).toBe(":200\r\n");
    checkKeyspace(engine.keyspace);
  });
});

describe("the memory of a hash", () => {
  test("comes back when the value of a field gets much shorter", () => {
    newEngine(0);
    run("HSET", "h", "a", "v".repeat(10_000));
    const before = engine.keyspace.usedBytes;
    run("HSET", "h", "a", "v");
    expect(before - engine.keyspace.usedBytes).toBeGreaterThan(9_900);
    expect(run("HGET", "h", "a")).toBe(bulk("v"));
  });

  test("stays where it is while the value of a field changes by some bytes", () => {
    newEngine(0);
    run("HSET", "h", "a", "v".repeat(100));
    const before = engine.keyspace.usedBytes;
    for (const length of [90, 100, 85, 99]) run("HSET", "h", "a", "v".repeat(length));
    expect(engine.keyspace.usedBytes).toBe(before);
  });
});

/** What is left when the only key of an engine is deleted: the dict of the db. */
function bytesOfEmptyEngine(): number {
  const other = new Engine();
  other.run("SET", "h", "v");
  other.run("DEL", "h");
  return other.keyspace.usedBytes;
}
