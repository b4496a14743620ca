/** The dict against a Map from hash to records, with hashes chosen to be equal, alike and far apart. */

import { describe, expect, spyOn, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { type Cursor, Dict, SCAN_END, type Slot } from "../../src/memory/dict.ts";
import { testSeed } from "../support/seed.ts";

/** Ways to draw a hash. Few of them are what a good hash function gives; the dict must survive all. */
const HASHES: Record<string, (random: Random) => number> = {
  "spread over 32 bits": (random) => random.next32(),
  "equal in many records": (random) => [0, 1, -1, 0x7fffffff, -0x80000000, 0x12345678][random.below(6)],
  "alike in the first bits": (random) => 0xabcde000 | random.below(1 << 13) | 0,
  "alike in the last bits": (random) => random.next32() & 0xfff00000,
  "in two far groups": (random) => (random.below(2) === 0 ? random.below(3000) : -1 - random.below(3000)),
};

/** Changes while one scan goes on: a scan of a record at a time has many calls. */
const CHANGES_MAX = 10_000;

/** Draws 200 records for each there is: a chi-square test that fails about once in a million times. */
function expectEquallyOften(model: Model, random: Random): void {
  const size = model.records.length;
  const expected = 200;
  const drawn = new Map<number, number>();
  for (let i = 0; i < size * expected; i++) {
    const record = model.dict.random(model.root, random);
    drawn.set(record, (drawn.get(record) ?? 0) + 1);
  }
  expect([...drawn.keys()].sort(ascending)).toEqual([...model.records].sort(ascending));
  let chiSquare = 0;
  for (const times of drawn.values()) chiSquare += (times - expected) ** 2 / expected;
  expect(chiSquare).toBeLessThan(size + 6 * Math.sqrt(2 * size) + 10);
}

/** A dict, its records (blocks that hold their hash) and what should be in it. */
class Model {
  readonly arena: Arena;
  readonly dict: Dict;
  readonly root: number;
  readonly byHash = new Map<number, number[]>();
  readonly records: number[] = [];

  constructor(bytes: number) {
    this.arena = new Arena(new SharedArrayBuffer(bytes));
    this.dict = new Dict(this.arena);
    this.root = this.dict.create();
  }

  hashOf = (record: number): number => this.arena.words[record >> 2];

  /** False when the arena is full. */
  insert(hash: number): boolean {
    const record = this.arena.allocate(12);
    if (record === 0) return false;
    this.arena.words[record >> 2] = hash;
    const slot = this.dict.insert(this.root, hash, record);
    if (slot === 0) {
      this.arena.free(record);
      return false;
    }
    expect(this.dict.recordAt(slot)).toBe(record);
    this.arena.words[(record >> 2) + 1] = this.records.length;
    this.records.push(record);
    this.byHash.set(hash, [...(this.byHash.get(hash) ?? []), record]);
    return true;
  }

  slotsOf(hash: number): Slot[] {
    const slots: Slot[] = [];
    for (let slot = this.dict.find(this.root, hash); slot !== 0; slot = this.dict.next(slot))
      slots.push(slot);
    return slots;
  }

  slotOf(record: number): Slot {
    const slot = this.slotsOf(this.hashOf(record)).find((found) => this.dict.recordAt(found) === record);
    if (slot === undefined) throw new Error(`the record at ${record} is not found`);
    return slot;
  }

  removeAny(random: Random): void {
    this.remove(this.records[random.below(this.records.length)]);
  }

  remove(record: number): void {
    const hash = this.hashOf(record);
    this.dict.remove(this.root, hash, this.slotOf(record));
    this.forget(record);
    this.arena.free(record);
  }

  replaceAny(random: Random): void {
    const record = this.records[random.below(this.records.length)];
    const fresh = this.arena.allocate(12);
    if (fresh === 0) return;
    const hash = this.hashOf(record);
    this.arena.words[fresh >> 2] = hash;
    this.dict.replaceAt(this.slotOf(record), fresh);
    const others = this.forget(record);
    this.arena.free(record);
    this.arena.words[(fresh >> 2) + 1] = this.records.length;
    this.records.push(fresh);
    this.byHash.set(hash, [...others, fresh]);
  }

  /** Takes a record out of the model, not out of the dict; returns the others of its hash. */
  private forget(record: number): number[] {
    const hash = this.hashOf(record);
    const index = this.arena.words[(record >> 2) + 1];
    const last = this.records[this.records.length - 1];
    this.records[index] = last;
    this.arena.words[(last >> 2) + 1] = index;
    this.records.pop();
    const others = (this.byHash.get(hash) as number[]).filter((other) => other !== record);
    if (others.length > 0) this.byHash.set(hash, others);
    else this.byHash.delete(hash);
    return others;
  }

  expectFound(hash: number): void {
    const found = this.slotsOf(hash).map((slot) => this.dict.recordAt(slot));
    expect(found.sort(ascending)).toEqual([...(this.byHash.get(hash) ?? [])].sort(ascending));
  }

  scanAll(limit: number, between: () => void = () => {}): number[] {
    const found: number[] = [];
    for (let cursor: Cursor = 0; cursor < SCAN_END; ) {
      const some: number[] = [];
      const next = this.dict.scan(this.root, cursor, limit, some);
      expect(next).toBeGreaterThan(cursor);
      found.push(...some);
      cursor = next;
      between();
    }
    return found;
  }

  check(): void {
    this.dict.check(this.root, this.hashOf);
    expect(this.dict.count(this.root)).toBe(this.records.length);
    let used = this.dict.bytesOf(this.root);
    for (const record of this.records) used += this.arena.blockBytesOf(record);
    expect(this.arena.used).toBe(used);
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

describe("dict", () => {
  for (const [name, hashOf] of Object.entries(HASHES)) {
    test(`inserts, removes and replacements agree with a Map, hashes being ${name}`, () => {
      const random = new Random(testSeed(`dict: ${name}`));
      const model = new Model(8 << 20);
      const equal = name === "equal in many records";
      const steps = equal ? 6000 : 24_000;
      for (let step = 0; step < steps; step++) {
        const growing = Math.floor((step * 6) / steps) % 2 === 0;
        const dice = random.below(10);
        if (model.records.length === 0 || dice < (growing ? 7 : 1))
          expect(model.insert(hashOf(random))).toBe(true);
        else if (dice < 8) model.removeAny(random);
        else if (dice < 9) model.replaceAny(random);
        else model.expectFound(hashOf(random));
        if (step % 300 === 0 || step < 300) model.check();
      }
      model.arena.check();
      expect(model.scanAll(10).sort(ascending)).toEqual([...model.records].sort(ascending));
      while (model.records.length > 0) model.removeAny(random);
      model.check();
      model.dict.destroy(model.root);
      expect(model.arena.used).toBe(0);
    });

    test(`a scan returns what was there all along, whatever came and went, hashes being ${name}`, () => {
      const random = new Random(testSeed(`dict scan: ${name}`));
      for (let round = 0; round < 6; round++) {
        const model = new Model(8 << 20);
        const start = random.below(4000);
        for (let i = 0; i < start; i++) model.insert(hashOf(random));
        const staying = new Set(model.records);
        // Rounds in which the dict grows, shrinks and stays, in calls of 1 to 64 records.
        let changes = 0;
        const change = () => {
          for (let i = random.below(120); i > 0 && changes < CHANGES_MAX; i--, changes++) {
            if (model.records.length === 0 || random.below(3) < round % 3) {
              if (model.records.length < 6000) model.insert(hashOf(random));
            } else {
              const record = model.records[random.below(model.records.length)];
              staying.delete(record);
              model.remove(record);
            }
          }
        };
        const found = new Set(model.scanAll(1 + random.below(64), change));
        for (const record of staying) expect(found.has(record)).toBe(true);
        model.check();
      }
    });
  }

  test("a scan without changes returns every record once, in the order of unsigned hashes", () => {
    const random = new Random(testSeed("dict: order"));
    const model = new Model(8 << 20);
    for (let i = 0; i < 20_000; i++) model.insert(random.below(4) === 0 ? random.below(99) : random.next32());
    const found = model.scanAll(7);
    const hashes = found.map((record) => model.hashOf(record) >>> 0);
    expect(hashes).toEqual([...hashes].sort(ascending));
    expect(found.length).toBe(model.records.length);
    expect(new Set(found).size).toBe(found.length);
  });

  test("records of one hash are returned together, so that a cursor never points into them", () => {
    const model = new Model(1 << 20);
    for (let i = 0; i < 50; i++) model.insert(7);
    model.insert(9);
    const records: number[] = [];
    const next = model.dict.scan(model.root, 0, 10, records);
    expect(records.length).toBe(50);
    expect(next).toBe(8);
  });

  test("random records are of the dict, all of them and equally often", () => {
    const random = new Random(testSeed("dict: random"));
    for (const size of [1, 5, 100, 3000]) {
      const model = new Model(1 << 20);
      expect(model.dict.random(model.root, random)).toBe(0);
      for (let i = 0; i < size; i++) model.insert(random.next32());
      expectEquallyOften(model, random);
    }
  });

  test("random records are drawn equally often where some segments are sparse and some are full", () => {
    const random = new Random(testSeed("dict: random, uneven"));
    const model = new Model(1 << 20);
    // So many that about half of the segments have just been split.
    for (let i = 0; i < 7100; i++) model.insert(random.next32());
    // Segments of the upper half of all hashes keep a good quarter of what they hold, so that few are merged.
    for (const record of [...model.records])
      if (model.hashOf(record) < 0 && random.below(100) < 70) model.remove(record);
    expectEquallyOften(model, random);
  });

  test("the slot of a random record is told, and what it is filed under", () => {
    const random = new Random(testSeed("dict: drawn"));
    const model = new Model(1 << 20);
    const { dict, root } = model;
    for (let i = 0; i < 3000; i++) model.insert(random.next32());
    for (let i = 0; i < 1000; i++) {
      const record = dict.random(root, random);
      expect(dict.drawn).not.toBe(0);
      expect(dict.recordAt(dict.drawn)).toBe(record);
      expect(dict.hashAt(dict.drawn)).toBe(model.hashOf(record));
      expect(dict.slotOf(root, model.hashOf(record), record)).toBe(dict.drawn);
    }
  });

  test("a record is found among others of its hash, and one that is not filed is a fault", () => {
    const model = new Model(1 << 16);
    const { dict, root, records } = model;
    for (let i = 0; i < 5; i++) model.insert(7);
    for (const record of records) expect(dict.recordAt(dict.slotOf(root, 7, record))).toBe(record);
    expect(() => dict.slotOf(root, 7, 8)).toThrow("is not filed");
    expect(() => dict.removeRecord(root, 9, records[0])).toThrow("is not filed");
    model.check();
  });

  test("random finds the only record that is left of many", () => {
    const random = new Random(testSeed("dict: last record"));
    const model = new Model(8 << 20);
    for (let i = 0; i < 10_000; i++) model.insert(random.next32());
    while (model.records.length > 1) model.removeAny(random);
    for (let i = 0; i < 50; i++) expect(model.dict.random(model.root, random)).toBe(model.records[0]);
  });

  test("what is left of many records takes little more than a quarter full segments do", () => {
    const random = new Random(testSeed("dict: shrinking"));
    const model = new Model(8 << 20);
    for (let i = 0; i < 40_000; i++) model.insert(random.next32());
    while (model.records.length > 4_000) model.removeAny(random);
    expect(model.dict.bytesOf(model.root) / model.records.length).toBeLessThan(8 * 4.5);
  });

  test("removing in the order of the hashes tries to shrink now and then only", () => {
    const random = new Random(testSeed("dict: removal in order"));
    const model = new Model(8 << 20);
    for (let i = 0; i < 10_000; i++) model.insert(random.next32());
    const inOrder = [...model.records].sort((a, b) => (model.hashOf(a) >>> 0) - (model.hashOf(b) >>> 0));
    const allocate = spyOn(model.arena, "allocate");
    for (const record of inOrder) model.remove(record);
    expect(allocate.mock.calls.length).toBeLessThan(10_000 / 8);
    model.dict.check(model.root, model.hashOf);
  });

  test("a million records take at most 12 bytes each, and give all but a little back when removed", () => {
    const random = new Random(testSeed("dict: million"));
    const arena = new Arena(new SharedArrayBuffer(64 << 20));
    const dict = new Dict(arena);
    const root = dict.create();
    const hashes = new Int32Array(1e6);
    for (let i = 0; i < hashes.length; i++) {
      hashes[i] = random.next32();
      expect(dict.insert(root, hashes[i], i + 1) === 0).toBe(false);
    }
    expect(dict.bytesOf(root) / hashes.length).toBeLessThanOrEqual(12);
    for (let i = 0; i < hashes.length; i++) {
      const hash = hashes[i];
      let slot = dict.find(root, hash);
      while (dict.recordAt(slot) !== i + 1) slot = dict.next(slot);
      dict.remove(root, hash, slot);
      if (i === hashes.length >> 1) expect(dict.bytesOf(root) / (hashes.length - i)).toBeLessThanOrEqual(24);
    }
    expect(dict.count(root)).toBe(0);
    expect(dict.bytesOf(root)).toBeLessThan(4096);
    arena.check();
  });

  test("removing in the order of hashes, or backwards, gives the memory back too", () => {
    for (const direction of [1, -1]) {
      const random = new Random(testSeed("dict: in order"));
      const model = new Model(16 << 20);
      for (let i = 0; i < 100_000; i++) model.insert(random.next32());
      const records = model.scanAll(1000);
      if (direction < 0) records.reverse();
      for (const record of records) model.remove(record);
      model.check();
      expect(model.dict.bytesOf(model.root)).toBeLessThan(4096);
    }
  });

  test("an insert that finds the arena full leaves the dict whole, and no memory is lost", () => {
    const random = new Random(testSeed("dict: full arena"));
    let refusals = 0;
    for (let round = 0; round < 25; round++) {
      const model = new Model(4096 + random.below(8000) * 8);
      const hashOf = Object.values(HASHES)[round % 5];
      // Blocks of other sizes make the arena full at many different moments of a split.
      const fillers: number[] = [];
      for (let step = 0; step < 2000; step++) {
        if (!model.insert(hashOf(random))) {
          refusals++;
          model.dict.check(model.root, model.hashOf);
          expect(model.dict.count(model.root)).toBe(model.records.length);
          if (fillers.length > 0) model.arena.free(fillers.pop() as number);
          else if (model.records.length > 0) model.removeAny(random);
        } else if (random.below(100) === 0) {
          const filler = model.arena.allocate(random.below(3000));
          if (filler !== 0) fillers.push(filler);
        }
      }
      for (const filler of fillers) model.arena.free(filler);
      model.check();
      for (const hash of model.byHash.keys()) model.expectFound(hash);
      while (model.records.length > 0) model.removeAny(random);
      model.check();
      expect(model.dict.bytesOf(model.root)).toBeLessThan(1024);
    }
    expect(refusals).toBeGreaterThan(50);
  });

  test("a split that fails for want of memory leaves every byte where it was", () => {
    const random = new Random(testSeed("dict: failed split"));
    // Whatever is left free, from nothing to enough for two halves and the directory, in steps of a block.
    let failed = 0;
    for (let left = 0; left < 16_000; left += 200) {
      const model = new Model(64 << 10);
      while (model.dict.bytesOf(model.root) < 8000) model.insert(random.next32());
      // Full to the last record that the one segment of 1024 slots takes.
      while (model.records.length < 896) model.insert(random.next32());
      const fillers: number[] = [];
      for (let size = 32 << 10; size >= 16; ) {
        const filler = model.arena.allocate(size);
        if (filler === 0) size >>= 1;
        else fillers.push(filler);
      }
      const record = fillers.pop() as number;
      let freed = 0;
      while (freed < left) {
        const filler = fillers.shift() as number;
        const keep = Math.max(0, model.arena.capacityOf(filler) - (left - freed));
        freed += model.arena.blockBytesOf(filler);
        if (keep < 16) model.arena.free(filler);
        else model.arena.resizeInPlace(filler, keep);
      }
      const before = model.arena.used;
      if (model.dict.insert(model.root, random.next32(), record) === 0) {
        failed++;
        expect(model.arena.used).toBe(before);
      }
      model.arena.check();
    }
    expect(failed).toBeGreaterThan(10);
    expect(failed).toBeLessThan(80);
  });

  test("creating a dict in a full arena fails and takes nothing", () => {
    const arena = new Arena(new SharedArrayBuffer(128));
    arena.allocate(60);
    const { used } = arena;
    expect(new Dict(arena).create()).toBe(0);
    expect(arena.used).toBe(used);
    arena.check();
  });
});
