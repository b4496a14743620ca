/**
 * The header of a HyperLogLog, which is a string that starts with it:
 *
 *     | "HYLL" | encoding | three bytes not used | cardinality 8 | registers …
 *
 * The cardinality is the last one computed, little-endian. Its highest bit says that the registers have changed
 * since: then it has to be computed again.
 */

import type { Int64 } from "../base/int.ts";
import { HLL_DENSE_BYTES } from "./hyperloglog-dense.ts";

export const HLL_HEADER_BYTES = 16;
/** How the registers are stored, see `hyperloglog-dense.ts` and `hyperloglog-sparse.ts`. */
export const HLL_DENSE = 0;
export const HLL_SPARSE = 1;

const MAGIC = Buffer.from("HYLL");
const ENCODING_AT = 4;
const CARDINALITY_AT = 8;
const STALE_AT = 15;
const STALE = 0x80;

/** Above this, the upper word of a cardinality makes it unsafe as a double. */
const SAFE_HIGH_MAX = 0x1fffff;

/** Writes the header of an empty, sparse HyperLogLog. */
export function writeHllHeader(bytes: Buffer): void {
  bytes.fill(0, 0, HLL_HEADER_BYTES);
  MAGIC.copy(bytes, 0);
  bytes[ENCODING_AT] = HLL_SPARSE;
}

/** Whether a string of `length` bytes passes for a HyperLogLog: what Redis checks, too. */
export function passesForHll(bytes: Buffer, start: number, length: number): boolean {
  if (length < HLL_HEADER_BYTES) return false;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[start + i] !== MAGIC[i]) return false;
  const encoding = hllEncoding(bytes, start);
  return encoding === HLL_SPARSE || (encoding === HLL_DENSE && length === HLL_HEADER_BYTES + HLL_DENSE_BYTES);
}

export function hllEncoding(bytes: Buffer, start: number): number {
  return bytes[start + ENCODING_AT];
}

export function setHllEncoding(bytes: Buffer, start: number, encoding: number): void {
  bytes[start + ENCODING_AT] = encoding;
}

/** Whether the registers have changed since the cardinality was computed. */
export function isStale(bytes: Buffer, start: number): boolean {
  return (bytes[start + STALE_AT] & STALE) !== 0;
}

export function markStale(bytes: Buffer, start: number): void {
  bytes[start + STALE_AT] |= STALE;
}

/** The cardinality in a header that is not stale. A client may have written any number there. */
export function cachedCardinality(bytes: Buffer, start: number): Int64 {
  const at = start + CARDINALITY_AT;
  const high = bytes.readUInt32LE(at + 4);
  if (high > SAFE_HIGH_MAX) return bytes.readBigInt64LE(at);
  return high * 2 ** 32 + bytes.readUInt32LE(at);
}

export function cacheCardinality(bytes: Buffer, start: number, cardinality: Int64): void {
  bytes.writeBigInt64LE(BigInt(cardinality), start + CARDINALITY_AT);
}
