import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const BIT_OFFSET = "-ERR bit offset is not an integer or out of range\r\n";
const BIT_VALUE = "-ERR bit is not an integer or out of range\r\n";
const BIT_ARGUMENT = "-ERR The bit argument must be 1 or 0.\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const encoding = (key: string) => run("OBJECT", "ENCODING", key);

/** Whether a bit of a string is 1, by the definition. */
const bitOf = (value: Buffer, offset: number) => (value[offset >> 3] >> (7 - (offset % 8))) & 1;

function randomBytes(random: Random, length: number): Buffer {
  // Long runs of zeros and of ones among other bytes.
  let fill = 0;
  return Buffer.from(
    Array.from({ length }, () => {
      if (random.below(8) === 0) fill = [0, 255, random.below(256)][random.below(3)];
      return fill;
    }),
  );
}

beforeEach(() => {
  engine = new Engine();
});

describe("SETBIT", () => {
  test("creates a missing key that is as long as it must be", () => {
    expect(run("SETBIT", "k", 17, 1)).toBe(":0\r\n");
    expect(run("GET", "k")).toBe(bulk("\0\0\x40"));
    expect(encoding("k")).toBe(bulk("raw"));
    expect(run("SETBIT", "zero", 7, 0)).toBe(":0\r\n");
    expect(run("GET", "zero")).toBe(bulk("\0"));
  });

  test("sets and clears bits, replies the old one, and keeps the expire time", () => {
    run("SET", "k", "@", "PX", 500);
    expect(run("SETBIT", "k", 2, 1)).toBe(":0\r\n");
    expect(run("SETBIT", "k", 1, 0)).toBe(":1\r\n");
    expect(run("SETBIT", "k", 1, 0)).toBe(":0\r\n");
    expect(run("GET", "k")).toBe(bulk(" "));
    expect(run("PTTL", "k")).toBe(":500\r\n");
  });

  test("fills a gap with zero bits, whatever lay there before", () => {
    run("SET", "k", "\xff".repeat(200));
    run("SET", "k", "ab");
    expect(run("SETBIT", "k", 47, 1)).toBe(":0\r\n");
    expect(run("GET", "k")).toBe(bulk("ab\0\0\0\x01"));
  });

  test("works on the digits of a number, which is raw then even if no bit changes", () => {
    run("SET", "k", "1");
    expect(run("SETBIT", "k", 0, 0)).toBe(":0\r\n");
    expect(encoding("k")).toBe(bulk("raw"));
    expect(run("SETBIT", "k", 6, 1)).toBe(":0\r\n");
    expect(run("INCR", "k")).toBe(":4\r\n");
  });

  test("counts as a change only if a bit or the length changes", () => {
    const changes = (...argv: (string | number)[]) => {
      const before = engine.keyspace.dirty;
      run(...argv);
      return engine.keyspace.dirty - before;
    };
    expect(changes("SETBIT", "k", 0, 0)).toBe(1);
    expect(changes("SETBIT", "k", 0, 0)).toBe(0);
    expect(changes("SETBIT", "k", 0, 1)).toBe(1);
    expect(changes("SETBIT", "k", 0, 1)).toBe(0);
    expect(changes("SETBIT", "k", 90, 0)).toBe(1);
    expect(changes("SETBIT", "k", 180, 1)).toBe(1);
  });

  test("checks the offset, then the bit, then the key", () => {
    const wide = 512 * 1024 * 1024 * 8;
    for (const offset of [-1, "a", "", "1.5", "01", "#1", wide, MAX, MIN, "9223372036854775808"])
      expect(run("SETBIT", "k", offset, "bad")).toBe(BIT_OFFSET);
    for (const bit of [2, -1, "a", "", "01", MAX]) expect(run("SETBIT", "k", 0, bit)).toBe(BIT_VALUE);
    expect(run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("reaches exactly the longest string", () => {
    engine.ctx.stringLengthMax = 1000;
    expect(run("SETBIT", "k", 8000, 1)).toBe(BIT_OFFSET);
    expect(run("SETBIT", "k", 7999, 1)).toBe(":0\r\n");
    expect(run("STRLEN", "k")).toBe(":1000\r\n");
  });
});

describe("GETBIT", () => {
  test("replies each bit, and 0 behind the end", () => {
    run("SET", "k", "\x81\x40");
    const bits = Array.from({ length: 20 }, (_, i) => run("GETBIT", "k", i)[1]).join("");
    expect(bits).toBe("10000001010000000000");
    expect(run("GETBIT", "k", 4294967295)).toBe(":0\r\n");
    expect(run("GETBIT", "missing", 4294967295)).toBe(":0\r\n");
  });

  test("reads the digits of a number", () => {
    run("SET", "k", "12");
    expect(run("GETBIT", "k", 15)).toBe(":0\r\n");
    expect(run("GETBIT", "k", 14)).toBe(":1\r\n");
  });

  test("refuses offsets that no string has", () => {
    for (const offset of [-1, "a", "#0", 4294967296, MAX])
      expect(run("GETBIT", "k", offset)).toBe(BIT_OFFSET);
  });
});

describe("a bit offset beyond 2^32", () => {
  test("is behind the end of a short string, where its int32 would not be", () => {
    engine.ctx.stringLengthMax = 2 ** 40;
    run("SET", "k", "\xff\xff");
    for (const offset of [2 ** 32, 2 ** 32 + 8, 2 ** 35 + 1, 2 ** 42]) {
      expect(run("GETBIT", "k", offset)).toBe(":0\r\n");
      expect(run("BITFIELD", "k", "GET", "u16", offset)).toBe("*1\r\n:0\r\n");
    }
  });
});

describe("BITCOUNT", () => {
  test("counts all bits", () => {
    run("SET", "k", "foobar");
    expect(run("BITCOUNT", "k")).toBe(":26\r\n");
    run("SET", "k", "");
    expect(run("BITCOUNT", "k")).toBe(":0\r\n");
    run("SET", "k", "1234");
    expect(run("BITCOUNT", "k")).toBe(":13\r\n");
    expect(run("BITCOUNT", "missing")).toBe(":0\r\n");
  });

  test.each([
    [[0, 0], 4],
    [[1, 1], 6],
    [[0, -5], 10],
    [[5, 30, "BIT"], 17],
    [[-9, -2, "bit"], 5],
    [[1, 1, "byte"], 6],
    [[MIN, MAX], 26],
    [[MIN, MAX, "BIT"], 26],
    [[MAX, MAX], 0],
    [[MIN, MIN], 4],
    [[3, 1], 0],
    [[-1, -2, "nonsense"], 0],
    [[48, 100, "BIT"], 0],
  ])("in the range %j of foobar is %d", (range, count) => {
    run("SET", "k", "foobar");
    expect(run("BITCOUNT", "k", ...range)).toBe(`:${count}\r\n`);
  });

  test("refuses ranges that are none, but not for a missing key", () => {
    run("SET", "k", "foobar");
    expect(run("BITCOUNT", "k", 0)).toBe(SYNTAX);
    expect(run("BITCOUNT", "k", 0, 1, "BITS")).toBe(SYNTAX);
    expect(run("BITCOUNT", "k", 0, 1, "BIT", 1)).toBe(SYNTAX);
    expect(run("BITCOUNT", "k", "a", 1)).toBe(NOT_INTEGER);
    expect(run("BITCOUNT", "k", 0, "b", "BITS")).toBe(NOT_INTEGER);
    expect(run("BITCOUNT", "missing", "a", "b", "BITS")).toBe(":0\r\n");
    expect(run("BITCOUNT", "missing", 0)).toBe(":0\r\n");
  });
});

describe("BITPOS", () => {
  test.each([
    ["\xff\xf0\0", [0], 12],
    ["\0\xff\xf0", [1], 8],
    ["\0\0", [1], -1],
    ["\xff\xff", [0], 16],
    ["\xff\xff", [0, 0], 16],
    ["\xff\xff", [0, 1], 16],
    ["\xff\xff", [0, 2], -1],
    ["\xff\xff", [0, 0, -1], -1],
    ["\xff\xff", [0, 0, 15, "BIT"], -1],
    ["\xff\xf0\xff", [0, 9, 11, "BIT"], -1],
    ["\xff\xf0\xff", [0, 9, 12, "BIT"], 12],
    ["\xff\xf0\xff", [1, 12, 15, "BIT"], -1],
    ["\xff\xf0\xff", [1, 12, 16, "BIT"], 16],
    ["\xff\xf0\xff", [1, -8, -1, "bit"], 16],
    ["\0\xff\0", [1, 1, 1, "byte"], 8],
    ["\0\xff\0", [1, 2, 1], -1],
    ["", [0], -1],
    ["", [1], -1],
    ["", [0, 0], -1],
    ["\0", [0, MIN, MAX], 0],
    ["\0", [0, MAX, MAX], -1],
    ["\xff", [1, MIN, MIN], 0],
  ])("in %j with %j is %d", (value, options, found) => {
    run("SET", "k", value);
    expect(run("BITPOS", "k", ...options)).toBe(`:${found}\r\n`);
  });

  test("takes a missing key for endless zeros, whatever the range", () => {
    expect(run("BITPOS", "missing", 1)).toBe(":-1\r\n");
    expect(run("BITPOS", "missing", 0, 5, "x", "y", "z")).toBe(":0\r\n");
  });

  test("refuses bits and ranges that are none", () => {
    run("SET", "k", "foobar");
    expect(run("BITPOS", "missing", "a")).toBe(NOT_INTEGER);
    expect(run("BITPOS", "missing", 2)).toBe(BIT_ARGUMENT);
    expect(run("BITPOS", "missing", MAX)).toBe(BIT_ARGUMENT);
    expect(run("BITPOS", "k", 1, "a", "b", "BITS")).toBe(NOT_INTEGER);
    expect(run("BITPOS", "k", 1, 0, "b", "BITS")).toBe(SYNTAX);
    expect(run("BITPOS", "k", 1, 0, "b", "BIT")).toBe(NOT_INTEGER);
    expect(run("BITPOS", "k", 1, 0, 1, "BIT", 1)).toBe(SYNTAX);
  });
});

describe("random ranges of random strings", () => {
  /** The offsets of the bits that a range means, by the definition. */
  function offsetsIn(length: number, start: number, end: number, bits: number): number[] {
    const units = (length * 8) / bits;
    const clip = (position: number) => (position < 0 ? Math.max(0, units + position) : position);
    const offsets: number[] = [];
    for (let at = clip(start); at <= Math.min(clip(end), units - 1); at++)
      for (let bit = 0; bit < bits; bit++) offsets.push(at * bits + bit);
    return offsets;
  }

  test("are counted and searched as bit by bit", () => {
    const random = new Random(testSeed("BITCOUNT and BITPOS"));
    let found = 0;
    for (let round = 0; round < 2000; round++) {
      const value = randomBytes(random, random.below(80));
      // Keys of several lengths, so that values start at every alignment.
      const key = "k".repeat(1 + random.below(8));
      run("SET", key, value);
      const bits = random.below(2) === 0 ? 1 : 8;
      const unit = bits === 1 ? "BIT" : "BYTE";
      const span = (value.length * 8) / bits + 4;
      const start = random.below(2 * span) - span;
      const end = random.below(2 * span) - span;
      const offsets = offsetsIn(value.length, start, end, bits);
      // Reversed negative positions are empty for BITCOUNT, and both cut to the first one for BITPOS.
      const reversed = start < 0 && end < 0 && start > end;
      const ones = reversed ? [] : offsets.filter((offset) => bitOf(value, offset) === 1);
      const request = [value.toString("hex"), start, end, unit];
      expect([...request, run("BITCOUNT", key, start, end, unit)]).toEqual([
        ...request,
        `:${ones.length}\r\n`,
      ]);
      for (const bit of [0, 1]) {
        const first = offsets.find((offset) => bitOf(value, offset) === bit) ?? -1;
        if (first > 0) found++;
        expect([...request, bit, run("BITPOS", key, bit, start, end, unit)]).toEqual([
          ...request,
          bit,
          `:${first}\r\n`,
        ]);
      }
    }
    expect(found).toBeGreaterThan(500);
  });
});

describe("BITOP", () => {
  const OPERATIONS: Record<string, (a: number, b: number) => number> = {
    AND: (a, b) => a & b,
    OR: (a, b) => a | b,
    XOR: (a, b) => a ^ b,
  };

  test("combines strings of different lengths, continued with zeros", () => {
    run("MSET", "a", "abcd", "b", "\xff\x0f", "n", "12");
    expect(run("BITOP", "AND", "d", "a", "b", "missing")).toBe(":4\r\n");
    expect(run("GET", "d")).toBe(bulk("\0\0\0\0"));
    expect(run("BITOP", "or", "d", "a", "b", "missing")).toBe(":4\r\n");
    expect(run("GET", "d")).toBe(bulk("\xffocd"));
    expect(run("BITOP", "Xor", "d", "a", "b")).toBe(":4\r\n");
    expect(run("GET", "d")).toBe(bulk("\x9emcd"));
    expect(run("BITOP", "not", "d", "b")).toBe(":2\r\n");
    expect(run("GET", "d")).toBe(bulk("\0\xf0"));
    expect(run("BITOP", "OR", "d", "n")).toBe(":2\r\n");
    expect(run("GET", "d")).toBe(bulk("12"));
    expect(encoding("d")).toBe(bulk("raw"));
  });

  test("takes the expire time of its destination away", () => {
    run("SET", "a", "abc", "PX", 500);
    run("SET", "d", "old", "PX", 500);
    run("BITOP", "OR", "d", "a");
    expect(run("PTTL", "d")).toBe(":-1\r\n");
    expect(run("PTTL", "a")).toBe(":500\r\n");
  });

  test("may write over one of its sources, which may expire, be a number, and occur twice", () => {
    for (const [destination, value] of [
      ["d", "123456"],
      ["expiring", "short"],
    ]) {
      run("SET", destination, value, "PX", 500);
      run("SET", "long", "x".repeat(1000));
      expect(run("BITOP", "XOR", destination, destination, "long", destination)).toBe(":1000\r\n");
      expect(run("GET", destination)).toBe(bulk("x".repeat(1000)));
      expect(run("PTTL", destination)).toBe(":-1\r\n");
      expect(encoding(destination)).toBe(bulk("raw"));
    }
    expect(run("BITOP", "NOT", "d", "d")).toBe(":1000\r\n");
    expect(run("GET", "d")).toBe(bulk("\x87".repeat(1000)));
  });

  test("deletes the destination when the result is empty", () => {
    run("SET", "empty", "");
    run("SET", "d", "value", "PX", 500);
    const { dirty } = engine.keyspace;
    expect(run("BITOP", "OR", "d", "missing", "empty")).toBe(":0\r\n");
    expect(run("EXISTS", "d")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(dirty + 1);
    expect(run("BITOP", "NOT", "d", "missing")).toBe(":0\r\n");
    expect(engine.keyspace.dirty).toBe(dirty + 1);
    expect(run("BITOP", "AND", "empty", "empty")).toBe(":0\r\n");
    expect(run("EXISTS", "empty")).toBe(":0\r\n");
  });

  test("refuses unknown operations, and NOT of several keys", () => {
    run("SET", "a", "abc");
    expect(run("BITOP", "NAND", "d", "a")).toBe(SYNTAX);
    expect(run("BITOP", "NOT", "d", "a", "a")).toBe(
      "-ERR BITOP NOT must be called with a single source key.\r\n",
    );
    expect(run("EXISTS", "d")).toBe(":0\r\n");
  });

  test("gives what combining byte by byte gives, for random strings short and long", () => {
    const random = new Random(testSeed("BITOP"));
    engine = new Engine({ shards: 2 });
    for (let round = 0; round < 300; round++) {
      const keys = Array.from({ length: 1 + random.below(4) }, () => `key${"x".repeat(random.below(9))}`);
      // Beyond the size of a chunk now and then.
      const lengths = [8, 100, round % 10 === 0 ? 40_000 : 200];
      for (const key of keys) run("SET", key, randomBytes(random, random.below(lengths[random.below(3)])));
      const values = keys.map((key) => {
        const reply = Buffer.from(run("GET", key), "latin1");
        return reply.subarray(reply.indexOf("\n") + 1, -2);
      });
      const length = Math.max(...values.map((value) => value.length));
      const operation = ["AND", "OR", "XOR"][random.below(3)];
      const expected = Buffer.alloc(length);
      for (let i = 0; i < length; i++)
        expected[i] = values.map((value) => value[i] ?? 0).reduce(OPERATIONS[operation]);
      const destination = random.below(2) === 0 ? keys[random.below(keys.length)] : "destination";
      expect(run("BITOP", operation, destination, ...keys)).toBe(`:${length}\r\n`);
      if (length > 0) expect(run("GET", destination)).toBe(bulk(expected.toString("latin1")));
    }
    for (const shard of engine.keyspace.shards) shard.arena.check();
  });
});

describe("a bitmap command that finds the arena full changes nothing", () => {
  const FULL: (string | number)[][] = [
    ["SETBIT", "new", 80_000, 1],
    ["SETBIT", "text", 80_000, 1],
    ["SETBIT", "expiring", 80_000, 0],
    ["BITOP", "OR", "new", "text", "long"],
    ["BITOP", "OR", "text", "text", "long"],
    ["BITOP", "XOR", "expiring", "long", "expiring"],
    ["BITOP", "NOT", "expiring", "long"],
    ["BITFIELD", "new", "SET", "u8", 80_000, 1],
    ["BITFIELD", "text", "SET", "u8", 0, 1, "INCRBY", "i64", 80_000, 1],
  ];

  test.each(FULL.map((argv) => [argv.join(" "), argv] as const))("%s", (_, argv) => {
    engine = new Engine({ shards: 1, arenaBytes: 256 << 10, databases: 2 });
    run("MSET", "text", "some text", "long", "l".repeat(4096));
    run("SET", "expiring", "with a time", "PX", 100_000);
    let keys = 0;
    for (let size = 2048; size >= 1; size >>= 1)
      while (run("SET", `fill:${keys}`, "f".repeat(size)) === "+OK\r\n") keys++;
    const { keyspace } = engine;
    const before = [digest(keyspace), keyspace.dirty, keyspace.expiringKeys(0)];
    expect(run(...argv)).toBe(OOM);
    expect([digest(keyspace), keyspace.dirty, keyspace.expiringKeys(0)]).toEqual(before);
    keyspace.shards[0].arena.check();
  });
});

describe("what COMMAND says about bitmap commands", () => {
  test("BITOP writes its first key and reads all that follow", () => {
    engine.ctx.client.resp = 3;
    const info = run("COMMAND", "INFO", "BITOP");
    expect(info).toContain(`${bulk("lastkey")}:0\r\n`);
    expect(info).toContain(`${bulk("lastkey")}:-1\r\n`);
    expect(run("COMMAND", "GETKEYS", "BITOP", "AND", "d", "a", "b")).toBe(
      `*3\r\n${bulk("d")}${bulk("a")}${bulk("b")}`,
    );
  });
});
