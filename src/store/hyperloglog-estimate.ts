/**
 * The number of elements that a HyperLogLog has seen, from how many of its registers have which value: the
 * estimator of O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284).
 *
 * The order of the floating-point operations is that of Redis: the last digit of a large estimate depends on it.
 */

import { type Int64, normalizeInt64 } from "../base/int.ts";
import { countDense, HLL_REGISTERS } from "./hyperloglog-dense.ts";
import { HLL_TAIL_BITS } from "./hyperloglog-element.ts";
import { HLL_DENSE, HLL_HEADER_BYTES, hllEncoding } from "./hyperloglog-header.ts";
import { countSparse } from "./hyperloglog-sparse.ts";

/** Registers have 6 bits. An element raises one to 51 at most, a client may write more. */
const VALUES = 64;

/** 1 / (2 · ln 2) */
const ALPHA = 0.7213475204444817;

/** What C's conversion of a number beyond 64 bits gives, infinity included: only forged registers lead there. */
const OVERFLOW = -(2n ** 63n);

/** How many registers have which value. */
export function newHistogram(): Int32Array {
  return new Int32Array(VALUES);
}

/**
 * The estimate for the HyperLogLog `bytes[start, end)`, or null when its registers are damaged. `histogram` is
 * scratch memory.
 */
export function estimateOf(bytes: Buffer, start: number, end: number, histogram: Int32Array): Int64 | null {
  histogram.fill(0);
  const at = start + HLL_HEADER_BYTES;
  if (hllEncoding(bytes, start) === HLL_DENSE) countDense(bytes, at, histogram);
  else if (!countSparse(bytes, at, end, histogram)) return null;
  return estimateCardinality(histogram);
}

/** `histogram[v]` is the number of registers that are `v`. */
export function estimateCardinality(histogram: Int32Array): Int64 {
  const m = HLL_REGISTERS;
  let z = m * tau((m - histogram[HLL_TAIL_BITS + 1]) / m);
  for (let value = HLL_TAIL_BITS; value >= 1; value--) {
    z += histogram[value];
    z *= 0.5;
  }
  z += m * sigma(histogram[0] / m);
  const estimate = Math.round((ALPHA * m * m) / z);
  if (Number.isSafeInteger(estimate)) return estimate;
  return estimate < 2 ** 63 ? normalizeInt64(BigInt(estimate)) : OVERFLOW;
}

/** x + the sum of x^(2^k) · 2^(k−1), k = 1, 2, … */
function sigma(fraction: number): number {
  if (fraction === 1) return Number.POSITIVE_INFINITY;
  let x = fraction;
  let y = 1;
  let z = x;
  let before: number;
  do {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  } while (before !== z);
  return z;
}

/** A third of 1 − x − the sum of (1 − x^(2^−k))² · 2^−k, k = 1, 2, … */
function tau(fraction: number): number {
  if (fraction === 0 || fraction === 1) return 0;
  let x = fraction;
  let y = 1;
  let z = 1 - x;
  let before: number;
  do {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) * (1 - x) * y;
  } while (before !== z);
  return z / 3;
}
