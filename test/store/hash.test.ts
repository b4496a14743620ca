/** Hashes against plain Maps, under a clock moved by hand, with the deep check after the steps. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { expireDueKeys } from "../../src/store/expire.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { testSeed } from "../support/seed.ts";

const DATABASES = 3;
const NEVER = -1;

interface Field {
  value: string;
  /** When it expires in ms, or NEVER. */
  time: number;
}
type Fields = Map<string, Field>;

/** An engine and what should be in it. Expired fields stay in the model until the active cycle frees them. */
class Model {
  readonly dbs = Array.from({ length: DATABASES }, () => new Map<string, Fields>());
  readonly engine: Engine;
  outOfMemory = 0;

  constructor(
    readonly random: Random,
    shards: number,
    arenaBytes: number,
    private readonly valueBytesMax: number,
  ) {
    this.engine = new Engine({ seed: random.next32(), databases: DATABASES, shards, arenaBytes });
    this.engine.keyspace.limits.hashEntries = random.below(12);
    this.engine.keyspace.limits.hashValueBytes = 40;
  }

  get nowMs(): number {
    return this.engine.keyspace.nowMs;
  }

  run(...argv: (string | number)[]): string {
    return this.engine.run(...argv);
  }

  /** Runs a request; false when there was no memory for it. */
  attempt(...argv: (string | number)[]): boolean {
    if (!this.run(...argv).startsWith("-OOM")) return true;
    this.outOfMemory++;
    return false;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }

  value(): string {
    const length = this.random.below(2 ** this.random.below(Math.log2(this.valueBytesMax) + 1));
    return this.pick(["", "7", "-12", "text"]) + "v".repeat(length);
  }

  time(): number {
    return this.nowMs + 1 + Math.floor(2 ** (this.random.float() * 14));
  }

  isLive(field: Field | undefined): field is Field {
    return field !== undefined && (field.time === NEVER || field.time >= this.nowMs);
  }

  live(fields: Fields | undefined): Map<string, Field> {
    return new Map([...(fields ?? [])].filter(([, field]) => this.isLive(field)));
  }

  /** The fields of a key, made if it is missing. */
  open(db: number, key: string): Fields {
    const present = this.dbs[db].get(key);
    if (present !== undefined) return present;
    const fields: Fields = new Map();
    this.dbs[db].set(key, fields);
    return fields;
  }

  /** Deletes a field that is live, and the key if no other is. */
  remove(db: number, key: string, name: string): void {
    const fields = this.dbs[db].get(key);
    if (!this.isLive(fields?.get(name))) return;
    fields?.delete(name);
    if (this.live(fields).size === 0) this.dbs[db].delete(key);
  }

  /** Frees what has expired, a few fields at a time. */
  runCycle(): void {
    while (expireDueKeys(this.engine.keyspace, 1 + this.random.below(5)) === 0);
    for (const db of this.dbs) {
      for (const [key, fields] of db) {
        const live = this.live(fields);
        if (live.size === 0) db.delete(key);
        else db.set(key, live);
      }
    }
  }

  /** Compares everything there is. */
  compare(): void {
    checkKeyspace(this.engine.keyspace);
    this.dbs.forEach((keys, db) => {
      this.engine.ctx.client.db = db;
      expect(elements(this.run("KEYS", "*")).sort()).toEqual([...keys.keys()].sort());
      for (const key of keys.keys()) this.compareKey(db, key);
    });
  }

  compareKey(db: number, key: string): void {
    const expected = [...this.live(this.dbs[db].get(key))].map(([name, { value }]) => `${name}=${value}`);
    const flat = elements(this.run("HGETALL", key));
    const found = flat.flatMap((name, i) => (i % 2 === 0 ? [`${name}=${flat[i + 1]}`] : []));
    expect(found.sort()).toEqual(expected.sort());
    expect(this.run("HLEN", key)).toBe(`:${expected.length}\r\n`);
    for (const [name, field] of this.live(this.dbs[db].get(key))) {
      expect(this.run("HPEXPIRETIME", key, "FIELDS", 1, name)).toBe(`*1\r\n:${field.time}\r\n`);
      expect(this.run("HGET", key, name)).toBe(`$${field.value.length}\r\n${field.value}\r\n`);
    }
  }
}

