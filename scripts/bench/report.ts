/** Turns measurements into what people and programs read: aligned tables, CSV, JSON. */
import type { Footprint } from "./footprint.ts";
import type { Comparison, Sample } from "./throughput.ts";

/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** One line of the throughput table. Ratios are subject over baseline. */
export interface ThroughputRow {
  test: string;
  pipeline: number;
  baselineRps: number;
  subjectRps: number;
  /** Median of the rounds' ratios; each round compares two runs made one after the other. */
  ratio: number;
  ratioMin: number;
  ratioMax: number;
  baselineCpuMicros: number;
  subjectCpuMicros: number;
  cpuRatio: number;
  /** Fraction of the time that the client was running while it measured the subject; at 1 the client is the limit. */
  clientBusy: number;
}

export function summarise(comparison: Comparison): ThroughputRow {
  const { baseline, subject } = comparison;
  const ratiosOf = (value: (sample: Sample) => number): number[] =>
    subject.flatMap((sample, round) => {
      const other = baseline[round];
      return other === undefined ? [] : [value(sample) / value(other)];
    });
  const ratios = ratiosOf((sample) => sample.requestsPerSecond);
  return {
    test: comparison.test,
    pipeline: comparison.pipeline,
    baselineRps: median(baseline.map((sample) => sample.requestsPerSecond)),
    subjectRps: median(subject.map((sample) => sample.requestsPerSecond)),
    ratio: median(ratios),
    ratioMin: Math.min(...ratios),
    ratioMax: Math.max(...ratios),
    baselineCpuMicros: median(baseline.map((sample) => sample.cpuMicrosPerRequest)),
    subjectCpuMicros: median(subject.map((sample) => sample.cpuMicrosPerRequest)),
    cpuRatio: median(ratiosOf((sample) => sample.cpuMicrosPerRequest)),
    clientBusy: median(subject.map((sample) => sample.clientBusy)),
  };
}

export function throughputHeader(baseline: string, subject: string): string[] {
  return [
    "test",
    "P",
    `${baseline} req/s`,
    `${subject} req/s`,
    "ratio",
    "min–max",
    `${baseline} µs/req`,
    `${subject} µs/req`,
    "CPU ratio",
    "client busy",
  ];
}

export function throughputCells(row: ThroughputRow): string[] {
  return [
    row.test,
    String(row.pipeline),
    Math.round(row.baselineRps).toLocaleString("en-US"),
    Math.round(row.subjectRps).toLocaleString("en-US"),
    row.ratio.toFixed(2),
    `${row.ratioMin.toFixed(2)}–${row.ratioMax.toFixed(2)}`,
    row.baselineCpuMicros.toFixed(2),
    row.subjectCpuMicros.toFixed(2),
    row.cpuRatio.toFixed(2),
    `${Math.round(row.clientBusy * 100)} %`,
  ];
}

/** One line of the memory table. The ratio is subject over baseline. */
export interface FootprintRow {
  what: string;
  baseline: number;
  subject: number;
  ratio: number;
}

export function footprintRows(baseline: Footprint, subject: Footprint): FootprintRow[] {
  const row = (what: string, value: (footprint: Footprint) => number): FootprintRow => ({
    what,
    baseline: value(baseline),
    subject: value(subject),
    ratio: value(subject) / value(baseline),
  });
  return [
    row("bytes per key, accounted", (footprint) => footprint.plain.used),
    row("bytes per key, resident", (footprint) => footprint.plain.resident),
    row("bytes per key with TTL, accounted", (footprint) => footprint.withTtl.used),
    row("bytes per key with TTL, resident", (footprint) => footprint.withTtl.resident),
    row("start to ready, ms", (footprint) => footprint.startMs),
    row("idle resident memory, MB", (footprint) => footprint.idleResidentBytes / 1e6),
  ];
}

export function footprintCells(row: FootprintRow): string[] {
  return [row.what, row.baseline.toFixed(1), row.subject.toFixed(1), row.ratio.toFixed(2)];
}

/** Columns padded to equal width; the first is set left, the others right. */
export function alignTable(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  return rows.map(line).join("\n");
}

/** Records as CSV: a header of their names, then one line each. */
export function toCsv(records: readonly object[]): string {
  const header = Object.keys(records[0] ?? {}).join(",");
  return [header, ...records.map((record) => Object.values(record).join(","))].join("\n");
}
