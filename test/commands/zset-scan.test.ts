/** ZSCAN and ZRANDMEMBER, in both forms. */

import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";
import { elements, scanAll, scanReply } from "../support/replies.ts";
import { ZSET_FORMS } from "../support/zset-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);

/** Member and score of a flat list in one text each. */
function pairsOf(flat: string[]): string[] {
  expect(flat.length % 2).toBe(0);
  return Array.from({ length: flat.length / 2 }, (_, i) => `${flat[2 * i]} ${flat[2 * i + 1]}`);
}

beforeEach(() => {
  engine = new Engine();
});

for (const { form, limits } of ZSET_FORMS) {
  describe(`a sorted set kept as ${form}`, () => {
    const ALL = ["a 1", "b 2.5", "c inf", "five -5"];

    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("ZADD", "z", 1, "a", "2.5", "b", "inf", "c", -5, "five");
    });

    test("is scanned with scores as text, in both protocols", () => {
      for (const resp of [2, 3]) {
        engine.ctx.client.resp = resp;
        const { cursor, found } = scanReply(run("ZSCAN", "z", 0, "COUNT", 1000));
        expect(cursor).toBe("0");
        expect(pairsOf(found).sort()).toEqual(ALL);
      }
      expect(pairsOf(scanReply(run("ZSCAN", "z", 0, "MATCH", "?", "COUNT", 1000)).found).sort()).toEqual(
        ALL.slice(0, 3),
      );
      expect(scanReply(run("ZSCAN", "none", 0)).found).toEqual([]);
    });

    test("shows large integral scores as it keeps them", () => {
      run("ZADD", "large", "1e17", "a", "-4611686018427387904", "b", "9.3e18", "c");
      const { found } = scanReply(run("ZSCAN", "large", 0, "COUNT", 1000));
      expect(pairsOf(found).sort()).toEqual(
        form === "listpack"
          ? ["a 100000000000000000", "b -4611686018427387904", "c 9.3e+18"]
          : ["a 1e+17", "b -4.6116860184273879e+18", "c 9.3e+18"],
      );
    });

    test("gives members at random, which repeat when the count is negative", () => {
      const members = ["a", "b", "c", "five"];
      for (let i = 0; i < 20; i++) {
        expect(members).toContain(run("ZRANDMEMBER", "z").split("\r\n")[1]);
        const two = elements(run("ZRANDMEMBER", "z", 2));
        expect(new Set(two).size).toBe(2);
        const some = elements(run("ZRANDMEMBER", "z", 3));
        for (const member of [...two, ...some]) expect(members).toContain(member);
        expect(elements(run("ZRANDMEMBER", "z", -9)).length).toBe(9);
        for (const pair of pairsOf(elements(run("ZRANDMEMBER", "z", -3, "WITHSCORES"))))
          expect(ALL).toContain(pair);
      }
      expect(elements(run("ZRANDMEMBER", "z", 4)).sort()).toEqual(members);
      expect(pairsOf(elements(run("ZRANDMEMBER", "z", "4611686018427387903", "WITHSCORES"))).sort()).toEqual(
        ALL,
      );
      expect(elements(run("ZRANDMEMBER", "z", "9223372036854775807")).sort()).toEqual(members);
      expect(run("ZRANDMEMBER", "z", 0)).toBe("*0\r\n");
    });

    test("gives pairs of member and double in RESP3", () => {
      run("ZADD", "one", "1.5", "m");
      engine.ctx.client.resp = 3;
      const pair = "*2\r\n$1\r\nm\r\n,1.5\r\n";
      expect(run("ZRANDMEMBER", "one", 5, "WITHSCORES")).toBe(`*1\r\n${pair}`);
      expect(run("ZRANDMEMBER", "one", -2, "WITHSCORES")).toBe(`*2\r\n${pair}${pair}`);
      expect(run("ZRANDMEMBER", "none")).toBe("_\r\n");
    });
  });
}

test("a scan in steps meets every member once", () => {
  const pairs = Array.from({ length: 1000 }, (_, i) => [i / 2, `member:${i}`]);
  run("ZADD", "z", ...pairs.flat());
  const found = scanAll((cursor) => run("ZSCAN", "z", cursor, "COUNT", 7));
  expect(pairsOf(found).sort()).toEqual(pairs.map(([score, member]) => `${member} ${score}`).sort());
});

test("missing keys, wrong types and bad arguments", () => {
  run("SET", "text", "x");
  run("ZADD", "z", 1, "a");
  expect(run("ZRANDMEMBER", "none")).toBe("$-1\r\n");
  expect(run("ZRANDMEMBER", "none", 3)).toBe("*0\r\n");
  expect(run("ZRANDMEMBER", "text")).toBe(WRONG_TYPE);
  expect(run("ZRANDMEMBER", "text", 1)).toBe(WRONG_TYPE);
  expect(run("ZRANDMEMBER", "z", "x")).toBe(NOT_INTEGER);
  expect(run("ZRANDMEMBER", "z", 1, "BAD")).toBe(SYNTAX);
  expect(run("ZRANDMEMBER", "z", 1, "WITHSCORES", "WITHSCORES")).toBe(SYNTAX);
  expect(run("ZRANDMEMBER", "z", "-9223372036854775808")).toBe(
    "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n",
  );
  for (const count of ["4611686018427387904", "-4611686018427387904"])
    expect(run("ZRANDMEMBER", "z", count, "WITHSCORES")).toBe("-ERR value is out of range\r\n");
  expect(run("ZSCAN", "text", 0)).toBe(WRONG_TYPE);
  expect(run("ZSCAN", "z", "x")).toBe("-ERR invalid cursor\r\n");
  expect(run("ZSCAN", "z", 0, "COUNT", 0)).toBe(SYNTAX);
  expect(run("ZSCAN", "z", 0, "TYPE", "zset")).toBe(SYNTAX);
  expect(run("ZSCAN", "none", 0, "COUNT", 0)).toBe("*2\r\n$1\r\n0\r\n*0\r\n");
});

test("more repeated members than any reply can hold are refused at once", () => {
  run("ZADD", "z", 1, "a");
  expect(run("ZRANDMEMBER", "z", "-4611686018427387903", "WITHSCORES")).toBe(
    "-ERR the reply exceeds the maximum of 1 GiB\r\n",
  );
});
