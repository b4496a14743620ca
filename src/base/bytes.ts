/**
 * Copying and comparing byte ranges without making views; each picks the fastest way for the length.
 *
 * Between buffers that are pinned that is a call of the C library, which costs next to nothing, but checks nothing
 * either: so it is checked here that the ranges lie within their buffers.
 */

import { FFIType, type Pointer, ptr } from "bun:ffi";
import { openLibc } from "./libc.ts";

// Lengths are below 2^31: a buffer of clients or of the dataset is not longer. The engine converts an `i32` for free.
const libc = openLibc({
  memcpy: { args: [FFIType.ptr, FFIType.ptr, FFIType.i32], returns: FFIType.void },
  memcmp: { args: [FFIType.ptr, FFIType.ptr, FFIType.i32], returns: FFIType.i32 },
});

/** From here on a call beats a loop (measured: 4 to 5 ns for any length; a loop takes as long for 8 bytes). */
const CALL_COPY_MIN = 8;
/** The same for comparing, where a loop ends at the first difference. */
const CALL_COMPARE_MIN = 12;
/** Between other buffers: below this a loop beats the fixed cost of a method (measured: equal at 32 to 40 bytes). */
const LOOP_BYTES_MAX = 36;
/** The same for `Buffer.compare`. */
const LOOP_COMPARE_MAX = 24;

interface PinnedBuffer extends Buffer {
  /** Where its first byte lies in memory. */
  address?: number;
}

/**
 * Makes copies from and to the buffer, and comparisons with it, fast. For buffers that are used again and again: it
 * takes longer than a copy. Returns the buffer.
 */
export function pin(bytes: Buffer): Buffer {
  // A short array without an ArrayBuffer of its own may be moved by the engine. Asked for, it gets one, and stays.
  if (libc !== null) (bytes as PinnedBuffer).address = ptr(bytes.buffer) + bytes.byteOffset;
  return bytes;
}

/** Copies `length` bytes; the ranges must lie within the buffers and must not overlap. */
export function copyBytes(source: Buffer, from: number, target: Buffer, to: number, length: number): void {
  if (length >= CALL_COPY_MIN) {
    const sourceAddress = (source as PinnedBuffer).address;
    const targetAddress = (target as PinnedBuffer).address;
    if (libc !== null && sourceAddress !== undefined && targetAddress !== undefined) {
      checkRange(source, from, length);
      checkRange(target, to, length);
      libc.memcpy((targetAddress + to) as Pointer, (sourceAddress + from) as Pointer, length);
      return;
    }
    if (length > LOOP_BYTES_MAX) {
      source.copy(target, to, from, from + length);
      return;
    }
  }
  for (let i = 0; i < length; i++) target[to + i] = source[from + i];
}

/** Whether two ranges of `length` bytes hold the same. */
export function equalBytes(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  if (length >= CALL_COMPARE_MIN) {
    const aAddress = (a as PinnedBuffer).address;
    const bAddress = (b as PinnedBuffer).address;
    if (libc !== null && aAddress !== undefined && bAddress !== undefined) {
      checkRange(a, aStart, length);
      checkRange(b, bStart, length);
      return libc.memcmp((aAddress + aStart) as Pointer, (bAddress + bStart) as Pointer, length) === 0;
    }
    if (length > LOOP_BYTES_MAX) return a.compare(b, bStart, bStart + length, aStart, aStart + length) === 0;
  }
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Orders two ranges as `memcmp` does, a shorter one before those it starts: negative, 0 or positive. */
export function compareBytes(
  a: Buffer,
  aStart: number,
  aEnd: number,
  b: Buffer,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  if (length > LOOP_COMPARE_MAX) return a.compare(b, bStart, bEnd, aStart, aEnd);
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i] - b[bStart + i];
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/** @throws RangeError unless `bytes` has `length` bytes from `start` on: a fault of the caller */
function checkRange(bytes: Buffer, start: number, length: number): void {
  // In this form it is true of no NaN.
  if (start >= 0 && start + length <= bytes.length) return;
  throw new RangeError(`bytes ${start} to ${start + length} of a buffer of ${bytes.length}`);
}
