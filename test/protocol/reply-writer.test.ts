import { beforeEach, describe, expect, test } from "bun:test";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";
import { latin1 } from "./support.ts";

let writer = new ReplyWriter();

beforeEach(() => {
  writer = new ReplyWriter(16);
});

function written(): string {
  return writer.bytes.toString("latin1", 0, writer.length);
}

const BYTES = latin1("0123456789".repeat(1000));

/** A call, and the bytes it writes in RESP2 and in RESP3. */
const TABLE: [name: string, call: () => void, resp2: string, resp3?: string][] = [
  ["ok", () => writer.ok(), "+OK\r\n"],
  ["pong", () => writer.pong(), "+PONG\r\n"],
  ["queued", () => writer.queued(), "+QUEUED\r\n"],
  [
    "a simple string",
    () => writer.simpleString("Background saving started"),
    "+Background saving started\r\n",
  ],
  ["an error", () => writer.error("ERR syntax error"), "-ERR syntax error\r\n"],
  ["an error with line ends", () => writer.error("ERR 'a\r\nb\n\rc'"), "-ERR 'a  b  c'\r\n"],
  ["an error that ends in line ends", () => writer.error("ERR option a\r\n"), "-ERR option a\r\n"],
  ["an error with bytes", () => writer.error("ERR '\x00\xff\u0416'"), "-ERR '\x00\xff?'\r\n"],
  ["zero", () => writer.integer(0), ":0\r\n"],
  ["a digit", () => writer.integer(9), ":9\r\n"],
  ["two digits", () => writer.integer(10), ":10\r\n"],
  ["a negative integer", () => writer.integer(-1), ":-1\r\n"],
  ["the largest safe integer", () => writer.integer(Number.MAX_SAFE_INTEGER), ":9007199254740991\r\n"],
  ["an int64 as a number", () => writer.int64(-42), ":-42\r\n"],
  ["the smallest int64", () => writer.int64(-(2n ** 63n)), ":-9223372036854775808\r\n"],
  ["an empty bulk", () => writer.bulk(BYTES, 5, 5), "$0\r\n\r\n"],
  ["a short bulk", () => writer.bulk(BYTES, 1, 4), "$3\r\n123\r\n"],
  ["a bulk of 31", () => writer.bulk(BYTES, 1, 32), `$31\r\n${BYTES.toString("latin1", 1, 32)}\r\n`],
  ["a bulk of 32", () => writer.bulk(BYTES, 1, 33), `$32\r\n${BYTES.toString("latin1", 1, 33)}\r\n`],
  [
    "a bulk of 9999",
    () => writer.bulk(BYTES, 1, 10_000),
    `$9999\r\n${BYTES.toString("latin1", 1, 10_000)}\r\n`,
  ],
  ["an empty text", () => writer.bulkText(""), "$0\r\n\r\n"],
  ["an ASCII text", () => writer.bulkText("hash"), "$4\r\nhash\r\n"],
  ["a text of two-byte letters", () => writer.bulkText("Жук"), "$6\r\n\xd0\x96\xd1\x83\xd0\xba\r\n"],
  ["a long text", () => writer.bulkText("é".repeat(500)), `$1000\r\n${"\xc3\xa9".repeat(500)}\r\n`],
  ["a bulk of one digit", () => writer.bulkInteger(7), "$1\r\n7\r\n"],
  ["a bulk of nine digits", () => writer.bulkInteger(-12345678), "$9\r\n-12345678\r\n"],
  ["a bulk of ten digits", () => writer.bulkInteger(1234567890), "$10\r\n1234567890\r\n"],
  ["a bulk of 17 bytes", () => writer.bulkInteger(Number.MIN_SAFE_INTEGER), "$17\r\n-9007199254740991\r\n"],
  ["null", () => writer.null(), "$-1\r\n", "_\r\n"],
  ["a null array", () => writer.nullArray(), "*-1\r\n", "_\r\n"],
  ["an empty array", () => writer.array(0), "*0\r\n"],
  ["an array", () => writer.array(1_000_000), "*1000000\r\n"],
  ["a map", () => writer.map(6), "*12\r\n", "%6\r\n"],
  ["a set", () => writer.set(12), "*12\r\n", "~12\r\n"],
  ["a push", () => writer.push(3), "*3\r\n", ">3\r\n"],
  ["a double", () => writer.double(3.14), "$18\r\n3.1400000000000001\r\n", ",3.1400000000000001\r\n"],
  ["a whole double", () => writer.double(-5), "$2\r\n-5\r\n", ",-5\r\n"],
  ["a double in a notation of its own", () => writer.doubleText("0.50"), "$4\r\n0.50\r\n", ",0.50\r\n"],
  ["infinity", () => writer.double(Number.POSITIVE_INFINITY), "$3\r\ninf\r\n", ",inf\r\n"],
  ["minus infinity", () => writer.double(Number.NEGATIVE_INFINITY), "$4\r\n-inf\r\n", ",-inf\r\n"],
  ["true", () => writer.boolean(true), ":1\r\n", "#t\r\n"],
  ["false", () => writer.boolean(false), ":0\r\n", "#f\r\n"],
  [
    "a big number",
    () => writer.bigNumber("-123456789012345678901"),
    "$22\r\n-123456789012345678901\r\n",
    "(-123456789012345678901\r\n",
  ],
  [
    "a verbatim text",
    () => writer.verbatim("txt", "Жук"),
    "$6\r\n\xd0\x96\xd1\x83\xd0\xba\r\n",
    "=10\r\ntxt:\xd0\x96\xd1\x83\xd0\xba\r\n",
  ],
  ["encoded replies", () => writer.encoded(latin1("x+OK\r\n:1\r\nx"), 1, 10), "+OK\r\n:1\r\n"],
];