const KEYS = ["a", "b", "key with a longer name that is copied natively"];
const FIELDS = Array.from({ length: 24 }, (_, i) =>
  i % 3 === 0 ? `${i}` : `field ${i}`.repeat(1 + (i % 5)),
);

type Step = (model: Model, db: number, key: string, name: string) => void;

function setTo(model: Model, db: number, key: string, name: string, value: string, time: number): void {
  model.open(db, key).set(name, { value, time });
}

const STEPS: Record<string, Step> = {
  hset(model, db, key, name) {
    const value = model.value();
    const other = model.value();
    const second = model.pick(FIELDS);
    if (!model.attempt("HSET", key, name, value, second, other)) return;
    setTo(model, db, key, name, value, NEVER);
    setTo(model, db, key, second, other, NEVER);
  },
  hdel(model, db, key, name) {
    const reply = model.run("HDEL", key, name);
    expect(reply).toBe(model.isLive(model.dbs[db].get(key)?.get(name)) ? ":1\r\n" : ":0\r\n");
    model.remove(db, key, name);
  },
  hincrby(model, db, key, name) {
    const present = model.dbs[db].get(key)?.get(name);
    const value = model.isLive(present) ? present.value : "0";
    const reply = model.run("HINCRBY", key, name, 1_000_000);
    if (reply.startsWith("-OOM")) return;
    if (!/^(0|-?[1-9]\d*)$/.test(value)) expect(reply).toBe("-ERR hash value is not an integer\r\n");
    else {
      const time = model.isLive(present) ? present.time : NEVER;
      setTo(model, db, key, name, String(Number(value) + 1_000_000), time);
    }
  },
  hpexpireat(model, db, key, name) {
    const time = model.time();
    const present = model.dbs[db].get(key)?.get(name);
    if (!model.attempt("HPEXPIREAT", key, time, "FIELDS", 2, "missing", name)) return;
    if (model.isLive(present)) present.time = time;
  },
  hexpireInThePast(model, db, key, name) {
    expect(model.run("HPEXPIREAT", key, 1, "FIELDS", 1, name)).not.toMatch(/^-/);
    model.remove(db, key, name);
  },
  hpersist(model, db, key, name) {
    const present = model.dbs[db].get(key)?.get(name);
    model.run("HPERSIST", key, "FIELDS", 1, name);
    if (model.isLive(present)) present.time = NEVER;
  },
  hgetex(model, db, key, name) {
    const time = model.time();
    const second = model.pick(FIELDS);
    if (!model.attempt("HGETEX", key, "PXAT", time, "FIELDS", 2, name, second)) return;
    for (const field of [name, second].map((each) => model.dbs[db].get(key)?.get(each)))
      if (model.isLive(field)) field.time = time;
  },
  hgetdel(model, db, key, name) {
    const second = model.pick(FIELDS);
    expect(model.run("HGETDEL", key, "FIELDS", 2, name, second)).not.toMatch(/^-/);
    model.remove(db, key, name);
    model.remove(db, key, second);
  },
  hsetex(model, db, key, name) {
    const value = model.value();
    const time = model.time();
    const second = model.pick(FIELDS);
    if (!model.attempt("HSETEX", key, "PXAT", time, "FIELDS", 2, name, value, second, value)) return;
    for (const each of [name, second]) setTo(model, db, key, each, value, time);
  },
  hsetexKeepttl(model, db, key, name) {
    const value = model.value();
    const present = model.dbs[db].get(key)?.get(name);
    const time = model.isLive(present) ? present.time : NEVER;
    if (model.attempt("HSETEX", key, "KEEPTTL", "FIELDS", 1, name, value))
      setTo(model, db, key, name, value, time);
  },
  rename(model, db, key) {
    const to = model.pick(KEYS);
    const fields = model.dbs[db].get(key);
    if (!model.attempt("RENAME", key, to) || fields === undefined) return;
    model.dbs[db].delete(key);
    model.dbs[db].set(to, fields);
  },
  copy(model, db, key) {
    const to = model.pick(KEYS);
    const toDb = model.random.below(DATABASES);
    const fields = model.dbs[db].get(key);
    if ((key === to && db === toDb) || fields === undefined) return;
    if (!model.attempt("COPY", key, to, "DB", toDb, "REPLACE")) return;
    model.dbs[toDb].set(to, new Map([...fields].map(([name, field]) => [name, { ...field }])));
  },
  move(model, db, key) {
    const toDb = model.random.below(DATABASES);
    const fields = model.dbs[db].get(key);
    if (db === toDb || fields === undefined || model.dbs[toDb].has(key)) return;
    if (!model.attempt("MOVE", key, toDb)) return;
    model.dbs[db].delete(key);
    model.dbs[toDb].set(key, fields);
  },
  del(model, db, key) {
    model.run("DEL", key);
    model.dbs[db].delete(key);
  },
  expireTheKey(model, db, key) {
    model.attempt("PEXPIREAT", key, 1e15);
    if (model.random.below(20) > 0) return;
    model.run("EXPIRE", key, 0);
    model.dbs[db].delete(key);
  },
  swapdb(model) {
    const [one, other] = [model.random.below(DATABASES), model.random.below(DATABASES)];
    model.run("SWAPDB", one, other);
    [model.dbs[one], model.dbs[other]] = [model.dbs[other], model.dbs[one]];
  },
  flush(model, db) {
    if (model.random.below(12) > 0) return;
    model.run("FLUSHDB");
    model.dbs[db].clear();
  },
  advance(model) {
    model.engine.advance(Math.floor(2 ** (model.random.float() * 13)));
  },
  cycle(model) {
    model.runCycle();
  },
  collect(model) {
    model.engine.keyspace.collectGarbage(100);
  },
};
const NAMES = Object.keys(STEPS);
const MIXED = [...NAMES, ..."hset hset hset hsetex hpexpireat hincrby".split(" ")];
/** Seldom something that gives memory back. */
const GROWING = [...NAMES, ...Array.from({ length: 9 }, () => "hset hsetex hgetex copy".split(" ")).flat()];

