import { beforeEach, describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

const SYNTAX = "-ERR syntax error\r\n";
const NOT_INTEGER = "-ERR value is not an integer or out of range\r\n";

let engine: Engine;
const run = (...argv: (string | Buffer | number)[]) => engine.run(...argv);
const lines = (...parts: string[]) => parts.map((part) => `${part}\r\n`).join("");

beforeEach(() => {
  engine = new Engine();
  run("MSET", "a", "ohmytext", "b", "mynewtext");
});

describe("LCS", () => {
  test("replies the subsequence", () => {
    expect(run("LCS", "a", "b")).toBe("$6\r\nmytext\r\n");
  });

  test("LEN replies its length", () => {
    expect(run("LCS", "a", "b", "len")).toBe(":6\r\n");
  });

  test("IDX replies the matching pieces, last one first", () => {
    expect(run("LCS", "a", "b", "IDX")).toBe(
      lines(
        ...["*4", "$7", "matches", "*2"],
        ...["*2", "*2", ":4", ":7", "*2", ":5", ":8"],
        ...["*2", "*2", ":2", ":3", "*2", ":0", ":1"],
        ...["$3", "len", ":6"],
      ),
    );
  });

  test("IDX replies a map in RESP3", () => {
    engine.ctx.client.resp = 3;
    expect(run("LCS", "a", "missing", "IDX")).toBe(lines("%2", "$7", "matches", "*0", "$3", "len", ":0"));
  });

  test("MINMATCHLEN leaves short pieces out, WITHMATCHLEN adds lengths", () => {
    const long = lines(
      ...["*4", "$7", "matches", "*1"],
      ...["*3", "*2", ":4", ":7", "*2", ":5", ":8", ":4"],
      ...["$3", "len", ":6"],
    );
    expect(run("LCS", "a", "b", "IDX", "MINMATCHLEN", 4, "WITHMATCHLEN")).toBe(long);
    expect(run("LCS", "a", "b", "WITHMATCHLEN", "MINMATCHLEN", 3, "IDX")).toBe(long);
    expect(run("LCS", "a", "b", "IDX", "MINMATCHLEN", -5)).toBe(run("LCS", "a", "b", "IDX"));
    expect(run("LCS", "a", "b", "IDX", "MINMATCHLEN", "9223372036854775807")).toBe(
      lines("*4", "$7", "matches", "*0", "$3", "len", ":6"),
    );
  });

  test("chooses among equally long ones as Redis does", () => {
    run("MSET", "a", "ab", "b", "ba");
    expect(run("LCS", "a", "b")).toBe("$1\r\nb\r\n");
    expect(run("LCS", "b", "a")).toBe("$1\r\na\r\n");
  });

  test("has nothing in common with a missing key", () => {
    expect(run("LCS", "a", "missing")).toBe("$0\r\n\r\n");
    expect(run("LCS", "missing", "missing", "LEN")).toBe(":0\r\n");
  });

  test("of a key and itself is the whole value", () => {
    expect(run("LCS", "a", "a")).toBe("$8\r\nohmytext\r\n");
  });

  test("works on numbers and binary values", () => {
    run("MSET", "n", "12345", "m", "\0\r2\n4\xff");
    expect(run("LCS", "n", "m")).toBe("$2\r\n24\r\n");
    expect(run("LCS", "m", "m")).toBe("$6\r\n\0\r2\n4\xff\r\n");
  });

  test("refuses bad options", () => {
    expect(run("LCS", "a", "b", "LEN", "IDX")).toBe(
      "-ERR If you want both the length and indexes, please just use IDX.\r\n",
    );
    expect(run("LCS", "a", "b", "BAD")).toBe(SYNTAX);
    expect(run("LCS", "a", "b", "MINMATCHLEN")).toBe(SYNTAX);
    expect(run("LCS", "a", "b", "MINMATCHLEN", "x")).toBe(NOT_INTEGER);
  });

  test("refuses strings whose table exceeds the longest string", () => {
    engine.ctx.stringLengthMax = 4 * 9 * 10;
    expect(run("LCS", "a", "b", "LEN")).toBe(":6\r\n");
    engine.ctx.stringLengthMax--;
    expect(run("LCS", "a", "b", "LEN")).toBe(
      "-ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len\r\n",
    );
  });

  test("refuses strings whose table cannot be had at all", () => {
    engine.ctx.stringLengthMax = Number.MAX_SAFE_INTEGER;
    run("SETRANGE", "a", 1 << 20, "x");
    run("SETRANGE", "b", 1 << 20, "x");
    expect(run("LCS", "a", "b")).toBe(
      "-ERR Insufficient memory, failed allocating transient memory for LCS\r\n",
    );
  });
});
