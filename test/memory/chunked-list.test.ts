/** The chunked list against an array of strings. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { ChunkedList } from "../../src/memory/chunked-list.ts";
import { CHUNK_HEAD_BYTES, type ChunkBounds, HEAD, NEXT } from "../../src/memory/chunked-list-layout.ts";
import { ListCursor } from "../../src/memory/list-cursor.ts";
import { NewElement, nextPacked, PackedView, packedStringSize } from "../../src/memory/packed.ts";
import { testSeed } from "../support/seed.ts";

const FREE = 2 ** 31 - 1;
const KIB = 1 << 10;
const MIB = 1 << 20;
const bounds = (bytes: number, elements = FREE, alone = FREE, compressDepth = 0): ChunkBounds => ({
  bytes,
  elements,
  alone,
  compressDepth,
  compressMean: FREE,
});

const element = new NewElement();

function pointTo(text: string): NewElement {
  const bytes = Buffer.from(text, "latin1");
  return element.point(bytes, 0, bytes.length);
}

class Model {
  readonly arena: Arena;
  readonly list: ChunkedList;
  readonly root: number;
  readonly cursor = new ListCursor();
  readonly view = new PackedView();
  items: string[] = [];
  outOfMemory = 0;
  /** Whether it is expected that memory runs out. */
  readonly isTight: boolean;

  constructor(
    public bounds: ChunkBounds,
    arenaBytes = 4 << 20,
  ) {
    this.isTight = arenaBytes < MIB;
    this.arena = new Arena(new SharedArrayBuffer(arenaBytes));
    this.list = new ChunkedList(this.arena);
    this.root = this.list.create();
  }

  push(text: string, atFront: boolean): void {
    if (!this.done(this.list.push(this.root, pointTo(text), atFront, this.bounds) > 0)) return;
    if (atFront) this.items.unshift(text);
    else this.items.push(text);
  }

  pop(atFront: boolean): void {
    this.list.pop(this.root, atFront, this.bounds);
    if (atFront) this.items.shift();
    else this.items.pop();
  }

  insert(index: number, text: string, after: boolean): void {
    this.seek(index);
    if (after) this.cursor.at = nextPacked(this.cursor.bytes, this.cursor.at);
    if (this.done(this.list.middle.insert(this.root, this.cursor, pointTo(text), this.bounds)))
      this.items.splice(after ? index + 1 : index, 0, text);
  }

  replace(index: number, text: string): void {
    this.seek(index);
    if (this.done(this.list.middle.replace(this.root, this.cursor, pointTo(text), this.bounds)))
      this.items[index] = text;
  }

  removeEqual(text: string, limit: number, fromBack: boolean): void {
    const removed = this.list.removal.removeEqual(this.root, pointTo(text), limit, fromBack, this.bounds);
    if (removed < 0) {
      // Compressed chunks have to become plain.
      expect(this.isTight).toBe(true);
      this.done(false);
      return;
    }
    let left = limit;
    const keep = (item: string) => item !== text || left-- <= 0;
    const before = this.items.length;
    this.items = fromBack ? this.items.reverse().filter(keep).reverse() : this.items.filter(keep);
    expect(removed).toBe(before - this.items.length);
  }

  removeEnd(n: number, atFront: boolean): void {
    const garbage = this.list.removeEnd(this.root, n, atFront, this.cursor, this.bounds);
    this.items = atFront ? this.items.slice(n) : this.items.slice(0, this.items.length - n);
    if (garbage === 0) return;
    this.list.check(garbage);
    while (!this.list.destroySome(garbage, 5));
  }

  peek(atFront: boolean): string {
    this.list.peek(this.root, atFront, this.view);
    return this.view.bytes.toString("latin1", this.view.start, this.view.end);
  }

  at(index: number): string {
    this.seek(index);
    this.view.read(this.cursor.bytes, this.cursor.at);
    return this.view.bytes.toString("latin1", this.view.start, this.view.end);
  }

  all(): string[] {
    const texts: string[] = [];
    if (this.list.count(this.root) === 0) return texts;
    this.list.first(this.root, this.cursor);
    do {
      for (let at = this.cursor.at; at < this.cursor.end; ) {
        at = this.view.read(this.cursor.bytes, at);
        texts.push(this.view.bytes.toString("latin1", this.view.start, this.view.end));
      }
    } while (this.cursor.nextRun());
    return texts;
  }

  check(): void {
    this.arena.check();
    this.list.check(this.root);
    expect(this.list.count(this.root)).toBe(this.items.length);
    expect(this.list.bytesOf(this.root)).toBe(this.arena.used);
    const chunks = new Set<number>();
    for (let chunk = this.arena.words[(this.root >> 2) + HEAD]; chunk !== 0; ) {
      chunks.add(chunk);
      chunk = this.arena.words[(chunk >> 2) + NEXT];
    }
    for (const chunk of this.list.waiting) expect(chunks.delete(chunk)).toBe(true);
  }

  compare(): void {
    this.check();
    expect(this.all()).toEqual(this.items);
  }

  /** For each chunk whether it is compressed. */
  compressed(): boolean[] {
    const states: boolean[] = [];
    if (this.items.length === 0) return states;
    this.list.first(this.root, this.cursor);
    do states.push(this.cursor.bytes !== this.arena.bytes);
    while (this.cursor.nextRun());
    return states;
  }

  seek(index: number): void {
    this.list.seek(this.root, index, this.cursor);
  }

  /** Counts a failure, after which nothing may be different. */
  private done(succeeded: boolean): boolean {
    if (succeeded) return true;
    this.outOfMemory++;
    expect(this.all()).toEqual(this.items);
    return false;
  }
}

