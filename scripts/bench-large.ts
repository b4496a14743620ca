/**
 * Builds one sorted set and one hash of millions of elements in the compiled OpenKV, and deletes them again, while
 * another client asks for a key all the time: `bun run bench:large [ELEMENTS]`. Shows how long that client waits.
 * The server has one core; both clients share the other, the one that builds at low priority.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodeRequest } from "../src/protocol/request.ts";
import { RawClient } from "../test/support/raw-client.ts";
import { onClientCore, openkv, PINNED } from "./bench/contenders.ts";
import { infoNumber } from "./bench/loader.ts";

const ELEMENTS = Number(process.argv[2] ?? 5_000_000);
const PROBE = encodeRequest(["GET", "probe"]);

process.env.OPENKV_BINARY ??= join(import.meta.dir, "../dist/openkv");
if (!existsSync(process.env.OPENKV_BINARY)) throw new Error("run `bun run build` first");

/** Waits in ms, sorted. */
interface Waits {
  seconds: number;
  sorted: number[];
}

const server = await openkv.start();
const client = await RawClient.connect(server.port);
await client.exchange(encodeRequest(["SET", "probe", "x".repeat(64)]));
console.log(
  `${ELEMENTS} elements; ${PINNED ? "server on core 0, clients on core 1" : "not pinned to cores"}`,
);
await report("idle", () => Bun.sleep(3000));
await report("build a sorted set", () => build("ZADD", "myzset", "__rand_int__", "element:__rand_int__"));
await report("build a hash", () => build("HSET", "myhash", "element:__rand_int__", "x".repeat(16)));
console.log(`used_memory ${((await infoNumber(server.port, "memory", "used_memory")) / 1e6).toFixed(0)} MB`);
await report("DEL of both", async () => {
  const started = performance.now();
  const other = await RawClient.connect(server.port);
  await other.exchange(encodeRequest(["DEL", "myzset", "myhash"]));
  console.log(`DEL answered after ${(performance.now() - started).toFixed(2)} ms`);
  while ((await infoNumber(server.port, "memory", "lazyfree_pending_objects")) > 0) await Bun.sleep(20);
  other.close();
});
client.close();
await server.stop();

/** Fills a collection with as many random elements as asked for, nearly: some come twice. */
async function build(...command: string[]): Promise<void> {
  const args = ["-p", String(server.port), "-c", "1", "-P", "50", "-q"];
  const child = Bun.spawn(
    [
      ...["nice", "-n", "19"],
      ...onClientCore,
      ...["redis-benchmark", ...args, "-n", String(ELEMENTS * 2), "-r", String(ELEMENTS), ...command],
    ],
    { stdout: "ignore", stderr: "inherit" },
  );
  if ((await child.exited) !== 0) throw new Error("redis-benchmark failed");
}

/** Measures the waits of the probing client while `work` goes on. */
async function report(what: string, work: () => Promise<void>): Promise<void> {
  const { sorted, seconds } = await waitsDuring(work);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  console.log(
    `${what}: ${seconds.toFixed(1)} s; ms waited p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, max ${at(1)}`,
  );
}

async function waitsDuring(work: () => Promise<void>): Promise<Waits> {
  let done = false;
  const waits: number[] = [];
  const started = performance.now();
  const finished = work().then(() => {
    done = true;
  });
  while (!done) {
    const sent = performance.now();
    await client.exchange(PROBE);
    waits.push(performance.now() - sent);
    await Bun.sleep(0);
  }
  await finished;
  return { seconds: (performance.now() - started) / 1000, sorted: waits.sort((a, b) => a - b) };
}
