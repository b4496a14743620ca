/** The parser, the quoting of inline lines and the error texts, compared with a real server byte for byte. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { Random } from "../../src/base/random.ts";
import * as errors from "../../src/protocol/errors.ts";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";
import { PARSE_ERROR, PARSE_REQUEST, RequestParser } from "../../src/protocol/request-parser.ts";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { argvOf, DEFAULT_LIMITS, encode, latin1 } from "./support.ts";

/** What a server that knows ECHO only replies to `bytes` until the client or an error ends it. */
function expectedReplies(bytes: Buffer): string {
  const parser = new RequestParser({ ...DEFAULT_LIMITS });
  const writer = new ReplyWriter();
  let outcome = parser.parse(bytes, 0, bytes.length);
  while (outcome === PARSE_REQUEST) {
    const [name, ...rest] = argvOf(parser);
    const { bytes: source, offsets, argc } = parser;
    if (name.toLowerCase() !== "echo") writer.error(errors.unknownCommand(source, offsets, argc).text);
    else if (rest.length !== 1) writer.error(errors.wrongArity("echo").text);
    else writer.bulk(source, offsets[2], offsets[3]);
    outcome = parser.parse(bytes, parser.next, bytes.length);
  }
  if (outcome === PARSE_ERROR) writer.error(`ERR ${parser.error}`);
  return writer.take().toString("latin1");
}

/** Everything the server sends after it got `bytes` and the end of the connection. */
function actualReplies(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("data", (piece: Buffer) => pieces.push(piece));
    socket.on("end", () => resolve(Buffer.concat(pieces).toString("latin1")));
    socket.on("error", reject);
    socket.end(bytes);
  });
}

/** A frame of ECHO requests with damage; without NUL, which stops Redis' search for the end of a line. */
function frame(random: Random): Buffer {
  const alphabet = "*$\r\n0123-+ \"'\\x\xffA";
  let text = "";
  for (let i = random.below(3); i >= 0; i--) {
    const argument = Array.from(
      { length: random.below(8) },
      () => alphabet[random.below(alphabet.length)],
    ).join("");
    text += random.below(2) === 0 ? encode("ECHO", argument) : `echo ${argument}\r\n`;
  }
  for (let i = random.below(3); i > 0; i--) {
    const at = random.below(text.length + 1);
    const inserted = random.below(2) === 0 ? "" : alphabet[random.below(alphabet.length)];
    text = text.slice(0, at) + inserted + text.slice(at + random.below(2));
  }
  return latin1(text);
}

describeWith(["redis-server"], "Compared with redis-server, the parser", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startRedis();
  });

  afterAll(async () => {
    await server.stop();
  });

  test("gives the same replies and the same protocol errors to damaged requests", async () => {
    const random = new Random(testSeed("damaged requests"));
    let protocolErrors = 0;
    for (let round = 0; round < 1500; round++) {
      const bytes = frame(random);
      const expected = expectedReplies(bytes);
      if (expected.includes("Protocol error")) protocolErrors++;
      const input = JSON.stringify(bytes.toString("latin1"));
      expect({ input, replies: await actualReplies(server.port, bytes) }).toEqual({
        input,
        replies: expected,
      });
    }
    expect(protocolErrors).toBeGreaterThan(100);
  });

  test("quotes unknown commands in the same way", async () => {
    for (const argv of [
      ["foo"],
      ["fo\x00o", "a\x00b", "\r\n"],
      ["x".repeat(300), "y".repeat(100), "z".repeat(100), "a"],
      ["foo", "y".repeat(121), "", "a"],
      ["", ""],
    ]) {
      const bytes = latin1(encode(...argv));
      expect(await actualReplies(server.port, bytes)).toBe(expectedReplies(bytes));
    }
  });
});
