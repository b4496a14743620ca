/** Arguments that several commands on lists have. */

import { SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

/** Whether argument `i` is LEFT, the front of a list, and not RIGHT. @throws SYNTAX */
export function isLeft(args: Args, i: number): boolean {
  const left = args.is(i, "LEFT");
  if (!left && !args.is(i, "RIGHT")) throw SYNTAX;
  return left;
}
