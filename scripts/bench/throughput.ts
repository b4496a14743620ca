/**
 * Requests per second and processor time per request of two servers. Both run all the time, each on the same
 * core; the one that is not measured is paused. They take turns test by test, and the order changes from round
 * to round, so that a machine that gets slower or faster meanwhile does so for both.
 */
import { openkvCommand } from "../../test/support/openkv.ts";
import type { ServerProcess } from "../../test/support/server-process.ts";
import { requireTool } from "../../test/support/tools.ts";
import { type Contender, cpuSeconds, onClientCore, pause, resume } from "./contenders.ts";
import { fill, load } from "./loader.ts";
import { TESTS, type Test, VALUE } from "./tests.ts";

/** A request without pipelining takes about eight times as long as one in a pipeline. */
const UNPIPELINED_SHARE = 8;
/** Time for a server to free a deleted collection in the background. */
const FREEING_MS = 300;

export interface ThroughputPlan {
  tests: readonly Test[];
  pipelines: readonly number[];
  rounds: number;
  /** Requests of one run in a pipeline; runs without one and MSET take their share of it. */
  requests: number;
  keys: number;
  connections: number;
  client: "redis-benchmark" | "openkv";
}

/** One run of the client against one server. */
export interface Sample {
  requestsPerSecond: number;
  cpuMicrosPerRequest: number;
  /** Fraction of the time that the client was running: near 1, the figure is the client's and not the server's. */
  clientBusy: number;
}

/** All rounds of one test at one pipeline length; element i of each list belongs to round i. */
export interface Comparison {
  test: Test;
  pipeline: number;
  baseline: Sample[];
  subject: Sample[];
}

/** Runs the plan. `progress` is told about each comparison as it is finished. */
export async function compareThroughput(
  baseline: Contender,
  subject: Contender,
  plan: ThroughputPlan,
  progress: (comparison: Comparison) => void,
): Promise<Comparison[]> {
  const first = await startLoaded(baseline, plan.keys);
  const second = await startLoaded(subject, plan.keys);
  try {
    const comparisons: Comparison[] = [];
    for (const test of plan.tests) {
      for (const pipeline of plan.pipelines) {
        const comparison: Comparison = { test, pipeline, baseline: [], subject: [] };
        for (let round = 0; round < plan.rounds; round++) {
          const turns: [ServerProcess, Sample[]][] = [
            [first, comparison.baseline],
            [second, comparison.subject],
          ];
          if (round % 2 === 1) turns.reverse();
          for (const [server, samples] of turns) {
            const isLaterRun = round > 0 || pipeline !== plan.pipelines[0];
            samples.push(await measure(server, test, pipeline, plan, isLaterRun));
          }
        }
        comparisons.push(comparison);
        progress(comparison);
      }
    }
    return comparisons;
  } finally {
    for (const server of [first, second]) {
      resume(server);
      await server.stop();
    }
  }
}

/** Starts a server, fills the keys that the tests use, and leaves it paused. */
async function startLoaded(contender: Contender, keys: number): Promise<ServerProcess> {
  const server = await contender.start();
  await load(server.port, keys, (index) => {
    const key = `key:${String(index).padStart(12, "0")}`;
    return `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${VALUE.length}\r\n${VALUE}\r\n`;
  });
  pause(server);
  return server;
}

async function measure(
  server: ServerProcess,
  test: Test,
  pipeline: number,
  plan: ThroughputPlan,
  isLaterRun: boolean,
): Promise<Sample> {
  const spec = TESTS[test];
  const share = (spec.share ?? 1) * (pipeline === 1 ? UNPIPELINED_SHARE : 1);
  const requests = Math.max(plan.connections * pipeline, Math.round(plan.requests / share));
  resume(server);
  const { clear, elements, keeps } = spec;
  if (clear !== undefined) {
    await fill(server.port, [["UNLINK", clear]]);
    await Bun.sleep(FREEING_MS);
  }
  if (elements !== undefined && !(keeps && isLaterRun))
    await fill(server.port, elements({ requests, keys: plan.keys }));
  const before = cpuSeconds(server.pid);
  const { requestsPerSecond, clientSeconds } = await runClient(server.port, test, pipeline, requests, plan);
  const used = cpuSeconds(server.pid) - before;
  pause(server);
  return {
    requestsPerSecond,
    cpuMicrosPerRequest: (used * 1e6) / requests,
    clientBusy: (clientSeconds * requestsPerSecond) / requests,
  };
}

async function runClient(
  port: number,
  test: Test,
  pipeline: number,
  requests: number,
  plan: ThroughputPlan,
): Promise<{ requestsPerSecond: number; clientSeconds: number }> {
  const program =
    plan.client === "openkv" ? [...openkvCommand(), "benchmark"] : [requireTool("redis-benchmark")];
  const child = Bun.spawn(
    [
      ...onClientCore,
      ...program,
      ...["-h", "127.0.0.1", "-p", String(port), "-c", String(plan.connections), "-n", String(requests)],
      ...["-P", String(pipeline), "-r", String(plan.keys), "-d", String(VALUE.length), "--csv"],
      ...TESTS[test].args,
    ],
    { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
  );
  const [stdout, stderr, status] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  // The last line is the test's: "name","requests per second","average latency",…
  const columns = stdout.trim().split("\n").at(-1)?.split('","') ?? [];
  const requestsPerSecond = Number(columns[1]);
  if (status !== 0 || !(requestsPerSecond > 0)) {
    throw new Error(`${program.join(" ")} failed on ${test} (status ${status}): ${stderr}${stdout}`);
  }
  const clientSeconds = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6;
  return { requestsPerSecond, clientSeconds };
}
