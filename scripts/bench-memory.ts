/**
 * Micro-benchmarks of the memory structures and the keyspace on them.
 *
 *     bun run bench:memory                     all parts, less than two minutes
 *     bun run bench:memory arena dict ...      some of: arena dict tree list wheel keyspace fragmentation growth
 *
 * Times are nanoseconds of one operation, the median of the rounds. On a machine that does other work too,
 * only ratios within one run mean something.
 */

import { Random } from "../src/base/random.ts";
import { SipHasher } from "../src/base/siphash.ts";
import { Arena, reserveArena } from "../src/memory/arena.ts";
import { ChunkedList } from "../src/memory/chunked-list.ts";
import { Dict, SCAN_END } from "../src/memory/dict.ts";
import { ListCursor } from "../src/memory/list-cursor.ts";
import { OrderedTree, TreeCursor } from "../src/memory/ordered-tree.ts";
import { NewElement, PackedView } from "../src/memory/packed.ts";
import { TimingWheel, WHEEL_BUSY, WHEEL_NODE_BYTES } from "../src/memory/timing-wheel.ts";
import { expireDueKeys } from "../src/store/expire.ts";
import { Keyspace, NO_EXPIRE } from "../src/store/keyspace.ts";
import { EncodingLimits } from "../src/store/limits.ts";
import * as strings from "../src/store/string.ts";

const ROUNDS = 5;
const SEED = 42;
const START_MS = 1_700_000_000_000;
const MIB = 1 << 20;

const PARTS: Record<string, () => void> = {
  arena: benchArena,
  dict: benchDict,
  tree: benchTree,
  list: benchList,
  wheel: benchWheel,
  keyspace: benchKeyspace,
  fragmentation: benchFragmentation,
  growth: benchGrowth,
};

/** Collects the times of the rounds by operation, in the order of their first occurrence. */
class Times {
  private readonly byName = new Map<string, number[]>();

  /** Runs `work`, which does `count` operations. */
  measure(name: string, count: number, work: () => void): void {
    const start = performance.now();
    work();
    const nanoseconds = ((performance.now() - start) * 1e6) / count;
    const times = this.byName.get(name);
    if (times === undefined) this.byName.set(name, [nanoseconds]);
    else times.push(nanoseconds);
  }

  print(): void {
    for (const [name, times] of this.byName) {
      times.sort((a, b) => a - b);
      row(name, `${times[times.length >> 1].toFixed(1)} ns`, `best ${times[0].toFixed(1)}`);
    }
  }
}

function row(name: string, ...columns: string[]): void {
  console.log(`  ${name.padEnd(44)}${columns.map((column) => column.padStart(16)).join("")}`);
}

/** The numbers from 0 to `count` - 1 in random order. */
function shuffled(count: number, random: Random): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const j = random.below(i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

function benchArena(): void {
  const times = new Times();
  const count = 200_000;
  const arena = reserveArena(256 * MIB);
  const offsets = new Int32Array(count);
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    const sizes = new Int32Array(count).map(() => 16 + random.below(241));
    const order = shuffled(count, random);
    arena.reset();
    times.measure("allocate from an empty arena", count, () => {
      for (let i = 0; i < count; i++) offsets[i] = arena.allocate(sizes[i]);
    });
    times.measure("free one and allocate another, 200 k live", count, () => {
      for (let i = 0; i < count; i++) {
        const at = order[i];
        arena.free(offsets[at]);
        offsets[at] = arena.allocate(sizes[i]);
      }
    });
    times.measure("resize in place, a little up or down", count, () => {
      for (let i = 0; i < count; i++) arena.resizeInPlace(offsets[i], sizes[order[i]]);
    });
    times.measure("free in random order", count, () => {
      for (let i = 0; i < count; i++) arena.free(offsets[order[i]]);
    });
  }
  times.print();
}

function benchDict(): void {
  for (const count of [100_000, 1_000_000]) benchDictOf(count);
}

function benchDictOf(count: number): void {
  const times = new Times();
  const arena = reserveArena(256 * MIB);
  const dict = new Dict(arena);
  const name = (operation: string) => `${operation}, ${count / 1000} k records`;
  let bytes = 0;
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    const hashes = new Int32Array(count).map(() => random.next32());
    const others = new Int32Array(count).map(() => random.next32());
    const order = shuffled(count, random);
    arena.reset();
    const root = dict.create();
    times.measure(name("insert"), count, () => {
      for (let i = 0; i < count; i++) dict.insert(root, hashes[i], i + 1);
    });
    bytes = dict.bytesOf(root);
    times.measure(name("find"), count, () => {
      for (let i = 0; i < count; i++) if (dict.find(root, hashes[order[i]]) !== 0) found++;
    });
    times.measure(name("miss"), count, () => {
      for (let i = 0; i < count; i++) if (dict.find(root, others[i]) !== 0) found++;
    });
    times.measure(name("scan, 100 a call"), count, () => {
      const records: number[] = [];
      for (let cursor = 0; cursor < SCAN_END; records.length = 0)
        cursor = dict.scan(root, cursor, 100, records);
    });
    times.measure(name("find and remove"), count, () => {
      for (let i = 0; i < count; i++) {
        const hash = hashes[order[i]];
        dict.remove(root, hash, dict.find(root, hash));
      }
    });
  }
  if (found < ROUNDS * count) throw new Error("records are missing");
  times.print();
  row(name("bytes of one"), (bytes / count).toFixed(2));
}

