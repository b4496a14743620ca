import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { testSeed } from "../support/seed.ts";

const OUT_OF_RANGE =
  "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const FIELDS = ["a", "b", "c", "d", "e", "f", "g", "h"];

let engine: Engine;
const run = (...argv: (string | number)[]) => engine.run(...argv);

describe.each([
  ["listpack", 512],
  ["hashtable", 0],
])("HRANDFIELD of a hash kept as %s", (form, entries) => {
  const seed = testSeed(`HRANDFIELD, ${form}`);

  beforeEach(() => {
    engine = new Engine({ seed });
    engine.keyspace.limits.hashEntries = entries;
    run("HSET", "h", ...FIELDS.flatMap((field, i) => [field, i]));
  });

  test("replies one field, each sooner or later", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 300; i++) seen.add(run("HRANDFIELD", "h"));
    expect([...seen].sort()).toEqual(FIELDS.map((field) => `$1\r\n${field}\r\n`));
  });

  test("replies so many different fields as a positive count says, or all there are", () => {
    for (const count of [1, 3, 7, 8]) {
      const found = elements(run("HRANDFIELD", "h", count));
      expect(new Set(found).size).toBe(count);
      expect(FIELDS).toEqual(expect.arrayContaining(found));
    }
    expect(elements(run("HRANDFIELD", "h", "9223372036854775807")).sort()).toEqual(FIELDS);
  });

  test("replies fields that may repeat for a negative count", () => {
    const found = elements(run("HRANDFIELD", "h", -500));
    expect(found.length).toBe(500);
    expect([...new Set(found)].sort()).toEqual(FIELDS);
  });

  test("replies each field with its value WITHVALUES", () => {
    for (const count of [5, 20, -20]) {
      const found = elements(run("HRANDFIELD", "h", count, "withvalues"));
      expect(found.length).toBe(count === 5 ? 10 : count === 20 ? 16 : 40);
      for (let i = 0; i < found.length; i += 2) expect(FIELDS[Number(found[i + 1])]).toBe(found[i]);
    }
  });

  test("replies pairs in RESP3", () => {
    engine.ctx.client.resp = 3;
    run("HSET", "one", "f", "v");
    expect(run("HRANDFIELD", "one", 1, "WITHVALUES")).toBe("*1\r\n*2\r\n$1\r\nf\r\n$1\r\nv\r\n");
    expect(run("HRANDFIELD", "one", -2, "WITHVALUES")).toBe(
      `*2\r\n${"*2\r\n$1\r\nf\r\n$1\r\nv\r\n".repeat(2)}`,
    );
    expect(run("HRANDFIELD", "one", 1)).toBe("*1\r\n$1\r\nf\r\n");
  });

  test("is fair: a test of the chi-squared kind passes for single fields and for samples", () => {
    for (const request of [["HRANDFIELD", "h", -8000], null]) {
      const counts = new Map<string, number>();
      const draws =
        request === null
          ? Array.from({ length: 2000 }, () => elements(run("HRANDFIELD", "h", 4))).flat()
          : elements(run(...request));
      for (const field of draws) counts.set(field, (counts.get(field) ?? 0) + 1);
      const mean = draws.length / FIELDS.length;
      let chiSquared = 0;
      for (const field of FIELDS) chiSquared += ((counts.get(field) ?? 0) - mean) ** 2 / mean;
      // Of 7 degrees of freedom; once in a hundred million runs it is more.
      expect(chiSquared).toBeLessThan(50);
    }
  });

  test("never replies an expired field", () => {
    run("HPEXPIRE", "h", 10, "FIELDS", 6, "a", "b", "c", "d", "e", "f");
    engine.advance(11);
    for (let i = 0; i < 100; i++) expect(["$1\r\ng\r\n", "$1\r\nh\r\n"]).toContain(run("HRANDFIELD", "h"));
    expect(elements(run("HRANDFIELD", "h", 5)).sort()).toEqual(["g", "h"]);
    expect(elements(run("HRANDFIELD", "h", 1)).length).toBe(1);
    run("HPEXPIRE", "h", 10, "FIELDS", 2, "g", "h");
    engine.advance(11);
    expect(run("HRANDFIELD", "h")).toBe("$-1\r\n");
    expect(run("HRANDFIELD", "h", 5)).toBe("*0\r\n");
    expect(run("HRANDFIELD", "h", -5, "WITHVALUES")).toBe("*0\r\n");
  });

  test("of a missing key is a null, or empty", () => {
    expect(run("HRANDFIELD", "missing")).toBe("$-1\r\n");
    expect(run("HRANDFIELD", "missing", 3)).toBe("*0\r\n");
    expect(run("HRANDFIELD", "missing", -3, "WITHVALUES")).toBe("*0\r\n");
    expect(run("HRANDFIELD", "h", 0)).toBe("*0\r\n");
    engine.ctx.client.resp = 3;
    expect(run("HRANDFIELD", "missing")).toBe("_\r\n");
    expect(run("HRANDFIELD", "missing", 3, "WITHVALUES")).toBe("*0\r\n");
  });

  test("checks count and option before the key", () => {
    run("SET", "s", "v");
    expect(run("HRANDFIELD", "s", "x", "y")).toBe("-ERR value is not an integer or out of range\r\n");
    expect(run("HRANDFIELD", "s", "-9223372036854775808")).toBe(OUT_OF_RANGE);
    expect(run("HRANDFIELD", "s", "1", "VALUES")).toBe(SYNTAX);
    expect(run("HRANDFIELD", "s", "1", "WITHVALUES", "x")).toBe(SYNTAX);
    expect(run("HRANDFIELD", "s", "4611686018427387904", "WITHVALUES")).toBe(
      "-ERR value is out of range\r\n",
    );
    expect(run("HRANDFIELD", "s", "-4611686018427387904", "WITHVALUES")).toBe(
      "-ERR value is out of range\r\n",
    );
    expect(run("HRANDFIELD", "missing", "4611686018427387903", "WITHVALUES")).toBe("*0\r\n");
    expect(run("HRANDFIELD", "s", "1")).toMatch(/^-WRONGTYPE/);
  });

  test("refuses more repetitions than could ever fit a reply at once", () => {
    const refusal = "-ERR the reply exceeds the maximum of 1 GiB\r\n";
    expect(run("HRANDFIELD", "h", "-9223372036854775807")).toBe(refusal);
    expect(run("HRANDFIELD", "h", "-4611686018427387903", "WITHVALUES")).toBe(refusal);
    expect(engine.reply.bytes.length).toBeLessThan(1 << 20);
  });
});

describe("HRANDFIELD of a large hash", () => {
  test("finds a live field among many that have expired", () => {
    engine = new Engine({ seed: testSeed("HRANDFIELD, expired") });
    for (let i = 0; i < 2000; i++) run("HSETEX", "h", "PX", 10, "FIELDS", 1, `f${i}`, i);
    run("HSET", "h", "live", "1", "also", "2");
    engine.advance(11);
    for (let i = 0; i < 20; i++) expect(run("HRANDFIELD", "h")).toMatch(/live|also/);
    expect(elements(run("HRANDFIELD", "h", 2)).sort()).toEqual(["also", "live"]);
  });

  test("draws few of many without going through them", () => {
    engine = new Engine({ seed: testSeed("HRANDFIELD, few of many") });
    for (let i = 0; i < 5000; i++) run("HSET", "h", `f${i}`, i);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const found = elements(run("HRANDFIELD", "h", 10));
      expect(new Set(found).size).toBe(10);
      for (const field of found) seen.add(field);
    }
    expect(seen.size).toBeGreaterThan(1400);
  });
});
