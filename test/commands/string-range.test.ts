import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const OFFSET = "-ERR offset is out of range\r\n";
const TOO_LONG = "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const encoding = (key: string) => run("OBJECT", "ENCODING", key);

beforeEach(() => {
  engine = new Engine();
});

describe("APPEND", () => {
  test("creates a missing key as SET does", () => {
    expect(run("APPEND", "k", "123")).toBe(":3\r\n");
    expect(encoding("k")).toBe(bulk("int"));
    expect(run("APPEND", "empty", "")).toBe(":0\r\n");
    expect(run("EXISTS", "empty")).toBe(":1\r\n");
  });

  test("adds to the end, keeps the expire time, and leaves the value raw", () => {
    run("SET", "k", "12", "PX", 500);
    expect(run("APPEND", "k", "3")).toBe(":3\r\n");
    expect(run("GET", "k")).toBe(bulk("123"));
    expect(encoding("k")).toBe(bulk("raw"));
    expect(run("PTTL", "k")).toBe(":500\r\n");
  });

  test("of nothing is a change too", () => {
    run("SET", "k", "12");
    expect(run("APPEND", "k", "")).toBe(":2\r\n");
    expect(encoding("k")).toBe(bulk("raw"));
    expect(engine.keyspace.dirty).toBe(2);
  });

  test("builds up a long value piece by piece", () => {
    let value = "";
    for (let i = 0; i < 2000; i++) {
      const piece = String(i);
      value += piece;
      expect(run("APPEND", "k", piece)).toBe(`:${value.length}\r\n`);
      run("SET", `other:${i}`, piece);
    }
    expect(run("GET", "k")).toBe(bulk(value));
  });

  test("refuses a value that becomes too long, though not a missing key", () => {
    engine.ctx.stringLengthMax = 10;
    expect(run("APPEND", "k", "12345678901")).toBe(":11\r\n");
    run("SET", "k", "12345");
    expect(run("APPEND", "k", "67890")).toBe(":10\r\n");
    expect(run("APPEND", "k", "1")).toBe(TOO_LONG);
    expect(run("GET", "k")).toBe(bulk("1234567890"));
  });
});

describe("SETRANGE", () => {
  test("overwrites in the middle and beyond the end", () => {
    run("SET", "k", "Hello World", "PX", 500);
    expect(run("SETRANGE", "k", 6, "Redis")).toBe(":11\r\n");
    expect(run("GET", "k")).toBe(bulk("Hello Redis"));
    expect(run("SETRANGE", "k", 9, "xyz!")).toBe(":13\r\n");
    expect(run("GET", "k")).toBe(bulk("Hello Redxyz!"));
    expect(run("PTTL", "k")).toBe(":500\r\n");
  });

  test("fills a gap with zero bytes, whatever lay there before", () => {
    run("SET", "k", "x".repeat(200));
    run("SET", "k", "ab");
    expect(run("SETRANGE", "k", 5, "c")).toBe(":6\r\n");
    expect(run("GET", "k")).toBe(bulk("ab\0\0\0c"));
  });

  test("creates a missing key that starts with zero bytes", () => {
    run("SET", "old", "x".repeat(100));
    run("DEL", "old");
    expect(run("SETRANGE", "k", 90, "end")).toBe(":93\r\n");
    expect(run("GET", "k")).toBe(bulk(`${"\0".repeat(90)}end`));
    expect(encoding("k")).toBe(bulk("raw"));
  });

  test("turns a number into raw bytes", () => {
    run("SET", "k", "1234");
    expect(run("SETRANGE", "k", 0, "9")).toBe(":4\r\n");
    expect(encoding("k")).toBe(bulk("raw"));
    expect(run("INCR", "k")).toBe(":9235\r\n");
  });

  test("of nothing changes nothing and replies the length", () => {
    run("SET", "k", "1234");
    expect(run("SETRANGE", "k", 100, "")).toBe(":4\r\n");
    expect(run("SETRANGE", "k", MAX, "")).toBe(":4\r\n");
    expect(run("SETRANGE", "missing", 100, "")).toBe(":0\r\n");
    expect(run("EXISTS", "missing")).toBe(":0\r\n");
    expect(encoding("k")).toBe(bulk("int"));
    expect(engine.keyspace.dirty).toBe(1);
  });

  test("refuses offsets that are negative, no integers, or lead too far", () => {
    expect(run("SETRANGE", "k", -1, "v")).toBe(OFFSET);
    expect(run("SETRANGE", "k", MIN, "v")).toBe(OFFSET);
    expect(run("SETRANGE", "k", "1.5", "v")).toBe(NOT_INTEGER);
    expect(run("SETRANGE", "k", "9223372036854775808", "v")).toBe(NOT_INTEGER);
    expect(run("SETRANGE", "k", 512 * 1024 * 1024, "v")).toBe(TOO_LONG);
    expect(run("SETRANGE", "k", MAX, "v")).toBe(TOO_LONG);
    expect(run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("reaches exactly the longest string", () => {
    engine.ctx.stringLengthMax = 1000;
    expect(run("SETRANGE", "k", 999, "vv")).toBe(TOO_LONG);
    expect(run("SETRANGE", "k", 999, "v")).toBe(":1000\r\n");
  });
});

describe.each(["GETRANGE", "SUBSTR"])("%s", (command) => {
  test.each([
    [0, 3, "This"],
    [-3, -1, "ing"],
    [0, -1, "This is a string"],
    [10, 100, "string"],
    [0, 0, "T"],
    [15, 15, "g"],
    [16, 20, ""],
    [5, 3, ""],
    [-1, -5, ""],
    [-100, 3, "This"],
    [-100, -100, "T"],
    [-99, -100, ""],
    [3, -100, ""],
    [0, MAX, "This is a string"],
    [MIN, MAX, "This is a string"],
    [MAX, MAX, ""],
    [MIN, MIN, "T"],
    ["-9223372036854775807", MIN, ""],
    ["-9007199254740993", "-9007199254740992", "T"],
  ])("%s %s cuts out %p", (start, end, part) => {
    run("SET", "k", "This is a string");
    expect(run(command, "k", start, end)).toBe(bulk(part));
  });

  test("takes the digits of a number", () => {
    run("SET", "k", "-12345");
    expect(run(command, "k", 0, 2)).toBe(bulk("-12"));
  });

  test("of an empty value or a missing key is empty, in RESP3 too", () => {
    run("SET", "k", "");
    expect(run(command, "k", 0, -1)).toBe(bulk(""));
    engine.ctx.client.resp = 3;
    expect(run(command, "missing", 0, -1)).toBe(bulk(""));
  });

  test("refuses positions that are no integers", () => {
    expect(run(command, "k", "a", 1)).toBe(NOT_INTEGER);
    expect(run(command, "k", 1, "9223372036854775808")).toBe(NOT_INTEGER);
  });
});
