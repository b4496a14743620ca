/** Copying and comparing byte ranges without making views; each picks the faster way for the length. */

/** Below this a loop beats the fixed cost of a native call (measured: equal at 32 to 40 bytes). */
const LOOP_BYTES_MAX = 36;

/** Copies `length` bytes; the ranges must lie within the buffers and must not overlap. */
export function copyBytes(source: Buffer, from: number, target: Buffer, to: number, length: number): void {
  if (length > LOOP_BYTES_MAX) {
    source.copy(target, to, from, from + length);
    return;
  }
  for (let i = 0; i < length; i++) target[to + i] = source[from + i];
}

/** Whether two ranges of `length` bytes hold the same. */
export function equalBytes(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  if (length > LOOP_BYTES_MAX) return a.compare(b, bStart, bStart + length, aStart, aStart + length) === 0;
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Below this a loop beats `Buffer.compare`. */
const LOOP_COMPARE_MAX = 24;

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
