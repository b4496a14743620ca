import { expect, test } from "bun:test";
import { ByteList } from "../../src/base/byte-list.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

function textAt(list: ByteList, i: number): string {
  return list.bytes.toString("latin1", list.start(i), list.end(i));
}

test("strings are found by their number, however many there are", () => {
  const random = new Random(testSeed("byte list"));
  const texts = Array.from({ length: 500 }, () => "x".repeat(random.below(200)) + random.below(1000));
  const list = new ByteList(texts.length);
  for (const text of texts) {
    const bytes = Buffer.from(`<${text}>`);
    expect(list.add(bytes, 1, bytes.length - 1)).toBe(true);
  }
  expect(list.count).toBe(texts.length);
  expect(texts.map((_, i) => textAt(list, i))).toEqual(texts);
});

test("strings may be empty", () => {
  const list = new ByteList(3);
  const bytes = Buffer.from("ab");
  list.add(bytes, 0, 0);
  list.add(bytes, 0, 2);
  list.add(bytes, 2, 2);
  expect([textAt(list, 0), textAt(list, 1), textAt(list, 2)]).toEqual(["", "ab", ""]);
});

test("a string that is too much is refused, and nothing changes", () => {
  const list = new ByteList(2);
  list.add(Buffer.from("first"), 0, 5);
  // No such bytes are looked at: the length alone decides.
  expect(list.add(Buffer.alloc(0), 0, 2 ** 30)).toBe(false);
  expect([list.count, textAt(list, 0)]).toEqual([1, "first"]);
});
