/** Changes of hashes that fail for want of memory leave nothing half-done; flushed hashes leave nothing behind. */

import { describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { createDetachedPacked, createPacked } from "../../src/store/collection.ts";
import { discard } from "../../src/store/detached.ts";
import { digest } from "../../src/store/digest.ts";
import { type Entry, TYPE_HASH } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import { expireDueKeys } from "../../src/store/expire.ts";
import * as hashes from "../../src/store/hash.ts";
import * as times from "../../src/store/hash-time.ts";
import { Engine } from "../support/engine.ts";

const KEY = Buffer.from("h");
const FIELDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "longer name"];
/** As many as the smallest node of a tree holds. */
const EXPIRING = FIELDS.slice(1, 9);

type Form = "packed" | "linked" | "with times";

function newHash(form: Form): Engine {
  const engine = new Engine({ shards: 1, arenaBytes: 1 << 20 });
  const { keyspace } = engine;
  keyspace.limits.hashEntries = form === "packed" ? 512 : 0;
  const entry = createPacked(keyspace, 0, KEY, 0, 1, TYPE_HASH);
  for (const field of FIELDS) set(engine, entry, field, "1234".repeat(9));
  if (form === "with times") for (const field of EXPIRING) expireAt(engine, entry, field, 1000);
  return engine;
}

function set({ keyspace }: Engine, entry: Entry, field: string, value: string, put = hashes.set): void {
  const bytes = Buffer.from(field + value);
  put(keyspace, entry, bytes, 0, field.length, bytes, field.length, bytes.length);
}

function expireAt({ keyspace }: Engine, entry: Entry, field: string, ms: number): void {
  times.expireAt(keyspace, entry, Buffer.from(field), 0, field.length, keyspace.nowMs + ms);
}

/** Takes all memory but one block of `bytes`. Returns what gives it back. */
function leave({ keyspace }: Engine, bytes: number): () => void {
  const { arena } = keyspace.shards[0];
  const left = arena.allocate(bytes);
  const blocks: number[] = [];
  for (let size = 1 << 20; size >= 8; size >>= 1)
    for (let block = arena.allocate(size); block !== 0; block = arena.allocate(size)) blocks.push(block);
  arena.free(left);
  return () => {
    for (const block of blocks) arena.free(block);
  };
}

const CHANGES: Record<string, (engine: Engine, entry: Entry) => void> = {
  "sets a new field": (engine, entry) => set(engine, entry, "new", "v".repeat(500)),
  "sets a field to a longer value": (engine, entry) => set(engine, entry, "a", "v".repeat(500)),
  "counts in a field": (engine, entry) => set(engine, entry, "b", "v".repeat(500), hashes.update),
  "lets a field expire": (engine, entry) => expireAt(engine, entry, "a", 5000),
  "lets a field expire at another time": (engine, entry) => expireAt(engine, entry, "b", 5000),
  "links it": ({ keyspace }, entry) => hashes.convert(keyspace, entry),
};

/** Makes the change of a hash with `bytes` to spare. Returns whether it failed; then nothing has changed. */
function fails(form: Form, bytes: number, change: (engine: Engine, entry: Entry) => void): boolean {
  const engine = newHash(form);
  const { keyspace } = engine;
  const giveBack = leave(engine, bytes);
  const before = digest(keyspace);
  let failed = false;
  try {
    change(engine, keyspace.find(0, KEY, 0, 1) as Entry);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError)) throw error;
    failed = true;
    expect(digest(keyspace)).toBe(before);
  }
  giveBack();
  keyspace.collectGarbage(1000);
  checkKeyspace(keyspace);
  return failed;
}

