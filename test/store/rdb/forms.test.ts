/** Dumps in all the forms there have been, and what is refused of each. */

import { describe, expect, test } from "bun:test";
import {
  binaryDouble,
  compressed,
  dumpOf,
  type Item,
  integer,
  intset,
  listpack,
  number,
  raw,
  sealed,
  textDouble,
  u32,
  ziplist,
  zipmap,
} from "../../support/rdb-encoders.ts";
import { DumpRig, KEY } from "./support.ts";

const LONG = "long ".repeat(100);
const HUGE = "huge".repeat(5000);

/** Texts and integers of every form that ziplists and listpacks have. */
const ITEMS: Item[] = [
  ...["", "a", "b".repeat(63), "c".repeat(64), LONG, HUGE, "d".repeat(300), "12", "-0", "01"],
  ...[
    0,
    12,
    13,
    -1,
    127,
    -128,
    128,
    -32_768,
    32_768,
    8_388_607,
    -8_388_609,
    2_147_483_648,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ],
];
const TEXTS = ITEMS.map((item) => String(item));

/** A reply of the engine's as texts: the bulk strings in it. */
function texts(rig: DumpRig, ...argv: string[]): string[] {
  const reply = rig.engine.run(argv[0], KEY, ...argv.slice(1));
  const found: string[] = [];
  for (let at = reply.indexOf("$"); at >= 0; ) {
    const end = reply.indexOf("\r\n", at);
    const length = Number(reply.slice(at + 1, end));
    found.push(reply.slice(end + 2, end + 2 + length));
    at = reply.indexOf("$", end + 2 + length);
  }
  return found;
}

function restored(dump: Buffer): DumpRig {
  const rig = new DumpRig();
  if (rig.refuses(dump)) throw new Error("the dump was refused");
  return rig;
}

function isRefused(dump: Buffer): boolean {
  return new DumpRig().refuses(dump);
}

function sorted(list: string[]): string[] {
  return [...list].sort();
}

describe("a string", () => {
  test.each([
    ["as it is", raw("hello"), "hello"],
    ["that is empty", raw(""), ""],
    [
      "whose length has more bytes than it needs",
      Buffer.concat([number(5, 32), Buffer.from("hello")]),
      "hello",
    ],
    ["whose length has eight bytes", Buffer.concat([number(5, 64), Buffer.from("hello")]), "hello"],
    ["that is an integer of 8 bits", integer(-7, 1), "-7"],
    ["that is an integer of 16 bits", integer(-32_768, 2), "-32768"],
    ["that is an integer of 32 bits", integer(2_147_483_647, 4), "2147483647"],
    ["that is compressed", compressed(HUGE), HUGE],
    ["that is compressed to nothing", Buffer.of(0xc3, 0, 0), ""],
  ])("%s is read", (_, value, expected) => {
    expect(texts(restored(dumpOf(0, value)), "GET")).toEqual([expected]);
  });

  test.each([
    ["without a length", Buffer.alloc(0)],
    ["that is cut off", raw("hello").subarray(0, -1)],
    ["that is longer than all there is", Buffer.concat([number(2 ** 31, 32), Buffer.from("hello")])],
    ["of 2^63 bytes", Buffer.concat([Buffer.of(0x81, 0x7f), Buffer.alloc(7, 0xff), Buffer.from("hello")])],
    ["of 2^53 bytes", Buffer.concat([number(2 ** 53, 64), Buffer.from("hello")])],
    ["whose length has an unknown form", Buffer.concat([Buffer.of(0x82), Buffer.from("hello")])],
    ["of an unknown encoding", Buffer.concat([Buffer.of(0xc4), Buffer.from("hello")])],
    ["that is an integer cut off", integer(70_000, 4).subarray(0, -1)],
    ["compressed, said to be shorter", compressed("hello", 4)],
    ["compressed, said to be longer", compressed("hello", 6)],
    [
      "compressed, said to have 2^40 bytes",
      Buffer.concat([Buffer.of(0xc3, 6), number(2 ** 40, 64), Buffer.from("\x04hello")]),
    ],
    [
      "compressed, of more bytes than there are",
      Buffer.concat([Buffer.of(0xc3), number(2 ** 31, 32), Buffer.of(5), Buffer.from("\x04hello")]),
    ],
    ["with something behind it", Buffer.concat([raw("hello"), Buffer.of(0)])],
  ])("%s is refused", (_, value) => {
    expect(isRefused(dumpOf(0, value))).toBe(true);
  });
});

