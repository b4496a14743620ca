/** The whole of `openkv benchmark`: the chosen tests one after the other, each reported as it ends. */

import { Random } from "../../base/random.ts";
import { ClientError } from "../connect.ts";
import { RequestBatch } from "./batch.ts";
import { BenchmarkRun, laneSettings, openLanes } from "./driver.ts";
import { Lane } from "./lane.ts";
import { Progress } from "./progress.ts";
import { COLOURED, CSV_HEADER, csvRow, failureLine, humanReport, PLAIN, quietLine } from "./report.ts";
import type { BenchmarkOptions } from "./settings.ts";
import type { Workload } from "./workloads.ts";
import { makePayload, selectWorkloads } from "./workloads.ts";

/** Where output goes. */
export interface BenchmarkOutput {
  /** Reports. */
  out(text: string): void;
  /** Warnings, failures and the progress line. */
  err(text: string): void;
  /** Whether `out` ends at a terminal that likes colours. */
  coloured: boolean;
  /** Width of the terminal that `err` ends at; 0 when it is none. */
  errColumns: number;
}

/**
 * Runs what `options` say. Error replies do not end it: they are counted and the next test follows.
 *
 * @returns whether every request succeeded.
 * @throws UsageError when `-t` names a test that does not exist.
 * @throws ClientError when the server cannot be reached or falls silent.
 */
export async function runBenchmark(options: BenchmarkOptions, output: BenchmarkOutput): Promise<boolean> {
  const workloads = selectWorkloads(options, makePayload(options.payloadBytes));
  const random = new Random(options.seed ?? Math.floor(performance.timeOrigin + performance.now()));
  for (const warning of options.warnings) output.err(`${warning}\n`);
  if (options.idle) return await idle(options, output);
  if (options.format === "csv") output.out(CSV_HEADER);
  let succeeded = true;
  do {
    for (const workload of workloads) {
      if (!(await runWorkload(workload, options, random, output))) succeeded = false;
    }
    // redis-benchmark ends the run of its tests with an empty line.
    if (options.format === "quiet" && options.command.length === 0) output.out("\n");
  } while (options.loop);
  return succeeded;
}

async function runWorkload(
  workload: Workload,
  options: BenchmarkOptions,
  random: Random,
  output: BenchmarkOutput,
): Promise<boolean> {
  const run = new BenchmarkRun(workload, options, random);
  const progress = output.errColumns > 0 ? new Progress((text) => output.err(text), output.errColumns) : null;
  progress?.start(workload.title, run);
  let result: Awaited<ReturnType<BenchmarkRun["run"]>>;
  try {
    result = await run.run();
  } finally {
    progress?.stop();
  }
  if (options.format === "csv") output.out(csvRow(workload.title, result));
  else if (options.format === "quiet") output.out(quietLine(workload.title, result));
  else output.out(humanReport(workload, options, result, output.coloured ? COLOURED : PLAIN));
  if (result.failed > 0) output.err(failureLine(workload.title, result));
  return result.failed === 0;
}

/** Holds connections open until the first of them breaks. */
async function idle(options: BenchmarkOptions, output: BenchmarkOutput): Promise<boolean> {
  const { promise, reject } = Promise.withResolvers<never>();
  const owner = {
    take: () => 0,
    completed() {},
    broken: (_lane: Lane, _requests: number, _lost: number, reason: string) =>
      reject(new ClientError(reason)),
  };
  const settings = laneSettings(options, 0);
  const batch = new RequestBatch(Buffer.alloc(0), 0, null);
  const lanes = Array.from({ length: options.connections }, () => new Lane(owner, settings, batch));
  output.out(`Creating ${options.connections} idle connections and waiting forever (Ctrl+C when done)\n`);
  try {
    await openLanes(lanes);
    output.out(`clients: ${options.connections}\n`);
    return await promise;
  } finally {
    for (const lane of lanes) lane.close();
  }
}
