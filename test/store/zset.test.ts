/** Sorted sets against sorted arrays, packed, linked and on the way from one form to the other. */

import { beforeEach, describe, expect, test } from "bun:test";
import { formatDouble } from "../../src/base/double.ts";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { createPacked } from "../../src/store/collection.ts";
import { digest } from "../../src/store/digest.ts";
import { ENCODING_LINKED, ENCODING_PACKED, type Entry, TYPE_ZSET } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import * as zsets from "../../src/store/zset.ts";
import { ZsetCursor } from "../../src/store/zset-cursor.ts";
import { sampleRanks } from "../../src/store/zset-random.ts";
import { BY_LEX, BY_RANK, BY_SCORE } from "../../src/store/zset-range.ts";
import {
  packedScoreAt,
  packedScoreSize,
  scoreHigh,
  scoreLow,
  writePackedScore,
} from "../../src/store/zset-score.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

type Pair = [member: string, score: number];

const KEY = Buffer.from("key");

let keyspace: Keyspace;

beforeEach(() => {
  keyspace = new Engine().keyspace;
});

const newZset = (): Entry => createPacked(keyspace, 0, KEY, 0, KEY.length, TYPE_ZSET);
const entryOf = (): Entry => keyspace.find(0, KEY, 0, KEY.length) as Entry;

/** Calls a function of a member with the member's bytes in the middle of a buffer. */
function withBytes<T>(member: string, call: (bytes: Buffer, start: number, end: number) => T): T {
  const bytes = Buffer.from(`<${member}>`, "latin1");
  return call(bytes, 1, bytes.length - 1);
}

const add = (zset: Entry, member: string, score: number): boolean =>
  withBytes(member, (bytes, start, end) => zsets.add(keyspace, zset, bytes, start, end, score));
const remove = (zset: Entry, member: string): boolean =>
  withBytes(member, (bytes, start, end) => zsets.remove(keyspace, zset, bytes, start, end));
const scoreOf = (zset: Entry, member: string): number =>
  withBytes(member, (bytes, start, end) => zsets.score(keyspace, zset, bytes, start, end));
const rankOf = (zset: Entry, member: string): number =>
  withBytes(member, (bytes, start, end) => zsets.rank(keyspace, zset, bytes, start, end));

