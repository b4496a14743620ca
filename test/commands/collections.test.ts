/** What commands on keys of any type, and those on strings, do with each form of collection. */

import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { type Entry, encodingName } from "../../src/store/entry.ts";
import { expireDueKeys } from "../../src/store/expire.ts";
import { Engine } from "../support/engine.ts";
import { elements, scanAll } from "../support/replies.ts";
import { COLLECTION_FORMS, createValue, STRING_FORM } from "../support/value-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

/** Keys enough to be in every shard. */
const NAMES = Array.from({ length: 12 }, (_, i) => `key:${i}`);

let engine: Engine;

beforeEach(() => {
  engine = new Engine({ server: { debugAllowed: () => true } });
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

function inDb(db: number, line: string): string {
  engine.ctx.client.db = db;
  const reply = run(line);
  engine.ctx.client.db = 0;
  return reply;
}

function find(key: string, db = 0): Entry | null {
  return engine.keyspace.find(db, Buffer.from(key), 0, key.length);
}

/** Type, encoding, length of the key's life and a digest of the value. */
function describeKey(key: string, db = 0): unknown {
  const entry = find(key, db);
  if (entry === null) return null;
  const { type, encoding } = entry;
  return { type, encoding, ttl: inDb(db, `PTTL ${key}`), value: inDb(db, `DEBUG DIGEST-VALUE ${key}`) };
}

/** Frees all garbage; then everything that memory is used for must be known. */
function settle(): void {
  while (engine.keyspace.collectGarbage(1000)) checkKeyspace(engine.keyspace);
  checkKeyspace(engine.keyspace);
}

const ALL_FORMS = [...COLLECTION_FORMS, STRING_FORM];

/** Commands that look at the key k, or at all keys. */
const ASKING = [
  ...[
    "GET k",
    "TYPE k",
    "TTL k",
    "OBJECT ENCODING k",
    "COPY k other",
    "RENAME k other",
    "MOVE k 1",
    "SCAN 0",
  ],
  ...[
    "KEYS *",
    "RANDOMKEY",
    "LLEN k",
    "SCARD k",
    "ZCARD k",
    "HLEN k",
    "SORT k",
    "SUNIONSTORE out k",
    "DEL k",
  ],
];

/** Commands that take the key of a string, with what follows the key. */
const STRING_COMMANDS = [
  ...[
    "APPEND k x",
    "DECR k",
    "DECRBY k 1",
    "GET k",
    "GETDEL k",
    "GETEX k EX 10",
    "GETRANGE k 0 -1",
    "GETSET k x",
  ],
  ...[
    "INCR k",
    "INCRBY k 1",
    "INCRBYFLOAT k 1",
    "SET k x GET",
    "SET k x NX GET",
    "SETRANGE k 0 x",
    "STRLEN k",
  ],
  ...["SUBSTR k 0 -1", "SETBIT k 0 1", "GETBIT k 0", "BITCOUNT k", "BITPOS k 1", "BITFIELD k GET u8 0"],
  ...["BITFIELD_RO k GET u8 0", "BITOP NOT out k", "BITOP AND out missing k", "PFADD k x", "PFCOUNT k"],
  ...["PFMERGE missing k", "PFMERGE k missing"],
];

/** Commands that take the key of a collection, by the type. */
const TYPE_COMMANDS: Record<string, readonly string[]> = {
  list: [
    "LPUSH k x",
    "RPUSHX k x",
    "LPOP k",
    "LLEN k",
    "LRANGE k 0 -1",
    "LINDEX k 0",
    "LSET k 0 x",
    "LREM k 0 x",
  ],
  set: [
    "SADD k x",
    "SREM k x",
    "SCARD k",
    "SISMEMBER k x",
    "SMEMBERS k",
    "SPOP k",
    "SRANDMEMBER k",
    "SINTER k k",
  ],
  zset: ["ZADD k 1 x", "ZREM k x", "ZCARD k", "ZSCORE k x", "ZRANGE k 0 -1", "ZRANK k x", "ZINCRBY k 1 x"],
  hash: ["HSET k f v", "HDEL k f", "HLEN k", "HGET k f", "HGETALL k", "HEXISTS k f", "HMGET k f", "HKEYS k"],
};

for (const form of COLLECTION_FORMS) {
  describe(form.name, () => {
    beforeEach(() => {
      createValue(engine, "k", form);
    });

    test("is what it should be here", () => {
      const { type, encoding } = find("k") as Entry;
      expect([type, encoding]).toEqual([form.typeCode, form.encoding]);
      checkKeyspace(engine.keyspace);
    });

    test("has a type, an encoding and one reference", () => {
      expect(run("TYPE k")).toBe(`+${form.type}\r\n`);
      expect(encodingName(form.typeCode, form.encoding)).toBe(form.encodingName);
      expect(run("OBJECT ENCODING k")).toBe(`$${form.encodingName.length}\r\n${form.encodingName}\r\n`);
      expect(run("OBJECT REFCOUNT k")).toBe(":1\r\n");
    });

    test("counts idle time from its last use, or accesses", () => {
      engine.advance(5000);
      expect(run("OBJECT IDLETIME k")).toBe(":5\r\n");
      expect(run("OBJECT FREQ k")).toStartWith("-ERR An LFU maxmemory policy is not selected");
      run("TOUCH k");
      expect(run("OBJECT IDLETIME k")).toBe(":0\r\n");
      engine.keyspace.access.lfu = true;
      expect(run("OBJECT FREQ k")).toMatch(/^:\d+\r\n$/);
      expect(run("OBJECT IDLETIME k")).toStartWith("-ERR An LFU maxmemory policy is selected");
    });

    test("is refused by commands on strings and on collections of other types, which change nothing", () => {
      run("SET out text");
      const before = digest(engine.keyspace);
      const others = Object.entries(TYPE_COMMANDS).filter(([type]) => type !== form.type);
      for (const line of [...STRING_COMMANDS, ...others.flatMap(([, lines]) => lines)])
        expect([line, run(line)]).toEqual([line, WRONG_TYPE]);
      expect(digest(engine.keyspace)).toBe(before);
      checkKeyspace(engine.keyspace);
    });

    test("is no string to MGET, and in the way of SETNX and MSETNX", () => {
      expect(run("MGET k")).toBe("*1\r\n$-1\r\n");
      expect(run("SETNX k x")).toBe(":0\r\n");
      expect(run("MSETNX other x k x")).toBe(":0\r\n");
      expect(run("SET k x NX")).toBe("$-1\r\n");
      expect(run("TYPE k")).toBe(`+${form.type}\r\n`);
      expect(run("EXISTS other")).toBe(":0\r\n");
    });

    test.each(["SET k x", "SET k x XX", "SETEX k 10 x", "MSET k x", "BITOP NOT k text", "SET k x KEEPTTL"])(
      "is replaced by %s, and its memory comes back",
      (line) => {
        run("SET text abc");
        run("DEL k");
        // Whatever an expire time needs stays there.
        run("SET k y PX 1000");
        run("PERSIST k");
        settle();
        const used = engine.keyspace.usedBytes;
        run("DEL k");
        createValue(engine, "k", form);
        run("PEXPIRE k 1000");
        expect(run(line)).toMatch(/^(\+OK|:3)\r\n$/);
        expect(run("TYPE k")).toBe("+string\r\n");
        expect(run("PTTL k")).toBe(
          line.includes("KEEPTTL") ? ":1000\r\n" : line.startsWith("SETEX") ? ":10000\r\n" : ":-1\r\n",
        );
        run("PERSIST k");
        run("SET k y");
        settle();
        expect(engine.keyspace.usedBytes).toBe(used);
      },
    );

    test("keeps value, encoding and expire time when it is renamed, whatever shard it comes to", () => {
      const before = describeKey("k");
      let from = "k";
      for (const to of NAMES) {
        createValue(engine, to, STRING_FORM);
        expect(run(`RENAME ${from} ${to}`)).toBe("+OK\r\n");
        expect([describeKey(to), find(from)]).toEqual([before, null]);
        checkKeyspace(engine.keyspace);
        from = to;
      }
      run(`PEXPIRE ${from} 1000`);
      expect(run(`RENAMENX ${from} k`)).toBe(":1\r\n");
      expect(run("PTTL k")).toBe(":1000\r\n");
      run("DEL k");
      settle();
      expect(run("DBSIZE")).toBe(":0\r\n");
    });

    test("keeps them when it is moved to another db and back", () => {
      run("PEXPIRE k 1000");
      const before = describeKey("k");
      expect(run("MOVE k 3")).toBe(":1\r\n");
      expect([find("k"), describeKey("k", 3)]).toEqual([null, before]);
      createValue(engine, "k", form);
      expect(run("MOVE k 3")).toBe(":0\r\n");
      run("DEL k");
      expect(inDb(3, "MOVE k 0")).toBe(":1\r\n");
      expect(describeKey("k")).toEqual(before);
      run("SWAPDB 0 5");
      expect(describeKey("k", 5)).toEqual(before);
      settle();
    });

    test("is copied with its expire time into any shard and db, in place of any value", () => {
      run("PEXPIRE k 1000");
      const before = describeKey("k");
      for (const [i, to] of NAMES.entries()) {
        const db = i % 3;
        engine.ctx.client.db = db;
        createValue(engine, to, ALL_FORMS[i % ALL_FORMS.length]);
        engine.ctx.client.db = 0;
        expect(run(`COPY k ${to} DB ${db}`)).toBe(":0\r\n");
        expect(run(`COPY k ${to} DB ${db} REPLACE`)).toBe(":1\r\n");
        expect(describeKey(to, db)).toEqual(before);
        checkKeyspace(engine.keyspace);
      }
      // The copies are values of their own.
      for (const [i, to] of NAMES.entries()) inDb(i % 3, `DEL ${to}`);
      expect(describeKey("k")).toEqual(before);
      settle();
    });

    test("is copied after it was renamed into another shard", () => {
      const before = describeKey("k");
      for (const name of NAMES) {
        run(`RENAME k ${name}`);
        run(`COPY ${name} k`);
        expect([describeKey(name), describeKey("k")]).toEqual([before, before]);
        run(`DEL ${name}`);
      }
      settle();
    });

    test.each(["DEL", "UNLINK"])("is deleted by %s, and its memory comes back", (command) => {
      run("DEL k");
      settle();
      const used = engine.keyspace.usedBytes;
      createValue(engine, "k", form);
      expect(engine.keyspace.usedBytes).toBeGreaterThan(used);
      expect(run(`${command} k`)).toBe(":1\r\n");
      expect(run("EXISTS k")).toBe(":0\r\n");
      settle();
      expect(engine.keyspace.usedBytes).toBe(used);
    });

    test("is gone when its time has passed, whoever asks first", () => {
      for (const line of ASKING) {
        engine = new Engine();
        createValue(engine, "k", form);
        run("PEXPIRE k 1000");
        engine.advance(1000);
        expect(run("EXISTS k")).toBe(":1\r\n");
        engine.advance(1);
        run(line);
        expect([line, run("DBSIZE"), engine.keyspace.expired]).toEqual([line, ":0\r\n", 1]);
        settle();
      }
    });

    test("is freed by the active cycle when its time has passed", () => {
      run("PEXPIRE k 1000");
      engine.advance(1001);
      expireDueKeys(engine.keyspace, 1000);
      expect(run("DBSIZE")).toBe(":0\r\n");
      settle();
      expect(engine.keyspace.expired).toBe(1);
    });

    test("is found by SCAN TYPE with its type alone, and by RANDOMKEY and KEYS", () => {
      for (const other of ALL_FORMS) if (other.type !== form.type) createValue(engine, other.command, other);
      expect(scanAll((cursor) => run(`SCAN ${cursor} TYPE ${form.type} COUNT 2`))).toEqual(["k"]);
      expect(elements(run("KEYS k"))).toEqual(["k"]);
      run("SELECT 1");
      createValue(engine, "alone", form);
      expect(run("RANDOMKEY")).toBe("$5\r\nalone\r\n");
    });

    test("has the same digest in its other forms", () => {
      for (const other of COLLECTION_FORMS) {
        createValue(engine, "other", other);
        const isSame = run("DEBUG DIGEST-VALUE k") === run("DEBUG DIGEST-VALUE other");
        expect([other.name, isSame]).toEqual([other.name, other.type === form.type]);
        run("DEL other");
      }
    });

    test("takes memory, of which MEMORY USAGE tells", () => {
      const { usedBytes } = engine.keyspace;
      const usage = Number(run("MEMORY USAGE k SAMPLES 0").slice(1));
      run("DEL k");
      settle();
      expect(Math.abs(usedBytes - engine.keyspace.usedBytes - usage)).toBeLessThan(16);
    });

    test("is carried over by DUMP and RESTORE", () => {
      const before = describeKey("k");
      const reply = engine.run("DUMP", "k");
      const payload = Buffer.from(reply.slice(reply.indexOf("\r\n") + 2, -2), "latin1");
      run("FLUSHALL");
      expect(engine.run("RESTORE", "k", 0, payload)).toBe("+OK\r\n");
      // Restored under the usual limits, so the form may be another one.
      expect((describeKey("k") as { value: string }).value).toBe((before as { value: string }).value);
      settle();
    });
  });
}
