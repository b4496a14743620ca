/**
 * Decimal integers between bytes and numbers, without strings.
 *
 * A signed 64-bit integer is an `Int64`: a number where a double is exact, a bigint beyond. Almost every
 * integer a client sends is small, and a bigint costs some fifty times a number, so the bigint half of
 * each function stands behind a test that is false for all of them.
 *
 * "Canonical" means what Redis' `string2ll` accepts, which is exactly what printing an integer gives: an
 * optional `-`, no `+`, no leading zeros, no `-0`, no blanks. So parsing and printing are inverse, and a
 * value can be stored as an integer and given back byte for byte.
 */

/** A signed 64-bit integer: a number within ±(2^53−1), never `-0`; a bigint only outside that range. */
export type Int64 = number | bigint;

const ZERO = 0x30;
const MINUS = 0x2d;

/** Digits of 2^53−1: longer ones do not fit a safe integer. */
const SAFE_DIGITS_MAX = 16;
/** Digits of 2^63. */
const INT64_DIGITS_MAX = 19;
/** Up to this many digits, a number fits an int32. */
const INT32_DIGITS_MAX = 9;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const SAFE_MIN_BIG = BigInt(Number.MIN_SAFE_INTEGER);
const SAFE_MAX_BIG = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Reads `bytes[start, end)` as a canonical decimal integer.
 *
 * @returns the integer, or NaN when the bytes are malformed or the value is outside ±(2^53−1).
 */