function benchTree(): void {
  for (const count of [100_000, 1_000_000]) benchTreeOf(count);
}

function benchTreeOf(count: number): void {
  const times = new Times();
  const bytes = new Map<string, number>();
  const arena = reserveArena(128 * MIB);
  const tree = new OrderedTree(arena, (a, b) => a - b);
  const cursor = new TreeCursor();
  const name = (operation: string) => `${operation}, ${count / 1000} k entries`;
  // The tree never looks into a record, so the bench's are no blocks but numbers.
  const removeAll = (root: number, keys: Int32Array) => {
    for (let i = 0; i < count; i++) tree.remove(root, keys[i], i, i + 1);
  };
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    const keys = new Int32Array(count).map(() => random.next32());
    const others = new Int32Array(count).map(() => random.next32());
    const order = shuffled(count, random);
    arena.reset();
    const root = tree.create();
    times.measure(name("insert"), count, () => {
      for (let i = 0; i < count; i++) tree.insert(root, keys[i], i, i + 1);
    });
    bytes.set("random inserts", tree.bytesOf(root));
    times.measure(name("rank"), count, () => {
      for (let i = 0; i < count; i++) tree.rank(root, keys[i], i, i + 1);
    });
    times.measure(name("seek by rank"), count, () => {
      for (let i = 0; i < count; i++) tree.seek(root, order[i], cursor);
    });
    times.measure(name("next"), count, () => {
      for (tree.seek(root, 0, cursor); cursor.valid; ) tree.next(cursor);
    });
    times.measure(name("remove and insert elsewhere"), count, () => {
      for (let i = 0; i < count; i++) {
        tree.remove(root, keys[i], i, i + 1);
        tree.insert(root, others[i], i, i + 1);
      }
    });
    bytes.set("moves", tree.bytesOf(root));
    times.measure(name("remove"), count, () => removeAll(root, others));
    const ascending = keys.sort();
    times.measure(name("insert ascending"), count, () => {
      for (let i = 0; i < count; i++) tree.insert(root, ascending[i], i, i + 1);
    });
    bytes.set("ascending inserts", tree.bytesOf(root));
    times.measure(name("remove from the front"), count, () => removeAll(root, ascending));
  }
  times.print();
  for (const [after, total] of bytes) row(name(`bytes after ${after}`), (total / count).toFixed(2));
}

/** Chunks of 8 KiB, as lists have them unless they are told otherwise. */
const LIST_BOUNDS = new EncodingLimits().listChunk;

function benchList(): void {
  for (const size of [3, 16, 200]) benchListOf(size);
  const arena = reserveArena(64 * MIB);
  const list = new ChunkedList(arena);
  for (const count of [10, 100, 1000, 100_000]) {
    arena.reset();
    const root = list.create();
    pushAll(list, root, count, 16, false);
    row(`bytes of one of ${count} elements of 16 bytes`, (list.bytesOf(root) / count).toFixed(2));
  }
}

function benchListOf(size: number): void {
  const times = new Times();
  const count = 300_000;
  const arena = reserveArena(128 * MIB);
  const list = new ChunkedList(arena);
  const cursor = new ListCursor();
  const view = new PackedView();
  const name = (operation: string) => `${operation}, ${size} bytes`;
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    arena.reset();
    const root = list.create();
    const popAll = (atFront: boolean) => {
      for (let i = 0; i < count; i++) list.pop(root, atFront, LIST_BOUNDS);
    };
    times.measure(name("push at the back"), count, () => pushAll(list, root, count, size, false));
    times.measure(name("pop from the front"), count, () => popAll(true));
    times.measure(name("push at the front"), count, () => pushAll(list, root, count, size, true));
    times.measure(name("read one after the other"), count, () => {
      list.first(root, cursor);
      for (let i = 0; i < count; i++) cursor.next(view);
    });
    times.measure(name("seek one of 300 k"), 1000, () => {
      for (let i = 0; i < 1000; i++) list.seek(root, random.below(count), cursor);
    });
    times.measure(name("pop from the back"), count, () => popAll(false));
  }
  times.print();
}