describe("a list", () => {
  const strings = TEXTS.map((text) => raw(text));
  test.each([
    ["of strings", dumpOf(1, number(TEXTS.length), ...strings)],
    ["that is a ziplist", dumpOf(10, raw(ziplist(ITEMS)))],
    ["that is a compressed ziplist", dumpOf(10, compressed(ziplist(ITEMS)))],
    [
      "of ziplists",
      dumpOf(14, number(3), raw(ziplist(ITEMS.slice(0, 4))), raw(ziplist([])), raw(ziplist(ITEMS.slice(4)))),
    ],
    [
      "of listpacks and huge elements",
      dumpOf(
        18,
        number(3),
        number(2),
        raw(listpack(ITEMS.slice(0, 5))),
        number(1),
        raw(HUGE),
        number(2),
        raw(listpack(ITEMS.slice(6))),
      ),
    ],
    [
      "with an empty listpack",
      dumpOf(18, number(2), number(2), raw(listpack([])), number(2), raw(listpack(ITEMS))),
    ],
    [
      "whose listpack does not know its length",
      dumpOf(18, number(1), number(2), raw(listpack(ITEMS, 65_535))),
    ],
    ["whose ziplist does not know its length", dumpOf(10, raw(ziplist(ITEMS, 65_535)))],
  ])("%s is read in order", (_, dump) => {
    expect(texts(restored(dump), "LRANGE", "0", "-1")).toEqual(TEXTS);
  });

  test.each([
    ["of no strings", dumpOf(1, number(0))],
    ["of fewer strings than it says", dumpOf(1, number(3), raw("a"), raw("b"))],
    ["of more strings than it says", dumpOf(1, number(1), raw("a"), raw("b"))],
    ["of 2^53 − 1 strings, it says", dumpOf(1, number(2 ** 53 - 1, 64), raw("a"))],
    ["that is an empty ziplist", dumpOf(10, raw(ziplist([])))],
    ["of no nodes", dumpOf(18, number(0))],
    ["of empty nodes", dumpOf(18, number(1), number(2), raw(listpack([])))],
    ["of a node of unknown kind", dumpOf(18, number(1), number(3), raw(listpack(["a"])))],
    ["of an empty huge element", dumpOf(18, number(1), number(1), raw(""))],
    ["of 2^53 − 1 nodes, it says", dumpOf(18, number(2 ** 53 - 1, 64), number(2), raw(listpack(["a"])))],
    ["of ziplists where listpacks belong", dumpOf(18, number(1), number(2), raw(ziplist(["a"])))],
  ])("%s is refused", (_, dump) => {
    expect(isRefused(dump)).toBe(true);
  });
});

describe("a set", () => {
  test.each([
    [
      "of strings",
      dumpOf(2, number(4), raw("a"), raw(""), integer(7, 1), compressed("compressed")),
      ["", "7", "a", "compressed"],
    ],
    ["of integers of 16 bits", dumpOf(11, raw(intset([-3, 0, 7], 2))), ["-3", "0", "7"]],
    ["of integers of 32 bits that need 16", dumpOf(11, raw(intset([-3, 0, 7], 4))), ["-3", "0", "7"]],
    [
      "of integers of 64 bits",
      dumpOf(11, raw(intset([-(2n ** 63n), 2n ** 63n - 1n], 8))),
      ["-9223372036854775808", "9223372036854775807"],
    ],
  ])("%s is read", (_, dump, expected) => {
    expect(sorted(texts(restored(dump), "SMEMBERS"))).toEqual(expected);
  });

  test.each([
    ["of no strings", dumpOf(2, number(0))],
    ["with a member twice", dumpOf(2, number(3), raw("a"), raw("b"), raw("a"))],
    ["with a member twice in two forms", dumpOf(2, number(3), raw("7"), raw("b"), integer(7, 1))],
    ["of no integers", dumpOf(11, raw(intset([], 2)))],
    ["of integers of 24 bits", dumpOf(11, raw(intset([1, 2], 3)))],
    ["of integers of no bits", dumpOf(11, raw(intset([1, 2], 0)))],
    ["of integers that do not ascend", dumpOf(11, raw(intset([2, 1], 2)))],
    ["with an integer twice", dumpOf(11, raw(intset([1, 1], 2)))],
    ["of fewer integers than it says", dumpOf(11, raw(intset([1, 2], 2, 3)))],
    ["of more integers than it says", dumpOf(11, raw(intset([1, 2], 2, 1)))],
    ["of 2^32 − 1 integers, it says", dumpOf(11, raw(intset([1, 2], 8, 2 ** 32 - 1)))],
    ["of integers without a head", dumpOf(11, raw("\x02\0\0\0\x01\0\0"))],
  ])("%s is refused", (_, dump) => {
    expect(isRefused(dump)).toBe(true);
  });
});

