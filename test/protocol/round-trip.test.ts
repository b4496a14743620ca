import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Reply } from "../../src/protocol/reply.ts";
import { ReplyCounter } from "../../src/protocol/reply-counter.ts";
import { ReplyReader } from "../../src/protocol/reply-reader.ts";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";
import { testSeed } from "../support/seed.ts";
import { cutAt } from "./support.ts";

/** Writes `reply` and returns what a reader makes of it: in RESP2 the type it falls back to. */
function write(writer: ReplyWriter, reply: Reply): Reply {
  const resp3 = writer.resp === 3;
  switch (reply.kind) {
    case "string":
      writer.simpleString(reply.text);
      return reply;
    case "error":
      writer.error(reply.text);
      return reply;
    case "integer":
      writer.int64(reply.value);
      return reply;
    case "bulk":
      writer.bulk(reply.bytes, 0, reply.bytes.length);
      return reply;
    case "null":
      if (reply.wire === "*") writer.nullArray();
      else writer.null();
      return { kind: "null", wire: resp3 ? "_" : reply.wire === "*" ? "*" : "$" };
    case "array":
    case "set":
    case "push":
      writer[reply.kind](reply.items.length);
      return { kind: resp3 ? reply.kind : "array", items: reply.items.map((item) => write(writer, item)) };
    case "map": {
      writer.map(reply.entries.length);
      const entries = reply.entries.map(([k, v]): [Reply, Reply] => [write(writer, k), write(writer, v)]);
      return resp3 ? { kind: "map", entries } : { kind: "array", items: entries.flat() };
    }
    case "attribute": {
      if (!resp3) return write(writer, reply.reply);
      writer.attribute(reply.entries.length);
      const entries = reply.entries.map(([k, v]): [Reply, Reply] => [write(writer, k), write(writer, v)]);
      return { kind: "attribute", entries, reply: write(writer, reply.reply) };
    }
    case "double": {
      const start = writer.length;
      writer.double(reply.value);
      if (resp3) return reply;
      const content = writer.bytes.toString("latin1", start, writer.length).split("\r\n")[1];
      return { kind: "bulk", bytes: Buffer.from(content) };
    }
    case "boolean":
      writer.boolean(reply.value);
      return resp3 ? reply : { kind: "integer", value: reply.value ? 1 : 0 };
    case "bigNumber":
      writer.bigNumber(reply.value.toString());
      return resp3 ? reply : { kind: "bulk", bytes: Buffer.from(reply.value.toString()) };
    case "verbatim":
      writer.verbatim(reply.format, reply.bytes.toString());
      return resp3 ? reply : { kind: "bulk", bytes: reply.bytes };
  }
}

const line = fc.string({ unit: "grapheme-ascii", maxLength: 40 });
const content = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
const leaf: fc.Arbitrary<Reply> = fc.oneof(
  line.map((text): Reply => ({ kind: "string", text })),
  line.map((text): Reply => ({ kind: "error", text })),
  fc.maxSafeInteger().map((value): Reply => ({ kind: "integer", value: value + 0 })),
  fc.bigInt(2n ** 53n, 2n ** 63n - 1n).map((value): Reply => ({ kind: "integer", value })),
  content.map((bytes): Reply => ({ kind: "bulk", bytes })),
  fc.constantFrom<Reply>({ kind: "null", wire: "$" }, { kind: "null", wire: "*" }),
  fc.double().map((value): Reply => ({ kind: "double", value })),
  fc.boolean().map((value): Reply => ({ kind: "boolean", value })),
  fc.bigInt().map((value): Reply => ({ kind: "bigNumber", value })),
  fc.string({ unit: "grapheme" }).map(
    (text): Reply => ({
      kind: "verbatim",
      format: "txt",
      bytes: Buffer.from(text),
    }),
  ),
);
const { reply: anyReply } = fc.letrec<{ reply: Reply }>((tie) => {
  const items = fc.array(tie("reply"), { maxLength: 4 });
  const entries = fc.array(fc.tuple(tie("reply"), tie("reply")), { maxLength: 3 });
  return {
    reply: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc
        .tuple(fc.constantFrom<"array" | "set" | "push">("array", "set", "push"), items)
        .map(([kind, list]): Reply => ({ kind, items: list })),
      entries.map((list): Reply => ({ kind: "map", entries: list })),
      fc.tuple(entries, leaf).map(([list, reply]): Reply => ({ kind: "attribute", entries: list, reply })),
    ),
  };
});

describe("What the writer writes", () => {
  for (const resp of [2, 3]) {
    test(`the reader reads, in RESP${resp}, whole and cut anywhere; the counter agrees`, () => {
      const replies = fc.array(anyReply, { minLength: 1, maxLength: 5 });
      const cuts = fc.array(fc.nat({ max: 2000 }), { maxLength: 5 });
      fc.assert(
        fc.property(replies, cuts, (list, positions) => {
          const writer = new ReplyWriter(16);
          writer.resp = resp;
          const expected = list.map((reply) => write(writer, reply));
          const bytes = writer.take();
          const ascending = positions.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b);
          const reader = new ReplyReader();
          const counter = new ReplyCounter();
          const read: Reply[] = [];
          for (const piece of cutAt(bytes, ...ascending)) {
            reader.feed(piece);
            counter.feed(piece, 0, piece.length);
            for (let next = reader.read(); next !== undefined; next = reader.read()) read.push(next);
          }
          expect(read).toEqual(expected);
          expect(reader.partial).toBe(false);
          expect(counter.partial).toBe(false);
          expect(counter.pushes).toBe(expected.filter((reply) => reply.kind === "push").length);
          expect(counter.replies + counter.pushes).toBe(expected.length);
          expect(counter.errors).toBe(expected.filter((reply) => reply.kind === "error").length);
        }),
        { seed: testSeed(`round trip of RESP${resp}`), numRuns: 500 },
      );
    });
  }
});
