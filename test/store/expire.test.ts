/** The active expire cycle: exact, bounded, and blind to keys that live. */

import { describe, expect, test } from "bun:test";
import type { Int64 } from "../../src/base/int.ts";
import { Random } from "../../src/base/random.ts";
import { SipHasher } from "../../src/base/siphash.ts";
import { reserveArena } from "../../src/memory/arena.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { expireDueKeys } from "../../src/store/expire.ts";
import { Keyspace, NO_EXPIRE } from "../../src/store/keyspace.ts";
import { randomKey, scanKeys } from "../../src/store/keyspace-scan.ts";
import { testSeed } from "../support/seed.ts";

const START_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;

function newKeyspace(seed = 1, shards = 4): Keyspace {
  const keyspace = new Keyspace({
    databases: 2,
    shards,
    hasher: new SipHasher(seed, ~seed),
    random: new Random(seed),
    reserveArena: () => reserveArena(8 << 20),
  });
  keyspace.setNow(START_MS);
  return keyspace;
}

function put(keyspace: Keyspace, db: number, name: string, expireAt: Int64): void {
  const key = Buffer.from(name);
  keyspace.put(db, key, 0, key.length, 0, 0, 10, expireAt);
}

function has(keyspace: Keyspace, db: number, name: string): boolean {
  const key = Buffer.from(name);
  return keyspace.find(db, key, 0, key.length) !== null;
}

/** Runs cycles until nothing is due; returns how many it took. */
function expireAll(keyspace: Keyspace, budget: number): number {
  let cycles = 1;
  while (expireDueKeys(keyspace, budget) <= 0) {
    cycles++;
    if (cycles > 1e6) throw new Error("the expire cycle does not come to an end");
  }
  return cycles;
}

