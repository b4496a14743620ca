/** Memory given back while the arena is used behind it: what is released reads as zeros, as the system would have it. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Arena, type Offset } from "../../src/memory/arena.ts";
import { HOLE_MIN } from "../../src/memory/holes.ts";
import { testSeed } from "../support/seed.ts";

const GRAIN = 64 * 1024;
const MIB = 1 << 20;

let arena: Arena;
let released: [from: number, to: number][];
/** Grains that have memory. */
let resident: Set<number>;
/** Grains that were released without having any. */
let inVain: number;

beforeEach(() => newArena(64 * MIB));

function newArena(bytes: number): void {
  released = [];
  resident = new Set();
  inVain = 0;
  arena = new Arena(new SharedArrayBuffer(bytes), (_, from, to) => {
    expect([from % GRAIN, to % GRAIN]).toEqual([0, 0]);
    expect(to).toBeGreaterThan(from);
    released.push([from, to]);
    arena.bytes.fill(0, from, to);
    for (let grain = from / GRAIN; grain < to / GRAIN; grain++) if (!resident.delete(grain)) inVain++;
  });
}

/** A new block, all of which is used. */
function allocate(size: number, fill = 1): Offset {
  const offset = arena.allocate(size);
  if (offset === 0) return 0;
  arena.bytes.fill(fill, offset, offset + size);
  for (let grain = Math.floor(offset / GRAIN); grain * GRAIN < offset + size; grain++) resident.add(grain);
  return offset;
}

/** A period passes, and all is released that may be. Returns how many bytes that was. */
function period(): number {
  arena.age();
  const before = released.length;
  while (arena.release());
  return released.slice(before).reduce((sum, [from, to]) => sum + to - from, 0);
}

