/** The cursor argument of SCAN and its relatives. */

import { parseInteger } from "../base/int.ts";
import { INVALID_CURSOR } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

const UINT64_MAX = 2n ** 64n - 1n;

/**
 * The cursor in argument `i`. What C's `strtoul` takes is taken, as Redis does: a sign, leading zeros, nothing
 * at all for 0. A cursor that was never handed out may be rounded.
 * @throws INVALID_CURSOR
 */
export function scanCursor(args: Args, i: number): number {
  const value = parseInteger(args.bytes, args.start(i), args.end(i));
  if (value >= 0) return value;
  const [text = ""] = args.latin1(i).split("\0", 1);
  if (text === "") return 0;
  if (!/^[+-]?[0-9]+$/.test(text)) throw INVALID_CURSOR;
  const magnitude = BigInt(text.replace(/^[+-]/, ""));
  if (magnitude > UINT64_MAX) throw INVALID_CURSOR;
  return Number(text.startsWith("-") ? BigInt.asUintN(64, -magnitude) : magnitude);
}
