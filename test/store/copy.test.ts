import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

interface Model {
  value: string;
  expireAt: number;
}

const KEYS = ["a", "b", "c", "key with a longer name that is copied natively", ""];
const NO_EXPIRE = -1;

/** Sets a key of the engine to what the model holds. */
function set(engine: Engine, db: number, key: string, { value, expireAt }: Model): void {
  engine.ctx.client.db = db;
  engine.run("SET", key, value);
  if (expireAt !== NO_EXPIRE) engine.run("PEXPIREAT", key, expireAt);
}

describe("copying and moving keys", () => {
  test("agrees with a map of keys after thousands of random steps", () => {
    const random = new Random(testSeed("copying and moving keys"));
    const engine = new Engine({ databases: 3 });
    const model = new Map<string, Model>();
    for (let step = 0; step < 5000; step++) {
      const [from, to] = [KEYS[random.below(KEYS.length)], KEYS[random.below(KEYS.length)]];
      const [db, toDb] = [random.below(3), random.below(3)];
      const source = model.get(`${db} ${from}`);
      engine.ctx.client.db = db;
      const action = random.below(5);
      if (action === 0) {
        const value = "x".repeat(random.below(2) === 0 ? random.below(30) : random.below(3000)) + step;
        const expireAt =
          random.below(2) === 0 ? NO_EXPIRE : engine.keyspace.nowMs + 1 + random.below(1 << 30);
        set(engine, db, from, { value, expireAt });
        model.set(`${db} ${from}`, { value, expireAt });
      } else if (action === 1) {
        engine.run("RENAME", from, to);
        if (source !== undefined && from !== to) {
          model.delete(`${db} ${from}`);
          model.set(`${db} ${to}`, source);
        }
      } else if (action === 2) {
        engine.run("COPY", from, to, "REPLACE", "DB", toDb);
        if (source !== undefined && (from !== to || db !== toDb)) model.set(`${toDb} ${to}`, source);
      } else if (action === 3) {
        engine.run("MOVE", from, toDb);
        if (source !== undefined && !model.has(`${toDb} ${from}`)) {
          model.delete(`${db} ${from}`);
          model.set(`${toDb} ${from}`, source);
        }
      } else {
        engine.run("DEL", to);
        model.delete(`${db} ${to}`);
      }
      if (step % 100 === 0) expect(digest(engine.keyspace)).toBe(digestOf(model));
    }
  });

  test("leaves no block behind", () => {
    const engine = new Engine({ shards: 1 });
    engine.run("SET", "a", "x".repeat(1000));
    engine.run("SET", "b", "y");
    engine.run("DEL", "b");
    const before = engine.keyspace.usedBytes;
    for (let i = 0; i < 100; i++) {
      engine.run("RENAME", "a", "b");
      engine.run("COPY", "b", "a");
      engine.run("DEL", "b");
    }
    expect(engine.keyspace.usedBytes).toBe(before);
  });
});

/** The digest of a fresh dataset that holds what the model does. */
function digestOf(model: Map<string, Model>): string {
  const engine = new Engine({ databases: 3, seed: 2, shards: 1, arenaBytes: 1 << 20 });
  for (const [name, entry] of model) set(engine, Number(name[0]), name.slice(2), entry);
  return digest(engine.keyspace);
}
