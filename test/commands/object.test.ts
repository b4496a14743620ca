import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

let engine: Engine;

beforeEach(() => {
  engine = new Engine();
});

describe("OBJECT", () => {
  test("replies null for a missing key, whichever question", () => {
    for (const subcommand of ["ENCODING", "FREQ", "IDLETIME", "REFCOUNT"]) {
      engine.ctx.client.resp = 2;
      expect(engine.run("OBJECT", subcommand, "missing")).toBe("$-1\r\n");
      engine.ctx.client.resp = 3;
      expect(engine.run("OBJECT", subcommand, "missing")).toBe("_\r\n");
    }
  });

  test("ENCODING names the encoding that Redis would use", () => {
    for (const [value, encoding] of [
      ["12", "int"],
      ["-9223372036854775808", "int"],
      ["9223372036854775808", "embstr"],
      ["01", "embstr"],
      ["", "embstr"],
      ["x".repeat(44), "embstr"],
      ["x".repeat(45), "raw"],
    ]) {
      engine.run("SET", "k", value);
      expect(engine.run("object", "encoding", "k")).toBe(`$${encoding.length}\r\n${encoding}\r\n`);
    }
  });

  test("REFCOUNT tells the integers that Redis shares from other values", () => {
    for (const [value, count] of [
      ["0", 2147483647],
      ["9999", 2147483647],
      ["10000", 1],
      ["-1", 1],
      ["text", 1],
    ] as const) {
      engine.run("SET", "k", value);
      expect(engine.run("OBJECT", "REFCOUNT", "k")).toBe(`:${count}\r\n`);
    }
  });

  test("IDLETIME counts seconds since the last access, FREQ is refused, while the policy is none of LFU", () => {
    engine.run("SET", "k", "v");
    engine.advance(7000);
    expect(engine.run("OBJECT", "IDLETIME", "k")).toBe(":7\r\n");
    expect(engine.run("OBJECT", "IDLETIME", "k")).toBe(":7\r\n");
    engine.run("GET", "k");
    expect(engine.run("OBJECT", "IDLETIME", "k")).toBe(":0\r\n");
    expect(engine.run("OBJECT", "FREQ", "k")).toStartWith("-ERR An LFU maxmemory policy is not selected, ");
  });

  test("FREQ is the access counter, IDLETIME is refused, under an LFU policy", () => {
    engine.keyspace.access.lfu = true;
    engine.run("SET", "k", "v");
    expect(engine.run("OBJECT", "FREQ", "k")).toBe(":5\r\n");
    engine.run("GET", "k");
    expect(engine.run("OBJECT", "FREQ", "k")).toBe(":6\r\n");
    engine.advance(2 * 60_000);
    expect(engine.run("OBJECT", "FREQ", "k")).toBe(":4\r\n");
    expect(engine.run("OBJECT", "IDLETIME", "k")).toStartWith("-ERR An LFU maxmemory policy is selected, ");
  });

  test("checks the number of arguments of a subcommand", () => {
    expect(engine.run("OBJECT", "ENCODING")).toBe(
      "-ERR wrong number of arguments for 'object|encoding' command\r\n",
    );
    expect(engine.run("OBJECT", "NOSUCH", "k")).toBe(
      "-ERR unknown subcommand 'NOSUCH'. Try OBJECT HELP.\r\n",
    );
  });
});

describe("HELP of a container", () => {
  test("lists each subcommand with its arguments and what it does, itself last", () => {
    const reply = engine.run("OBJECT", "HELP");
    const lines = reply.split("\r\n");
    expect(lines[0]).toBe(`*${lines.length - 2}`);
    expect(lines[1]).toBe("+OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    expect(lines[2]).toBe("+ENCODING key");
    expect(lines[3]).toStartWith("+    The name of the form");
    expect(lines.slice(-3)).toEqual(["+HELP", "+    Prints this help.", ""]);
    const names = lines.filter((line) => /^\+[A-Z]+( |$)/.test(line)).map((line) => line.split(" ")[0]);
    expect(names).toEqual(["+OBJECT", "+ENCODING", "+FREQ", "+IDLETIME", "+REFCOUNT", "+HELP"]);
  });

  test("takes no argument", () => {
    expect(engine.run("OBJECT", "HELP", "me")).toBe(
      "-ERR wrong number of arguments for 'object|help' command\r\n",
    );
  });
});
