import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { RdbTooLargeError } from "../../src/store/rdb/rdb-writer.ts";
import { Engine } from "../support/engine.ts";
import { dumpOf, listpack, number, raw, sealed } from "../support/rdb-encoders.ts";

const OK = "+OK\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const BUSY = "-BUSYKEY Target key name already exists.\r\n";
const NEGATIVE_TTL = "-ERR Invalid TTL value, must be >= 0\r\n";
const NEGATIVE_IDLETIME = "-ERR Invalid IDLETIME value, must be >= 0\r\n";
const FREQ_RANGE = "-ERR Invalid FREQ value, must be >= 0 and <= 255\r\n";
const DAMAGED = "-ERR DUMP payload version or checksum are wrong\r\n";
const BAD_FORMAT = "-ERR Bad data format\r\n";

/** What redis-server 7.0.15 replies to DUMP of the string "hello". */
const HELLO = Buffer.from("000568656c6c6f0a0063 72df766534200a".replaceAll(" ", ""), "hex");

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function dumped(key: string): Buffer {
  const reply = engine.run("DUMP", key);
  return Buffer.from(reply.slice(reply.indexOf("\r\n") + 2, -2), "latin1");
}

describe("DUMP", () => {
  test("gives a value in Redis' format, with version and checksum", () => {
    engine.run("SET", "key", "hello");
    expect(dumped("key")).toEqual(HELLO);
  });

  test("of a missing key is null in either protocol", () => {
    expect(engine.run("DUMP", "missing")).toBe("$-1\r\n");
    engine.ctx.client.resp = 3;
    expect(engine.run("DUMP", "missing")).toBe("_\r\n");
  });

  test("is a bulk string in RESP3, too", () => {
    engine.run("SET", "key", "hello");
    engine.ctx.client.resp = 3;
    expect(engine.run("DUMP", "key")).toBe(`$17\r\n${HELLO.toString("latin1")}\r\n`);
  });

  test("counts as a hit or a miss, and as an access", () => {
    const { keyspace } = engine;
    engine.run("SET", "key", "hello");
    engine.advance(10_000);
    engine.run("DUMP", "key");
    expect(engine.run("OBJECT", "IDLETIME", "key")).toBe(":0\r\n");
    engine.run("DUMP", "missing");
    expect([keyspace.hits, keyspace.misses]).toEqual([2, 1]);
  });

  test("leaves the dataset as it is, time to live included", () => {
    engine.run("SET", "key", "hello", "EX", 100);
    const before = digest(engine.keyspace);
    expect(dumped("key")).toEqual(HELLO);
    expect(digest(engine.keyspace)).toBe(before);
  });

  test("of a value that would not fit into a reply is one error", () => {
    engine.run("SET", "key", "hello");
    engine.ctx.dumps.dump = () => {
      throw new RdbTooLargeError();
    };
    expect(engine.run("DUMP", "key")).toBe("-ERR the reply exceeds the maximum of 1 GiB\r\n");
  });
});

