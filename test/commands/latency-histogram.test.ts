import { describe, expect, test } from "bun:test";
import { LatencyHistogram, latencyBucket } from "../../src/commands/latency-histogram.ts";

/** The value at each percentile, after these numbers of calls by their µs. */
function percentiles(calls: [microseconds: number, calls: number][], ...asked: number[]): number[] {
  const histogram = new LatencyHistogram();
  for (const [microseconds, count] of calls) histogram.add(latencyBucket(microseconds), count);
  return asked.map((percentile) => histogram.valueAt(percentile));
}

describe("A latency histogram", () => {
  test("shows a time as it is or up to a fifth higher", () => {
    for (let microseconds = 0.07; microseconds < 1e6; microseconds *= 1.013) {
      const [shown] = percentiles([[microseconds, 1]], 50);
      expect(shown / microseconds).toBeGreaterThan(0.999_999);
      expect(shown / microseconds).toBeLessThan(1.19);
    }
    expect(percentiles([[2, 1]], 50)).toEqual([2]);
  });

  test("finds the call at a percentile among all calls", () => {
    const calls: [number, number][] = [
      [1, 50],
      [4, 40],
      [64, 9],
      [1024, 1],
    ];
    expect(percentiles(calls, 0, 50, 51, 90, 91, 99, 99.9, 100)).toEqual([1, 1, 4, 4, 64, 64, 1024, 1024]);
  });

  test("counts what is beyond its bounds as the bounds", () => {
    for (const microseconds of [0, -1, Number.NaN, 1e-9]) expect(latencyBucket(microseconds)).toBe(0);
    expect(percentiles([[1e12, 1]], 50)).toEqual([2 ** 20]);
    expect(percentiles([[Number.POSITIVE_INFINITY, 1]], 50)).toEqual([2 ** 20]);
  });

  test("keeps its shares when the counts are about to leave the int32 range", () => {
    const calls: [number, number][] = [[256, 1]];
    for (let i = 0; i < 50; i++) calls.push([1, 3 * 2 ** 26], [16, 2 ** 26]);
    expect(percentiles(calls, 0, 70, 80, 100)).toEqual([1, 1, 16, 256]);
  });
});
