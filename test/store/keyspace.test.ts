/** The keyspace against plain Maps, under a clock moved by hand, with the deep check after the steps. */

import { describe, expect, test } from "bun:test";
import type { Int64 } from "../../src/base/int.ts";
import { Random } from "../../src/base/random.ts";
import { SipHasher } from "../../src/base/siphash.ts";
import { reserveArena } from "../../src/memory/arena.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { type Entry, TYPE_STRING } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import { expireDueKeys } from "../../src/store/expire.ts";
import { KEEP_EXPIRE, Keyspace, NO_EXPIRE } from "../../src/store/keyspace.ts";
import { randomKey, scanKeys } from "../../src/store/keyspace-scan.ts";
import { dictBytes, wheelBytes } from "../../src/store/usage.ts";
import { testSeed } from "../support/seed.ts";

const DATABASES = 3;
const START_MS = 1_700_000_000_000;
const SECOND_MS = 1000;

interface Value {
  bytes: Buffer;
  type: number;
  encoding: number;
  expireAt: Int64 | null;
}

function newKeyspace(shards: number, arenaBytes: number, seed: number): Keyspace {
  const keyspace = new Keyspace({
    databases: DATABASES,
    shards,
    hasher: new SipHasher(seed, ~seed),
    random: new Random(seed),
    reserveArena: () => reserveArena(arenaBytes),
  });
  keyspace.setNow(START_MS);
  return keyspace;
}

/** A keyspace and what should be in it. The keys passed in stand in a buffer, not at its start. */
class Model {
  readonly dbs = Array.from({ length: DATABASES }, () => new Map<string, Value>());
  outOfMemory = 0;
  private fill = 0;

  constructor(
    readonly keyspace: Keyspace,
    readonly random: Random,
    readonly lengthMax: number,
  ) {}

  key(): string {
    const n = this.random.below(200);
    return n === 0 ? "" : "k".repeat(n % 50) + n;
  }

  length(): number {
    return this.random.below(2 ** this.random.below(Math.log2(this.lengthMax) + 1) + 1);
  }

  /** A time around now, seldom in the past or as far away as 64 bits allow. */
  time(): Int64 {
    const dice = this.random.below(30);
    if (dice === 0) return 2n ** 63n - 1n - BigInt(this.random.below(9));
    if (dice === 1) return this.keyspace.nowMs - this.random.below(5);
    return this.keyspace.nowMs + Math.floor(2 ** (this.random.float() * 24));
  }

  /** Changes the model only if the keyspace did not run out of memory; checks that it changed nothing then. */
  attempt(change: () => void): boolean {
    // Garbage may be freed for want of other memory: half of the time there is none.
    const isClean = this.random.below(2) === 0;
    while (isClean && this.keyspace.collectGarbage(1000));
    const before = this.bytesBesidesIndexes();
    try {
      change();
      return true;
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      this.outOfMemory++;
      if (isClean) expect(this.bytesBesidesIndexes()).toBe(before);
      return false;
    }
  }

  find(db: number, key: string): Entry | null {
    const bytes = Buffer.from(`--${key}--`);
    return this.keyspace.find(db, bytes, 2, bytes.length - 2);
  }

  live(db: number, key: string): Value | undefined {
    const value = this.dbs[db].get(key);
    if (value === undefined || value.expireAt === null || value.expireAt >= this.keyspace.nowMs) return value;
    this.dbs[db].delete(key);
    return undefined;
  }

  put(db: number, key: string): void {
    const old = this.live(db, key);
    const choice = this.random.below(4);
    const expireAt = choice === 0 ? KEEP_EXPIRE : choice < 3 ? NO_EXPIRE : this.time();
    const type = TYPE_STRING;
    const encoding = this.random.below(3);
    const value = Buffer.alloc(this.length(), this.fill++);
    const bytes = Buffer.from(`SET${key}x`);
    // Frees an expired one, which is not what this counts.
    this.find(db, key);
    const put = this.attempt(() => {
      const entry = this.keyspace.put(db, bytes, 3, bytes.length - 1, type, encoding, value.length, expireAt);
      value.copy(entry.bytes, entry.valueStart);
    });
    if (!put) return;
    const kept = old === undefined ? null : old.expireAt;
    const time = choice === 0 ? kept : expireAt === NO_EXPIRE ? null : expireAt;
    this.dbs[db].set(key, { bytes: value, type, encoding, expireAt: time });
  }