function pushAll(list: ChunkedList, root: number, count: number, size: number, atFront: boolean): void {
  const bytes = Buffer.alloc(size, "element ");
  const element = new NewElement();
  for (let i = 0; i < count; i++) list.push(root, element.point(bytes, 0, size), atFront, LIST_BOUNDS);
}

function benchWheel(): void {
  const times = new Times();
  const count = 500_000;
  const arena = reserveArena(64 * MIB);
  const wheel = new TimingWheel(arena, 0);
  const records = new Int32Array(count);
  for (let round = 0; round < ROUNDS; round++) {
    const random = new Random(SEED + round);
    const order = shuffled(count, random);
    arena.reset();
    const root = wheel.create(START_MS);
    for (let i = 0; i < count; i++) {
      records[i] = arena.allocate(WHEEL_NODE_BYTES);
      wheel.setTime(records[i], START_MS + random.below(3_600_000));
    }
    const addAll = () => {
      for (let i = 0; i < count; i++) wheel.add(root, records[order[i]]);
    };
    times.measure("add, times within an hour", count, addAll);
    times.measure("remove in another order", count, () => {
      for (let i = 0; i < count; i++) wheel.remove(root, records[i]);
    });
    addAll();
    let taken = 0;
    times.measure("take when due, a call every 100 ms, refiling included", count, () => {
      for (let now = START_MS; taken < count; now += 100) {
        for (let due = wheel.takeDue(root, now, 1000); due !== 0; due = wheel.takeDue(root, now, 1000))
          if (due !== WHEEL_BUSY) taken++;
      }
    });
  }
  times.print();
}

const KEY_BYTES = 16;
const VALUE_BYTES = 64;

/** Room for one request: a key of 16 bytes and a value of 64. */
const request = Buffer.alloc(KEY_BYTES + VALUE_BYTES, "key:0000000000000");

/** Writes the number of a key as its last twelve digits. */
function writeKey(n: number): void {
  for (let at = KEY_BYTES - 1, rest = n; at >= 4; at--) {
    const tenth = (rest / 10) | 0;
    request[at] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
}

function newKeyspace(arenaBytes: number): Keyspace {
  const keyspace = new Keyspace({
    databases: 16,
    shards: 16,
    hasher: new SipHasher(SEED, ~SEED),
    random: new Random(SEED),
    reserveArena: () => reserveArena(arenaBytes),
  });
  keyspace.setNow(START_MS);
  return keyspace;
}

function set(keyspace: Keyspace, n: number, expireAt: number): void {
  writeKey(n);
  strings.set(keyspace, 0, request, 0, KEY_BYTES, KEY_BYTES, KEY_BYTES + VALUE_BYTES, expireAt);
}

function benchKeyspace(): void {
  const times = new Times();
  const count = 1_000_000;
  const keyspace = newKeyspace(128 * MIB);
  let bytes = 0;
  let expiringBytes = 0;
  for (let round = 0; round < 3; round++) {
    const order = shuffled(count, new Random(SEED + round));
    times.measure("write a key's digits (in all that follow)", count, () => {
      for (let i = 0; i < count; i++) writeKey(order[i]);
    });
    times.measure("set a new key", count, () => {
      for (let i = 0; i < count; i++) set(keyspace, order[i], NO_EXPIRE);
    });
    bytes = keyspace.usedBytes;
    times.measure("set an existing key", count, () => {
      for (let i = 0; i < count; i++) set(keyspace, i, NO_EXPIRE);
    });
    times.measure("read a key", count, () => {
      for (let i = 0; i < count; i++) {
        writeKey(i);
        keyspace.read(0, request, 0, KEY_BYTES);
      }
    });
    times.measure("read a missing key", count, () => {
      for (let i = 0; i < count; i++) {
        writeKey(count + i);
        keyspace.read(0, request, 0, KEY_BYTES);
      }
    });
    times.measure("give a key an expire time", count, () => {
      for (let i = 0; i < count; i++) {
        writeKey(order[i]);
        const entry = keyspace.find(0, request, 0, KEY_BYTES);
        if (entry !== null) keyspace.setExpire(entry, START_MS + 1000 + order[i]);
      }
    });
    expiringBytes = keyspace.usedBytes;
    times.measure("delete a key", count / 2, () => {
      for (let i = 0; i < count / 2; i++) {
        writeKey(order[i]);
        const entry = keyspace.find(0, request, 0, KEY_BYTES);
        if (entry !== null) keyspace.delete(entry);
      }
    });
    times.measure("free an expired key by the cycle", count / 2, () => {
      for (let now = START_MS; keyspace.size(0) > 0; now += 100) {
        keyspace.setNow(now);
        while (expireDueKeys(keyspace, 1000) <= 0);
      }
    });
    keyspace.flush(0);
    keyspace.setNow(START_MS);
  }
  times.print();
  row("bytes of a key, 16 + 64 bytes", (bytes / count).toFixed(1));
  row("bytes of a key with an expire time", (expiringBytes / count).toFixed(1));
}

/** Sizes to set, by the part of the run that is over, from 0 to 1. */
const DISTRIBUTIONS: Record<string, (random: Random, progress: number) => number> = {
  "uniform, 16 to 1024 bytes": (random) => 16 + random.below(1009),
  "lognormal around 100": (random) => Math.min(16_384, Math.floor(8 + Math.exp(4.5 + gauss(random)))),
  "small, 16 to 128": (random) => 16 + random.below(113),
  "ten sizes, 20 to 1000": (random) => [20, 52, 100, 132, 200, 300, 420, 600, 777, 1000][random.below(10)],
  "growing slowly, 32 to 1024": (random, progress) =>
    Math.floor(32 * 32 ** progress * (0.5 + random.float())),
  "small, large, middling by turns": (random, progress) => {
    const phase = Math.floor(progress * 10) % 3;
    if (phase === 0) return 16 + random.below(113);
    return phase === 1 ? 256 + random.below(769) : 64 + random.below(193);
  },
};

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
}

