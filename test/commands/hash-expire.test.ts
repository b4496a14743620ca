/** Expire times of fields: what sets them, what tells them, and what other commands make of them. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { expireDueKeys } from "../../src/store/expire.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";

/** The engine's clock starts here. */
const START_MS = 1_700_000_000_000;
/** The last moment at which a field can expire. */
const LAST_MS = 2 ** 46 - 1;
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const MISSING = "-ERR Mandatory argument FIELDS is missing or not at the right position\r\n";
const MISMATCH = "-ERR The `numfields` parameter must match the number of arguments\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const integers = (...values: number[]) => `*${values.length}\r\n${values.map((n) => `:${n}\r\n`).join("")}`;
/** When fields expire in ms. */
const times = (key: string, ...fields: string[]) =>
  run("HPEXPIRETIME", key, "FIELDS", fields.length, ...fields);

function newEngine(entries: number): void {
  engine = new Engine();
  engine.keyspace.limits.hashEntries = entries;
}

/** Runs the active cycle to its end, a few fields at a time. */
function runCycle(): void {
  while (expireDueKeys(engine.keyspace, 3) === 0);
}

describe.each([
  ["listpack", 512],
  ["hashtable", 0],
])("the HEXPIRE family on a hash kept as %s before", (_, entries) => {
  beforeEach(() => {
    newEngine(entries);
    run("HSET", "h", "a", "1", "b", "2", "c", "3");
  });

  for (const [command, time] of [
    ["HEXPIRE", 100],
    ["HPEXPIRE", 100_000],
    ["HEXPIREAT", START_MS / 1000 + 100],
    ["HPEXPIREAT", START_MS + 100_000],
  ] as const) {
    test(`${command} gives fields an expire time`, () => {
      expect(run(command, "h", time, "FIELDS", 3, "a", "missing", "b")).toBe(integers(1, -2, 1));
      expect(times("h", "a", "b", "c", "missing")).toBe(
        integers(START_MS + 100_000, START_MS + 100_000, -1, -2),
      );
      engine.advance(100_000);
      expect(run("HGET", "h", "a")).toBe(bulk("1"));
      expect(run("HLEN", "h")).toBe(":3\r\n");
      engine.advance(1);
      expect(run("HGET", "h", "a")).toBe("$-1\r\n");
      expect(run("HLEN", "h")).toBe(":1\r\n");
      checkKeyspace(engine.keyspace);
    });

    test(`${command} replies −2 for each field of a missing key`, () => {
      expect(run(command, "missing", time, "FIELDS", 2, "a", "b")).toBe(integers(-2, -2));
      expect(run("EXISTS", "missing")).toBe(":0\r\n");
    });

    test(`${command} refuses a wrong type before it looks at the arguments`, () => {
      run("SET", "s", "v");
      expect(run(command, "s", "x", "y", "z", "f")).toBe(WRONG_TYPE);
    });
  }

  test("a time that has passed deletes the field, and the key with the last", () => {
    expect(run("HPEXPIREAT", "h", START_MS, "FIELDS", 2, "a", "a")).toBe(integers(2, -2));
    expect(run("HEXPIRE", "h", 0, "NX", "FIELDS", 1, "b")).toBe(integers(2));
    expect(elements(run("HGETALL", "h"))).toEqual(["c", "3"]);
    expect(run("HPEXPIREAT", "h", 1, "FIELDS", 2, "c", "d")).toBe(integers(2, -2));
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    expect(engine.keyspace.expiredFields).toBe(3);
  });

  test("a hash with no field to expire stays as it is", () => {
    const before = run("OBJECT", "ENCODING", "h");
    run("HEXPIRE", "h", 10, "XX", "FIELDS", 1, "a");
    run("HEXPIRE", "h", 10, "FIELDS", 1, "missing");
    run("HEXPIRE", "h", 0, "FIELDS", 1, "a");
    run("HPERSIST", "h", "FIELDS", 1, "b");
    expect(run("OBJECT", "ENCODING", "h")).toBe(before);
  });

  test("a hash with a field that expires is a hashtable, and remains one", () => {
    run("HEXPIRE", "h", 10, "FIELDS", 1, "a");
    expect(run("OBJECT", "ENCODING", "h")).toBe(bulk("hashtable"));
    run("HPERSIST", "h", "FIELDS", 1, "a");
    expect(run("OBJECT", "ENCODING", "h")).toBe(bulk("hashtable"));
    expect(elements(run("HMGET", "h", "a", "b", "c"))).toEqual(["1", "2", "3"]);
  });

  test("NX, XX, GT and LT decide field by field; a field without a time lives for ever", () => {
    run("HPEXPIREAT", "h", START_MS + 1000, "FIELDS", 1, "a");
    const at = (ms: number, condition: string) =>
      run("HPEXPIREAT", "h", START_MS + ms, condition, "FIELDS", 3, "a", "b", "missing");
    expect(at(500, "gt")).toBe(integers(0, 0, -2));
    expect(at(1000, "GT")).toBe(integers(0, 0, -2));
    expect(at(1000, "LT")).toBe(integers(0, 1, -2));
    run("HPERSIST", "h", "FIELDS", 1, "b");
    expect(at(2000, "NX")).toBe(integers(0, 1, -2));
    expect(at(3000, "XX")).toBe(integers(1, 1, -2));
    expect(at(4000, "GT")).toBe(integers(1, 1, -2));
    expect(at(100, "LT")).toBe(integers(1, 1, -2));
    run("HPERSIST", "h", "FIELDS", 1, "b");
    expect(at(100, "XX")).toBe(integers(1, 0, -2));
    expect(times("h", "a", "b")).toBe(integers(START_MS + 100, -1));
  });

  test("a condition is looked at before a time that has passed", () => {
    run("HEXPIRE", "h", 100, "FIELDS", 1, "a");
    expect(run("HPEXPIREAT", "h", 1, "NX", "FIELDS", 3, "a", "b", "x")).toBe(integers(0, 2, -2));
    expect(run("HPEXPIREAT", "h", 1, "GT", "FIELDS", 2, "a", "c")).toBe(integers(0, 0));
  });

  test("HPERSIST takes the time away", () => {
    run("HEXPIRE", "h", 100, "FIELDS", 2, "a", "b");
    expect(run("HPERSIST", "h", "FIELDS", 3, "a", "c", "missing")).toBe(integers(1, -1, -2));
    expect(run("HPERSIST", "h", "FIELDS", 1, "a")).toBe(integers(-1));
    expect(run("HPERSIST", "missing", "FIELDS", 2, "a", "b")).toBe(integers(-2, -2));
    engine.advance(200_000);
    expect(run("HMGET", "h", "a", "b", "c")).toBe(`*3\r\n${bulk("1")}$-1\r\n${bulk("3")}`);
    checkKeyspace(engine.keyspace);
  });

  test("each command counts one change, if it made one", () => {
    engine.keyspace.dirty = 0;
    run("HEXPIRE", "h", 100, "FIELDS", 2, "a", "b");
    expect(engine.keyspace.dirty).toBe(1);
    run("HEXPIRE", "h", 100, "NX", "FIELDS", 1, "a");
    run("HPERSIST", "h", "FIELDS", 1, "c");
    run("HTTL", "h", "FIELDS", 1, "a");
    expect(engine.keyspace.dirty).toBe(1);
    run("HPERSIST", "h", "FIELDS", 1, "a");
    expect(engine.keyspace.dirty).toBe(2);
  });
});