describe("a sorted set", () => {
  const expected = ["lowest", "-inf", "a", "-1.5", "b", "0", "c", "2", "highest", "inf"];
  const scores = [Number.NEGATIVE_INFINITY, -1.5, 0, 2, Number.POSITIVE_INFINITY];
  const members = ["lowest", "a", "b", "c", "highest"];
  const asTexts = ["lowest", "-inf", "a", "-1.5", "b", "0", "c", "2", "highest", "inf"];
  const asItems = ["lowest", "-inf", "a", "-1.5", "b", 0, "c", 2, "highest", "inf"];
  const reversed = (double: (score: number) => Buffer): Buffer[] =>
    members.flatMap((member, i) => [raw(member), double(scores[i])]).reverse();
  const pairs = (double: (score: number) => Buffer): Buffer[] =>
    members.flatMap((member, i) => [raw(member), double(scores[i])]);

  test.each([
    ["with scores as text", dumpOf(3, number(5), ...pairs(textDouble))],
    ["with scores as doubles", dumpOf(5, number(5), ...pairs(binaryDouble))],
    ["that is a ziplist", dumpOf(12, raw(ziplist(asItems)))],
    ["that is a listpack", dumpOf(17, raw(listpack(asItems)))],
    ["that is a listpack of texts", dumpOf(17, raw(listpack(asTexts)))],
    [
      "that is a listpack in no order",
      dumpOf(17, raw(listpack([...asItems.slice(4), ...asItems.slice(0, 4)]))),
    ],
  ])("%s is read in order", (_, dump) => {
    expect(texts(restored(dump), "ZRANGE", "0", "-1", "WITHSCORES")).toEqual(expected);
  });

  test.each([
    ["of no members", dumpOf(5, number(0))],
    ["of no members, with scores as text", dumpOf(3, number(0))],
    ["that is an empty listpack", dumpOf(17, raw(listpack([])))],
    ["with a member twice", dumpOf(5, number(2), raw("a"), binaryDouble(1), raw("a"), binaryDouble(2))],
    [
      "with a member twice and one score",
      dumpOf(5, number(2), raw("a"), binaryDouble(1), raw("a"), binaryDouble(1)),
    ],
    ["with a score that is NaN", dumpOf(5, number(1), raw("a"), binaryDouble(Number.NaN))],
    ["with the length of a score that is NaN", dumpOf(3, number(1), raw("a"), textDouble(Number.NaN))],
    ["with a score whose text is nan", dumpOf(3, number(1), raw("a"), textDouble("nan"))],
    ["with a score that is no number", dumpOf(3, number(1), raw("a"), textDouble("1x"))],
    ["with a score without text", dumpOf(3, number(1), raw("a"), textDouble(""))],
    ["with a score that is cut off", dumpOf(3, number(1), raw("a"), textDouble("1.5").subarray(0, -1))],
    ["with a double that is cut off", dumpOf(5, number(1), raw("a"), binaryDouble(1.5).subarray(0, -1))],
    ["with a score in a listpack that is no number", dumpOf(17, raw(listpack(["a", "b"])))],
    ["with a score in a listpack that is NaN", dumpOf(17, raw(listpack(["a", "nan"])))],
    ["with a member of a listpack twice", dumpOf(17, raw(listpack(["a", 1, "b", 2, "a", 3])))],
    ["with a member of a listpack without a score", dumpOf(17, raw(listpack(["a", 1, "b"])))],
    ["with elements behind each other in the wrong order", dumpOf(5, number(5), ...reversed(binaryDouble))],
  ])("%s is refused", (_, dump) => {
    expect(isRefused(dump)).toBe(true);
  });
});