describe("a hole", () => {
  test("that is not used for a whole period is released step by step, but for its ends", () => {
    const hole = allocate(3 * MIB);
    allocate(100);
    arena.free(hole);
    expect(arena.release()).toBe(false);
    expect(period()).toBe(0);
    expect(period()).toBe(3 * MIB - GRAIN);
    expect(released).toEqual([
      [GRAIN, GRAIN + MIB],
      [GRAIN + MIB, GRAIN + 2 * MIB],
      [GRAIN + 2 * MIB, 3 * MIB],
    ]);
    expect(period() + period()).toBe(0);
    arena.check();
  });

  test("is worth it from a certain size on", () => {
    const holes = [HOLE_MIN - 4, HOLE_MIN - 12].map((size) => {
      const hole = allocate(size);
      allocate(100);
      return hole;
    });
    for (const hole of holes) arena.free(hole);
    period();
    expect(period()).toBe(HOLE_MIN - GRAIN);
  });

  test("stays as old as it is when blocks are cut off its start", () => {
    const hole = allocate(3 * MIB);
    allocate(100);
    arena.free(hole);
    period();
    const first = allocate(MIB);
    expect(first).toBe(hole);
    expect(period()).toBe(2 * MIB - GRAIN);
    // What is released already is not again.
    allocate(MIB);
    expect(period() + period()).toBe(0);
    // A block that grows into it changes nothing either.
    arena.resizeInPlace(first, MIB);
    arena.check();
  });

  test("that a block has grown into is as old as it was", () => {
    const first = allocate(100);
    const hole = allocate(3 * MIB);
    allocate(100);
    arena.free(hole);
    period();
    expect(arena.resizeInPlace(first, 108)).toBe(true);
    expect(period()).toBe(3 * MIB - GRAIN);
    expect(arena.resizeInPlace(first, MIB)).toBe(true);
    expect(period() + period()).toBe(0);
    arena.check();
  });

  test("is released in time even if it grows in every period, and so is what it has grown by", () => {
    const parts = Array.from({ length: 20 }, () => allocate(MIB));
    allocate(100);
    arena.free(parts[0]);
    arena.free(parts[1]);
    let bytes = period();
    for (let i = 2; i < 20; i++) {
      arena.free(parts[i]);
      bytes = period();
      expect(bytes).toBeGreaterThanOrEqual(MIB);
    }
    expect(period()).toBe(MIB);
    expect(inVain).toBe(0);
    expect([...resident]).toEqual([0, (20 * MIB) / GRAIN]);
    arena.check();
  });

  test("that is used at its start in every period is released behind that", () => {
    const hole = allocate(10 * MIB);
    allocate(100);
    arena.free(hole);
    let bytes = 0;
    for (let i = 0; i < 5; i++) {
      const start = allocate(3 * MIB);
      expect(start).toBe(hole);
      arena.free(start);
      bytes += period();
    }
    expect(bytes).toBe(7 * MIB - GRAIN);
    expect([...resident].sort((a, b) => a - b).slice(0, -1)).toEqual(
      Array.from({ length: (3 * MIB) / GRAIN + 1 }, (_, i) => i),
    );
    expect(period() + period()).toBe(3 * MIB);
  });

  test("is released two periods later at any time", () => {
    const hole = allocate(MIB);
    allocate(100);
    for (let i = 0; i < 300; i++) {
      arena.free(hole);
      expect(period()).toBe(0);
      expect(period()).toBe(MIB - GRAIN);
      expect(allocate(MIB - GRAIN)).toBe(hole);
    }
  });

  test("keeps its links, wherever it starts", () => {
    for (let shift = 0; shift < 40; shift += 8) {
      newArena(64 * MIB);
      // The first block starts at 4; with the header and two links of what follows a grain may end anywhere.
      allocate(GRAIN - 32 + shift);
      const holes = [0, 1].map(() => {
        const hole = allocate(MIB);
        allocate(100);
        return hole;
      });
      // The one that is freed last leads to the other one.
      arena.free(holes[1]);
      arena.free(holes[0]);
      period();
      expect(period()).toBeGreaterThan(MIB);
      arena.check();
      expect([allocate(MIB - GRAIN), allocate(MIB - GRAIN)].sort()).toEqual([...holes].sort());
    }
  });

  test("is forgotten with everything else", () => {
    arena.free(allocate(3 * MIB));
    const hole = allocate(3 * MIB);
    allocate(100);
    arena.free(hole);
    period();
    arena.reset();
    allocate(10 * MIB);
    expect(period() + period() + period()).toBe(0);
    arena.check();
  });

  test("that is used now and then is not released", () => {
    const hole = allocate(3 * MIB);
    allocate(100);
    arena.free(hole);
    for (let i = 0; i < 5; i++) {
      expect(period()).toBe(0);
      expect(allocate(3 * MIB - 2 * GRAIN)).toBe(hole);
      arena.free(hole);
    }
  });

  test("disappears with the arena's end, and what comes then is a new one", () => {
    const hole = allocate(3 * MIB);
    const last = allocate(100);
    arena.free(hole);
    period();
    arena.free(last);
    expect(arena.top).toBeLessThan(100);
    const again = allocate(3 * MIB);
    allocate(100);
    arena.free(again);
    expect(period()).toBe(0);
    expect(period()).toBeGreaterThan(0);
  });

  test("random blocks keep their contents, and no large hole keeps its memory for long", () => {
    const random = new Random(testSeed("holes"));
    newArena(24 * MIB);
    const blocks: { offset: Offset; size: number; fill: number }[] = [];
    const check = () => {
      arena.check();
      for (const { offset, size, fill } of blocks) {
        const bytes = arena.bytes.subarray(offset, offset + size);
        if (bytes[0] !== fill || bytes.includes(0) || bytes[size - 1] !== fill)
          throw new Error(`the block at ${offset} has changed`);
      }
    };
    for (let step = 0; step < 3000; step++) {
      const growing = Math.floor(step / 100) % 2 === 0;
      const dice = random.below(20);
      if (dice < (growing ? 12 : 6)) {
        const size = 1 + random.below(2 ** (3 + random.below(18)));
        const fill = 1 + random.below(254);
        const offset = allocate(size, fill);
        if (offset !== 0) blocks.push({ offset, size, fill });
      } else if (dice < 18 && blocks.length > 0) {
        const [{ offset }] = blocks.splice(random.below(blocks.length), 1);
        arena.free(offset);
      } else period();
      if (step % 20 === 0) check();
    }
    expect(released.length).toBeGreaterThan(20);
    for (let i = 0; i < 3; i++) period();
    blocks.sort((a, b) => a.offset - b.offset);
    for (const [i, { offset }] of blocks.entries()) {
      const before = blocks[i - 1];
      const start = before === undefined ? 0 : before.offset - 4 + arena.blockBytesOf(before.offset);
      if (offset - start < HOLE_MIN + 8) continue;
      for (let at = Math.ceil(start / GRAIN) + 1; (at + 1) * GRAIN < offset - 4; at++)
        expect(resident.has(at)).toBe(false);
    }
    check();
  });
});
