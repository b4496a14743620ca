/** Requests that start like one before are read by comparing their starts: nothing else may come of it. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { PARSE_ERROR, PARSE_MORE, PARSE_REQUEST, RequestParser } from "../../src/protocol/request-parser.ts";
import { testSeed } from "../support/seed.ts";
import { argvOf, converse, cutAt, DEFAULT_LIMITS, encode, latin1 } from "./support.ts";

/** Parses one request that is there as a whole. */
function read(parser: RequestParser, request: string): string[] {
  const bytes = latin1(request);
  expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_REQUEST);
  expect(parser.next).toBe(bytes.length);
  return argvOf(parser);
}

/** A parser that knows the head of `request`. */
function parserThatKnows(request: string): RequestParser {
  const parser = new RequestParser({ ...DEFAULT_LIMITS });
  for (let i = 0; i < 3; i++) read(parser, request);
  expect(parser.headNumber).not.toBe(0);
  return parser;
}

/** A parser that knows the key of `request` as well. */
function parserThatExpects(request: string): RequestParser {
  const parser = parserThatKnows(request);
  for (let i = 0; i < 3; i++) {
    parser.noteKey();
    read(parser, request);
  }
  expect(parser.keyNumber).not.toBe(0);
  return parser;
}

describe("a known head", () => {
  test.each([
    ["another command of the same length", encode("SET", "name")],
    ["the name in another case", encode("get", "name")],
    ["another number of arguments", encode("GET", "name", "more")],
    ["an inline line", "GET name\r\n"],
    ["a leading zero, which is no header", "*2\r\n$03\r\nGET\r\n"],
  ])("is not seen in %s", (_, request) => {
    const parser = parserThatKnows(encode("GET", "name"));
    const fresh = new RequestParser({ ...DEFAULT_LIMITS });
    const bytes = latin1(request);
    expect(parser.parse(bytes, 0, bytes.length)).toBe(fresh.parse(bytes, 0, bytes.length));
    expect(parser.headNumber).toBe(0);
    expect(argvOf(parser)).toEqual(argvOf(fresh));
    expect(parser.error).toBe(fresh.error);
  });

  test("may be all there is of a request", () => {
    expect(read(parserThatKnows(encode("PING")), encode("PING"))).toEqual(["PING"]);
  });

  test("may come in two pieces, as all that follows it", () => {
    const bytes = latin1(encode("GET", "another name"));
    const parser = parserThatKnows(encode("GET", "name"));
    for (let length = 1; length < bytes.length; length++) {
      expect(parser.parse(bytes, 0, length)).toBe(PARSE_MORE);
      expect(parser.next).toBe(0);
      expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_REQUEST);
      expect(argvOf(parser)).toEqual(["GET", "another name"]);
      expect(parser.next).toBe(bytes.length);
    }
  });

  test("gives who must authenticate first no more arguments than another one", () => {
    const request = encode("MGET", ..."abcdefghijk");
    const parser = parserThatKnows(request);
    parser.authenticated = false;
    const bytes = latin1(request);
    expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_ERROR);
    expect(parser.error).toBe("Protocol error: unauthenticated multibulk length");
  });

  test("outlives errors and resets, but not what it was read from", () => {
    const parser = parserThatKnows(encode("GET", "name"));
    const bad = latin1("*x\r\n");
    expect(parser.parse(bad, 0, bad.length)).toBe(PARSE_ERROR);
    parser.reset();
    expect(read(parser, encode("GET", "other"))).toEqual(["GET", "other"]);
    expect(parser.headNumber).not.toBe(0);
  });

  test("stays when commands take turns", () => {
    const parser = parserThatKnows(encode("GET", "name"));
    const numbers = new Set<number>();
    for (let i = 0; i < 10; i++) {
      read(parser, encode("GET", `${i}`));
      numbers.add(parser.headNumber);
      read(parser, encode("SET", `${i}`, "value"));
      expect(parser.headNumber).toBe(0);
    }
    expect(numbers.size).toBe(1);
  });
});

