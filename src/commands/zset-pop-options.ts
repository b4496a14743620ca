/** The grammar of ZMPOP and BZMPOP, `numkeys key [key ...] MIN | MAX [COUNT count]`, and what they do with a key. */

import { COUNT_NOT_POSITIVE, NUMKEYS_NOT_POSITIVE, SYNTAX } from "../protocol/errors.ts";
import { TYPE_ZSET } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { popMembers } from "./zset-remove.ts";
import { NESTED_PAIRS } from "./zset-reply.ts";

export interface PopOptions {
  /** The arguments that are the first and the last key. */
  first: number;
  last: number;
  max: boolean;
  count: number;
}

/** Reads the arguments from `at` on, which is the number of keys. */
export function parsePop(args: Args, at: number): PopOptions {
  const last = at + args.atLeast(at, 1, NUMKEYS_NOT_POSITIVE);
  if (last + 1 >= args.count) throw SYNTAX;
  const max = args.is(last + 1, "MAX");
  if (!max && !args.is(last + 1, "MIN")) throw SYNTAX;
  const options = { first: at + 1, last, max, count: 1 };
  const rest = args.count - last - 2;
  if (rest === 0) return options;
  if (rest === 1 || !args.is(last + 2, "COUNT")) throw SYNTAX;
  options.count = args.atLeast(last + 3, 1, COUNT_NOT_POSITIVE);
  if (rest > 2) throw SYNTAX;
  return options;
}

/** Pops from the sorted set in argument `i` and replies; returns whether there is one. @throws WRONG_TYPE */
export function popFirst(ctx: Context, args: Args, i: number, { max, count }: PopOptions): boolean {
  const entry = ctx.findValue(args, i, TYPE_ZSET);
  if (entry === null) return false;
  ctx.reply.array(2);
  ctx.reply.bulk(args.bytes, args.start(i), args.end(i));
  popMembers(ctx, entry, count, max, NESTED_PAIRS);
  return true;
}
