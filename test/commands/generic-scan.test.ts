import { beforeEach, describe, expect, spyOn, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Args } from "../../src/commands/args.ts";
import { scanCursor } from "../../src/commands/scan-cursor.ts";
import { INVALID_CURSOR as INVALID } from "../../src/protocol/errors.ts";
import { Engine } from "../support/engine.ts";
import { elements, scanAll, scanReply } from "../support/replies.ts";
import { testSeed } from "../support/seed.ts";

const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const INVALID_CURSOR = "-ERR invalid cursor\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

/** All keys of a whole scan, in the order they come in. */
function scanKeys(...options: (string | number)[]): string[] {
  return scanAll((cursor) => engine.run("SCAN", cursor, ...options));
}

function setKeys(count: number, prefix = "key:"): string[] {
  const keys = Array.from({ length: count }, (_, i) => `${prefix}${i}`);
  for (const key of keys) engine.run("SET", key, "v");
  return keys.sort();
}

describe("KEYS", () => {
  test("replies an empty array for an empty database", () => {
    expect(engine.run("KEYS", "*")).toBe("*0\r\n");
  });

  test("replies the keys that match", () => {
    for (const key of ["one", "two", "three", "four"]) engine.run("SET", key, "v");
    expect(elements(engine.run("KEYS", "*")).sort()).toEqual(["four", "one", "three", "two"]);
    expect(elements(engine.run("KEYS", "t*")).sort()).toEqual(["three", "two"]);
    expect(elements(engine.run("KEYS", "?o?r"))).toEqual(["four"]);
    expect(elements(engine.run("KEYS", "[of]*")).sort()).toEqual(["four", "one"]);
    expect(engine.run("KEYS", "nothing*")).toBe("*0\r\n");
    engine.ctx.client.resp = 3;
    expect(engine.run("KEYS", "one")).toBe("*1\r\n$3\r\none\r\n");
  });

  test("shows the empty key to a bare star and to the empty pattern, as Redis does", () => {
    engine.run("SET", "", "v");
    expect(engine.run("KEYS", "*")).toBe("*1\r\n$0\r\n\r\n");
    expect(engine.run("KEYS", "")).toBe("*1\r\n$0\r\n\r\n");
    expect(engine.run("KEYS", "**")).toBe("*0\r\n");
  });

  test("keeps keys of any bytes", () => {
    engine.run("SET", Buffer.from([0, 255, 13, 10]), "v");
    expect(engine.run("KEYS", "*")).toBe("*1\r\n$4\r\n\x00\xff\r\n\r\n");
  });

  test("leaves expired keys and other databases out", () => {
    setKeys(10);
    engine.run("PEXPIRE", "key:3", 1);
    engine.advance(2);
    expect(elements(engine.run("KEYS", "*")).length).toBe(9);
    engine.ctx.client.db = 1;
    expect(engine.run("KEYS", "*")).toBe("*0\r\n");
  });

  test("returns each of many keys once", () => {
    const keys = setKeys(5000);
    expect(elements(engine.run("KEYS", "*")).sort()).toEqual(keys);
    expect(elements(engine.run("KEYS", "key:4??")).length).toBe(100);
  });
});