  reserve(db: number, key: string): void {
    const entry = this.find(db, key);
    const value = this.live(db, key);
    if (entry === null || value === undefined) return;
    const kept = value.bytes.subarray(0, this.length());
    const grown = Buffer.alloc(kept.length + (this.random.below(2) === 0 ? 0 : this.length()), this.fill++);
    kept.copy(grown);
    const done = this.attempt(() => this.keyspace.reserve(entry, grown.length, this.length()));
    if (!done) return;
    const shorter = Math.min(value.bytes.length, grown.length);
    const at = entry.valueStart;
    expect(entry.bytes.compare(value.bytes, 0, shorter, at, at + shorter)).toBe(0);
    grown.copy(entry.bytes, entry.valueStart);
    value.bytes = grown;
  }

  setExpire(db: number, key: string): void {
    const entry = this.find(db, key);
    const value = this.live(db, key);
    if (entry === null || value === undefined) return;
    const expireAt = this.time();
    if (this.attempt(() => this.keyspace.setExpire(entry, expireAt))) value.expireAt = expireAt;
  }

  persist(db: number, key: string): void {
    const entry = this.find(db, key);
    const value = this.live(db, key);
    if (entry === null || value === undefined || value.expireAt === null) return;
    this.keyspace.persist(entry);
    value.expireAt = null;
  }

  delete(db: number, key: string): void {
    const entry = this.find(db, key);
    if (entry !== null) this.keyspace.delete(entry);
    expect(entry !== null).toBe(this.live(db, key) !== undefined);
    this.dbs[db].delete(key);
  }

  expectSame(db: number, key: string): void {
    const { keyspace } = this;
    const bytes = Buffer.from(key);
    const { hits, misses } = keyspace;
    const entry = keyspace.read(db, bytes, 0, bytes.length);
    const value = this.live(db, key);
    expect(keyspace.hits - hits).toBe(value === undefined ? 0 : 1);
    expect(keyspace.misses - misses).toBe(value === undefined ? 1 : 0);
    if (value === undefined) expect(entry).toBe(null);
    else this.expectValue(entry, value);
  }

  expectValue(entry: Entry | null, value: Value): void {
    if (entry === null) throw new Error("a key is missing");
    const { bytes, valueStart, valueEnd, type, encoding } = entry;
    expect({ type, encoding, length: valueEnd - valueStart }).toEqual({
      type: value.type,
      encoding: value.encoding,
      length: value.bytes.length,
    });
    expect(bytes.compare(value.bytes, 0, value.bytes.length, valueStart, valueEnd)).toBe(0);
    expect(entry.expires ? entry.expireAtMsExact : null).toBe(value.expireAt);
  }

  /** A whole scan without changes visits each live key once. */
  scan(db: number): void {
    const visited: string[] = [];
    let cursor = 0;
    do {
      cursor = scanKeys(this.keyspace, db, cursor, 1 + this.random.below(20), (entry) => {
        const key = entry.bytes.toString("latin1", entry.keyStart, entry.valueStart);
        visited.push(key);
        this.expectValue(entry, this.live(db, key) as Value);
      });
    } while (cursor !== 0);
    for (const key of [...this.dbs[db].keys()]) this.live(db, key);
    expect(visited.sort()).toEqual([...this.dbs[db].keys()].sort());
  }

  randomEntry(db: number): void {
    const entry = randomKey(this.keyspace, db);
    for (const key of [...this.dbs[db].keys()]) this.live(db, key);
    expect(entry === null).toBe(this.dbs[db].size === 0);
    if (entry === null) return;
    const key = entry.bytes.toString("latin1", entry.keyStart, entry.valueStart);
    this.expectValue(entry, this.live(db, key) as Value);
  }

