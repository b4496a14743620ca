import { beforeEach, describe, expect, test } from "bun:test";
import { checkKeyspace } from "../../src/store/check.ts";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { elements } from "../support/replies.ts";
import { SET_FORMS } from "../support/set-forms.ts";

const WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

function run(line: string): string {
  return engine.run(...line.split(" "));
}

function members(key: string): string[] {
  return elements(engine.run("SMEMBERS", key)).sort();
}

for (const form of SET_FORMS) {
  describe(`a set, ${form.name}`, () => {
    beforeEach(() => {
      Object.assign(engine.keyspace.limits, form.limits);
    });

    function encodingOf(key: string): number | undefined {
      return engine.keyspace.find(0, Buffer.from(key), 0, key.length)?.encoding;
    }

    test("gets members by SADD, each once", () => {
      expect(run("SADD n 3 1 2 1")).toBe(":3\r\n");
      expect(encodingOf("n")).toBe(form.encoding);
      expect(run("SADD n 2")).toBe(":0\r\n");
      expect(run("SADD n 2 4")).toBe(":1\r\n");
      expect(members("n")).toEqual(["1", "2", "3", "4"]);
      expect(run("SCARD n")).toBe(":4\r\n");
    });

    test("loses members by SREM, and its key with the last one", () => {
      run("SADD n 3 1 2");
      expect(run("SREM n 1 9 1")).toBe(":1\r\n");
      expect(members("n")).toEqual(["2", "3"]);
      expect(run("SREM n 2 3")).toBe(":2\r\n");
      expect(run("EXISTS n")).toBe(":0\r\n");
      expect(run("SREM n 2")).toBe(":0\r\n");
      checkKeyspace(engine.keyspace);
    });

    test("is asked by SISMEMBER and SMISMEMBER", () => {
      run("SADD n 1 2");
      expect(run("SISMEMBER n 1")).toBe(":1\r\n");
      expect(run("SISMEMBER n 3")).toBe(":0\r\n");
      // Not the same bytes as any member, though the same number.
      expect(run("SISMEMBER n 01")).toBe(":0\r\n");
      expect(run("SMISMEMBER n 1 5 2")).toBe("*3\r\n:1\r\n:0\r\n:1\r\n");
    });

    test("gives a member to another by SMOVE, and its key with the last one", () => {
      run("SADD n 1 2");
      expect(run("SMOVE n m 1")).toBe(":1\r\n");
      expect(run("SMOVE n m 7")).toBe(":0\r\n");
      expect(members("m")).toEqual(["1"]);
      expect(run("SMOVE n m 2")).toBe(":1\r\n");
      expect(run("EXISTS n")).toBe(":0\r\n");
      expect(members("m")).toEqual(["1", "2"]);
      checkKeyspace(engine.keyspace);
    });

    test("stays as it is by SMOVE to itself, and takes a member it has", () => {
      run("SADD n 1 2");
      expect(run("SMOVE n n 1")).toBe(":1\r\n");
      expect(run("SMOVE n n 9")).toBe(":0\r\n");
      expect(members("n")).toEqual(["1", "2"]);
      run("SADD m 1");
      expect(run("SMOVE n m 1")).toBe(":1\r\n");
      expect(members("n")).toEqual(["2"]);
      expect(members("m")).toEqual(["1"]);
    });

    test("is replied as a set in RESP3", () => {
      run("SADD n 1 2");
      engine.ctx.client.resp = 3;
      expect(elements(run("SMEMBERS n"), "~").sort()).toEqual(["1", "2"]);
      expect(run("SMEMBERS none")).toBe("~0\r\n");
    });

    test("is copied, and has the digest of the same set in another form", () => {
      for (let i = 0; i < 50; i++) engine.run("SADD", "n", i * i);
      run("COPY n m");
      expect(encodingOf("m")).toBe(form.encoding);
      expect(members("m")).toEqual(members("n"));
      checkKeyspace(engine.keyspace);
      const other = new Engine({ seed: 5 });
      for (let i = 49; i >= 0; i--) other.run("SADD", "n", i * i);
      other.run("COPY", "n", "m");
      expect(digest(other.keyspace)).toBe(digest(engine.keyspace));
    });
  });
}

