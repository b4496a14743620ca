import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { LIST_FORMS } from "../support/list-forms.ts";
import { elements } from "../support/replies.ts";

const NULL = "$-1\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const SYNTAX = "-ERR syntax error\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const all = (key: string) => elements(run("LRANGE", key, 0, -1));

beforeEach(() => {
  engine = new Engine();
});

/** The commands that move, with the arguments behind the keys. The blocking ones find what they want at once. */
const MOVES = [
  ["LMOVE", "LEFT", "LEFT"],
  ["LMOVE", "LEFT", "RIGHT"],
  ["LMOVE", "RIGHT", "LEFT"],
  ["LMOVE", "RIGHT", "RIGHT"],
  ["BLMOVE", "LEFT", "RIGHT", "0"],
  ["RPOPLPUSH"],
  ["BRPOPLPUSH", "0"],
].map(([name, ...rest]) => {
  const sides = rest.length > 1 ? rest : ["RIGHT", "LEFT"];
  return { name, rest, fromFront: sides[0] === "LEFT", toFront: sides[1] === "LEFT" };
});

function moved(from: string[], to: string[], fromFront: boolean, toFront: boolean): string {
  const element = (fromFront ? from.shift() : from.pop()) as string;
  if (toFront) to.unshift(element);
  else to.push(element);
  return element;
}

for (const { name, limits } of LIST_FORMS) {
  describe(`moving elements of lists ${name}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
    });

    for (const { name: command, rest, fromFront, toFront } of MOVES) {
      const title = [command, ...rest].join(" ");

      test(`${title} to another list, until there is nothing left`, () => {
        const from = ["a", "", "3", "x".repeat(300)];
        const to = ["z"];
        run("RPUSH", "from", ...from);
        run("RPUSH", "to", ...to);
        while (from.length > 0) {
          const element = moved(from, to, fromFront, toFront);
          expect(run(command, "from", "to", ...rest)).toBe(bulk(element));
          expect(all("from")).toEqual(from);
          expect(all("to")).toEqual(to);
          checkKeyspace(engine.keyspace);
        }
        expect(run("EXISTS", "from")).toBe(":0\r\n");
      });

      test(`${title} to a key that does not exist`, () => {
        run("RPUSH", "from", "a", "b", "c");
        const from = ["a", "b", "c"];
        const to: string[] = [];
        const element = moved(from, to, fromFront, toFront);
        expect(run(command, "from", "to", ...rest)).toBe(bulk(element));
        expect(all("from")).toEqual(from);
        expect(all("to")).toEqual(to);
      });

      test(`${title} within a list`, () => {
        const items = ["a", "b", "3", "d", "x".repeat(300)];
        run("RPUSH", "k", ...items);
        for (let i = 0; i < 12; i++) {
          const element = moved(items, items, fromFront, toFront);
          expect(run(command, "k", "k", ...rest)).toBe(bulk(element));
          expect(all("k")).toEqual(items);
          checkKeyspace(engine.keyspace);
        }
        run("RPUSH", "one", "a");
        expect(run(command, "one", "one", ...rest)).toBe(bulk("a"));
        expect(all("one")).toEqual(["a"]);
      });
    }
  });
}

describe("moving elements of lists", () => {
  test("a full packed list that is rotated stays packed", () => {
    run("RPUSH", "k", ...Array.from({ length: 512 }, (_, i) => i % 100));
    const { usedBytes } = engine.keyspace;
    for (let i = 0; i < 1000; i++) run("LMOVE", "k", "k", "LEFT", "RIGHT");
    expect(engine.keyspace.usedBytes).toBe(usedBytes);
  });

  test("from a missing key nothing is moved, whatever the destination is", () => {
    run("SET", "text", "x");
    expect(run("LMOVE", "k", "text", "LEFT", "LEFT")).toBe(NULL);
    expect(run("RPOPLPUSH", "k", "text")).toBe(NULL);
    engine.ctx.client.resp = 3;
    expect(run("LMOVE", "k", "k", "LEFT", "LEFT")).toBe("_\r\n");
  });

  test("a wrong type on either side moves nothing", () => {
    run("SET", "text", "x");
    run("RPUSH", "k", "a");
    expect(run("LMOVE", "k", "text", "LEFT", "LEFT")).toBe(WRONG_TYPE);
    expect(run("LMOVE", "text", "k", "LEFT", "LEFT")).toBe(WRONG_TYPE);
    expect(run("LMOVE", "text", "text", "LEFT", "LEFT")).toBe(WRONG_TYPE);
    expect(run("RPOPLPUSH", "k", "text")).toBe(WRONG_TYPE);
    expect(run("BLMOVE", "k", "text", "LEFT", "LEFT", 0)).toBe(WRONG_TYPE);
    expect(run("BRPOPLPUSH", "text", "k", 0)).toBe(WRONG_TYPE);
    expect(all("k")).toEqual(["a"]);
  });

  test("sides and timeouts are checked before the keys", () => {
    run("SET", "text", "x");
    expect(run("LMOVE", "text", "k", "UP", "LEFT")).toBe(SYNTAX);
    expect(run("LMOVE", "text", "k", "left", "")).toBe(SYNTAX);
    expect(run("BLMOVE", "text", "k", "LEFT", "UP", "x")).toBe(SYNTAX);
    const notFloat = "-ERR timeout is not a float or out of range\r\n";
    expect(run("BLMOVE", "text", "k", "LEFT", "RIGHT", "x")).toBe(notFloat);
    expect(run("BRPOPLPUSH", "text", "k", -1)).toBe("-ERR timeout is negative\r\n");
  });

  test("without memory for the destination nothing is lost", () => {
    engine = new Engine({ shards: 2, arenaBytes: 1 << 20 });
    const large = "x".repeat(300 << 10);
    let refused = 0;
    for (let i = 0; i < 10; i++) {
      // Lists with a large element, in either of the two arenas, until both are full.
      if (run("RPUSH", `k${i}`, "small", large) === OOM) continue;
      for (let j = 0; j < 10; j++) {
        const reply = run("LMOVE", `k${i}`, `to${j}`, "RIGHT", "LEFT");
        if (reply === OOM) {
          refused++;
          expect(run("EXISTS", `to${j}`)).toBe(":0\r\n");
        } else {
          expect(reply).toBe(bulk(large));
          expect(all(`to${j}`)).toEqual([large]);
          run("DEL", `to${j}`);
          run("RPUSH", `k${i}`, large);
        }
        expect(all(`k${i}`)).toEqual(["small", large]);
      }
      checkKeyspace(engine.keyspace);
    }
    expect(refused).toBeGreaterThan(0);
  });
});
