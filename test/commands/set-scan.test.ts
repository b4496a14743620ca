import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";
import { elements, scanAll, scanReply } from "../support/replies.ts";
import { SET_FORMS } from "../support/set-forms.ts";

const EMPTY = "*2\r\n$1\r\n0\r\n*0\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

for (const form of SET_FORMS) {
  describe(`SSCAN of a set, ${form.name}`, () => {
    const ALL = Array.from({ length: 100 }, (_, i) => String(i));

    beforeEach(() => {
      Object.assign(engine.keyspace.limits, form.limits);
      engine.run("SADD", "s", ...ALL);
    });

    test("gives every member once", () => {
      for (const count of [1, 10, 1000]) {
        const found = scanAll((cursor) => engine.run("SSCAN", "s", cursor, "COUNT", count));
        expect(found.sort()).toEqual([...ALL].sort());
      }
    });

    test("gives what matches a pattern, the last one given", () => {
      const found = scanAll((cursor) => engine.run("SSCAN", "s", cursor, "match", "x", "MATCH", "?5"));
      expect(found.sort()).toEqual(["15", "25", "35", "45", "55", "65", "75", "85", "95"]);
      expect(scanAll((cursor) => engine.run("SSCAN", "s", cursor, "MATCH", "*")).length).toBe(100);
      expect(scanAll((cursor) => engine.run("SSCAN", "s", cursor, "MATCH", "x*"))).toEqual([]);
    });

    test("takes any cursor there can be", () => {
      for (const cursor of ["1", "4294967295", "4294967296", "18446744073709551615", "-1", "", "007"])
        expect(scanReply(engine.run("SSCAN", "s", cursor, "COUNT", 1000)).cursor).toBe("0");
    });

    test("gives an array in RESP3, too", () => {
      engine.ctx.client.resp = 3;
      expect(scanReply(run("SSCAN s 0 COUNT 1000")).found.length).toBe(100);
    });
  });
}

describe("SSCAN", () => {
  test("goes through a linked set in steps, and answers at once for others", () => {
    engine.run("SADD", "small", ...Array.from({ length: 100 }, (_, i) => `m${i}`));
    expect(scanReply(run("SSCAN small 0")).found.length).toBe(100);
    engine.run("SADD", "large", ...Array.from({ length: 1000 }, (_, i) => `m${i}`));
    const { cursor, found } = scanReply(run("SSCAN large 0"));
    expect(found.length).toBe(10);
    expect(cursor).not.toBe("0");
    expect(scanReply(run("SSCAN large 0 COUNT 500")).found.length).toBe(500);
    expect(scanReply(run("SSCAN large 0 COUNT 9223372036854775807")).found.length).toBe(1000);
    expect(elements(run("SMEMBERS large")).length).toBe(1000);
  });

  test("checks the cursor, then the key, then the options", () => {
    run("SET text v");
    run("SADD s a");
    expect(run("SSCAN text x BAD")).toBe("-ERR invalid cursor\r\n");
    expect(run("SSCAN s 18446744073709551616")).toBe("-ERR invalid cursor\r\n");
    expect(run("SSCAN none 0 BAD")).toBe(EMPTY);
    expect(run("SSCAN none 5")).toBe(EMPTY);
    expect(run("SSCAN text 0 BAD")).toBe(
      "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n",
    );
    for (const options of ["BAD", "COUNT", "COUNT 0", "COUNT -1", "TYPE set", "MATCH"])
      expect(run(`SSCAN s 0 ${options}`)).toBe("-ERR syntax error\r\n");
    expect(run("SSCAN s 0 COUNT a")).toBe("-ERR value is not an integer or out of range\r\n");
  });
});
