import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NOT_FLOAT = "-ERR value is not a valid float\r\n";
const FIELD_NOT_INTEGER = "-ERR hash value is not an integer\r\n";
const FIELD_NOT_FLOAT = "-ERR hash value is not a float\r\n";
const OVERFLOW = "-ERR increment or decrement would overflow\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;

describe.each([
  ["listpack", 512],
  ["hashtable", 0],
])("numbers in hashes kept as %s", (form, entries) => {
  beforeEach(() => {
    engine = new Engine();
    engine.keyspace.limits.hashEntries = entries;
  });

  test("HINCRBY starts a missing field at zero, and makes a missing key", () => {
    expect(run("HINCRBY", "h", "a", 5)).toBe(":5\r\n");
    expect(run("HINCRBY", "h", "a", -7)).toBe(":-2\r\n");
    expect(run("HINCRBY", "h", "b", 0)).toBe(":0\r\n");
    expect(run("HGET", "h", "a")).toBe(bulk("-2"));
    expect(run("HGET", "h", "b")).toBe(bulk("0"));
    expect(run("OBJECT", "ENCODING", "h")).toBe(bulk(form));
    expect(engine.keyspace.dirty).toBe(3);
  });

  test.each([
    ["2147483647", 1, "2147483648"],
    ["9007199254740991", 1, "9007199254740992"],
    ["9007199254740993", -2, "9007199254740991"],
    ["9223372036854775806", 1, MAX],
    [MIN, MAX, "-1"],
    [MAX, MIN, "-1"],
  ])("HINCRBY: %s and %s give %s exactly", (value, increment, sum) => {
    run("HSET", "h", "a", value, "other", "o");
    expect(run("HINCRBY", "h", "a", increment)).toBe(`:${sum}\r\n`);
    expect(run("HGET", "h", "a")).toBe(bulk(sum));
    expect(run("HGET", "h", "other")).toBe(bulk("o"));
  });

  test("HINCRBY refuses a sum beyond 64 bits and keeps the value", () => {
    run("HSET", "h", "max", MAX, "min", MIN);
    expect(run("HINCRBY", "h", "max", 1)).toBe(OVERFLOW);
    expect(run("HINCRBY", "h", "min", -1)).toBe(OVERFLOW);
    expect(run("HMGET", "h", "max", "min")).toBe(`*2\r\n${bulk(MAX)}${bulk(MIN)}`);
    expect(engine.keyspace.dirty).toBe(1);
  });

  test.each(["", " 1", "1 ", "+1", "01", "-0", "1.0", "1e3", "text", "9223372036854775808"])(
    "HINCRBY refuses the value %p",
    (value) => {
      run("HSET", "h", "a", value);
      expect(run("HINCRBY", "h", "a", 1)).toBe(FIELD_NOT_INTEGER);
      expect(run("HGET", "h", "a")).toBe(bulk(value));
    },
  );

  test("HINCRBY looks at the increment before the key, and at the type before the field", () => {
    run("SET", "s", "v");
    expect(run("HINCRBY", "s", "a", "x")).toBe(NOT_INTEGER);
    expect(run("HINCRBY", "s", "a", 1)).toBe(WRONG_TYPE);
    expect(run("HINCRBY", "h", "a", "1.5")).toBe(NOT_INTEGER);
    expect(run("EXISTS", "h")).toBe(":0\r\n");
  });

  test("HINCRBYFLOAT adds with the precision of a long double", () => {
    expect(run("HINCRBYFLOAT", "h", "a", "10.50")).toBe(bulk("10.5"));
    expect(run("HINCRBYFLOAT", "h", "a", "0.1")).toBe(bulk("10.6"));
    expect(run("HINCRBYFLOAT", "h", "a", "-5")).toBe(bulk("5.6"));
    expect(run("HINCRBYFLOAT", "h", "b", "1e5")).toBe(bulk("100000"));
    run("HSET", "h", "c", "5.0e3");
    expect(run("HINCRBYFLOAT", "h", "c", "2.0e2")).toBe(bulk("5200"));
    expect(run("HGET", "h", "c")).toBe(bulk("5200"));
    run("HSET", "h", "d", "17179869184");
    expect(run("HINCRBYFLOAT", "h", "d", "1.5")).toBe(bulk("17179869185.5"));
  });

  test("HINCRBYFLOAT refuses what is no finite number", () => {
    run("HSET", "h", "text", "x", "a", "1");
    expect(run("HINCRBYFLOAT", "h", "text", 1)).toBe(FIELD_NOT_FLOAT);
    expect(run("HINCRBYFLOAT", "h", "text", "x")).toBe(NOT_FLOAT);
    expect(run("HINCRBYFLOAT", "h", "a", "nan")).toBe(NOT_FLOAT);
    expect(run("HINCRBYFLOAT", "h", "a", "inf")).toBe("-ERR value is NaN or Infinity\r\n");
    expect(run("HINCRBYFLOAT", "h", "a", "-inf")).toBe("-ERR value is NaN or Infinity\r\n");
    expect(run("HINCRBYFLOAT", "h", "a", "1e4932")).toMatch(/^\$4933\r\n10000/);
    expect(run("HINCRBYFLOAT", "h", "a", "1e4932")).toBe("-ERR increment would produce NaN or Infinity\r\n");
    expect(run("HSTRLEN", "h", "a")).toBe(":4933\r\n");
    expect(run("HINCRBYFLOAT", "new", "a", "x")).toBe(NOT_FLOAT);
    expect(run("EXISTS", "new")).toBe(":0\r\n");
  });

  test("HINCRBYFLOAT looks at the increment before the type", () => {
    run("SET", "s", "v");
    expect(run("HINCRBYFLOAT", "s", "a", "inf")).toBe("-ERR value is NaN or Infinity\r\n");
    expect(run("HINCRBYFLOAT", "s", "a", "1")).toBe(WRONG_TYPE);
  });

  test("numbers may be the fields, too", () => {
    run("HSET", "h", "1", "10", "2", "20");
    expect(run("HINCRBY", "h", "1", 1)).toBe(":11\r\n");
    expect(run("HINCRBY", "h", "12345678901", 3)).toBe(":3\r\n");
    expect(run("HMGET", "h", "1", "2", "12345678901")).toBe(`*3\r\n${bulk("11")}${bulk("20")}${bulk("3")}`);
  });

  test("a hash that is linked for a long field gets the right number", () => {
    run("HSET", "h", "7", "70", "8", "80");
    const field = "f".repeat(100);
    expect(run("HINCRBY", "h", field, 123)).toBe(":123\r\n");
    expect(run("HMGET", "h", "7", "8", field)).toBe(`*3\r\n${bulk("70")}${bulk("80")}${bulk("123")}`);
    expect(run("OBJECT", "ENCODING", "h")).toBe(bulk("hashtable"));
  });
});
