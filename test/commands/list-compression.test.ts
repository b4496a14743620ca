/** The same requests on lists that are compressed and on lists that are not: the same replies and the same data. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { type Argument, Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const KEYS = ["a", "b", "c"];
const REQUESTS = 3000;

class Requests {
  constructor(private readonly random: Random) {}

  next(): Argument[] {
    const { random } = this;
    const key = KEYS[random.below(KEYS.length)];
    const other = KEYS[random.below(KEYS.length)];
    const dice = random.below(100);
    if (dice < 30) return [random.below(2) === 0 ? "LPUSH" : "RPUSH", key, ...this.elements()];
    if (dice < 40) return [random.below(2) === 0 ? "LPOP" : "RPOP", key, random.below(40)];
    if (dice < 50)
      return ["LINSERT", key, random.below(2) === 0 ? "BEFORE" : "AFTER", this.element(), this.element()];
    if (dice < 58) return ["LSET", key, this.index(), this.element()];
    if (dice < 63) return ["LREM", key, random.below(7) - 3, this.element()];
    if (dice < 64) return ["LTRIM", key, random.below(300), -1 - random.below(300)];
    if (dice < 70) return ["LMOVE", key, other, this.side(), this.side()];
    if (dice < 73) return ["LMPOP", 2, key, other, this.side(), "COUNT", random.below(20) + 1];
    if (dice < 80) return ["LRANGE", key, this.index(), this.index()];
    if (dice < 85) return ["LINDEX", key, this.index()];
    if (dice < 90)
      return ["LPOS", key, this.element(), "RANK", random.below(9) - 4 || 1, "COUNT", random.below(3)];
    if (dice < 92) return ["COPY", key, other, "REPLACE"];
    if (dice < 94) return ["SORT", key, "ALPHA", "LIMIT", random.below(100), 20];
    if (dice < 96) return ["DUMP", key];
    if (dice < 97) return ["DEL", key];
    return ["LLEN", key];
  }

  private elements(): string[] {
    return Array.from({ length: 1 + this.random.below(60) }, () => this.element());
  }

  private element(): string {
    return `element number ${this.random.below(30)}`;
  }

  private side(): string {
    return this.random.below(2) === 0 ? "LEFT" : "RIGHT";
  }

  private index(): number {
    return this.random.below(800) - 400;
  }
}

describe("compressed lists", () => {
  for (const [listSize, depth] of [
    [10, 1],
    [-1, 1],
    [20, 2],
    [-2, 1],
  ]) {
    test(`list-max-listpack-size ${listSize}, list-compress-depth ${depth}: no reply tells them from others`, () => {
      const seed = testSeed(`compressed lists ${listSize} ${depth}`);
      const random = new Random(seed);
      const requests = new Requests(random);
      const [plain, compressed] = [new Engine({ seed }), new Engine({ seed })];
      Object.assign(plain.keyspace.limits, { listSize, listCompressDepth: 0 });
      Object.assign(compressed.keyspace.limits, { listSize, listCompressDepth: depth });
      let gained = 0;
      for (let i = 0; i < REQUESTS; i++) {
        const request = requests.next();
        expect([request, compressed.run(...request)]).toEqual([request, plain.run(...request)]);
        if (random.below(3) === 0) compressed.keyspace.compressLists(1 + random.below(4));
        if (i % 50 !== 0) continue;
        expect(digest(compressed.keyspace)).toBe(digest(plain.keyspace));
        checkKeyspace(compressed.keyspace);
        gained += Math.max(0, plain.keyspace.usedBytes - compressed.keyspace.usedBytes);
      }
      expect(gained / (REQUESTS / 50)).toBeGreaterThan(1000);
    });
  }

  test("LREM changes nothing when there is no memory for a compressed chunk to become plain", () => {
    const engine = new Engine({ shards: 1, arenaBytes: 400_000 });
    const { keyspace } = engine;
    for (let i = 0; i < 6000; i++) engine.run("RPUSH", "l", `element number ${1000 + i}`);
    expect(engine.run("LLEN", "l")).toBe(":6000\r\n");
    while (keyspace.compressLists(8));
    for (let size = 100_000; size > 0; size >>= 1)
      while (engine.run("APPEND", `filler of ${size}`, "x".repeat(size)).startsWith(":"));
    const before = digest(keyspace);
    expect(engine.run("LREM", "l", 0, "element number 4000")).toMatch(/^-OOM /);
    expect(digest(keyspace)).toBe(before);
    checkKeyspace(keyspace);
    expect(engine.run("LREM", "l", 0, "element number 0")).toBe(":0\r\n");
    expect(engine.run("LREM", "l", 0, "element number 1000")).toBe(":1\r\n");
    expect(engine.run("LINDEX", "l", 3000)).toBe("$19\r\nelement number 4001\r\n");
    expect(engine.run("LPOP", "l", 3000)).toContain("element number 4000\r\n");
    expect(engine.run("DEL", "filler of 12500")).toBe(":1\r\n");
    expect(engine.run("LREM", "l", 0, "element number 5000")).toBe(":1\r\n");
    checkKeyspace(keyspace);
  });

  test("LREM, LINSERT and LSET free what was deleted when they need memory", () => {
    for (const [request, reply] of [
      [["LREM", "l", 0, "element number 18000"], ":1\r\n"],
      [["LINSERT", "l", "BEFORE", "element number 18000", "x".repeat(3000)], ":12001\r\n"],
      [["LSET", "l", 7000, "x".repeat(3000)], "+OK\r\n"],
    ] as const) {
      const engine = new Engine({ shards: 1, arenaBytes: 1 << 20 });
      const { keyspace } = engine;
      keyspace.limits.listSize = -5;
      for (let i = 0; i < 12_000; i++) engine.run("RPUSH", "l", `element number ${11_000 + i}`);
      while (keyspace.compressLists(8));
      for (let i = 0; i < 2500; i++) engine.run("SADD", "deleted", `${i}`.padStart(150, "m"));
      for (let size = 100_000; size > 0; size >>= 1)
        while (engine.run("APPEND", `filler of ${size}`, "x".repeat(size)).startsWith(":"));
      expect(engine.run(...request)).toMatch(/^-OOM /);
      engine.run("UNLINK", "deleted");
      expect(engine.run(...request)).toBe(reply);
      checkKeyspace(keyspace);
    }
  });

  test("are compressed, some at a time, where the memory for data runs out", () => {
    const engine = new Engine();
    const { ctx, keyspace } = engine;
    for (let i = 0; i < 60_000; i++) engine.run("RPUSH", "l", `element number ${10_000 + i}`);
    const before = keyspace.usedBytes;
    ctx.maxMemoryBytes = Math.round(before * 0.7);
    let refused = 0;
    while (engine.run("SET", "k", "v").startsWith("-OOM ")) {
      refused++;
      expect(refused).toBeLessThan(60);
    }
    // Each of them does what takes little time.
    expect(refused).toBeGreaterThan(2);
    expect(keyspace.usedBytes).toBeLessThan(before * 0.71);
    ctx.maxMemoryBytes = Math.round(before * 0.1);
    for (let i = 0; i < 30; i++) expect(engine.run("SET", "k", "v")).toMatch(/^-OOM /);
    expect(keyspace.usedBytes).toBeLessThan(before * 0.5);
    checkKeyspace(keyspace);
  });

  test("make room for elements that would find no memory", () => {
    const pushed = [0, 1].map((depth) => {
      const engine = new Engine({ shards: 1, arenaBytes: 4 << 20 });
      engine.keyspace.limits.listCompressDepth = depth;
      let count = 0;
      while (engine.run("RPUSH", "list", `element ${count}`) === `:${count + 1}\r\n`) count++;
      checkKeyspace(engine.keyspace);
      expect(engine.run("LINDEX", "list", count - 1)).toBe(
        `$${`element ${count - 1}`.length}\r\nelement ${count - 1}\r\n`,
      );
      expect(engine.run("LLEN", "list")).toBe(`:${count}\r\n`);
      return count;
    });
    expect(pushed[1]).toBeGreaterThan(pushed[0] * 1.8);
  });
});
