/**
 * What holds for every command, seen at random requests of all kinds in a dataset that has hardly any room: an error
 * changes nothing, every change of a key is announced to those who watch it, and a collection that comes to be to
 * those who wait for one.
 */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { digestValue } from "../../src/store/digest.ts";
import { type Entry, TYPE_NAMES, TYPE_STRING } from "../../src/store/entry.ts";
import type { KeyListener, Keyspace } from "../../src/store/keyspace.ts";
import { scanKeys } from "../../src/store/keyspace-scan.ts";
import { valueTypeOf } from "../../src/store/value-types.ts";
import { randomStream } from "../compat/streams/stream.ts";
import { Engine } from "../support/engine.ts";
import { quietServer } from "../support/quiet-server.ts";
import { testSeed } from "../support/seed.ts";

const DATASETS = 12;
const REQUESTS = 400;
const ARENA_BYTES = 50_000;
/** They announce what they do to whole databases, or do what other commands do. */
const OF_MANY_KEYS = ["FLUSHALL", "FLUSHDB", "SWAPDB", "EXEC"];
/** They are about the connection, or the process. */
const LEFT_OUT = ["CLIENT", "DEBUG", "QUIT", "RESET", "SHUTDOWN"];

class Recorder implements KeyListener {
  readonly changes = new Set<string>();
  readonly creations = new Set<string>();

  changed(db: number, bytes: Buffer, start: number, end: number): void {
    this.changes.add(nameOf(db, bytes, start, end));
  }

  created(db: number, bytes: Buffer, start: number, end: number): void {
    this.creations.add(nameOf(db, bytes, start, end));
  }

  clear(): void {
    this.changes.clear();
    this.creations.clear();
  }
}

function nameOf(db: number, bytes: Buffer, start: number, end: number): string {
  return `${db}:${bytes.toString("latin1", start, end)}`;
}

/** Type, number of elements, digest and expire time of every key. */
function snapshot(keyspace: Keyspace): Map<string, string> {
  const keys = new Map<string, string>();
  for (let db = 0; db < keyspace.databases; db++) {
    let cursor = 0;
    do {
      cursor = scanKeys(keyspace, db, cursor, 1000, (entry) => {
        keys.set(nameOf(db, entry.bytes, entry.keyStart, entry.valueStart), describeEntry(keyspace, entry));
      });
    } while (cursor !== 0);
  }
  return keys;
}

function describeEntry(keyspace: Keyspace, entry: Entry): string {
  const length = entry.type === TYPE_STRING ? "" : valueTypeOf(entry).length(keyspace, entry);
  const expireAt = entry.expires ? entry.expireAtMsExact : "never";
  return `${TYPE_NAMES[entry.type]} ${length} ${digestValue(keyspace, entry).toString("hex")} ${expireAt}`;
}

function typeIn(description: string | undefined): string | undefined {
  return description?.split(" ")[0];
}

/** What is wrong with a request that changed `before` to `after`. */
function faults(
  name: string,
  reply: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  { changes, creations }: Recorder,
): string[] {
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (k) => before.get(k) !== after.get(k),
  );
  if (reply.startsWith("-")) return changed.map((key) => `an error changes ${key}`);
  if (OF_MANY_KEYS.includes(name)) return [];
  const types = (key: string) => [typeIn(before.get(key)), typeIn(after.get(key))];
  const comes = changed.filter((key) => {
    const [was, is] = types(key);
    return is !== undefined && is !== "string" && is !== was;
  });
  return [
    ...changed.filter((key) => !changes.has(key)).map((key) => `the change of ${key} is not announced`),
    ...comes.filter((key) => !creations.has(key)).map((key) => `the coming of ${key} is not announced`),
  ];
}

function playTo(engine: Engine, recorder: Recorder, random: Random, seed: number): void {
  const { keyspace } = engine;
  const requests = randomStream(seed, REQUESTS).ops.flat();
  for (const { argv } of requests) {
    const name = argv?.[0]?.toString().toUpperCase() ?? "CLIENT";
    if (LEFT_OUT.includes(name)) continue;
    engine.advance(random.below(20));
    // The first one frees what has expired, which is no change by the request.
    snapshot(keyspace);
    const before = snapshot(keyspace);
    recorder.clear();
    const reply = engine.run(...argv);
    const found = faults(name, reply, before, snapshot(keyspace), recorder);
    if (found.length > 0) expect({ seed, request: argv.map(String), reply, found }).toBeNull();
    checkKeyspace(keyspace);
    if (random.below(10) === 0) keyspace.collectGarbage(64);
  }
}

describe("random requests in a small memory", () => {
  test("an error changes nothing, and every change is announced", () => {
    const seed = testSeed("requests in a small memory");
    for (let i = 0; i < DATASETS; i++) {
      const random = new Random(seed + i);
      const engine = new Engine({
        seed,
        shards: 1 << random.below(3),
        arenaBytes: ARENA_BYTES,
        server: quietServer(),
      });
      const { limits } = engine.keyspace;
      if (random.below(2) === 0) {
        limits.hashEntries = limits.zsetEntries = limits.setEntries = limits.intsetEntries = 3;
        limits.listSize = 2;
      }
      const recorder = new Recorder();
      // Whoever begins or ends to listen within a stream does not change that.
      Object.defineProperty(engine.keyspace, "listener", { get: () => recorder, set() {} });
      playTo(engine, recorder, random, seed + i);
    }
  }, 60_000);
});
