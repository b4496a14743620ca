/** String commands against a full arena: an OOM error, and nothing half-written. */

import { beforeEach, describe, expect, test } from "bun:test";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const ARENA_BYTES = 256 << 10;
const BIG = "b".repeat(4096);

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);

/** Fills the arena to the last block with keys `fill:0` and up. Returns how many there are. */
function fill(): number {
  let keys = 0;
  for (let size = 2048; size >= 1; size >>= 1) {
    while (run("SET", `fill:${keys}`, "f".repeat(size)) === "+OK\r\n") keys++;
  }
  return keys;
}

/** Expects an OOM error that leaves dataset, counters and arena as they were. */
function expectRefused(...argv: (string | number)[]): void {
  const { keyspace } = engine;
  const before = [digest(keyspace), keyspace.dirty, keyspace.size(0), keyspace.expiringKeys(0)];
  expect(run(...argv)).toBe(OOM);
  expect([digest(keyspace), keyspace.dirty, keyspace.size(0), keyspace.expiringKeys(0)]).toEqual(before);
  for (const shard of keyspace.shards) shard.arena.check();
}

beforeEach(() => {
  engine = new Engine({ shards: 1, arenaBytes: ARENA_BYTES, databases: 2 });
  run("MSET", "text", "some text", "number", "99999", "float", "0.5", "list", "a,b");
  run("SET", "expiring", "with a time", "PX", 100_000);
  fill();
});

describe("a command that finds the arena full changes nothing", () => {
  const refused: (string | number)[][] = [
    ["SET", "new", BIG],
    ["SET", "text", BIG],
    ["SET", "expiring", BIG],
    ["SET", "expiring", BIG, "KEEPTTL"],
    ["SET", "expiring", BIG, "GET"],
    ["SET", "text", BIG, "EX", 10],
    ["SETEX", "new", 10, BIG],
    ["SETNX", "new", BIG],
    ["GETSET", "text", BIG],
    ["APPEND", "text", BIG],
    ["APPEND", "new", BIG],
    ["SETRANGE", "text", 5000, "x"],
    ["SETRANGE", "expiring", 5000, "x"],
    ["SETRANGE", "new", 5000, "x"],
    ["INCRBYFLOAT", "float", "1e4000"],
    ["GETEX", "fill:0", "EX", 10],
    ["MSET", "text", BIG],
    ["MSET", "text", "short", "number", "a value that is longer than before", "new", BIG],
    ["MSET", "new:1", "", "new:2", BIG],
    ["MSET", "text", "more text than before", "text", BIG],
    // The first two fit the block that is there.
    ["MSET", "text", "eleven char", "text", "twelve chars", "new", BIG],
    ["MSETNX", "new:1", "", "new:2", "", "new:3", BIG],
    ["MSETNX", "new", "", "new", BIG],
  ];

  test.each(refused.map((argv) => [`${argv[0]} ${argv[1]} with ${argv.length} arguments`, argv] as const))(
    "%s",
    (_, argv) => expectRefused(...argv),
  );

  test("a counter that needs one more block", () => {
    let refused = 0;
    for (let i = 0; refused === 0 && i < 1000; i++) {
      const before = digest(engine.keyspace);
      if (run("INCR", `counter:${i}`) !== OOM) continue;
      expect(digest(engine.keyspace)).toBe(before);
      refused++;
    }
    expect(refused).toBe(1);
  });
});

describe("near a full arena", () => {
  test("MSET sets everything that fits, repeated keys included", () => {
    for (let i = 0; i < 8; i++) run("DEL", `fill:${i}`);
    const small = "s".repeat(10);
    const large = "l".repeat(3000);
    expect(run("MSET", "a", small, "text", large, "a", large, "expiring", small, "a", small, "b", "1")).toBe(
      "+OK\r\n",
    );
    const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
    expect(run("MGET", "a", "text", "expiring", "b")).toBe(
      `*4\r\n${bulk(small)}${bulk(large)}${bulk(small)}${bulk("1")}`,
    );
    expect(run("PTTL", "expiring")).toBe(":-1\r\n");
    expect(run("OBJECT", "ENCODING", "b")).toBe(bulk("int"));
    engine.keyspace.shards[0].arena.check();
  });

  test("a random MSET either sets all pairs or none", () => {
    const { random } = engine.keyspace;
    let refused = 0;
    let done = 0;
    for (let round = 0; round < 400; round++) {
      run("DEL", `fill:${random.below(100)}`);
      const pairs = Array.from({ length: 1 + random.below(6) }, () => [
        `p:${random.below(30)}`,
        String.fromCharCode(97 + random.below(26)).repeat(random.below(2500)),
      ]);
      const before = digest(engine.keyspace);
      if (run("MSET", ...pairs.flat()) === OOM) {
        refused++;
        expect(digest(engine.keyspace)).toBe(before);
        continue;
      }
      done++;
      for (const [key, value] of new Map(pairs as [string, string][]))
        expect(run("GET", key)).toBe(`$${value.length}\r\n${value}\r\n`);
    }
    expect(refused).toBeGreaterThan(10);
    expect(done).toBeGreaterThan(10);
  });
});