export function parseInteger(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return Number.NaN;
  let at = start;
  let digit = bytes[at] - ZERO;
  const negative = digit === MINUS - ZERO;
  if (negative) {
    at++;
    if (at === end) return Number.NaN;
    digit = bytes[at] - ZERO;
  }
  if (digit <= 0 || digit > 9) return digit === 0 && end - start === 1 ? 0 : Number.NaN;

  const length = end - at;
  let value = digit;
  at++;
  const int32End = length <= INT32_DIGITS_MAX ? end : at + INT32_DIGITS_MAX - 1;
  for (; at < int32End; at++) {
    digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  if (at !== end) {
    if (length > SAFE_DIGITS_MAX) return Number.NaN;
    return parseLongTail(bytes, at, end, value, negative);
  }
  return negative ? -value : value;
}

/** The digits after the ninth: from here on the value is a double, and exact up to the final check. */
function parseLongTail(
  bytes: Uint8Array,
  from: number,
  end: number,
  head: number,
  negative: boolean,
): number {
  let value = head;
  for (let at = from; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  // Rounding is monotonic, so no sixteen digits above the limit can round to a value within it.
  if (value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  return negative ? -value : value;
}

/**
 * Reads `bytes[start, end)` as a canonical decimal integer of the full signed 64-bit range.
 *
 * @returns the integer, or null when the bytes are malformed or the value does not fit 64 bits.
 */
export function parseInt64(bytes: Uint8Array, start: number, end: number): Int64 | null {
  const value = parseInteger(bytes, start, end);
  if (!Number.isNaN(value)) return value;
  if (end - start < SAFE_DIGITS_MAX) return null;

  const negative = bytes[start] === MINUS;
  const first = negative ? start + 1 : start;
  if (end - first > INT64_DIGITS_MAX || bytes[first] === ZERO) return null;
  // Two exact halves of at most ten and nine digits.
  const middle = end - INT32_DIGITS_MAX;
  let high = 0;
  for (let at = first; at < middle; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return null;
    high = high * 10 + digit;
  }
  let low = 0;
  for (let at = middle; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return null;
    low = low * 10 + digit;
  }
  const magnitude = BigInt(high) * 1_000_000_000n + BigInt(low);
  return checkedInt64(negative ? -magnitude : magnitude);
}

/** How many bytes `writeInteger` writes for `n`, the sign included. `n` is a safe integer. */
export function integerLength(n: number): number {
  if (n < 0) return 1 + digitCount(-n);
  return digitCount(n);
}

/** Digits of a safe integer that is not negative. */
function digitCount(n: number): number {
  if (n < 100_000_000) return smallDigitCount(n);
  // n / 10^8 is at most 90,071,992, so what is left takes the same eight comparisons.
  return 8 + smallDigitCount(Math.floor(n / 100_000_000));
}

/** Digits of 0 … 99,999,999. */
function smallDigitCount(n: number): number {
  if (n < 10_000) return n < 100 ? (n < 10 ? 1 : 2) : n < 1_000 ? 3 : 4;
  return n < 1_000_000 ? (n < 100_000 ? 5 : 6) : n < 10_000_000 ? 7 : 8;
}

/**
 * Writes the decimal digits of the safe integer `n` to `target` from position `at`.
 * The caller has made room for `integerLength(n)` bytes (17 at most).
 *
 * @returns the position after the last digit.
 */
export function writeInteger(target: Uint8Array, at: number, n: number): number {
  let from = at;
  let rest = n;
  if (rest < 0) {
    target[from] = MINUS;
    from++;
    rest = -rest;
  }
  if (rest < 100_000_000) return writeDigits(target, from, rest | 0, smallDigitCount(rest));
  // The quotient is exact: rounding reaches the next whole number only from closer than 2^-27, and the
  // nearest a remainder comes is 10^-8.
  const high = Math.floor(rest / 100_000_000) | 0;
  const low = (rest - high * 100_000_000) | 0;
  const middle = writeDigits(target, from, high, smallDigitCount(high));
  return writeDigits(target, middle, low, 8);
}

/** The digits of 0 … 99, two each: dividing by 100 halves the steps, each of which waits for the one before. */
const PAIRS = Uint8Array.from(
  { length: 200 },
  (_, i) => ZERO + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10),
);

/** Writes the last `count` digits of the int32 `n`, leading zeros included, and returns where they end. */
function writeDigits(target: Uint8Array, from: number, n: number, count: number): number {
  const end = (from + count) | 0;
  let rest = n;
  let at = end - 2;
  for (; at >= from; at -= 2) {
    const quotient = (rest / 100) | 0;
    const pair = (rest - Math.imul(quotient, 100)) << 1;
    target[at] = PAIRS[pair];
    target[at + 1] = PAIRS[pair + 1];
    rest = quotient;
  }
  // With an odd number of digits the first one is left.
  if (at + 1 === from) target[from] = ZERO + (rest % 10);
  return end;
}

/** How many bytes `writeInt64` writes for `n`, the sign included: 20 at most. */
export function int64Length(n: Int64): number {
  return typeof n === "number" ? integerLength(n) : n.toString().length;
}

/** `writeInteger` for the full 64-bit range; the caller has made room for `int64Length(n)` bytes. */
export function writeInt64(target: Uint8Array, at: number, n: Int64): number {
  if (typeof n === "number") return writeInteger(target, at, n);
  const text = n.toString();
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** The canonical decimal text of `n`. */
export function formatInt64(n: Int64): string {
  return n.toString();
}

/** The exact sum, or null when it does not fit a signed 64-bit integer. */
export function addInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    // An inexact sum is at least 2^53 in magnitude, so it never passes this test.
    if (sum <= Number.MAX_SAFE_INTEGER && sum >= Number.MIN_SAFE_INTEGER) return sum;
  }
  return checkedInt64(BigInt(a) + BigInt(b));
}

/** `b` as an `Int64`: a number when it is safe, else the bigint itself. `b` fits 64 bits. */
export function normalizeInt64(b: bigint): Int64 {
  return b >= SAFE_MIN_BIG && b <= SAFE_MAX_BIG ? Number(b) : b;
}

/** `normalizeInt64`, or null outside the signed 64-bit range. */
function checkedInt64(b: bigint): Int64 | null {
  return b >= INT64_MIN && b <= INT64_MAX ? normalizeInt64(b) : null;
}
