/** What a run prints: redis-benchmark's CSV and quiet lines, a table for people, the live progress line. */

import type { RunResult } from "./driver.ts";
import type { BenchmarkOptions } from "./settings.ts";
import type { Workload } from "./workloads.ts";

/** First line of the CSV form, as redis-benchmark 7.0 prints it. */
export const CSV_HEADER =
  '"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"\n';

/** How text is set off on a terminal; all empty where there is none. */
export interface Style {
  title: string;
  bad: string;
  reset: string;
}

export const PLAIN: Style = { title: "", bad: "", reset: "" };
export const COLOURED: Style = { title: "\x1b[1m", bad: "\x1b[31m", reset: "\x1b[0m" };

/** Requests answered well, per second; failed ones do not count. */
export function requestsPerSecond(result: RunResult): number {
  // A run too short for the clock would have an infinite rate.
  return successes(result) / (Math.max(result.elapsedMs, 0.001) / 1000);
}

/** Requests that did not fail. */
function successes(result: RunResult): number {
  return result.finished - result.failed;
}

/** One CSV row; without a successful request its latencies are empty. Like redis-benchmark it does not double quotes within the title. */
export function csvRow(title: string, result: RunResult): string {
  const { latencies } = result;
  const columns = [
    latencies.meanUs,
    latencies.minUs,
    latencies.percentileUs(50),
    latencies.percentileUs(95),
    latencies.percentileUs(99),
    latencies.maxUs,
  ];
  const shown = columns.map((us) => (successes(result) > 0 ? milliseconds(us) : ""));
  const fields = [title, requestsPerSecond(result).toFixed(2), ...shown];
  return `${fields.map((field) => `"${field}"`).join(",")}\n`;
}

/** The line of `-q`. */
export function quietLine(title: string, result: RunResult): string {
  if (successes(result) === 0) return `${title}: no request succeeded\n`;
  const p50 = milliseconds(result.latencies.percentileUs(50));
  return `${title}: ${requestsPerSecond(result).toFixed(2)} requests per second, p50=${p50} msec\n`;
}

/** The table for people. */
export function humanReport(
  workload: Workload,
  options: BenchmarkOptions,
  result: RunResult,
  style: Style,
): string {
  const failed = result.failed > 0 ? `${style.bad}${result.failed}${style.reset}` : "0";
  const rows: [string, string][] = [
    ["Command", workload.command],
    ["Connections", String(options.connections)],
    ["Pipeline", String(options.pipeline)],
    ["Payload", `${workload.payloadBytes} bytes`],
    ["Requests", String(result.requests)],
    ["Successful requests", String(successes(result))],
    ["Failed requests", failed],
    ["Elapsed seconds", (result.elapsedMs / 1000).toFixed(3)],
    ["Requests per second", requestsPerSecond(result).toFixed(2)],
  ];
  if (result.failed > 0) rows.push(["First error", `${style.bad}${result.firstError}${style.reset}`]);
  const lines = [`${style.title}====== ${workload.title} ======${style.reset}`];
  for (const [label, value] of rows) lines.push(`  ${`${label}:`.padEnd(21)} ${value}`);
  return `${lines.join("\n")}\n${successes(result) > 0 ? latencyTable(result) : ""}\n`;
}

function latencyTable(result: RunResult): string {
  const { latencies } = result;
  const columns: [string, number][] = [
    ["min", latencies.minUs],
    ["avg", latencies.meanUs],
    ["p50", latencies.percentileUs(50)],
    ["p95", latencies.percentileUs(95)],
    ["p99", latencies.percentileUs(99)],
    ["p99.9", latencies.percentileUs(99.9)],
    ["max", latencies.maxUs],
  ];
  const head = columns.map(([name]) => name.padStart(9)).join(" ");
  const values = columns.map(([, us]) => milliseconds(us).padStart(9)).join(" ");
  return `  Latency (msec):    ${head}\n                     ${values}\n`;
}

/** What a failed test adds on standard error. */
export function failureLine(title: string, result: RunResult): string {
  return `${title}: ${result.failed} of ${result.requests} requests failed: ${result.firstError}\n`;
}

/** How far a run had come when the progress line was last drawn. */
export interface ProgressMark {
  finished: number;
  elapsedMs: number;
  sumUs: number;
  count: number;
}

/** The live line, in redis-benchmark's words: the rate since `mark` and over all, then mean latencies. */
export function progressText(title: string, result: RunResult, mark: ProgressMark): string {
  const { latencies } = result;
  const rate = (requests: number, ms: number) => (ms > 0 ? (requests / ms) * 1000 : 0).toFixed(1);
  const mean = (sumUs: number, count: number) => milliseconds(count > 0 ? sumUs / count : 0);
  const current = rate(result.finished - mark.finished, result.elapsedMs - mark.elapsedMs);
  const overall = rate(result.finished, result.elapsedMs);
  const currentMean = mean(latencies.sumUs - mark.sumUs, latencies.count - mark.count);
  const overallMean = mean(latencies.sumUs, latencies.count);
  return `${title}: rps=${current} (overall: ${overall}) avg_msec=${currentMean} (overall: ${overallMean})`;
}

function milliseconds(us: number): string {
  return (us / 1000).toFixed(3);
}