/** What a walk from a rank on meets. */
function walk(zset: Entry, rank: number, reverse: boolean): Pair[] {
  const cursor = new ZsetCursor();
  const pairs: Pair[] = [];
  for (cursor.open(zset, rank, reverse); cursor.valid; cursor.next()) {
    const { bytes, start, end } = cursor.member;
    pairs.push([bytes.toString("latin1", start, end), cursor.score]);
  }
  return pairs;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The pairs of a model in order. Char codes are bytes, so that texts compare as bytes do. */
function sorted(model: Map<string, number>): Pair[] {
  return [...model].sort(([a, x], [b, y]) => (x < y ? -1 : x > y ? 1 : compareText(a, b)));
}

/** Doubles of all kinds, often ones that were drawn before. */
function randomScore(random: Random): number {
  const kind = random.below(10);
  if (kind < 4) return random.below(6) - 2;
  if (kind < 5) return [0, 1 / 3, -1 / 3, 1e300, 5e-324, -5e-324, 2 ** 53, -(2 ** 60)][random.below(8)];
  if (kind < 6) return random.below(2) === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  if (kind < 8) return (random.below(2000) - 1000) / 8;
  return (random.float() - 0.5) * 2 ** (random.below(200) - 100);
}

function randomMember(random: Random): string {
  const kind = random.below(10);
  if (kind < 4) return `member:${random.below(60)}`;
  if (kind < 7) return String(random.below(60) - 30);
  if (kind < 8) return String(BigInt.asIntN(64, 1n << BigInt(random.below(64))));
  return kind < 9 ? "x".repeat(random.below(70)) : ["", "007", "+1", "-0", "\xff\x00"][random.below(5)];
}

describe("the words that a tree orders by", () => {
  test("are in the order of the scores", () => {
    const random = new Random(testSeed("score words"));
    const scores = Array.from({ length: 3000 }, () => randomScore(random));
    for (let i = 1; i < scores.length; i++) {
      const [a, b] = [scores[i - 1], scores[i]];
      const order = scoreHigh(a) - scoreHigh(b) || scoreLow(a) - scoreLow(b);
      expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
    }
  });

  test("are signed, and the same for zeros of both signs", () => {
    expect([scoreHigh(-0), scoreLow(-0)]).toEqual([scoreHigh(0), scoreLow(0)]);
    for (const score of [0, 1, -1, 1e300, -1e-300, Number.NEGATIVE_INFINITY]) {
      expect(scoreHigh(score)).toBe(scoreHigh(score) | 0);
      expect(scoreLow(score)).toBe(scoreLow(score) | 0);
    }
  });
});

describe("a packed score", () => {
  test("reads back as it was written, in the size foretold", () => {
    const random = new Random(testSeed("packed scores"));
    const bytes = Buffer.alloc(30);
    for (let i = 0; i < 3000; i++) {
      const score = randomScore(random);
      expect(writePackedScore(bytes, 7, score)).toBe(7 + packedScoreSize(score));
      expect(packedScoreAt(bytes, 7)).toBe(score);
    }
  });

  test("is an integer where it can be, and 8 bytes otherwise", () => {
    const sizes = [0, -0, 127, -1, 4095, 2 ** 31, 2 ** 53 - 1].map(packedScoreSize);
    expect(sizes).toEqual([2, 2, 2, 3, 3, 10, 10]);
    for (const score of [0.5, 2 ** 53, -(2 ** 53), Number.POSITIVE_INFINITY, 5e-324])
      expect(packedScoreSize(score)).toBe(10);
  });
});

describe("a sorted set next to a sorted array", () => {
  /** Compares everything that can be asked of a sorted set. */
  function compare(zset: Entry, model: Map<string, number>, random: Random): void {
    const pairs = sorted(model);
    expect(zsets.length(zset)).toBe(pairs.length);
    expect(walk(zset, 0, false)).toEqual(pairs);
    const rank = random.below(pairs.length + 2);
    expect(walk(zset, rank, false)).toEqual(pairs.slice(rank));
    expect(walk(zset, rank, true)).toEqual(pairs.toReversed().slice(rank));
    for (let i = 0; i < 5; i++) {
      const member = randomMember(random);
      expect(scoreOf(zset, member)).toBe(model.get(member) ?? Number.NaN);
      expect(rankOf(zset, member)).toBe(pairs.findIndex(([other]) => other === member));
    }
    const scanned: Pair[] = [];
    let cursor = 0;
    do {
      cursor = zsets.scan(keyspace, zset, cursor, 1 + random.below(20), ({ bytes, start, end }, score) => {
        scanned.push([bytes.toString("latin1", start, end), score]);
      });
    } while (cursor !== 0);
    expect(sorted(new Map(scanned))).toEqual(pairs);
    expect(scanned.length).toBe(pairs.length);
  }

  /** Resolves a random range both ways. */
  function compareRange(zset: Entry, model: Map<string, number>, random: Random): void {
    const { range } = keyspace.zset;
    const reverse = random.below(2) === 0;
    const pairs = reverse ? sorted(model).toReversed() : sorted(model);
    let inside: Pair[];
    if (random.below(3) === 0) {
      range.reset(BY_RANK, reverse);
      range.start = random.below(60) - 30;
      range.stop = random.below(60) - 30;
      const { start, stop } = range;
      const from = Math.max(0, start < 0 ? start + pairs.length : start);
      inside = pairs.slice(from, Math.max(0, (stop < 0 ? stop + pairs.length : stop) + 1));
      range.resolve(zset);
    } else {
      range.reset(BY_SCORE, reverse);
      const [min, max] = [randomScore(random), randomScore(random)];
      const [minOut, maxOut] = [random.below(2) === 0, random.below(2) === 0];
      range.min.setScore(min, minOut);
      range.max.setScore(max, maxOut);
      range.offset = random.below(3) === 0 ? random.below(6) - 2 : 0;
      range.limit = random.below(3) === 0 ? random.below(6) - 2 : -1;
      inside = pairs
        .filter(([, s]) => (minOut ? s > min : s >= min) && (maxOut ? s < max : s <= max))
        .slice(range.offset < 0 ? pairs.length : range.offset)
        .slice(0, range.limit < 0 ? pairs.length : range.limit);
      range.resolve(zset);
    }
    expect(range.count).toBe(inside.length);
    if (range.count > 0) expect(walk(zset, range.first, reverse).slice(0, range.count)).toEqual(inside);
  }

  for (const limit of [128, 20, 0]) {
    test(`holds the same members with the same scores, up to ${limit} of them packed`, () => {
      const random = new Random(testSeed("sorted sets next to a model"));
      keyspace.limits.zsetEntries = limit;
      for (let round = 0; round < 6; round++) {
        newZset();
        const model = new Map<string, number>();
        const addsPercent = 40 + random.below(50);
        for (let step = 0; step < 300; step++) {
          // The check moves the keyspace's view of an entry.
          const zset = entryOf();
          const member = randomMember(random);
          if (model.size < 2 || random.below(100) < addsPercent) {
            const score = randomScore(random);
            expect(add(zset, member, score)).toBe(!model.has(member));
            model.set(member, score);
          } else if (random.below(10) > 0) {
            expect(remove(zset, member)).toBe(model.delete(member));
          } else {
            const first = random.below(model.size - 1);
            const count = random.below(Math.min(4, model.size - first));
            for (const [gone] of sorted(model).slice(first, first + count)) model.delete(gone);
            zsets.removeRange(keyspace, zset, first, count);
          }
          if (model.size === 0) {
            add(zset, "last", 1);
            model.set("last", 1);
          }
          compareRange(zset, model, random);
          if (step % 20 === 0) compare(zset, model, random);
          if (step % 50 === 0) checkKeyspace(keyspace);
        }
        compare(entryOf(), model, random);
        checkKeyspace(keyspace);
        keyspace.delete(entryOf());
      }
    });
  }

  test("has the same ranges of bytes, where all scores are the same", () => {
    const random = new Random(testSeed("ranges of bytes"));
    for (let round = 0; round < 60; round++) {
      keyspace.limits.zsetEntries = random.below(2) * 128;
      const zset = newZset();
      const members = new Set(Array.from({ length: 1 + random.below(40) }, () => randomMember(random)));
      for (const member of members) add(zset, member, 7);
      const { range } = keyspace.zset;
      for (let i = 0; i < 20; i++) {
        const reverse = random.below(2) === 0;
        range.reset(BY_LEX, reverse);
        const [min, max] = [randomMember(random), randomMember(random)];
        const [minOut, maxOut] = [random.below(2) === 0, random.below(2) === 0];
        // Neither is copied.
        const bounds = Buffer.from(min + max, "latin1");
        range.min.setBytes(bounds, 0, min.length, minOut);
        range.max.setBytes(bounds, min.length, bounds.length, maxOut);
        const isOpen = [random.below(4) === 0, random.below(4) === 0];
        if (isOpen[0]) range.min.setBelowAll();
        if (isOpen[1]) range.max.setAboveAll();
        const inside = [...members].sort(compareText).filter((member) => {
          const isAboveMin = isOpen[0] || (minOut ? member > min : member >= min);
          return isAboveMin && (isOpen[1] || (maxOut ? member < max : member <= max));
        });
        range.resolve(zset);
        expect(range.count).toBe(inside.length);
        if (range.count === 0) continue;
        const found = walk(zset, range.first, reverse).slice(0, range.count);
        expect(found.map(([member]) => member)).toEqual(reverse ? inside.toReversed() : inside);
      }
      keyspace.delete(zset);
    }
  });
});

describe("the form of a sorted set", () => {
  test("is linked once there are too many members, or one is too long, and stays so", () => {
    keyspace.limits.zsetEntries = 3;
    const many = newZset();
    for (const member of ["a", "b", "c"]) add(many, member, 1);
    add(many, "c", 2);
    expect(many.encoding).toBe(ENCODING_PACKED);
    add(many, "d", 1.5);
    expect(many.encoding).toBe(ENCODING_LINKED);
    for (const member of ["a", "b", "c"]) remove(many, member);
    expect(many.encoding).toBe(ENCODING_LINKED);
    expect(walk(many, 0, false)).toEqual([["d", 1.5]]);
    keyspace.delete(many);
    const long = newZset();
    add(long, "x".repeat(64), 1);
    expect(long.encoding).toBe(ENCODING_PACKED);
    add(long, "x".repeat(65), 1);
    expect(long.encoding).toBe(ENCODING_LINKED);
    checkKeyspace(keyspace);
  });

  test("never is of more than 64 KiB when packed, whatever the limits", () => {
    keyspace.limits.zsetEntries = 1_000_000;
    keyspace.limits.zsetValueBytes = 1_000_000;
    const zset = newZset();
    for (let i = 0; !zset.linked; i++) {
      add(zset, `${"x".repeat(1000)}${i}`, i / 3);
      expect(zset.valueLength).toBeLessThan((1 << 16) + 40);
      expect(i).toBeLessThan(70);
    }
    checkKeyspace(keyspace);
  });

  test("keeps the sign of a zero only when linked", () => {
    const zset = newZset();
    add(zset, "a", -0);
    expect(scoreOf(zset, "a")).toBe(0);
    zsets.convert(keyspace, zset);
    add(zset, "b", -0);
    expect(scoreOf(zset, "b")).toBe(-0);
    add(zset, "b", 0);
    expect(scoreOf(zset, "b")).toBe(-0);
    expect(formatDouble(scoreOf(zset, "a"))).toBe("0");
  });

  test("makes no difference to the digest", () => {
    const zset = newZset();
    for (let i = 0; i < 50; i++) add(zset, `m${i * 7}`, i % 5 === 0 ? i / 3 : i);
    const before = digest(keyspace);
    zsets.convert(keyspace, entryOf());
    expect(digest(keyspace)).toBe(before);
    add(entryOf(), "m7", 2);
    expect(digest(keyspace)).not.toBe(before);
  });
});

test("samples of ranks are of different ranks, all of them drawn equally often", () => {
  const random = new Random(testSeed("ranks"));
  for (const count of [1, 2, 7, 19, 20]) {
    const times = new Array<number>(20).fill(0);
    for (let round = 0; round < 2000; round++) {
      const ranks = sampleRanks(random, 20, count);
      expect(ranks.size).toBe(count);
      for (const rank of ranks) times[rank]++;
    }
    const expected = (2000 * count) / 20;
    const chiSquare = times.reduce((sum, drawn) => sum + (drawn - expected) ** 2 / expected, 0);
    // Exceeded once in a million times with 19 degrees of freedom.
    expect(chiSquare).toBeLessThan(64);
  }
});

describe("without memory", () => {
  /** Takes what is left of the arena but for about `keep` bytes. Returns the blocks. */
  function fillArena(keep: number): number[] {
    const { arena } = keyspace.shards[0];
    const blocks: number[] = [];
    for (let size = 1 << 20; size >= 16; size >>= 1)
      while (arena.hasRoom(size + keep)) blocks.push(arena.allocate(size));
    return blocks;
  }

  test("a change fails with the members as they were, in both forms", () => {
    const random = new Random(testSeed("sorted sets without memory"));
    let failures = 0;
    for (let round = 0; round < 40; round++) {
      keyspace = new Engine({ shards: 1, databases: 1, arenaBytes: 1 << 20 }).keyspace;
      keyspace.limits.zsetEntries = random.below(100);
      const zset = newZset();
      const model = new Map<string, number>();
      for (let i = random.below(150); i >= 0; i--) {
        const member = randomMember(random);
        model.set(member, i);
        add(zset, member, i);
      }
      const filling = fillArena(random.below(4) * 300);
      for (let i = 0; i < 100; i++) {
        const member = random.below(2) === 0 ? randomMember(random) : `${"y".repeat(random.below(200))}${i}`;
        const score = randomScore(random);
        try {
          add(zset, member, score);
          model.set(member, score);
        } catch (error) {
          expect(error).toBeInstanceOf(OutOfMemoryError);
          failures++;
        }
        expect(zsets.length(zset)).toBe(model.size);
      }
      expect(walk(zset, 0, false)).toEqual(sorted(model));
      for (const block of filling) keyspace.shards[0].arena.free(block);
      keyspace.collectGarbage(1e6);
      checkKeyspace(keyspace);
    }
    expect(failures).toBeGreaterThan(400);
  });

  test("members can still be taken out", () => {
    keyspace = new Engine({ shards: 1, databases: 1, arenaBytes: 1 << 20 }).keyspace;
    const zset = newZset();
    for (let i = 0; i < 2000; i++) add(zset, `m${i}`, i % 50);
    const filling = fillArena(0);
    for (let i = 0; i < 2000; i += 3) expect(remove(zset, `m${i}`)).toBe(true);
    zsets.removeRange(keyspace, zset, 100, 1000);
    for (const block of filling) keyspace.shards[0].arena.free(block);
    expect(zsets.length(zset)).toBe(2000 - 667 - 1000);
    checkKeyspace(keyspace);
  });
});
