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

test("requests with the same number have the same name", () => {
  const random = new Random(testSeed("head numbers"));
  const parser = new RequestParser({ ...DEFAULT_LIMITS });
  const nameOf = new Map<number, string>();
  let known = 0;
  for (let i = 0; i < 5000; i++) {
    const name = ["GET", "SET", "get", "MGET"][random.below(1 + ((i >> 5) % 4))];
    read(parser, encode(name, ...Array.from({ length: random.below(2) }, () => "argument")));
    if (parser.headNumber === 0) continue;
    known++;
    expect(nameOf.get(parser.headNumber) ?? name).toBe(name);
    nameOf.set(parser.headNumber, name);
  }
  expect(known).toBeGreaterThan(1000);
});
