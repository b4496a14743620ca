/** Values without a key, and what becomes of them: a key's, or nothing. Memory is counted to the byte. */

import { describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { copyKey } from "../../src/store/copy.ts";
import { adopt, buildDetached, discard } from "../../src/store/detached.ts";
import { digest } from "../../src/store/digest.ts";
import { type Entry, TYPE_SET } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import { KEEP_EXPIRE, NO_EXPIRE } from "../../src/store/keyspace.ts";
import * as sets from "../../src/store/set.ts";
import { Engine } from "../support/engine.ts";
import { quietServer } from "../support/quiet-server.ts";

const KEY = Buffer.from("key");
const FEW = ["1", "two", "three"];
const MANY = Array.from({ length: 500 }, (_, i) => `member ${i}`);
const SIZES: [name: string, members: string[]][] = [
  ["a packed value", FEW],
  ["a linked value", MANY],
];

/** A detached set for {@link KEY}. */
function build(engine: Engine, members: readonly string[]): Entry {
  const { keyspace } = engine;
  return buildDetached(keyspace, 0, KEY, 0, KEY.length, TYPE_SET, (set) => {
    for (const member of members) {
      const bytes = Buffer.from(member);
      sets.add(keyspace, set, bytes, 0, bytes.length);
    }
  });
}

function collect(engine: Engine): void {
  while (engine.keyspace.collectGarbage(1000));
}

/** The digest of a dataset that has just {@link KEY}, made by these requests. */
function digestAfter(...requests: (string | number)[][]): string {
  const engine = new Engine();
  for (const request of requests) engine.run(...request);
  return digest(engine.keyspace);
}

describe("a detached value", () => {
  for (const [name, members] of SIZES) {
    test(`that is discarded leaves nothing behind: ${name}`, () => {
      const engine = new Engine();
      const { usedBytes } = engine.keyspace;
      discard(build(engine, members));
      collect(engine);
      expect(engine.keyspace.usedBytes).toBe(usedBytes);
      checkKeyspace(engine.keyspace);
    });

    test(`becomes that of a key, in place of whatever the key held: ${name}`, () => {
      for (const held of [[], ["SET", "key", "text"], ["SADD", "key", ...MANY], ["HSET", "key", "f", "v"]]) {
        const engine = new Engine();
        if (held.length > 0) engine.run(...held);
        const entry = adopt(engine.keyspace, build(engine, members), 0, KEY, 0, KEY.length, NO_EXPIRE);
        expect(sets.length(entry)).toBe(members.length);
        expect(digest(engine.keyspace)).toBe(digestAfter(["SADD", "key", ...members]));
        collect(engine);
        checkKeyspace(engine.keyspace);
      }
    });

    test(`takes or keeps the expire time it is told: ${name}`, () => {
      const expireAt = 1_700_000_100_000;
      const expected = digestAfter(["SADD", "key", ...members], ["PEXPIREAT", "key", expireAt]);
      const keeping = new Engine();
      keeping.run("SADD", "key", ...MANY, "another");
      keeping.run("PEXPIREAT", "key", expireAt);
      adopt(keeping.keyspace, build(keeping, members), 0, KEY, 0, KEY.length, KEEP_EXPIRE);
      const taking = new Engine();
      adopt(taking.keyspace, build(taking, members), 0, KEY, 0, KEY.length, expireAt);
      for (const { keyspace } of [keeping, taking]) {
        expect(digest(keyspace)).toBe(expected);
        checkKeyspace(keyspace);
      }
    });
  }

  test("is given up when its elements fail, wherever they do", () => {
    for (let failing = 0; failing < 300; failing += 13) {
      const engine = new Engine();
      const { keyspace } = engine;
      const { usedBytes } = keyspace;
      const fill = (set: Entry) => {
        for (let i = 0; ; i++) {
          if (i === failing) throw new Error("no more");
          const bytes = Buffer.from(`member ${i}`);
          sets.add(keyspace, set, bytes, 0, bytes.length);
        }
      };
      expect(() => buildDetached(keyspace, 0, KEY, 0, KEY.length, TYPE_SET, fill)).toThrow("no more");
      collect(engine);
      expect(keyspace.usedBytes).toBe(usedBytes);
    }
  });

  test("is given up when memory ends while it is built or adopted, and the key is as it was", () => {
    let failures = 0;
    for (let arenaBytes = 4000; arenaBytes < 28_000; arenaBytes += 400) {
      const engine = new Engine({ shards: 1, arenaBytes });
      engine.run("SET", "key", "text");
      const before = [engine.keyspace.usedBytes, digest(engine.keyspace)];
      try {
        adopt(engine.keyspace, build(engine, MANY), 0, KEY, 0, KEY.length, engine.keyspace.nowMs + 1);
      } catch (error) {
        expect(error).toBeInstanceOf(OutOfMemoryError);
        failures++;
        collect(engine);
        expect([engine.keyspace.usedBytes, digest(engine.keyspace)]).toEqual(before);
      }
      checkKeyspace(engine.keyspace);
    }
    expect(failures).toBeGreaterThan(10);
    expect(failures).toBeLessThan(60);
  });
});

describe("a value that goes to another key", () => {
  const SOURCES: Record<string, (string | number)[][]> = {
    list: [["RPUSH", "source", ...MANY]],
    set: [["SADD", "source", ...MANY]],
    "sorted set": [["ZADD", "source", ...MANY.flatMap((member, i) => [(i * 7919) % 1000, member])]],
    hash: [
      ["HSET", "source", ...MANY.flatMap((member) => [member, "value"]), "last", "x".repeat(300)],
      ["HEXPIRE", "source", 1000, "FIELDS", 100, ...MANY.slice(0, 100)],
    ],
  };

  for (const [type, requests] of Object.entries(SOURCES)) {
    test(`is copied, or nothing has happened, however little memory there is: ${type}`, () => {
      let failures = 0;
      let copies = 0;
      for (let filler = 0; filler < 1 << 18; filler += 4000) {
        const engine = new Engine({ shards: 1, arenaBytes: 1 << 18, server: quietServer() });
        for (const request of requests) expect(engine.run(...request)).not.toStartWith("-");
        engine.run("HSET", "target", ...MANY.flatMap((member) => [member, "value"]));
        if (engine.run("SET", "filler", "x".repeat(filler)) !== "+OK\r\n") break;
        const before = [engine.keyspace.usedBytes, digest(engine.keyspace)];
        const bytes = Buffer.from("sourcetarget");
        try {
          copyKey(engine.keyspace, bytes, 0, 0, 6, 0, 6, 12);
          copies++;
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          failures++;
          collect(engine);
          expect([engine.keyspace.usedBytes, digest(engine.keyspace)]).toEqual(before);
        }
        collect(engine);
        checkKeyspace(engine.keyspace);
      }
      expect(failures).toBeGreaterThan(3);
      expect(copies).toBeGreaterThan(3);
    });

    test(`stays where it is when its key gets a name of another shard: ${type}`, () => {
      const engine = new Engine({ shards: 4, server: quietServer() });
      for (const request of requests) engine.run(...request);
      const before = engine.run("DUMP", "source");
      for (let i = 0; i < 20; i++) {
        expect(engine.run("RENAME", i === 0 ? "source" : `name ${i - 1}`, `name ${i}`)).toBe("+OK\r\n");
        checkKeyspace(engine.keyspace);
      }
      expect(engine.run("RENAME", "name 19", "source")).toBe("+OK\r\n");
      expect(engine.run("DUMP", "source")).toBe(before);
      engine.run("RENAME", "source", "other");
      engine.run("FLUSHALL");
      expect(engine.keyspace.usedBytes).toBe(0);
      checkKeyspace(engine.keyspace);
    });
  }

  test("moves between databases with the times of its fields, which go on to count", () => {
    const engine = new Engine({ shards: 2 });
    for (const request of SOURCES.hash as (string | number)[][]) engine.run(...request);
    engine.run("MOVE", "source", 3);
    engine.run("SELECT", 3);
    engine.run("SWAPDB", 3, 5);
    engine.run("SELECT", 5);
    engine.run("RENAME", "source", "elsewhere");
    checkKeyspace(engine.keyspace);
    expect(engine.run("HLEN", "elsewhere")).toBe(":501\r\n");
    engine.advance(1_000_001);
    expect(engine.run("HLEN", "elsewhere")).toBe(":401\r\n");
    engine.run("FLUSHDB");
    collect(engine);
    checkKeyspace(engine.keyspace);
  });
});

describe("a flush of one database of several", () => {
  test("frees what its keys link to in other shards, and nothing of the others", () => {
    const engine = new Engine({ shards: 4 });
    for (const db of [0, 1]) {
      engine.run("SELECT", db);
      for (let i = 0; i < 12; i++) {
        engine.run("HSET", `from ${i}`, ...MANY.flatMap((member) => [member, i]));
        engine.run("HEXPIRE", `from ${i}`, 1000 + i, "FIELDS", 1, MANY[i]);
        engine.run("RENAME", `from ${i}`, `to ${i}`);
      }
    }
    engine.run("FLUSHDB");
    checkKeyspace(engine.keyspace);
    for (let more = true; more; ) {
      more = engine.keyspace.collectGarbage(100);
      checkKeyspace(engine.keyspace);
    }
    engine.run("SELECT", 0);
    expect(engine.run("DBSIZE")).toBe(":12\r\n");
    for (let i = 0; i < 12; i++) expect(engine.run("HLEN", `to ${i}`)).toBe(":500\r\n");
    engine.run("FLUSHDB");
    expect(engine.keyspace.usedBytes).toBe(0);
  });
});
