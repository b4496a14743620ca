/**
 * A client that sends requests and never reads the replies must not cost the server memory nor the others
 * their turn; and many idle connections must not be in the way of busy ones. OPENKV_BACKPRESSURE_MB sets
 * how much is sent, OPENKV_IDLE_CONNECTIONS how many connections idle.
 */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { HAS_RESIDENT_BYTES, residentBytes } from "./support/process-memory.ts";

const SENT_BYTES = Number(process.env.OPENKV_BACKPRESSURE_MB ?? 8) * 1_000_000;
const VALUE_BYTES = 1_024;
const KEYS = 10;
const IDLE = Number(process.env.OPENKV_IDLE_CONNECTIONS ?? 1_000);
const BUSY = 200;

/** Replies to all requests sent are dozens of times this much, so a server that keeps them is found. */
const GROWTH_BYTES_MAX = 96 * 1024 * 1024;

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);

let server: ServerProcess;

beforeEach(async () => {
  server = await startOpenKV({ args: ["--max-connections", String(IDLE + 1_000)] });
});

afterEach(async () => {
  await server?.stop();
});

/** The requests and replies of one round: GET of each key, whose values all differ. */
function makeRound(): { requests: Buffer; replies: Buffer; sets: Buffer } {
  const indices = Array.from({ length: KEYS }, (_, i) => i);
  const value = (i: number): Buffer => Buffer.alloc(VALUE_BYTES, `value ${i} `);
  return {
    requests: Buffer.concat(indices.map((i) => encodeCommand(["GET", `key${i}`]))),
    replies: Buffer.concat(
      indices.map((i) => Buffer.concat([Buffer.from(`$${VALUE_BYTES}\r\n`), value(i), Buffer.from("\r\n")])),
    ),
    sets: Buffer.concat(indices.map((i) => encodeCommand(["SET", `key${i}`, value(i)]))),
  };
}

async function connectPaused(): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  socket.pause();
  return socket;
}

/** Reads to the end of `length` bytes, which must be `period` again and again. Returns how many were right. */
function readPeriodic(socket: Socket, period: Buffer, length: number): Promise<number> {
  // Twice a chunk plus a period: every chunk is found in it at the offset where it begins.
  const pattern = Buffer.concat(
    Array.from({ length: Math.ceil(2_097_152 / period.length) + 1 }, () => period),
  );
  return new Promise((resolve, reject) => {
    let received = 0;
    socket.on("data", (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += 1_048_576) {
        const part = chunk.subarray(at, at + 1_048_576);
        const from = received % period.length;
        if (!pattern.subarray(from, from + part.length).equals(part)) {
          reject(new Error(`wrong bytes after ${received} bytes of replies`));
          socket.destroy();
          return;
        }
        received += part.length;
      }
      if (received >= length) resolve(received);
    });
    socket.once("close", () => reject(new Error(`closed after ${received} of ${length} bytes of replies`)));
    socket.resume();
  });
}

test.skipIf(!HAS_RESIDENT_BYTES)(
  "a client that does not read costs bounded memory, delays nobody, and gets all replies in order later",
  async () => {
    const { requests, replies, sets } = makeRound();
    const other = await RawClient.connect(server.port);
    await other.exchange(sets, KEYS);
    const before = residentBytes(server.pid);

    const rounds = Math.ceil(SENT_BYTES / requests.length);
    const block = Buffer.concat(Array.from({ length: 100 }, () => requests));
    const lazy = await connectPaused();
    for (let sent = 0; sent < rounds; sent += 100) {
      lazy.write(block.subarray(0, Math.min(100, rounds - sent) * requests.length));
    }

    let peak = 0;
    for (let i = 0; i < 200; i++) {
      expect((await other.exchange(requests, KEYS)).equals(replies)).toBe(true);
      peak = Math.max(peak, residentBytes(server.pid));
      await Bun.sleep(5);
    }
    const growth = peak - before;
    const total = rounds * replies.length;
    console.log(`unread replies: ${mebibytes(total)} MiB asked for, memory grew by ${mebibytes(growth)} MiB`);
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX);

    const sampling = setInterval(() => {
      peak = Math.max(peak, residentBytes(server.pid));
    }, 10);
    expect(await readPeriodic(lazy, replies, total)).toBe(total);
    clearInterval(sampling);
    console.log(`while they are read at last: memory grew by ${mebibytes(peak - before)} MiB`);
    expect(peak - before).toBeLessThan(GROWTH_BYTES_MAX);
    lazy.destroy();
    other.close();
  },
  { timeout: 60_000 + SENT_BYTES / 500 },
);

test("a client that leaves without reading is forgotten, and the server goes on", async () => {
  const { requests, replies, sets } = makeRound();
  const other = await RawClient.connect(server.port);
  await other.exchange(sets, KEYS);
  for (let i = 0; i < 10; i++) {
    const lazy = await connectPaused();
    lazy.on("error", () => {});
    for (let round = 0; round < 1_000; round++) lazy.write(requests);
    expect((await other.exchange(requests, KEYS)).equals(replies)).toBe(true);
    lazy.destroy();
  }
  expect((await other.exchange(requests, KEYS)).equals(replies)).toBe(true);
  other.close();
});

test(
  "many idle connections and two hundred busy ones are all answered",
  async () => {
    const ping = encodeCommand(["PING"]);
    const before = HAS_RESIDENT_BYTES ? residentBytes(server.pid) : 0;
    const idle: RawClient[] = [];
    while (idle.length < IDLE) {
      const some = await Promise.all(Array.from({ length: 100 }, () => RawClient.connect(server.port)));
      // Each has said something, so that it is a Redis client and not a person to be greeted.
      for (const reply of await Promise.all(some.map((client) => client.exchange(ping)))) {
        expect(reply.toString()).toBe("+PONG\r\n");
      }
      idle.push(...some);
    }
    if (HAS_RESIDENT_BYTES) {
      console.log(
        `${IDLE} idle connections: memory grew by ${(residentBytes(server.pid) - before) >> 10} KiB`,
      );
    }
    const busy = await Promise.all(Array.from({ length: BUSY }, () => RawClient.connect(server.port)));
    await Promise.all(
      busy.map(async (client, i) => {
        for (let count = 1; count <= 100; count++) {
          expect((await client.call("INCR", `busy:${i}`)).toString()).toBe(`:${count}\r\n`);
        }
      }),
    );
    const replies = await Promise.all(idle.map((client) => client.exchange(ping)));
    expect(replies.every((reply) => reply.toString() === "+PONG\r\n")).toBe(true);
    for (const client of [...idle, ...busy]) client.close();
  },
  { timeout: 60_000 + IDLE * 10 },
);
