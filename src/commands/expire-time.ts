/**
 * Expire times as commands take them: a duration from now or a Unix time, in seconds or milliseconds, turned
 * into the Unix time in ms that the keyspace keeps. A time must fit 64 bits in milliseconds; what the result
 * may be beyond that differs between the EXPIRE family and the commands that set a value.
 */

import { addInt64, type Int64, normalizeInt64 } from "../base/int.ts";
import { invalidExpire } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

/** Units of an expire time, in ms. */
export const SECONDS = 1000;
export const MILLISECONDS = 1;
export type ExpireUnit = typeof SECONDS | typeof MILLISECONDS;

/** 2^63 ms are a little more seconds than this. */
const SECONDS_MAX = 2n ** 63n / 1000n;
/** Up to this many seconds, milliseconds are a safe integer. */
const SAFE_SECONDS_MAX = Math.floor(Number.MAX_SAFE_INTEGER / 1000);

/**
 * The expire time in argument `i` for the EXPIRE family: it may be negative, or in the past.
 * @param relative counted from `nowMs`, not from 1970
 * @param name the command's, lower case, for the error
 * @throws NOT_INTEGER, or invalidExpire when the result does not fit 64 bits
 */
export function expireAtFrom(
  args: Args,
  i: number,
  unit: ExpireUnit,
  relative: boolean,
  nowMs: number,
  name: string,
): Int64 {
  return toExpireAt(args.int64(i), unit, relative, nowMs, name);
}

/**
 * {@link expireAtFrom} for the commands that give a string an expire time: the argument must be positive. A
 * Unix time may still be in the past.
 * @throws NOT_INTEGER, or invalidExpire
 */
export function positiveExpireAtFrom(
  args: Args,
  i: number,
  unit: ExpireUnit,
  relative: boolean,
  nowMs: number,
  name: string,
): Int64 {
  const time = args.int64(i);
  if (time <= 0) throw invalidExpire(name);
  return toExpireAt(time, unit, relative, nowMs, name);
}

/** Whether a key that gets this expire time is to be deleted at once. */
export function hasPassed(expireAt: Int64, nowMs: number): boolean {
  return expireAt <= nowMs;
}

function toExpireAt(time: Int64, unit: ExpireUnit, relative: boolean, nowMs: number, name: string): Int64 {
  const timeMs = inMilliseconds(time, unit);
  const expireAt = timeMs !== null && relative ? addInt64(timeMs, nowMs) : timeMs;
  if (expireAt === null) throw invalidExpire(name);
  return expireAt;
}

/** Null when the result does not fit 64 bits. */
function inMilliseconds(time: Int64, unit: ExpireUnit): Int64 | null {
  if (unit === MILLISECONDS) return time;
  if (typeof time === "number" && time <= SAFE_SECONDS_MAX && time >= -SAFE_SECONDS_MAX)
    return time * SECONDS;
  if (time > SECONDS_MAX || time < -SECONDS_MAX) return null;
  return normalizeInt64(BigInt(time) * BigInt(SECONDS));
}
