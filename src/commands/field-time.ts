/** What the commands on expire times of fields have in common: the time, and the fields after FIELDS. */

import {
  FIELDS_MISMATCH,
  FIELDS_MISSING,
  invalidExpire,
  NEGATIVE_EXPIRE,
  type ReplyError,
} from "../protocol/errors.ts";
import type { Entry } from "../store/entry.ts";
import { FIELD_TIME_MAX } from "../store/hash-record.ts";
import { bytesToMove } from "../store/hash-time.ts";
import { needRoom } from "../store/room.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type ExpireUnit, MILLISECONDS, SECONDS } from "./expire-time.ts";

/** An option that is followed by a time. */
export interface TimeOption {
  readonly word: string;
  readonly unit: ExpireUnit;
  /** Counted from now, not from 1970. */
  readonly relative: boolean;
}

const TIME_OPTIONS: readonly TimeOption[] = [
  { word: "EX", unit: SECONDS, relative: true },
  { word: "PX", unit: MILLISECONDS, relative: true },
  { word: "EXAT", unit: SECONDS, relative: false },
  { word: "PXAT", unit: MILLISECONDS, relative: false },
];

/** The option in argument `i`, if it is one that is followed by a time. */
export function timeOptionIn(args: Args, i: number): TimeOption | undefined {
  return TIME_OPTIONS.find(({ word }) => args.is(i, word));
}

/**
 * The expire time of a field in argument `i`, in Unix ms; it may be in the past.
 * @param name the command's, lower case, for the error
 * @throws NOT_INTEGER, NEGATIVE_EXPIRE, or invalidExpire when it is beyond FIELD_TIME_MAX
 */
export function fieldTimeFrom(
  args: Args,
  i: number,
  unit: ExpireUnit,
  relative: boolean,
  nowMs: number,
  name: string,
): number {
  const time = args.int64(i);
  if (time < 0) throw NEGATIVE_EXPIRE;
  const base = relative ? nowMs : 0;
  if (time > (FIELD_TIME_MAX - base) / unit) throw invalidExpire(name);
  return base + Number(time) * unit;
}

/**
 * Argument `i` and those after it have to be `FIELDS numfields field [field ...]`. Returns the index of the first
 * field; the last is the last argument. @throws FIELDS_MISSING, `countError` or FIELDS_MISMATCH
 */
export function firstField(args: Args, i: number, countError: ReplyError): number {
  if (i >= args.count || !args.is(i, "FIELDS")) throw FIELDS_MISSING;
  if (i + 1 === args.count) throw countError;
  const count = args.int64(i + 1, countError);
  if (count < 1) throw countError;
  if (count !== args.count - i - 2) throw FIELDS_MISMATCH;
  return i + 2;
}

/**
 * Makes sure that the fields in arguments from `first` on, as far as the hash has them, can get expire times.
 * @throws OutOfMemoryError, nothing changed
 */
export function needRoomForTimes({ keyspace }: Context, hash: Entry, args: Args, first: number): void {
  let largest = 0;
  for (let i = first; i < args.count; i++)
    largest = Math.max(largest, bytesToMove(keyspace, hash, args.bytes, args.start(i), args.end(i)));
  // A packed hash has to be linked first; an element takes two bytes or more.
  const packedBytes = hash.linked ? 0 : hash.valueLength;
  const blocks = args.count - first + (packedBytes >> 1);
  needRoom(hash.linked ? hash.home : hash.shard, largest + packedBytes, blocks);
}
