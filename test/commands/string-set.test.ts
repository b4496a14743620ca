import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const OK = "+OK\r\n";
const NULL = "$-1\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOW = 1_700_000_000_000;

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const encoding = (key: string) => run("OBJECT", "ENCODING", key);

beforeEach(() => {
  engine = new Engine();
});

describe("SET", () => {
  test("replaces the value and drops the expire time", () => {
    run("SET", "k", "old", "EX", 10);
    expect(run("SET", "k", "new value")).toBe(OK);
    expect(run("GET", "k")).toBe(bulk("new value"));
    expect(run("PTTL", "k")).toBe(":-1\r\n");
  });

  test.each([
    ["0", "int"],
    ["-9223372036854775808", "int"],
    ["9223372036854775807", "int"],
    ["9223372036854775808", "embstr"],
    ["9007199254740993", "int"],
    ["007", "embstr"],
    ["+1", "embstr"],
    ["-0", "embstr"],
    ["1 ", "embstr"],
    ["1e3", "embstr"],
    ["", "embstr"],
    ["x".repeat(44), "embstr"],
    ["x".repeat(45), "raw"],
    ["1".repeat(45), "raw"],
  ])("keeps %p as %s", (value, name) => {
    run("SET", "k", value);
    expect(encoding("k")).toBe(bulk(name));
    expect(run("GET", "k")).toBe(bulk(value));
  });

  test("NX sets a missing key only", () => {
    expect(run("SET", "k", "1", "NX")).toBe(OK);
    expect(run("SET", "k", "2", "nx")).toBe(NULL);
    expect(run("GET", "k")).toBe(bulk("1"));
    expect(engine.keyspace.dirty).toBe(1);
  });

  test("XX sets an existing key only", () => {
    expect(run("SET", "k", "1", "XX")).toBe(NULL);
    run("SET", "k", "1");
    expect(run("SET", "k", "2", "xX")).toBe(OK);
    expect(run("GET", "k")).toBe(bulk("2"));
  });

  test("GET replies the old value, whether or not the new one is set", () => {
    expect(run("SET", "k", "1", "GET")).toBe(NULL);
    expect(run("SET", "k", "2", "GET")).toBe(bulk("1"));
    expect(run("SET", "k", "3", "NX", "GET")).toBe(bulk("2"));
    expect(run("GET", "k")).toBe(bulk("2"));
    expect(run("SET", "missing", "1", "GET", "XX")).toBe(NULL);
    expect(run("EXISTS", "missing")).toBe(":0\r\n");
    expect(run("SET", "new", "1", "GET", "NX")).toBe(NULL);
    expect(run("GET", "new")).toBe(bulk("1"));
  });

  test("replies RESP3 nulls to RESP3 clients", () => {
    engine.ctx.client.resp = 3;
    expect(run("SET", "k", "v", "XX")).toBe("_\r\n");
    expect(run("SET", "k", "v", "GET")).toBe("_\r\n");
    expect(run("SET", "k", "v", "NX")).toBe("_\r\n");
  });

  test.each([
    ["EX", 100, NOW + 100_000],
    ["PX", 100, NOW + 100],
    ["exat", 1_700_000_100, NOW + 100_000],
    ["PxAt", NOW + 7, NOW + 7],
  ])("%s sets the expire time", (option, time, expireAt) => {
    expect(run("SET", "k", "v", option, time)).toBe(OK);
    expect(run("PEXPIRETIME", "k")).toBe(`:${expireAt}\r\n`);
    engine.keyspace.setNow(expireAt);
    expect(run("GET", "k")).toBe(bulk("v"));
    engine.advance(1);
    expect(run("GET", "k")).toBe(NULL);
    expect(engine.keyspace.expired).toBe(1);
  });

  test("KEEPTTL keeps the expire time, and needs none", () => {
    run("SET", "k", "v", "PX", 500);
    run("SET", "k", "a longer value than before", "KEEPTTL");
    expect(run("PTTL", "k")).toBe(":500\r\n");
    expect(run("GET", "k")).toBe(bulk("a longer value than before"));
    run("SET", "new", "v", "KEEPTTL");
    expect(run("PTTL", "new")).toBe(":-1\r\n");
  });

  test("with a time in the past leaves a key that the next look finds expired", () => {
    expect(run("SET", "k", "v", "PXAT", 1)).toBe(OK);
    expect(engine.keyspace.size(0)).toBe(1);
    expect(run("GET", "k")).toBe(NULL);
    expect(engine.keyspace.size(0)).toBe(0);
  });

  test("takes times up to the end of 64 bits", () => {
    expect(run("SET", "k", "v", "PXAT", "9223372036854775807")).toBe(OK);
    expect(run("PEXPIRETIME", "k")).toBe(":9223372036854775807\r\n");
    expect(run("SET", "k", "v", "EXAT", "9223372036854775")).toBe(OK);
    expect(run("PEXPIRETIME", "k")).toBe(":9223372036854775000\r\n");
    expect(run("SET", "k", "v", "PX", "9223370336854775807")).toBe(OK);
    expect(run("PEXPIRETIME", "k")).toBe(":9223372036854775807\r\n");
  });

  test.each([
    ["EX", "0"],
    ["EX", "-1"],
    ["PX", "-9223372036854775808"],
    ["EXAT", "9223372036854776"],
    ["EX", "9223372036854775"],
    ["EX", "9223372036854775807"],
    ["PX", "9223370336854775808"],
    ["PXAT", "0"],
  ])("refuses %s %s as an invalid expire time", (option, time) => {
    run("SET", "k", "old");
    expect(run("SET", "k", "v", option, time)).toBe("-ERR invalid expire time in 'set' command\r\n");
    expect(run("GET", "k")).toBe(bulk("old"));
  });

  test.each(["", "x", "1.0", "+1", " 1", "01", "9223372036854775808", "1e3"])(
    "refuses %p as a time that is no integer",
    (time) => {
      expect(run("SET", "k", "v", "EX", time)).toBe(NOT_INTEGER);
      expect(run("GET", "k")).toBe(NULL);
    },
  );

  test.each([
    [["NX", "XX"]],
    [["XX", "NX"]],
    [["EX"]],
    [["EX", "1", "PX", "1"]],
    [["EX", "1", "EXAT", "1"]],
    [["PXAT", "1", "PX", "1"]],
    [["KEEPTTL", "EX", "1"]],
    [["EX", "1", "KEEPTTL"]],
    [["PERSIST"]],
    [["NX", ""]],
    [["NXX"]],
    [["GET", "bad"]],
  ])("refuses the options %p", (options) => {
    expect(run("SET", "k", "v", ...options)).toBe(SYNTAX);
    expect(run("GET", "k")).toBe(NULL);
  });

  test("accepts repeated options, of a time the last", () => {
    expect(run("SET", "k", "v", "NX", "NX", "EX", "bad", "EX", 5)).toBe(OK);
    expect(run("PTTL", "k")).toBe(":5000\r\n");
    expect(run("SET", "k", "v", "KEEPTTL", "GET", "KEEPTTL", "GET")).toBe(bulk("v"));
  });

  test("finds the time behind a great many other options", () => {
    const options = Array.from({ length: 5000 }, () => "GET");
    run("SET", "k", "v", ...options, "PX", 77);
    expect(run("PTTL", "k")).toBe(":77\r\n");
  });
});