describe("SCAN", () => {
  test("replies cursor 0 and no keys for an empty database", () => {
    expect(engine.run("SCAN", 0)).toBe("*2\r\n$1\r\n0\r\n*0\r\n");
  });

  for (const count of [1, 3, 10, 1000, 5000]) {
    test(`with COUNT ${count} returns every key once`, () => {
      const keys = setKeys(2500);
      expect(scanKeys("COUNT", count).sort()).toEqual(keys);
    });
  }

  test("returns about COUNT keys, 10 of them by default", () => {
    setKeys(2500);
    expect(scanReply(engine.run("SCAN", 0)).found.length).toBe(10);
    expect(scanReply(engine.run("SCAN", 0, "COUNT", 100)).found.length).toBe(100);
    expect(scanReply(engine.run("SCAN", 0, "COUNT", 2000)).found.length).toBe(2000);
    expect(scanReply(engine.run("SCAN", 0, "COUNT", "9223372036854775807")).found.length).toBe(2500);
  });

  test("MATCH filters what is visited, a bare star includes the empty key", () => {
    setKeys(500);
    engine.run("SET", "", "v");
    expect(scanKeys("MATCH", "key:1?").sort()).toEqual(Array.from({ length: 10 }, (_, i) => `key:1${i}`));
    expect(scanKeys("MATCH", "*").length).toBe(501);
    expect(scanKeys("MATCH", "**").length).toBe(500);
    expect(scanKeys("MATCH", "")).toEqual([""]);
  });

  test("TYPE filters in any case; a type that does not exist has no keys", () => {
    setKeys(30);
    expect(scanKeys("TYPE", "string").length).toBe(30);
    expect(scanKeys("TYPE", "STRing").length).toBe(30);
    expect(scanKeys("TYPE", "list")).toEqual([]);
    expect(scanKeys("TYPE", "nonsense")).toEqual([]);
  });

  test("takes options in any case and order, the last of each kind counts", () => {
    setKeys(30);
    expect(
      scanKeys("count", 5, "match", "nothing", "type", "list", "MATCH", "*", "TYPE", "string").length,
    ).toBe(30);
  });

  test("refuses bad options", () => {
    expect(engine.run("SCAN", 0, "MATCH")).toBe(SYNTAX);
    expect(engine.run("SCAN", 0, "COUNT")).toBe(SYNTAX);
    expect(engine.run("SCAN", 0, "BAD", "x")).toBe(SYNTAX);
    expect(engine.run("SCAN", 0, "COUNT", 0)).toBe(SYNTAX);
    expect(engine.run("SCAN", 0, "COUNT", -1)).toBe(SYNTAX);
    expect(engine.run("SCAN", 0, "COUNT", "x")).toBe(NOT_INTEGER);
    expect(engine.run("SCAN", 0, "COUNT", "9223372036854775808")).toBe(NOT_INTEGER);
    expect(engine.run("SCAN", 0, "COUNT", "x", "BAD")).toBe(NOT_INTEGER);
  });

  test("refuses a cursor that is no number, before it looks at the options", () => {
    for (const cursor of ["abc", " 1", "1 ", "+", "-", "1x", "0x10", "1.5", "99999999999999999999"]) {
      expect(engine.run("SCAN", cursor, "BAD")).toBe(INVALID_CURSOR);
    }
    expect(engine.run("SCAN", "18446744073709551616")).toBe(INVALID_CURSOR);
    expect(engine.run("SCAN", "-18446744073709551616")).toBe(INVALID_CURSOR);
  });

  test("takes the cursors that C's strtoul takes", () => {
    setKeys(3);
    for (const cursor of ["", "+0", "-0", "000", "0\0x"]) {
      expect(scanReply(engine.run("SCAN", cursor)).found.length).toBe(3);
    }
    for (const cursor of ["-1", "18446744073709551615", "9007199254740993", "+123456789012345"]) {
      expect(engine.run("SCAN", cursor)).toStartWith("*2\r\n$1\r\n0\r\n");
    }
  });

  test("takes and refuses long cursors as strtoul does: what counts is the value", () => {
    for (const zeros of ["", "+", "-", "0".repeat(30), `-${"0".repeat(100_000)}`]) {
      for (const digits of ["1".repeat(19), "9".repeat(19), "1".repeat(20), "18446744073709551615", "5\0x"])
        expect(engine.run("SCAN", zeros + digits)).toBe("*2\r\n$1\r\n0\r\n*0\r\n");
      for (const digits of [
        "18446744073709551616",
        "9".repeat(20),
        "1".repeat(21),
        "9".repeat(25),
        "1x",
        " 1",
      ])
        expect(engine.run("SCAN", zeros + digits)).toBe(INVALID_CURSOR);
    }
  });

  test.each(["9", "0", "-1", "+0", "x"])(
    "makes no long string of a cursor that is a million times %j",
    (digit) => {
      const bytes = Buffer.from(digit.repeat(1_000_000));
      const made = spyOn(bytes, "toString");
      const args = new Args();
      args.set(bytes, Int32Array.of(0, bytes.length), 0, 1);
      let outcome: unknown;
      try {
        outcome = scanCursor(args, 0);
      } catch (error) {
        outcome = error;
      }
      expect(outcome).toBe(digit === "0" ? 0 : INVALID);
      for (const [, start = 0, end = bytes.length] of made.mock.calls) expect(end - start).toBeLessThan(21);
    },
  );

  test("leaves expired keys out", () => {
    setKeys(50);
    for (let i = 0; i < 50; i += 2) engine.run("PEXPIRE", `key:${i}`, 1);
    engine.advance(2);
    expect(scanKeys().length).toBe(25);
  });

  test("returns what stays while other keys come and go", () => {
    const random = new Random(testSeed("scan while keys come and go"));
    const staying = setKeys(1000, "stay:");
    for (let i = 0; i < 3000; i++) engine.run("SET", `go:${i}`, "v");
    const seen = new Set<string>();
    let cursor = "0";
    do {
      const reply = scanReply(engine.run("SCAN", cursor, "COUNT", 1 + random.below(50)));
      for (const key of reply.found) seen.add(key);
      cursor = reply.cursor;
      for (let i = 0; i < 40; i++) {
        if (random.below(2) === 0) engine.run("DEL", `go:${random.below(4000)}`);
        else engine.run("SET", `new:${random.below(10_000)}`, "v");
      }
    } while (cursor !== "0");
    expect(staying.filter((key) => !seen.has(key))).toEqual([]);
  });
});

describe("RANDOMKEY", () => {
  test("replies null when there is no key", () => {
    expect(engine.run("RANDOMKEY")).toBe("$-1\r\n");
    engine.ctx.client.resp = 3;
    expect(engine.run("RANDOMKEY")).toBe("_\r\n");
  });

  test("replies each of a few keys now and then, never an expired one", () => {
    for (const key of ["a", "b", "c", "gone"]) engine.run("SET", key, "v");
    engine.run("PEXPIRE", "gone", 1);
    engine.advance(2);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) seen.add(engine.run("RANDOMKEY"));
    expect([...seen].sort()).toEqual(["$1\r\na\r\n", "$1\r\nb\r\n", "$1\r\nc\r\n"]);
  });

  test("replies null when all keys have expired", () => {
    setKeys(5);
    for (let i = 0; i < 5; i++) engine.run("PEXPIRE", `key:${i}`, 1);
    engine.advance(2);
    expect(engine.run("RANDOMKEY")).toBe("$-1\r\n");
    expect(engine.run("DBSIZE")).toBe(":0\r\n");
  });
});
