import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { OFFSETS_KEPT_MAX } from "../../src/protocol/offsets.ts";
import { PARSE_ERROR, PARSE_MORE, PARSE_REQUEST, RequestParser } from "../../src/protocol/request-parser.ts";
import { testSeed } from "../support/seed.ts";
import { argvOf, converse, cutAt, DEFAULT_LIMITS, encode, latin1 } from "./support.ts";

const BINARY = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("");

/** Bytes, and what they mean: arguments per request, and the error behind them if any. */
const SAMPLES: [name: string, text: string, requests: string[][], error?: string][] = [
  ["a command alone", encode("PING"), [["PING"]]],
  ["a command with arguments", encode("SET", "name", "Saboor"), [["SET", "name", "Saboor"]]],
  ["empty and binary arguments", encode("SET", "", BINARY), [["SET", "", BINARY]]],
  [
    "lengths of one to four digits",
    encode("a", "b".repeat(10), "c".repeat(100), "d".repeat(1234)),
    [["a", "b".repeat(10), "c".repeat(100), "d".repeat(1234)]],
  ],
  ["more arguments than the first table holds", encode(..."x".repeat(40)), [[..."x".repeat(40)]]],
  [
    "a pipeline",
    encode("GET", "a") + encode("GET", "b") + encode("PING"),
    [["GET", "a"], ["GET", "b"], ["PING"]],
  ],
  ["an inline line with CRLF", "SET name Saboor\r\n", [["SET", "name", "Saboor"]]],
  ["an inline line with LF", "ping\n", [["ping"]]],
  ["an inline line with quotes", "ECHO \"a b\" 'c'\r\nPING\r\n", [["ECHO", "a b", "c"], ["PING"]]],
  ["empty lines", "\r\n\n  \r\n\t\nPING\n", [["PING"]]],
  ["empty arrays", `*0\r\n*-1\r\n*-9223372036854775808\r\n${encode("PING")}`, [["PING"]]],
  [
    "both forms in turn",
    `${encode("GET", "a")}get b\r\n${encode("PING")}`,
    [["GET", "a"], ["get", "b"], ["PING"]],
  ],
  ["anything where LF and the end of a bulk should be", "*1\rX$4\rXPINGab*1\r\n$0\r\n\r\n", [["PING"], [""]]],
  ["a bulk that holds a request", encode("SET", "k", encode("PING")), [["SET", "k", encode("PING")]]],
  ["a count with a leading zero", `${encode("PING")}*01\r\n`, [["PING"]], "invalid multibulk length"],
  ["a count that is no number", "*abc\r\n", [], "invalid multibulk length"],
  ["no count", "*\r\n", [], "invalid multibulk length"],
  ["a count with a plus", "*+1\r\n", [], "invalid multibulk length"],
  ["a count of minus zero", "*-0\r\n", [], "invalid multibulk length"],
  ["a count with a blank", "* 1\r\n", [], "invalid multibulk length"],
  ["a count above the limit", "*1048577\r\n", [], "invalid multibulk length"],
  ["a count beyond 64 bits", "*99999999999999999999\r\n", [], "invalid multibulk length"],
  ["a count beyond 53 bits", "*9223372036854775807\r\n", [], "invalid multibulk length"],
  ["a negative length", "*1\r\n$-1\r\n", [], "invalid bulk length"],
  ["a length above the limit", "*1\r\n$536870913\r\n", [], "invalid bulk length"],
  ["a length with a leading zero", "*1\r\n$04\r\nPING\r\n", [], "invalid bulk length"],
  ["a length of two zeros", "*1\r\n$00\r\n\r\n", [], "invalid bulk length"],
  ["no length", "*1\r\n$\r\n", [], "invalid bulk length"],
  ["a length that is no number", "*1\r\n$4x\r\nPING\r\n", [], "invalid bulk length"],
  ["no bulk where one is due", "*2\r\n$3\r\nGET\r\nname\r\n", [], "expected '$', got 'n'"],
  ["an empty line where a bulk is due", "*1\r\n\r\n", [], "expected '$', got '\r'"],
  ["a high byte where a bulk is due", "*1\r\n\xff\r\n", [], "expected '$', got '\xff'"],
  ["an array within an array", "*1\r\n*1\r\n", [], "expected '$', got '*'"],
  ["unbalanced quotes", 'PING\r\nECHO "a\r\n', [["PING"]], "unbalanced quotes in request"],
];

const isInline = (text: string) => !text.startsWith("*");

