/** DEBUG PROTOCOL: one reply of each type, for tests of clients. The values are those of Redis. */

import { DEBUG_PROTOCOL_PUSH, DEBUG_PROTOCOL_TYPE } from "../protocol/errors.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";

type WriteReply = (reply: ReplyWriter) => void;

const REPLIES = new Map<string, WriteReply>([
  ["string", (reply) => reply.bulkText("Hello World")],
  ["integer", (reply) => reply.integer(12345)],
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: not π, but the value of Redis
  ["double", (reply) => reply.double(3.141)],
  ["bignum", (reply) => reply.bigNumber("1234567999999999999999999999999999999")],
  ["null", (reply) => reply.null()],
  ["true", (reply) => reply.boolean(true)],
  ["false", (reply) => reply.boolean(false)],
  ["verbatim", (reply) => reply.verbatim("txt", "This is a verbatim\nstring")],
  ["array", (reply) => threeIntegers(reply, reply.array.bind(reply))],
  ["set", (reply) => threeIntegers(reply, reply.set.bind(reply))],
  ["map", threePairs],
  ["attrib", attributed],
  ["push", pushed],
]);

/** Writes a reply of the type, a lower-case name. @throws ReplyError */
export function replyOfType(reply: ReplyWriter, type: string): void {
  const write = REPLIES.get(type);
  if (write === undefined) throw DEBUG_PROTOCOL_TYPE;
  write(reply);
}

function threeIntegers(reply: ReplyWriter, head: (count: number) => void): void {
  head(3);
  for (let i = 0; i < 3; i++) reply.integer(i);
}

function threePairs(reply: ReplyWriter): void {
  reply.map(3);
  for (let i = 0; i < 3; i++) {
    reply.integer(i);
    reply.boolean(i === 1);
  }
}

function attributed(reply: ReplyWriter): void {
  if (reply.resp === 3) {
    reply.attribute(1);
    reply.bulkText("key-popularity");
    reply.array(2);
    reply.bulkText("key:123");
    reply.integer(90);
  }
  reply.bulkText("Some real reply following the attribute");
}

function pushed(reply: ReplyWriter): void {
  if (reply.resp === 2) throw DEBUG_PROTOCOL_PUSH;
  reply.push(2);
  reply.bulkText("server-cpu-usage");
  reply.integer(42);
  // A push is no reply to the command: that one follows.
  reply.bulkText("Some real reply following the push reply");
}
