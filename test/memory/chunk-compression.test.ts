/** Which chunks of a list are compressed, and when they become plain again. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { ChunkCodec } from "../../src/memory/chunk-codec.ts";
import { ChunkedList } from "../../src/memory/chunked-list.ts";
import type { ChunkBounds } from "../../src/memory/chunked-list-layout.ts";
import { ListCursor } from "../../src/memory/list-cursor.ts";
import { NewElement, nextPacked } from "../../src/memory/packed.ts";
import { testSeed } from "../support/seed.ts";

const FREE = 2 ** 31 - 1;
const KIB = 1 << 10;
const BOUNDS: ChunkBounds = { bytes: KIB, elements: FREE, alone: FREE, compressDepth: 1, compressMean: FREE };
const DEEP: ChunkBounds = { ...BOUNDS, compressDepth: 3 };
/** Of `element 1234`. */
const PER_CHUNK = 73;

let arena: Arena;
let list: ChunkedList;
let root: number;
const cursor = new ListCursor();
const element = new NewElement();

beforeEach(() => {
  arena = new Arena(new SharedArrayBuffer(4 << 20));
  list = new ChunkedList(arena);
  root = list.create();
});

function pointTo(text: string): NewElement {
  const bytes = Buffer.from(text, "latin1");
  return element.point(bytes, 0, bytes.length);
}

function push(count: number, bounds: ChunkBounds, make = (i: number) => `element ${1000 + i}`): void {
  for (let i = 0; i < count; i++) list.push(root, pointTo(make(i)), false, bounds);
}

function compressAll(bounds: ChunkBounds): void {
  while (list.compressSome(1, bounds) > 0);
  list.check(root);
  arena.check();
}

/** The list's chunks, C being compressed ones and P plain ones. */
function chunks(of = root): string {
  let states = "";
  list.first(of, cursor);
  do states += cursor.bytes === arena.bytes ? "P" : "C";
  while (cursor.nextRun());
  return states;
}

function seek(index: number): ListCursor {
  list.seek(root, index, cursor);
  return cursor;
}

