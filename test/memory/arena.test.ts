/**
 * The arena against a plain model: a map from offset to size and fill byte. Every block is filled, so an
 * overlap or a lost byte shows as foreign contents.
 */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { ARENA_BYTES_MAX, Arena, reserveArena } from "../../src/memory/arena.ts";
import { RELEASE_STEP_BYTES } from "../../src/memory/holes.ts";
import { testSeed } from "../support/seed.ts";

const HEADER_BYTES = 4;
const FIRST_BLOCK = 4;

interface Block {
  offset: number;
  size: number;
  fill: number;
}

/** An arena and what should be in it. */
class Model {
  readonly blocks: Block[] = [];
  private nextFill = 1;

  constructor(readonly arena: Arena) {}

  /** False when the arena refuses. */
  allocate(size: number): boolean {
    const offset = this.arena.allocate(size);
    if (offset === 0) return false;
    const block = { offset, size, fill: this.nextFill++ & 255 };
    expect(offset % 8).toBe(0);
    expect(this.arena.capacityOf(offset)).toBeGreaterThanOrEqual(size);
    this.arena.bytes.fill(block.fill, offset, offset + size);
    this.blocks.push(block);
    return true;
  }

  free(index: number): void {
    const block = this.blocks[index];
    this.expectContents(block, block.size);
    this.arena.free(block.offset);
    this.blocks[index] = this.blocks[this.blocks.length - 1];
    this.blocks.pop();
  }

  resize(index: number, size: number): boolean {
    const block = this.blocks[index];
    if (!this.arena.resizeInPlace(block.offset, size)) return false;
    this.expectContents(block, Math.min(size, block.size));
    expect(this.arena.capacityOf(block.offset)).toBeGreaterThanOrEqual(size);
    block.size = size;
    this.arena.bytes.fill(block.fill, block.offset, block.offset + size);
    return true;
  }

  expectContents({ offset, fill }: Block, size: number): void {
    const { bytes } = this.arena;
    for (let i = 0; i < size; i++) {
      if (bytes[offset + i] !== fill) throw new Error(`byte ${i} of the block at ${offset} has changed`);
    }
  }

  /** Everything there is to compare, in one go. */
  check(): void {
    const counted = this.arena.check();
    expect(counted.blocks).toBe(this.blocks.length);
    const sorted = [...this.blocks].sort((a, b) => a.offset - b.offset);
    let used = 0;
    let end = FIRST_BLOCK;
    for (const block of sorted) {
      const start = block.offset - HEADER_BYTES;
      if (start < end) throw new Error(`the block at ${block.offset} overlaps the one before`);
      used += this.arena.blockBytesOf(block.offset);
      end = start + this.arena.blockBytesOf(block.offset);
      this.expectContents(block, block.size);
    }
    expect(this.arena.used).toBe(used);
    expect(this.arena.top).toBe(end);
  }

  freeAll(): void {
    while (this.blocks.length > 0) this.free(this.blocks.length - 1);
    this.check();
    expect(this.arena.used).toBe(0);
    expect(this.arena.top).toBe(FIRST_BLOCK);
  }
}

function newArena(bytes: number): Arena {
  return new Arena(new SharedArrayBuffer(bytes));
}

/** Mostly small sizes, some of every magnitude up to `max`. */
function anySize(random: Random, max: number): number {
  return random.below(2 ** random.below(Math.floor(Math.log2(max)) + 1) + 1);
}

