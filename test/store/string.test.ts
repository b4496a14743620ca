import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { ENCODING_EMBSTR, ENCODING_INT, ENCODING_RAW, type Entry } from "../../src/store/entry.ts";
import { type Keyspace, NO_EXPIRE } from "../../src/store/keyspace.ts";
import { Lcs, lcsTableBytes } from "../../src/store/lcs.ts";
import * as strings from "../../src/store/string.ts";
import { Engine } from "../support/engine.ts";
import { testSeed } from "../support/seed.ts";

let keyspace: Keyspace;

beforeEach(() => {
  keyspace = new Engine({ shards: 2, arenaBytes: 8 << 20 }).keyspace;
});

const KEY = Buffer.from("key");

function find(key = KEY): Entry {
  const entry = keyspace.find(0, key, 0, key.length);
  if (entry === null) throw new Error("the key is missing");
  return entry;
}

function set(value: string, key = KEY): void {
  const bytes = Buffer.concat([key, Buffer.from(value, "latin1")]);
  strings.set(keyspace, 0, bytes, 0, key.length, key.length, bytes.length, NO_EXPIRE);
}

function stored(entry: Entry): string {
  return entry.bytes.toString("latin1", entry.valueStart, entry.valueEnd);
}

describe("encodingFor", () => {
  test.each([
    ["0", ENCODING_INT],
    ["-1", ENCODING_INT],
    ["9223372036854775807", ENCODING_INT],
    ["-9223372036854775808", ENCODING_INT],
    ["-9223372036854775809", ENCODING_EMBSTR],
    ["123456789012345678901", ENCODING_EMBSTR],
    ["-", ENCODING_EMBSTR],
    ["/1", ENCODING_EMBSTR],
    [":", ENCODING_EMBSTR],
    ["", ENCODING_EMBSTR],
    ["a".repeat(44), ENCODING_EMBSTR],
    ["a".repeat(45), ENCODING_RAW],
  ])("of %p is encoding %d", (value, encoding) => {
    const bytes = Buffer.from(`12${value}34`);
    expect(strings.encodingFor(bytes, 2, bytes.length - 2)).toBe(encoding);
  });
});

describe("integers", () => {
  test("are read back as they were written", () => {
    for (const value of [0, -7, 2 ** 31, -(2 ** 53 - 1), 2n ** 63n - 1n, -(2n ** 63n)]) {
      set("x");
      strings.setInteger(keyspace, find(), value);
      expect(strings.integerOf(find())).toBe(value);
      expect(stored(find())).toBe(String(value));
      expect(find().encoding).toBe(ENCODING_INT);
    }
  });

  test("are none in any other text", () => {
    for (const text of ["", "01", "1 ", "x"]) {
      set(text);
      expect(strings.integerOf(find())).toBeNull();
    }
  });
});

test("setText never makes an integer of its text", () => {
  strings.setText(keyspace, 0, KEY, 0, KEY.length, "12");
  expect(find().encoding).toBe(ENCODING_EMBSTR);
  strings.setText(keyspace, 0, KEY, 0, KEY.length, "1".repeat(45));
  expect(find().encoding).toBe(ENCODING_RAW);
  expect(stored(find())).toBe("1".repeat(45));
});

test("random writes at random places leave what they leave in a plain string", () => {
  const random = new Random(testSeed("string ranges"));
  const model = new Map<string, string>();
  for (let round = 0; round < 3000; round++) {
    const name = `k${random.below(5)}`;
    const key = Buffer.from(name);
    const piece = String.fromCharCode(97 + random.below(26)).repeat(1 + random.below(200));
    const source = Buffer.from(`${name}${piece}`, "latin1");
    const old = model.get(name);
    if (old === undefined || random.below(20) === 0) {
      if (random.below(2) === 0) {
        set(piece, key);
        model.set(name, piece);
        continue;
      }
      if (old !== undefined) keyspace.delete(find(key));
      const offset = random.below(300);
      strings.createRange(keyspace, 0, source, 0, key.length, offset, key.length, source.length);
      model.set(name, "\0".repeat(offset) + piece);
    } else {
      const offset = random.below(3) === 0 ? old.length : random.below(old.length + 50);
      strings.setRange(keyspace, find(key), offset, source, key.length, source.length);
      const padded = old.padEnd(offset, "\0");
      model.set(name, padded.slice(0, offset) + piece + padded.slice(offset + piece.length));
      expect(find(key).encoding).toBe(ENCODING_RAW);
    }
    expect(stored(find(key))).toBe(model.get(name) as string);
  }
  for (const [name, value] of model) expect(stored(find(Buffer.from(name)))).toBe(value);
  for (const shard of keyspace.shards) shard.arena.check();
});

describe("the longest common subsequence", () => {
  /** Length by plain recursion, for short strings. */
  function naiveLength(a: string, b: string): number {
    if (a === "" || b === "") return 0;
    if (a[0] === b[0]) return 1 + naiveLength(a.slice(1), b.slice(1));
    return Math.max(naiveLength(a.slice(1), b), naiveLength(a, b.slice(1)));
  }

  function isSubsequence(part: string, whole: string): boolean {
    let at = 0;
    for (const char of whole) if (char === part[at]) at++;
    return at === part.length;
  }

  test("has the right length, is in both strings, and its pieces put it together", () => {
    const random = new Random(testSeed("lcs"));
    const word = () => Array.from({ length: random.below(9) }, () => "abc"[random.below(3)]).join("");
    for (let round = 0; round < 500; round++) {
      const a = word();
      const b = word();
      const lcs = new Lcs(Buffer.from(a), Buffer.from(b));
      const found = lcs.bytes().toString();
      expect(lcs.length).toBe(naiveLength(a, b));
      expect(found.length).toBe(lcs.length);
      expect(isSubsequence(found, a) && isSubsequence(found, b)).toBe(true);
      const pieces = lcs.matches().reverse();
      expect(pieces.map((piece) => a.slice(piece.aFirst, piece.aLast + 1)).join("")).toBe(found);
      expect(pieces.map((piece) => b.slice(piece.bFirst, piece.bLast + 1)).join("")).toBe(found);
    }
  });

  test("joins neighbours in both strings into one piece only", () => {
    const lcs = new Lcs(Buffer.from("xabyc"), Buffer.from("abc"));
    expect(lcs.matches()).toEqual([
      { aFirst: 4, aLast: 4, bFirst: 2, bLast: 2 },
      { aFirst: 1, aLast: 2, bFirst: 0, bLast: 1 },
    ]);
  });

  test("takes a table of one cell more than the string in each direction", () => {
    expect(lcsTableBytes(0, 0)).toBe(4);
    expect(lcsTableBytes(9, 99)).toBe(4000);
  });
});
