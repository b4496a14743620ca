/** The whole of `openkv benchmark`: the chosen tests one after the other, each reported as it ends. */

import { Random } from "../../base/random.ts";
import { addressName, ClientError } from "../connect.ts";
import { RequestBatch } from "./batch.ts";
import type { RunResult } from "./driver.ts";
import { BenchmarkRun, laneSettings, openLanes } from "./driver.ts";
import { knownWorkloads } from "./known.ts";
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
 * @throws OptionError when `-t` names a test that does not exist.
 * @throws ClientError when the server cannot be reached or falls silent.
 */
export async function runBenchmark(options: BenchmarkOptions, output: BenchmarkOutput): Promise<boolean> {
  const selected = selectWorkloads(options, makePayload(options.payloadBytes));
  const random = new Random(options.seed ?? Math.floor(performance.timeOrigin + performance.now()));
  for (const warning of options.warnings) output.err(`${warning}\n`);
  if (options.idle) return await idle(options, output);
  const workloads = await runnable(selected, options, output);
  let succeeded = true;
  // The header waits for the first row, so that a server that is not there leaves an empty file.
  let header = options.format === "csv" ? CSV_HEADER : "";
  do {
    for (const workload of workloads) {
      const result = await runWorkload(workload, options, random, output);
      output.out(header + reportOf(workload, options, result, output));
      header = "";
      if (result.failed === 0) continue;
      output.err(failureLine(workload.title, result));
      succeeded = false;
    }
    // redis-benchmark ends the run of its tests with an empty line.
    if (options.format === "quiet" && options.command.length === 0) output.out("\n");
  } while (options.loop);
  return succeeded;
}

/** Tests that the user names run whatever the server says; of the default ones, those that it knows. */
async function runnable(
  selected: readonly Workload[],
  options: BenchmarkOptions,
  output: BenchmarkOutput,
): Promise<readonly Workload[]> {
  if (options.tests !== null || options.command.length > 0) return selected;
  const { workloads, unknownCommands } = await knownWorkloads(selected, options);
  if (unknownCommands.length > 0) {
    output.err(`Left out, for the server does not know them: ${unknownCommands.join(", ")}\n`);
  }
  return workloads;
}

async function runWorkload(
  workload: Workload,
  options: BenchmarkOptions,
  random: Random,
  output: BenchmarkOutput,
): Promise<RunResult> {
  const run = new BenchmarkRun(workload, options, random);
  const progress = output.errColumns > 0 ? new Progress((text) => output.err(text), output.errColumns) : null;
  progress?.start(workload.title, run);
  try {
    return await run.run();
  } finally {
    progress?.stop();
  }
}

function reportOf(
  workload: Workload,
  options: BenchmarkOptions,
  result: RunResult,
  output: BenchmarkOutput,
): string {
  if (options.format === "csv") return csvRow(workload.title, result);
  if (options.format === "quiet") return quietLine(workload.title, result);
  return humanReport(workload, options, result, output.coloured ? COLOURED : PLAIN);
}

/** Holds connections open until the first of them breaks. */
async function idle(options: BenchmarkOptions, output: BenchmarkOutput): Promise<boolean> {
  const { promise, reject } = Promise.withResolvers<never>();
  const owner = {
    take: () => 0,
    completed() {},
    broken: (_lane: Lane, _requests: number, _lost: number, reason: string) =>
      reject(new ClientError(`${addressName(options)}: ${reason}`)),
  };
  // It may break while others are still being opened, before anybody waits for it.
  promise.catch(() => {});
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
