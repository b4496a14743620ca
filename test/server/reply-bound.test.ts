/** The replies collected at a time have a bound: a command whose reply passes it is answered with an error. */

import { expect, test } from "bun:test";
import { Args } from "../../src/commands/args.ts";
import { execute } from "../../src/commands/execute.ts";
import { REPLY_TOO_LARGE } from "../../src/protocol/errors.ts";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";
import { Engine } from "../support/engine.ts";

// A writer is set to a length as if so much had been written: pages that nobody touches cost nothing.

const BOUND = 2 ** 30;
const TOO_LARGE = "-ERR the reply exceeds the maximum of 1 GiB\r\n";
const VALUE = Buffer.alloc(1000, "v");
const REPLY = `$1000\r\n${VALUE}\r\n`;

function thrownBy(work: () => void): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

test("a writer takes what fits below 1 GiB, and throws at what does not", () => {
  const writer = new ReplyWriter();
  writer.length = BOUND - 2000;
  writer.bulk(VALUE, 0, VALUE.length);
  const { length } = writer;
  expect(length).toBe(BOUND - 2000 + REPLY.length);
  expect(writer.bytes.length).toBeLessThanOrEqual(BOUND);
  const writes = [
    () => writer.bulk(VALUE, 0, VALUE.length),
    () => writer.bulkText("x".repeat(1000)),
    () => writer.encoded(VALUE, 0, VALUE.length),
    () => writer.simpleString("x".repeat(1000)),
    () => writer.moveToFront(length - 1000, length - 1000),
  ];
  for (const write of writes) {
    expect(thrownBy(write)).toBe(REPLY_TOO_LARGE);
    expect(writer.length).toBe(length);
  }
  writer.rewind(0);
  writer.trim();
  expect(writer.bytes.length).toBe(65_536);
});

test("a command is answered with one error, and what was answered before it stays", () => {
  const engine = new Engine();
  engine.run("SET", "k", VALUE);
  engine.reply.bytes = Buffer.allocUnsafeSlow(BOUND);
  engine.reply.length = BOUND - 2500;
  engine.reply.bulk(VALUE, 0, VALUE.length);
  const mark = engine.reply.length;
  // The first value fits, the second does not.
  const args = new Args();
  const request = Buffer.from("MGETkkGET");
  const written = () => engine.reply.bytes.toString("latin1", BOUND - 2500, engine.reply.length);
  args.set(request, Int32Array.of(0, 4, 4, 5, 5, 6), 0, 3);
  execute(engine.ctx, args);
  expect(written()).toBe(REPLY + TOO_LARGE);
  expect(engine.ctx.errorCounts.get("ERR")).toBe(1);
  engine.reply.rewind(mark);
  args.set(request, Int32Array.of(6, 9, 4, 5), 0, 2);
  execute(engine.ctx, args);
  expect(written()).toBe(REPLY + REPLY);
});

test.each(["GETSET k new", "SET k new GET", "GETDEL k", "GETEX k EX 100"])(
  "%s changes nothing when the old value does not fit into the replies",
  (line) => {
    const engine = new Engine();
    engine.run("SET", "k", VALUE);
    const words = line.split(" ");
    const offsets = new Int32Array(words.length * 2);
    let at = 0;
    for (const [i, word] of words.entries()) {
      offsets.set([at, at + word.length], i * 2);
      at += word.length;
    }
    const args = new Args();
    args.set(Buffer.from(words.join("")), offsets, 0, words.length);
    engine.reply.bytes = Buffer.allocUnsafeSlow(BOUND);
    engine.reply.length = BOUND - 500;
    execute(engine.ctx, args);
    expect(engine.reply.bytes.toString("latin1", BOUND - 500, engine.reply.length)).toBe(TOO_LARGE);

    engine.reply.bytes = Buffer.alloc(65_536);
    engine.reply.length = 0;
    expect(engine.run("GET", "k")).toBe(REPLY);
    expect(engine.run("TTL", "k")).toBe(":-1\r\n");
  },
);
