/** Runs many random streams against two servers and stops at the first disagreement. */

import { Random } from "../../../src/base/random.ts";
import { randomStream } from "../streams/stream.ts";
import { type Pair, runStream } from "./runner.ts";
import { report, shrink } from "./shrink.ts";

/** Operations per stream: long enough for keys to meet, short enough to shrink. */
const STREAM_OPS = 1_000;

/** What a run has done; `report` is null when no stream disagreed. */
export interface DifferentialResult {
  requests: number;
  streams: number;
  report: string | null;
}

/** Sends at least `requestsMin` requests. Each stream's seed comes from `seed`; the first one is `seed`. */
export async function runDifferential(
  pair: Pair,
  seed: number,
  requestsMin: number,
): Promise<DifferentialResult> {
  const seeds = new Random(seed);
  let requests = 0;
  let streams = 0;
  for (let streamSeed = seed; requests < requestsMin; streamSeed = seeds.next32() >>> 1) {
    const stream = randomStream(streamSeed, STREAM_OPS);
    const batchMax = stream.gen.pick([1, 8, 64, 200]);
    const found = await runStream(pair, stream, stream.ops, { silenceMs: 10_000, batchMax });
    streams++;
    requests += stream.ops.reduce((sum, op) => sum + op.length, 0);
    if (found !== null) {
      const shrunk = await shrink(pair, stream, stream.ops, found);
      return { requests, streams, report: report(stream, found, shrunk) };
    }
  }
  return { requests, streams, report: null };
}
