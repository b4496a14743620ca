/**
 * The arithmetic of INCRBYFLOAT: C's `long double` on x86-64, bit for bit.
 *
 * Redis parses with `strtold`, adds, and prints with `%.17Lf`. The type has a mantissa of 64 bits and a
 * 15-bit exponent; doubles would give other digits (0.1 + 0.2 is 0.3 here), so it is done over bigints. A
 * finite number is ±mantissa · 2^exponent, and each step is exact until it is rounded once, to the nearest,
 * ties to even.
 *
 * Work is bounded: the text is shorter than 5 KB, and an exponent that is certain to overflow or vanish is
 * refused before a power is computed. No bigint exceeds some 50,000 bits.
 */

import { bitLength, DECIMAL, HEXADECIMAL, INFINITE, latin1Text, shiftedHalfEven } from "./strtod.ts";

/**
 * A value of C's x86-64 `long double`. When finite, it is ±`mantissa` · 2^`exponent`, and `mantissa` has
 * exactly 64 bits, or fewer if `exponent` is the least one; otherwise both are zero and mean nothing.
 */
export interface LongDouble {
  readonly kind: "finite" | "infinite" | "nan";
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
}

/** Texts of this many bytes are refused: Redis copies them into a buffer of this size with a NUL. */
const TEXT_BYTES_MAX = 5 * 1024;
const MANTISSA_BITS = 64;
/** The exponent of the least subnormal number, 2^-16445. */
const EXPONENT_MIN = -16445;
/** The exponent of the greatest number, (2^64 − 1) · 2^16320, about 1.19e4932. */
const EXPONENT_MAX = 16320;
/** A number from 10^4940 up overflows for sure, and one below 10^-4960 vanishes. */
const DECIMAL_EXPONENT_MAX = 4940;
const DECIMAL_EXPONENT_MIN = -4960;
/** The same for powers of two. */
const BINARY_EXPONENT_LIMIT = 16500;
/** Written exponents stop growing here: no text is long enough to bring a greater one back into range. */
const WRITTEN_EXPONENT_MAX = 1_000_000;

const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** BigInt(FRACTION_DIGITS);

const NAN: LongDouble = { kind: "nan", negative: false, mantissa: 0n, exponent: 0 };

/**
 * Reads `bytes[start, end)` as Redis' `string2ld` does: decimal or hexadecimal notation, or an infinity.
 *
 * @returns null when the bytes are malformed, too long, or outside the range of finite numbers in
 * either direction (a number that would be rounded to zero included).
 */
export function parseLongDouble(bytes: Uint8Array, start: number, end: number): LongDouble | null {
  const length = end - start;
  if (length <= 0 || length >= TEXT_BYTES_MAX) return null;
  const text = latin1Text(bytes, start, end);
  let match = DECIMAL.exec(text);
  if (match !== null) return parseDecimal(match[1] === "-", match[2], match[3] ?? "", match[4] ?? "0");
  match = HEXADECIMAL.exec(text);
  if (match !== null) return parseHexadecimal(match[1] === "-", match[2], match[3] ?? "", match[4] ?? "0");
  match = INFINITE.exec(text);
  return match === null ? null : infinite(match[1] === "-");
}

function parseDecimal(negative: boolean, whole: string, fraction: string, power: string): LongDouble | null {
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return finite(negative, 0n, EXPONENT_MIN);
  const exponent = writtenExponent(power) - fraction.length;
  // The value is at least 10^(magnitude − 1) and below 10^magnitude.
  const magnitude = digits.length + exponent;
  if (magnitude > DECIMAL_EXPONENT_MAX || magnitude < DECIMAL_EXPONENT_MIN) return null;

  const integer = BigInt(digits);
  if (exponent >= 0) return parsed(rounded(negative, integer * 10n ** BigInt(exponent), 0, false));
  const divisor = 10n ** BigInt(-exponent);
  // The quotient gets at least two bits more than a mantissa has; what is below them only breaks ties.
  const shift = Math.max(0, bitLength(divisor) - bitLength(integer) + MANTISSA_BITS + 2);
  const dividend = integer << BigInt(shift);
  const quotient = dividend / divisor;
  return parsed(rounded(negative, quotient, -shift, quotient * divisor !== dividend));
}