  flush(db: number): void {
    this.keyspace.flush(db);
    this.dbs[db].clear();
    expect(this.keyspace.size(db)).toBe(0);
  }

  swap(db: number, other: number): void {
    this.keyspace.swap(db, other);
    [this.dbs[db], this.dbs[other]] = [this.dbs[other], this.dbs[db]];
  }

  /** Frees all that is due; what is left is then exactly what lives. */
  expireAll(): void {
    this.keyspace.setNow(this.keyspace.nowMs + 1);
    while (expireDueKeys(this.keyspace, 1 + this.random.below(100)) <= 0);
    for (let db = 0; db < DATABASES; db++) {
      for (const key of [...this.dbs[db].keys()]) this.live(db, key);
      expect(this.keyspace.size(db)).toBe(this.dbs[db].size);
      const expiring = [...this.dbs[db].values()].filter((value) => value.expireAt !== null).length;
      expect(this.keyspace.expiringKeys(db)).toBe(expiring);
    }
  }

  /** One change or question, chosen at random. */
  step(): void {
    const { random, keyspace } = this;
    const db = random.below(DATABASES);
    const key = this.key();
    const dice = random.below(1000);
    if (dice < 350) this.put(db, key);
    else if (dice < 450) this.reserve(db, key);
    else if (dice < 550) this.setExpire(db, key);
    else if (dice < 600) this.persist(db, key);
    else if (dice < 720) this.delete(db, key);
    else if (dice < 900) this.expectSame(db, key);
    else if (dice < 950) keyspace.setNow(keyspace.nowMs + random.below(3) * 2 ** random.below(20));
    else if (dice < 960) this.scan(db);
    else if (dice < 970) this.randomEntry(db);
    else if (dice < 980) expireDueKeys(keyspace, random.below(20));
    else if (dice < 984) this.expireAll();
    else if (dice < 986) this.flush(db);
    else if (dice < 990) this.swap(db, random.below(DATABASES));
    else keyspace.collectGarbage(1 + random.below(20));
  }

  check(): void {
    checkKeyspace(this.keyspace);
    for (let db = 0; db < DATABASES; db++)
      for (const key of [...this.dbs[db].keys()]) {
        const value = this.live(db, key);
        if (value !== undefined) this.expectValue(this.find(db, key), value);
      }
  }

  /** Bytes of entries: dicts and wheels may have been made or grown by what then failed. */
  private bytesBesidesIndexes(): number {
    let bytes = this.keyspace.usedBytes;
    for (let db = 0; db < DATABASES; db++)
      bytes -= dictBytes(this.keyspace, db) + wheelBytes(this.keyspace, db);
    return bytes;
  }
}

