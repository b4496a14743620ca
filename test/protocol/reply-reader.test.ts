import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { type Reply, ReplyProtocolError } from "../../src/protocol/reply.ts";
import { REPLY_LIMITS, ReplyReader } from "../../src/protocol/reply-reader.ts";
import { testSeed } from "../support/seed.ts";
import { cutAt, latin1 } from "./support.ts";

function readAll(pieces: Buffer[], reader = new ReplyReader()): Reply[] {
  const replies: Reply[] = [];
  for (const piece of pieces) {
    reader.feed(piece);
    for (let reply = reader.read(); reply !== undefined; reply = reader.read()) replies.push(reply);
  }
  return replies;
}

const bulk = (text: string): Reply => ({ kind: "bulk", bytes: latin1(text) });
const integer = (value: number | bigint): Reply => ({ kind: "integer", value });

const TABLE: [text: string, reply: Reply][] = [
  ["+OK\r\n", { kind: "string", text: "OK" }],
  ["+\r\n", { kind: "string", text: "" }],
  ["-ERR no\r\n", { kind: "error", text: "ERR no" }],
  ["!6\r\nERR \r\n\r\n", { kind: "error", text: "ERR \r\n" }],
  [":-12\r\n", integer(-12)],
  [":9223372036854775807\r\n", integer(9223372036854775807n)],
  ["$3\r\na\r\n\r\n", bulk("a\r\n")],
  ["$0\r\n\r\n", bulk("")],
  ["$-1\r\n", { kind: "null", wire: "$" }],
  ["*-1\r\n", { kind: "null", wire: "*" }],
  ["_\r\n", { kind: "null", wire: "_" }],
  ["#t\r\n", { kind: "boolean", value: true }],
  ["#f\r\n", { kind: "boolean", value: false }],
  [",1.5\r\n", { kind: "double", value: 1.5 }],
  [",-1e-05\r\n", { kind: "double", value: -1e-5 }],
  [",inf\r\n", { kind: "double", value: Number.POSITIVE_INFINITY }],
  [",-inf\r\n", { kind: "double", value: Number.NEGATIVE_INFINITY }],
  [",nan\r\n", { kind: "double", value: Number.NaN }],
  ["(-123456789012345678901\r\n", { kind: "bigNumber", value: -123456789012345678901n }],
  ["=7\r\ntxt:a b\r\n", { kind: "verbatim", format: "txt", bytes: latin1("a b") }],
  ["*0\r\n", { kind: "array", items: [] }],
  [
    "*2\r\n*1\r\n:1\r\n*0\r\n",
    {
      kind: "array",
      items: [
        { kind: "array", items: [integer(1)] },
        { kind: "array", items: [] },
      ],
    },
  ],
  ["~1\r\n$1\r\na\r\n", { kind: "set", items: [bulk("a")] }],
  [">2\r\n+a\r\n:1\r\n", { kind: "push", items: [{ kind: "string", text: "a" }, integer(1)] }],
  ["%1\r\n$1\r\na\r\n:1\r\n", { kind: "map", entries: [[bulk("a"), integer(1)]] }],
  [
    "|1\r\n+ttl\r\n:9\r\n$1\r\na\r\n",
    { kind: "attribute", entries: [[{ kind: "string", text: "ttl" }, integer(9)]], reply: bulk("a") },
  ],
  ["|0\r\n:1\r\n", { kind: "attribute", entries: [], reply: integer(1) }],
];

const MALFORMED = [
  "x\r\n",
  "+OK\n",
  ":\r\n",
  ":1x\r\n",
  ":01\r\n",
  "$x\r\n",
  "$-2\r\n",
  "$1\r\nabc\r\n",
  "$3\r\nabcde",
  "*-2\r\n",
  "*9999999999\r\n",
  "%-1\r\n",
  "$?\r\n",
  "*?\r\n",
  "#x\r\n",
  "#\r\n",
  "_x\r\n",
  ",\r\n",
  ",1,5\r\n",
  ",0x10\r\n",
  "(1.5\r\n",
  "(\r\n",
  "=3\r\ntxt\r\n",
  "=5\r\ntxt-a\r\n",
  "HTTP/1.1 400 Bad Request\r\n",
];