describe("arena", () => {
  test("random allocations, frees and resizes keep blocks apart and their contents", () => {
    const random = new Random(testSeed("arena: model"));
    for (const bytes of [1024, 16 << 10, 1 << 20]) {
      const model = new Model(newArena(bytes));
      let refused = 0;
      for (let step = 0; step < 6000; step++) {
        const { blocks } = model;
        // Phases of growing and of shrinking, so that both a full and an almost empty arena occur.
        const growing = Math.floor(step / 500) % 2 === 0;
        const dice = random.below(10);
        if (blocks.length === 0 || dice < (growing ? 6 : 3)) {
          if (!model.allocate(anySize(random, bytes / 4))) refused++;
        } else if (dice < 8) {
          model.free(random.below(blocks.length));
        } else {
          model.resize(random.below(blocks.length), anySize(random, bytes / 4));
        }
        if (bytes <= 16 << 10 || step % 50 === 0) model.check();
      }
      expect(refused).toBeGreaterThan(0);
      model.freeAll();
    }
  });

  test("a full arena refuses, changes nothing, and serves again what is freed", () => {
    const model = new Model(newArena(4096));
    while (model.allocate(28));
    const { used, top } = model.arena;
    expect(used).toBe(4064);
    expect(model.allocate(28)).toBe(false);
    expect(model.resize(0, 100)).toBe(false);
    expect(model.resize(model.blocks.length - 1, 100)).toBe(false);
    expect(model.arena.used).toBe(used);
    expect(model.arena.top).toBe(top);
    model.check();
    model.free(17);
    expect(model.allocate(28)).toBe(true);
    model.check();
    model.freeAll();
  });

  test("the last free block that fits is found although its size class begins below the wish", () => {
    const arena = newArena(8192);
    const first = arena.allocate(4000);
    const last = arena.allocate(4000);
    expect(first).not.toBe(0);
    expect(last).not.toBe(0);
    const size = arena.capacityOf(first);
    arena.free(first);
    // Top cannot grow by this, and the one free block is large enough, but not the start of its class.
    expect(arena.allocate(size)).toBe(first);
    arena.check();
  });

  test("freed neighbours merge in every order", () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const arena = newArena(4096);
      const offsets = [arena.allocate(100), arena.allocate(40), arena.allocate(300)];
      const guard = arena.allocate(16);
      for (const i of order) {
        arena.free(offsets[i]);
        arena.check();
      }
      expect(arena.check()).toEqual({ blocks: 1, freeBlocks: 1 });
      expect(arena.allocate(440)).toBe(offsets[0]);
      arena.free(offsets[0]);
      arena.free(guard);
      expect(arena.top).toBe(FIRST_BLOCK);
    }
  });

  test("a block grows into the free block behind it, whole or in part, and into the top", () => {
    const arena = newArena(4096);
    const block = arena.allocate(20);
    const behind = arena.allocate(100);
    const guard = arena.allocate(20);
    arena.free(behind);
    expect(arena.resizeInPlace(block, 60)).toBe(true);
    expect(arena.check()).toEqual({ blocks: 2, freeBlocks: 1 });
    expect(arena.resizeInPlace(block, 120)).toBe(true);
    expect(arena.check()).toEqual({ blocks: 2, freeBlocks: 0 });
    expect(arena.resizeInPlace(block, 140)).toBe(false);
    expect(arena.resizeInPlace(guard, 1000)).toBe(true);
    expect(arena.used).toBe(128 + 1008);
    arena.check();
    expect(arena.resizeInPlace(guard, 0)).toBe(true);
    expect(arena.top).toBe(FIRST_BLOCK + 128 + 16);
    arena.check();
  });

  test("used counts each block with its header, rounded to 8, at least 16", () => {
    const arena = newArena(4096);
    const sizes = [0, 1, 12, 13, 20, 21, 252, 253, 1000];
    const expected = [16, 16, 16, 24, 24, 32, 256, 264, 1008];
    let used = 0;
    sizes.forEach((size, i) => {
      const offset = arena.allocate(size);
      used += expected[i];
      expect(arena.blockBytesOf(offset)).toBe(expected[i]);
      expect(arena.capacityOf(offset)).toBe(expected[i] - HEADER_BYTES);
      expect(arena.used).toBe(used);
    });
  });

  test("reset forgets everything", () => {
    const random = new Random(testSeed("arena: reset"));
    const model = new Model(newArena(64 << 10));
    for (let i = 0; i < 500; i++) model.allocate(anySize(random, 256));
    for (let i = 0; i < 200; i++) model.free(random.below(model.blocks.length));
    model.arena.reset();
    model.blocks.length = 0;
    expect(model.arena.used).toBe(0);
    model.check();
    for (let i = 0; i < 500; i++) model.allocate(anySize(random, 256));
    model.check();
  });

  test("the largest arena can be filled to its end", () => {
    const arena = reserveArena(ARENA_BYTES_MAX);
    const size = 8 << 20;
    let payload = 0;
    for (const bytes of [size, 1 << 10]) {
      for (let offset = arena.allocate(bytes); offset !== 0; offset = arena.allocate(bytes)) {
        expect(offset).toBeGreaterThan(0);
        payload += bytes;
      }
    }
    expect(payload).toBeGreaterThan(ARENA_BYTES_MAX * 0.98);
    expect(arena.used).toBeLessThanOrEqual(ARENA_BYTES_MAX);
    arena.check();
  });

  test("memory that is no longer used is released step by step from the top, and again after new growth", () => {
    const released: [number, number][] = [];
    const arena = new Arena(new SharedArrayBuffer(16 * RELEASE_STEP_BYTES), (_, from, to) =>
      released.push([from, to]),
    );
    const step = RELEASE_STEP_BYTES;
    const kept = arena.allocate(100);
    for (let round = 1; round <= 2; round++) {
      const large = arena.allocate(5 * step);
      expect(arena.release()).toBe(false);
      arena.free(large);
      // What was used just now may be used again.
      expect(arena.release()).toBe(false);
      arena.age();
      expect(arena.release()).toBe(false);
      arena.age();
      while (arena.release());
      // Two steps stay: the one in use and one to grow into.
      expect(released).toEqual([
        [5 * step, 6 * step],
        [4 * step, 5 * step],
        [3 * step, 4 * step],
        [2 * step, 3 * step],
      ]);
      released.length = 0;
    }
    arena.free(kept);
    arena.check();
  });

  test("memory that is used now and then is not released", () => {
    const step = RELEASE_STEP_BYTES;
    const arena = new Arena(new SharedArrayBuffer(16 * step), () => {
      throw new Error("released");
    });
    for (let period = 0; period < 5; period++) {
      arena.free(arena.allocate(5 * step));
      arena.age();
      expect(arena.release()).toBe(false);
    }
  });

  test("offsets and sizes just below 2 GiB are right", () => {
    const arena = new Arena(new SharedArrayBuffer(ARENA_BYTES_MAX));
    const most = ARENA_BYTES_MAX - 12;
    for (let size = ARENA_BYTES_MAX + 16; size > most; size--) {
      expect(arena.allocate(size)).toBe(0);
    }
    const whole = arena.allocate(most);
    expect(whole).toBe(8);
    expect(arena.capacityOf(whole)).toBe(most);
    expect(arena.resizeInPlace(whole, most + 1)).toBe(false);
    arena.check();
    expect(arena.resizeInPlace(whole, 100)).toBe(true);
    expect(arena.resizeInPlace(whole, most - 100)).toBe(true);
    const tail = arena.allocate(50);
    expect(tail).toBe(ARENA_BYTES_MAX - 96);
    arena.bytes[tail + 49] = 7;
    expect(arena.resizeInPlace(tail, most)).toBe(false);
    for (let size = most - 100; size < ARENA_BYTES_MAX + 100; size++)
      expect(arena.resizeInPlace(tail, size)).toBe(false);
    arena.check();
    // The free block is of the largest class there is, and every request must either get it or nothing.
    arena.free(whole);
    for (let size = most; size > most - 96; size--) expect(arena.allocate(size)).toBe(0);
    const again = arena.allocate(most - 104);
    expect(again).toBe(whole);
    arena.check();
    arena.free(tail);
    arena.free(again);
    expect(arena.used).toBe(0);
    expect(arena.top).toBe(FIRST_BLOCK);
  });

  test("reserveArena halves its wish until the system agrees, and never exceeds the largest arena", () => {
    expect(reserveArena(1 << 16).buffer.byteLength).toBe(1 << 16);
    expect(reserveArena(2 ** 33).buffer.byteLength).toBe(ARENA_BYTES_MAX);
  });
});