describe("The request parser", () => {
  for (const [name, text, requests, error] of SAMPLES) {
    const bytes = latin1(text);
    const expected = {
      requests,
      error: error === undefined ? "" : `Protocol error: ${error}`,
      partial: false,
    };
    const outcome = (pieces: Buffer[]) => {
      const result = converse(pieces);
      return { ...result, requests: result.requests.map((request) => request.argv) };
    };

    test(`reads ${name}`, () => {
      expect(outcome([bytes])).toEqual(expected);
    });

    test(`reads ${name} cut at any byte`, () => {
      for (let cut = 0; cut <= bytes.length; cut++) expect(outcome(cutAt(bytes, cut))).toEqual(expected);
    });

    test(`reads ${name} byte by byte`, () => {
      expect(outcome(cutAt(bytes, ...bytes.keys()))).toEqual(expected);
    });
  }

  test("reads every sample cut into three pieces at random", () => {
    const random = new Random(testSeed("three pieces"));
    for (const [, text, requests] of SAMPLES) {
      const bytes = latin1(text);
      for (let round = 0; round < 200; round++) {
        const cuts = [random.below(bytes.length + 1), random.below(bytes.length + 1)].sort((a, b) => a - b);
        expect(converse(cutAt(bytes, ...cuts)).requests.map((request) => request.argv)).toEqual(requests);
      }
    }
  });

  test("reads random pipelines cut at random", () => {
    const random = new Random(testSeed("random pipelines"));
    for (let round = 0; round < 500; round++) {
      const requests: { inline: boolean; argv: string[] }[] = [];
      let text = "";
      for (let i = random.below(12); i >= 0; i--) {
        const inline = random.below(4) === 0;
        const argv = Array.from({ length: 1 + random.below(random.below(20) === 0 ? 300 : 5) }, () => {
          const length = inline ? 1 + random.below(12) : random.below(random.below(10) === 0 ? 3000 : 40);
          const byte = () => String.fromCharCode(inline ? 0x61 + random.below(26) : random.below(256));
          return Array.from({ length }, byte).join("");
        });
        text += inline ? `${argv.join(" ")}\r\n` : encode(...argv);
        requests.push({ inline, argv });
      }
      const bytes = latin1(text);
      const cuts = Array.from({ length: random.below(9) }, () => random.below(bytes.length)).sort(
        (a, b) => a - b,
      );
      expect(converse(cutAt(bytes, ...cuts))).toEqual({ requests, error: "", partial: false });
    }
  });

  test("says which requests came inline", () => {
    const { requests } = converse([latin1(`PING\r\n${encode("PING")}'PING'\n`)]);
    expect(requests.map((request) => request.inline)).toEqual([true, false, true]);
  });

  test("leaves bytes and arguments of a request where they came", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const bytes = latin1(`garbage${encode("GET", "name")}more`);
    expect(parser.parse(bytes, 7, bytes.length - 4)).toBe(PARSE_REQUEST);
    expect(parser.bytes).toBe(bytes);
    expect(parser.next).toBe(bytes.length - 4);
    expect(argvOf(parser)).toEqual(["GET", "name"]);
  });

  test("says how many bytes are missing and where the cut request starts", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const bytes = latin1(`${encode("PING")}*0\r\n*2\r\n$3\r\nGET\r\n$100\r\nabc`);
    expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_REQUEST);
    expect(parser.partial).toBe(false);
    expect(parser.parse(bytes, parser.next, bytes.length)).toBe(PARSE_MORE);
    expect(parser.partial).toBe(true);
    expect(parser.missing).toBe(99);
    expect(bytes.toString("latin1", parser.next)).toStartWith("*2\r\n");
  });

  test("goes on where it stopped when the caller has kept the empty requests in front", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const bytes = latin1(`*0\r\n${encode("GET", "name")}`);
    expect(parser.parse(bytes, 0, 5)).toBe(PARSE_MORE);
    expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_REQUEST);
    expect(argvOf(parser)).toEqual(["GET", "name"]);
  });

  test("keeps no bytes alive when it waits", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const bytes = latin1(`${encode("PING")}`);
    parser.parse(bytes, 0, bytes.length);
    expect(parser.parse(bytes, parser.next, bytes.length)).toBe(PARSE_MORE);
    expect(parser.partial).toBe(false);
    expect(parser.bytes.length).toBe(0);
  });

  test("is unusable after an error until it is reset", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const bad = latin1("*x\r\n");
    const good = latin1(encode("PING"));
    expect(parser.parse(bad, 0, bad.length)).toBe(PARSE_ERROR);
    expect(parser.parse(good, 0, good.length)).toBe(PARSE_ERROR);
    expect(parser.partial).toBe(false);
    parser.reset();
    expect(parser.parse(good, 0, good.length)).toBe(PARSE_REQUEST);
  });

  test("forgets a cut request when it is reset", () => {
    for (const cut of ["*2\r\n$3\r\nGET\r\n$10", "*2\r\n$3\r\nGET\r\n$10\r\nab", "*", "PIN", '"a']) {
      const parser = new RequestParser({ ...DEFAULT_LIMITS });
      const bytes = latin1(cut);
      expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_MORE);
      expect(parser.partial).toBe(true);
      parser.reset();
      expect(parser.partial).toBe(false);
      const good = latin1(encode("PING"));
      expect(parser.parse(good, 0, good.length)).toBe(PARSE_REQUEST);
      expect(argvOf(parser)).toEqual(["PING"]);
    }
  });
});