describe("The reply reader", () => {
  for (const [text, reply] of TABLE) {
    test(`reads ${JSON.stringify(text)}, cut anywhere`, () => {
      const bytes = latin1(text);
      for (let cut = 0; cut <= bytes.length; cut++) {
        expect(readAll(cutAt(bytes, cut))).toEqual([reply]);
      }
      expect(readAll(cutAt(bytes, ...bytes.keys()))).toEqual([reply]);
    });
  }

  test("reads all samples in one stream", () => {
    const stream = latin1(TABLE.map(([text]) => text).join(""));
    expect(readAll([stream])).toEqual(TABLE.map(([, reply]) => reply));
    expect(readAll(cutAt(stream, ...stream.keys()))).toEqual(TABLE.map(([, reply]) => reply));
  });

  test("reads a long stream that is never read to its end", () => {
    const line = "+hello world\r\n";
    const stream = latin1(line.repeat(2000));
    const cuts = Array.from({ length: 1999 }, (_, i) => (i + 1) * line.length - 5);
    const replies = readAll(cutAt(stream, ...cuts));
    expect(replies).toHaveLength(2000);
    expect(new Set(replies.map((reply) => JSON.stringify(reply)))).toEqual(
      new Set([JSON.stringify({ kind: "string", text: "hello world" })]),
    );
  });

  for (const text of MALFORMED) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => readAll([latin1(text)])).toThrow(ReplyProtocolError);
    });
  }

  test("returns copies that later bytes do not change", () => {
    const reader = new ReplyReader();
    const chunk = latin1("$3\r\nabc\r\n");
    reader.feed(chunk);
    const reply = reader.read();
    chunk.fill(0);
    reader.feed(latin1("$3\r\nxyz\r\n"));
    reader.read();
    expect(reply).toEqual(bulk("abc"));
  });

  test("knows whether a reply is unfinished", () => {
    const reader = new ReplyReader();
    expect(reader.partial).toBe(false);
    reader.feed(latin1("*2\r\n:1\r\n"));
    expect(reader.read()).toBeUndefined();
    expect(reader.partial).toBe(true);
    reader.feed(latin1(":2\r\n"));
    expect(reader.read()).toEqual({ kind: "array", items: [integer(1), integer(2)] });
    expect(reader.partial).toBe(false);
  });

  test("allocates nothing for what is only announced", () => {
    expect(readAll([latin1("*2147483647\r\n%2147483647\r\n$536870912\r\nabc")])).toEqual([]);
  });

  test("bounds depth, bulk strings and lines", () => {
    const deep = (depth: number) => latin1(`${"*1\r\n".repeat(depth)}:1\r\n`);
    expect(readAll([deep(REPLY_LIMITS.depthMax)])).toHaveLength(1);
    expect(() => readAll([deep(REPLY_LIMITS.depthMax + 1)])).toThrow("Reply nested too deeply");

    const reader = () => new ReplyReader({ bulkLengthMax: 10, lineLengthMax: 10, depthMax: 1 });
    expect(readAll([latin1("$10\r\n0123456789\r\n")], reader())).toHaveLength(1);
    expect(() => readAll([latin1("$11\r\n")], reader())).toThrow("Invalid bulk length");
    expect(readAll([latin1("+123456789\r\n")], reader())).toHaveLength(1);
    expect(() => readAll([latin1("+12345678901234")], reader())).toThrow("Line too long");
  });

  test("throws nothing but protocol errors on damaged replies", () => {
    const random = new Random(testSeed("damaged replies"));
    const alphabet = "*$%~>|+-:_#,(=!\r\n0123abt?";
    const stream = TABLE.map(([text]) => text);
    let refused = 0;
    for (let round = 0; round < 20_000; round++) {
      let text = stream[random.below(stream.length)] + stream[random.below(stream.length)];
      for (let i = random.below(4); i > 0; i--) {
        const at = random.below(text.length + 1);
        text = text.slice(0, at) + alphabet[random.below(alphabet.length)] + text.slice(at + random.below(3));
      }
      const bytes = latin1(text);
      try {
        readAll(cutAt(bytes, random.below(bytes.length + 1)));
      } catch (error) {
        if (!(error instanceof ReplyProtocolError)) throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(19_000);
  });
});
