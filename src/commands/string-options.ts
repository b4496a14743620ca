/**
 * The options of SET and GETEX, read into one integer so that nothing is allocated for them: a bit for each
 * option seen, and above these the index of the argument that holds the expire time.
 */

import type { Int64 } from "../base/int.ts";
import { SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import { MILLISECONDS, positiveExpireAtFrom, SECONDS } from "./expire-time.ts";

/** Set only if the key does not exist. */
export const NX = 1 << 0;
/** Set only if the key exists. */
export const XX = 1 << 1;
/** Reply the old value. */
export const GET = 1 << 2;
export const KEEPTTL = 1 << 3;
export const PERSIST = 1 << 4;
const EX = 1 << 5;
const PX = 1 << 6;
const EXAT = 1 << 7;
const PXAT = 1 << 8;
/** The expire time is given as a Unix time. */
export const ABSOLUTE = EXAT | PXAT;
/** There is an expire time. */
export const EXPIRES = EX | PX | ABSOLUTE;
/** What becomes of the expire time: at most one of these, though that one may be repeated. */
const LIFETIME = EXPIRES | KEEPTTL | PERSIST;
/** A request has at most 2^20 arguments: with the bits above, 29 bits. */
const INDEX_SHIFT = 9;

/** Options of SET, from argument 3 on. @throws SYNTAX */
export function parseSetOptions(args: Args): number {
  let options = 0;
  for (let i = 3; i < args.count; i++) {
    if (args.is(i, "NX")) options = withOption(options, NX, XX);
    else if (args.is(i, "XX")) options = withOption(options, XX, NX);
    else if (args.is(i, "GET")) options |= GET;
    else if (args.is(i, "KEEPTTL")) options = withOption(options, KEEPTTL, LIFETIME & ~KEEPTTL);
    else options = withExpire(options, args, i++);
  }
  return options;
}

/** Options of GETEX, from argument 2 on. @throws SYNTAX */
export function parseGetexOptions(args: Args): number {
  let options = 0;
  for (let i = 2; i < args.count; i++) {
    if (args.is(i, "PERSIST")) options = withOption(options, PERSIST, LIFETIME & ~PERSIST);
    else options = withExpire(options, args, i++);
  }
  return options;
}

/** The expire time that options with `EXPIRES` ask for. @throws NOT_INTEGER, or invalidExpire */
export function expireAtOf(options: number, args: Args, nowMs: number, name: string): Int64 {
  const unit = (options & (EX | EXAT)) !== 0 ? SECONDS : MILLISECONDS;
  const relative = (options & ABSOLUTE) === 0;
  return positiveExpireAtFrom(args, options >> INDEX_SHIFT, unit, relative, nowMs, name);
}

function withOption(options: number, option: number, excluded: number): number {
  if ((options & excluded) !== 0) throw SYNTAX;
  return options | option;
}

/** Argument `i` has to be an option with a time, which follows it; of a repeated one the last counts. */
function withExpire(options: number, args: Args, i: number): number {
  const option = expireOption(args, i);
  if (option === 0 || i + 1 === args.count) throw SYNTAX;
  const others = options & ((1 << INDEX_SHIFT) - 1);
  return withOption(others, option, LIFETIME & ~option) | ((i + 1) << INDEX_SHIFT);
}

function expireOption(args: Args, i: number): number {
  if (args.is(i, "EX")) return EX;
  if (args.is(i, "PX")) return PX;
  if (args.is(i, "EXAT")) return EXAT;
  if (args.is(i, "PXAT")) return PXAT;
  return 0;
}