describe("the time of the HEXPIRE family", () => {
  beforeEach(() => {
    newEngine(512);
    run("HSET", "h", "a", "1");
  });

  test("must not be negative, nor beyond 2^46 ms", () => {
    const negative = "-ERR invalid expire time, must be >= 0\r\n";
    const invalid = (name: string) => `-ERR invalid expire time in '${name}' command\r\n`;
    expect(run("HEXPIRE", "h", -1, "FIELDS", 1, "a")).toBe(negative);
    expect(run("HPEXPIREAT", "h", "-9223372036854775808", "FIELDS", 1, "a")).toBe(negative);
    expect(run("HPEXPIREAT", "h", LAST_MS + 1, "FIELDS", 1, "a")).toBe(invalid("hpexpireat"));
    expect(run("HEXPIREAT", "h", Math.floor(LAST_MS / 1000) + 1, "FIELDS", 1, "a")).toBe(
      invalid("hexpireat"),
    );
    expect(run("HPEXPIRE", "h", LAST_MS - START_MS + 1, "FIELDS", 1, "a")).toBe(invalid("hpexpire"));
    expect(run("HEXPIRE", "h", "9223372036854775807", "FIELDS", 1, "a")).toBe(invalid("hexpire"));
    expect(run("HEXPIRE", "h", "9223372036854775808", "FIELDS", 1, "a")).toBe(NOT_INTEGER);
    expect(run("HEXPIRE", "h", "1.5", "FIELDS", 1, "a")).toBe(NOT_INTEGER);
    expect(times("h", "a")).toBe(integers(-1));
    expect(run("HPEXPIREAT", "h", LAST_MS, "FIELDS", 1, "a")).toBe(integers(1));
    expect(times("h", "a")).toBe(integers(LAST_MS));
    expect(run("HPEXPIRE", "h", LAST_MS - START_MS, "FIELDS", 1, "a")).toBe(integers(1));
    expect(run("HEXPIREAT", "h", Math.floor(LAST_MS / 1000), "FIELDS", 1, "a")).toBe(integers(1));
  });

  test("is checked before FIELDS, and the number of fields after it", () => {
    const notPositive = "-ERR Parameter `numFields` should be greater than 0\r\n";
    expect(run("HEXPIRE", "h", "x", "FIELD", 1, "a")).toBe(NOT_INTEGER);
    expect(run("HEXPIRE", "h", 10, "FIELD", 1, "a")).toBe(MISSING);
    expect(run("HEXPIRE", "h", 10, "NX", "XX", "FIELDS", 1, "a")).toBe(MISSING);
    expect(run("HEXPIRE", "h", 10, "FIELDS", 0, "a")).toBe(notPositive);
    expect(run("HEXPIRE", "h", 10, "FIELDS", "x", "a")).toBe(notPositive);
    expect(run("HEXPIRE", "h", 10, "NX", "FIELDS", "1")).toBe(MISMATCH);
    expect(run("HEXPIRE", "h", 10, "FIELDS", 2, "a")).toBe(MISMATCH);
    expect(run("HEXPIRE", "h", 10, "FIELDS", 1, "a", "b")).toBe(MISMATCH);
    expect(run("HEXPIRE", "h", 10, "FIELDS", "9223372036854775807", "a")).toBe(MISMATCH);
    expect(run("HEXPIRE", "h", 10, "FIELDS", 1)).toBe(
      "-ERR wrong number of arguments for 'hexpire' command\r\n",
    );
    expect(run("HEXPIRE", "missing", 10, "FIELDS", 2, "a")).toBe(MISMATCH);
  });
});