describe("a hash", () => {
  const items = ["field", "value", "", "", "n", "12", "long", LONG];
  test.each([
    ["of strings", dumpOf(4, number(4), ...items.map((item) => raw(item)))],
    ["that is a zipmap", dumpOf(9, raw(zipmap(items)))],
    ["that is a zipmap with free bytes", dumpOf(9, raw(zipmap(items, 5)))],
    ["that is a zipmap that does not know its length", dumpOf(9, raw(zipmap(items, 0, 300)))],
    ["that is a ziplist", dumpOf(13, raw(ziplist(items)))],
    ["that is a listpack", dumpOf(16, raw(listpack(items)))],
    ["that is a compressed listpack", dumpOf(16, compressed(listpack(items)))],
  ])("%s is read", (_, dump) => {
    const rig = restored(dump);
    for (let i = 0; i < items.length; i += 2) expect(texts(rig, "HGET", items[i])).toEqual([items[i + 1]]);
    expect(rig.engine.run("HLEN", KEY)).toBe(":4\r\n");
  });

  test("of a listpack with an integer in more bytes than it needs finds it by its digits", () => {
    const rig = restored(dumpOf(16, raw(listpack([7, "seven", "8", 8]))));
    expect([texts(rig, "HGET", "7"), texts(rig, "HGET", "8")]).toEqual([["seven"], ["8"]]);
  });

  test.each([
    ["of no fields", dumpOf(4, number(0))],
    ["of a field without a value", dumpOf(4, number(1), raw("a"))],
    ["with a field twice", dumpOf(4, number(2), raw("a"), raw("b"), raw("a"), raw("b"))],
    ["of 2^53 − 1 fields, it says", dumpOf(4, number(2 ** 53 - 1, 64), raw("a"), raw("b"))],
    ["that is an empty zipmap", dumpOf(9, raw(zipmap([])))],
    ["that is a zipmap with a field twice", dumpOf(9, raw(zipmap(["a", "b", "a", "c"])))],
    ["that is a zipmap of more fields than it says", dumpOf(9, raw(zipmap(["a", "b", "c", "d"], 0, 1)))],
    ["that is a zipmap of fewer fields than it says", dumpOf(9, raw(zipmap(["a", "b", "c", "d"], 0, 3)))],
    ["that is a zipmap without an end", dumpOf(9, raw(zipmap(["a", "b"]).subarray(0, -1)))],
    ["that is a zipmap with two ends", dumpOf(9, raw(Buffer.concat([zipmap(["a", "b"]), Buffer.of(0xff)])))],
    ["that is a zipmap of nothing", dumpOf(9, raw(""))],
    ["that is a zipmap with a field but no value", dumpOf(9, raw("\x01\x01a\xff"))],
    ["that is a zipmap with a value that is too long", dumpOf(9, raw("\x01\x01a\x05\0b\xff"))],
    ["that is a zipmap with more free bytes than there are", dumpOf(9, raw("\x01\x01a\x01\x05b\xff"))],
    ["that is an empty ziplist", dumpOf(13, raw(ziplist([])))],
    ["that is a ziplist with a field twice", dumpOf(13, raw(ziplist(["a", "b", "a", "c"])))],
    ["that is a ziplist with a field twice in two forms", dumpOf(13, raw(ziplist(["1", "b", 1, "c"])))],
    ["that is a ziplist with a field without a value", dumpOf(13, raw(ziplist(["a", "b", "c"])))],
    ["that is a listpack with a field twice", dumpOf(16, raw(listpack(["a", "b", "a", "c"])))],
    ["that is a listpack with a field without a value", dumpOf(16, raw(listpack(["a", "b", "c"])))],
  ])("%s is refused", (_, dump) => {
    expect(isRefused(dump)).toBe(true);
  });
});

