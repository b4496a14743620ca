/**
 * Members that are popped one by one, while others come and go: what was looked at in advance may be out of date then,
 * and a freed record may have become another member's.
 */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { createPacked } from "../../src/store/collection.ts";
import { type Entry, TYPE_ZSET } from "../../src/store/entry.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import * as zsets from "../../src/store/zset.ts";
import { ZsetCursor } from "../../src/store/zset-cursor.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const KEYS = ["first", "second"].map((name) => Buffer.from(name));

let keyspace: Keyspace;

beforeEach(() => {
  keyspace = new Engine().keyspace;
  keyspace.limits.zsetEntries = 0;
});

const bytesOf = (score: number): Buffer => Buffer.from(`member ${String(score).padStart(8, "0")}`);

/** A set whose members are named by their scores, and an array of them in order. */
class Model {
  readonly scores: number[] = [];

  constructor(private readonly key: Buffer) {
    createPacked(keyspace, 0, key, 0, key.length, TYPE_ZSET);
  }

  get entry(): Entry {
    return keyspace.find(0, this.key, 0, this.key.length) as Entry;
  }

  add(score: number): void {
    const member = bytesOf(score);
    const isNew = zsets.add(keyspace, this.entry, member, 0, member.length, score);
    expect(isNew).toBe(!this.scores.includes(score));
    if (isNew) this.scores.push(score);
    this.scores.sort((a, b) => a - b);
  }

  remove(index: number): void {
    const [score] = this.scores.splice(index, 1);
    const member = bytesOf(score);
    expect(zsets.remove(keyspace, this.entry, member, 0, member.length)).toBe(true);
  }

  pop(fromEnd: boolean): void {
    const expected = (fromEnd ? this.scores.pop() : this.scores.shift()) as number;
    zsets.expectPop(keyspace, this.entry, fromEnd);
    const cursor = new ZsetCursor();
    cursor.open(this.entry, 0, fromEnd, 1);
    const { member } = cursor;
    expect(member.bytes.toString("latin1", member.start, member.end)).toBe(bytesOf(expected).toString());
    zsets.removeRange(keyspace, this.entry, fromEnd ? this.scores.length : 0, 1);
    const gone = bytesOf(expected);
    expect(zsets.score(keyspace, this.entry, gone, 0, gone.length)).toBeNaN();
  }
}

describe("popping", () => {
  test("takes the members in order, from both ends, of sets that change in between", () => {
    const random = new Random(testSeed("pops"));
    const models = KEYS.map((key) => new Model(key));
    for (let step = 0; step < 6000; step++) {
      // For a while the same is done again and again, as clients do.
      const habit = (step >> 8) % 4;
      const model = models[habit === 3 ? random.below(2) : 0];
      const fromEnd = habit === 2 ? random.below(2) === 0 : habit === 1;
      const count = model.scores.length;
      if (count < 40 || (count < 600 && random.below(5) === 0)) {
        const isFirst = random.below(3) === 0 && count > 0 && model.scores[0] > 0;
        model.add(isFirst ? random.below(model.scores[0]) : random.below(100_000));
      } else if (random.below(20) === 0) {
        model.remove(random.below(Math.min(count, 20)));
      } else {
        model.pop(fromEnd);
      }
      if (step % 200 === 0) checkKeyspace(keyspace);
    }
    checkKeyspace(keyspace);
  });

  test("finds a member whose record was another's when it was looked at", () => {
    const model = new Model(KEYS[0]);
    // Neighbours in order are none in memory: free ones would become one block.
    for (let i = 0; i < 300; i++) model.add(100 + ((i * 7) % 300));
    for (let score = 0; score < 100; score++) {
      model.pop(false);
      // The record of the next one becomes free, and is taken again at once.
      model.remove(0);
      model.add(score);
      model.pop(false);
    }
    checkKeyspace(keyspace);
  });

  test("finds the members of a set made in place of another", () => {
    for (let round = 0; round < 3; round++) {
      const model = new Model(KEYS[0]);
      for (let score = 0; score < 300; score++) model.add(score * (round + 1));
      for (let pops = 0; pops < 5; pops++) model.pop(false);
      keyspace.delete(model.entry);
      while (keyspace.collectGarbage(1000));
    }
    checkKeyspace(keyspace);
  });
});