/** Sizes in bytes as they may be set, by the part of the run that is over, from 0 to 1. */
const DISTRIBUTIONS: Record<string, (random: Random, progress: number) => number> = {
  "uniform from 16 to 1024": (random) => 16 + random.below(1009),
  "lognormal around 100": (random) => Math.min(16_384, Math.floor(8 + Math.exp(4.5 + gauss(random)))),
  "small, from 16 to 128": (random) => 16 + random.below(113),
  "few different ones": (random) => [20, 52, 100, 132, 200, 300, 420, 600, 777, 1000][random.below(10)],
  "growing slowly": (random, progress) => Math.floor(32 * 32 ** progress * (0.5 + random.float())),
  "small, then large, then small again": (random, progress) =>
    progress < 0.3 || progress > 0.6 ? 16 + random.below(113) : 256 + random.below(769),
};

function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.float())) * Math.cos(2 * Math.PI * random.float());
}

describe("at constant live bytes, a million sets and deletes leave top within 1.25 of used, sizes being", () => {
  for (const [name, sizeOf] of Object.entries(DISTRIBUTIONS)) {
    test(name, () => {
      const random = new Random(testSeed(`arena: ${name}`));
      const arena = newArena(32 << 20);
      const live = 2 << 20;
      const offsets: number[] = [];
      for (let i = 0, steps = 1e6; i < steps; i++) {
        const offset = arena.allocate(sizeOf(random, i / steps));
        expect(offset === 0).toBe(false);
        offsets.push(offset);
        while (arena.used > live) {
          const index = random.below(offsets.length);
          arena.free(offsets[index]);
          offsets[index] = offsets[offsets.length - 1];
          offsets.pop();
        }
      }
      arena.check();
      expect(arena.top / arena.used).toBeLessThanOrEqual(1.25);
    });
  }
});
