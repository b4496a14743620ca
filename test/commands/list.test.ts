import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";
import { LIST_FORMS } from "../support/list-forms.ts";
import { elements } from "../support/replies.ts";

const NULL = "$-1\r\n";
const NULL_ARRAY = "*-1\r\n";
const EMPTY_ARRAY = "*0\r\n";
const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const NOT_POSITIVE = "-ERR value is out of range, must be positive\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`;
const all = (key: string) => elements(run("LRANGE", key, 0, -1));

beforeEach(() => {
  engine = new Engine();
});

for (const { name, limits } of LIST_FORMS) {
  describe(`ends of lists ${name}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, limits);
    });

    test("LPUSH and RPUSH add one after the other and reply the length", () => {
      expect(run("RPUSH", "k", "a", "b", "c")).toBe(":3\r\n");
      expect(run("LPUSH", "k", "1", "2", "3")).toBe(":6\r\n");
      expect(all("k")).toEqual(["3", "2", "1", "a", "b", "c"]);
      expect(run("TYPE", "k")).toBe("+list\r\n");
      expect(run("OBJECT", "ENCODING", "k")).toBe(bulk("quicklist"));
      checkKeyspace(engine.keyspace);
    });

    test("LPUSHX and RPUSHX add to what exists only", () => {
      expect(run("LPUSHX", "k", "a", "b")).toBe(":0\r\n");
      expect(run("RPUSHX", "k", "a")).toBe(":0\r\n");
      expect(run("EXISTS", "k")).toBe(":0\r\n");
      run("RPUSH", "k", "a");
      expect(run("LPUSHX", "k", "b", "c")).toBe(":3\r\n");
      expect(run("RPUSHX", "k", "d", "e")).toBe(":5\r\n");
      expect(all("k")).toEqual(["c", "b", "a", "d", "e"]);
    });

    test("LPOP and RPOP take one element, and the key with the last one", () => {
      run("RPUSH", "k", "a", "", "c");
      expect(run("LPOP", "k")).toBe(bulk("a"));
      expect(run("RPOP", "k")).toBe(bulk("c"));
      expect(run("LPOP", "k")).toBe(bulk(""));
      expect(run("EXISTS", "k")).toBe(":0\r\n");
      expect(run("LPOP", "k")).toBe(NULL);
      checkKeyspace(engine.keyspace);
    });

    test("LPOP and RPOP with a count take up to so many, from their end on", () => {
      run("RPUSH", "k", 1, 2, 3, 4, 5, 6, 7);
      expect(elements(run("LPOP", "k", 2))).toEqual(["1", "2"]);
      expect(elements(run("RPOP", "k", 3))).toEqual(["7", "6", "5"]);
      expect(run("LPOP", "k", 0)).toBe(EMPTY_ARRAY);
      expect(elements(run("RPOP", "k", "9223372036854775807"))).toEqual(["4", "3"]);
      expect(run("EXISTS", "k")).toBe(":0\r\n");
      expect(run("LPOP", "k", 1)).toBe(NULL_ARRAY);
      expect(run("RPOP", "k", 0)).toBe(NULL_ARRAY);
      checkKeyspace(engine.keyspace);
    });

    test("elements that read as integers come back as they were, as do bytes of any kind", () => {
      const texts = [
        "0",
        "-1",
        "127",
        "128",
        "-4097",
        "32768",
        "8388608",
        "2147483648",
        "-9223372036854775808",
      ];
      const others = [
        "01",
        "+1",
        "9223372036854775808",
        "",
        "\u0000\u00ff\r\n",
        "x".repeat(63),
        "x".repeat(5000),
      ];
      run("RPUSH", "k", ...[...texts, ...others].map((text) => Buffer.from(text, "latin1")));
      expect(all("k")).toEqual([...texts, ...others]);
    });

    test("a list of thousands, pushed and popped at both ends", () => {
      const items: string[] = [];
      for (let i = 0; i < 3000; i++) {
        const atFront = i % 3 === 0;
        run(atFront ? "LPUSH" : "RPUSH", "k", `element ${i}`);
        if (atFront) items.unshift(`element ${i}`);
        else items.push(`element ${i}`);
      }
      expect(run("LLEN", "k")).toBe(":3000\r\n");
      expect(all("k")).toEqual(items);
      expect(elements(run("LPOP", "k", 1000))).toEqual(items.slice(0, 1000));
      expect(elements(run("RPOP", "k", 1999))).toEqual(items.slice(1001).reverse());
      expect(run("RPOP", "k")).toBe(bulk(items[1000]));
      checkKeyspace(engine.keyspace);
    });
  });
}

describe("commands on the ends of lists", () => {
  test("reply nulls of RESP3", () => {
    engine.ctx.client.resp = 3;
    expect(run("LPOP", "k")).toBe("_\r\n");
    expect(run("RPOP", "k", 5)).toBe("_\r\n");
  });

  test("LLEN of a missing key is 0", () => {
    expect(run("LLEN", "k")).toBe(":0\r\n");
  });

  test("refuse values of other types", () => {
    run("SET", "text", "x");
    for (const name of ["LPUSH", "RPUSH", "LPUSHX", "RPUSHX"])
      expect(run(name, "text", "a")).toBe(WRONG_TYPE);
    for (const name of ["LPOP", "RPOP", "LLEN"]) expect(run(name, "text")).toBe(WRONG_TYPE);
    expect(run("LPOP", "text", 0)).toBe(WRONG_TYPE);
  });

  test("LPOP and RPOP look at the count before the key", () => {
    run("SET", "text", "x");
    for (const count of [-1, "x", "", "1.5", "9223372036854775808"]) {
      expect(run("LPOP", "text", count)).toBe(NOT_POSITIVE);
      expect(run("RPOP", "missing", count)).toBe(NOT_POSITIVE);
    }
    expect(run("LPOP", "k", 1, 2)).toBe("-ERR wrong number of arguments for 'lpop' command\r\n");
    expect(run("RPOP", "k", 1, 2)).toBe("-ERR wrong number of arguments for 'rpop' command\r\n");
  });

  test("an element of megabytes is kept among small ones", () => {
    const large = "large".repeat(1_000_000);
    run("RPUSH", "k", "a", large, "b");
    run("LPUSH", "k", large);
    expect(all("k")).toEqual([large, "a", large, "b"]);
    expect(run("LPOP", "k")).toBe(bulk(large));
    checkKeyspace(engine.keyspace);
  });

  test("without memory for all elements none is added", () => {
    engine = new Engine({ shards: 1, arenaBytes: 2 << 20 });
    run("RPUSH", "k", "a");
    const { usedBytes } = engine.keyspace;
    const half = "x".repeat(1 << 20);
    expect(run("RPUSH", "k", half, half)).toBe(OOM);
    expect(run("LPUSH", "new", half, half)).toBe(OOM);
    expect(engine.keyspace.usedBytes).toBe(usedBytes);
    expect(all("k")).toEqual(["a"]);
    expect(run("EXISTS", "new")).toBe(":0\r\n");
    checkKeyspace(engine.keyspace);
  });

  test("a long list that is popped whole is freed later", () => {
    engine.keyspace.limits.listSize = 1;
    for (let i = 0; i < 100; i++) run("RPUSH", "k", ...Array.from({ length: 100 }, (_, j) => i * 100 + j));
    expect(elements(run("LPOP", "k", 10_000)).length).toBe(10_000);
    expect(run("EXISTS", "k")).toBe(":0\r\n");
    expect(engine.keyspace.collectGarbage(1000)).toBe(true);
    while (engine.keyspace.collectGarbage(1000));
    checkKeyspace(engine.keyspace);
  });
});

describe("requests in a row on a linked list", () => {
  const repeated = (count: number, ...argv: string[]) => Array.from({ length: count }, () => argv);

  beforeEach(() => {
    for (const element of ["first", "second"]) run("RPUSH", "k", element.padEnd(600));
    for (const element of ["a", "b", "c"]) run("RPUSH", "k", element);
  });

  test("are pushed and popped together", () => {
    expect(engine.runInRow(["RPUSH", "k", "d"], ["RPUSH", "k", "e"])).toEqual({
      executed: 2,
      reply: ":6\r\n:7\r\n",
    });
    expect(engine.runInRow(...repeated(3, "RPOP", "k")).reply).toBe(bulk("e") + bulk("d") + bulk("c"));
    expect(engine.runInRow(["LPUSH", "k", "1"], ["LPUSH", "k", "2"]).reply).toBe(":5\r\n:6\r\n");
    expect(engine.runInRow(...repeated(2, "LPOP", "k")).reply).toBe(bulk("2") + bulk("1"));
    checkKeyspace(engine.keyspace);
  });

  test.each(["LPOP", "RPOP"])("%s leaves the last element to a single request", (name) => {
    expect(engine.runInRow(...repeated(5, name, "k"))).toEqual({ executed: 0, reply: "" });
    expect(engine.runInRow(...repeated(4, name, "k")).executed).toBe(4);
    expect(run("LLEN", "k")).toBe(":1\r\n");
  });

  test("are left to single requests where there is no such list", () => {
    run("RPUSH", "packed", "a", "b", "c");
    run("SET", "text", "value");
    for (const key of ["packed", "text", "missing"]) {
      expect(engine.runInRow(...repeated(2, "RPUSH", key, "x"))).toEqual({ executed: 0, reply: "" });
      expect(engine.runInRow(...repeated(2, "LPOP", key))).toEqual({ executed: 0, reply: "" });
    }
  });

  test("pops of long elements stop when there is much to reply", () => {
    for (let i = 0; i < 20; i++) run("LPUSH", "k", "x".repeat(30_000));
    expect(engine.runInRow(...repeated(20, "LPOP", "k")).executed).toBe(3);
    expect(run("LLEN", "k")).toBe(":22\r\n");
  });

  test("are not pushed together where a single one would be refused", () => {
    engine = new Engine({ shards: 1, arenaBytes: 4 << 20 });
    for (let i = 0; i < 20; i++) run("RPUSH", "k", "x".repeat(200));
    // What could be compressed would make room.
    engine.keyspace.limits.listCompressDepth = 0;
    const pushes = repeated(16, "RPUSH", "k", "x".repeat(50));
    expect(engine.runInRow(...pushes).executed).toBe(16);
    for (let i = 0; run("RPUSH", "k", "x".repeat(50)) !== OOM; i++) run("SET", `key ${i}`, "x".repeat(500));
    const { usedBytes } = engine.keyspace;
    expect(engine.runInRow(...pushes)).toEqual({ executed: 0, reply: "" });
    expect(engine.keyspace.usedBytes).toBe(usedBytes);
    checkKeyspace(engine.keyspace);
  });
});
