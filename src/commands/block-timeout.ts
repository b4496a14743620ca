/** The timeout of a blocking command. */

import { parseDouble } from "../base/parse-double.ts";
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_FLOAT } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

const TIMEOUT_MS_MAX = 2 ** 63;

/**
 * The seconds in argument `i`, fractions allowed, as whole milliseconds rounded up; 0 means for ever.
 * @throws TIMEOUT_NOT_FLOAT, TIMEOUT_NEGATIVE
 */
export function blockTimeout(args: Args, i: number): number {
  const seconds = parseDouble(args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(seconds)) throw TIMEOUT_NOT_FLOAT;
  const ms = Math.ceil(seconds * 1000);
  // Like Redis, takes what is rounded up to zero for zero, and what does not fit 64 bits for negative.
  if (ms < 0 || ms >= TIMEOUT_MS_MAX) throw TIMEOUT_NEGATIVE;
  return ms + 0;
}
