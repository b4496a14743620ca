/** Lists against arrays, packed and linked and on the way from one to the other. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { createPacked } from "../../src/store/collection.ts";
import { copyKey, moveKey } from "../../src/store/copy.ts";
import { digest } from "../../src/store/digest.ts";
import { type Entry, TYPE_LIST } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import type { EncodingLimits } from "../../src/store/limits.ts";
import * as lists from "../../src/store/list.ts";
import { entryUsage } from "../../src/store/usage.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const KEYS = Buffer.from("key copy");
const KEY_END = 3;
const COPY_START = 4;

let keyspace: Keyspace;

beforeEach(() => {
  keyspace = new Engine().keyspace;
});

function newList(): Entry {
  return createPacked(keyspace, 0, KEYS, 0, KEY_END, TYPE_LIST);
}

function entryOf(start = 0, end = KEY_END): Entry {
  return keyspace.find(0, KEYS, start, end) as Entry;
}

const copyOf = (): Entry => entryOf(COPY_START, KEYS.length);

/** Calls a function of an element with the element's bytes in the middle of a buffer. */
function withBytes<T>(text: string, call: (bytes: Buffer, start: number, end: number) => T): T {
  const bytes = Buffer.from(`<${text}>`, "latin1");
  return call(bytes, 1, bytes.length - 1);
}

function push(entry: Entry, text: string, atFront: boolean): void {
  withBytes(text, (bytes, start, end) => lists.push(keyspace, entry, bytes, start, end, atFront));
}

function elementsOf(entry: Entry): string[] {
  const texts: string[] = [];
  lists.forEach(keyspace, entry, ({ bytes, start, end }) => texts.push(bytes.toString("latin1", start, end)));
  return texts;
}

/** A list and what should be in it. */
class Model {
  items: string[] = [];
  outOfMemory = 0;

  constructor(readonly random: Random) {}

  /** One random change of the list, or its creation. */
  step(lengthMax: number): void {
    const { random } = this;
    const text = this.text(lengthMax);
    if (this.items.length === 0) {
      this.create(text);
      return;
    }
    const entry = entryOf();
    const index = random.below(this.items.length);
    const atFront = random.below(2) === 0;
    if (random.below(10) === 0) keyspace.compressLists(1 + random.below(3));
    const dice = random.below(100);
    if (dice < 40) this.push(entry, text, atFront);
    else if (dice < 52) this.insert(entry, index, text, atFront);
    else if (dice < 64) this.replace(entry, index, text);
    else if (dice < 80) this.pop(entry, atFront);
    else if (dice < 95) this.removeEqual(entry, text, 1 + random.below(3), atFront);
    else if (dice < 96 && random.below(4) === 0) this.removeEnd(entry, index, atFront);
    else this.look(entry, index, atFront);
    this.dropIfEmpty();
  }

  compare(): void {
    checkKeyspace(keyspace);
    const entry = entryOf();
    expect(entry === null ? [] : elementsOf(entry)).toEqual(this.items);
    if (entry !== null) expect(lists.length(entry)).toBe(this.items.length);
  }

  private create(text: string): void {
    this.attempt(() => newList());
    const entry = entryOf();
    if (entry === null) return;
    this.push(entry, text, true);
    this.dropIfEmpty();
  }

  private dropIfEmpty(): void {
    if (this.items.length === 0 && entryOf() !== null) keyspace.delete(entryOf());
  }

  private push(entry: Entry, text: string, atFront: boolean): void {
    if (!this.attempt(() => push(entry, text, atFront))) return;
    if (atFront) this.items.unshift(text);
    else this.items.push(text);
  }

  private insert(entry: Entry, index: number, text: string, after: boolean): void {
    const done = this.attempt(() => {
      const cursor = lists.seek(keyspace, entry, index);
      if (after) cursor.pass();
      withBytes(text, (bytes, start, end) => lists.insert(keyspace, entry, cursor, bytes, start, end));
    });
    if (done) this.items.splice(after ? index + 1 : index, 0, text);
  }