function takeSteps(model: Model, names: readonly string[], count: number, compareEvery: number): void {
  for (let step = 0; step < count; step++) {
    const db = model.random.below(DATABASES);
    const key = model.pick(KEYS);
    model.engine.ctx.client.db = db;
    STEPS[model.pick(names)](model, db, key, model.pick(FIELDS));
    if (step % compareEvery === 0) model.compare();
  }
  model.compare();
}

describe("hashes", () => {
  test.each([1, 4])("agree with a map of maps after thousands of random steps, %d shards", (shards) => {
    const random = new Random(testSeed(`hashes, ${shards} shards`));
    for (let round = 0; round < 6; round++)
      takeSteps(new Model(random, shards, 16 << 20, 256), MIXED, 1500, 25);
  });

  test.each([1, 2])("keep agreeing when memory runs out, %d shards", (shards) => {
    const random = new Random(testSeed(`hashes, out of memory, ${shards} shards`));
    let outOfMemory = 0;
    for (let round = 0; round < 6; round++) {
      const model = new Model(random, shards, 280 << 10, 16 << 10);
      takeSteps(model, GROWING, 1000, 10);
      outOfMemory += model.outOfMemory;
    }
    expect(outOfMemory).toBeGreaterThan(2);
  });

  test("give all their memory back", () => {
    const engine = new Engine({ shards: 1 });
    engine.run("SET", "k", "v");
    engine.run("HSETEX", "h", "PX", 5, "FIELDS", 1, "a", "1");
    engine.run("DEL", "h");
    const before = engine.keyspace.usedBytes;
    for (let i = 0; i < 2000; i++) engine.run("HSETEX", "h", "PX", 5 + (i % 50), "FIELDS", 1, `f${i}`, i);
    for (let i = 0; i < 2000; i += 3) engine.run("HSET", "h", `f${i}`, "x".repeat(i % 100));
    engine.advance(1000);
    while (expireDueKeys(engine.keyspace, 100) === 0);
    for (let i = 0; i < 2000; i += 3) engine.run("HDEL", "h", `f${i}`);
    expect(engine.run("EXISTS", "h")).toBe(":0\r\n");
    expect(engine.keyspace.usedBytes).toBe(before);
    checkKeyspace(engine.keyspace);
  });
});
