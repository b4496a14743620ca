/**
 * Doubles from bytes, the way Redis reads scores, coordinates and timeouts (`string2d`, over glibc's `strtod`).
 *
 * Nearly all of them are short, and those take no string: when the digits make an integer below 2^53 and the
 * power of ten is at most 22, both are exact as doubles, and one multiplication or division rounds as it
 * should. All others go through the grammar and JavaScript's own conversion, which is correctly rounded too.
 */

import { parseInteger } from "./int.ts";
import { bitLength, DECIMAL, HEXADECIMAL, INFINITE, latin1Text, shiftedHalfEven } from "./strtod.ts";

const ZERO = 0x30;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_I = 0x69;
const LOWER_N = 0x6e;
const LAST_DIGIT = 0x39;
const LOWER_CASE = 0x20;

/** 10^0 … 10^22, all that doubles hold exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));
/** Longer exponents are left to the slow path. */
const SHORT_EXPONENT_DIGITS = 3;

const MANTISSA_BITS = 53;
/** The exponent of the least subnormal double, 2^-1074. */
const EXPONENT_MIN = -1074;
/** Hexadecimal digits that are looked at one by one: enough for a mantissa and the bits that round it. */
const HEX_DIGITS = 16;

/** 2^-1022: below it doubles lose digits. */
const LEAST_NORMAL = 2 ** -1022;

/** Looks at a number and its digits; returns the number, or NaN to refuse it. */
type NumberCheck = (value: number, digits: string) => number;

/**
 * Reads `bytes[start, end)` as a double: decimal or hexadecimal notation with or without an exponent, or
 * `inf` and `infinity` in any case, each with an optional sign. Zeros keep their sign.
 *
 * @returns NaN when Redis has no valid float there: nothing, blanks, anything else around the number, "nan",
 * and numbers that overflow or that would be rounded to zero.
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number {
  const integer = parseInteger(bytes, start, end);
  if (!Number.isNaN(integer)) return integer;
  if (bytes[end - 1] > LAST_DIGIT) return parseLettered(bytes, start, end);
  const short = parseShortDecimal(bytes, start, end);
  return Number.isNaN(short) ? numberOf(latin1Text(bytes, start, end), inRange) : short;
}

/**
 * Reads `bytes[start, end)` as a double as far as C's `strtod` would, which is how Redis reads the bounds of ranges
 * of scores: as {@link parseDouble}, but blanks in front are skipped, a NUL ends the number, nothing at all is 0,
 * and numbers out of range are infinite or 0.
 *
 * @returns NaN when there is anything else.
 */
export function parseDoubleLoosely(bytes: Uint8Array, start: number, end: number): number {
  return parseAsC(bytes, start, end, (number) => number);
}

/** {@link parseDoubleLoosely} that gives NaN for numbers out of range, subnormal ones included: so reads SORT. */
export function parseWeight(bytes: Uint8Array, start: number, end: number): number {
  const weight = parseAsC(bytes, start, end, inRange);
  return weight !== 0 && Math.abs(weight) < LEAST_NORMAL ? Number.NaN : weight;
}

function parseAsC(bytes: Uint8Array, start: number, end: number, checked: NumberCheck): number {
  const value = parseDouble(bytes, start, end);
  if (!Number.isNaN(value)) return value;
  const text = latin1Text(bytes, start, end).split("\0", 1)[0];
  return text === "" ? 0 : numberOf(text.replace(/^[\t-\r ]+/, ""), checked);
}

/** What ends in a letter: nearly always it is `inf` with or without a sign, the bound of a range. */
function parseLettered(bytes: Uint8Array, start: number, end: number): number {
  const signed = bytes[start] === MINUS || bytes[start] === PLUS;
  const at = signed ? start + 1 : start;
  const isInfinite =
    end === at + 3 &&
    (bytes[at] | LOWER_CASE) === LOWER_I &&
    (bytes[at + 1] | LOWER_CASE) === LOWER_N &&
    (bytes[at + 2] | LOWER_CASE) === LOWER_F;
  if (!isInfinite) return numberOf(latin1Text(bytes, start, end), inRange);
  return bytes[start] === MINUS ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** NaN for whatever is not a decimal number, or not an exact case. */
function parseShortDecimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (at < end && (bytes[at] === MINUS || bytes[at] === PLUS)) at++;
  const first = at;
  let mantissa = 0;
  let point = -1;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte >= ZERO && byte <= ZERO + 9) mantissa = mantissa * 10 + (byte - ZERO);
    else if (byte === POINT && point < 0) point = at;
    else break;
  }
  // Beyond 2^53 the mantissa has been rounded, but never back to below it.
  if (mantissa > Number.MAX_SAFE_INTEGER) return Number.NaN;
  if (at - first === (point < 0 ? 0 : 1)) return Number.NaN;

  let power = point < 0 ? 0 : point + 1 - at;
  if (at < end) {
    if ((bytes[at] | LOWER_CASE) !== LOWER_E) return Number.NaN;
    power += parseShortExponent(bytes, at + 1, end);
  }
  if (!(power >= -22 && power <= 22)) return Number.NaN;
  const value = power < 0 ? mantissa / POWERS_OF_TEN[-power] : mantissa * POWERS_OF_TEN[power];
  return bytes[start] === MINUS ? -value : value;
}

function parseShortExponent(bytes: Uint8Array, start: number, end: number): number {
  const signed = start < end && (bytes[start] === MINUS || bytes[start] === PLUS);
  const first = signed ? start + 1 : start;
  if (first >= end || end - first > SHORT_EXPONENT_DIGITS) return Number.NaN;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = bytes[at] - ZERO;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return bytes[start] === MINUS ? -value : value;
}

/** The number that the whole text is, after `checked` has seen it with its digits; NaN when it is none. */
function numberOf(text: string, checked: NumberCheck): number {
  let match = DECIMAL.exec(text);
  if (match !== null) return checked(Number(text), match[2] + (match[3] ?? ""));
  match = HEXADECIMAL.exec(text);
  if (match !== null) {
    const value = hexadecimalValue(match[2], match[3] ?? "", match[4] ?? "0");
    return checked(match[1] === "-" ? -value : value, match[2] + (match[3] ?? ""));
  }
  match = INFINITE.exec(text);
  if (match === null) return Number.NaN;
  return match[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** `value`, or NaN when a finite number overflowed or when its `digits` vanished. */
function inRange(value: number, digits: string): number {
  if (value === 0) return /^0*$/.test(digits) ? value : Number.NaN;
  return Number.isFinite(value) ? value : Number.NaN;
}

/** The number 0x`whole`.`fraction`p`power`, rounded once, ties to even. */
function hexadecimalValue(whole: string, fraction: string, power: string): number {
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return 0;
  const dropped = Math.max(0, digits.length - HEX_DIGITS);
  // That anything but zeros is dropped only breaks ties.
  const inexact = /[^0]/.test(digits.slice(HEX_DIGITS));
  const integer = BigInt(`0x${digits.slice(0, HEX_DIGITS)}`);
  // A written exponent may be of any length: then it is infinite here, and so is the result, or zero.
  const exponent = Number(power) + 4 * (dropped - fraction.length);

  const shift = Math.max(bitLength(integer) - MANTISSA_BITS, EXPONENT_MIN - exponent);
  if (shift <= 0) return Number(integer) * 2 ** exponent;
  // More than all bits and one: less than half of the least double.
  if (shift > 4 * HEX_DIGITS + 1) return 0;
  return Number(shiftedHalfEven(integer, shift, inexact)) * 2 ** (exponent + shift);
}
