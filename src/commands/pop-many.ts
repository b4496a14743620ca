/** The arguments of LMPOP, ZMPOP and their blocking forms: `numkeys key [key ...] where [COUNT count]`. */

import { COUNT_NOT_POSITIVE, NUMKEYS_NOT_POSITIVE, SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

export interface PopMany {
  /** Arguments of the first and the last key. */
  readonly firstKey: number;
  readonly lastKey: number;
  /** Whether `where` is the first of the two words. */
  readonly isFirst: boolean;
  /** How many elements are to be taken; it may be more than any value has. */
  readonly count: number;
}

/**
 * Reads the arguments from `at` on, where `where` is one of two words.
 * @throws NUMKEYS_NOT_POSITIVE, SYNTAX, COUNT_NOT_POSITIVE
 */
export function popManyIn(args: Args, at: number, first: string, second: string): PopMany {
  const where = at + args.atLeast(at, 1, NUMKEYS_NOT_POSITIVE) + 1;
  if (where >= args.count) throw SYNTAX;
  const isFirst = args.is(where, first);
  if (!isFirst && !args.is(where, second)) throw SYNTAX;
  return { firstKey: at + 1, lastKey: where - 1, isFirst, count: countIn(args, where + 1) };
}

function countIn(args: Args, at: number): number {
  if (at === args.count) return 1;
  if (!args.is(at, "COUNT") || at + 1 === args.count) throw SYNTAX;
  const count = args.atLeast(at + 1, 1, COUNT_NOT_POSITIVE);
  if (at + 2 < args.count) throw SYNTAX;
  return count;
}
