/** Arguments of bitmap commands that count bits. */

import { parseInteger } from "../base/int.ts";
import { BIT_OFFSET, SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";

const HASH = 0x23;

/**
 * The offset of a bit that a string may have. Where `fieldBits` is given, it may also have the form `#n`: the
 * offset of field `n` in a row of fields of so many bits.
 * @throws BIT_OFFSET
 */
export function bitOffset(ctx: Context, args: Args, i: number, fieldBits = 0): number {
  const start = args.start(i);
  const isField = fieldBits > 0 && args.bytes[start] === HASH;
  const number = parseInteger(args.bytes, isField ? start + 1 : start, args.end(i));
  const offset = isField ? number * fieldBits : number;
  if (!(offset >= 0 && offset < ctx.stringLengthMax * 8)) throw BIT_OFFSET;
  return offset;
}

/** How many bits the positions of a range stand for: BYTE or BIT. @throws SYNTAX */
export function bitsPerPosition(args: Args, i: number): number {
  if (args.is(i, "BIT")) return 1;
  if (args.is(i, "BYTE")) return 8;
  throw SYNTAX;
}