describe("the HTTL family", () => {
  beforeEach(() => {
    newEngine(512);
    run("HSET", "h", "a", "1", "b", "2", "c", "3");
    run("HPEXPIRE", "h", 1001, "FIELDS", 1, "a");
    run("HPEXPIRE", "h", 2000, "FIELDS", 1, "b");
  });

  test("replies times, in seconds rounded up", () => {
    expect(run("HTTL", "h", "FIELDS", 4, "a", "b", "c", "d")).toBe(integers(2, 2, -1, -2));
    expect(run("HPTTL", "h", "FIELDS", 4, "a", "b", "c", "d")).toBe(integers(1001, 2000, -1, -2));
    expect(run("HEXPIRETIME", "h", "FIELDS", 3, "a", "b", "c")).toBe(
      integers(START_MS / 1000 + 2, START_MS / 1000 + 2, -1),
    );
    expect(run("HPEXPIRETIME", "h", "FIELDS", 2, "a", "b")).toBe(integers(START_MS + 1001, START_MS + 2000));
    engine.advance(1001);
    expect(run("HPTTL", "h", "FIELDS", 2, "a", "b")).toBe(integers(0, 999));
    engine.advance(1);
    expect(run("HTTL", "h", "FIELDS", 2, "a", "b")).toBe(integers(-2, 1));
  });

  test("replies −2 for each field of a missing key", () => {
    for (const command of ["HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME"])
      expect(run(command, "missing", "FIELDS", 2, "a", "b")).toBe(integers(-2, -2));
  });

  test("checks the type first and the number of fields last", () => {
    const notPositive = "-ERR Number of fields must be a positive integer\r\n";
    run("SET", "s", "v");
    for (const command of ["HTTL", "HPTTL", "HEXPIRETIME", "HPEXPIRETIME", "HPERSIST"]) {
      expect(run(command, "s", "x", "y", "z")).toBe(WRONG_TYPE);
      expect(run(command, "h", "x", 1, "a")).toBe(MISSING);
      expect(run(command, "h", "fields", 0, "a")).toBe(notPositive);
      expect(run(command, "h", "FIELDS", "x", "a")).toBe(notPositive);
      expect(run(command, "h", "FIELDS", 3, "a", "b")).toBe(MISMATCH);
    }
  });
});

