import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

for (const command of ["DEL", "UNLINK"]) {
  describe(command, () => {
    test("deletes the keys that exist and says how many", () => {
      engine.run("SET", "a", "1");
      engine.run("SET", "b", "2");
      expect(engine.run(command, "a", "missing", "b")).toBe(":2\r\n");
      expect(engine.run("EXISTS", "a", "b")).toBe(":0\r\n");
    });

    test("counts a key that is given twice once", () => {
      engine.run("SET", "a", "1");
      expect(engine.run(command, "a", "a")).toBe(":1\r\n");
    });

    test("counts each deleted key as a change, and nothing for missing ones", () => {
      engine.run("SET", "a", "1");
      engine.run("SET", "b", "2");
      const before = engine.keyspace.dirty;
      engine.run(command, "a", "b", "missing");
      expect(engine.keyspace.dirty - before).toBe(2);
    });

    test("does not count a key that has expired", () => {
      engine.run("SET", "a", "1");
      engine.run("PEXPIRE", "a", 10);
      engine.advance(11);
      expect(engine.run(command, "a")).toBe(":0\r\n");
    });

    test("deletes the empty key and keys of any bytes", () => {
      engine.run("SET", "", "1");
      engine.run("SET", Buffer.from([0, 255, 13, 10]), "2");
      expect(engine.run(command, "", Buffer.from([0, 255, 13, 10]))).toBe(":2\r\n");
      expect(engine.run("DBSIZE")).toBe(":0\r\n");
    });
  });
}

describe("EXISTS", () => {
  test("counts a key as often as it is given", () => {
    engine.run("SET", "a", "1");
    expect(engine.run("EXISTS", "a", "a", "missing")).toBe(":2\r\n");
    expect(engine.run("EXISTS", "missing")).toBe(":0\r\n");
  });

  test("looks into the selected database only", () => {
    engine.run("SET", "a", "1");
    engine.ctx.client.db = 1;
    expect(engine.run("EXISTS", "a")).toBe(":0\r\n");
  });

  test("counts hits and misses but no access", () => {
    engine.run("SET", "a", "1");
    engine.advance(5000);
    engine.run("EXISTS", "a", "missing");
    expect([engine.keyspace.hits, engine.keyspace.misses]).toEqual([1, 1]);
    expect(engine.run("OBJECT", "IDLETIME", "a")).toBe(":5\r\n");
  });
});

describe("TOUCH", () => {
  test("counts the keys that exist", () => {
    engine.run("SET", "a", "1");
    expect(engine.run("TOUCH", "a", "missing", "a")).toBe(":2\r\n");
  });

  test("sets the idle time back", () => {
    engine.run("SET", "a", "1");
    engine.advance(5000);
    engine.run("TOUCH", "a");
    expect(engine.run("OBJECT", "IDLETIME", "a")).toBe(":0\r\n");
  });

  test("does so for a client with NO-TOUCH, whose other reads leave the idle time alone", () => {
    engine.run("SET", "a", "1");
    engine.ctx.client.noTouch = true;
    engine.advance(5000);
    engine.run("GET", "a");
    expect(engine.run("OBJECT", "IDLETIME", "a")).toBe(":5\r\n");
    engine.run("TOUCH", "a");
    expect(engine.run("OBJECT", "IDLETIME", "a")).toBe(":0\r\n");
  });
});

describe("TYPE", () => {
  test("names the type, none for a missing or expired key", () => {
    engine.run("SET", "a", "1");
    expect(engine.run("TYPE", "a")).toBe("+string\r\n");
    expect(engine.run("TYPE", "missing")).toBe("+none\r\n");
    engine.run("PEXPIRE", "a", 1);
    engine.advance(2);
    expect(engine.run("TYPE", "a")).toBe("+none\r\n");
  });
});
