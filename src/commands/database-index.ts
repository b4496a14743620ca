/** The number of a database as an argument. */

import { DB_OUT_OF_RANGE, NOT_INTEGER, outOfRange, type ReplyError } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;

/**
 * The database that argument `i` names, of `databases` there are.
 * @throws NOT_INTEGER, outOfRange (Redis reads a C int first), DB_OUT_OF_RANGE
 */
export function databaseIndex(args: Args, i: number, databases: number): number {
  const db = int32(args, i);
  if (db < 0 || db >= databases) throw DB_OUT_OF_RANGE;
  return db;
}

/**
 * A C int.
 * @param malformed replaces both errors
 * @throws that, or NOT_INTEGER for what is no integer of 64 bits, or outOfRange
 */
export function int32(args: Args, i: number, malformed?: ReplyError): number {
  const value = args.int64(i, malformed ?? NOT_INTEGER);
  if (value < INT32_MIN || value > INT32_MAX) throw malformed ?? outOfRange(INT32_MIN, INT32_MAX);
  return Number(value);
}
