import { beforeEach, describe, expect, spyOn, test } from "bun:test";
import { REPLY_TOO_LARGE } from "../../src/protocol/errors.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { SET_FORMS } from "../support/set-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const POSITIVE = "-ERR value is out of range, must be positive\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";
const RANGE =
  "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

/** The only element of a bulk string reply. */
function bulk(reply: string): string {
  return elements(`*1\r\n${reply}`)[0];
}

for (const form of SET_FORMS) {
  describe(`random members of a set, ${form.name}`, () => {
    const ALL = Array.from({ length: 60 }, (_, i) => String(i * 7));

    beforeEach(() => {
      Object.assign(engine.keyspace.limits, form.limits);
      engine.run("SADD", "s", ...ALL);
    });

    test("are taken out by SPOP, one by one until the key is gone", () => {
      const popped = ALL.map(() => bulk(run("SPOP s")));
      expect(popped.sort()).toEqual([...ALL].sort());
      expect(run("EXISTS s")).toBe(":0\r\n");
      expect(run("SPOP s")).toBe("$-1\r\n");
      checkKeyspace(engine.keyspace);
    });

    test("are taken out by SPOP with a count, all at last", () => {
      const left = new Set(ALL);
      for (const [count, size] of [
        [0, 0],
        [1, 1],
        [7, 7],
        [40, 40],
        ["9223372036854775807", 12],
      ]) {
        const popped = elements(engine.run("SPOP", "s", count));
        expect(popped.length).toBe(size as number);
        for (const member of popped) expect(left.delete(member)).toBe(true);
        if (left.size > 0) expect(elements(run("SMEMBERS s")).sort()).toEqual([...left].sort());
        checkKeyspace(engine.keyspace);
      }
      expect(run("EXISTS s")).toBe(":0\r\n");
    });

    test("are shown by SRANDMEMBER, all of them now and then", () => {
      const shown = new Set<string>();
      for (let i = 0; i < 1000; i++) shown.add(bulk(run("SRANDMEMBER s")));
      expect([...shown].sort()).toEqual([...ALL].sort());
      expect(run("SCARD s")).toBe(":60\r\n");
    });

    test("are different with a positive count, at most as many as there are", () => {
      for (const [count, size] of [
        [0, 0],
        [1, 1],
        [30, 30],
        [60, 60],
        [61, 60],
        ["9223372036854775807", 60],
      ]) {
        const shown = elements(engine.run("SRANDMEMBER", "s", count));
        expect(new Set(shown).size).toBe(size as number);
        expect(shown.length).toBe(size as number);
        for (const member of shown) expect(ALL).toContain(member);
      }
    });

    test("may repeat with a negative count, and are as many as asked for", () => {
      const shown = elements(run("SRANDMEMBER s -1000"));
      expect(shown.length).toBe(1000);
      expect(new Set(shown)).toEqual(new Set(ALL));
    });

    test("are a set when they are popped and an array when they are shown, in RESP3", () => {
      engine.ctx.client.resp = 3;
      expect(elements(run("SRANDMEMBER s 5")).length).toBe(5);
      expect(elements(run("SRANDMEMBER s -5")).length).toBe(5);
      expect(elements(run("SPOP s 5"), "~").length).toBe(5);
      expect(elements(run("SPOP s 100"), "~").length).toBe(55);
      expect(run("SPOP s 5")).toBe("~0\r\n");
      expect(run("SPOP s")).toBe("_\r\n");
      expect(run("SRANDMEMBER s")).toBe("_\r\n");
      expect(run("SRANDMEMBER s 5")).toBe("*0\r\n");
    });

    test("are not worked on for ever, however many are asked for", () => {
      for (const count of ["-9223372036854775807", "-9007199254740993", "-200000000"])
        expect(run(`SRANDMEMBER s ${count}`)).toBe(`-${REPLY_TOO_LARGE.text}\r\n`);
      expect(run("SRANDMEMBER none -9223372036854775807")).toBe("*0\r\n");
    });
  });
}

describe("SPOP and SRANDMEMBER", () => {
  test("refuse odd counts before they look at the key", () => {
    run("SET text v");
    for (const count of ["-1", "a", "1.0", "", "9223372036854775808"])
      expect(engine.run("SPOP", "text", count)).toBe(POSITIVE);
    for (const count of ["a", "1.0", "", "9223372036854775808"])
      expect(engine.run("SRANDMEMBER", "text", count)).toBe(NOT_INTEGER);
    expect(run("SRANDMEMBER text -9223372036854775808")).toBe(RANGE);
    expect(run("SPOP text 1 2")).toBe(SYNTAX);
    expect(run("SRANDMEMBER text 1 2")).toBe(SYNTAX);
  });

  test("refuse a value of another type", () => {
    run("SET text v");
    for (const line of ["SPOP text", "SPOP text 0", "SPOP text 1", "SRANDMEMBER text", "SRANDMEMBER text 0"])
      expect(run(line)).toBe(WRONG_TYPE);
  });

  test("find nothing in a key that does not exist", () => {
    expect(run("SPOP none")).toBe("$-1\r\n");
    expect(run("SPOP none 5")).toBe("*0\r\n");
    expect(run("SRANDMEMBER none")).toBe("$-1\r\n");
    expect(run("SRANDMEMBER none -5")).toBe("*0\r\n");
  });

  test("SPOP takes many out of a large set, and what is left is sound", () => {
    const all = Array.from({ length: 20_000 }, (_, i) => `member ${i}`);
    engine.run("SADD", "s", ...all);
    const left = new Set(all);
    for (const count of [10, 100, 15_000, 4_000]) {
      for (const member of elements(engine.run("SPOP", "s", count))) expect(left.delete(member)).toBe(true);
      checkKeyspace(engine.keyspace);
    }
    expect(left.size).toBe(890);
    expect(elements(run("SMEMBERS s")).sort()).toEqual([...left].sort());
  });

  test("SPOP whose reply turns out too large takes nothing out", () => {
    run("SADD s a b c d e");
    for (const count of [3, 5]) {
      const write = engine.reply.bulk.bind(engine.reply);
      const bulkWriter = spyOn(engine.reply, "bulk").mockImplementation((source, start, end) => {
        if (bulkWriter.mock.calls.length === 3) throw REPLY_TOO_LARGE;
        write(source, start, end);
      });
      expect(engine.run("SPOP", "s", count)).toBe(`-${REPLY_TOO_LARGE.text}\r\n`);
      bulkWriter.mockRestore();
      expect(run("SCARD s")).toBe(":5\r\n");
    }
  });
});