describe("an expire time of a field", () => {
  beforeEach(() => {
    newEngine(512);
    run("HSET", "h", "a", "1", "b", "2");
    run("HPEXPIRE", "h", 1000, "FIELDS", 1, "a");
  });

  test("goes when the field is set", () => {
    run("HSET", "h", "a", "2");
    expect(times("h", "a")).toBe(integers(-1));
    engine.advance(5000);
    expect(run("HGET", "h", "a")).toBe(bulk("2"));
  });

  test("goes when the field is set to a value that needs another block", () => {
    run("HSET", "h", "a", "v".repeat(5000));
    expect(times("h", "a")).toBe(integers(-1));
    expect(run("HSTRLEN", "h", "a")).toBe(":5000\r\n");
    checkKeyspace(engine.keyspace);
  });

  test("stays when the field is counted in", () => {
    run("HINCRBY", "h", "a", 5);
    run("HINCRBYFLOAT", "h", "a", 0.5);
    expect(times("h", "a")).toBe(integers(START_MS + 1000));
    run("HINCRBYFLOAT", "h", "a", "1e300");
    expect(times("h", "a")).toBe(integers(START_MS + 1000));
    checkKeyspace(engine.keyspace);
  });

  test("goes with the field", () => {
    run("HDEL", "h", "a");
    run("HSET", "h", "a", "3");
    expect(times("h", "a")).toBe(integers(-1));
    checkKeyspace(engine.keyspace);
  });

  test("goes with the key, and does not come back with another of that name", () => {
    for (const remove of [["DEL", "h"], ["SET", "h", "v"], ["FLUSHDB"]]) {
      run("HSETEX", "h", "PX", 1000, "FIELDS", 1, "a", "1");
      run(...remove);
      run("DEL", "h");
      run("HSET", "h", "a", "1");
      engine.advance(2000);
      runCycle();
      expect(run("HGET", "h", "a")).toBe(bulk("1"));
      checkKeyspace(engine.keyspace);
    }
  });

  test("moves with the key", () => {
    run("RENAME", "h", "g");
    run("MOVE", "g", 3);
    engine.ctx.client.db = 3;
    expect(times("g", "a", "b")).toBe(integers(START_MS + 1000, -1));
    run("SWAPDB", 3, 5);
    engine.ctx.client.db = 5;
    expect(times("g", "a", "b")).toBe(integers(START_MS + 1000, -1));
    checkKeyspace(engine.keyspace);
    engine.advance(1001);
    runCycle();
    expect(engine.keyspace.expiredFields).toBe(1);
    expect(elements(run("HGETALL", "g"))).toEqual(["b", "2"]);
    checkKeyspace(engine.keyspace);
  });

  test("is copied with the key", () => {
    run("COPY", "h", "copy", "DB", 2);
    run("HPERSIST", "h", "FIELDS", 1, "a");
    engine.advance(1001);
    runCycle();
    expect(run("HLEN", "h")).toBe(":2\r\n");
    engine.ctx.client.db = 2;
    expect(run("HLEN", "copy")).toBe(":1\r\n");
    checkKeyspace(engine.keyspace);
  });

  test("is part of the dataset's digest", () => {
    const before = digest(engine.keyspace);
    run("HPEXPIRE", "h", 1001, "FIELDS", 1, "a");
    expect(digest(engine.keyspace)).not.toBe(before);
    run("HPEXPIRE", "h", 1000, "FIELDS", 1, "a");
    expect(digest(engine.keyspace)).toBe(before);
    run("HPERSIST", "h", "FIELDS", 1, "a");
    expect(digest(engine.keyspace)).not.toBe(before);
  });
});

