/**
 * How long the calls of a command took, for INFO latencystats: counts in buckets whose bounds are quarter powers
 * of two, so that a percentile is at most a fifth too high. A histogram takes less than half a KiB.
 */

/** Buckets of each power of two. */
const STEPS = 4;
/** The least bound is 2^-4 µs, the greatest 2^20 µs, about a second: what is beyond counts as that. */
const LEAST_POWER = -4;
const BUCKETS = (20 - LEAST_POWER) * STEPS;
/** A count that reaches this makes all counts halve, before it leaves the int32 range: shares stay the same. */
const COUNT_MAX = 2 ** 30;

/** The bucket of a time. */
export function latencyBucket(microseconds: number): number {
  const bucket = Math.ceil((Math.log2(microseconds) - LEAST_POWER) * STEPS) - 1;
  // The comparison leaves NaN and -Infinity to the first bucket.
  return bucket > 0 ? Math.min(bucket, BUCKETS - 1) : 0;
}

export class LatencyHistogram {
  private readonly counts = new Int32Array(BUCKETS);

  /** Counts `calls` (below 2^30) whose time falls into the bucket. */
  add(bucket: number, calls: number): void {
    const { counts } = this;
    counts[bucket] += calls;
    if (counts[bucket] < COUNT_MAX) return;
    // Rounded up: what was seen once is not forgotten.
    for (let i = 0; i < BUCKETS; i++) counts[i] = (counts[i] + 1) >> 1;
  }

  /** The µs that `percentile` percent of the calls did not exceed: the upper bound of a bucket. */
  valueAt(percentile: number): number {
    const { counts } = this;
    let total = 0;
    for (const count of counts) total += count;
    let left = Math.max(1, Math.round((percentile / 100) * total));
    let bucket = 0;
    while (bucket < BUCKETS - 1 && left > counts[bucket]) left -= counts[bucket++];
    return 2 ** ((bucket + 1) / STEPS + LEAST_POWER);
  }
}
