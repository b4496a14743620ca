/**
 * Damaged and cut-off requests over many connections: the server answers or closes, never crashes, hangs
 * or fills its memory. OPENKV_FUZZ_FRAMES sets how many requests are damaged.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { Random } from "../../src/base/random.ts";
import { HAS_RESIDENT_BYTES, residentBytes } from "../compat/support/process-memory.ts";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import { replyEnd } from "../support/reply-splitter.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { mutate, validPipeline } from "./mutations.ts";

const FRAMES = Number(process.env.OPENKV_FUZZ_FRAMES ?? 120_000);
const FRAMES_PER_CONNECTION = 60;
const CONNECTIONS = Math.ceil(FRAMES / FRAMES_PER_CONNECTION);
const CONNECTIONS_AT_ONCE = 16;

/** A server that neither answers nor closes for so long hangs. */
const HANG_MS = 15_000;

/** The values sent are tiny; announced sizes of up to 512 MB must not count. */
const GROWTH_BYTES_MAX = 128 * 1024 * 1024;

let server: ServerProcess;

beforeAll(async () => {
  server = await startOpenKV();
});

afterAll(async () => {
  await server?.stop();
});

/** How the server took one connection's bytes. */
interface Outcome {
  replies: Buffer;
  hung: boolean;
}

/**
 * Sends the bytes in the given pieces, ends the sending side, and collects what comes back until the server
 * closes. A server closes when it has seen the end, whatever it thinks of the bytes.
 */
function sendAndEnd(port: number, pieces: Buffer[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let connected = false;
    let timer: Timer | undefined;
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    const finish = (hung: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ replies: Buffer.concat(chunks), hung });
    };
    socket.on("connect", () => {
      connected = true;
      socket.setNoDelay(true);
      timer = setTimeout(() => finish(true), HANG_MS);
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A reset is a way to close: the server need not read on behind a protocol error.
    socket.on("error", (error) => {
      if (!connected) reject(error);
    });
    socket.on("end", () => finish(false));
    socket.on("close", () => finish(false));
  });
}

/** Cuts bytes into up to four pieces, which need not be packets but often are. */
function randomPieces(random: Random, bytes: Buffer): Buffer[] {
  const borders = Array.from({ length: random.below(4) }, () => random.below(bytes.length + 1));
  const ends = [...borders.sort((a, b) => a - b), bytes.length];
  let start = 0;
  return ends.map((end) => {
    const piece = bytes.subarray(start, end);
    start = end;
    return piece;
  });
}

/**
 * What is wrong with the replies: anything that is not a row of RESP replies. The last one may be cut off,
 * because a server may drop what it has not sent yet when the other side ends. Null when nothing is wrong.
 */
function faultIn({ replies, hung }: Outcome): string | null {
  if (hung) return `no close within ${HANG_MS} ms`;
  try {
    for (let at = 0; at < replies.length; ) {
      const end = replyEnd(replies, at);
      if (end < 0) return null;
      at = end;
    }
    return null;
  } catch (error) {
    return String(error);
  }
}

test(
  "damaged requests are answered or refused, and the server lives on",
  async () => {
    const seed = testSeed("fuzzed frames");
    const before = HAS_RESIDENT_BYTES ? residentBytes(server.pid) : 0;
    const watcher = await RawClient.connect(server.port);
    let connections = 0;
    let replyBytes = 0;
    const worker = async (): Promise<void> => {
      while (connections < CONNECTIONS) {
        // Each connection has a seed of its own: a failure repeats although connections overlap in time.
        const number = connections++;
        const random = new Random(seed + Math.imul(number, 0x9e3779b9));
        const bytes = damagedStream(random);
        const outcome = await sendAndEnd(server.port, randomPieces(random, bytes));
        replyBytes += outcome.replies.length;
        const fault = faultIn(outcome);
        if (fault !== null) {
          const replies = JSON.stringify(outcome.replies.toString("latin1").slice(-500));
          throw new Error(
            `connection ${number}: ${fault}\nsent (base64): ${bytes.toString("base64")}\nlast replies: ${replies}`,
          );
        }
      }
    };
    let running = true;
    const watch = async (): Promise<void> => {
      while (running) {
        expect((await watcher.call("PING")).toString()).toBe("+PONG\r\n");
        await Bun.sleep(20);
      }
    };
    const watching = watch();
    watching.catch(() => {});
    const workers = await Promise.allSettled(Array.from({ length: CONNECTIONS_AT_ONCE }, worker));
    running = false;
    const failed = workers.find((result) => result.status === "rejected");
    if (failed !== undefined)
      throw new Error(`around connection ${connections}: ${failed.reason}\n${server.output()}`);
    await watching;
    expect(replyBytes).toBeGreaterThan(FRAMES);

    const fresh = await RawClient.connect(server.port);
    expect((await fresh.call("SET", "after", "fuzzing")).toString()).toBe("+OK\r\n");
    expect((await fresh.call("GET", "after")).toString()).toBe("$7\r\nfuzzing\r\n");
    if (HAS_RESIDENT_BYTES) {
      const growth = residentBytes(server.pid) - before;
      console.log(
        `fuzzed frames: ${FRAMES} frames on ${CONNECTIONS} connections, memory grew by ${growth >> 20} MiB`,
      );
      expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
    }
    fresh.close();
    watcher.close();
  },
  { timeout: 60_000 + FRAMES * 2 },
);

/** Requests in groups of five, half of them harmed: behind a damage the connection often ends. */
function damagedStream(random: Random): Buffer {
  const groups = Array.from({ length: FRAMES_PER_CONNECTION / 5 }, () => {
    const pipeline = validPipeline(random, 5);
    return random.below(2) === 0 ? pipeline : mutate(random, pipeline);
  });
  return Buffer.concat(groups);
}

test(
  "connections that stop in the middle of an announced request cost only the bytes they sent",
  async () => {
    const before = HAS_RESIDENT_BYTES ? residentBytes(server.pid) : 0;
    const heads = [
      "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\n",
      "*1048576\r\n",
      "*2\r\n$3\r\nGET\r\n$500000000\r\nabc",
    ];
    const open: RawClient[] = [];
    for (let i = 0; i < 300; i++) {
      const client = await RawClient.connect(server.port);
      client.send(heads[i % heads.length]);
      open.push(client);
    }
    const other = await RawClient.connect(server.port);
    expect((await other.call("PING")).toString()).toBe("+PONG\r\n");
    if (HAS_RESIDENT_BYTES) expect(residentBytes(server.pid) - before).toBeLessThan(GROWTH_BYTES_MAX);
    expect(open.filter((client) => client.closed).length).toBe(0);
    for (const client of [...open, other]) client.close();
  },
  { timeout: 60_000 },
);