describe("SETEX and PSETEX", () => {
  test("set value and expire time", () => {
    expect(run("SETEX", "k", 10, "12")).toBe(OK);
    expect(run("PTTL", "k")).toBe(":10000\r\n");
    expect(encoding("k")).toBe(bulk("int"));
    expect(run("PSETEX", "k", 10, "w")).toBe(OK);
    expect(run("PTTL", "k")).toBe(":10\r\n");
    expect(run("GET", "k")).toBe(bulk("w"));
  });

  test("refuse a time that is not positive under their own names", () => {
    expect(run("SETEX", "k", 0, "v")).toBe("-ERR invalid expire time in 'setex' command\r\n");
    expect(run("PSETEX", "k", -1, "v")).toBe("-ERR invalid expire time in 'psetex' command\r\n");
    expect(run("SETEX", "k", "x", "v")).toBe(NOT_INTEGER);
    expect(engine.keyspace.dirty).toBe(0);
  });
});

describe("SETNX", () => {
  test("sets a missing key and says so", () => {
    expect(run("SETNX", "k", "1")).toBe(":1\r\n");
    expect(run("SETNX", "k", "2")).toBe(":0\r\n");
    expect(run("GET", "k")).toBe(bulk("1"));
  });

  test("finds an expired key missing", () => {
    run("PSETEX", "k", 5, "1");
    engine.advance(6);
    expect(run("SETNX", "k", "2")).toBe(":1\r\n");
    expect(run("PTTL", "k")).toBe(":-1\r\n");
  });
});

describe("GETSET", () => {
  test("replies the old value and drops the expire time", () => {
    expect(run("GETSET", "k", "1")).toBe(NULL);
    run("PEXPIRE", "k", 100);
    expect(run("GETSET", "k", "2")).toBe(bulk("1"));
    expect(run("GET", "k")).toBe(bulk("2"));
    expect(run("PTTL", "k")).toBe(":-1\r\n");
  });
});

describe("MSET", () => {
  test("sets all pairs; of a repeated key the last value stays", () => {
    run("SET", "b", "old", "EX", 10);
    expect(run("MSET", "a", "1", "b", "x".repeat(50), "a", "2")).toBe(OK);
    expect(run("MGET", "a", "b")).toBe(`*2\r\n${bulk("2")}${bulk("x".repeat(50))}`);
    expect(run("PTTL", "b")).toBe(":-1\r\n");
    expect(engine.keyspace.dirty).toBe(4);
  });

  test("refuses a key without a value, and sets none", () => {
    expect(run("MSET", "a", "1", "b")).toBe("-ERR wrong number of arguments for 'mset' command\r\n");
    expect(run("EXISTS", "a")).toBe(":0\r\n");
  });
});

describe("MSETNX", () => {
  test("sets all pairs or none", () => {
    expect(run("MSETNX", "a", "1", "b", "2")).toBe(":1\r\n");
    expect(run("MSETNX", "c", "3", "b", "4")).toBe(":0\r\n");
    expect(run("MGET", "a", "b", "c")).toBe(`*3\r\n${bulk("1")}${bulk("2")}${NULL}`);
  });

  test("does not mind a key that is repeated in the request", () => {
    expect(run("MSETNX", "a", "1", "a", "2")).toBe(":1\r\n");
    expect(run("GET", "a")).toBe(bulk("2"));
  });

  test("refuses a key without a value", () => {
    expect(run("MSETNX", "a", "1", "b")).toBe("-ERR wrong number of arguments for 'msetnx' command\r\n");
  });
});
