/** What is deleted is freed bit by bit, and all of it. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";
import { COLLECTION_FORMS, createValue } from "../support/value-forms.ts";

const COUNT = 5000;
/** Elements freed in a step of these tests. */
const STEP = 500;

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

function pending(): number {
  return engine.keyspace.shards.reduce((sum, { reclaimer }) => sum + reclaimer.pending, 0);
}

/** Collects all garbage and says in how many steps; memory must become less in each, and be known all along. */
function collect(): number {
  const { keyspace } = engine;
  for (let steps = 1; ; steps++) {
    const { usedBytes } = keyspace;
    const more = keyspace.collectGarbage(STEP);
    checkKeyspace(keyspace);
    expect([steps, keyspace.usedBytes < usedBytes]).toEqual([steps, true]);
    if (!more) return steps;
  }
}

/** Members, each with what `before` and `behind` put around it. */
function members(before: (i: number) => (string | number)[]): (string | number)[] {
  return Array.from({ length: COUNT }, (_, i) => [...before(i), `member ${i} of many`]).flat();
}

const LARGE: [command: string, words: (string | number)[]][] = [
  // Elements of a list are freed chunk by chunk, so these are in chunks of their own.
  ["RPUSH", members(() => ["x".repeat(9000)]).slice(0, 4000)],
  ["SADD", members(() => [])],
  ["ZADD", members((i) => [i % 100])],
  ["HSET", members((i) => [`field ${i}`])],
];

for (const [command, words] of LARGE) {
  describe(`a large value of ${command}`, () => {
    let usedBefore: number;

    beforeEach(() => {
      // The dicts of the db stay when its keys are gone.
      run("MSET k 1 other 2");
      run("DEL k");
      usedBefore = engine.keyspace.usedBytes;
      engine.run(command, "k", ...words);
    });

    test.each(["DEL k", "UNLINK k", "SET k text", "RENAME other k"])(
      "is out of reach at once after %s, and then freed step by step",
      (line) => {
        const full = engine.keyspace.usedBytes;
        run(line);
        expect(run("TYPE k")).toBe(
          line.includes("DEL") || line.includes("UNLINK") ? "+none\r\n" : "+string\r\n",
        );
        // A small part is freed at once, of a sorted set more of its index.
        expect(engine.keyspace.usedBytes).toBeGreaterThan(full * 0.7);
        expect(pending()).toBe(1);
        checkKeyspace(engine.keyspace);
        expect(collect()).toBeGreaterThan(3);
        expect(pending()).toBe(0);
        run("DEL k");
        run("SET other 2");
        expect(engine.keyspace.usedBytes).toBe(usedBefore);
      },
    );

    test("is freed step by step after it has expired", () => {
      run("PEXPIRE k 10");
      const wheels = engine.keyspace.usedBytes;
      engine.advance(11);
      expect(run("EXISTS k")).toBe(":0\r\n");
      expect(engine.keyspace.usedBytes).toBeGreaterThan(wheels * 0.7);
      expect(collect()).toBeGreaterThan(3);
      // What expire times need stays.
      expect(engine.keyspace.usedBytes).toBeLessThan(usedBefore + 5000);
    });

    test("is freed step by step when the db is flushed but another one is in use", () => {
      engine.ctx.client.db = 1;
      // Two of them per shard at least, so that no shard is empty.
      for (let i = 0; i < 40; i++) run(`SET key:${i} v`);
      engine.ctx.client.db = 0;
      expect(run("FLUSHDB")).toBe("+OK\r\n");
      checkKeyspace(engine.keyspace);
      expect(collect()).toBeGreaterThan(3);
      expect(engine.keyspace.totalKeys).toBe(40);
    });

    test("is given back at once when everything is flushed", () => {
      expect(run("FLUSHALL")).toBe("+OK\r\n");
      expect([engine.keyspace.usedBytes, pending()]).toEqual([0, 0]);
      checkKeyspace(engine.keyspace);
    });

    test("may be created again while the old one is being freed", () => {
      run("DEL k");
      engine.keyspace.collectGarbage(STEP);
      engine.run(command, "k", ...words);
      const length = run(
        command === "RPUSH" ? "LLEN k" : `${command[0]}${command === "HSET" ? "LEN" : "CARD"} k`,
      );
      collect();
      expect(
        run(command === "RPUSH" ? "LLEN k" : `${command[0]}${command === "HSET" ? "LEN" : "CARD"} k`),
      ).toBe(length);
    });
  });
}

