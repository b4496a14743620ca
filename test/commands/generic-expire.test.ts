import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

/** The engine's clock starts here. */
const START_MS = 1_700_000_000_000;
const NOT_COMPATIBLE_NX = "-ERR NX and XX, GT or LT options at the same time are not compatible\r\n";
const NOT_COMPATIBLE_GT = "-ERR GT and LT options at the same time are not compatible\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
  engine.run("SET", "k", "value");
});

describe("the EXPIRE family", () => {
  for (const [command, time] of [
    ["EXPIRE", 100],
    ["PEXPIRE", 100_000],
    ["EXPIREAT", START_MS / 1000 + 100],
    ["PEXPIREAT", START_MS + 100_000],
  ] as const) {
    test(`${command} gives a key an expire time`, () => {
      expect(engine.run(command, "k", time)).toBe(":1\r\n");
      expect(engine.run("PEXPIRETIME", "k")).toBe(`:${START_MS + 100_000}\r\n`);
      expect(engine.run("GET", "k")).toBe("$5\r\nvalue\r\n");
      engine.advance(100_000);
      expect(engine.run("GET", "k")).toBe("$5\r\nvalue\r\n");
      engine.advance(1);
      expect(engine.run("GET", "k")).toBe("$-1\r\n");
      expect(engine.run("TTL", "k")).toBe(":-2\r\n");
    });

    test(`${command} replies 0 for a missing key`, () => {
      expect(engine.run(command, "missing", time)).toBe(":0\r\n");
      expect(engine.run("EXISTS", "missing")).toBe(":0\r\n");
    });

    test(`${command} deletes the key at a time that has passed, and counts one change`, () => {
      const before = engine.keyspace.dirty;
      expect(engine.run(command, "k", -1)).toBe(":1\r\n");
      expect(engine.run("EXISTS", "k")).toBe(":0\r\n");
      expect(engine.keyspace.dirty - before).toBe(1);
    });

    test(`${command} refuses what is no integer and changes nothing`, () => {
      for (const bad of ["abc", "", "1.5", " 1", "01", "99999999999999999999"]) {
        expect(engine.run(command, "k", bad)).toBe(NOT_INTEGER);
      }
      expect(engine.run("TTL", "k")).toBe(":-1\r\n");
    });

    test(`${command} looks at its options before the time and the key`, () => {
      expect(engine.run(command, "missing", "abc", "bad")).toBe("-ERR Unsupported option bad\r\n");
      expect(engine.run(command, "missing", "abc", "nx", "gt")).toBe(NOT_COMPATIBLE_NX);
      expect(engine.run(command, "missing", "abc", "gt", "lt")).toBe(NOT_COMPATIBLE_GT);
    });
  }

  test("a time of now deletes the key", () => {
    expect(engine.run("PEXPIREAT", "k", START_MS)).toBe(":1\r\n");
    expect(engine.run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("a later time replaces an earlier one", () => {
    engine.run("EXPIRE", "k", 10);
    engine.run("EXPIRE", "k", 1000);
    engine.advance(11_000);
    expect(engine.run("TTL", "k")).toBe(":989\r\n");
  });

  test("a time that does not fit 64 bits of ms names the command", () => {
    const max = "9223372036854775807";
    expect(engine.run("EXPIRE", "k", max)).toBe("-ERR invalid expire time in 'expire' command\r\n");
    expect(engine.run("EXPIRE", "k", "9223372036854776")).toStartWith("-ERR invalid expire");
    expect(engine.run("EXPIRE", "k", "-9223372036854776")).toStartWith("-ERR invalid expire");
    expect(engine.run("PEXPIRE", "k", max)).toBe("-ERR invalid expire time in 'pexpire' command\r\n");
    expect(engine.run("EXPIREAT", "k", max)).toBe("-ERR invalid expire time in 'expireat' command\r\n");
    expect(engine.run("TTL", "k")).toBe(":-1\r\n");
  });

  test("expire times are exact up to the largest", () => {
    for (const time of [
      "9223372036854775807",
      "9223372036854770000",
      "9007199254740993",
      "9007199254740991",
    ]) {
      expect(engine.run("PEXPIREAT", "k", time)).toBe(":1\r\n");
      expect(engine.run("PEXPIRETIME", "k")).toBe(`:${time}\r\n`);
      expect(engine.run("PTTL", "k")).toBe(`:${BigInt(time) - BigInt(START_MS)}\r\n`);
    }
    expect(engine.run("EXPIREAT", "k", "9223372036854775")).toBe(":1\r\n");
    expect(engine.run("EXPIRETIME", "k")).toBe(":9223372036854775\r\n");
  });

  test("the smallest time deletes the key", () => {
    expect(engine.run("PEXPIREAT", "k", "-9223372036854775808")).toBe(":1\r\n");
    expect(engine.run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("counts as an access", () => {
    engine.advance(5000);
    engine.run("EXPIRE", "k", 100);
    expect(engine.run("OBJECT", "IDLETIME", "k")).toBe(":0\r\n");
  });
});

describe("the conditions of the EXPIRE family", () => {
  /** [condition, present ttl or 0, new ttl, expected reply] */
  const cases: [string[], number, number, number][] = [
    [["NX"], 0, 50, 1],
    [["NX"], 100, 50, 0],
    [["XX"], 0, 50, 0],
    [["XX"], 100, 50, 1],
    [["GT"], 0, 50, 0],
    [["GT"], 100, 50, 0],
    [["GT"], 100, 100, 0],
    [["GT"], 100, 101, 1],
    [["LT"], 0, 50, 1],
    [["LT"], 100, 99, 1],
    [["LT"], 100, 100, 0],
    [["LT"], 100, 150, 0],
    [["xx", "gt"], 100, 150, 1],
    [["XX", "GT"], 100, 50, 0],
    [["XX", "LT"], 0, 50, 0],
    [["LT", "LT"], 100, 50, 1],
  ];

  for (const [options, present, wanted, reply] of cases) {
    const before = present === 0 ? "no expire time" : `${present} s`;
    test(`${options.join(" ")} from ${before} to ${wanted} s replies ${reply}`, () => {
      if (present !== 0) engine.run("EXPIRE", "k", present);
      expect(engine.run("EXPIRE", "k", wanted, ...options)).toBe(`:${reply}\r\n`);
      const expected = reply === 1 ? wanted : present === 0 ? -1 : present;
      expect(engine.run("TTL", "k")).toBe(`:${expected}\r\n`);
    });
  }

  for (const options of ["NX XX", "XX NX", "NX GT", "LT NX", "NX GT LT"]) {
    test(`${options} do not go together`, () => {
      expect(engine.run("EXPIRE", "k", 10, ...options.split(" "))).toBe(NOT_COMPATIBLE_NX);
      expect(engine.run("TTL", "k")).toBe(":-1\r\n");
    });
  }

  test("a condition that fails does not delete the key at a time that has passed", () => {
    expect(engine.run("EXPIRE", "k", -1, "GT")).toBe(":0\r\n");
    expect(engine.run("EXPIRE", "k", -1, "XX")).toBe(":0\r\n");
    expect(engine.run("EXISTS", "k")).toBe(":1\r\n");
    expect(engine.run("EXPIRE", "k", -1, "LT")).toBe(":1\r\n");
    expect(engine.run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("compares times beyond 2^53 exactly", () => {
    engine.run("PEXPIREAT", "k", "9223372036854775806");
    expect(engine.run("PEXPIREAT", "k", "9223372036854775806", "GT")).toBe(":0\r\n");
    expect(engine.run("PEXPIREAT", "k", "9223372036854775807", "GT")).toBe(":1\r\n");
  });
});

describe("TTL, PTTL, EXPIRETIME and PEXPIRETIME", () => {
  test("reply -2 for a missing key and -1 for one that does not expire", () => {
    for (const command of ["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]) {
      expect(engine.run(command, "missing")).toBe(":-2\r\n");
      expect(engine.run(command, "k")).toBe(":-1\r\n");
    }
  });

  test("round seconds to the nearest", () => {
    engine.run("PEXPIRE", "k", 1499);
    expect(engine.run("TTL", "k")).toBe(":1\r\n");
    engine.run("PEXPIRE", "k", 1500);
    expect(engine.run("TTL", "k")).toBe(":2\r\n");
    expect(engine.run("EXPIRETIME", "k")).toBe(`:${START_MS / 1000 + 2}\r\n`);
    expect(engine.run("PTTL", "k")).toBe(":1500\r\n");
  });

  test("reply 0 in the last millisecond", () => {
    engine.run("PEXPIRE", "k", 10);
    engine.advance(10);
    expect(engine.run("PTTL", "k")).toBe(":0\r\n");
    expect(engine.run("TTL", "k")).toBe(":0\r\n");
    engine.advance(1);
    expect(engine.run("PTTL", "k")).toBe(":-2\r\n");
  });

  test("count hits and misses but no access", () => {
    engine.advance(5000);
    engine.run("TTL", "k");
    engine.run("TTL", "missing");
    expect([engine.keyspace.hits, engine.keyspace.misses]).toEqual([1, 1]);
    expect(engine.run("OBJECT", "IDLETIME", "k")).toBe(":5\r\n");
  });
});

describe("PERSIST", () => {
  test("takes the expire time away, once, and keeps the value", () => {
    engine.run("EXPIRE", "k", 10);
    const before = engine.keyspace.dirty;
    expect(engine.run("PERSIST", "k")).toBe(":1\r\n");
    expect(engine.run("PERSIST", "k")).toBe(":0\r\n");
    expect(engine.run("PERSIST", "missing")).toBe(":0\r\n");
    expect(engine.keyspace.dirty - before).toBe(1);
    engine.advance(20_000);
    expect(engine.run("GET", "k")).toBe("$5\r\nvalue\r\n");
    expect(engine.run("TTL", "k")).toBe(":-1\r\n");
  });
});