describe("keyspace", () => {
  for (const shards of [1, 2, 8]) {
    test(`agrees with Maps under random changes, in ${shards} shards`, () => {
      const seed = testSeed(`keyspace: ${shards} shards`);
      const model = new Model(newKeyspace(shards, 4 << 20, seed), new Random(seed), 512);
      for (let step = 0; step < 30_000; step++) {
        model.step();
        if (step < 200 || step % 100 === 0) model.check();
      }
      expect(model.outOfMemory).toBe(0);
      for (let db = 0; db < DATABASES; db++) model.flush(db);
      expect(model.keyspace.usedBytes).toBe(0);
      expect(model.keyspace.collectGarbage(100)).toBe(false);
      model.check();
    });

    test(`loses nothing when memory runs out, in ${shards} shards`, () => {
      const seed = testSeed(`keyspace: out of memory, ${shards} shards`);
      const model = new Model(
        newKeyspace(shards, Math.max(12 << 10, (32 << 10) / shards), seed),
        new Random(seed),
        4096,
      );
      for (let step = 0; step < 15_000; step++) {
        model.step();
        if (step < 200 || step % 50 === 0) model.check();
      }
      expect(model.outOfMemory).toBeGreaterThan(20);
      model.check();
    });
  }

  test("used returns to its start when all keys are gone", () => {
    const seed = testSeed("keyspace: used");
    const random = new Random(seed);
    const keyspace = newKeyspace(2, 4 << 20, seed);
    const put = (n: number, expireAt: Int64) => {
      const key = Buffer.from(`key:${n}`);
      keyspace.put(0, key, 0, key.length, 0, 0, random.below(300), expireAt);
    };
    const deleteAll = () => {
      for (let cursor = 0, more = true; more; more = cursor !== 0)
        cursor = scanKeys(keyspace, 0, cursor, 10, (entry) => keyspace.delete(entry));
      expect(keyspace.size(0)).toBe(0);
    };
    // The first keys bring dicts and wheels, which stay.
    for (let n = 0; n < 100; n++) put(n, START_MS + 5);
    deleteAll();
    const { usedBytes } = keyspace;
    for (let n = 0; n < 5000; n++) put(random.below(3000), n % 3 === 0 ? START_MS + n : NO_EXPIRE);
    expect(keyspace.usedBytes).toBeGreaterThan(usedBytes + 100_000);
    deleteAll();
    expect(keyspace.usedBytes).toBe(usedBytes);
    for (let n = 0; n < 3000; n++) put(n, START_MS + n);
    keyspace.setNow(START_MS + 10_000);
    while (expireDueKeys(keyspace, 64) <= 0);
    expect(keyspace.usedBytes).toBe(usedBytes);
    checkKeyspace(keyspace);
  });

  test("every key that stays is visited by a scan, while others come and go", () => {
    const seed = testSeed("keyspace: scan");
    const random = new Random(seed);
    const keyspace = newKeyspace(4, 4 << 20, seed);
    const put = (name: string) => {
      const key = Buffer.from(name);
      keyspace.put(1, key, 0, key.length, 0, 0, 10, NO_EXPIRE);
    };
    const remove = (name: string) => {
      const key = Buffer.from(name);
      const entry = keyspace.find(1, key, 0, key.length);
      if (entry !== null) keyspace.delete(entry);
    };
    for (let round = 0; round < 10; round++) {
      for (let n = 0; n < 1000; n++) put(`stay:${n}`);
      for (let n = 0; n < 2000; n++) put(`go:${n}`);
      const stayed = new Set<string>();
      let cursor = 0;
      do {
        cursor = scanKeys(keyspace, 1, cursor, 1 + random.below(50), (entry) => {
          stayed.add(entry.bytes.toString("latin1", entry.keyStart, entry.valueStart));
          // The visitor may delete what it is given.
          const isStaying = entry.bytes[entry.keyStart] === 0x73;
          if (!isStaying && random.below(3) === 0) keyspace.delete(entry);
        });
        for (let i = 0; i < 60; i++) (random.below(9) < round ? put : remove)(`go:${random.below(4000)}`);
      } while (cursor !== 0);
      for (let n = 0; n < 1000; n++) expect(stayed.has(`stay:${n}`)).toBe(true);
      checkKeyspace(keyspace);
    }
  });

  test("a cursor that was never handed out ends the scan or visits some keys", () => {
    const keyspace = newKeyspace(4, 1 << 20, 1);
    const key = Buffer.from("key");
    keyspace.put(0, key, 0, 3, 0, 0, 10, NO_EXPIRE);
    for (const cursor of [1, 2 ** 32 - 1, 2 ** 32 * 3 + 7, 2 ** 34, 2 ** 40, 2 ** 53 - 1]) {
      let next = cursor;
      let calls = 0;
      do {
        next = scanKeys(keyspace, 0, next, 10, () => {});
        calls++;
      } while (next !== 0 && calls < 100);
      expect(calls).toBeLessThan(10);
    }
  });

  test("a key lives through the millisecond it expires at", () => {
    const keyspace = newKeyspace(1, 1 << 20, 1);
    const key = Buffer.from("key");
    keyspace.put(0, key, 0, 3, 0, 0, 0, START_MS + SECOND_MS);
    keyspace.setNow(START_MS + SECOND_MS);
    expireDueKeys(keyspace, 10);
    expect(keyspace.find(0, key, 0, 3) === null).toBe(false);
    keyspace.setNow(START_MS + SECOND_MS + 1);
    expect(keyspace.find(0, key, 0, 3)).toBe(null);
    expect(keyspace.expired).toBe(1);
    expect(keyspace.size(0)).toBe(0);
  });

  test("a shorter value gives memory back, whatever happens to the expire time", () => {
    const key = Buffer.from("key");
    for (const first of [NO_EXPIRE, START_MS + SECOND_MS]) {
      for (const second of [NO_EXPIRE, KEEP_EXPIRE, START_MS + 2 * SECOND_MS]) {
        const keyspace = newKeyspace(1, 4 << 20, 1);
        keyspace.put(0, key, 0, 3, 0, 0, 1 << 20, first);
        keyspace.put(0, key, 0, 3, 0, 0, 10, second);
        expect(keyspace.usedBytes).toBeLessThan(4096);
        checkKeyspace(keyspace);
      }
    }
  });

  test("room asked for as slack is there for the growth that follows", () => {
    const keyspace = newKeyspace(1, 16 << 20, 1);
    const key = Buffer.from("grows");
    keyspace.put(0, key, 0, 5, 0, 0, 10_000, NO_EXPIRE);
    let moves = 0;
    for (let length = 10_000; length < 20_000; length += 10) {
      const entry = keyspace.find(0, key, 0, 5) as Entry;
      const { offset } = entry;
      keyspace.reserve(entry, length, length);
      if (entry.offset !== offset) moves++;
      // Others take what is free between two steps.
      const other = Buffer.from(`other:${length}`);
      keyspace.put(0, other, 0, other.length, 0, 0, 500, NO_EXPIRE);
    }
    expect(moves).toBeLessThan(4);
    checkKeyspace(keyspace);
  });

  test("memory that waits to be freed is there for whoever needs it at once", () => {
    const keyspace = newKeyspace(1, 1 << 20, 1);
    const put = (db: number, name: string, valueLength: number) => {
      const key = Buffer.from(name);
      keyspace.put(db, key, 0, key.length, TYPE_STRING, 0, valueLength, NO_EXPIRE);
    };
    put(1, "other", 10);
    for (let n = 0; n < 90; n++) put(0, `key ${n}`, 10_000);
    expect(() => put(1, "long", 500_000)).toThrow(OutOfMemoryError);
    keyspace.flush(0);
    put(1, "long", 500_000);
    for (let n = 0; n < 10; n++) put(0, `key ${n}`, 10_000);
    keyspace.flush(0);
    put(1, "other", 450_000);
    checkKeyspace(keyspace);
  });

  test("flushed memory is freed in slices when other dbs have keys, at once when none has", () => {
    const keyspace = newKeyspace(1, 4 << 20, 1);
    const put = (db: number, n: number) => {
      const key = Buffer.from(`key:${n}`);
      keyspace.put(db, key, 0, key.length, 0, 0, 100, n % 2 === 0 ? START_MS + 99 : NO_EXPIRE);
    };
    put(1, 0);
    const { usedBytes } = keyspace;
    for (let n = 0; n < 1000; n++) put(0, n);
    expect(keyspace.flush(0)).toBe(1000);
    expect(checkKeyspace(keyspace)).toEqual({ keys: 1, expiring: 1, garbage: 1000 });
    // A db may be filled again and flushed again meanwhile.
    for (let n = 0; n < 50; n++) put(0, n);
    keyspace.flush(0);
    let calls = 1;
    for (; keyspace.collectGarbage(100); calls++) checkKeyspace(keyspace);
    expect(calls).toBeGreaterThanOrEqual(11);
    expect(keyspace.usedBytes).toBe(usedBytes);
    for (let n = 0; n < 50; n++) put(0, n);
    keyspace.flush(0);
    keyspace.flush(1);
    expect(keyspace.usedBytes).toBe(0);
    expect(keyspace.collectGarbage(100)).toBe(false);
    checkKeyspace(keyspace);
  });
});