describe("commands on sets", () => {
  test("find nothing in a key that does not exist", () => {
    expect(run("SCARD none")).toBe(":0\r\n");
    expect(run("SMEMBERS none")).toBe("*0\r\n");
    expect(run("SISMEMBER none a")).toBe(":0\r\n");
    expect(run("SMISMEMBER none a b")).toBe("*2\r\n:0\r\n:0\r\n");
    expect(run("SREM none a")).toBe(":0\r\n");
    expect(run("SMOVE none other a")).toBe(":0\r\n");
    expect(run("DBSIZE")).toBe(":0\r\n");
  });

  test("refuse a value of another type", () => {
    run("SET text v");
    run("SADD s a");
    for (const line of [
      "SADD text a",
      "SREM text a",
      "SCARD text",
      "SMEMBERS text",
      "SISMEMBER text a",
      "SMISMEMBER text a",
      "SMOVE text s a",
      "SMOVE s text a",
      "SMOVE s text none",
    ])
      expect(run(line)).toBe(WRONG_TYPE);
    expect(run("GET s")).toBe(WRONG_TYPE);
    expect(members("s")).toEqual(["a"]);
  });

  test("SMOVE without a source does not look at the destination", () => {
    run("SET text v");
    expect(run("SMOVE none text a")).toBe(":0\r\n");
  });

  test("keep members of any bytes", () => {
    const odd = ["", "\r\n", "\x00", "\xff\xfe", "x".repeat(5000), "-0", "9223372036854775808"];
    expect(engine.run("SADD", "s", ...odd)).toBe(`:${odd.length}\r\n`);
    expect(members("s")).toEqual([...odd].sort());
    for (const member of odd) expect(engine.run("SREM", "s", member)).toBe(":1\r\n");
    expect(run("EXISTS s")).toBe(":0\r\n");
  });

  test("say by OBJECT ENCODING what Redis 7.0 would say", () => {
    run("SADD s 1 2");
    expect(run("OBJECT ENCODING s")).toBe("$6\r\nintset\r\n");
    run("SADD s a");
    expect(run("OBJECT ENCODING s")).toBe("$9\r\nhashtable\r\n");
    run("SREM s a");
    expect(run("OBJECT ENCODING s")).toBe("$9\r\nhashtable\r\n");
    for (let i = 0; i < 512; i++) engine.run("SADD", "large", i);
    expect(run("OBJECT ENCODING large")).toBe("$6\r\nintset\r\n");
    run("SADD large 512");
    expect(run("OBJECT ENCODING large")).toBe("$9\r\nhashtable\r\n");
  });

  test("SADD keeps the expire time, and a key that comes again has none", () => {
    run("SADD s 1");
    run("EXPIRE s 100");
    run("SADD s 2 a");
    expect(run("TTL s")).toBe(":100\r\n");
    run("SREM s 1 2 a");
    run("SADD s 1");
    expect(run("TTL s")).toBe(":-1\r\n");
  });

  test("count a change when there is one", () => {
    const changes = (line: string): number => {
      const before = engine.keyspace.dirty;
      run(line);
      return engine.keyspace.dirty - before;
    };
    expect(changes("SADD s a b")).toBe(1);
    expect(changes("SADD s a")).toBe(0);
    expect(changes("SREM s x")).toBe(0);
    expect(changes("SREM s a")).toBe(1);
    expect(changes("SMOVE s t x")).toBe(0);
    expect(changes("SMOVE s t b")).toBe(2);
    expect(changes("SMOVE t t b")).toBe(0);
  });

  test("leave no half of a request behind when memory is short", () => {
    engine = new Engine({ shards: 1, databases: 1, arenaBytes: 2 << 20 });
    const large = Array.from({ length: 5000 }, (_, i) => `${"m".repeat(500)}${i}`);
    expect(engine.run("SADD", "new", ...large)).toBe(OOM);
    expect(run("EXISTS new")).toBe(":0\r\n");
    engine.keyspace.limits.intsetEntries = 20_000;
    for (let i = 0; i < 20_000; i += 500)
      engine.run("SADD", "integers", ...Array.from({ length: 500 }, (_, j) => i + j));
    // Converting the integers takes more than is left then.
    expect(run("SETRANGE filler 1000000 x")).toBe(":1000001\r\n");
    expect(engine.run("SADD", "integers", "-1", "-2", "text")).toBe(OOM);
    expect(run("SCARD integers")).toBe(":20000\r\n");
    expect(run("SISMEMBER integers -1")).toBe(":0\r\n");
    run("SADD source text");
    expect(run("SMOVE source integers text")).toBe(OOM);
    expect(members("source")).toEqual(["text"]);
    checkKeyspace(engine.keyspace);
  });
});
