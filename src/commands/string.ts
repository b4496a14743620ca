/** Commands on strings; the value's logic is in `store/string.ts`. */

import { addInt64, type Int64 } from "../base/int.ts";
import { INCREMENT_OVERFLOW, notAnInteger } from "../protocol/errors.ts";
import { NO_EXPIRE } from "../store/keyspace.ts";
import * as strings from "../store/string.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import type { CommandSpec } from "./spec.ts";

const FIRST_KEY = { first: 1, last: 1, step: 1 } as const;

export const get = {
  name: "GET",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "The value of a key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const entry = ctx.readString(args, 1);
    if (entry === null) ctx.reply.null();
    else ctx.reply.bulk(entry.bytes, entry.valueStart, entry.valueEnd);
  },
} as const satisfies CommandSpec;

export const set = {
  name: "SET",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Sets a key to a value, with conditions and an expire time if asked for",
  complexity: "O(1)",
  syntax:
    "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]",
  handler(ctx, args) {
    strings.set(
      ctx.keyspace,
      ctx.client.db,
      args.bytes,
      args.start(1),
      args.end(1),
      args.start(2),
      args.end(2),
      NO_EXPIRE,
    );
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const incr = {
  name: "INCR",
  arity: 2,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Adds one to the number in a key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    increment(ctx, args, 1);
  },
} as const satisfies CommandSpec;

/** Adds `delta` to the number in the key of argument 1, a missing one counting as 0, and replies the sum. */
function increment(ctx: Context, args: Args, delta: Int64): void {
  const { keyspace, client } = ctx;
  const entry = ctx.findString(args, 1);
  const old = entry === null ? 0 : strings.integerOf(entry);
  if (old === null) throw notAnInteger(args.bytes, args.start(1), args.end(1));
  const sum = addInt64(old, delta);
  if (sum === null) throw INCREMENT_OVERFLOW;
  if (entry === null) strings.createInteger(keyspace, client.db, args.bytes, args.start(1), args.end(1), sum);
  else strings.setInteger(keyspace, entry, sum);
  ctx.reply.int64(sum);
}
