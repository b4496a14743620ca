/** Sends one stream to two servers and finds the first reply in which they differ. */

import { explain } from "../differences.ts";
import { toArgv } from "../streams/gen.ts";
import type { Op, Request } from "../streams/spec.ts";
import { type Stream, wireBytes } from "../streams/stream.ts";
import { sameReply } from "./compare.ts";
import { compareDatasets } from "./dataset.ts";
import { elementFrames } from "./frames.ts";
import { Link, type ReadResult } from "./link.ts";
import { type Argv, encodeRequest } from "./quote.ts";
import { scanBoth } from "./scan.ts";

/** Two servers to compare, by port on 127.0.0.1. The first one is right. */
export interface Pair {
  expected: number;
  actual: number;
}

/** The first disagreement of a run. */
export interface Disagreement {
  /** Index of the operation, or the number of operations when the datasets differ at the end. */
  opIndex: number;
  /** What was asked, in words or as a request. */
  request: Request | string;
  expected: string;
  actual: string;
}

export interface RunOptions {
  /** Longest silence before a server counts as stuck. */
  silenceMs: number;
  /** Largest number of requests in one batch. */
  batchMax: number;
}

/** One connection to each server. */
export interface Links {
  expected: Link;
  actual: Link;
}

/** Asks both servers the same and waits for both. How each read ended is in its result. */
export async function askBoth(
  links: Links,
  bytes: Buffer,
  count: number,
  silenceMs: number,
): Promise<ReadResult[]> {
  links.expected.send(bytes);
  links.actual.send(bytes);
  return Promise.all([links.expected.read(count, silenceMs), links.actual.read(count, silenceMs)]);
}

/**
 * Runs the operations on empty servers over fresh connections. Returns the first disagreement that
 * `differences.ts` does not explain, or null; at the end both datasets are compared as well.
 */
export async function runStream(
  pair: Pair,
  stream: Stream,
  ops: Op[],
  options: RunOptions,
): Promise<Disagreement | null> {
  let links = await connect(pair, stream.protocol, preparation(stream), options.silenceMs);
  try {
    let start = 0;
    while (start < ops.length) {
      const end = batchEnd(ops, start, 1 + stream.gen.below(options.batchMax));
      const found = await runBatch(links, ops, start, end, options.silenceMs);
      if (found !== null) return found;
      if (ops[end - 1].some((request) => request.closes)) {
        closeBoth(links);
        links = await connect(pair, stream.protocol, [], options.silenceMs);
      }
      start = end;
    }
    const difference = await compareDatasets(links, options.silenceMs);
    return difference === null ? null : { opIndex: ops.length, ...difference };
  } finally {
    closeBoth(links);
  }
}

/** A batch ends behind `size` operations, and earlier at one that closes or needs the connection alone. */
function batchEnd(ops: Op[], start: number, size: number): number {
  const isBarrier = (op: Op): boolean => op.some((request) => request.closes || request.scan);
  let end = start;
  while (end < ops.length && end - start < size) {
    if (ops[end].some((request) => request.scan) && end > start) return end;
    end++;
    if (isBarrier(ops[end - 1])) return end;
  }
  return end;
}

async function runBatch(
  links: Links,
  ops: Op[],
  start: number,
  end: number,
  silenceMs: number,
): Promise<Disagreement | null> {
  const sent: { request: Request; opIndex: number }[] = [];
  for (let i = start; i < end; i++) for (const request of ops[i]) sent.push({ request, opIndex: i });
  if (sent[0].request.scan) {
    const difference = await scanBoth(links, sent[0].request.argv, silenceMs);
    return difference === null ? null : { opIndex: start, ...difference };
  }
  const asked = sent.filter(({ request }) => request.replies === 1);
  const closes = sent.some(({ request }) => request.closes);
  const bytes = Buffer.concat(sent.map(({ request }) => wireBytes(request)));
  const count = closes ? Number.POSITIVE_INFINITY : asked.length;
  const [expected, actual] = await askBoth(links, bytes, count, silenceMs);
  for (let i = 0; i < asked.length; i++) {
    const { request, opIndex } = asked[i];
    const a = expected.frames[i];
    const b = actual.frames[i];
    if (a !== undefined && b !== undefined) {
      if (agrees(request, a, b)) continue;
    }
    return { opIndex, request, expected: describe(expected, i), actual: describe(actual, i) };
  }
  return endsAlike(expected, actual, asked.length)
    ? null
    : {
        opIndex: end - 1,
        request: "the end of the replies",
        expected: describe(expected, asked.length),
        actual: describe(actual, asked.length),
      };
}

/** Whether the replies say the same, or differ as `differences.ts` says they may. */
function agrees(request: Request, expected: Buffer, actual: Buffer): boolean {
  if (sameReply(request.mode, expected, actual)) return true;
  if (explain(request.argv, expected, actual) !== null) return true;
  return request.queued !== undefined && agreesInParts(request.queued, expected, actual);
}

/** Whether two replies of EXEC agree in the reply to each queued request. */
function agreesInParts(queued: Request[], expected: Buffer, actual: Buffer): boolean {
  const a = elementFrames(expected);
  const b = elementFrames(actual);
  if (a?.length !== queued.length || b?.length !== queued.length) return false;
  return queued.every((request, i) => agrees(request, a[i], b[i]));
}

function endsAlike(expected: ReadResult, actual: ReadResult, count: number): boolean {
  return (
    expected.end === actual.end &&
    expected.frames.length === count &&
    actual.frames.length === count &&
    expected.rest.length === actual.rest.length
  );
}

/** Reply number `i` as latin1 text, or how the replies ended before it. */
function describe(result: ReadResult, i: number): string {
  if (i < result.frames.length) return result.frames[i].toString("latin1");
  return `(${result.end} after ${result.frames.length} replies; rest: ${JSON.stringify(result.rest.toString("latin1", 0, 200))})`;
}

/** What is sent to both servers before a stream: nothing is left of the one before. */
function preparation(stream: Stream): Argv[] {
  return [toArgv(["FLUSHALL"]), stream.thresholds];
}

async function connect(pair: Pair, protocol: 2 | 3, preparations: Argv[], silenceMs: number): Promise<Links> {
  const links = { expected: await Link.open(pair.expected), actual: await Link.open(pair.actual) };
  const preamble = [toArgv(["SELECT", 0]), ...preparations];
  if (protocol === 3) preamble.push(toArgv(["HELLO", 3]));
  const bytes = Buffer.concat(preamble.map(encodeRequest));
  const results = await askBoth(links, bytes, preamble.length, silenceMs);
  for (const result of results) {
    if (result.end !== "complete" || result.frames.some((frame) => frame[0] === 45))
      throw new Error(`a server does not answer at the start: ${describe(result, result.frames.length)}`);
  }
  return links;
}

function closeBoth(links: Links): void {
  links.expected.close();
  links.actual.close();
}