describe("a field that has expired, but is not freed yet", () => {
  beforeEach(() => {
    newEngine(512);
    run("HSET", "h", "a", "10", "b", "2");
    run("HPEXPIRE", "h", 10, "FIELDS", 1, "a");
    engine.advance(11);
  });

  test("is missing for every command that reads", () => {
    expect(run("HGET", "h", "a")).toBe("$-1\r\n");
    expect(run("HMGET", "h", "a", "b")).toBe(`*2\r\n$-1\r\n${bulk("2")}`);
    expect(run("HEXISTS", "h", "a")).toBe(":0\r\n");
    expect(run("HSTRLEN", "h", "a")).toBe(":0\r\n");
    expect(run("HLEN", "h")).toBe(":1\r\n");
    expect(elements(run("HGETALL", "h"))).toEqual(["b", "2"]);
    expect(elements(run("HKEYS", "h"))).toEqual(["b"]);
    expect(elements(run("HVALS", "h"))).toEqual(["2"]);
    expect(run("HTTL", "h", "FIELDS", 1, "a")).toBe(integers(-2));
    expect(engine.keyspace.expiredFields).toBe(0);
  });

  test("is missing for every command that writes", () => {
    expect(run("HDEL", "h", "a")).toBe(":0\r\n");
    expect(run("HPERSIST", "h", "FIELDS", 1, "a")).toBe(integers(-2));
    expect(run("HEXPIRE", "h", 10, "FIELDS", 1, "a")).toBe(integers(-2));
    expect(run("HGETEX", "h", "PERSIST", "FIELDS", 1, "a")).toBe("*1\r\n$-1\r\n");
    expect(run("HGETDEL", "h", "FIELDS", 1, "a")).toBe("*1\r\n$-1\r\n");
    expect(run("HSETEX", "h", "FXX", "FIELDS", 1, "a", "x")).toBe(":0\r\n");
    checkKeyspace(engine.keyspace);
  });

  for (const [request, value] of [
    [["HSET", "h", "a", "new"], "new"],
    [["HSETNX", "h", "a", "new"], "new"],
    [["HINCRBY", "h", "a", "1"], "1"],
    [["HINCRBYFLOAT", "h", "a", "1.5"], "1.5"],
    [["HSETEX", "h", "KEEPTTL", "FIELDS", "1", "a", "new"], "new"],
    [["HSETEX", "h", "FNX", "FIELDS", "1", "a", "new"], "new"],
  ] as const) {
    test(`is new again, and does not expire, after ${request.join(" ")}`, () => {
      expect(run(...request)).not.toBe(":0\r\n");
      expect(run("HGET", "h", "a")).toBe(bulk(value));
      expect(times("h", "a")).toBe(integers(-1));
      expect(engine.keyspace.expiredFields).toBe(1);
      runCycle();
      expect(run("HLEN", "h")).toBe(":2\r\n");
      checkKeyspace(engine.keyspace);
    });
  }

  test("does not keep the key alive when the last other field is deleted", () => {
    run("HDEL", "h", "b");
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    checkKeyspace(engine.keyspace);
  });

  test("does not count in the dataset's digest", () => {
    const other = new Engine();
    other.run("HSET", "h", "b", "2");
    expect(digest(engine.keyspace)).toBe(digest(other.keyspace));
    run("HPEXPIRE", "h", 10, "FIELDS", 1, "b");
    engine.advance(11);
    expect(digest(engine.keyspace)).toBe(digest(new Engine().keyspace));
  });
});

describe("the active cycle", () => {
  test("frees fields when their time has passed, not before, and the key with the last", () => {
    newEngine(512);
    run("HSET", "h", "a", "1", "b", "2", "c", "3", "d", "4");
    run("HPEXPIRE", "h", 10, "FIELDS", 2, "a", "b");
    run("HPEXPIRE", "h", 20, "FIELDS", 2, "c", "d");
    engine.advance(10);
    runCycle();
    expect(engine.keyspace.expiredFields).toBe(0);
    engine.advance(1);
    runCycle();
    expect(engine.keyspace.expiredFields).toBe(2);
    expect(run("EXISTS", "h")).toBe(":1\r\n");
    checkKeyspace(engine.keyspace);
    engine.advance(10);
    runCycle();
    expect(engine.keyspace.expiredFields).toBe(4);
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    expect(engine.keyspace.size(0)).toBe(0);
    checkKeyspace(engine.keyspace);
  });

  test("frees fields at once that had expired before their key came to another db", () => {
    newEngine(512);
    run("HSET", "h", "a", "1", "b", "2");
    run("HPEXPIRE", "h", 10, "FIELDS", 1, "a");
    engine.advance(11);
    run("MOVE", "h", 1);
    runCycle();
    expect(engine.keyspace.expiredFields).toBe(1);
    checkKeyspace(engine.keyspace);
  });

  test("frees no more at a time than it is asked to", () => {
    newEngine(512);
    for (let i = 0; i < 100; i++) run("HSETEX", `h${i % 3}`, "PX", 10 + (i % 7), "FIELDS", 1, `f${i}`, i);
    engine.advance(1000);
    let last = 0;
    while (expireDueKeys(engine.keyspace, 7) === 0) {
      expect(engine.keyspace.expiredFields - last).toBeLessThanOrEqual(7);
      last = engine.keyspace.expiredFields;
      checkKeyspace(engine.keyspace);
    }
    expect(engine.keyspace.expiredFields).toBe(100);
    expect(engine.keyspace.size(0)).toBe(0);
  });

  test("tells who watches the key", () => {
    newEngine(512);
    run("HSET", "h", "a", "1", "b", "2");
    run("HPEXPIRE", "h", 10, "FIELDS", 1, "a");
    run("WATCH", "h");
    engine.advance(11);
    runCycle();
    run("MULTI");
    run("PING");
    expect(run("EXEC")).toBe("*-1\r\n");
  });
});