/** Few different texts, so that they are found again: integers, strings, and now and then one of some length. */
function anyText(random: Random, lengthMax: number): string {
  const dice = random.below(10);
  if (dice < 4) return String(random.below(20) * 10 ** random.below(6) - 5);
  if (dice < 8) return "abcdefghij".slice(random.below(10));
  const length = random.below(2 ** random.below(Math.log2(lengthMax) + 1) + 1);
  return "x".repeat(length);
}

/** One random change. `growth` in percent says whether the list tends to grow. */
function step(model: Model, random: Random, lengthMax: number, growth: number): void {
  const count = model.items.length;
  const text = anyText(random, lengthMax);
  const atFront = random.below(2) === 0;
  const dice = random.below(100);
  if (count === 0 || dice < growth - 10) model.push(text, atFront);
  else if (dice < growth) model.insert(random.below(count), text, atFront);
  else if (dice < growth + 10) model.replace(random.below(count), text);
  else if (dice < 80) model.pop(atFront);
  else if (dice < 90) model.removeEqual(text, 1 + random.below(4), atFront);
  else if (dice < 95) expect(model.at(Math.floor(count / 3))).toBe(model.items[Math.floor(count / 3)]);
  else if (dice < 96 && count > 1 && random.below(8) === 0)
    model.removeEnd(1 + random.below(count - 1), atFront);
  else model.push(text, atFront);
}

function walk(model: Model, random: Random, steps: number, lengthMax: number): void {
  for (let i = 0; i < steps; i++) {
    step(model, random, lengthMax, Math.floor(i / 1000) % 2 === 0 ? 55 : 35);
    if (random.below(8) === 0) model.list.compressSome(random.below(6), model.bounds);
    model.check();
    if (i % 16 === 0) model.compare();
  }
  model.compare();
}