describe("a listpack", () => {
  const good = listpack(["field", "value"]);
  const patched = (at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(good);
    copy.set(bytes, at);
    return copy;
  };

  test("is read as it was made", () => {
    expect(isRefused(dumpOf(16, raw(good)))).toBe(false);
  });

  test.each([
    ["that is shorter than a head", good.subarray(0, 6)],
    ["of more bytes than it says", patched(0, ...u32(good.length - 1))],
    ["of fewer bytes than it says", patched(0, ...u32(good.length + 1))],
    ["of 2^32 − 1 bytes, it says", patched(0, 0xff, 0xff, 0xff, 0xff)],
    ["of more elements than it says", patched(4, 1, 0)],
    ["of fewer elements than it says", patched(4, 3, 0)],
    ["without an end", patched(good.length - 1, 0)],
    ["that ends early", patched(13, 0xff)],
    ["with an element of unknown form", patched(6, 0xf5)],
    ["with an element that is longer than all", patched(6, 0xf0, 0xff, 0xff, 0xff, 0xff)],
    ["with an element that ends behind the end", patched(13, 0xbf)],
    ["with a back length that is wrong", patched(12, 5)],
    ["with a back length that goes on", patched(12, 0x86)],
    ["with a head where the end is", patched(good.length - 2, 0xf0)],
  ])("%s is refused", (_, block) => {
    expect(isRefused(dumpOf(16, raw(block)))).toBe(true);
  });
});

describe("a ziplist", () => {
  const good = ziplist(["field", "value"]);
  const patched = (at: number, ...bytes: number[]): Buffer => {
    const copy = Buffer.from(good);
    copy.set(bytes, at);
    return copy;
  };

  test("is read as it was made", () => {
    expect(isRefused(dumpOf(13, raw(good)))).toBe(false);
  });

  test.each([
    ["that is shorter than a head", good.subarray(0, 10)],
    ["of more bytes than it says", patched(0, ...u32(good.length - 1))],
    ["of fewer bytes than it says", patched(0, ...u32(good.length + 1))],
    ["whose last entry is elsewhere", patched(4, ...u32(10))],
    ["whose last entry is far away", patched(4, 0xff, 0xff, 0xff, 0xff)],
    ["of more entries than it says", patched(8, 1, 0)],
    ["of fewer entries than it says", patched(8, 3, 0)],
    ["without an end", patched(good.length - 1, 0)],
    ["that ends early", patched(17, 0xff)],
    ["with an entry that mistakes the one before it", patched(17, 6)],
    ["with an entry of unknown form", patched(11, 0xff)],
    ["with an entry that is longer than all", patched(11, 0x80, 0xff, 0xff, 0xff, 0xff)],
    ["with an entry that ends behind the end", patched(18, 6)],
  ])("%s is refused", (_, block) => {
    expect(isRefused(dumpOf(13, raw(block)))).toBe(true);
  });
});

describe("a dump", () => {
  test("of a form that is unknown, or not supported yet, is refused", () => {
    for (const form of [6, 7, 8, 15, 19, 20, 21, 22, 255]) {
      expect([form, isRefused(dumpOf(form, raw("hello")))]).toEqual([form, true]);
    }
  });

  test("without a form is refused", () => {
    expect(isRefused(sealed(Buffer.alloc(0)))).toBe(true);
  });

  test("is intact if its version is known and its checksum right", () => {
    const { codec } = new DumpRig();
    const isIntact = (dump: Buffer): boolean => codec.isIntact(dump, 0, dump.length);
    const body = dumpOf(0, raw("hello")).subarray(0, -10);
    for (const version of [1, 6, 9, 10])
      expect([version, isIntact(sealed(body, version))]).toEqual([version, true]);
    for (const version of [11, 256, 65_535])
      expect([version, isIntact(sealed(body, version))]).toEqual([version, false]);
    expect(isIntact(Buffer.alloc(0))).toBe(false);
    const dump = sealed(body);
    for (let at = 0; at < dump.length; at++) {
      const damaged = Buffer.from(dump);
      damaged[at] ^= 1;
      expect([at, isIntact(damaged)]).toEqual([at, false]);
      expect([at, isIntact(dump.subarray(0, at))]).toEqual([at, false]);
    }
  });
});
