/**
 * What C's `strtod` and `strtold` have in common: which texts are numbers, and rounding to the nearest.
 *
 * The grammar is that of glibc in the C locale, without the leading blanks and without "nan", both of which
 * Redis refuses. Each expression matches a whole text of one character per byte; its groups are the sign, the
 * digits before and after the point, and the exponent.
 */

export const DECIMAL = /^([+-]?)(?=\.?\d)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;
export const HEXADECIMAL = /^([+-]?)0x(?=\.?[\da-f])([\da-f]*)(?:\.([\da-f]*))?(?:p([+-]?\d+))?$/i;
export const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** `bytes[start, end)` with one character per byte, for these expressions. */
export function latin1Text(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}

/** `n` / 2^`shift` to the nearest integer, ties to even; `inexact` says that a little more than `n` is meant. */
export function shiftedHalfEven(n: bigint, shift: number, inexact: boolean): bigint {
  const places = BigInt(shift);
  const floor = n >> places;
  const rest = n - (floor << places);
  const half = 1n << (places - 1n);
  const up = rest > half || (rest === half && (inexact || (floor & 1n) === 1n));
  return up ? floor + 1n : floor;
}

/** The number of bits of a positive bigint. */
export function bitLength(n: bigint): number {
  const hex = n.toString(16);
  return 4 * (hex.length - 1) + 32 - Math.clz32(Number.parseInt(hex[0], 16));
}