function parseHexadecimal(
  negative: boolean,
  whole: string,
  fraction: string,
  power: string,
): LongDouble | null {
  const integer = BigInt(`0x0${whole}${fraction}`);
  if (integer === 0n) return finite(negative, 0n, EXPONENT_MIN);
  const exponent = writtenExponent(power) - 4 * fraction.length;
  const magnitude = bitLength(integer) + exponent;
  if (magnitude > BINARY_EXPONENT_LIMIT || magnitude < -BINARY_EXPONENT_LIMIT) return null;
  return parsed(rounded(negative, integer, exponent, false));
}

function writtenExponent(text: string): number {
  // A double holds any number of digits well enough for this comparison.
  return Math.max(-WRITTEN_EXPONENT_MAX, Math.min(WRITTEN_EXPONENT_MAX, Number(text)));
}

/** What `strtold` reports as out of range is refused: overflow, and a number that became zero. */
function parsed(x: LongDouble): LongDouble | null {
  return x.kind === "infinite" || x.mantissa === 0n ? null : x;
}

/** The sum, rounded once. Opposite infinities give NaN; a sum may overflow to an infinity. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  if (a.kind !== "finite" || b.kind !== "finite") {
    if (a.kind === "nan" || b.kind === "nan") return NAN;
    if (a.kind === "finite") return b;
    return b.kind === "finite" || a.negative === b.negative ? a : NAN;
  }
  // Only two negative zeros add up to a negative zero.
  if (b.mantissa === 0n) return a.mantissa === 0n && !b.negative ? b : a;
  if (a.mantissa === 0n) return b;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = signedMantissa(a, exponent) + signedMantissa(b, exponent);
  if (sum === 0n) return finite(false, 0n, EXPONENT_MIN);
  return rounded(sum < 0n, sum < 0n ? -sum : sum, exponent, false);
}

/** Whether `x` is neither infinite nor NaN: INCRBYFLOAT refuses any other result. */
export function isFiniteLongDouble(x: LongDouble): boolean {
  return x.kind === "finite";
}

/**
 * The decimal text that Redis stores and replies: all digits before the point, at most 17 after it (exact
 * value, rounded half to even), no trailing zeros, no trailing point, and never "-0".
 */
export function formatLongDouble(x: LongDouble): string {
  const sign = x.negative ? "-" : "";
  if (x.kind !== "finite") return x.kind === "nan" ? "nan" : `${sign}inf`;
  if (x.exponent >= 0) return sign + (x.mantissa << BigInt(x.exponent)).toString();

  const digits = shiftedHalfEven(x.mantissa * FRACTION_SCALE, -x.exponent, false)
    .toString()
    .padStart(FRACTION_DIGITS + 1, "0");
  const point = digits.length - FRACTION_DIGITS;
  const fraction = digits.slice(point).replace(/0+$/, "");
  const whole = digits.slice(0, point);
  if (fraction !== "") return `${sign}${whole}.${fraction}`;
  return whole === "0" ? "0" : sign + whole;
}

/**
 * ±`n` · 2^`exponent` as a long double. `n` is positive. With `inexact` the true value lies strictly
 * between `n` and `n` + 1, and `n` has more than 65 bits.
 */
function rounded(negative: boolean, n: bigint, exponent: number, inexact: boolean): LongDouble {
  let target = Math.max(exponent + bitLength(n) - MANTISSA_BITS, EXPONENT_MIN);
  let mantissa: bigint;
  if (target <= exponent) {
    mantissa = n << BigInt(exponent - target);
  } else {
    mantissa = shiftedHalfEven(n, target - exponent, inexact);
    if (mantissa >> BigInt(MANTISSA_BITS) !== 0n) {
      mantissa >>= 1n;
      target++;
    }
  }
  return target > EXPONENT_MAX ? infinite(negative) : finite(negative, mantissa, target);
}

function finite(negative: boolean, mantissa: bigint, exponent: number): LongDouble {
  return { kind: "finite", negative, mantissa, exponent };
}

function infinite(negative: boolean): LongDouble {
  return { kind: "infinite", negative, mantissa: 0n, exponent: 0 };
}

/** The mantissa with its sign, scaled to an exponent that is not greater than its own. */
function signedMantissa(x: LongDouble, exponent: number): bigint {
  const scaled = x.mantissa << BigInt(x.exponent - exponent);
  return x.negative ? -scaled : scaled;
}
