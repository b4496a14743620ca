/** Names that clients give themselves: printable ASCII without blanks, so that a line of CLIENT LIST splits at blanks. */

import { CLIENT_NAME } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

const FIRST_PRINTABLE = 0x21;
const LAST_PRINTABLE = 0x7e;

/** Whether argument `i` can stand in a line of CLIENT LIST; empty ones can. */
export function isAttribute(args: Args, i: number): boolean {
  for (let at = args.start(i); at < args.end(i); at++) {
    const byte = args.bytes[at];
    if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE) return false;
  }
  return true;
}

/** Argument `i` as a client's name; an empty one takes the name away. @throws CLIENT_NAME */
export function clientNameOf(args: Args, i: number): string {
  if (!isAttribute(args, i)) throw CLIENT_NAME;
  return args.latin1(i);
}