  private replace(entry: Entry, index: number, text: string): void {
    const done = this.attempt(() => {
      const cursor = lists.seek(keyspace, entry, index);
      withBytes(text, (bytes, start, end) => lists.replace(keyspace, entry, cursor, bytes, start, end));
    });
    if (done) this.items[index] = text;
  }

  private pop(entry: Entry, atFront: boolean): void {
    const { bytes, start, end } = lists.peek(keyspace, entry, atFront);
    const text = bytes.toString("latin1", start, end);
    lists.pop(keyspace, entry, atFront);
    expect(text).toBe((atFront ? this.items.shift() : this.items.pop()) as string);
  }

  private removeEqual(entry: Entry, text: string, limit: number, fromBack: boolean): void {
    let removed = 0;
    const done = this.attempt(() => {
      removed = withBytes(text, (bytes, start, end) =>
        lists.removeEqual(keyspace, entry, bytes, start, end, limit, fromBack),
      );
    });
    if (!done) return;
    for (let i = 0; i < removed; i++) {
      const at = fromBack ? this.items.lastIndexOf(text) : this.items.indexOf(text);
      expect(at).toBeGreaterThanOrEqual(0);
      this.items.splice(at, 1);
    }
    if (removed < limit) expect(this.items).not.toContain(text);
  }

  private removeEnd(entry: Entry, n: number, atFront: boolean): void {
    lists.removeEnd(keyspace, entry, n, atFront);
    this.items = atFront ? this.items.slice(n) : this.items.slice(0, this.items.length - n);
  }

  /** Looks for the element at `index` from one end, and reads it and the ones around it. */
  private look(entry: Entry, index: number, fromFront: boolean): void {
    const text = this.items[index];
    const wanted = fromFront
      ? this.items.indexOf(text)
      : this.items.length - 1 - this.items.lastIndexOf(text);
    const cursor = lists.enterEnd(keyspace, entry, fromFront);
    withBytes(text, (bytes, start, end) => {
      const element = keyspace.fieldElement.point(bytes, start, end);
      const limit = wanted + this.random.below(2);
      const find = () => (fromFront ? cursor.findNext(element, limit) : cursor.findPrevious(element, limit));
      expect(find()).toBe(limit > wanted ? wanted : -1);
    });
    const view = keyspace.valueView;
    const around = lists.seek(keyspace, entry, index);
    for (let i = index; i < Math.min(index + 5, this.items.length); i++) {
      around.next(view);
      expect(view.bytes.toString("latin1", view.start, view.end)).toBe(this.items[i]);
    }
    for (let i = Math.min(index + 5, this.items.length) - 1; i >= Math.max(0, index - 3); i--) {
      around.previous(view);
      expect(view.bytes.toString("latin1", view.start, view.end)).toBe(this.items[i]);
    }
  }

  /** Does it unless memory runs out; then nothing is different. */
  private attempt(change: () => void): boolean {
    try {
      change();
      return true;
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      this.outOfMemory++;
      this.compare();
      return false;
    }
  }

  private text(lengthMax: number): string {
    const { random } = this;
    const dice = random.below(10);
    if (dice < 4) return String(random.below(12) * 10 ** random.below(8) - 3);
    if (dice < 9) return `e${random.below(20)}`;
    return "x".repeat(random.below(lengthMax));
  }
}

