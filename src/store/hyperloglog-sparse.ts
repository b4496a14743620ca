/**
 * The sparse form of a HyperLogLog's registers: runs of equal registers, one after the other.
 *
 *     00nnnnnn            n + 1 registers that are zero
 *     01nnnnnn nnnnnnnn   n + 1 registers that are zero, the upper bits first
 *     1vvvvvnn            n + 1 registers that are v + 1
 *
 * The runs of a sound one cover all registers, none left out and none beyond. Clients can store any bytes, so
 * nothing here relies on it: whoever reads runs stops at the end of the bytes and at the last register.
 */

import { HLL_REGISTERS } from "./hyperloglog-dense.ts";

/** The highest value that a run can hold. */
export const SPARSE_VALUE_MAX = 32;
/** No sound sequence of runs is longer: each covers a register at least, and has two bytes at most. */
export const SPARSE_RUN_BYTES_MAX = 2 * HLL_REGISTERS;

const VALUE = 0x80;
const LONG_ZERO = 0x40;
const ZERO_LENGTH_MAX = 64;
const VALUE_LENGTH_MAX = 4;

/** Bytes of the run that starts with `code`. */
export function runBytes(code: number): number {
  return (code & (VALUE | LONG_ZERO)) === LONG_ZERO ? 2 : 1;
}

/** The registers that the run at `at` covers, `end` being the end of all runs. */
export function runLength(bytes: Buffer, at: number, end: number): number {
  const code = bytes[at];
  if ((code & VALUE) !== 0) return (code & 3) + 1;
  if ((code & LONG_ZERO) === 0) return code + 1;
  // Of a run that is cut off, Redis reads the zero byte that ends all its strings.
  return (((code & 0x3f) << 8) | (at + 1 < end ? bytes[at + 1] : 0)) + 1;
}

/** The value of the registers in the run that starts with `code`. */
export function runValue(code: number): number {
  return (code & VALUE) === 0 ? 0 : ((code >> 2) & 0x1f) + 1;
}

/** Bytes that {@link writeRun} needs. */
export function runSize(length: number, value: number): number {
  if (length === 0) return 0;
  return value > 0 || length <= ZERO_LENGTH_MAX ? 1 : 2;
}

/**
 * Writes a run of `length` registers, nothing for none. One with a value has four registers at most.
 * @returns the position behind it
 */
export function writeRun(bytes: Buffer, at: number, length: number, value: number): number {
  if (length === 0) return at;
  const count = length - 1;
  if (value > 0) {
    bytes[at] = VALUE | ((value - 1) << 2) | count;
    return at + 1;
  }
  if (length <= ZERO_LENGTH_MAX) {
    bytes[at] = count;
    return at + 1;
  }
  bytes[at] = LONG_ZERO | (count >> 8);
  bytes[at + 1] = count & 0xff;
  return at + 2;
}

/** The code of one run in place of two with these codes, or 0 when they cannot be one. */
export function joinedRun(code: number, next: number): number {
  if ((code & VALUE) === 0 || code >> 2 !== next >> 2) return 0;
  const length = (code & 3) + (next & 3) + 2;
  return length > VALUE_LENGTH_MAX ? 0 : (code & ~3) | (length - 1);
}

/**
 * Raises each of `registers`, one byte for each, to the value in the runs `bytes[start, end)`.
 * @returns whether the runs are sound; if not, some registers may have been raised
 */
export function mergeSparse(bytes: Buffer, start: number, end: number, registers: Uint8Array): boolean {
  let index = 0;
  for (let at = start; at < end; at += runBytes(bytes[at])) {
    const next = index + runLength(bytes, at, end);
    if (next > HLL_REGISTERS) return false;
    const value = runValue(bytes[at]);
    if (value === 0) index = next;
    for (; index < next; index++) if (value > registers[index]) registers[index] = value;
  }
  return index === HLL_REGISTERS;
}

/**
 * Adds to `histogram[v]` the number of registers that are `v` in the runs `bytes[start, end)`.
 * @returns whether the runs are sound; if not, the histogram means nothing
 */
export function countSparse(bytes: Buffer, start: number, end: number, histogram: Int32Array): boolean {
  let index = 0;
  for (let at = start; at < end && index <= HLL_REGISTERS; at += runBytes(bytes[at])) {
    const length = runLength(bytes, at, end);
    histogram[runValue(bytes[at])] += length;
    index += length;
  }
  return index === HLL_REGISTERS;
}

/** The runs `bytes[start, end)` as Redis' PFDEBUG shows them: `z:64` or `Z:100` for zeros, `v:value,length`. */
export function describeRuns(bytes: Buffer, start: number, end: number): string {
  const runs: string[] = [];
  for (let at = start; at < end; at += runBytes(bytes[at])) {
    const length = runLength(bytes, at, end);
    const value = runValue(bytes[at]);
    if (value > 0) runs.push(`v:${value},${length}`);
    else runs.push(`${runBytes(bytes[at]) === 1 ? "z" : "Z"}:${length}`);
  }
  return runs.join(" ");
}