describe("The limits of the request parser", () => {
  const error = (text: string, options: Parameters<typeof converse>[1] = {}) => {
    const bytes = latin1(text);
    const whole = converse([bytes], options);
    const middle = converse(cutAt(bytes, bytes.length >> 1), options);
    expect(middle).toEqual(whole);
    return whole.error;
  };

  test("are taken anew for each request, so that CONFIG SET works at once", () => {
    const limits = { ...DEFAULT_LIMITS };
    const parser = new RequestParser(limits);
    const bytes = latin1(encode("x".repeat(20_000)));
    expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_REQUEST);
    limits.bulkLengthMax = 19_999;
    expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_ERROR);
  });

  test("hold for small bulks too", () => {
    expect(error(encode("x".repeat(11)), { limits: { ...DEFAULT_LIMITS, bulkLengthMax: 10 } })).toBe(
      "Protocol error: invalid bulk length",
    );
    expect(error(encode("a", "b", "c"), { limits: { ...DEFAULT_LIMITS, argumentsMax: 2 } })).toBe(
      "Protocol error: invalid multibulk length",
    );
  });

  test("allow exactly the largest count and length", () => {
    for (const text of ["*1048576\r\n", "*1\r\n$536870912\r\n"]) {
      expect(converse([latin1(text)])).toEqual({ requests: [], error: "", partial: true });
    }
  });

  test("are lower before authentication", () => {
    const authenticated = false;
    expect(error(encode(..."abcdefghij"), { authenticated })).toBe("");
    expect(error(encode(..."abcdefghijk"), { authenticated })).toBe(
      "Protocol error: unauthenticated multibulk length",
    );
    expect(error(encode("x".repeat(16_384)), { authenticated })).toBe("");
    expect(error(encode("x".repeat(16_385)), { authenticated })).toBe(
      "Protocol error: unauthenticated bulk length",
    );
    expect(error("*1048577\r\n", { authenticated })).toBe("Protocol error: invalid multibulk length");
  });

  test("end lines and headers at 64 KiB", () => {
    const long = (length: number) => "1".repeat(length);
    expect(error(`${long(65_536)}\n`)).toBe("");
    expect(error(`${long(65_537)}\n`)).toBe("Protocol error: too big inline request");
    expect(error(long(65_537))).toBe("Protocol error: too big inline request");
    expect(error(`*${long(65_535)}`)).toBe("");
    expect(error(`*${long(65_536)}`)).toBe("Protocol error: too big mbulk count string");
    expect(error(`*1\r\n$${long(65_535)}`)).toBe("");
    expect(error(`*1\r\n$${long(65_536)}`)).toBe("Protocol error: too big bulk count string");
    expect(error(`*1\r\nx${long(65_536)}`)).toBe("Protocol error: too big bulk count string");
  });
});

describe("The cost of a request", () => {
  test("allocates nothing for what is only announced", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const bytes = latin1("*1048576\r\n$3\r\nSET\r\n$536870912\r\nabc");
    expect(parser.parse(bytes, 0, bytes.length)).toBe(PARSE_MORE);
    expect(parser.offsets.length).toBeLessThanOrEqual(64);
  });

  test("gives the table of a giant request back afterwards", () => {
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    const giant = latin1(encode(...Array.from({ length: 20_000 }, () => "x")));
    expect(parser.parse(giant, 0, giant.length)).toBe(PARSE_REQUEST);
    expect(parser.argc).toBe(20_000);
    expect(parser.offsets.length).toBeGreaterThan(OFFSETS_KEPT_MAX);
    expect(parser.parse(giant, parser.next, giant.length)).toBe(PARSE_MORE);
    expect(parser.offsets.length).toBeLessThanOrEqual(OFFSETS_KEPT_MAX);
  });

  /** Reads of `bytes` while they arrive one at a time. */
  function readsByteByByte(bytes: Buffer): number {
    let reads = 0;
    const counted = new Proxy(bytes, {
      get(target, property) {
        reads++;
        return Reflect.get(target, property, target);
      },
    });
    const parser = new RequestParser({ ...DEFAULT_LIMITS });
    for (let end = 1; end <= bytes.length; end++) {
      const outcome = parser.parse(counted, 0, end);
      expect(outcome).toBe(end < bytes.length ? PARSE_MORE : PARSE_REQUEST);
    }
    return reads;
  }

  test("is linear in its bytes when they come one at a time", () => {
    const array = latin1(encode(...Array.from({ length: 5000 }, () => "x")));
    expect(readsByteByByte(array)).toBeLessThan(12 * array.length);
    const bulk = latin1(encode("x".repeat(50_000)));
    expect(readsByteByByte(bulk)).toBeLessThan(12 * bulk.length);
    const line = latin1(`${"x".repeat(50_000)}\n`);
    expect(readsByteByByte(line)).toBeLessThan(12 * line.length);
  });
});

test("Inline and array samples are both present", () => {
  const kinds = new Set(SAMPLES.map(([, text]) => isInline(text)));
  expect(kinds.size).toBe(2);
});
