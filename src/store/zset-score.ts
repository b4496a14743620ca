/**
 * Scores of sorted sets: doubles that are never NaN. In a linked set the tree files a member under two signed words
 * made of its score; in a packed one the score is an element behind the member:
 *
 *     integral, |x| < 2^53   an integer; as in Redis, -0 loses its sign
 *     anything else          a string: the 8 bytes of the double, little-endian
 */

import {
  isPackedInteger,
  packedIntegerAt,
  packedIntegerSize,
  packedStringSize,
  writePackedInteger,
  writePackedString,
} from "../memory/packed.ts";

const DOUBLE_BYTES = 8;
const SIGN = 1 << 31;
const ALL_BUT_SIGN = 0x7fffffff;

/** One double, seen as words and as bytes; it means nothing between two calls. */
const double = new Float64Array(1);
const words = new Int32Array(double.buffer);
const doubleBytes = Buffer.from(double.buffer);

/**
 * The first word of a tree's key. Ordered by both words as signed numbers, keys are in the order of their scores,
 * and -0 has that of 0: a double's bits ascend with a positive number and descend with a negative one.
 */
export function scoreHigh(score: number): number {
  // The sum takes the sign off a zero.
  double[0] = score + 0;
  const high = words[1];
  return high < 0 ? high ^ ALL_BUT_SIGN : high;
}

/** The second word: its lower half is unsigned in a double, hence the sign bit. */
export function scoreLow(score: number): number {
  double[0] = score + 0;
  return words[0] ^ (words[1] < 0 ? ALL_BUT_SIGN : SIGN);
}

/** Bytes of the score as an element, the back length included. */
export function packedScoreSize(score: number): number {
  return Number.isSafeInteger(score) ? packedIntegerSize(score) : packedStringSize(DOUBLE_BYTES);
}

/** Writes the score as an element at `at`; returns where it ends. */
export function writePackedScore(bytes: Buffer, at: number, score: number): number {
  if (Number.isSafeInteger(score)) return writePackedInteger(bytes, at, score);
  double[0] = score;
  return writePackedString(bytes, at, doubleBytes, 0, DOUBLE_BYTES);
}

/** The score whose element is at `at`. */
export function packedScoreAt(bytes: Buffer, at: number): number {
  if (isPackedInteger(bytes, at)) return packedIntegerAt(bytes, at) as number;
  for (let i = 0; i < DOUBLE_BYTES; i++) doubleBytes[i] = bytes[at + 1 + i];
  return double[0];
}