describe("chunked list", () => {
  for (const [name, limits] of [
    ["of small chunks", bounds(64)],
    ["of chunks of 8 KiB", bounds(8 * KIB)],
    ["of one element a chunk", bounds(8 * KIB, 1)],
    ["of three elements a chunk", bounds(8 * KIB, 3)],
    ["with a chunk of its own for each element of 8 bytes", bounds(200, 20, 8)],
  ] as const) {
    test(`${name} agrees with an array under random changes`, () => {
      const random = new Random(testSeed(`chunked list: ${name}`));
      walk(new Model(limits), random, 4000, 256);
    });
  }

  for (const [name, limits] of [
    ["of small chunks", bounds(256, FREE, FREE, 1)],
    ["of chunks of 8 KiB", bounds(8 * KIB, FREE, FREE, 1)],
    ["of ten elements a chunk, two at either end plain", bounds(8 * KIB, 10, FREE, 2)],
    ["with a chunk of its own for each element of 100 bytes", bounds(400, FREE, 100, 3)],
  ] as const) {
    test(`compressed, ${name}, agrees with an array under random changes`, () => {
      const random = new Random(testSeed(`chunked list, compressed: ${name}`));
      const model = new Model(limits);
      let compressed = 0;
      for (let i = 0; i < 8; i++) {
        while (model.items.length < 4000) model.push(anyText(random, 256), random.below(2) === 0);
        while (model.list.compressSome(8, model.bounds) > 0);
        compressed += model.compressed().filter((is) => is).length;
        walk(model, random, 400, 256);
      }
      expect(compressed).toBeGreaterThan(10);
    });
  }

  test("agrees with an array while the bounds change", () => {
    const random = new Random(testSeed("chunked list: bounds"));
    const model = new Model(bounds(64));
    for (let i = 0; i < 40; i++) {
      const alone = random.below(2) === 0 ? 10 : FREE;
      model.bounds = bounds(16 << random.below(10), 1 + random.below(100), alone, random.below(3));
      walk(model, random, 100, 1024);
    }
  });

  test("a change that finds no memory leaves the list as it was", () => {
    const random = new Random(testSeed("chunked list: tiny arenas"));
    let outOfMemory = 0;
    for (const depth of [0, 1, 2]) {
      for (const kib of [2, 4, 8, 20]) {
        const model = new Model(bounds(256, FREE, FREE, depth), kib * KIB);
        walk(model, random, 2000, 1024);
        outOfMemory += model.outOfMemory;
      }
    }
    expect(outOfMemory).toBeGreaterThan(300);
    expect(new ChunkedList(new Arena(new SharedArrayBuffer(16))).create()).toBe(0);
  });

  test("where there is no memory for compressed chunks to become plain, they are read and cut as they are", () => {
    const random = new Random(testSeed("chunked list: compressed ends"));
    let ends = 0;
    for (let round = 0; round < 60; round++) {
      const depth = 1 + random.below(3);
      const model = new Model(bounds(random.below(2) === 0 ? KIB : 200, FREE, FREE, depth), 64 * KIB);
      for (let i = 0; i < 600; i++) model.push(`element number ${i % 50}`, random.below(2) === 0);
      while (model.list.compressSome(8, model.bounds) > 0);
      model.bounds = bounds(KIB, FREE, FREE, depth);
      const used = model.arena.used;
      const fill: number[] = [];
      // What is left is nothing, or so little that it may be enough or not.
      const left = random.below(4) * random.below(2 * KIB);
      const kept = left === 0 ? 0 : model.arena.allocate(left);
      for (let size = 32 * KIB; size >= 8; size >>= 1)
        for (let block = model.arena.allocate(size); block !== 0; block = model.arena.allocate(size))
          fill.push(block);
      if (kept !== 0) model.arena.free(kept);
      const filled = model.arena.used - used;
      for (let i = 0; i < 100 && model.items.length > 2; i++) {
        const atFront = random.below(2) === 0;
        const dice = random.below(20);
        if (dice === 0) model.removeEnd(1 + random.below(model.items.length - 1), atFront);
        else if (dice === 1)
          model.removeEqual(`element number ${random.below(50)}`, 1 + random.below(9), atFront);
        else if (dice === 2) model.push("another", atFront);
        else if (dice === 3) model.replace(random.below(model.items.length), "an element of its own");
        else if (dice < 8)
          model.insert(random.below(model.items.length), "y".repeat(random.below(300)), atFront);
        else {
          expect(model.peek(atFront)).toBe(model.items.at(atFront ? 0 : -1) as string);
          model.pop(atFront);
        }
        model.list.check(model.root);
        expect(model.all()).toEqual(model.items);
        const states = model.compressed();
        if (states[0] || states.at(-1)) ends++;
      }
      expect(model.arena.used).toBe(filled + model.list.bytesOf(model.root));
      for (const block of fill) model.arena.free(block);
      walk(model, random, 100, 256);
    }
    expect(ends).toBeGreaterThan(10);
  });

  test("elements are reached by their number from both ends, and runs in both directions", () => {
    const model = new Model(bounds(100));
    for (let i = 0; i < 1000; i++) model.push(`element ${i}`, false);
    for (let i = 0; i < 1000; i++) expect(model.at(i)).toBe(`element ${i}`);
    const { cursor } = model;
    const starts: number[] = [];
    model.list.first(model.root, cursor);
    do starts.push(cursor.start);
    while (cursor.nextRun());
    model.list.last(model.root, cursor);
    const back: number[] = [];
    do {
      expect(cursor.at).toBe(cursor.end);
      back.push(cursor.start);
    } while (cursor.previousRun());
    expect(back.reverse()).toEqual(starts);
    expect(starts.length).toBe(model.list.chunkCount(model.root));
  });

  // The two ends may have a quarter of a chunk left, or a whole one where that is a small part of the list.
  test.each([
    [10_000, 2 * KIB],
    [40_000, 8 * KIB],
  ])(
    "%d elements of 16 bytes cost hardly more than their bytes, from whichever end they came",
    (count, end) => {
      for (const pattern of ["back", "front", "both", "alternating blocks"]) {
        const model = new Model(bounds(8 * KIB));
        for (let i = 0; i < count; i++) {
          const atFront = pattern === "both" ? i % 2 === 0 : (i >> 6) % 2 === 0;
          model.push(String(i).padStart(16, "e"), pattern === "front" || (pattern !== "back" && atFront));
        }
        model.check();
        const payload = count * packedStringSize(16);
        // Each chunk has a head.
        const chunks = model.list.chunkCount(model.root);
        expect(chunks).toBeLessThan(payload / (8 * KIB) + 2);
        expect(model.arena.used).toBeLessThan(payload + 2 * end + chunks * (CHUNK_HEAD_BYTES + 32));
      }
    },
  );

  test("a queue takes no more memory however much goes through it", () => {
    for (const waiting of [1, 10, 100, 3000]) {
      for (const atFront of [true, false]) {
        const model = new Model(bounds(8 * KIB));
        for (let i = 0; i < waiting; i++) model.push(`job ${i}`, atFront);
        let used = model.arena.used;
        for (let i = 0; i < 10_000; i++) {
          model.list.push(model.root, pointTo(`job ${i}`), atFront, model.bounds);
          model.list.pop(model.root, !atFront, model.bounds);
          used = Math.max(used, model.arena.used);
        }
        model.list.check(model.root);
        expect(used).toBeLessThan(waiting * 10 * 2 + 16 * KIB);
        for (let i = waiting; i > 1; i--) model.list.pop(model.root, !atFront, model.bounds);
        expect(model.arena.used).toBeLessThan(KIB);
      }
    }
  });

  test("inserts at one place and at random leave no chain of small chunks", () => {
    const random = new Random(testSeed("chunked list: inserts"));
    for (const isRandom of [true, false]) {
      const model = new Model(bounds(KIB));
      for (let i = 0; i < 100; i++) model.push(String(i).padStart(16, "e"), false);
      for (let i = 0; i < 5000; i++)
        model.insert(isRandom ? random.below(model.items.length) : 50, String(i).padStart(16, "i"), false);
      model.compare();
      const full = (model.items.length * packedStringSize(16)) / KIB;
      expect(model.list.chunkCount(model.root)).toBeLessThan(full * 2.5);
      expect(model.arena.used).toBeLessThan(full * KIB * 1.6);
    }
  });

  test("removals from everywhere leave no chain of small chunks", () => {
    for (const fromBack of [false, true]) {
      const model = new Model(bounds(KIB));
      for (let i = 0; i < 20_000; i++) model.push(i % 100 === 0 ? `kept ${i}` : String(i % 10), false);
      for (let digit = 0; digit < 10; digit++) model.removeEqual(String(digit), FREE, fromBack);
      model.compare();
      expect(model.items.length).toBe(200);
      const full = (200 * packedStringSize(10)) / KIB;
      expect(model.list.chunkCount(model.root)).toBeLessThan(full * 4 + 2);
    }
  });

  test("what is trimmed is freed at once when it is little, and else becomes a list of its own", () => {
    for (const atFront of [true, false]) {
      const model = new Model(bounds(100));
      for (let i = 0; i < 10_000; i++) model.push(`element ${i}`, false);
      expect(model.list.removeEnd(model.root, 200, atFront, model.cursor, model.bounds)).toBe(0);
      const chunks = model.list.chunkCount(model.root);
      const garbage = model.list.removeEnd(model.root, 9000, atFront, model.cursor, model.bounds);
      model.list.check(garbage);
      model.list.check(model.root);
      expect(model.list.count(model.root)).toBe(800);
      expect(model.list.chunkCount(garbage) + model.list.chunkCount(model.root)).toBe(chunks);
      expect(model.at(0)).toBe(`element ${atFront ? 9200 : 0}`);
      expect(model.at(799)).toBe(`element ${atFront ? 9999 : 799}`);
      let calls = 1;
      while (!model.list.destroySome(garbage, 100)) calls++;
      expect(calls).toBeGreaterThan(5);
      expect(model.list.bytesOf(model.root)).toBe(model.arena.used);
    }
  });

  test("runs of packed elements are appended as they are", () => {
    const model = new Model(bounds(8 * KIB));
    const run = Buffer.alloc(100);
    let end = 7;
    for (const text of ["a", "12345", ""]) end = pointTo(text).write(run, end);
    expect(model.list.appendRun(model.root, run, 7, end, 3)).toBe(true);
    expect(model.list.appendRun(model.root, run, 7, end, 3)).toBe(true);
    model.items = ["a", "12345", "", "a", "12345", ""];
    model.compare();
    model.push("b", true);
    model.push("c", false);
    model.compare();
  });

  test("an element of many megabytes has a chunk of its own, wherever it goes", () => {
    const model = new Model(bounds(8 * KIB), 64 << 20);
    const large = "large".repeat(1 << 20);
    for (let i = 0; i < 100; i++) model.push(`element ${i}`, false);
    model.insert(50, large, false);
    expect(model.list.chunkCount(model.root)).toBe(3);
    model.push(large, true);
    model.replace(10, large);
    model.compare();
    model.replace(10, "small again");
    model.removeEqual(large, FREE, false);
    model.compare();
    expect(model.arena.used).toBeLessThan(8 * KIB);
  });

  test("all memory comes back", () => {
    const model = new Model(bounds(256));
    for (let i = 0; i < 1000; i++) model.push(`element ${i}`, i % 3 === 0);
    expect(model.list.destroySome(model.root, 3)).toBe(false);
    model.list.check(model.root);
    while (!model.list.destroySome(model.root, 10));
    expect(model.arena.used).toBe(0);
  });

  test("bytes are estimated from some chunks", () => {
    const model = new Model(bounds(KIB));
    for (let i = 0; i < 10_000; i++) model.push(`element ${i}`, false);
    const exact = model.list.bytesOf(model.root);
    expect(Math.abs(model.list.bytesOf(model.root, 5) / exact - 1)).toBeLessThan(0.05);
    expect(model.list.bytesOf(model.root, 1_000_000)).toBe(exact);
  });
});
