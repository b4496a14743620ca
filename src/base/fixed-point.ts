/** Doubles as text without an exponent, the way C and Redis print them, digit for digit. */

import { withoutTrailingZeros } from "./double.ts";

/** Digits behind the point in Redis' notation for people. */
const HUMAN_DECIMALS = 17;
/** From here on JavaScript's `toFixed` gives an exponent; all doubles are integers by then. */
const TO_FIXED_MAX = 1e21;

const DISTANCE_DECIMALS = 4;
const DISTANCE_SCALE = 10 ** DISTANCE_DECIMALS;

/** `x` as C's `%.<decimals>f` prints it: the exact value, rounded half to even. */
export function formatFixed(x: number, decimals: number): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf";
  if (Object.is(x, -0)) return `-${x.toFixed(decimals)}`;
  if (Math.abs(x) >= TO_FIXED_MAX) return `${BigInt(x)}.${"0".repeat(decimals)}`;
  // Halfway cases are the doubles with one binary digit more behind the point than there are decimals.
  const halfway = Math.abs(x * 2 ** (decimals + 1)) % 2 === 1;
  if (halfway) {
    const truncated = x.toFixed(decimals + 1).slice(0, -1);
    const isEven = (truncated.charCodeAt(truncated.length - 1) & 1) === 0;
    if (isEven) return truncated;
  }
  return x.toFixed(decimals);
}

/** `x` as Redis shows a `long double` to people: `%.17Lf` without the zeros at the end, and never "-0". */
export function formatHuman(x: number): string {
  const text = withoutTrailingZeros(formatFixed(x, HUMAN_DECIMALS));
  return text === "-0" ? "0" : text;
}

/**
 * A distance with four decimals, as Redis' `fixedpoint_d2string`: scaled first, which rounds, and then rounded half
 * to even. It is neither negative nor so large that the scaled one would exceed 2^53.
 */
export function formatDistance(distance: number): string {
  const scaled = distance * DISTANCE_SCALE;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const isUp = rest > 0.5 || (rest === 0.5 && floor % 2 === 1);
  const digits = String(isUp ? floor + 1 : floor).padStart(DISTANCE_DECIMALS + 1, "0");
  return `${digits.slice(0, -DISTANCE_DECIMALS)}.${digits.slice(-DISTANCE_DECIMALS)}`;
}
