/** The differential suite judged by itself: it must agree with Redis' twin and catch a server that errs. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";
import { runDifferential } from "./support/differential.ts";
import { type Fault, startFaultyProxy } from "./support/faulty-proxy.ts";

const REDIS_ARGS = ["--enable-debug-command", "local", "--hz", "500"];
const REQUESTS = Number(process.env.OPENKV_DIFF_SELF_COMMANDS ?? 10_000);

describeWith(["redis-server"], "the differential suite", () => {
  let redis: ServerProcess;
  let twin: ServerProcess;

  beforeAll(async () => {
    [redis, twin] = await Promise.all([startRedis({ args: REDIS_ARGS }), startRedis({ args: REDIS_ARGS })]);
  });

  afterAll(async () => {
    await Promise.all([redis?.stop(), twin?.stop()]);
  });

  test(
    "finds no difference between two redis-servers",
    async () => {
      const result = await runDifferential(
        { expected: redis.port, actual: twin.port },
        testSeed("differential of twins"),
        REQUESTS,
      );
      expect(result.report).toBeNull();
      expect(result.requests).toBeGreaterThanOrEqual(REQUESTS);
    },
    { timeout: 60_000 + REQUESTS * 2 },
  );

  const faults: [string, Fault][] = [
    ["adds where it must subtract", { requests: [["DECRBY\r\n", "INCRBY\r\n"]], replies: [] }],
    ["misspells an error", { requests: [], replies: [["syntax error", "syntax erroR"]] }],
    ["names an encoding differently", { requests: [], replies: [["embstr", "embstR"]] }],
    ["puts elements at the wrong end", { requests: [["LPUSH\r\n", "RPUSH\r\n"]], replies: [] }],
    // Only in the reply to EXEC there is an OK in an array.
    [
      "replies something else in transactions",
      { requests: [], replies: [["*2\r\n+OK\r\n", "*2\r\n+ok\r\n"]] },
    ],
    ["counts wrong", { requests: [], replies: [[":100\r\n", ":101\r\n"]] }],
  ];

  test.each(faults)(
    "finds and shrinks the fault of a server that %s",
    async (_name, fault) => {
      const proxy = startFaultyProxy(twin.port, fault);
      try {
        const pair = { expected: redis.port, actual: proxy.port };
        const { report } = await runDifferential(pair, testSeed("differential of a fault"), 200_000);
        expect(report).not.toBeNull();
        const operations = Number(/reproduction, (\d+) operations/.exec(report ?? "")?.[1]);
        expect(operations).toBeLessThanOrEqual(6);
      } finally {
        proxy.stop();
      }
    },
    { timeout: 120_000 },
  );
});
