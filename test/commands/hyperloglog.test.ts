import { beforeEach, describe, expect, test } from "bun:test";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { quietServer } from "../support/quiet-server.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_ONE = "-WRONGTYPE Key is not a valid HyperLogLog string value.\r\n";
const CORRUPT = "-INVALIDOBJ Corrupted HLL object detected\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const DENSE_BYTES = 12_304;

/** What redis-server holds after PFADD key a b c. */
const ABC = "HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80\x60\xf3\x80\x50\xb1\x84\x4b\xfb\x80\x42\x5a";
/** The same after PFCOUNT. */
const ABC_COUNTED = ABC.replace("\0\0\0\0\0\0\0\x80", "\x03\0\0\0\0\0\0\0");
const EMPTY = "HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80\x7f\xff";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const elements = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const set = (key: string, value: string) => run("SET", key, Buffer.from(value, "latin1"));

beforeEach(() => {
  engine = new Engine({ server: quietServer() });
});

describe("PFADD", () => {
  test("makes a missing key a HyperLogLog with the bytes that Redis gives it", () => {
    expect(run("PFADD", "k", "a", "b", "c")).toBe(":1\r\n");
    expect(run("GET", "k")).toBe(bulk(ABC));
    expect(run("OBJECT", "ENCODING", "k")).toBe(bulk("raw"));
    expect(run("TTL", "k")).toBe(":-1\r\n");
    expect(run("PFADD", "empty")).toBe(":1\r\n");
    expect(run("GET", "empty")).toBe(bulk(EMPTY));
  });

  test("says whether anything changed, and counts each register raised", () => {
    run("PFADD", "k", "a", "b", "c");
    expect(engine.keyspace.dirty).toBe(4);
    expect(run("PFADD", "k", "c", "b", "a")).toBe(":0\r\n");
    expect(run("PFADD", "k")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(4);
    expect(run("PFADD", "k", "a", "d")).toBe(":1\r\n");
    expect(engine.keyspace.dirty).toBe(5);
    expect(run("PFADD", "k", "")).toBe(":1\r\n");
  });

  test("keeps the expire time, also when the form changes", () => {
    run("PFADD", "k", "a");
    run("PEXPIRE", "k", 5000);
    run("PFADD", "k", ...elements("e", 5000));
    expect(run("STRLEN", "k")).toBe(`:${DENSE_BYTES}\r\n`);
    expect(run("PTTL", "k")).toBe(":5000\r\n");
  });

  test("makes a copied string raw, even when nothing changes", () => {
    set("k", ABC);
    expect(run("OBJECT", "ENCODING", "k")).toBe(bulk("embstr"));
    expect(run("PFADD", "k", "a")).toBe(":0\r\n");
    expect(run("OBJECT", "ENCODING", "k")).toBe(bulk("raw"));
    expect(engine.keyspace.dirty).toBe(1);
  });

  test("keeps the sparse form while it is short enough", () => {
    engine.ctx.hyperloglogs.sparseBytesMax = 30;
    let length = 0;
    for (let i = 0; length < DENSE_BYTES; i++) {
      run("PFADD", "k", i);
      length = Number(run("STRLEN", "k").slice(1));
      if (length > 30) expect(length).toBe(DENSE_BYTES);
    }
    expect(run("PFDEBUG", "ENCODING", "k")).toBe("+dense\r\n");
  });
});

describe("PFCOUNT", () => {
  test("is exact for a few elements, and 0 for a missing key", () => {
    expect(run("PFCOUNT", "k")).toBe(":0\r\n");
    run("PFADD", "k", 1, 2, 3, 4, 5);
    expect(run("PFCOUNT", "k")).toBe(":5\r\n");
    run("PFADD", "k", 6, 7, 8, 8, 9, 10);
    expect(run("PFCOUNT", "k")).toBe(":10\r\n");
    engine.ctx.client.resp = 3;
    expect(run("PFCOUNT", "k")).toBe(":10\r\n");
  });

  test("keeps its result in the value until a register changes", () => {
    run("PFADD", "k", "a", "b", "c");
    const { dirty } = engine.keyspace;
    expect(run("PFCOUNT", "k")).toBe(":3\r\n");
    expect(run("GET", "k")).toBe(bulk(ABC_COUNTED));
    expect(engine.keyspace.dirty).toBe(dirty + 1);
    expect(run("PFCOUNT", "k")).toBe(":3\r\n");
    expect(engine.keyspace.dirty).toBe(dirty + 1);
    run("PFADD", "k", "a");
    expect(run("GETRANGE", "k", 15, 15)).toBe(bulk("\0"));
    run("PFADD", "k", "d");
    expect(run("GETRANGE", "k", 15, 15)).toBe(bulk("\x80"));
  });

  test("believes what a client wrote into the value, up to 63 bits", () => {
    for (const [cached, count] of [
      ["\xff\xff\xff\xff\xff\xff\xff\x7f", "9223372036854775807"],
      ["\xff\xff\xff\xff\xff\xff\x1f\x00", "9007199254740991"],
      ["\x01\x00\x00\x00\x00\x00\x20\x00", "9007199254740993"],
      ["\x00\x00\x00\x80\x00\x00\x00\x00", "2147483648"],
    ]) {
      set("k", `HYLL\x01\0\0\0${cached}`);
      expect(run("PFCOUNT", "k")).toBe(`:${count}\r\n`);
    }
  });

  test("of several keys counts what is in any of them, and changes none", () => {
    run("PFADD", "a", ...elements("x", 100));
    run("PFADD", "b", ...elements("x", 110));
    run("PFADD", "dense", ...elements("y", 5000));
    const { dirty } = engine.keyspace;
    expect(run("PFCOUNT", "a", "missing")).toBe(run("PFCOUNT", "a"));
    expect(run("PFCOUNT", "a", "b", "a")).toBe(run("PFCOUNT", "b"));
    expect(engine.keyspace.dirty).toBe(dirty + 2);
    expect(run("PFCOUNT", "missing", "missing too")).toBe(":0\r\n");
    const union = Number(run("PFCOUNT", "dense", "b").slice(1));
    expect(Math.abs(union - 5110)).toBeLessThan(5110 * 0.05);
    expect(engine.keyspace.dirty).toBe(dirty + 2);
  });

  test("counts the read as a hit or a miss", () => {
    run("PFADD", "k", "a");
    const { hits, misses } = engine.keyspace;
    run("PFCOUNT", "k");
    run("PFCOUNT", "k", "missing", "missing");
    expect([engine.keyspace.hits, engine.keyspace.misses]).toEqual([hits + 2, misses + 2]);
  });
});

describe("PFMERGE", () => {
  test("unites HyperLogLogs in a new key", () => {
    run("PFADD", "a", "a", "b", "c");
    run("PFADD", "b", "b", "c", "d");
    run("PFADD", "c", "c", "d", "e");
    expect(run("PFMERGE", "to", "a", "b", "missing", "c")).toBe("+OK\r\n");
    expect(run("PFCOUNT", "to")).toBe(":5\r\n");
    run("PFADD", "same", "a", "b", "c", "d", "e");
    run("PFCOUNT", "same");
    expect(run("GET", "to")).toBe(run("GET", "same"));
  });

  test("adds to a key that is there, and keeps its expire time", () => {
    run("PFADD", "to", "a", "b");
    run("PEXPIRE", "to", 5000);
    run("PFADD", "from", "c");
    run("PFCOUNT", "to");
    const { dirty } = engine.keyspace;
    expect(run("PFMERGE", "to", "from")).toBe("+OK\r\n");
    expect(engine.keyspace.dirty).toBe(dirty + 1);
    expect(run("PFCOUNT", "to")).toBe(":3\r\n");
    expect(run("PTTL", "to")).toBe(":5000\r\n");
  });

  test("alone creates a key, and makes the count of one that is there stale", () => {
    expect(run("PFMERGE", "to")).toBe("+OK\r\n");
    expect(run("GET", "to")).toBe(bulk(EMPTY));
    set("to", ABC_COUNTED);
    expect(run("PFMERGE", "to")).toBe("+OK\r\n");
    expect(run("GET", "to")).toBe(bulk(ABC.replace("\0\0\0\0\0\0\0\x80", "\x03\0\0\0\0\0\0\x80")));
  });

  test("is dense when one of its parts is, and sparse otherwise", () => {
    run("PFADD", "sparse", ...elements("x", 100));
    run("PFADD", "dense", ...elements("y", 5000));
    run("PFMERGE", "a", "sparse");
    run("PFMERGE", "b", "sparse", "dense");
    run("PFMERGE", "dense", "sparse");
    expect(run("PFDEBUG", "ENCODING", "a")).toBe("+sparse\r\n");
    expect(run("PFDEBUG", "ENCODING", "b")).toBe("+dense\r\n");
    expect(run("GET", "dense")).toBe(run("GET", "b"));
    expect(run("PFCOUNT", "b")).toBe(run("PFCOUNT", "sparse", "dense"));
  });
});

describe("what is no HyperLogLog", () => {
  test.each([
    ["a number", "12345"],
    ["a text", "some words that are long enough for it"],
    ["a header cut off", EMPTY.slice(0, 15)],
    ["another magic", EMPTY.replace("L", "M")],
    ["an unknown encoding", EMPTY.replace("\x01", "\x02")],
    ["a dense one that is too short", `HYLL${"\0".repeat(DENSE_BYTES - 5)}`],
    ["a dense one that is too long", `HYLL${"\0".repeat(DENSE_BYTES - 3)}`],
  ])("%s is refused by all commands, unchanged", (_, value) => {
    set("k", value);
    run("PFADD", "one", "a");
    for (const argv of [
      ["PFADD", "k"],
      ["PFADD", "k", "x"],
      ["PFCOUNT", "k"],
      ["PFCOUNT", "one", "k"],
      ["PFMERGE", "k", "one"],
      ["PFMERGE", "one", "k"],
      ["PFMERGE", "new", "one", "k"],
      ["PFDEBUG", "GETREG", "k"],
      ["PFDEBUG", "NOSUCH", "k"],
    ]) {
      expect(run(...argv)).toBe(NOT_ONE);
    }
    expect(run("GET", "k")).toBe(bulk(value));
    expect(run("EXISTS", "new")).toBe(":0\r\n");
  });

  test("a value of another type is refused as everywhere", () => {
    run("HSET", "hash", "field", "value");
    expect(run("PFADD", "hash", "x")).toBe(WRONG_TYPE);
    expect(run("PFCOUNT", "hash")).toBe(WRONG_TYPE);
    expect(run("PFCOUNT", "missing", "hash")).toBe(WRONG_TYPE);
    expect(run("PFMERGE", "to", "hash")).toBe(WRONG_TYPE);
    expect(run("PFMERGE", "hash", "to")).toBe(WRONG_TYPE);
    expect(run("PFDEBUG", "ENCODING", "hash")).toBe(WRONG_TYPE);
  });
});

describe("damaged registers", () => {
  const TAIL = `${ABC}hello`;

  test.each([
    ["missing", ABC.slice(0, 16)],
    ["too few", ABC.slice(0, -2)],
    ["too many", TAIL],
    ["far too many", EMPTY.slice(0, 16) + "\xff".repeat(40_000)],
  ])("that are %s are found by what looks at all of them", (_, value) => {
    set("k", value);
    run("PFADD", "one", "a");
    for (const argv of [
      ["PFCOUNT", "k"],
      ["PFCOUNT", "one", "k"],
      ["PFMERGE", "one", "k"],
      ["PFMERGE", "k", "one"],
      ["PFDEBUG", "TODENSE", "k"],
      ["PFDEBUG", "GETREG", "k"],
    ]) {
      expect(run(...argv)).toBe(CORRUPT);
    }
    expect(run("GET", "k")).toBe(bulk(value));
    expect(run("PFADD", "k")).toBe(":0\r\n");
  });

  test("do not hinder a count that is cached", () => {
    set("k", `${ABC_COUNTED}hello`);
    expect(run("PFCOUNT", "k")).toBe(":3\r\n");
  });

  test("let elements in as long as their register is covered, but only all of a request", () => {
    set("k", TAIL);
    expect(run("PFADD", "k", "d", "e")).toBe(":1\r\n");
    // The registers of "abc" and "abcdefgh" are 9474 and 1383.
    const half = `${EMPTY.slice(0, 16)}\x5f\xff`;
    set("half", half);
    expect(run("PFADD", "half", "abcdefgh", "abc")).toBe(CORRUPT);
    expect(run("GET", "half")).toBe(bulk(half));
    expect(run("PFADD", "half", "abcdefgh")).toBe(":1\r\n");
    expect(run("PFDEBUG", "DECODE", "half")).toBe(bulk("Z:1383 v:1,1 Z:6808"));
  });

  test("longer than all there can be are not looked at", () => {
    set("k", EMPTY.slice(0, 16) + "\0".repeat(32_769));
    expect(run("PFADD", "k", "a")).toBe(CORRUPT);
    expect(run("PFDEBUG", "DECODE", "k")).toBe(CORRUPT);
  });
});

test("a full arena refuses what needs room, and nothing changes", () => {
  engine = new Engine({ shards: 1, arenaBytes: 256 << 10, databases: 1 });
  const { keyspace } = engine;
  run("PFADD", "sparse", ...elements("x", 100));
  run("PFADD", "dense", ...elements("y", 5000));
  // One key may be refused because its place in the index cannot grow: others still find room.
  let keys = 0;
  for (let size = 2048; size >= 1; size >>= 1)
    for (let refused = 0; refused < 50; keys++)
      refused = run("SET", `fill:${keys}`, "f".repeat(size)) === "+OK\r\n" ? 0 : refused + 1;
  const before = [digest(keyspace), keyspace.dirty];
  for (const argv of [
    ["PFADD", "new", "a"],
    ["PFADD", "sparse", ...elements("z", 400)],
    ["PFADD", "sparse", ...elements("z", 4000)],
    ["PFMERGE", "new", "sparse"],
    ["PFMERGE", "sparse", "dense"],
    ["PFDEBUG", "TODENSE", "sparse"],
  ]) {
    expect(run(...argv)).toBe(OOM);
    expect([digest(keyspace), keyspace.dirty]).toEqual(before);
  }
  expect(run("PFADD", "dense", ...elements("z", 4000))).toBe(":1\r\n");
  expect(run("PFMERGE", "dense", "sparse")).toBe("+OK\r\n");
});

describe("PFDEBUG", () => {
  test("shows the form, its runs and the registers", () => {
    run("PFADD", "k", "abc", "abcdefgh");
    expect(run("PFDEBUG", "ENCODING", "k")).toBe("+sparse\r\n");
    expect(run("pfdebug", "decode", "k")).toBe(bulk("Z:1383 v:1,1 Z:8090 v:1,1 Z:6909"));
    const { dirty } = engine.keyspace;
    const registers = run("PFDEBUG", "GETREG", "k").split("\r\n").slice(1, -1);
    expect(registers.flatMap((value, i) => (value === ":0" ? [] : [i]))).toEqual([1383, 9474]);
    expect(registers).toHaveLength(16_384);
    expect(engine.keyspace.dirty).toBe(dirty + 1);
    expect(run("PFDEBUG", "ENCODING", "k")).toBe("+dense\r\n");
    expect(run("PFDEBUG", "DECODE", "k")).toBe("-ERR HLL encoding is not sparse\r\n");
  });

  test("TODENSE changes the form once", () => {
    run("PFADD", "k", "a");
    run("PFCOUNT", "k");
    expect(run("PFDEBUG", "TODENSE", "k")).toBe(":1\r\n");
    expect(run("PFDEBUG", "TODENSE", "k")).toBe(":0\r\n");
    expect(run("STRLEN", "k")).toBe(`:${DENSE_BYTES}\r\n`);
    expect(run("GETRANGE", "k", 0, 15)).toBe(bulk("HYLL\0\0\0\0\x01\0\0\0\0\0\0\0"));
  });

  test("refuses missing keys and unknown subcommands", () => {
    expect(run("PFDEBUG", "NOSUCH", "missing")).toBe("-ERR The specified key does not exist\r\n");
    run("PFADD", "k");
    expect(run("PFDEBUG", "noSuch", "k")).toBe("-ERR Unknown PFDEBUG subcommand 'noSuch'\r\n");
  });
});

test("PFSELFTEST passes", () => {
  expect(run("PFSELFTEST")).toBe("+OK\r\n");
});