describe("compression of chunked lists", () => {
  test("is of the chunks between the ends, once they are waited for", () => {
    for (const [bounds, states] of [
      [BOUNDS, "PCCCCCCCP"],
      [DEEP, "PPPCCCPPP"],
      [{ ...BOUNDS, compressDepth: 4 }, "PPPPCPPPP"],
      [{ ...BOUNDS, compressDepth: 5 }, "PPPPPPPPP"],
      [{ ...BOUNDS, compressDepth: 0 }, "PPPPPPPPP"],
    ] as const) {
      root = list.create();
      push(9 * PER_CHUNK, bounds);
      expect(chunks()).toBe("PPPPPPPPP");
      compressAll(bounds);
      expect([bounds.compressDepth, chunks()]).toEqual([bounds.compressDepth, states]);
    }
  });

  test("waits for the first ones first, as many as are asked for", () => {
    push(9 * PER_CHUNK, BOUNDS);
    expect(list.compressSome(2, BOUNDS)).toBe(2);
    expect(chunks()).toBe("PCCPPPPPP");
    expect(list.compressSome(9, BOUNDS)).toBe(5);
    expect(chunks()).toBe("PCCCCCCCP");
    expect(list.compressSome(9, BOUNDS)).toBe(0);
  });

  test("ends where a chunk has become the end by the time, or nothing is to be compressed any more", () => {
    push(4 * PER_CHUNK, BOUNDS);
    for (let i = 0; i < 2 * PER_CHUNK; i++) list.pop(root, true, BOUNDS);
    compressAll(BOUNDS);
    expect(chunks()).toBe("PP");
    push(4 * PER_CHUNK, BOUNDS);
    compressAll({ ...BOUNDS, compressDepth: 0 });
    expect(chunks()).toBe("PPPPPP");
  });

  test("is taken back of what comes near an end", () => {
    for (const atFront of [true, false]) {
      root = list.create();
      push(9 * PER_CHUNK, DEEP);
      compressAll(DEEP);
      for (let i = 0; i < PER_CHUNK; i++) list.pop(root, atFront, DEEP);
      expect(chunks()).toBe("PPPCCPPP");
      // The end itself is always plain.
      for (let i = 0; i < 3 * PER_CHUNK; i++) list.pop(root, atFront, { ...DEEP, compressDepth: 0 });
      expect(chunks()).toBe(atFront ? "PCPPP" : "PPPCP");
    }
  });

  test("is taken back of the end that a cut leaves, of which only the rest is kept", () => {
    push(9 * PER_CHUNK, BOUNDS);
    compressAll(BOUNDS);
    expect(list.removeEnd(root, 2 * PER_CHUNK + 10, true, cursor, BOUNDS)).toBe(0);
    expect(list.removeEnd(root, 2 * PER_CHUNK + 10, false, cursor, BOUNDS)).toBe(0);
    expect(chunks()).toBe("PCCCP");
    list.check(root);
    list.first(root, cursor);
    expect(cursor.end - cursor.start).toBe((PER_CHUNK - 10) * 14);
  });

  test("is done again after a change, around which chunks become plain", () => {
    push(9 * PER_CHUNK, BOUNDS);
    compressAll(BOUNDS);
    list.middle.replace(root, seek(2 * PER_CHUNK + 5), pointTo("another 1000"), BOUNDS);
    expect(chunks()).toBe("PCPCCCCCP");
    compressAll(BOUNDS);
    list.middle.insert(root, seek(4 * PER_CHUNK + 30), pointTo("inserted 100"), BOUNDS);
    expect(chunks()).toBe("PCCCPPCCCP");
    compressAll(BOUNDS);
    expect(chunks()).toBe("PCCCCCCCCP");
    expect(list.removal.removeEqual(root, pointTo("inserted 100"), 1, false, BOUNDS)).toBe(1);
    expect(chunks()).toMatch(/CPP?C/);
    compressAll(BOUNDS);
    expect(chunks()).toBe(`P${"C".repeat(list.chunkCount(root) - 2)}P`);
  });

  test("stays where an element is looked for that is not there", () => {
    push(9 * PER_CHUNK, BOUNDS);
    compressAll(BOUNDS);
    expect(list.removal.removeEqual(root, pointTo("element 999"), 9, false, BOUNDS)).toBe(0);
    expect(chunks()).toBe("PCCCCCCCP");
  });

  test("leaves no end compressed when whole chunks are removed there", () => {
    for (const fromBack of [true, false]) {
      root = list.create();
      push(PER_CHUNK, BOUNDS, () => "element 9999");
      push(7 * PER_CHUNK, BOUNDS);
      push(PER_CHUNK, BOUNDS, () => "element 9999");
      compressAll(BOUNDS);
      const removed = list.removal.removeEqual(root, pointTo("element 9999"), FREE, fromBack, BOUNDS);
      expect(removed).toBe(2 * PER_CHUNK);
      expect(chunks()).toBe("PCCCCCP");
      list.check(root);
    }
  });

  test("of a neighbour that an element goes to is taken back only if there is memory for all of it", () => {
    const random = new Random(testSeed("chunk compression: neighbours"));
    const noise = Array.from({ length: 2 * KIB }, () => String.fromCharCode(random.below(256))).join("");
    const outcomes = new Set<boolean>();
    for (let free = 0; free < 6 * KIB; free += 40) {
      arena = new Arena(new SharedArrayBuffer(64 * KIB));
      list = new ChunkedList(arena);
      root = list.create();
      // Chunks of 60 elements, and of a large one.
      push(180, { ...BOUNDS, bytes: 60 * 14 });
      push(1, BOUNDS, () => noise);
      push(60, BOUNDS);
      compressAll(BOUNDS);
      expect(chunks()).toBe("PCCPP");
      const kept = arena.allocate(free);
      while (arena.allocate(16) !== 0);
      arena.free(kept);
      const before = list.count(root);
      const isInserted = list.middle.insert(root, seek(180), pointTo("element 6000"), BOUNDS);
      outcomes.add(isInserted);
      expect(list.count(root)).toBe(isInserted ? before + 1 : before);
      expect(chunks()).toBe(isInserted ? "PCPPP" : "PCCPP");
      list.check(root);
      arena.check();
    }
    expect(outcomes.size).toBe(2);
  });

  test("gains a quarter at least, or does not happen", () => {
    const random = new Random(testSeed("chunk compression: gain"));
    const seen = [0, 0];
    for (let round = 0; round < 300; round++) {
      const letters = 1 + random.below(40);
      const length = 1 + random.below(60);
      const text = () =>
        Array.from({ length }, () => String.fromCharCode(65 + random.below(letters))).join("");
      root = list.create();
      push(3 * Math.ceil(KIB / (length + 2)), { ...BOUNDS, bytes: 64 + random.below(KIB) }, text);
      list.first(root, cursor);
      cursor.nextRun();
      const plain = cursor.end - cursor.start;
      const before = arena.used;
      list.compressSome(1, BOUNDS);
      list.check(root);
      const gained = before - arena.used;
      seen[gained > 0 ? 1 : 0]++;
      // Blocks are multiples of eight bytes.
      if (gained > 0) expect(gained).toBeGreaterThanOrEqual((plain >> 2) - 8);
      while (!list.destroySome(root, 100));
      expect(list.compressSome(1, BOUNDS)).toBe(0);
    }
    expect(Math.min(...seen)).toBeGreaterThan(10);
  });

  test("is not tried further when the first bytes gain nothing", () => {
    const random = new Random(testSeed("chunk compression: sample"));
    const letter = () => String.fromCharCode(random.below(256));
    const noise = Array.from({ length: 500 }, letter).join("");
    for (const [text, states] of [
      [noise.slice(0, 100) + "x".repeat(2000), "PCP"],
      [noise + "x".repeat(2000), "PPP"],
      ["x".repeat(2000) + noise, "PCP"],
      // What is shorter is not sampled.
      [noise + "x".repeat(500), "PCP"],
    ]) {
      root = list.create();
      push(3, BOUNDS, () => text);
      compressAll(BOUNDS);
      expect([text.length, chunks()]).toEqual([text.length, states]);
    }
  });

  test("is not of what is large, or has large elements", () => {
    for (const [bytes, bounds, states] of [
      [70_000, BOUNDS, "PPP"],
      [60_000, BOUNDS, "PCP"],
      [60_000, { ...BOUNDS, compressMean: 60_000 }, "PPP"],
      [60_000, { ...BOUNDS, compressMean: 60_020 }, "PCP"],
    ] as const) {
      root = list.create();
      push(3, bounds, (i) => `${i}`.repeat(bytes));
      compressAll(bounds);
      expect([bytes, chunks()]).toEqual([bytes, states]);
    }
  });

  test("goes along to a copy, and what has not been compressed yet is there too", () => {
    push(9 * PER_CHUNK, BOUNDS);
    list.compressSome(3, BOUNDS);
    const copy = list.create();
    expect(list.appendList(copy, list, root, BOUNDS)).toBe(true);
    expect(chunks(copy)).toBe("PCCCPPPPP");
    compressAll(BOUNDS);
    list.check(copy);
    expect(chunks(copy)).toBe("PCCCCCCCP");
    expect(chunks()).toBe("PCCCCCCCP");
  });

  test("is read from two arenas in turn, and where a chunk has taken the place of another", () => {
    const codec = new ChunkCodec();
    const lists = [1, 2].map(() => new ChunkedList(new Arena(new SharedArrayBuffer(1 << 20)), codec));
    const random = new Random(testSeed("chunk compression: images"));
    const items: string[][] = [[], []];
    const roots = lists.map((one) => one.create());
    for (let round = 0; round < 2000; round++) {
      const which = random.below(2);
      const one = lists[which];
      const text = `element ${random.below(1000)} ${which}`;
      if (items[which].length > 3000) {
        while (!one.destroySome(roots[which], 100));
        roots[which] = one.create();
        items[which] = [];
      }
      for (let i = random.below(300); i >= 0; i--) {
        one.push(roots[which], pointTo(text), false, BOUNDS);
        items[which].push(text);
      }
      one.compressSome(random.below(8), BOUNDS);
      for (let i = 0; i < 5; i++) {
        const from = random.below(2);
        if (items[from].length === 0) continue;
        const index = random.below(items[from].length);
        lists[from].seek(roots[from], index, cursor);
        const size = nextPacked(cursor.bytes, cursor.at) - cursor.at;
        expect(cursor.bytes.toString("latin1", cursor.at + 1, cursor.at + size - 1)).toBe(items[from][index]);
      }
    }
  });
});