/** Ten million sets and deletes of changing sizes at constant live bytes: how far top is above used. */
function benchFragmentation(): void {
  const live = 32 * MIB;
  const steps = 1e7;
  row("10 M sets and deletes, 32 MiB live", "top/used at end", "most", "set and delete");
  for (const [name, sizeOf] of Object.entries(DISTRIBUTIONS)) {
    const random = new Random(SEED);
    const arena = new Arena(new SharedArrayBuffer(live * 4));
    const offsets: number[] = [];
    let most = 0;
    const start = performance.now();
    for (let i = 0; i < steps; i++) {
      const offset = arena.allocate(sizeOf(random, i / steps));
      if (offset === 0) throw new Error("the arena is full");
      offsets.push(offset);
      while (arena.used > live) {
        const at = random.below(offsets.length);
        arena.free(offsets[at]);
        offsets[at] = offsets[offsets.length - 1];
        offsets.pop();
      }
      if (i % 65_536 === 0) most = Math.max(most, arena.top / arena.used);
    }
    const nanoseconds = ((performance.now() - start) * 1e6) / steps;
    row(name, (arena.top / arena.used).toFixed(3), most.toFixed(3), `${nanoseconds.toFixed(0)} ns`);
  }
}

/** A keyspace grows to ten million keys in turns of 50 sets: the longest turn is what a client may wait. */
function benchGrowth(): void {
  const keys = 10_000_000;
  const perTurn = 50;
  const limitMs = 5;
  const keyspace = newKeyspace(2048 * MIB);
  const turns = new Float64Array(keys / perTurn);
  for (let turn = 0; turn < turns.length; turn++) {
    const start = performance.now();
    for (let i = 0; i < perTurn; i++) set(keyspace, turn * perTurn + i, NO_EXPIRE);
    turns[turn] = performance.now() - start;
  }
  turns.sort();
  const total = turns.reduce((sum, turn) => sum + turn, 0);
  const quantile = (part: number) => `${turns[Math.floor(turns.length * part)].toFixed(3)} ms`;
  const size = keyspace.size(0);
  if (size !== keys) throw new Error(`there are ${size} keys`);
  row("0 to 10 M keys, turns of 50 sets", `${((total * 1e6) / keys).toFixed(0)} ns a set`);
  row("median, p99, p99.99 of the turns", quantile(0.5), quantile(0.99), quantile(0.9999));
  row("longest turn", `${turns[turns.length - 1].toFixed(3)} ms`);
  row(`turns above ${limitMs} ms`, String(turns.filter((turn) => turn > limitMs).length));
  row("bytes of a key", (keyspace.usedBytes / keys).toFixed(1));
  const median = turns[turns.length >> 1];
  row("longest of as many turns that only wait", `${longestWait(turns.length, median).toFixed(3)} ms`);
}

/** What the system alone makes of turns of `milliseconds`: the longest of `count`. */
function longestWait(count: number, milliseconds: number): number {
  let longest = 0;
  for (let turn = 0; turn < count; turn++) {
    const start = performance.now();
    let now = start;
    while (now - start < milliseconds) now = performance.now();
    longest = Math.max(longest, now - start);
  }
  return longest;
}

const chosen = process.argv.slice(2);
const unknown = chosen.find((part) => !(part in PARTS));
if (unknown !== undefined) {
  console.error(`bench:memory: there is no part "${unknown}"; parts are ${Object.keys(PARTS).join(", ")}`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(PARTS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.log(name);
  bench();
}