describe("lists", () => {
  for (const [name, listSize, listAlone] of [
    ["as they are", -2, 0],
    ["of chunks of one element", 1, 0],
    ["of chunks of seven elements", 7, 0],
    ["of chunks of 64 KiB", -5, 0],
    ["with elements by themselves", -2, 20],
  ] as const) {
    test(`${name} agree with arrays under random changes`, () => {
      const model = new Model(new Random(testSeed(`lists ${name}`)));
      Object.assign(keyspace.limits, { listSize, listAlone });
      for (let i = 0; i < 3000; i++) {
        model.step(200);
        if (i % 10 === 0) model.compare();
      }
      model.compare();
    });
  }

  test("a change that finds no memory changes nothing", () => {
    const random = new Random(testSeed("lists in tiny arenas"));
    let outOfMemory = 0;
    for (const kib of [300, 350, 500]) {
      keyspace = new Engine({ shards: 1, arenaBytes: kib << 10 }).keyspace;
      keyspace.limits.listSize = -1;
      const model = new Model(random);
      for (let i = 0; i < 1500; i++) {
        model.step(100_000);
        if (i % 10 === 0) model.compare();
      }
      model.compare();
      outOfMemory += model.outOfMemory;
    }
    expect(outOfMemory).toBeGreaterThan(50);
  });

  test("at rest are compressed between the ends, which changes nothing but their size", () => {
    const entry = newList();
    for (let i = 0; i < 10_000; i++) push(entry, `element ${i}`, i % 3 === 0);
    const all = elementsOf(entry);
    const before = digest(keyspace);
    const plain = keyspace.usedBytes;
    while (keyspace.compressLists(2));
    checkKeyspace(keyspace);
    expect(keyspace.usedBytes).toBeLessThan(plain * 0.6);
    expect(elementsOf(entryOf())).toEqual(all);
    expect(digest(keyspace)).toBe(before);
    expect(lists.plainBytes(entryOf())).toBe(all.reduce((sum, text) => sum + 2 + text.length, 0));
    // At both ends they are as they were, and from there on they become so again.
    for (let i = 0; i < 4000; i++) lists.pop(keyspace, entryOf(), i % 2 === 0);
    expect(elementsOf(entryOf())).toEqual(all.slice(2000, -2000));
    checkKeyspace(keyspace);
  });

  test("keep up to 256 chunks at either end as they are, however many are asked for", () => {
    Object.assign(keyspace.limits, { listSize: 10, listCompressDepth: 2 ** 31 - 1 });
    const entry = newList();
    for (let i = 0; i < 10_000; i++) push(entry, `element ${i}`, false);
    const before = keyspace.usedBytes;
    while (keyspace.compressLists(2));
    expect(keyspace.usedBytes).toBeLessThan(before - 400 * 30);
    expect(keyspace.usedBytes).toBeGreaterThan(before * 0.5);
    checkKeyspace(keyspace);
  });

  test("are not compressed that are short, are not to be, or would gain too little", () => {
    const random = new Random(testSeed("lists that are not compressed"));
    const letters = () => Array.from({ length: 16 }, () => String.fromCharCode(random.below(256))).join("");
    const cases: [limits: Partial<EncodingLimits>, count: number, text: (i: number) => string][] = [
      [{}, 800, (i) => `element ${i}`],
      [{ listCompressDepth: 0 }, 10_000, (i) => `element ${i}`],
      [{ listCompressDepth: 20 }, 10_000, (i) => `element ${i}`],
      [{ listCompressMean: 9 }, 10_000, (i) => `element ${i}`],
      [{}, 1000, (i) => "long ".repeat(30) + i],
      [{}, 10_000, letters],
    ];
    for (const [limits, count, text] of cases) {
      keyspace = new Engine().keyspace;
      Object.assign(keyspace.limits, limits);
      const entry = newList();
      for (let i = 0; i < count; i++) push(entry, text(i), false);
      const before = keyspace.usedBytes;
      while (keyspace.compressLists(2));
      expect([limits, keyspace.usedBytes]).toEqual([limits, before]);
    }
  });

  test("that wait to be compressed are forgotten when they are gone", () => {
    const waiting = () => keyspace.shards.flatMap(({ list }) => [...list.waiting]).length;
    for (const remove of [
      () => keyspace.flush(0),
      () => keyspace.delete(entryOf()),
      () => lists.removeEnd(keyspace, entryOf(), 9990, true),
      () =>
        void withBytes("one", (bytes, start, end) =>
          lists.removeEqual(keyspace, entryOf(), bytes, start, end, 9999, true),
        ),
    ]) {
      const entry = newList();
      push(entry, "another", true);
      for (let i = 0; i < 10_000; i++) push(entry, "one", false);
      expect(waiting()).toBeGreaterThan(3);
      remove();
      while (keyspace.collectGarbage(100));
      expect(waiting()).toBeLessThan(2);
      checkKeyspace(keyspace);
      keyspace.flush(0);
    }
  });

  test("up to 1 KiB are packed, or as many elements as a chunk may have", () => {
    const entry = newList();
    for (let i = 0; i < 56; i++) push(entry, "e".repeat(16), false);
    expect(entry.linked).toBe(false);
    push(entry, "e".repeat(16), false);
    expect(entry.linked).toBe(true);
    keyspace.flush(0);
    keyspace.limits.listSize = 3;
    const small = newList();
    for (const text of ["a", "b", "c"]) push(small, text, true);
    expect(small.linked).toBe(false);
    push(small, "d", true);
    expect(small.linked).toBe(true);
    expect(elementsOf(small)).toEqual(["d", "c", "b", "a"]);
    checkKeyspace(keyspace);
  });

  test("are copied and moved with all chunks, and the copy is its own", () => {
    for (const count of [1, 50, 5000]) {
      const entry = newList();
      for (let i = 0; i < count; i++) push(entry, `element ${i}`, i % 2 === 0);
      const all = elementsOf(entry);
      const before = digest(keyspace);
      copyKey(keyspace, KEYS, 0, 0, KEY_END, 1, 0, KEY_END);
      checkKeyspace(keyspace);
      keyspace.swap(0, 1);
      expect(elementsOf(entryOf())).toEqual(all);
      push(entryOf(), "more", false);
      keyspace.flush(0);
      keyspace.swap(0, 1);
      expect(digest(keyspace)).toBe(before);
      moveKey(keyspace, KEYS, 0, 0, KEY_END, 0, COPY_START, KEYS.length);
      expect(entryOf()).toBeNull();
      push(copyOf(), "behind", false);
      expect(elementsOf(copyOf())).toEqual([...all, "behind"]);
      checkKeyspace(keyspace);
      keyspace.flush(0);
      while (keyspace.collectGarbage(1000));
      expect(keyspace.usedBytes).toBe(0);
    }
  });

  test("have the same digest in every form, and another one in another order", () => {
    const digests = [-2, 1, 3, -5].map((listSize) => {
      keyspace.limits.listSize = listSize;
      const entry = newList();
      for (let i = 0; i < 20; i++) push(entry, `element ${i % 7}`, false);
      const found = digest(keyspace);
      keyspace.flush(0);
      return found;
    });
    expect(new Set(digests).size).toBe(1);
    const entry = newList();
    for (let i = 0; i < 20; i++) push(entry, `element ${i % 7}`, true);
    expect(digest(keyspace)).not.toBe(digests[0]);
  });

  test("a long one that is deleted or trimmed is freed over many turns", () => {
    keyspace.limits.listSize = 10;
    const entry = newList();
    for (let i = 0; i < 20_000; i++) push(entry, String(i), false);
    lists.removeEnd(keyspace, entry, 10_000, true);
    lists.removeEnd(keyspace, entry, 5000, false);
    expect(elementsOf(entry).length).toBe(5000);
    expect(lists.length(entry)).toBe(5000);
    keyspace.delete(entryOf());
    let turns = 0;
    while (keyspace.collectGarbage(100)) turns++;
    expect(turns).toBeGreaterThan(15);
    checkKeyspace(keyspace);
  });

  test("take about what their elements take", () => {
    const entry = newList();
    for (let i = 0; i < 10_000; i++) push(entry, "e".repeat(16), false);
    const exact = entryUsage(entryOf(), 0);
    expect(exact).toBeLessThan(10_000 * 18 * 1.02);
    expect(Math.abs(entryUsage(entryOf(), 5) / exact - 1)).toBeLessThan(0.02);
    while (keyspace.compressLists(1));
    const compressed = entryUsage(entryOf(), 0);
    expect(compressed).toBeLessThan(exact / 5);
    expect(Math.abs(entryUsage(entryOf(), 5) / compressed - 1)).toBeLessThan(0.02);
  });
});
