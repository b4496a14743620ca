/** The count of SRANDMEMBER, HRANDFIELD and ZRANDMEMBER: so many different elements, or −count that may repeat. */

import { outOfRange, REPLY_TOO_LARGE, VALUE_OUT_OF_RANGE } from "../protocol/errors.ts";
import { REPLY_BYTES_MAX } from "../protocol/reply-writer.ts";
import type { Args } from "./args.ts";

const INT64_MIN = -(2n ** 63n);
/** Half of the largest number of 64 bits. */
const PAIRS_MAX = 2n ** 62n - 1n;
/** An empty bulk string. */
const ELEMENT_BYTES_MIN = 6;
/** More elements than that never fit a reply. */
const ELEMENTS_MAX = Math.floor(REPLY_BYTES_MAX / ELEMENT_BYTES_MIN);

/** The count in argument `i`, rounded to a double. @throws NOT_INTEGER, or that −2^63 is out of range */
export function randomCount(args: Args, i: number): number {
  const count = args.int64(i);
  if (count === INT64_MIN) throw outOfRange(INT64_MIN + 1n, -INT64_MIN - 1n);
  return Number(count);
}

/**
 * Checks the count in argument `i` for elements that are two replies each: Redis could not count more.
 * @throws VALUE_OUT_OF_RANGE
 */
export function checkPairCount(args: Args, i: number): void {
  const count = args.int64(i);
  if (count > PAIRS_MAX || count < -PAIRS_MAX) throw VALUE_OUT_OF_RANGE;
}

/**
 * How many elements that may repeat a negative count asks for; to be called when there are elements. Redis works
 * for years on the largest ones. @throws REPLY_TOO_LARGE
 */
export function repeatedCount(count: number): number {
  if (-count > ELEMENTS_MAX) throw REPLY_TOO_LARGE;
  return -count;
}
