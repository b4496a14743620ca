import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NOT_FLOAT = "-ERR value is not a valid float\r\n";
const OVERFLOW = "-ERR increment or decrement would overflow\r\n";
const NOT_FINITE = "-ERR increment would produce NaN or Infinity\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const encoding = (key: string) => run("OBJECT", "ENCODING", key);

beforeEach(() => {
  engine = new Engine();
});

describe("INCR, DECR, INCRBY and DECRBY", () => {
  test("start a missing key at zero", () => {
    expect(run("INCR", "a")).toBe(":1\r\n");
    expect(run("DECR", "b")).toBe(":-1\r\n");
    expect(run("INCRBY", "c", 100)).toBe(":100\r\n");
    expect(run("DECRBY", "d", -7)).toBe(":7\r\n");
    expect(run("DECRBY", "e", 0)).toBe(":0\r\n");
    expect(run("GET", "e")).toBe(bulk("0"));
  });

  test("store the reply as an integer and keep the expire time", () => {
    run("SET", "k", "99", "EX", 10);
    expect(run("INCR", "k")).toBe(":100\r\n");
    expect(run("GET", "k")).toBe(bulk("100"));
    expect(run("DECRBY", "k", 95)).toBe(":5\r\n");
    expect(run("GET", "k")).toBe(bulk("5"));
    expect(encoding("k")).toBe(bulk("int"));
    expect(run("PTTL", "k")).toBe(":10000\r\n");
    expect(engine.keyspace.dirty).toBe(3);
  });

  test.each([
    ["2147483647", 1, "2147483648"],
    ["-2147483648", -1, "-2147483649"],
    ["9007199254740991", 1, "9007199254740992"],
    ["9007199254740992", 1, "9007199254740993"],
    ["9007199254740993", -2, "9007199254740991"],
    ["-9007199254740991", -2, "-9007199254740993"],
    ["9223372036854775806", 1, MAX],
    [MIN, MAX, "-1"],
    [MAX, MIN, "-1"],
    ["1", "-1", "0"],
  ])("%s and %s give %s exactly", (value, increment, sum) => {
    run("SET", "k", value);
    expect(run("INCRBY", "k", increment)).toBe(`:${sum}\r\n`);
    expect(run("GET", "k")).toBe(bulk(sum));
  });

  test("refuse a sum beyond 64 bits and keep the value", () => {
    run("MSET", "max", MAX, "min", MIN);
    expect(run("INCR", "max")).toBe(OVERFLOW);
    expect(run("DECR", "min")).toBe(OVERFLOW);
    expect(run("DECRBY", "min", MAX)).toBe(OVERFLOW);
    expect(run("DECRBY", "min", "-9223372036854775807")).toBe(":-1\r\n");
    expect(run("GET", "max")).toBe(bulk(MAX));
  });

  test("DECRBY refuses the one number that has no negation before it looks at the key", () => {
    run("SET", "k", "text");
    expect(run("DECRBY", "k", MIN)).toBe("-ERR decrement would overflow\r\n");
    expect(run("INCRBY", "new", MIN)).toBe(`:${MIN}\r\n`);
  });

  test.each(["", " 1", "1 ", "+1", "01", "-0", "1.0", "1e3", "0x10", "nan", "9223372036854775808"])(
    "refuse the stored value %p with the name of the key",
    (value) => {
      run("SET", "k", value);
      const reply = "-ERR Value for key 'k' is not an integer.\r\n";
      expect(run("INCR", "k")).toBe(reply);
      expect(run("DECRBY", "k", "1")).toBe(reply);
      expect(run("GET", "k")).toBe(bulk(value));
    },
  );

  test("show a key that is not printable in one clean line", () => {
    const key = Buffer.from("a\r\n\0b", "latin1");
    run("SET", key, "x");
    expect(run("INCR", key)).toBe("-ERR Value for key 'a\\x0D\\x0A\\x00b' is not an integer.\r\n");
  });

  test.each(["", " 1", "1 ", "+1", "01", "-0", "1.0", "1e3", "inf", "9223372036854775808"])(
    "refuse the argument %p",
    (argument) => {
      run("SET", "k", "text");
      expect(run("INCRBY", "k", argument)).toBe(NOT_INTEGER);
      expect(run("DECRBY", "missing", argument)).toBe(NOT_INTEGER);
      expect(run("EXISTS", "missing")).toBe(":0\r\n");
    },
  );

  test("count on from a number that APPEND has put together", () => {
    run("SET", "k", "1");
    run("APPEND", "k", "9");
    expect(encoding("k")).toBe(bulk("raw"));
    expect(run("INCR", "k")).toBe(":20\r\n");
    expect(encoding("k")).toBe(bulk("int"));
  });
});

describe("INCRBYFLOAT", () => {
  test("adds as long doubles do", () => {
    run("SET", "k", "0.1");
    expect(run("INCRBYFLOAT", "k", "0.2")).toBe(bulk("0.3"));
    expect(run("INCRBYFLOAT", "k", "-5.0e3")).toBe(bulk("-4999.70000000000000018"));
    expect(run("INCRBYFLOAT", "new", "3.0")).toBe(bulk("3"));
  });

  test("leaves a short string even of a whole number, on which INCR goes on", () => {
    run("SET", "k", "1");
    run("INCRBYFLOAT", "k", "2");
    expect(encoding("k")).toBe(bulk("embstr"));
    expect(run("INCR", "k")).toBe(":4\r\n");
    expect(encoding("k")).toBe(bulk("int"));
  });

  test("leaves a long result raw", () => {
    expect(run("INCRBYFLOAT", "k", "1e60").length).toBeGreaterThan(60);
    expect(encoding("k")).toBe(bulk("raw"));
  });

  test("keeps the expire time and is one change", () => {
    run("SET", "k", "1.5", "PX", 500);
    run("INCRBYFLOAT", "k", "1000000000000.25");
    expect(run("GET", "k")).toBe(bulk("1000000000001.75"));
    expect(run("PTTL", "k")).toBe(":500\r\n");
    expect(engine.keyspace.dirty).toBe(2);
  });

  test.each(["", "abc", " 1", "1 ", "nan", "1..2", "1e5000", "0x"])("refuses %p on both sides", (text) => {
    run("SET", "k", text);
    expect(run("INCRBYFLOAT", "k", "1")).toBe(NOT_FLOAT);
    expect(run("INCRBYFLOAT", "missing", text)).toBe(NOT_FLOAT);
    expect(run("GET", "k")).toBe(bulk(text));
    expect(run("EXISTS", "missing")).toBe(":0\r\n");
  });

  test("refuses a result that is not finite", () => {
    expect(run("INCRBYFLOAT", "k", "inf")).toBe(NOT_FINITE);
    run("SET", "k", "-inf");
    expect(run("INCRBYFLOAT", "k", "+infinity")).toBe(NOT_FINITE);
    run("SET", "k", "1e4932");
    expect(run("INCRBYFLOAT", "k", "1e4932")).toBe(NOT_FINITE);
  });
});
