/**
 * Lookups of keys whose memory was asked for in advance, against a plain Map, while the keyspace changes in between: what
 * is known of where a search starts may be out of date then.
 */

import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { SipHasher } from "../../src/base/siphash.ts";
import { reserveArena } from "../../src/memory/arena.ts";
import { Dict } from "../../src/memory/dict.ts";
import { TYPE_STRING } from "../../src/store/entry.ts";
import { Keyspace, NO_EXPIRE } from "../../src/store/keyspace.ts";
import { PREFETCH_MAX } from "../../src/store/prefetch.ts";
import { SearchStart } from "../../src/store/search-start.ts";
import { testSeed } from "../support/seed.ts";

const KEYS = 3000;
const DATABASES = 2;

const keyOf = (n: number): Buffer => Buffer.from(`key:${n}`);

class Model {
  readonly keyspace: Keyspace;
  private dbs = Array.from({ length: DATABASES }, () => new Map<number, number>());

  constructor(private readonly random: Random) {
    this.keyspace = new Keyspace({
      databases: DATABASES,
      shards: 2,
      hasher: new SipHasher(random.next32(), random.next32()),
      random,
      reserveArena: () => reserveArena(1 << 22),
    });
  }

  hashOf(n: number): number {
    const key = keyOf(n);
    return this.keyspace.hashes.ofKey(key, 0, key.length);
  }

  put(db: number, n: number): void {
    const key = keyOf(n);
    const value = this.random.below(256);
    const entry = this.keyspace.put(db, key, 0, key.length, TYPE_STRING, 0, 1, NO_EXPIRE);
    entry.bytes[entry.valueStart] = value;
    this.dbs[db].set(n, value);
  }

  look(db: number, n: number): void {
    const key = keyOf(n);
    const entry = this.keyspace.find(db, key, 0, key.length);
    expect(entry === null ? undefined : entry.bytes[entry.valueStart]).toBe(this.dbs[db].get(n));
  }

  /** Something else happens: seldom to all keys, otherwise to some. */
  change(): void {
    const { keyspace, random } = this;
    const db = random.below(DATABASES);
    const dice = random.below(60);
    if (dice === 0) {
      keyspace.flush(db);
      this.dbs[db].clear();
      while (random.below(2) === 0 && keyspace.collectGarbage(1000));
    } else if (dice === 1) {
      keyspace.swap(0, 1);
      this.dbs.reverse();
    } else if (dice < 20) {
      for (let i = random.below(200); i > 0; i--) this.put(db, random.below(KEYS));
    } else if (dice < 30) {
      for (let i = random.below(200); i > 0; i--) this.remove(db, random.below(KEYS));
    } else if (dice < 40) {
      this.prefetch(db, [random.below(KEYS), random.below(KEYS)]);
    }
  }

  prefetch(db: number, keys: readonly number[]): void {
    this.keyspace.prefetch(
      db,
      Int32Array.from(keys, (n) => this.hashOf(n)),
      keys.length,
    );
  }

  private remove(db: number, n: number): void {
    const key = keyOf(n);
    const entry = this.keyspace.find(db, key, 0, key.length);
    expect(entry !== null).toBe(this.dbs[db].delete(n));
    if (entry !== null) this.keyspace.delete(entry);
  }
}

test("keys are found whatever has changed since their memory was asked for", () => {
  const random = new Random(testSeed("search starts"));
  const model = new Model(random);
  for (let batch = 0; batch < 4000; batch++) {
    const db = random.below(DATABASES);
    const keys = Array.from({ length: 1 + random.below(PREFETCH_MAX) }, () => random.below(KEYS));
    model.prefetch(db, keys);
    keys.forEach((n, i) => {
      if (random.below(10) === 0) model.change();
      model.keyspace.expectSearch(i, model.hashOf(n));
      // SELECT may stand between.
      const lookedUp = random.below(20) === 0 ? 1 - db : db;
      model.look(lookedUp, n);
      if (random.below(4) === 0) model.put(lookedUp, n);
    });
  }
});

test("a place is remembered with dict, hash and segments, and found anew when one of them is another", () => {
  const dict = new Dict(reserveArena(1 << 20));
  const roots = [dict.create(), dict.create()];
  const start = new SearchStart();
  const random = new Random(testSeed("places"));
  for (let i = 1; i <= 20_000; i++) {
    const root = roots[random.below(2)];
    const hash = random.next32() | 0;
    for (const asked of [hash, hash, ~hash])
      expect(start.of(dict, root, asked)).toBe(dict.start(root, asked));
    dict.insert(root, hash, i * 4);
    expect(start.of(dict, root, ~hash)).toBe(dict.start(root, ~hash));
  }
  for (const root of roots) dict.destroy(root);
});
