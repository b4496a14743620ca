import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function usage(key: string): number {
  return Number(engine.run("MEMORY", "USAGE", key).slice(1));
}

describe("MEMORY USAGE", () => {
  test("replies null for a missing key", () => {
    expect(engine.run("MEMORY", "USAGE", "missing")).toBe("$-1\r\n");
  });

  test("counts header, key, value and slot, and the expire time", () => {
    engine.run("SET", "k", "v".repeat(1000));
    const without = usage("k");
    expect(without).toBeGreaterThanOrEqual(1000 + 1 + 12 + 8);
    expect(without).toBeLessThan(1050);
    engine.run("EXPIRE", "k", 100);
    expect(usage("k") - without).toBe(16);
  });

  test("is what the arena counts", () => {
    engine.run("SET", "first", "v");
    const before = engine.keyspace.usedBytes;
    engine.run("SET", "first", "v".repeat(5000));
    const small = usage("first");
    engine.run("SET", "first", "v".repeat(9000));
    expect(usage("first") - small).toBe(4000);
    expect(engine.keyspace.usedBytes - before).toBeGreaterThan(8900);
  });

  test("is exact for small collections, and for large ones with SAMPLES 0 or enough of them", () => {
    for (const [count, size] of [
      [10, 10],
      [64, 1000],
      [5000, 10],
    ]) {
      const members = Array.from({ length: count }, (_, i) => `${i}`.padStart(size + (i % 50), "m"));
      for (const [command, words] of [
        ["SADD", members],
        ["RPUSH", members],
        ["HSET", members.flatMap((member) => [member, "v"])],
        ["ZADD", members.flatMap((member, i) => [i, member])],
      ] as const) {
        engine = new Engine();
        engine.run("SET", "other", "v");
        const before = engine.keyspace.usedBytes;
        engine.run(command, "k", ...words);
        const own = engine.keyspace.usedBytes - before;
        for (const samples of [0, count, "9223372036854775807"]) {
          const exact = Number(engine.run("MEMORY", "USAGE", "k", "SAMPLES", samples).slice(1));
          // The dict of the keys has grown by more than one slot, or by none.
          expect([command, count, Math.abs(exact - own) < 200]).toEqual([command, count, true]);
        }
        expect([command, count, Math.abs(usage("k") / own - 1) < 0.2]).toEqual([command, count, true]);
      }
    }
  });

  test("takes SAMPLES and refuses other options", () => {
    engine.run("SET", "k", "v");
    expect(engine.run("MEMORY", "USAGE", "k", "SAMPLES", 0)).toStartWith(":");
    expect(engine.run("MEMORY", "USAGE", "k", "samples", 5, "SAMPLES", 7)).toStartWith(":");
    expect(engine.run("MEMORY", "USAGE", "k", "SAMPLES")).toBe("-ERR syntax error\r\n");
    expect(engine.run("MEMORY", "USAGE", "k", "SAMPLES", -1)).toBe("-ERR syntax error\r\n");
    expect(engine.run("MEMORY", "USAGE", "missing", "SAMPLES", "x")).toBe(
      "-ERR value is not an integer or out of range\r\n",
    );
    expect(engine.run("MEMORY", "USAGE", "k", "BAD", 5)).toBe("-ERR syntax error\r\n");
  });
});

describe("MEMORY STATS", () => {
  test("is a map of figures about the dataset", () => {
    for (let i = 0; i < 100; i++) engine.run("SET", `key:${i}`, "v".repeat(100));
    engine.run("EXPIRE", "key:1", 100);
    engine.ctx.client.resp = 3;
    const reply = engine.run("MEMORY", "STATS");
    expect(reply).toStartWith(`%7\r\n$15\r\ntotal.allocated\r\n:${engine.keyspace.usedBytes}\r\n`);
    expect(reply).toContain("$4\r\ndb.0\r\n%2\r\n$23\r\noverhead.hashtable.main\r\n:");
    expect(reply).toContain("$10\r\nkeys.count\r\n:100\r\n");
    const dataset = Number(/dataset\.bytes\r\n:(\d+)/.exec(reply)?.[1]);
    const overhead = Number(/overhead\.total\r\n:(\d+)/.exec(reply)?.[1]);
    expect(dataset + overhead).toBe(engine.keyspace.usedBytes);
    expect(dataset).toBeGreaterThan(100 * 100);
  });

  test("has an answer for an empty dataset", () => {
    expect(engine.run("MEMORY", "STATS")).toStartWith("*12\r\n$15\r\ntotal.allocated\r\n:0\r\n");
  });
});

describe("MEMORY's other subcommands", () => {
  test("DOCTOR finds no problem in a small dataset, and names what it finds", () => {
    engine.run("SET", "k", "v");
    expect(engine.run("MEMORY", "DOCTOR")).toContain("No problem found.");
    engine.ctx.maxMemoryBytes = 1;
    expect(engine.run("MEMORY", "DOCTOR")).toContain("more than maxmemory");
    engine.ctx.client.resp = 3;
    expect(engine.run("MEMORY", "DOCTOR")).toMatch(/^=\d+\r\ntxt:The dataset takes /);
  });

  test("MALLOC-STATS has a line for each shard", () => {
    expect(engine.run("MEMORY", "MALLOC-STATS").match(/shard \d+: /g)?.length).toBe(4);
  });

  test("PURGE frees what a flush has left behind", () => {
    for (let i = 0; i < 100; i++) engine.run("SET", `key:${i}`, "v".repeat(100));
    engine.ctx.client.db = 1;
    for (let i = 0; i < 100; i++) engine.run("SET", `key:${i}`, "v");
    engine.ctx.client.db = 0;
    engine.run("FLUSHDB");
    expect(engine.run("MEMORY", "DOCTOR")).toContain("still being freed");
    const before = engine.keyspace.usedBytes;
    expect(engine.run("MEMORY", "PURGE")).toBe("+OK\r\n");
    expect(engine.keyspace.usedBytes).toBeLessThan(before - 10_000);
    expect(engine.run("MEMORY", "DOCTOR")).not.toContain("still being freed");
  });

  test("HELP lists them all", () => {
    const reply = engine.run("MEMORY", "HELP");
    for (const name of ["DOCTOR", "MALLOC-STATS", "PURGE", "STATS", "USAGE key [SAMPLES count]", "HELP"]) {
      expect(reply).toContain(`\r\n+${name}\r\n`);
    }
  });
});