describe("The reply writer", () => {
  for (const [name, call, resp2, resp3] of TABLE) {
    test(`writes ${name} in RESP2 and RESP3, at any fill of its buffer`, () => {
      for (const [resp, expected] of [
        [2, resp2],
        [3, resp3 ?? resp2],
      ] as const) {
        // A buffer of 16 bytes is nearly full at some of these, so growing is part of it.
        for (let before = 0; before <= 20; before++) {
          writer = new ReplyWriter(16);
          writer.resp = resp;
          const filler = latin1("f".repeat(before));
          writer.encoded(filler, 0, before);
          call();
          call();
          expect(written()).toBe("f".repeat(before) + expected + expected);
        }
      }
    });
  }

  test("writes an attribute in RESP3", () => {
    writer.resp = 3;
    writer.attribute(1);
    expect(written()).toBe("|1\r\n");
  });

  test("keeps what it has written while it grows", () => {
    let expected = "";
    for (let i = 0; i < 3000; i++) {
      writer.integer(i);
      expected += `:${i}\r\n`;
    }
    expect(written()).toBe(expected);
  });

  test("copies from shared memory", () => {
    const shared = Buffer.from(new SharedArrayBuffer(4096));
    shared.fill("ab");
    writer.bulk(shared, 10, 20);
    writer.bulk(shared, 1000, 1100);
    expect(written()).toBe(`$10\r\n${"ab".repeat(5)}\r\n$100\r\n${"ab".repeat(50)}\r\n`);
  });

  test("takes back what follows a length", () => {
    writer.ok();
    const before = writer.length;
    writer.array(2);
    writer.bulk(BYTES, 0, 5000);
    writer.rewind(before);
    writer.error("ERR no");
    expect(written()).toBe("+OK\r\n-ERR no\r\n");
  });

  test("moves a head in front of elements that are written already, also when that takes a larger buffer", () => {
    for (let count = 0; count < 12; count++) {
      writer = new ReplyWriter(16);
      writer.ok();
      const mark = writer.length;
      for (let i = 0; i < count; i++) writer.integer(i);
      const from = writer.length;
      writer.array(count);
      writer.moveToFront(mark, from);
      writer.pong();
      const elements = Array.from({ length: count }, (_, i) => `:${i}\r\n`).join("");
      expect(written()).toBe(`+OK\r\n*${count}\r\n${elements}+PONG\r\n`);
    }
  });

  test("hands over its bytes and never touches them again", () => {
    writer.bulk(BYTES, 0, 100);
    const taken = writer.take();
    expect(writer.length).toBe(0);
    for (let i = 0; i < 100; i++) writer.pong();
    expect(taken.toString("latin1")).toBe(`$100\r\n${BYTES.toString("latin1", 0, 100)}\r\n`);
  });

  test("gives a giant buffer back when it is empty, and only then", () => {
    writer.bulk(Buffer.alloc(2 * 1024 * 1024), 0, 2 * 1024 * 1024);
    writer.trim();
    expect(writer.length).toBeGreaterThan(2 * 1024 * 1024);
    writer.rewind(0);
    writer.trim();
    expect(writer.bytes.length).toBe(16);
  });

  test("keeps a buffer of usual size", () => {
    writer.bulk(BYTES, 0, 10_000);
    const { bytes } = writer;
    writer.rewind(0);
    writer.trim();
    expect(writer.bytes).toBe(bytes);
  });
});
