/**
 * Integers of any width up to 64 bits at any bit of a string, the highest bit first. Where such a field reaches
 * behind the end of the string, its bits there are 0.
 *
 * A field is read and written in two halves of at most 32 bits, which are int32s, and its value is an `Int64`: a
 * number wherever a double is exact.
 */

import { addInt64, type Int64, normalizeInt64 } from "../base/int.ts";
import type { Entry } from "./entry.ts";

/** What a field does with a value that it cannot hold: keep its lowest bits, the nearest limit, or its old value. */
export const WRAP = 0;
export const SATURATE = 1;
export const FAIL = 2;

/** Which bits of a string are the field, and how they are read. */
export interface Field {
  /** Of the first bit; may be beyond 32 bits. */
  readonly offset: number;
  /** 1 to 64, of an unsigned field at most 63. */
  readonly bits: number;
  readonly signed: boolean;
}

const HALF_BITS = 32;
const HALF = 2 ** HALF_BITS;
/** Up to this width, a field's values and limits are safe integers. */
const SAFE_BITS = 53;
const INT64_BITS = 64;
const INT64_MAX = 2n ** 63n - 1n;

export function getField(entry: Entry, { offset, bits, signed }: Field): Int64 {
  if (bits <= HALF_BITS) {
    const value = readBits(entry, offset, bits);
    return signed ? extended(value, bits) : value >>> 0;
  }
  const highBits = bits - HALF_BITS;
  const read = readBits(entry, offset, highBits);
  const high = signed ? extended(read, highBits) : read >>> 0;
  const low = readBits(entry, offset + highBits, HALF_BITS) >>> 0;
  const value = high * HALF + low;
  // A rounded sum is 2^53 at least and no safe integer.
  return Number.isSafeInteger(value) ? value : (BigInt(high) << BigInt(HALF_BITS)) | BigInt(low);
}

/** Writes a value that fits the field; the string reaches to the field's end. */
export function setField(entry: Entry, { offset, bits }: Field, value: Int64): void {
  if (bits <= HALF_BITS) {
    writeBits(entry, offset, bits, Number(value) | 0);
    return;
  }
  const highBits = bits - HALF_BITS;
  writeBits(entry, offset, highBits, highHalf(value));
  writeBits(entry, offset + highBits, HALF_BITS, lowHalf(value));
}

/** What the field holds after `increment` is added to `old`; null when it fails. */
export function incremented(field: Field, old: Int64, increment: Int64, overflow: number): Int64 | null {
  const sum = addInt64(old, increment);
  return fitted(field, sum ?? BigInt(old) + BigInt(increment), overflow);
}

/** What the field holds after it is set to `value`; null when it fails. */
export function assigned(field: Field, value: Int64, overflow: number): Int64 | null {
  const compared = isTakenForUnsigned(field, value) ? BigInt.asUintN(INT64_BITS, BigInt(value)) : value;
  return fitted(field, compared, overflow);
}

/**
 * Redis takes a negative value of SET for the unsigned one of the same 64 bits, which is above the field's limits
 * and saturates there, in two cases: when the field is unsigned, and when the value is so far below the upper
 * limit that the distance overflows.
 */
function isTakenForUnsigned({ bits, signed }: Field, value: Int64): boolean {
  if (!signed) return value < 0;
  // Only a bigint is so far away, and fields of 64 bits are compared without the distance.
  return typeof value === "bigint" && bits < INT64_BITS && upperLimit(bits, signed) - value > INT64_MAX;
}

/** A value of any size as the field holds it; null when it does not fit and `overflow` says FAIL. */
function fitted(field: Field, value: number | bigint, overflow: number): Int64 | null {
  if (typeof value === "bigint") return fittedBig(field, value, overflow);
  const { bits, signed } = field;
  const range = 2 ** bits;
  const min = signed ? -range / 2 : 0;
  const max = min + range - 1;
  // The limits of a field wider than a safe integer are rounded, but beyond any value here.
  if (value >= min && value <= max) return value;
  if (bits > SAFE_BITS) return fittedBig(field, BigInt(value), overflow);
  if (overflow === FAIL) return null;
  if (overflow === SATURATE) return value > max ? max : min;
  const wrapped = value - Math.floor(value / range) * range;
  return wrapped > max ? wrapped - range : wrapped;
}

/** {@link fitted} for wide fields and large values. */
function fittedBig({ bits, signed }: Field, value: bigint, overflow: number): Int64 | null {
  const max = upperLimit(bits, signed);
  const min = signed ? -max - 1n : 0n;
  let fit = value;
  if (value < min || value > max) {
    if (overflow === FAIL) return null;
    if (overflow === SATURATE) fit = value > max ? max : min;
    else fit = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  }
  return normalizeInt64(fit);
}

function upperLimit(bits: number, signed: boolean): bigint {
  return 2n ** BigInt(signed ? bits - 1 : bits) - 1n;
}

/** The int32 that the lowest `bits` bits of `value` are in two's complement. */
function extended(value: number, bits: number): number {
  const unused = HALF_BITS - bits;
  return (value << unused) >> unused;
}

function lowHalf(value: Int64): number {
  return typeof value === "number" ? value | 0 : Number(BigInt.asIntN(HALF_BITS, value));
}

function highHalf(value: Int64): number {
  if (typeof value === "number") return Math.floor(value / HALF) | 0;
  return Number(BigInt.asIntN(HALF_BITS, value >> BigInt(HALF_BITS)));
}

/** At most 32 bits from `offset` on, as the lowest bits of an int32. */
function readBits(entry: Entry, offset: number, count: number): number {
  const { bytes, valueStart, valueLength } = entry;
  let byte = Math.floor(offset / 8);
  let value = 0;
  let free = 8 - (offset & 7);
  for (let left = count; left > 0; byte++) {
    const size = Math.min(free, left);
    left -= size;
    const piece = byte < valueLength ? bytes[valueStart + byte] >> (free - size) : 0;
    value = (value << size) | (piece & ((1 << size) - 1));
    free = 8;
  }
  return value;
}

/** Writes the lowest `count` bits of an int32, at most all 32, from `offset` on. */
function writeBits(entry: Entry, offset: number, count: number, value: number): void {
  const { bytes, valueStart } = entry;
  let at = valueStart + Math.floor(offset / 8);
  let free = 8 - (offset & 7);
  for (let left = count; left > 0; at++) {
    const size = Math.min(free, left);
    left -= size;
    const shift = free - size;
    const mask = ((1 << size) - 1) << shift;
    bytes[at] = (bytes[at] & ~mask) | (((value >>> left) << shift) & mask);
    free = 8;
  }
}
