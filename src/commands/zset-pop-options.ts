/** The grammar of ZMPOP and BZMPOP, and what they do with a key. */

import { TYPE_ZSET } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type PopMany, popManyIn } from "./pop-many.ts";
import { popMembers } from "./zset-remove.ts";
import { NESTED_PAIRS } from "./zset-reply.ts";

/** Reads the arguments from `at` on, which is the number of keys. @throws what {@link popManyIn} does */
export function parsePop(args: Args, at: number): PopMany {
  return popManyIn(args, at, "MIN", "MAX");
}

/** Pops from the sorted set in argument `i` and replies; returns whether there is one. @throws WRONG_TYPE */
export function popFirst(ctx: Context, args: Args, i: number, { isFirst: min, count }: PopMany): boolean {
  const entry = ctx.findValue(args, i, TYPE_ZSET);
  if (entry === null) return false;
  ctx.reply.array(2);
  ctx.reply.bulk(args.bytes, args.start(i), args.end(i));
  popMembers(ctx, entry, count, !min, NESTED_PAIRS);
  return true;
}