describe("values in shards of other keys", () => {
  /** Keys whose values lie where they were created: in any shard. */
  function entangle(): void {
    for (const [i, form] of COLLECTION_FORMS.entries()) {
      for (let copy = 0; copy < 8; copy++) {
        createValue(engine, `old:${i}:${copy}`, form);
        run(`RENAME old:${i}:${copy} new:${i}:${copy}`);
      }
    }
    expect(engine.keyspace.shards.every(({ entangled }) => entangled)).toBe(true);
  }

  test("are freed step by step when their db is flushed", () => {
    entangle();
    engine.ctx.client.db = 1;
    run("SET k v");
    engine.ctx.client.db = 0;
    run("FLUSHDB");
    checkKeyspace(engine.keyspace);
    expect(collect()).toBeGreaterThan(1);
    expect(engine.keyspace.totalKeys).toBe(1);
  });

  test("are given back at once when everything is flushed, and do not stand in the way later", () => {
    entangle();
    run("FLUSHALL");
    expect([engine.keyspace.usedBytes, pending()]).toEqual([0, 0]);
    expect(engine.keyspace.shards.some(({ entangled }) => entangled)).toBe(false);
    checkKeyspace(engine.keyspace);
    entangle();
    for (let i = 0; i < COLLECTION_FORMS.length; i++) expect(run(`EXISTS new:${i}:0`)).toBe(":1\r\n");
    checkKeyspace(engine.keyspace);
  });

  test("are freed no more than a step's worth at a time, though small ones are freed whole", () => {
    entangle();
    engine.ctx.client.db = 1;
    for (let i = 0; i < 40; i++) run(`SET key:${i} v`);
    engine.ctx.client.db = 0;
    run("FLUSHDB");
    // Some entries per shard, each with a small part of what it leads to: not all of the keys.
    engine.keyspace.collectGarbage(1);
    expect(checkKeyspace(engine.keyspace).garbage).toBeGreaterThan(20);
  });
});

test("memory comes back after thousands of random steps of all kinds", () => {
  const random = new Random(testSeed("reclaiming"));
  const { keyspace } = engine;
  const key = (): string => `key:${random.below(12)}`;
  for (let step = 0; step < 3000; step++) {
    engine.ctx.client.db = random.below(2);
    const kind = random.below(100);
    if (kind < 45) {
      const name = key();
      run(`UNLINK ${name}`);
      createValue(engine, name, COLLECTION_FORMS[random.below(COLLECTION_FORMS.length)]);
    } else if (kind < 60) run(`RENAME ${key()} ${key()}`);
    else if (kind < 70) run(`COPY ${key()} ${key()} REPLACE DB ${random.below(2)}`);
    else if (kind < 75) run(`MOVE ${key()} ${random.below(2)}`);
    else if (kind < 80) run(`DEL ${key()}`);
    else if (kind < 85) run(`SET ${key()} text`);
    else if (kind < 88) run(`PEXPIRE ${key()} ${random.below(50)}`);
    else if (kind < 90) engine.advance(random.below(20));
    else if (kind < 92) run("SWAPDB 0 1");
    else if (kind < 93) run(random.below(3) === 0 ? "FLUSHALL" : "FLUSHDB");
    else keyspace.collectGarbage(1 + random.below(300));
    if (step % 100 === 0) checkKeyspace(keyspace);
  }
  checkKeyspace(keyspace);
  engine.ctx.client.db = 0;
  run("FLUSHALL");
  expect([keyspace.usedBytes, pending()]).toEqual([0, 0]);
});
