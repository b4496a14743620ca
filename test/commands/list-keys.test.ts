import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { LIST_FORMS } from "../support/list-forms.ts";
import { elements } from "../support/replies.ts";

const NULL_ARRAY = "*-1\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NUMKEYS = "-ERR numkeys should be greater than 0\r\n";
const COUNT = "-ERR count should be greater than 0\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const array = (...items: string[]) => `*${items.length}\r\n${items.map(bulk).join("")}`;
const all = (key: string) => elements(run("LRANGE", key, 0, -1));

beforeEach(() => {
  engine = new Engine();
});

for (const { name, limits } of LIST_FORMS) {
  describe(`taking from the first of several lists ${name}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
      run("RPUSH", "k", 1, 2, 3, 4, 5);
      run("RPUSH", "l", "other");
    });

    test("LMPOP takes one element, or up to COUNT from its end on", () => {
      expect(run("LMPOP", 1, "k", "LEFT")).toBe(`*2\r\n${bulk("k")}${array("1")}`);
      expect(run("LMPOP", 3, "none", "k", "l", "right", "COUNT", 2)).toBe(
        `*2\r\n${bulk("k")}${array("5", "4")}`,
      );
      expect(run("LMPOP", 2, "k", "l", "LEFT", "count", "9223372036854775807")).toBe(
        `*2\r\n${bulk("k")}${array("2", "3")}`,
      );
      expect(run("EXISTS", "k")).toBe(":0\r\n");
      expect(run("LMPOP", 2, "k", "l", "LEFT")).toBe(`*2\r\n${bulk("l")}${array("other")}`);
      expect(run("LMPOP", 2, "k", "l", "LEFT")).toBe(NULL_ARRAY);
      checkKeyspace(engine.keyspace);
    });

    test("BLPOP and BRPOP take one element if there is one", () => {
      expect(run("BLPOP", "none", "k", "l", 0)).toBe(array("k", "1"));
      expect(run("BRPOP", "k", "1.5")).toBe(array("k", "5"));
      expect(all("k")).toEqual(["2", "3", "4"]);
      expect(run("BRPOP", "l", 0)).toBe(array("l", "other"));
      expect(run("EXISTS", "l")).toBe(":0\r\n");
    });

    test("BLMPOP takes what LMPOP does", () => {
      expect(run("BLMPOP", 0, 2, "none", "k", "LEFT", "COUNT", 3)).toBe(
        `*2\r\n${bulk("k")}${array("1", "2", "3")}`,
      );
      expect(run("BLMPOP", "0.1", 1, "k", "RIGHT")).toBe(`*2\r\n${bulk("k")}${array("5")}`);
      expect(all("k")).toEqual(["4"]);
    });
  });
}

describe("taking from the first of several lists", () => {
  test("stops at the first value of another type", () => {
    run("SET", "text", "x");
    run("RPUSH", "k", 1);
    expect(run("LMPOP", 2, "text", "k", "LEFT")).toBe(WRONG_TYPE);
    expect(run("BLPOP", "none", "text", "k", 0)).toBe(WRONG_TYPE);
    expect(run("BLMPOP", 0, 2, "text", "k", "LEFT")).toBe(WRONG_TYPE);
    expect(run("LMPOP", 2, "k", "text", "LEFT")).toBe(`*2\r\n${bulk("k")}${array("1")}`);
  });

  test("LMPOP and BLMPOP check numkeys, the side, the count and what is left, in this order", () => {
    for (const command of [["LMPOP"], ["BLMPOP", "0"]]) {
      for (const numkeys of [0, -1, "x", "", "1.5", "9223372036854775808"])
        expect(run(...command, numkeys, "k", "LEFT")).toBe(NUMKEYS);
      expect(run(...command, 2, "k", "LEFT")).toBe(SYNTAX);
      expect(run(...command, "4294967296", "k", "LEFT")).toBe(SYNTAX);
      expect(run(...command, 1, "k", "UP", "COUNT", 0)).toBe(SYNTAX);
      for (const count of [0, -1, "x", "9223372036854775808"])
        expect(run(...command, 1, "k", "LEFT", "COUNT", count)).toBe(COUNT);
      expect(run(...command, 1, "k", "LEFT", "COUNT")).toBe(SYNTAX);
      expect(run(...command, 1, "k", "LEFT", "LIMIT", 1)).toBe(SYNTAX);
      expect(run(...command, 1, "k", "LEFT", "COUNT", 0, "COUNT", 1)).toBe(COUNT);
      expect(run(...command, 1, "k", "LEFT", "COUNT", 1, "COUNT", 1)).toBe(SYNTAX);
    }
  });

  test("timeouts are checked before the keys, but by BLMPOP last of the arguments", () => {
    run("SET", "text", "x");
    const notFloat = "-ERR timeout is not a float or out of range\r\n";
    const negative = "-ERR timeout is negative\r\n";
    for (const name of ["BLPOP", "BRPOP"]) {
      expect(run(name, "text", "x")).toBe(notFloat);
      expect(run(name, "text", -1)).toBe(negative);
    }
    expect(run("BLMPOP", "x", 1, "text", "LEFT")).toBe(notFloat);
    expect(run("BLMPOP", -1, 1, "text", "LEFT")).toBe(negative);
    expect(run("BLMPOP", "x", 0, "text", "LEFT")).toBe(NUMKEYS);
    expect(run("BLMPOP", "x", 1, "text", "UP")).toBe(SYNTAX);
  });

  test("replies the null of RESP3", () => {
    engine.ctx.client.resp = 3;
    expect(run("LMPOP", 1, "k", "LEFT")).toBe("_\r\n");
  });

  test("keys are found behind their number", () => {
    expect(run("COMMAND", "GETKEYS", "LMPOP", 2, "a", "b", "LEFT")).toBe(array("a", "b"));
    expect(run("COMMAND", "GETKEYS", "BLMPOP", 0, 1, "a", "LEFT", "COUNT", 5)).toBe(array("a"));
    expect(run("COMMAND", "GETKEYS", "BLPOP", "a", "b", 0)).toBe(array("a", "b"));
  });
});
