/** Packed collections: elements put into, replaced and taken out of the entry of a key, against an array of texts. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { NewElement, nextPacked, PackedView, skipPacked } from "../../src/memory/packed.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import {
  createPacked,
  insertPacked,
  packedCount,
  packedStart,
  removePacked,
  replacePacked,
} from "../../src/store/collection.ts";
import { type Entry, TYPE_LIST } from "../../src/store/entry.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

const KEY = Buffer.from("key");
const LENGTHS = [0, 1, 5, 20, 63, 64, 127, 300];

let keyspace: Keyspace;

beforeEach(() => {
  keyspace = new Engine({ shards: 1, arenaBytes: 1 << 16 }).keyspace;
});

function create(): Entry {
  return createPacked(keyspace, 0, KEY, 0, KEY.length, TYPE_LIST);
}

function find(): Entry {
  return keyspace.find(0, KEY, 0, KEY.length) as Entry;
}

function elementOf(text: string): NewElement {
  const bytes = Buffer.from(text);
  return new NewElement().point(bytes, 0, bytes.length);
}

function placeOf(entry: Entry, index: number): number {
  return skipPacked(entry.bytes, packedStart(entry), index);
}

function textsOf(entry: Entry): string[] {
  const view = new PackedView();
  const texts: string[] = [];
  for (let at = packedStart(entry); at < entry.valueEnd; ) {
    at = view.read(entry.bytes, at);
    texts.push(view.bytes.toString("latin1", view.start, view.end));
  }
  expect(packedCount(entry)).toBe(texts.length);
  return texts;
}

function randomText(random: Random): string {
  if (random.below(3) === 0) return String(random.below(2_000_000) - 1_000_000);
  return String.fromCharCode(97 + random.below(26)).repeat(LENGTHS[random.below(LENGTHS.length)]);
}

describe("a packed collection", () => {
  test("is empty when it is created, and knows its key", () => {
    create();
    expect(textsOf(find())).toEqual([]);
    expect(find().bytes.toString("latin1", find().keyStart, find().valueStart)).toBe("key");
  });

  test("holds what an array holds after the same random steps, with and without an expire time", () => {
    const random = new Random(testSeed("packed collections"));
    const model: string[] = [];
    create();
    for (let step = 0; step < 3000; step++) {
      const entry = find();
      const action = random.below(model.length > 40 ? 5 : 4);
      const index = random.below(model.length + 1);
      if (action < 2) {
        const text = randomText(random);
        const after = insertPacked(keyspace, entry, placeOf(entry, index), elementOf(text));
        model.splice(index, 0, text);
        expect(after).toBe(placeOf(entry, index + 1));
      } else if (action === 2 && index < model.length) {
        const text = randomText(random);
        const after = replacePacked(keyspace, entry, placeOf(entry, index), elementOf(text));
        model[index] = text;
        expect(after).toBe(placeOf(entry, index + 1));
      } else if (action === 3 && random.below(20) === 0) {
        if (entry.expires) keyspace.persist(entry);
        else keyspace.setExpire(entry, keyspace.nowMs + 1_000_000);
      } else if (action === 4) {
        const count = Math.min(random.below(10), model.length - index);
        removePacked(keyspace, entry, placeOf(entry, index), placeOf(entry, index + count), count);
        model.splice(index, count);
      }
      expect(textsOf(find())).toEqual(model);
    }
    checkKeyspace(keyspace);
  });

  test("is untouched when there is no memory for an element more, or for a longer one", () => {
    create();
    let count = 0;
    const text = "x".repeat(100);
    expect(() => {
      for (; ; count++) insertPacked(keyspace, find(), packedStart(find()), elementOf(`${text}${count}`));
    }).toThrow(OutOfMemoryError);
    const before = textsOf(find());
    expect(before.length).toBe(count);
    expect(count).toBeGreaterThan(100);
    const long = elementOf("y".repeat(60_000));
    expect(() => replacePacked(keyspace, find(), placeOf(find(), 3), long)).toThrow(OutOfMemoryError);
    expect(textsOf(find())).toEqual(before);
    checkKeyspace(keyspace);
  });

  test("gives memory back when elements are taken out of it", () => {
    const entry = create();
    const { usedBytes } = keyspace;
    for (let i = 0; i < 100; i++) insertPacked(keyspace, entry, entry.valueEnd, elementOf(`element ${i}`));
    removePacked(keyspace, entry, packedStart(entry), entry.valueEnd, 100);
    // What a packed collection may keep as room to grow.
    expect(keyspace.usedBytes - usedBytes).toBeLessThan(100);
  });

  test("of 65,535 elements counts them", () => {
    const large = new Engine({ shards: 1, arenaBytes: 1 << 20 }).keyspace;
    const entry = createPacked(large, 0, KEY, 0, KEY.length, TYPE_LIST);
    const element = elementOf("1");
    for (let i = 0; i < 65_535; i++) insertPacked(large, entry, entry.valueEnd, element);
    expect(packedCount(entry)).toBe(65_535);
    removePacked(large, entry, packedStart(entry), nextPacked(entry.bytes, packedStart(entry)), 1);
    expect(packedCount(entry)).toBe(65_534);
    checkKeyspace(large);
  });
});
