/** HGETEX and HGETDEL, as Redis 8.0 has them: values of fields that are changed or deleted by it. */

import { FIELDS_NOT_POSITIVE } from "../protocol/errors.ts";
import { type Entry, TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import * as times from "../store/hash-time.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { hasPassed } from "./expire-time.ts";
import { fieldTimeFrom, firstField, needRoomForTimes, timeOptionIn } from "./field-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

/** In place of an expire time: the fields keep theirs. */
const KEEP = -1;
/** In place of an expire time: the fields shall have none. */
const PERSIST = -2;

export const hgetdel = {
  name: "HGETDEL",
  arity: -5,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access delete"] },
  group: "hash",
  since: "8.0.0",
  summary: "The values of fields, which are deleted",
  complexity: "O(1) for each field",
  syntax: "key FIELDS numfields field [field ...]",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const hash = ctx.findValue(args, 1, TYPE_HASH);
    replyAndChange(ctx, hash, args, firstField(args, 2, FIELDS_NOT_POSITIVE), (found, i) =>
      hashes.remove(keyspace, found, args.bytes, args.start(i), args.end(i)),
    );
  },
} as const satisfies CommandSpec;

export const hgetex = {
  name: "HGETEX",
  arity: -5,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access update"] },
  group: "hash",
  since: "8.0.0",
  summary: "The values of fields, whose expire times are set or taken away",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax:
    "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST] FIELDS numfields field [field ...]",
  handler(ctx, args) {
    const hash = ctx.findValue(args, 1, TYPE_HASH);
    const option = timeOptionIn(args, 2);
    const persists = option === undefined && args.is(2, "PERSIST");
    let time = persists ? PERSIST : KEEP;
    if (option !== undefined)
      time = fieldTimeFrom(args, 3, option.unit, option.relative, ctx.nowMs, "hgetex");
    const first = firstField(args, option !== undefined ? 4 : persists ? 3 : 2, FIELDS_NOT_POSITIVE);
    if (hash !== null && time > ctx.nowMs) needRoomForTimes(ctx, hash, args, first);
    replyAndChange(ctx, hash, args, first, (found, i) => setTime(ctx, found, args, i, time));
  },
} as const satisfies CommandSpec;

/**
 * Replies the values of the fields in arguments from `first` on. `change` is called with each that is there, after
 * its value was replied; it says whether it has changed something, and must not fail.
 */
function replyAndChange(
  ctx: Context,
  hash: Entry | null,
  args: Args,
  first: number,
  change: (hash: Entry, i: number) => boolean,
): void {
  const { keyspace, reply } = ctx;
  rehearse(ctx, hash, args, first);
  reply.array(args.count - first);
  let changed = false;
  for (let i = first; i < args.count; i++) {
    if (replyField(ctx, hash, args, i) && hash !== null && change(hash, i)) changed = true;
  }
  if (hash !== null && changed) ctx.collectionChanged(hash, hashes.length(keyspace, hash));
}

/** Several values may be too large for a reply together, which must turn out before anything is changed. */
function rehearse(ctx: Context, hash: Entry | null, args: Args, first: number): void {
  const mark = ctx.reply.length;
  ctx.reply.array(args.count - first);
  for (let i = first; i < args.count; i++) replyField(ctx, hash, args, i);
  ctx.reply.rewind(mark);
}

/** Replies the value of the field in argument `i`. Returns whether there is one. */
function replyField({ keyspace, reply }: Context, hash: Entry | null, args: Args, i: number): boolean {
  const value = hash === null ? null : hashes.get(keyspace, hash, args.bytes, args.start(i), args.end(i));
  if (value === null) reply.null();
  else reply.bulk(value.bytes, value.start, value.end);
  return value !== null;
}

/** Gives the field in argument `i` the expire time. Returns whether that changes it. */
function setTime({ keyspace, nowMs }: Context, hash: Entry, args: Args, i: number, time: number): boolean {
  const { bytes } = args;
  const start = args.start(i);
  const end = args.end(i);
  if (time === KEEP) return false;
  if (time === PERSIST) {
    if (times.timeOf(keyspace, hash, bytes, start, end) === times.NO_FIELD_TIME) return false;
    times.persist(keyspace, hash, bytes, start, end);
  } else if (hasPassed(time, nowMs)) {
    hashes.remove(keyspace, hash, bytes, start, end);
    keyspace.expiredFields++;
  } else {
    times.expireAt(keyspace, hash, bytes, start, end, time);
  }
  return true;
}