describe("a known key", () => {
  test.each([
    ["another key of the same length", encode("SET", "mane", "value")],
    ["a key that starts with it", encode("SET", "names", "value")],
    ["the start of it", encode("SET", "nam", "value")],
    ["the key of another command", encode("GETSET", "name", "value")],
    ["the key of another number of arguments", encode("SET", "name", "value", "NX")],
    ["an inline line", "SET name value\r\n"],
  ])("is not seen in %s", (_, request) => {
    const parser = parserThatExpects(encode("SET", "name", "value"));
    const fresh = new RequestParser({ ...DEFAULT_LIMITS });
    expect(read(parser, request)).toEqual(read(fresh, request));
    expect(parser.keyNumber).toBe(0);
  });

  test("is that of the whole request where there is no argument", () => {
    expect(parserThatKnows(encode("PING")).keyNumber).not.toBe(0);
  });

  test("may come in two pieces, as all that follows it", () => {
    const bytes = latin1(encode("SET", "name", "another value"));
    const parser = parserThatExpects(encode("SET", "name", "value"));
    for (let length = 1; length < bytes.length; length++) {
      expect(parser.parse(bytes, 0, length)).toBe(PARSE_MORE);
      expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_REQUEST);
      expect(argvOf(parser)).toEqual(["SET", "name", "another value"]);
    }
    expect(read(parser, encode("SET", "name", ""))).toEqual(["SET", "name", ""]);
    expect(parser.keyNumber).not.toBe(0);
  });

  test("is forgotten when another one comes, the name is not", () => {
    const parser = parserThatExpects(encode("GET", "name"));
    const { headNumber } = parser;
    for (const key of ["other", "name", "name"]) {
      expect(read(parser, encode("GET", key))).toEqual(["GET", key]);
      expect([parser.headNumber, parser.keyNumber]).toEqual([headNumber, 0]);
    }
  });

  test("stays when another request comes now and then", () => {
    const parser = parserThatExpects(encode("LPUSH", "queue", "job"));
    const { headNumber } = parser;
    for (let i = 0; i < 10; i++) {
      read(parser, encode("LLEN", "queue"));
      for (let j = 0; j < 3; j++) {
        read(parser, encode("LPUSH", "queue", `${j}`));
        parser.noteKey();
      }
      expect(parser.headNumber).toBe(headNumber);
      expect(parser.keyNumber).not.toBe(0);
    }
  });

  test("is not that of another parser", () => {
    const numbers = ["one", "two", "three"].map((key) => parserThatExpects(encode("GET", key)).keyNumber);
    expect(new Set(numbers).size).toBe(3);
  });

  test("too long to be remembered is read as any other one", () => {
    const request = encode("GET", "k".repeat(60));
    const parser = parserThatKnows(request);
    for (let i = 0; i < 5; i++) {
      parser.noteKey();
      expect(read(parser, request)).toEqual(["GET", "k".repeat(60)]);
      expect(parser.keyNumber).toBe(0);
    }
  });
});

test("random requests are read as by a parser that remembers nothing", () => {
  const random = new Random(testSeed("request heads"));
  const names = ["GET", "get", "SET", "GETDEL", "PING", "", "X".repeat(19), "X".repeat(40), "MGET"];
  for (let round = 0; round < 300; round++) {
    const kinds = 1 + random.below(3);
    const requests = Array.from({ length: 40 }, () => {
      const name = names[(round + random.below(kinds)) % names.length];
      return [name, ...Array.from({ length: random.below(4) }, () => "v".repeat(random.below(20)))];
    });
    const bytes = latin1(requests.map((request) => encode(...request)).join(""));
    const cuts = Array.from({ length: random.below(6) }, () => random.below(bytes.length));
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const { requests: parsed } = converse(cutAt(bytes, ...cuts.sort((a, b) => a - b)), { parser });
    expect(parsed.map(({ argv }) => argv)).toEqual(requests);
  }
});

test("requests with the same numbers have the same name, and the same key", () => {
  const random = new Random(testSeed("head numbers"));
  const parsers = [0, 1].map(() => new RequestParser({ ...DEFAULT_LIMITS }));
  const names = new Map<number, string>();
  const starts = new Map<number, string>();
  for (let i = 0; i < 20_000; i++) {
    // A few kinds at a time.
    const kinds = 1 + ((i >> 5) % 4);
    const parser = parsers[random.below(parsers.length)];
    const name = ["GET", "SET", "get", "MGET"][random.below(kinds)];
    const key = ["k", "key", "another key", "k".repeat(70)][random.below(1 + ((i >> 7) % 4))];
    const argv = [name, key, "value", "more"].slice(0, 1 + random.below(kinds));
    expect(read(parser, encode(...argv))).toEqual(argv);
    const { headNumber, keyNumber } = parser;
    const start = `${argv.length} ${argv.slice(0, 2).join(" ")}`;
    if (headNumber !== 0) expect(names.get(headNumber) ?? name).toBe(name);
    if (keyNumber !== 0) expect(starts.get(keyNumber) ?? start).toBe(start);
    names.set(headNumber, name);
    starts.set(keyNumber, start);
    if (random.below(4) === 0) parser.noteKey();
  }
  expect(names.size).toBeGreaterThan(100);
  expect(starts.size).toBeGreaterThan(100);
});
