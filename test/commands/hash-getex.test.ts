/** HGETEX, HGETDEL and HSETEX. */

import { beforeEach, describe, expect, spyOn, test } from "bun:test";
import { REPLY_TOO_LARGE } from "../../src/protocol/errors.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";

/** The engine's clock starts here. */
const START_MS = 1_700_000_000_000;
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const NEGATIVE = "-ERR invalid expire time, must be >= 0\r\n";
const MISSING = "-ERR Mandatory argument FIELDS is missing or not at the right position\r\n";
const MISMATCH = "-ERR The `numfields` parameter must match the number of arguments\r\n";
const NOT_POSITIVE = "-ERR Number of fields must be a positive integer\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const integers = (...values: number[]) => `*${values.length}\r\n${values.map((n) => `:${n}\r\n`).join("")}`;
const bulks = (...values: (string | null)[]) =>
  `*${values.length}\r\n${values.map((v) => (v === null ? "$-1\r\n" : `$${v.length}\r\n${v}\r\n`)).join("")}`;
const times = (key: string, ...fields: string[]) =>
  run("HPEXPIRETIME", key, "FIELDS", fields.length, ...fields);

describe.each([
  ["listpack", 512],
  ["hashtable", 0],
])("on a hash kept as %s before", (_, entries) => {
  beforeEach(() => {
    engine = new Engine();
    engine.keyspace.limits.hashEntries = entries;
    run("HSET", "h", "a", "1", "b", "2", "c", "3");
    engine.keyspace.dirty = 0;
  });

  test("HGETDEL replies values, deletes the fields, and the key with the last", () => {
    expect(run("HGETDEL", "h", "FIELDS", 3, "a", "missing", "a")).toBe(bulks("1", null, null));
    expect(engine.keyspace.dirty).toBe(1);
    expect(run("HGETDEL", "h", "FIELDS", 1, "missing")).toBe(bulks(null));
    expect(engine.keyspace.dirty).toBe(1);
    run("HEXPIRE", "h", 10, "FIELDS", 1, "b");
    expect(run("HGETDEL", "h", "FIELDS", 2, "b", "c")).toBe(bulks("2", "3"));
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    expect(run("HGETDEL", "h", "FIELDS", 2, "b", "c")).toBe(bulks(null, null));
    checkKeyspace(engine.keyspace);
  });

  test("HGETEX without an option reads", () => {
    run("HEXPIRE", "h", 10, "FIELDS", 1, "a");
    engine.keyspace.dirty = 0;
    expect(run("HGETEX", "h", "FIELDS", 3, "a", "missing", "b")).toBe(bulks("1", null, "2"));
    expect(run("HGETEX", "missing", "FIELDS", 2, "a", "b")).toBe(bulks(null, null));
    expect(times("h", "a", "b")).toBe(integers(START_MS + 10_000, -1));
    expect(engine.keyspace.dirty).toBe(0);
  });

  test.each([
    ["EX", 100],
    ["px", 100_000],
    ["EXAT", START_MS / 1000 + 100],
    ["PXAT", START_MS + 100_000],
  ])("HGETEX sets expire times with %s", (option, time) => {
    expect(run("HGETEX", "h", option, time, "FIELDS", 3, "a", "missing", "b")).toBe(bulks("1", null, "2"));
    expect(times("h", "a", "b", "c")).toBe(integers(START_MS + 100_000, START_MS + 100_000, -1));
    expect(engine.keyspace.dirty).toBe(1);
    expect(run("HGETEX", "missing", option, time, "FIELDS", 1, "a")).toBe(bulks(null));
    expect(run("EXISTS", "missing")).toBe(":0\r\n");
    checkKeyspace(engine.keyspace);
  });

  test("HGETEX PERSIST takes expire times away", () => {
    run("HEXPIRE", "h", 10, "FIELDS", 2, "a", "b");
    engine.keyspace.dirty = 0;
    expect(run("HGETEX", "h", "PERSIST", "FIELDS", 2, "a", "c")).toBe(bulks("1", "3"));
    expect(times("h", "a", "b", "c")).toBe(integers(-1, START_MS + 10_000, -1));
    expect(engine.keyspace.dirty).toBe(1);
    expect(run("HGETEX", "h", "persist", "fields", 1, "c")).toBe(bulks("3"));
    expect(engine.keyspace.dirty).toBe(1);
  });

  test("HGETEX with a time that has passed deletes what it replies", () => {
    expect(run("HGETEX", "h", "PXAT", 1, "FIELDS", 3, "a", "a", "b")).toBe(bulks("1", null, "2"));
    expect(run("HLEN", "h")).toBe(":1\r\n");
    expect(run("HGETEX", "h", "EX", 0, "FIELDS", 1, "c")).toBe(bulks("3"));
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    expect(engine.keyspace.expiredFields).toBe(3);
  });

  test("HSETEX sets fields and values", () => {
    expect(run("HSETEX", "h", "FIELDS", 2, "a", "x", "new", "y")).toBe(":1\r\n");
    expect(run("HMGET", "h", "a", "new", "b")).toBe(bulks("x", "y", "2"));
    expect(run("HSETEX", "other", "FIELDS", 1, "a", "x")).toBe(":1\r\n");
    expect(run("HGET", "other", "a")).toBe("$1\r\nx\r\n");
    expect(engine.keyspace.dirty).toBe(2);
  });

  test.each([
    ["EX", 100],
    ["px", 100_000],
    ["EXAT", START_MS / 1000 + 100],
    ["PXAT", START_MS + 100_000],
  ])("HSETEX sets expire times with %s", (option, time) => {
    expect(run("HSETEX", "h", option, time, "FIELDS", 2, "a", "x", "new", "y")).toBe(":1\r\n");
    expect(run("HSETEX", "other", option, time, "FNX", "FIELDS", 1, "a", "x")).toBe(":1\r\n");
    expect(times("h", "a", "new", "b")).toBe(integers(START_MS + 100_000, START_MS + 100_000, -1));
    expect(times("other", "a")).toBe(integers(START_MS + 100_000));
    expect(run("HMGET", "h", "a", "new")).toBe(bulks("x", "y"));
    checkKeyspace(engine.keyspace);
  });

  test("HSETEX takes expire times away, unless KEEPTTL keeps them", () => {
    run("HEXPIRE", "h", 10, "FIELDS", 2, "a", "b");
    expect(run("HSETEX", "h", "KEEPTTL", "FIELDS", 3, "a", "x", "c", "y", "new", "z")).toBe(":1\r\n");
    expect(times("h", "a", "b", "c", "new")).toBe(integers(START_MS + 10_000, START_MS + 10_000, -1, -1));
    expect(run("HSETEX", "h", "FIELDS", 1, "a", "x")).toBe(":1\r\n");
    expect(times("h", "a", "b")).toBe(integers(-1, START_MS + 10_000));
    checkKeyspace(engine.keyspace);
  });

  test("HSETEX FXX needs all of the fields, FNX none of them", () => {
    expect(run("HSETEX", "h", "FXX", "FIELDS", 2, "a", "x", "new", "y")).toBe(":0\r\n");
    expect(run("HSETEX", "h", "FNX", "FIELDS", 2, "new", "x", "a", "y")).toBe(":0\r\n");
    expect(run("HSETEX", "missing", "FXX", "FIELDS", 1, "a", "x")).toBe(":0\r\n");
    expect(run("EXISTS", "missing")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(0);
    expect(run("HSETEX", "h", "FXX", "EX", 10, "FIELDS", 2, "a", "x", "b", "y")).toBe(":1\r\n");
    expect(run("HSETEX", "h", "PX", 10_000, "FNX", "FIELDS", 2, "new", "x", "new", "y")).toBe(":1\r\n");
    expect(run("HMGET", "h", "a", "b", "new")).toBe(bulks("x", "y", "y"));
    expect(times("h", "a", "new")).toBe(integers(START_MS + 10_000, START_MS + 10_000));
  });

  test("HSETEX with a time that has passed deletes the fields", () => {
    expect(run("HSETEX", "h", "EXAT", 1, "FIELDS", 2, "a", "x", "new", "y")).toBe(":1\r\n");
    expect(run("HMGET", "h", "a", "new", "b")).toBe(bulks(null, null, "2"));
    expect(run("HSETEX", "h", "PX", 0, "FIELDS", 2, "b", "x", "c", "y")).toBe(":1\r\n");
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    expect(run("HSETEX", "h", "PX", 0, "FIELDS", 1, "b", "x")).toBe(":1\r\n");
    expect(run("EXISTS", "h")).toBe(":0\r\n");
    checkKeyspace(engine.keyspace);
  });
});

describe("the arguments", () => {
  beforeEach(() => {
    engine = new Engine();
    run("HSET", "h", "a", "1");
    run("SET", "s", "v");
  });

  test("of HGETDEL come after the type", () => {
    expect(run("HGETDEL", "s", "x", "y", "z")).toBe(WRONG_TYPE);
    expect(run("HGETDEL", "h", "x", 1, "a")).toBe(MISSING);
    expect(run("HGETDEL", "h", "FIELDS", 0, "a")).toBe(NOT_POSITIVE);
    expect(run("HGETDEL", "h", "FIELDS", 2, "a")).toBe(MISMATCH);
    expect(run("HGETDEL", "h", "FIELDS", 1)).toBe("-ERR wrong number of arguments for 'hgetdel' command\r\n");
  });

  test("of HGETEX come after the type, the time before FIELDS", () => {
    expect(run("HGETEX", "s", "EX", "x", "y", "z")).toBe(WRONG_TYPE);
    expect(run("HGETEX", "h", "XFIELDX", 1, "a")).toBe(MISSING);
    expect(run("HGETEX", "h", "PXAT", 1, 1)).toBe(MISSING);
    expect(run("HGETEX", "h", "PERSIST", 1, "FIELDS", 1, "a")).toBe(MISSING);
    expect(run("HGETEX", "h", "EX", 10, "PERSIST", "FIELDS", 1, "a")).toBe(MISSING);
    expect(run("HGETEX", "h", "EX", "bla", "FIELDS", 1, "a")).toBe(NOT_INTEGER);
    expect(run("HGETEX", "h", "EX", "9223372036854775808", "FIELDS", 1, "a")).toBe(NOT_INTEGER);
    expect(run("HGETEX", "h", "PX", -1, "FIELDS", 1, "a")).toBe(NEGATIVE);
    expect(run("HGETEX", "h", "PXAT", 2 ** 46, "FIELDS", 1, "a")).toBe(
      "-ERR invalid expire time in 'hgetex' command\r\n",
    );
    expect(run("HGETEX", "h", "FIELDS", 0, "a")).toBe(NOT_POSITIVE);
    expect(run("HGETEX", "h", "FIELDS", "9223372036854775808", "a")).toBe(NOT_POSITIVE);
    expect(run("HGETEX", "h", "FIELDS", 2, "a")).toBe(MISMATCH);
    expect(run("HGETEX", "h", "EX", 10, "FIELDS")).toBe(NOT_POSITIVE);
  });

  test("of HSETEX come before the type, each as it stands", () => {
    const arity = "-ERR wrong number of arguments for 'hsetex' command\r\n";
    const lifetime = "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified\r\n";
    const condition = "-ERR Only one of FXX or FNX arguments can be specified\r\n";
    const fields = "-ERR invalid number of fields\r\n";
    expect(run("HSETEX", "s", "FIELDS", 1, "a", "b")).toBe(WRONG_TYPE);
    expect(run("HSETEX", "s", "NX", "FIELDS", 1, "a", "b")).toBe("-ERR unknown argument: NX\r\n");
    expect(run("HSETEX", "s", "FIELDS", 2, "a", "b")).toBe(arity);
    expect(run("HSETEX", "s", "FIELDS", 2, "a", "b", "c")).toBe(arity);
    expect(run("HSETEX", "s", "FIELDS", 1, "a", "b", "c", "d")).toBe(arity);
    expect(run("HSETEX", "s", "FNX", "KEEPTTL", "FIELDS", 1)).toBe(arity);
    expect(run("HSETEX", "s", "FNX", "EX", 10, "FIELDS")).toBe(arity);
    expect(run("HSETEX", "s", "FXX", "FNX", "FIELDS", 1, "a", "b")).toBe(condition);
    expect(run("HSETEX", "s", "FNX", "EX", 10, "FNX", "FIELDS", 1, "a", "b")).toBe(condition);
    expect(run("HSETEX", "s", "EX", 10, "EX", 10, "FIELDS", 1, "a", "b")).toBe(lifetime);
    expect(run("HSETEX", "s", "EX", 10, "KEEPTTL", "FIELDS", 1, "a", "b")).toBe(lifetime);
    expect(run("HSETEX", "s", "KEEPTTL", "PXAT", "x", "FIELDS", 1, "a", "b")).toBe(lifetime);
    expect(run("HSETEX", "s", "EX", "FIELDS", 1, "a", "b")).toBe(NOT_INTEGER);
    expect(run("HSETEX", "s", "EXAT", -1, 1, "a", "b")).toBe(NEGATIVE);
    expect(run("HSETEX", "s", "PX", 2 ** 46, "FIELDS", 1, "a", "b")).toBe(
      "-ERR invalid expire time in 'hsetex' command\r\n",
    );
    expect(run("HSETEX", "s", "FIELDS", "x", "a", "b")).toBe(fields);
    expect(run("HSETEX", "s", "FIELDS", 0, "a", "b")).toBe(fields);
    expect(run("HSETEX", "s", "FIELDS", 2 ** 31, "a", "b")).toBe(fields);
  });

  test.each([
    ["HGETDEL", []],
    ["HGETEX", ["PXAT", "1"]],
  ])("%s changes nothing when its values are too large for a reply together", (command, options) => {
    run("HSET", "h", "b", "2");
    const { reply } = engine;
    const bulk = reply.bulk.bind(reply);
    const room = spyOn(reply, "bulk").mockImplementation((source, start, end) => {
      if (source.toString("latin1", start, end) === "2") throw REPLY_TOO_LARGE;
      bulk(source, start, end);
    });
    expect(run(command, "h", ...options, "FIELDS", 2, "a", "b")).toBe(
      "-ERR the reply exceeds the maximum of 1 GiB\r\n",
    );
    room.mockRestore();
    expect(run("HMGET", "h", "a", "b")).toBe(bulks("1", "2"));
  });
});
