/**
 * OpenKV and a real redis-server get the same random requests, byte for byte, and must give the same
 * replies and end with the same data. OPENKV_DIFF_COMMANDS sets how many requests are sent.
 */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { DIFFERENCES } from "./differences.ts";
import { runDifferential } from "./support/differential.ts";
import { Link } from "./support/link.ts";

const REQUESTS = Number(process.env.OPENKV_DIFF_COMMANDS ?? 300_000);

/** Both refuse DEBUG unless they are told to allow it, and look at the clock for clients that wait as often as `hz` says. */
const ARGS = ["--enable-debug-command", "local", "--hz", "500"];

let redis: ServerProcess;
let openkv: ServerProcess;

/** Fresh servers for the tests of a block: what one block has configured must not reach the other. */
function useServers(): void {
  beforeAll(async () => {
    [redis, openkv] = await Promise.all([startRedis({ args: ARGS }), startOpenKV({ args: ARGS })]);
  });

  afterAll(async () => {
    await Promise.all([redis?.stop(), openkv?.stop()]);
  });
}

describeWith(["redis-server"], "compared with redis-server", () => {
  useServers();

  test(
    "random requests get the same replies and leave the same data",
    async () => {
      const seed = testSeed("differential");
      const pair = { expected: redis.port, actual: openkv.port };
      const result = await runDifferential(pair, seed, REQUESTS);
      console.log(`differential: ${result.requests} requests in ${result.streams} streams`);
      if (result.report !== null) throw new Error(`OpenKV differs from Redis\n${result.report}`);
      expect(result.requests).toBeGreaterThanOrEqual(REQUESTS);
    },
    { timeout: 60_000 + REQUESTS * 2 },
  );
});

describeWith(["redis-server"], "known differences from redis-server", () => {
  useServers();

  for (const known of DIFFERENCES) {
    test(`are as described: ${known.name}`, async () => {
      const lines = Buffer.from(`FLUSHALL\r\n${known.example.join("\r\n")}\r\n`);
      const replies: string[] = [];
      for (const { port } of [redis, openkv]) {
        const link = await Link.open(port);
        // The first request is a RESP array, so that nobody greets.
        link.send(Buffer.concat([Buffer.from("*1\r\n$4\r\nPING\r\n"), lines]));
        const { frames } = await link.read(known.example.length + 2, 10_000);
        replies.push(frames.at(-1)?.toString("latin1") ?? "(none)");
        link.close();
      }
      const argv = known.example
        .at(-1)!
        .split(" ")
        .map((word) => Buffer.from(word));
      expect(replies[0]).toMatch(known.redis);
      if (typeof known.ours === "function") expect(replies[1]).toBe(known.ours(argv));
      else expect(replies[1]).toMatch(known.ours);
    });
  }
});
