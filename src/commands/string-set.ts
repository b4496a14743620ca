/** Commands that set strings as a whole; the value's logic is in `store/string.ts`. */

import type { Int64 } from "../base/int.ts";
import { wrongArity } from "../protocol/errors.ts";
import { KEEP_EXPIRE, NO_EXPIRE } from "../store/keyspace.ts";
import * as strings from "../store/string.ts";
import { makeRoomForPairs } from "../store/string-pairs.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type ExpireUnit, MILLISECONDS, positiveExpireAtFrom, SECONDS } from "./expire-time.ts";
import { type CommandSpec, FIRST_KEY, KEYS_BEFORE_VALUES } from "./spec.ts";
import { EXPIRES, expireAtOf, GET, KEEPTTL, NX, parseSetOptions, XX } from "./string-options.ts";

export const set = {
  name: "SET",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["RW access update variable_flags"], accessIn: accessOfSet },
  group: "string",
  since: "1.0.0",
  summary: "Sets a key to a value, with conditions and an expire time if asked for",
  complexity: "O(1)",
  syntax:
    "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]",
  handler(ctx, args) {
    if (args.count > 3) {
      setWithOptions(ctx, args);
      return;
    }
    put(ctx, args, 1, 2, NO_EXPIRE);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const setex = {
  name: "SETEX",
  arity: 4,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["OW update"] },
  group: "string",
  since: "2.0.0",
  summary: "Sets a key to a value that expires after some seconds",
  complexity: "O(1)",
  syntax: "key seconds value",
  handler(ctx, args) {
    setExpiring(ctx, args, SECONDS, "setex");
  },
} as const satisfies CommandSpec;

export const psetex = {
  name: "PSETEX",
  arity: 4,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["OW update"] },
  group: "string",
  since: "2.6.0",
  summary: "Sets a key to a value that expires after some milliseconds",
  complexity: "O(1)",
  syntax: "key milliseconds value",
  handler(ctx, args) {
    setExpiring(ctx, args, MILLISECONDS, "psetex");
  },
} as const satisfies CommandSpec;

export const setnx = {
  name: "SETNX",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["OW insert"] },
  group: "string",
  since: "1.0.0",
  summary: "Sets a key to a value unless it exists",
  complexity: "O(1)",
  syntax: "key value",
  handler(ctx, args) {
    const exists = ctx.findToChange(args, 1) !== null;
    if (!exists) put(ctx, args, 1, 2, NO_EXPIRE);
    ctx.reply.integer(exists ? 0 : 1);
  },
} as const satisfies CommandSpec;

export const getset = {
  name: "GETSET",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Sets a key to a value and replies the old one",
  complexity: "O(1)",
  syntax: "key value",
  handler(ctx, args) {
    replyOldValue(ctx, args);
    put(ctx, args, 1, 2, NO_EXPIRE);
  },
} as const satisfies CommandSpec;

export const mset = {
  name: "MSET",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: { ...KEYS_BEFORE_VALUES, access: ["OW update"] },
  group: "string",
  since: "1.0.1",
  summary: "Sets several keys to values",
  complexity: "O(N), N being the number of keys",
  syntax: "key value [key value ...]",
  handler(ctx, args) {
    if (args.count % 2 === 0) throw wrongArity("mset");
    putAll(ctx, args);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const msetnx = {
  name: "MSETNX",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: { ...KEYS_BEFORE_VALUES, access: ["OW insert"] },
  group: "string",
  since: "1.0.1",
  summary: "Sets several keys to values unless one of them exists",
  complexity: "O(N), N being the number of keys",
  syntax: "key value [key value ...]",
  handler(ctx, args) {
    if (args.count % 2 === 0) throw wrongArity("msetnx");
    for (let i = 1; i < args.count; i += 2) {
      if (ctx.findToChange(args, i) === null) continue;
      ctx.reply.integer(0);
      return;
    }
    putAll(ctx, args);
    ctx.reply.integer(1);
  },
} as const satisfies CommandSpec;

/** What a SET does with its key: only the option GET reads the old value. */
function accessOfSet(args: Args, from: number): string {
  for (let i = from + 3; i < args.count; i++) if (args.is(i, "GET")) return "RW access update";
  return "OW update";
}

/** SET with at least one option. The order of the checks is that of Redis. */
function setWithOptions(ctx: Context, args: Args): void {
  const { reply } = ctx;
  const options = parseSetOptions(args);
  let expireAt: Int64 = (options & KEEPTTL) !== 0 ? KEEP_EXPIRE : NO_EXPIRE;
  if ((options & EXPIRES) !== 0) expireAt = expireAtOf(options, args, ctx.nowMs, "set");
  const get = (options & GET) !== 0;
  if (get) replyOldValue(ctx, args);
  if ((options & (NX | XX)) !== 0) {
    const wanted = (options & XX) !== 0;
    if ((ctx.findToChange(args, 1) !== null) !== wanted) {
      if (!get) reply.null();
      return;
    }
  }
  put(ctx, args, 1, 2, expireAt);
  if (!get) reply.ok();
}

function setExpiring(ctx: Context, args: Args, unit: ExpireUnit, name: string): void {
  const expireAt = positiveExpireAtFrom(args, 2, unit, true, ctx.nowMs, name);
  put(ctx, args, 1, 3, expireAt);
  ctx.reply.ok();
}

/** Replies the value that argument 1 has before it changes. @throws WRONG_TYPE */
function replyOldValue(ctx: Context, args: Args): void {
  const entry = ctx.readString(args, 1);
  if (entry === null) ctx.reply.null();
  else ctx.reply.bulk(entry.bytes, entry.valueStart, entry.valueEnd);
}

/** Sets the key in argument `key` to the value in argument `value`. */
function put(ctx: Context, args: Args, key: number, value: number, expireAt: Int64): void {
  const { keyspace, client } = ctx;
  const { bytes } = args;
  const start = args.start(key);
  const end = args.end(key);
  strings.set(keyspace, client.db, bytes, start, end, args.start(value), args.end(value), expireAt);
}

/** Sets the pairs from argument 1 on: all of them, or none when memory runs out. */
function putAll(ctx: Context, args: Args): void {
  const { keyspace, client } = ctx;
  const pairs = (args.count - 1) / 2;
  makeRoomForPairs(keyspace, client.db, args.bytes, args.offsets, args.base + 2, pairs);
  for (let i = 1; i < args.count; i += 2) put(ctx, args, i, i + 1, NO_EXPIRE);
}
