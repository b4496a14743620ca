/** The cursor argument of SCAN and its relatives. */

import { parseInteger } from "../base/int.ts";
import { INVALID_CURSOR } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

const UINT64_MAX = 2n ** 64n - 1n;
const UINT64_DIGITS_MAX = 20;

const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * The cursor in argument `i`. What C's `strtoul` takes is taken, as Redis does: a sign, leading zeros, nothing
 * at all for 0. A cursor that was never handed out may be rounded.
 * @throws INVALID_CURSOR
 */
export function scanCursor(args: Args, i: number): number {
  const { bytes } = args;
  const start = args.start(i);
  const end = args.end(i);
  const value = parseInteger(bytes, start, end);
  return value >= 0 ? value : oddCursor(bytes, start, end);
}

/**
 * A cursor that is no plain number. The argument may be as long as a request, so that a string is made of no
 * more digits than a cursor can have.
 */
function oddCursor(bytes: Buffer, start: number, end: number): number {
  if (endsAt(bytes, start, end)) return 0;
  const negative = bytes[start] === MINUS;
  const digits = negative || bytes[start] === PLUS ? start + 1 : start;
  let significant = digits;
  while (significant < end && bytes[significant] === ZERO) significant++;
  let at = significant;
  while (at < end && bytes[at] >= ZERO && bytes[at] <= NINE) at++;
  if (at === digits || !endsAt(bytes, at, end) || at - significant > UINT64_DIGITS_MAX) throw INVALID_CURSOR;
  const magnitude = BigInt(bytes.toString("latin1", significant, at));
  if (magnitude > UINT64_MAX) throw INVALID_CURSOR;
  return Number(negative ? BigInt.asUintN(64, -magnitude) : magnitude);
}

/** Whether C's text, which ends at a NUL, has no more bytes from `at` on. */
function endsAt(bytes: Buffer, at: number, end: number): boolean {
  return at === end || bytes[at] === 0;
}