describe("a change of a hash that fails for want of memory", () => {
  for (const [name, change] of Object.entries(CHANGES)) {
    for (const form of ["packed", "linked", "with times"] as const) {
      if (name === "links it" && form !== "packed") continue;
      test(`changes nothing: it ${name}, ${form}`, () => {
        let failures = 0;
        for (let bytes = 8; bytes < 4000; bytes += 8) if (fails(form, bytes, change)) failures++;
        expect(failures).toBeGreaterThan(0);
        expect(fails(form, 10_000, change)).toBe(false);
      });
    }
  }

  // In the first case there is no room for the second field, in the other only too little to be on the safe side.
  test.each([
    [50 << 10, 10 << 10],
    [400 << 10, 300 << 10],
  ])("gives no field of several an expire time, one of %d bytes with %d to spare", (size, bytes) => {
    const engine = new Engine({ shards: 1, arenaBytes: 2 << 20 });
    engine.run("HSET", "h", "small", "v", "large", "v".repeat(size));
    const giveBack = leave(engine, bytes);
    for (const request of [
      ["HEXPIRE", "h", "10"],
      ["HGETEX", "h", "EX", "10"],
    ])
      expect(engine.run(...request, "FIELDS", 2, "small", "large")).toMatch(/^-OOM /);
    expect(engine.run("HTTL", "h", "FIELDS", 2, "small", "large")).toBe("*2\r\n:-1\r\n:-1\r\n");
    giveBack();
    checkKeyspace(engine.keyspace);
    expect(engine.run("HEXPIRE", "h", 10, "FIELDS", 2, "small", "large")).toBe("*2\r\n:1\r\n:1\r\n");
  });
});

describe("HSET of many fields", () => {
  const pairs = Array.from({ length: 300 }, (_, i) => [`field ${i}`, `v${i}`.repeat(10)]).flat();

  for (const [form, present] of [
    ["a missing key", 0],
    ["a packed hash", 100],
    ["a packed hash that is linked for it", 300],
    ["a linked hash", 600],
  ] as const) {
    test(`sets all or none when there is little memory: ${form}`, () => {
      const outcomes = new Set<string>();
      for (let bytes = 1 << 10; bytes < 800 << 10; bytes += 7 << 10) {
        const engine = new Engine({ shards: 1, arenaBytes: 2 << 20 });
        for (let i = 0; i < present; i++) engine.run("HSET", "h", `present ${i}`, "old");
        engine.run("SET", "k", "v");
        const giveBack = leave(engine, bytes);
        const before = digest(engine.keyspace);
        const reply = engine.run("HSET", "h", ...pairs).slice(0, 5);
        outcomes.add(reply);
        if (reply === "-OOM ") expect(digest(engine.keyspace)).toBe(before);
        else expect(engine.run("HLEN", "h")).toBe(`:${present + 300}\r\n`);
        giveBack();
        checkKeyspace(engine.keyspace);
      }
      expect([...outcomes].sort()).toEqual(["-OOM ", ":300\r"]);
    });
  }
});

describe("FLUSHDB", () => {
  test("forgets a hash whose key is in another shard than its fields", () => {
    for (let i = 0; i < 12; i++) {
      const engine = new Engine({ shards: 4 });
      engine.run("HSETEX", "h", "PX", 10, "FIELDS", 1, "f", "v");
      // The fields stay in the shard of the old name, where the new db has no keys.
      engine.run("RENAME", "h", `other${i}`);
      engine.run("MOVE", `other${i}`, 3);
      engine.ctx.client.db = 3;
      engine.run("FLUSHDB");
      engine.advance(100);
      while (expireDueKeys(engine.keyspace, 100) === 0);
      while (engine.keyspace.collectGarbage(100));
      expect(engine.keyspace.expiredFields).toBe(0);
      checkKeyspace(engine.keyspace);
    }
  });

  test("of the last key of a shard forgets wheels of other dbs, too", () => {
    const engine = new Engine({ shards: 1 });
    const { keyspace } = engine;
    engine.run("SET", "k", "v");
    // A copy that fails in the end may leave a wheel in a db without keys.
    const detached = createDetachedPacked(keyspace, 2, KEY, 0, 1, TYPE_HASH);
    set(engine, detached, "f", "v");
    expireAt(engine, detached, "f", 10);
    discard(detached);
    engine.run("FLUSHDB");
    expect(keyspace.usedBytes).toBe(0);
    engine.ctx.client.db = 2;
    engine.run("HSETEX", "h", "PX", 10, "FIELDS", 1, "f", "v");
    checkKeyspace(keyspace);
  });
});
