import { describe, expect, test } from "bun:test";
import { ReplyProtocolError } from "../../src/protocol/reply.ts";
import { ReplyCounter } from "../../src/protocol/reply-counter.ts";
import { cutAt, latin1 } from "./support.ts";

interface Counts {
  replies: number;
  errors: number;
  firstError: string;
  typeMismatch: number;
  pushes: number;
  partial: boolean;
}

function count(pieces: Buffer[], expected = ""): Counts {
  const counter = new ReplyCounter();
  if (expected !== "") counter.expect(expected.charCodeAt(0));
  for (const piece of pieces) counter.feed(piece, 0, piece.length);
  const { replies, errors, firstError, typeMismatch, pushes, partial } = counter;
  return { replies, errors, firstError, typeMismatch, pushes, partial };
}

const CLEAN: Counts = { replies: 0, errors: 0, firstError: "", typeMismatch: 0, pushes: 0, partial: false };

const TABLE: [name: string, text: string, expected: string, counts: Partial<Counts>][] = [
  ["status replies", "+OK\r\n+OK\r\n", "+", { replies: 2 }],
  ["bulk strings that look like replies", "$7\r\n+OK\r\n-E\r\n$0\r\n\r\n$-1\r\n", "$", { replies: 3 }],
  ["nested arrays", "*2\r\n*2\r\n:1\r\n$1\r\na\r\n*0\r\n*-1\r\n*0\r\n", "*", { replies: 3 }],
  ["maps and sets", "%1\r\n+a\r\n~2\r\n:1\r\n:2\r\n%0\r\n", "%", { replies: 2 }],
  ["every other type", ",1.5\r\n#t\r\n(12\r\n=5\r\ntxt:a\r\n_\r\n", "", { replies: 5 }],
  [
    "an attribute with its reply as one",
    "|1\r\n+a\r\n*1\r\n:1\r\n$1\r\na\r\n|0\r\n:1\r\n",
    "",
    { replies: 2 },
  ],
  ["pushes apart", ">2\r\n+a\r\n:1\r\n+OK\r\n", "+", { replies: 1, pushes: 1 }],
  ["errors", "-ERR one\r\n+OK\r\n-ERR two\r\n", "+", { replies: 3, errors: 2, firstError: "ERR one" }],
  ["a blob error", "!7\r\nERR one\r\n-ERR two\r\n", "+", { replies: 2, errors: 2, firstError: "ERR one" }],
  ["no error within an array", "*1\r\n-ERR one\r\n", "*", { replies: 1 }],
  ["replies of another type", ":1\r\n+OK\r\n*1\r\n+a\r\n_\r\n", "+", { replies: 4, typeMismatch: 3 }],
  ["a null in place of a bulk string", "_\r\n$1\r\na\r\n", "$", { replies: 2 }],
  ["a null in place of an array", "_\r\n*0\r\n", "*", { replies: 2 }],
];

describe("The reply counter", () => {
  for (const [name, text, expected, counts] of TABLE) {
    test(`counts ${name}, cut anywhere`, () => {
      const bytes = latin1(text);
      for (let cut = 0; cut <= bytes.length; cut++) {
        expect(count(cutAt(bytes, cut), expected)).toEqual({ ...CLEAN, ...counts });
      }
      expect(count(cutAt(bytes, ...bytes.keys()), expected)).toEqual({ ...CLEAN, ...counts });
    });
  }

  test("says that a reply is unfinished until its last byte", () => {
    for (const text of ["+OK\r\n", "$3\r\nabc\r\n", "*2\r\n:1\r\n:2\r\n", "-ERR\r\n"]) {
      const bytes = latin1(text);
      for (let cut = 1; cut < bytes.length; cut++) {
        const { replies, partial } = count([bytes.subarray(0, cut)]);
        expect({ replies, partial }).toEqual({ replies: 0, partial: true });
      }
    }
  });

  test("reads only the bytes it is given", () => {
    const counter = new ReplyCounter();
    const bytes = latin1("-no\r\n+OK\r\n-no\r\n");
    counter.feed(bytes, 5, 10);
    expect([counter.replies, counter.errors]).toEqual([1, 0]);
  });

  test("keeps 256 bytes of an error", () => {
    expect(count([latin1(`-${"e".repeat(1000)}\r\n`)]).firstError).toBe("e".repeat(256));
  });

  for (const text of [
    "x",
    "\r\n",
    "$x\r\n",
    "$-2\r\n",
    "%-1\r\n",
    "*99999999999\r\n",
    "$1\r\n+OK\r\n\r\n",
    "HTTP/1.1 200 OK\r\n",
  ]) {
    test(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => count([latin1(text)])).toThrow(ReplyProtocolError);
    });
  }
});
