/**
 * The same damaged bytes to OpenKV and to redis-server, which must give the same replies up to the same
 * close. It finds where two parsers disagree about what a request is, which no test of one parser can.
 * OPENKV_FUZZ_COMPARED sets the number of connections.
 */

import { afterAll, beforeAll, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { explain } from "../compat/differences.ts";
import { show } from "../compat/support/quote.ts";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import { startRedis } from "../support/redis.ts";
import { replyEnd } from "../support/reply-splitter.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { mutate, validPipeline } from "./mutations.ts";

const CONNECTIONS = Number(process.env.OPENKV_FUZZ_COMPARED ?? 800);

/**
 * Replies to these requests depend on the server or on its order of keys; behind MULTI an error that is meant to be
 * different is only part of a reply; and RESTORE has zero bytes, see {@link damagedStream}.
 */
const UNCOMPARED = new Set([
  "HELLO",
  "CLIENT",
  "COMMAND",
  "INFO",
  "SCAN",
  "KEYS",
  "CONFIG",
  "MULTI",
  "RESTORE",
]);

/** The commands of streams are not there yet; ZADD is one bit away from one of them. */
const STREAM_COMMAND = /^-ERR unknown command 'x[a-z]+'/i;

/** A damaged request seldom matters; an equal answer of both servers that has settled is the end. */
const SETTLED_MS = 4;
const SILENCE_MS = 1_000;

/** What one server made of the bytes. */
interface Side {
  client: RawClient;
  received: Buffer;
}

async function open(port: number): Promise<Side> {
  const client = await RawClient.connect(port);
  await client.call("FLUSHALL");
  return { client, received: Buffer.alloc(0) };
}

async function listen(side: Side): Promise<void> {
  side.received = Buffer.concat([side.received, await side.client.readUntilQuiet(SETTLED_MS)]);
}

/** Sends the bytes to both and waits until they agree, or until one has been silent for long. */
async function sendToBoth(sides: [Side, Side], bytes: Buffer): Promise<boolean> {
  for (const { client } of sides) client.send(bytes);
  const [redis, openkv] = sides;
  const deadline = performance.now() + SILENCE_MS;
  for (;;) {
    await Promise.all(sides.map(listen));
    const agreed =
      sameReplies(redis.received, openkv.received) && redis.client.closed === openkv.client.closed;
    if (agreed || performance.now() > deadline) return agreed || isKnown(redis, openkv, bytes);
  }
}

/** Whether the replies are the same but for the differences that are meant. */
function sameReplies(redis: Buffer, openkv: Buffer): boolean {
  if (redis.equals(openkv)) return true;
  const a = split(redis);
  const b = split(openkv);
  // The name does not come with the reply, and the only error this can excuse names the key itself.
  const isMeant = (i: number): boolean => {
    if (STREAM_COMMAND.test(b[i].toString("latin1"))) return true;
    const key = /'(.*)'/s.exec(b[i].toString("latin1"))?.[1] ?? "";
    return explain([Buffer.from("INCR"), Buffer.from(key, "latin1")], a[i], b[i]) !== null;
  };
  return a.length === b.length && a.every((frame, i) => frame.equals(b[i]) || isMeant(i));
}

/** OpenKV refuses more than 1,048,576 arguments at once; Redis 7 reads on for up to 2^31 − 1 of them. */
function isKnown(redis: Side, openkv: Side, sent: Buffer): boolean {
  const refusal = "-ERR Protocol error: invalid multibulk length\r\n";
  const refused = openkv.received.toString("latin1");
  const before = refused.slice(0, -refusal.length);
  const announcesMany = /\*\d{7,10}\r/.test(sent.toString("latin1"));
  return announcesMany && refused.endsWith(refusal) && redis.received.toString("latin1").startsWith(before);
}

/** Whole replies, and as the last one whatever is cut off. */
function split(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = replyEnd(bytes, at);
    frames.push(bytes.subarray(at, end < 0 ? bytes.length : end));
    at = end < 0 ? bytes.length : end;
  }
  return frames;
}

/**
 * Longer lines are refused or not by Redis depending on how much of them has arrived when it looks, so they
 * cannot be compared.
 */
const DAMAGED_BYTES_MAX = 60_000;

/** A few requests with a damage, and valid ones behind it that show how much of them was swallowed. */
function damagedStream(random: Random): Buffer {
  const isCompared = (name: string): boolean => !UNCOMPARED.has(name);
  const pipeline = validPipeline(random, 1 + random.below(6), isCompared);
  const behind = validPipeline(random, 6, isCompared);
  const mutated = mutate(random, pipeline);
  // Redis looks for the end of a line with C's string functions and waits for ever behind a NUL; no server
  // has to do the same.
  const harmed = Buffer.from(mutated.subarray(0, DAMAGED_BYTES_MAX).map((byte) => (byte === 0 ? 1 : byte)));
  return Buffer.concat([harmed, behind, encodeCommand(["ECHO", "the end"])]);
}

describeWith(["redis-server"], "damaged requests compared with redis-server", () => {
  let servers: ServerProcess[];

  beforeAll(async () => {
    servers = await Promise.all([startRedis(), startOpenKV({ args: ["--banner", "never"] })]);
  });

  afterAll(async () => {
    await Promise.all((servers ?? []).map((server) => server.stop()));
  });

  test(
    "both servers read the same requests out of them",
    async () => {
      const random = new Random(testSeed("compared frames"));
      for (let i = 0; i < CONNECTIONS; i++) {
        const bytes = damagedStream(random);
        const sides: [Side, Side] = [await open(servers[0].port), await open(servers[1].port)];
        const agreed = await sendToBoth(sides, bytes);
        const [redis, openkv] = sides.map(
          ({ client, received }) => `${show(received, 1_000)} ${client.closed ? "(closed)" : "(open)"}`,
        );
        for (const { client } of sides) client.close();
        if (agreed) continue;
        throw new Error(
          `connection ${i}: sent ${show(bytes, 4_000)}\n  redis:  ${redis}\n  openkv: ${openkv}`,
        );
      }
    },
    { timeout: 30_000 + CONNECTIONS * 100 },
  );
});
