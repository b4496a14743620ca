/** The ordered tree against a sorted array, with keys that are often equal, so that records decide the order. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { OrderedTree, TreeCursor } from "../../src/memory/ordered-tree.ts";
import { testSeed } from "../support/seed.ts";

const INT_MIN = -0x80000000;
const INT_MAX = 0x7fffffff;

interface Entry {
  high: number;
  low: number;
  record: number;
}

/** Ways to draw a key, from all different to all equal. */
const KEYS: Record<string, (random: Random) => [high: number, low: number]> = {
  "spread over 64 bits": (random) => [random.next32(), random.next32()],
  "equal in high": (random) => [7, random.next32()],
  "equal in most": (random) => [random.below(3) - 1, random.below(3) - 1],
  "all equal": () => [0, 0],
  "at the ends of the range": (random) => [
    pick(random, [INT_MIN, INT_MAX]),
    pick(random, [INT_MIN, -1, 0, INT_MAX]),
  ],
};

function pick<T>(random: Random, from: T[]): T {
  return from[random.below(from.length)];
}

/** A tree, and what should be in it. A record is a block that holds the number which orders it among equal keys. */
class Model {
  readonly arena: Arena;
  readonly tree: OrderedTree;
  readonly root: number;
  /** In order. */
  readonly entries: Entry[] = [];
  readonly byRecord = new Map<number, Entry>();
  readonly cursor = new TreeCursor();
  /** Not 0: that is the order of the records of {@link ascendingModel}. */
  private drawn = 1;
  /** Bytes in use with an empty tree. */
  readonly usedEmpty: number;

  constructor(bytes: number) {
    this.arena = new Arena(new SharedArrayBuffer(bytes));
    this.tree = new OrderedTree(this.arena, (a, b) => this.orderOf(a) - this.orderOf(b));
    this.root = this.tree.create();
    this.usedEmpty = this.arena.used;
  }

  orderOf(record: number): number {
    const order = this.arena.words[record >> 2];
    if (order < 0) throw new Error(`the tree looks at ${record}, which was freed`);
    return order;
  }

  /** A number that seems random and comes only once, so that no two records compare as equal. */
  newOrder(): number {
    return Math.imul(this.drawn++, 0x9e3779b1) & INT_MAX;
  }