describe("RESTORE", () => {
  test("creates a key without an expire time when the TTL is 0", () => {
    expect(engine.run("RESTORE", "key", 0, HELLO)).toBe(OK);
    expect(engine.run("GET", "key")).toBe("$5\r\nhello\r\n");
    expect(engine.run("PTTL", "key")).toBe(":-1\r\n");
    expect(engine.run("OBJECT", "ENCODING", "key")).toBe("$6\r\nembstr\r\n");
  });

  test("takes the TTL as milliseconds from now, or as a Unix time with ABSTTL", () => {
    expect(engine.run("RESTORE", "key", 2569, HELLO)).toBe(OK);
    expect(engine.run("PTTL", "key")).toBe(":2569\r\n");
    const time = engine.keyspace.nowMs + 3000;
    expect(engine.run("RESTORE", "other", time, HELLO, "absttl")).toBe(OK);
    expect(engine.run("PEXPIRETIME", "other")).toBe(`:${time}\r\n`);
    expect(engine.run("RESTORE", "far", "9223372036854775807", HELLO, "ABSTTL")).toBe(OK);
    expect(engine.run("PEXPIRETIME", "far")).toBe(":9223372036854775807\r\n");
  });

  test("takes the time of an ABSTTL of 0 as none", () => {
    expect(engine.run("RESTORE", "key", 0, HELLO, "ABSTTL")).toBe(OK);
    expect(engine.run("PTTL", "key")).toBe(":-1\r\n");
  });

  test("creates nothing when the time has passed or is too far away", () => {
    const { nowMs } = engine.keyspace;
    expect(engine.run("RESTORE", "key", 1, HELLO, "ABSTTL")).toBe(OK);
    expect(engine.run("RESTORE", "key", nowMs, HELLO, "ABSTTL")).toBe(OK);
    expect(engine.run("RESTORE", "key", "9223372036854775807", HELLO)).toBe(OK);
    expect(engine.run("EXISTS", "key")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(0);
    expect(checkKeyspace(engine.keyspace).keys).toBe(0);
  });

  test("deletes the key that it would replace when the time has passed", () => {
    engine.run("SET", "key", "old");
    const { dirty } = engine.keyspace;
    expect(engine.run("RESTORE", "key", 1, HELLO, "ABSTTL", "REPLACE")).toBe(OK);
    expect(engine.run("EXISTS", "key")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(dirty + 1);
  });

  test("needs REPLACE where there is a key, whatever its type", () => {
    engine.run("RPUSH", "key", "element");
    engine.run("EXPIRE", "key", 100);
    expect(engine.run("RESTORE", "key", 0, HELLO)).toBe(BUSY);
    expect(engine.run("TYPE", "key")).toBe("+list\r\n");
    expect(engine.run("RESTORE", "key", 0, HELLO, "replace")).toBe(OK);
    expect(engine.run("GET", "key")).toBe("$5\r\nhello\r\n");
    expect(engine.run("PTTL", "key")).toBe(":-1\r\n");
  });

  test("does not take an expired key for one that is there", () => {
    engine.run("SET", "key", "old", "PX", 10);
    engine.advance(11);
    expect(engine.run("RESTORE", "key", 0, HELLO)).toBe(OK);
  });

  test("gives each type of value", () => {
    for (const [type, add] of [
      ["list", ["RPUSH", "key", "a", "1", "b"]],
      ["set", ["SADD", "key", "a", "1", "b"]],
      ["set", ["SADD", "key", "1", "2"]],
      ["zset", ["ZADD", "key", "1", "a", "2.5", "b"]],
      ["hash", ["HSET", "key", "a", "1", "b", "2"]],
    ] as const) {
      engine.run(...add);
      const before = engine.run("OBJECT", "ENCODING", "key");
      const dump = dumped("key");
      expect(engine.run("DEL", "key")).toBe(":1\r\n");
      expect(engine.run("RESTORE", "key", 0, dump)).toBe(OK);
      expect(engine.run("TYPE", "key")).toBe(`+${type}\r\n`);
      expect(engine.run("OBJECT", "ENCODING", "key")).toBe(before);
      expect(dumped("key")).toEqual(dump);
      engine.run("DEL", "key");
    }
  });

  test("counts as one change, which WATCH sees", () => {
    const { keyspace } = engine;
    const { dirty } = keyspace;
    engine.run("WATCH", "key");
    engine.run("RESTORE", "key", 0, HELLO);
    expect(keyspace.dirty).toBe(dirty + 1);
    engine.run("MULTI");
    engine.run("GET", "key");
    expect(engine.run("EXEC")).toBe("*-1\r\n");
  });

  test("sets the idle time, modulo 2^24 seconds", () => {
    expect(engine.run("RESTORE", "key", 0, HELLO, "IDLETIME", 1000)).toBe(OK);
    expect(engine.run("OBJECT", "IDLETIME", "key")).toBe(":1000\r\n");
    expect(engine.run("RESTORE", "key", 0, HELLO, "IDLETIME", 1, "REPLACE", "idletime", "2")).toBe(OK);
    expect(engine.run("OBJECT", "IDLETIME", "key")).toBe(":2\r\n");
    expect(engine.run("RESTORE", "key", 0, HELLO, "IDLETIME", "9223372036854775807", "REPLACE")).toBe(OK);
    expect(engine.run("OBJECT", "IDLETIME", "key")).toBe(`:${2 ** 24 - 1}\r\n`);
    expect(engine.run("RESTORE", "key", 0, HELLO, "REPLACE")).toBe(OK);
    expect(engine.run("OBJECT", "IDLETIME", "key")).toBe(":0\r\n");
  });

  test("sets the counter of accesses under an LFU policy only, and no idle time then", () => {
    expect(engine.run("RESTORE", "key", 0, HELLO, "FREQ", 100)).toBe(OK);
    expect(engine.run("OBJECT", "IDLETIME", "key")).toBe(":0\r\n");
    engine.keyspace.access.lfu = true;
    expect(engine.run("RESTORE", "key", 0, HELLO, "FREQ", 100, "REPLACE")).toBe(OK);
    expect(engine.run("OBJECT", "FREQ", "key")).toBe(":100\r\n");
    expect(engine.run("RESTORE", "key", 0, HELLO, "IDLETIME", 7, "REPLACE")).toBe(OK);
    expect(engine.run("OBJECT", "FREQ", "key")).toBe(":5\r\n");
  });

  test("finds fault with its options first, then the key, the TTL, the checksum and the value", () => {
    engine.run("SET", "busy", "value");
    const bad = dumpOf(4, number(0));
    expect(engine.run("RESTORE", "busy", "x", "", "bad")).toBe(SYNTAX);
    expect(engine.run("RESTORE", "busy", "x", "")).toBe(BUSY);
    expect(engine.run("RESTORE", "key", "x", "")).toBe(NOT_INTEGER);
    expect(engine.run("RESTORE", "key", "9223372036854775808", "")).toBe(NOT_INTEGER);
    expect(engine.run("RESTORE", "key", "-1", "")).toBe(NEGATIVE_TTL);
    expect(engine.run("RESTORE", "key", 0, "")).toBe(DAMAGED);
    expect(engine.run("RESTORE", "key", 0, bad)).toBe(BAD_FORMAT);
    expect(engine.run("RESTORE", "busy", "x", "", "REPLACE")).toBe(NOT_INTEGER);
    expect(engine.run("RESTORE", "busy", 1, bad, "REPLACE", "ABSTTL")).toBe(BAD_FORMAT);
    expect(engine.run("GET", "busy")).toBe("$5\r\nvalue\r\n");
  });

  test.each([
    [["IDLETIME"], SYNTAX],
    [["FREQ"], SYNTAX],
    [["IDLETIME", "-1"], NEGATIVE_IDLETIME],
    [["IDLETIME", "x"], NOT_INTEGER],
    [["FREQ", "-1"], FREQ_RANGE],
    [["FREQ", "256"], FREQ_RANGE],
    [["FREQ", "x"], NOT_INTEGER],
    [["FREQ", "1", "IDLETIME", "1"], SYNTAX],
    [["IDLETIME", "1", "FREQ", "1"], SYNTAX],
    [["ABSTTL", "bad"], SYNTAX],
    [["REPLACE", "IDLETIME", "0", "ABSTTL", "IDLETIME", "-5"], NEGATIVE_IDLETIME],
  ])("refuses the options %p", (options, error) => {
    expect(engine.run("RESTORE", "key", 0, HELLO, ...options)).toBe(error);
    expect(engine.run("EXISTS", "key")).toBe(":0\r\n");
  });

  test("refuses a wrong checksum and a newer version", () => {
    const damaged = Buffer.from(HELLO);
    damaged[3] ^= 1;
    expect(engine.run("RESTORE", "key", 0, damaged)).toBe(DAMAGED);
    expect(engine.run("RESTORE", "key", 0, HELLO.subarray(0, -1))).toBe(DAMAGED);
    expect(engine.run("RESTORE", "key", 0, sealed(HELLO.subarray(0, -10), 11))).toBe(DAMAGED);
    expect(engine.run("RESTORE", "key", 0, sealed(HELLO.subarray(0, -10), 6))).toBe(OK);
  });

  test("refuses a stream, which cannot be read yet", () => {
    for (const type of [15, 19, 21]) {
      expect(engine.run("RESTORE", "key", 0, dumpOf(type, raw("anything")))).toBe(BAD_FORMAT);
    }
  });

  test("leaves the key as it was when the new value is malformed", () => {
    engine.run("HSET", "key", "a", "b");
    engine.run("EXPIRE", "key", 100);
    const before = digest(engine.keyspace);
    const { dirty } = engine.keyspace;
    const twice = dumpOf(16, raw(listpack(["a", 1, "b", 2, "a", 3])));
    expect(engine.run("RESTORE", "key", 5, twice, "REPLACE")).toBe(BAD_FORMAT);
    expect(digest(engine.keyspace)).toBe(before);
    expect(engine.keyspace.dirty).toBe(dirty);
    checkKeyspace(engine.keyspace);
  });

  test("is refused like every write when memory is full", () => {
    engine.ctx.maxMemoryBytes = 1;
    engine.run("SET", "key", "value");
    expect(engine.run("RESTORE", "key", 0, HELLO)).toBe(
      "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
    );
  });
});
