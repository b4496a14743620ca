/**
 * Runs one test: opens the connections, lets each of them send batches until the requests are used up, and
 * adds up what came back.
 */

import type { Random } from "../../base/random.ts";
import { encodeRequest } from "../../protocol/request.ts";
import { addressName, ClientError } from "../connect.ts";
import { RequestBatch } from "./batch.ts";
import { Histogram } from "./histogram.ts";
import type { LaneOwner, LaneSettings } from "./lane.ts";
import { Lane } from "./lane.ts";
import type { BenchmarkOptions } from "./settings.ts";
import type { Workload } from "./workloads.ts";

/** How a run stands, or stood at its end. */
export interface RunResult {
  requests: number;
  /** Requests answered, or lost with their connection. */
  finished: number;
  /** Error replies, replies of the wrong type, and requests that were never answered. */
  failed: number;
  /** Why the first of them failed; empty when none did. */
  firstError: string;
  elapsedMs: number;
  /** Of all replies, failed ones included. */
  latencies: Histogram;
}

/** Connections opened at the same time: no more than a short listen queue holds. */
const OPENING_MAX = 64;

/** A run in progress. */
export class BenchmarkRun implements LaneOwner {
  private readonly options: BenchmarkOptions;
  private readonly lanes: Lane[] = [];
  private readonly latencies = new Histogram();
  private issued = 0;
  private finished = 0;
  /** Requests lost with their connection. */
  private lost = 0;
  private lossReason = "";
  private lanesAlive = 0;
  private startedAtMs = 0;
  private endedAtMs = 0;
  private finish: () => void = () => {};

  constructor(workload: Workload, options: BenchmarkOptions, random: Random) {
    this.options = options;
    const settings = laneSettings(options, workload.replyType);
    const numbers = options.keyspace === null ? null : { source: random, keyspace: options.keyspace };
    const pipeline = Math.min(options.pipeline, options.requests);
    let batch = new RequestBatch(workload.request, pipeline, numbers);
    for (let i = 0; i < options.connections; i++) {
      // A batch that never changes is the same for all connections.
      if (i > 0 && batch.changes) batch = new RequestBatch(workload.request, pipeline, numbers);
      this.lanes.push(new Lane(this, settings, batch));
    }
  }

  /**
   * Runs to the end and closes the connections.
   *
   * @throws ClientError when the server cannot be reached at the start or falls silent.
   */
  async run(): Promise<RunResult> {
    let watchdog: ReturnType<typeof setInterval> | undefined;
    try {
      await openLanes(this.lanes);
      this.lanesAlive = this.lanes.length;
      await new Promise<void>((resolve, reject) => {
        this.finish = resolve;
        watchdog = this.watch(reject);
        this.startedAtMs = performance.now();
        for (const lane of this.lanes) lane.next(performance.now());
      });
    } finally {
      clearInterval(watchdog);
      for (const lane of this.lanes) lane.close();
    }
    return this.progress();
  }

  /** How the run stands. */
  progress(): RunResult {
    let failed = this.lost;
    let firstError = "";
    for (const { counter } of this.lanes) {
      failed += counter.errors + counter.typeMismatch;
      if (firstError === "") firstError = counter.firstError;
    }
    if (firstError === "") firstError = this.lossReason;
    if (firstError === "" && failed > 0) firstError = "a reply of the wrong type";
    const until = this.endedAtMs > 0 ? this.endedAtMs : performance.now();
    return {
      requests: this.options.requests,
      finished: this.finished,
      failed: Math.min(failed, this.options.requests),
      firstError,
      elapsedMs: this.startedAtMs > 0 ? until - this.startedAtMs : 0,
      latencies: this.latencies,
    };
  }

  take(): number {
    const requests = Math.min(this.options.pipeline, this.options.requests - this.issued);
    this.issued += requests;
    return requests;
  }

  completed(_lane: Lane, requests: number, latencyMs: number, nowMs: number): void {
    this.latencies.record(latencyMs * 1000, requests);
    this.account(requests, nowMs);
  }

  broken(_lane: Lane, requests: number, lost: number, reason: string): void {
    if (this.lossReason === "") this.lossReason = reason;
    this.lanesAlive--;
    // Without connections nobody is left to send the rest.
    const unsent = this.lanesAlive === 0 ? this.options.requests - this.issued : 0;
    this.issued += unsent;
    this.lost += lost + unsent;
    this.account(requests + unsent, performance.now());
  }

  private account(requests: number, nowMs: number): void {
    this.finished += requests;
    if (this.finished < this.options.requests || this.endedAtMs > 0) return;
    this.endedAtMs = nowMs;
    this.finish();
  }

  private watch(reject: (error: ClientError) => void): ReturnType<typeof setInterval> | undefined {
    const { timeoutMs } = this.options;
    if (timeoutMs === 0) return undefined;
    let finishedBefore = -1;
    return setInterval(() => {
      if (this.finished === finishedBefore) {
        const silence = `no reply within ${timeoutMs / 1000} s`;
        reject(new ClientError(`${addressName(this.options)}: ${silence}`));
      }
      finishedBefore = this.finished;
    }, timeoutMs);
  }
}

/**
 * Opens lanes, some at a time.
 *
 * @throws ClientError the first failure; the others are closed by whoever owns them.
 */
export async function openLanes(lanes: readonly Lane[]): Promise<void> {
  for (let i = 0; i < lanes.length; i += OPENING_MAX) {
    const outcomes = await Promise.allSettled(lanes.slice(i, i + OPENING_MAX).map((lane) => lane.open()));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }
}

/** How the connections of a run with these options begin. */
export function laneSettings(options: BenchmarkOptions, replyType: number): LaneSettings {
  const first: Buffer[] = [];
  if (options.password !== null) {
    const user = options.user === null ? [] : [options.user];
    first.push(encodeRequest(["AUTH", ...user, options.password]));
  }
  if (options.tracking) first.push(encodeRequest(["CLIENT", "TRACKING", "ON"]));
  if (options.db !== 0) first.push(encodeRequest(["SELECT", String(options.db)]));
  if (options.resp3) first.push(encodeRequest(["HELLO", "3"]));
  // It shows before the run that the server answers at all. And its first byte tells OpenKV that this is
  // no person, who would be greeted by a line that counts as a reply to the inline test.
  first.push(encodeRequest(["PING"]));
  return {
    address: options,
    timeoutMs: options.timeoutMs,
    handshake: Buffer.concat(first),
    handshakeReplies: first.length,
    replyType,
    keepAlive: options.keepAlive,
  };
}
