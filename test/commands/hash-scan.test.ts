import { beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { Engine } from "../support/engine.ts";
import { scanAll, scanReply } from "../support/replies.ts";
import { testSeed } from "../support/seed.ts";

let engine: Engine;
const run = (...argv: (string | number)[]) => engine.run(...argv);

/** Fields of a whole scan with their values, each as `field=value`. */
function scanPairs(...options: (string | number)[]): string[] {
  const flat = scanAll((cursor) => run("HSCAN", "h", cursor, ...options));
  return flat.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${flat[i + 1]}`] : []));
}

beforeEach(() => {
  engine = new Engine();
});

describe("HSCAN", () => {
  test("replies a packed hash at once, whatever COUNT says", () => {
    for (let i = 0; i < 100; i++) run("HSET", "h", `f${i}`, i);
    const { cursor, found } = scanReply(run("HSCAN", "h", 0, "COUNT", 1));
    expect(cursor).toBe("0");
    expect(found.length).toBe(200);
  });

  test("replies a linked hash part by part", () => {
    const expected = Array.from({ length: 2000 }, (_, i) => `f${i}=${i}`).sort();
    for (let i = 0; i < 2000; i++) run("HSET", "h", `f${i}`, i);
    const { cursor, found } = scanReply(run("HSCAN", "h", 0));
    expect(cursor).not.toBe("0");
    expect(found.length).toBeLessThan(100);
    for (const count of [1, 10, 777, 1e6]) expect(scanPairs("COUNT", count).sort()).toEqual(expected);
  });

  test.each([512, 0])("filters fields, not values, by MATCH, hash-max-listpack-entries %d", (entries) => {
    engine.keyspace.limits.hashEntries = entries;
    run("HSET", "h", "foo", "bar", "bar", "foo", "fun", "x");
    expect(scanPairs("MATCH", "f*").sort()).toEqual(["foo=bar", "fun=x"]);
    expect(scanPairs("match", "*o", "count", 1)).toEqual(["foo=bar"]);
    expect(scanPairs("MATCH", "nothing")).toEqual([]);
  });

  test("replies every field that stays, while others come and go", () => {
    const random = new Random(testSeed("HSCAN"));
    const stays = Array.from({ length: 1500 }, (_, i) => `stays${i}=${i}`).sort();
    for (let i = 0; i < 1500; i++) run("HSET", "h", `stays${i}`, i);
    const found = scanAll((cursor) => {
      for (let i = 0; i < 20; i++)
        run("HSET", "h", `other${random.below(3000)}`, "x".repeat(random.below(90)));
      for (let i = 0; i < 15; i++) run("HDEL", "h", `other${random.below(3000)}`);
      return run("HSCAN", "h", cursor, "COUNT", 20);
    });
    const seen = new Set(found.flatMap((field, i) => (i % 2 === 0 ? [`${field}=${found[i + 1]}`] : [])));
    expect(stays.filter((pair) => !seen.has(pair))).toEqual([]);
  });

  test("leaves expired fields out", () => {
    for (let i = 0; i < 1000; i++) run("HSET", "h", `f${i}`, i);
    for (let i = 1; i < 1000; i++) run("HPEXPIRE", "h", 5, "FIELDS", 1, `f${i}`);
    engine.advance(6);
    expect(scanPairs()).toEqual(["f0=0"]);
  });

  test("of a missing key is done at once", () => {
    expect(run("HSCAN", "missing", 0)).toBe("*2\r\n$1\r\n0\r\n*0\r\n");
    expect(run("HSCAN", "missing", 5, "COUNT", 10)).toBe("*2\r\n$1\r\n0\r\n*0\r\n");
  });

  test("checks the cursor before the key, the type next and the options last", () => {
    run("SET", "s", "v");
    run("HSET", "h", "a", "1");
    expect(run("HSCAN", "s", "x")).toBe("-ERR invalid cursor\r\n");
    expect(run("HSCAN", "s", 0, "COUNT", "x")).toMatch(/^-WRONGTYPE/);
    expect(run("HSCAN", "h", 0, "COUNT", "x")).toBe("-ERR value is not an integer or out of range\r\n");
    expect(run("HSCAN", "h", 0, "COUNT", 0)).toBe("-ERR syntax error\r\n");
    expect(run("HSCAN", "h", 0, "TYPE", "hash")).toBe("-ERR syntax error\r\n");
    expect(run("HSCAN", "h", 0, "MATCH")).toBe("-ERR syntax error\r\n");
  });

  test("is the same in RESP3", () => {
    engine.ctx.client.resp = 3;
    run("HSET", "h", "a", "1");
    expect(run("HSCAN", "h", 0)).toBe("*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n");
  });
});
