/** Commands that read strings; the value's logic is in `store/string.ts`. */

import { TYPE_STRING } from "../store/entry.ts";
import { NO_EXPIRE } from "../store/keyspace.ts";
import { hasPassed } from "./expire-time.ts";
import { ALL_KEYS, type CommandSpec, FIRST_KEY } from "./spec.ts";
import { ABSOLUTE, EXPIRES, expireAtOf, PERSIST, parseGetexOptions } from "./string-options.ts";

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

export const mget = {
  name: "MGET",
  arity: -2,
  flags: ["readonly", "fast"],
  keys: ALL_KEYS,
  group: "string",
  since: "1.0.0",
  summary: "The values of several keys, null for those that hold none",
  complexity: "O(N), N being the number of keys",
  syntax: "key [key ...]",
  handler(ctx, args) {
    const { reply } = ctx;
    reply.array(args.count - 1);
    for (let i = 1; i < args.count; i++) {
      const entry = ctx.read(args, i);
      if (entry === null || entry.type !== TYPE_STRING) reply.null();
      else reply.bulk(entry.bytes, entry.valueStart, entry.valueEnd);
    }
  },
} as const satisfies CommandSpec;

export const strlen = {
  name: "STRLEN",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  group: "string",
  since: "2.2.0",
  summary: "The length of the value of a key in bytes",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const entry = ctx.readString(args, 1);
    ctx.reply.integer(entry === null ? 0 : entry.valueLength);
  },
} as const satisfies CommandSpec;

export const getdel = {
  name: "GETDEL",
  arity: 2,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access delete"] },
  group: "string",
  since: "6.2.0",
  summary: "The value of a key, which is deleted",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const entry = ctx.readString(args, 1);
    if (entry === null) {
      reply.null();
      return;
    }
    reply.bulk(entry.bytes, entry.valueStart, entry.valueEnd);
    keyspace.delete(entry);
    keyspace.dirty++;
  },
} as const satisfies CommandSpec;

export const getex = {
  name: "GETEX",
  arity: -2,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access update"] },
  group: "string",
  since: "6.2.0",
  summary: "The value of a key, whose expire time is set or taken away",
  complexity: "O(1)",
  syntax:
    "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const options = parseGetexOptions(args);
    const entry = ctx.readString(args, 1);
    if (entry === null) {
      reply.null();
      return;
    }
    // Redis looks at the time only if there is a key to give it to.
    const expireAt = (options & EXPIRES) !== 0 ? expireAtOf(options, args, ctx.nowMs, "getex") : NO_EXPIRE;
    reply.bulk(entry.bytes, entry.valueStart, entry.valueEnd);
    if ((options & ABSOLUTE) !== 0 && hasPassed(expireAt, ctx.nowMs)) {
      keyspace.delete(entry);
      keyspace.dirty++;
      return;
    }
    if (expireAt !== NO_EXPIRE) keyspace.setExpire(entry, expireAt);
    else if ((options & PERSIST) !== 0 && entry.expires) keyspace.persist(entry);
    else return;
    keyspace.changed(entry);
  },
} as const satisfies CommandSpec;