  /** Where an entry is in the array, or would be: the number of entries before it. */
  placeOf(high: number, low: number, order: number): number {
    let from = 0;
    let to = this.entries.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const { high: otherHigh, low: otherLow, record } = this.entries[middle];
      const difference = otherHigh - high || otherLow - low || this.orderOf(record) - order;
      if (difference < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  newRecord(order: number): number {
    const record = this.arena.allocate(12);
    if (record !== 0) this.arena.words[record >> 2] = order;
    return record;
  }

  freeRecord(record: number): void {
    this.arena.words[record >> 2] = -1;
    this.arena.free(record);
  }

  /** False when the arena is full. */
  insert(high: number, low: number, order: number): boolean {
    const record = this.newRecord(order);
    if (record === 0) return false;
    if (!this.tree.insert(this.root, high, low, record)) {
      this.freeRecord(record);
      return false;
    }
    this.note(high, low, record);
    return true;
  }

  /** Enters in the model what was filed in the tree. */
  note(high: number, low: number, record: number): void {
    const entry = { high, low, record };
    this.entries.splice(this.placeOf(high, low, this.orderOf(record)), 0, entry);
    this.byRecord.set(record, entry);
  }

  removeAt(place: number): void {
    const [{ high, low, record }] = this.entries.splice(place, 1);
    this.tree.remove(this.root, high, low, record);
    this.byRecord.delete(record);
    this.freeRecord(record);
  }

  removeAny(random: Random): void {
    this.removeAt(random.below(this.entries.length));
  }

  /** Moves the record of some entry to another block. */
  replaceAny(random: Random): void {
    const entry = pick(random, this.entries);
    const fresh = this.newRecord(this.orderOf(entry.record));
    if (fresh === 0) return;
    this.tree.replace(this.root, entry.high, entry.low, entry.record, fresh);
    this.freeRecord(entry.record);
    this.byRecord.delete(entry.record);
    this.byRecord.set(fresh, entry);
    entry.record = fresh;
  }

  /** Ranks of an entry and its key, and the partition at it. */
  expectRanks(place: number): void {
    const { tree, root } = this;
    const { high, low, record } = this.entries[place];
    expect(tree.rank(root, high, low, record)).toBe(place);
    expect(tree.rankOfKey(root, high, low, false)).toBe(this.placeOf(high, low, -1));
    expect(tree.rankOfKey(root, high, low, true)).toBe(this.placeOf(high, low, Infinity));
    const order = this.orderOf(record);
    const isBefore = (other: number) => {
      const { high: otherHigh, low: otherLow } = this.byRecord.get(other) as Entry;
      return (otherHigh - high || otherLow - low || this.orderOf(other) - order) < 0;
    };
    expect(tree.partition(root, isBefore)).toBe(place);
  }

  /** The entries from `place` on, up to `steps` of them, forwards or backwards. */
  expectWalk(place: number, steps: number, direction: 1 | -1): void {
    const { tree, cursor } = this;
    const walked: Entry[] = [];
    for (tree.seek(this.root, place, cursor); cursor.valid && walked.length < steps; ) {
      walked.push({ high: cursor.high, low: cursor.low, record: cursor.record });
      if (direction > 0) tree.next(cursor);
      else tree.previous(cursor);
    }
    const backwards = () => this.entries.slice(Math.max(0, place + 1 - steps), place + 1).reverse();
    expect(walked).toEqual(direction > 0 ? this.entries.slice(place, place + steps) : backwards());
  }

  /** Every entry in both directions, the invariants, and that no byte of the arena is lost. Returns sparse nodes. */
  check(): number {
    const { sparse } = this.tree.check(this.root);
    const { entries } = this;
    expect(this.tree.count(this.root)).toBe(entries.length);
    this.expectWalk(0, entries.length + 1, 1);
    this.expectWalk(entries.length - 1, entries.length + 1, -1);
    let used = this.tree.bytesOf(this.root);
    for (const { record } of entries) used += this.arena.blockBytesOf(record);
    expect(this.arena.used).toBe(used);
    return sparse;
  }
}

/** A model with `count` entries of keys 0, 1, 2, ... */
function ascendingModel(count: number, bytes = 8 << 20): Model {
  const model = new Model(bytes);
  for (let i = 0; i < count; i++) expect(model.insert(0, i, 0)).toBe(true);
  return model;
}

describe("ordered tree", () => {
  for (const [name, drawKey] of Object.entries(KEYS)) {
    test(`inserts, removes, replacements and ranks agree with a sorted array, keys being ${name}`, () => {
      const random = new Random(testSeed(`ordered tree: ${name}`));
      const model = new Model(8 << 20);
      // Up to 18,000 entries, down to 9,000, up to 27,000 and down to none: two levels of inner nodes come and go.
      for (let step = 0; step < 90_000; step++) {
        const growing = step % 45_000 < 30_000;
        const dice = random.below(10);
        if (model.entries.length === 0 || dice < (growing ? 7 : 1)) {
          const [high, low] = drawKey(random);
          expect(model.insert(high, low, model.newOrder())).toBe(true);
        } else if (dice < 8) model.removeAny(random);
        else if (dice < 9) model.replaceAny(random);
        else model.expectWalk(random.below(model.entries.length), 5, pick(random, [1, -1]));
        if (step % 20 === 0 && model.entries.length > 0)
          model.expectRanks(random.below(model.entries.length));
        if (step % 3000 === 0 || step < 300) expect(model.check()).toBe(0);
      }
      while (model.entries.length > 0) model.removeAny(random);
      expect(model.check()).toBe(0);
      expect(model.arena.used).toBeLessThanOrEqual(model.usedEmpty + 8);
      model.tree.destroy(model.root);
      expect(model.arena.used).toBe(0);
      model.arena.check();
    });
  }

  test("keys that nobody filed have a rank, too, and so have those at the ends of the range", () => {
    const random = new Random(testSeed("ordered tree: rank of key"));
    const model = new Model(1 << 20);
    for (let i = 0; i < 3000; i++) model.insert(random.below(40) * 2, random.below(40) * 2, i);
    for (let i = 0; i < 2000; i++) {
      const high = random.below(82) - 1;
      const low = random.below(82) - 1;
      expect(model.tree.rankOfKey(model.root, high, low, false)).toBe(model.placeOf(high, low, -1));
      expect(model.tree.rankOfKey(model.root, high, low, true)).toBe(model.placeOf(high, low, Infinity));
    }
    expect(model.tree.rankOfKey(model.root, INT_MIN, INT_MIN, true)).toBe(0);
    expect(model.tree.rankOfKey(model.root, INT_MAX, INT_MAX, false)).toBe(3000);
    expect(model.tree.partition(model.root, () => false)).toBe(0);
    expect(model.tree.partition(model.root, () => true)).toBe(3000);
  });

  test("a cursor is valid at every rank there is and at no other", () => {
    const model = ascendingModel(1000);
    const { tree, root, cursor } = model;
    for (const rank of [-1, 1000, 5000]) {
      tree.seek(root, rank, cursor);
      expect(cursor.valid).toBe(false);
    }
    for (let rank = 0; rank < 1000; rank++) {
      tree.seek(root, rank, cursor);
      expect(cursor.valid).toBe(true);
      expect(cursor.low).toBe(rank);
    }
  });

  test("the rank that was looked up last leads to its entry, whatever has changed since, here or in another tree", () => {
    const random = new Random(testSeed("ordered tree: ranks used again"));
    const model = ascendingModel(2000);
    const { tree, root, cursor, entries } = model;
    const other = tree.create();
    for (let i = 0; i < 500; i++) {
      const record = model.newRecord(0);
      expect(tree.insert(other, 1, i, record)).toBe(true);
    }
    const changes = [
      () => {},
      () => model.insert(0, random.below(4000), model.newOrder()),
      () => model.removeAny(random),
      () => model.replaceAny(random),
      () => tree.seek(other, random.below(500), new TreeCursor()),
      () => tree.rankOfKey(other, 1, random.below(500), false),
      () => tree.rank(root, 0, entries[0].low, entries[0].record),
    ];
    for (let step = 0; step < 5000; step++) {
      const { high, low } = pick(random, entries);
      const rank = tree.rankOfKey(root, high, low, random.below(2) === 0);
      pick(random, changes)();
      tree.seek(root, rank, cursor);
      expect(cursor.valid ? cursor.record : 0).toBe(entries[rank]?.record ?? 0);
      if (step % 4 !== 0 || !cursor.valid) continue;
      expect(tree.removeAt(root, rank)).toBe(entries[rank].record);
      const [{ record }] = entries.splice(rank, 1);
      model.byRecord.delete(record);
      model.freeRecord(record);
      expect(model.insert(0, random.below(4000), model.newOrder())).toBe(true);
    }
    tree.check(root);
  });

  test("a new tree in the place of one that is gone has ranks of its own", () => {
    const model = ascendingModel(3);
    const { tree, arena, cursor } = model;
    for (let round = 0; round < 5; round++) {
      const root = tree.create();
      const record = model.newRecord(round);
      expect(tree.insert(root, 5, round, record)).toBe(true);
      tree.seek(root, 0, cursor);
      expect([cursor.high, cursor.low, cursor.record]).toEqual([5, round, record]);
      expect(tree.rankOfKey(root, 5, round, false)).toBe(0);
      tree.destroy(root);
      arena.free(record);
    }
  });

  test("an empty tree has no entry to seek and no ranks but 0", () => {
    const { tree, root, cursor } = new Model(4096);
    tree.check(root);
    tree.seek(root, 0, cursor);
    expect(cursor.valid).toBe(false);
    expect(tree.count(root)).toBe(0);
    expect(tree.rankOfKey(root, 0, 0, true)).toBe(0);
    expect(tree.partition(root, () => true)).toBe(0);
  });

  test("a record that is not filed can be neither removed nor ranked", () => {
    const model = ascendingModel(500);
    const stranger = model.newRecord(9);
    const { tree, root } = model;
    for (const low of [-1, 77, 500]) {
      expect(() => tree.remove(root, 0, low, stranger)).toThrow("is not filed");
      expect(() => tree.rank(root, 0, low, stranger)).toThrow("is not filed");
      expect(() => tree.replace(root, 0, low, stranger, stranger)).toThrow("is not filed");
    }
    model.freeRecord(stranger);
    model.check();
  });

  const ORDERS: Record<string, (i: number, count: number) => number> = {
    ascending: (i) => i,
    descending: (i, count) => count - 1 - i,
    "from both ends": (i, count) => (i % 2 === 0 ? i : count - i),
  };
  for (const [inserting, insertKey] of Object.entries(ORDERS)) {
    for (const [removing, removeKey] of Object.entries(ORDERS)) {
      test(`${inserting} inserts and ${removing} removals keep nodes full and leave nothing behind`, () => {
        const count = 30_000;
        const model = new Model(8 << 20);
        const { tree, root } = model;
        for (let i = 0; i < count; i++) model.insert(0, insertKey(i, count), 0);
        expect(model.check()).toBe(0);
        for (let left = count; left > 0; left--) {
          model.removeAt(model.placeOf(0, removeKey(count - left, count), -1));
          if (left % 3000 === 0) {
            expect(tree.check(root).sparse).toBe(0);
            expect(tree.bytesOf(root) / tree.count(root)).toBeLessThan(17);
          }
        }
        expect(model.check()).toBe(0);
        expect(model.arena.used).toBeLessThanOrEqual(model.usedEmpty + 8);
      });
    }
  }

  test("a small tree takes a small block, and an entry a few bytes more", () => {
    const model = new Model(1 << 20);
    expect(model.usedEmpty).toBeLessThanOrEqual(80);
    for (let i = 0; i < 100; i++) {
      model.insert(0, i, 0);
      expect(model.tree.bytesOf(model.root)).toBeLessThanOrEqual(144 + i * 12.5);
    }
  });

  test("a quarter of a million entries take at most 13.5 bytes each, 13 if they came in order", () => {
    const random = new Random(testSeed("ordered tree: bytes"));
    const count = 250_000;
    for (const [bytes, keyOf] of [
      [13.5, () => random.next32()],
      [13, (i: number) => i],
    ] as const) {
      const arena = new Arena(new SharedArrayBuffer(16 << 20));
      const tree = new OrderedTree(arena, (a, b) => a - b);
      const root = tree.create();
      const keys = new Int32Array(count).map((_, i) => keyOf(i));
      for (let i = 0; i < count; i++) tree.insert(root, keys[i], 0, i + 1);
      expect(tree.bytesOf(root) / count).toBeLessThanOrEqual(bytes);
      // Half of them gone, at random, the others still take little more.
      for (let i = 0; i < count; i += 2) tree.remove(root, keys[i], 0, i + 1);
      expect(tree.check(root).sparse).toBe(0);
      expect(tree.bytesOf(root) / tree.count(root)).toBeLessThanOrEqual(17);
    }
  });

  test("an insert that finds the arena full changes nothing, and removing needs no memory", () => {
    const random = new Random(testSeed("ordered tree: full arena"));
    let refusals = 0;
    for (let round = 0; round < 30; round++) {
      const model = new Model(8192 + random.below(16_000) * 8);
      const drawKey = Object.values(KEYS)[round % 5];
      // Blocks of other sizes make the arena full at many different moments of a split.
      const fillers: number[] = [];
      for (let step = 0; step < 3000; step++) {
        const [high, low] = drawKey(random);
        const record = model.newRecord(model.newOrder());
        const { used } = model.arena;
        if (record !== 0 && model.tree.insert(model.root, high, low, record)) {
          model.note(high, low, record);
          if (random.below(100) === 0) {
            const filler = model.arena.allocate(random.below(3000));
            if (filler !== 0) fillers.push(filler);
          }
          continue;
        }
        refusals++;
        expect(model.arena.used).toBe(used);
        expect(model.tree.count(model.root)).toBe(model.entries.length);
        if (refusals % 20 === 0) model.tree.check(model.root);
        if (record !== 0) model.freeRecord(record);
        // Nearly all of the memory that removals give back is taken away at once.
        for (let i = random.below(random.below(8) === 0 ? 300 : 3); i > 0 && model.entries.length > 0; i--) {
          model.removeAny(random);
          const filler = model.arena.allocate(12);
          if (filler !== 0) fillers.push(filler);
        }
        for (let i = random.below(80); i > 0 && fillers.length > 0; i--)
          model.arena.free(fillers.pop() as number);
      }
      for (const filler of fillers) model.arena.free(filler);
      model.check();
      model.arena.check();
      while (model.entries.length > 0) model.removeAny(random);
      model.check();
      model.tree.destroy(model.root);
      expect(model.arena.used).toBe(0);
    }
    expect(refusals).toBeGreaterThan(500);
  });

  test("where no memory is left, removing leaves nodes sparse, which later removals mend", () => {
    const random = new Random(testSeed("ordered tree: sparse nodes"));
    const model = new Model(512 << 10);
    const { arena, tree, root, cursor } = model;
    for (let i = 5000; i > 0; i--) model.insert(0, i, 0);
    const fillers: number[] = [];
    const fill = () => {
      for (let filler = arena.allocate(12); filler !== 0; filler = arena.allocate(12)) fillers.push(filler);
    };
    fill();
    while (model.entries.length > 2000) {
      model.removeAny(random);
      fill();
      if (model.entries.length % 100 === 0) tree.check(root);
    }
    expect(model.tree.check(root).sparse).toBeGreaterThan(10);
    for (const filler of fillers) arena.free(filler);
    expect(model.check()).toBeGreaterThan(10);
    for (let round = 0; round < 6; round++) {
      const places: number[] = [];
      for (tree.seek(root, 0, cursor); cursor.valid; tree.next(cursor))
        if (cursor.index === 0) places.push(tree.rank(root, cursor.high, cursor.low, cursor.record));
      for (const place of places.reverse()) model.removeAt(place);
    }
    expect(model.check()).toBe(0);
    expect(model.entries.length).toBeGreaterThan(1000);
  });

  test("where no memory is left, a tree of three levels still becomes one leaf when its first part goes", () => {
    // The last entry is alone in its leaf, which is alone in its inner node.
    const model = ascendingModel(128 * 128 + 1, 1 << 20);
    const { arena, tree, root } = model;
    leaveFree(arena, 0);
    while (model.entries.length > 1) {
      model.removeAt(0);
      leaveFree(arena, 0);
      if (model.entries.length % 1000 === 0) tree.check(root);
    }
    expect(tree.check(root).nodes).toBe(1);
    model.expectRanks(0);
  });

  test("a split that fails at any of its allocations leaves every byte of the tree where it was", () => {
    // Ascending keys fill every node; the next insert splits one on each level and puts a new one on top.
    const ascending = 128 * 128;
    for (const position of [ascending, -1]) {
      let failed = 0;
      for (let left = 0; left < 8000; left += 152) {
        const model = ascendingModel(ascending, 1 << 20);
        const { arena, tree, root } = model;
        const record = model.newRecord(0);
        leaveFree(arena, left);
        const { used } = arena;
        const bytes = tree.bytesOf(root);
        if (!tree.insert(root, 0, position, record)) {
          failed++;
          expect(arena.used).toBe(used);
          expect(tree.bytesOf(root)).toBe(bytes);
          expect(tree.count(root)).toBe(ascending);
        }
        expect(tree.check(root).sparse).toBe(0);
        arena.check();
      }
      expect(failed).toBeGreaterThan(0);
      expect(failed).toBeLessThan(50);
    }
  });

  test("creating a tree in a full arena fails and takes nothing", () => {
    const arena = new Arena(new SharedArrayBuffer(128));
    arena.allocate(60);
    const { used } = arena;
    expect(new OrderedTree(arena, (a, b) => a - b).create()).toBe(0);
    expect(arena.used).toBe(used);
    arena.check();
  });

  test("a tree is destroyed in slices, no slice freeing more nodes than it may", () => {
    for (const count of [0, 1, 100, 1000, 40_000]) {
      const model = ascendingModel(count);
      const { arena, tree, root } = model;
      const { nodes } = tree.check(root);
      const records = arena.used - tree.bytesOf(root);
      let blocks = arena.check().blocks;
      let slices = 1;
      while (!tree.destroySome(root, 7)) {
        const now = arena.check().blocks;
        expect(blocks - now).toBe(7);
        blocks = now;
        slices++;
      }
      expect(slices).toBe(Math.ceil(nodes / 7));
      expect(arena.used).toBe(records);
    }
  });

  test("trees of one arena do not disturb each other", () => {
    const random = new Random(testSeed("ordered tree: many trees"));
    const arena = new Arena(new SharedArrayBuffer(4 << 20));
    const tree = new OrderedTree(arena, (a, b) => a - b);
    const roots = Array.from({ length: 50 }, () => tree.create());
    const filed = roots.map(() => [] as number[]);
    for (let step = 1; step < 20_000; step++) {
      const which = random.below(roots.length);
      if (random.below(3) > 0) {
        tree.insert(roots[which], step % 5, 0, step);
        filed[which].push(step);
      } else if (filed[which].length > 0) {
        const record = filed[which].splice(random.below(filed[which].length), 1)[0];
        tree.remove(roots[which], record % 5, 0, record);
      }
    }
    for (const [which, root] of roots.entries()) {
      expect(tree.check(root).sparse).toBe(0);
      expect(tree.count(root)).toBe(filed[which].length);
      tree.destroy(root);
    }
    expect(arena.used).toBe(0);
  });
});

/** Fills the arena up, but for about `left` bytes in one piece. */
function leaveFree(arena: Arena, left: number): void {
  const kept = left < 16 ? 0 : arena.allocate(left);
  for (let size = arena.buffer.byteLength; size >= 8; ) {
    if (arena.allocate(size) === 0) size >>= 1;
  }
  if (kept !== 0) arena.free(kept);
}