describe("expire cycle", () => {
  test("frees exactly the keys whose time has passed, in every db, and counts them", () => {
    const seed = testSeed("expire: exact");
    const random = new Random(seed);
    const keyspace = newKeyspace(seed);
    const times: number[] = [];
    for (let n = 0; n < 4000; n++) {
      times.push(START_MS + 1 + Math.floor(2 ** (random.float() * 36)));
      put(keyspace, n % 2, `key:${n}`, times[n]);
    }
    for (let n = 0; n < 1000; n++) put(keyspace, n % 2, `stays:${n}`, NO_EXPIRE);
    for (const span of [1, 10, 1000, 60_000, DAY_MS, 30 * DAY_MS, 900 * DAY_MS]) {
      for (let i = 0; i < 5; i++) {
        keyspace.setNow(keyspace.nowMs + 1 + random.below(span));
        expireAll(keyspace, 1 + random.below(50));
        const living = times.filter((time) => time >= keyspace.nowMs).length;
        expect(keyspace.totalKeys).toBe(living + 1000);
        expect(keyspace.expired).toBe(4000 - living);
        expect(checkKeyspace(keyspace)).toEqual({ keys: living + 1000, expiring: living, garbage: 0 });
      }
    }
    expect(keyspace.totalKeys).toBe(1000);
  });

  test("works off a heap of due keys within its budget", () => {
    const keyspace = newKeyspace();
    for (let n = 0; n < 1000; n++) put(keyspace, 0, `key:${n}`, START_MS + 5);
    keyspace.setNow(START_MS + 6);
    for (let freed = 0; freed < 1000; ) {
      const left = expireDueKeys(keyspace, 30);
      expect(keyspace.expired - freed).toBeLessThanOrEqual(30);
      expect(left > 0).toBe(keyspace.expired === 1000 && keyspace.expired - freed < 30);
      // Refiling takes from the budget too, so a cycle may free none, but not for ever.
      freed = keyspace.expired;
      checkKeyspace(keyspace);
    }
    expect(expireDueKeys(keyspace, 30)).toBe(30);
  });

  test("does nothing about a key whose time was taken away, moved, or that was deleted", () => {
    const keyspace = newKeyspace();
    for (const name of ["persisted", "later", "deleted", "due"]) put(keyspace, 0, name, START_MS + 100);
    const entryOf = (name: string) => {
      const entry = keyspace.find(0, Buffer.from(name), 0, name.length);
      if (entry === null) throw new Error(`${name} is missing`);
      return entry;
    };
    keyspace.persist(entryOf("persisted"));
    keyspace.setExpire(entryOf("later"), START_MS + DAY_MS);
    keyspace.delete(entryOf("deleted"));
    keyspace.setNow(START_MS + 101);
    expireAll(keyspace, 10);
    expect(keyspace.expired).toBe(1);
    expect(["persisted", "later", "deleted", "due"].map((name) => has(keyspace, 0, name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    keyspace.setNow(START_MS + DAY_MS + 1);
    expireAll(keyspace, 10);
    expect(keyspace.expired).toBe(2);
    checkKeyspace(keyspace);
  });

  test("leaves times beyond what a clock can reach alone, and frees those before 1970", () => {
    const keyspace = newKeyspace();
    put(keyspace, 0, "far", 2n ** 63n - 1n);
    put(keyspace, 0, "rounded", 2 ** 53 - 1);
    put(keyspace, 0, "past", -(2n ** 63n));
    put(keyspace, 0, "zero", 0);
    keyspace.setNow(START_MS + 1);
    expireAll(keyspace, 10);
    expect(keyspace.totalKeys).toBe(2);
    keyspace.setNow(START_MS + 1000 * 365 * DAY_MS);
    expireAll(keyspace, 10);
    expect(has(keyspace, 0, "far") && has(keyspace, 0, "rounded")).toBe(true);
    checkKeyspace(keyspace);
  });

  test("follows a db through a swap, and forgets a flushed one", () => {
    const keyspace = newKeyspace();
    for (let n = 0; n < 100; n++) put(keyspace, 0, `key:${n}`, START_MS + 10);
    put(keyspace, 1, "stays", NO_EXPIRE);
    keyspace.swap(0, 1);
    keyspace.setNow(START_MS + 11);
    expireAll(keyspace, 7);
    expect(keyspace.expired).toBe(100);
    expect([keyspace.size(0), keyspace.size(1)]).toEqual([1, 0]);
    for (let n = 0; n < 100; n++) put(keyspace, 1, `key:${n}`, START_MS + 20);
    keyspace.flush(1);
    keyspace.setNow(START_MS + 21);
    expireAll(keyspace, 7);
    expect(keyspace.expired).toBe(100);
    while (keyspace.collectGarbage(10));
    checkKeyspace(keyspace);
  });

  test("waits when the clock is set back, and goes on when it has caught up", () => {
    const keyspace = newKeyspace();
    for (let n = 0; n < 100; n++) put(keyspace, 0, `key:${n}`, START_MS + 10 + (n % 3));
    keyspace.setNow(START_MS + 11);
    expireDueKeys(keyspace, 8);
    keyspace.setNow(START_MS - DAY_MS);
    const { expired } = keyspace;
    expect(expireDueKeys(keyspace, 50)).toBe(50);
    put(keyspace, 0, "new", START_MS - DAY_MS + 5);
    expect(expireDueKeys(keyspace, 50)).toBe(50);
    expect(keyspace.expired).toBe(expired);
    checkKeyspace(keyspace);
    keyspace.setNow(START_MS + 13);
    expireAll(keyspace, 10);
    expect(keyspace.totalKeys).toBe(0);
  });

  test("leaves keys that nobody may free now where they are, and missing all the same", () => {
    const keyspace = newKeyspace();
    for (let n = 0; n < 20; n++) put(keyspace, 0, `key:${n}`, START_MS + 10);
    keyspace.setNow(START_MS + 11);
    keyspace.keepsExpired = true;
    const key = Buffer.from("key:3");
    expect(keyspace.find(0, key, 0, key.length)).toBeNull();
    expect(randomKey(keyspace, 0)).toBeNull();
    const visited: number[] = [];
    let cursor = 0;
    do cursor = scanKeys(keyspace, 0, cursor, 5, (entry) => visited.push(entry.offset));
    while (cursor !== 0);
    expect(visited).toEqual([]);
    expect([keyspace.expired, keyspace.size(0)]).toEqual([0, 20]);
    // A new value takes the place of the expired one.
    put(keyspace, 0, "key:3", START_MS + 100);
    expect([keyspace.expired, keyspace.size(0)]).toEqual([1, 20]);
    checkKeyspace(keyspace);
    keyspace.keepsExpired = false;
    expireAll(keyspace, 7);
    expect([keyspace.expired, keyspace.size(0)]).toEqual([20, 1]);
  });
});
