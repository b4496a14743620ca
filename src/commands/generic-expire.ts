/** Commands that give a key an expire time or take it away. */

import type { Int64 } from "../base/int.ts";
import { EXPIRE_GT_AND_LT, EXPIRE_NX_AND_OTHERS, unsupportedOption } from "../protocol/errors.ts";
import type { Entry } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type ExpireUnit, expireAtFrom, hasPassed, MILLISECONDS, SECONDS } from "./expire-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

// Conditions on the present expire time.
const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;

export const expire = {
  name: "EXPIRE",
  arity: -3,
  flags: ["write", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "1.0.0",
  summary: "Lets a key expire after some seconds",
  complexity: "O(1)",
  syntax: "key seconds [NX | XX | GT | LT]",
  handler(ctx, args) {
    setExpire(ctx, args, SECONDS, true, "expire");
  },
} as const satisfies CommandSpec;

export const pexpire = {
  name: "PEXPIRE",
  arity: -3,
  flags: ["write", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "2.6.0",
  summary: "Lets a key expire after some milliseconds",
  complexity: "O(1)",
  syntax: "key milliseconds [NX | XX | GT | LT]",
  handler(ctx, args) {
    setExpire(ctx, args, MILLISECONDS, true, "pexpire");
  },
} as const satisfies CommandSpec;

export const expireat = {
  name: "EXPIREAT",
  arity: -3,
  flags: ["write", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "1.2.0",
  summary: "Lets a key expire at a Unix time in seconds",
  complexity: "O(1)",
  syntax: "key unix-time-seconds [NX | XX | GT | LT]",
  handler(ctx, args) {
    setExpire(ctx, args, SECONDS, false, "expireat");
  },
} as const satisfies CommandSpec;

export const pexpireat = {
  name: "PEXPIREAT",
  arity: -3,
  flags: ["write", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "2.6.0",
  summary: "Lets a key expire at a Unix time in milliseconds",
  complexity: "O(1)",
  syntax: "key unix-time-milliseconds [NX | XX | GT | LT]",
  handler(ctx, args) {
    setExpire(ctx, args, MILLISECONDS, false, "pexpireat");
  },
} as const satisfies CommandSpec;

export const persist = {
  name: "PERSIST",
  arity: 2,
  flags: ["write", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "2.2.0",
  summary: "Takes the expire time of a key away",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const entry = ctx.findToChange(args, 1);
    const expires = entry?.expires === true;
    if (entry !== null && expires) {
      keyspace.persist(entry);
      keyspace.changed(entry);
    }
    ctx.reply.integer(expires ? 1 : 0);
  },
} as const satisfies CommandSpec;

/** EXPIRE and its family; `relative` to now, else to 1970. */
function setExpire(ctx: Context, args: Args, unit: ExpireUnit, relative: boolean, name: string): void {
  const { keyspace, nowMs } = ctx;
  const conditions = args.count > 3 ? parseConditions(args) : 0;
  const expireAt = expireAtFrom(args, 2, unit, relative, nowMs, name);
  const entry = ctx.findToChange(args, 1);
  if (entry === null || (conditions !== 0 && !allows(conditions, entry, expireAt))) {
    ctx.reply.integer(0);
    return;
  }
  if (hasPassed(expireAt, nowMs)) {
    keyspace.delete(entry);
    keyspace.dirty++;
  } else {
    keyspace.setExpire(entry, expireAt);
    keyspace.changed(entry);
  }
  ctx.reply.integer(1);
}

function parseConditions(args: Args): number {
  let conditions = 0;
  for (let i = 3; i < args.count; i++) {
    if (args.is(i, "NX")) conditions |= NX;
    else if (args.is(i, "XX")) conditions |= XX;
    else if (args.is(i, "GT")) conditions |= GT;
    else if (args.is(i, "LT")) conditions |= LT;
    else throw unsupportedOption(args.bytes, args.start(i), args.end(i));
  }
  if ((conditions & NX) !== 0 && conditions !== NX) throw EXPIRE_NX_AND_OTHERS;
  if ((conditions & (GT | LT)) === (GT | LT)) throw EXPIRE_GT_AND_LT;
  return conditions;
}

/** Whether the conditions let the key have the expire time; a key without one counts as living for ever. */
function allows(conditions: number, entry: Entry, expireAt: Int64): boolean {
  if (!entry.expires) return (conditions & (XX | GT)) === 0;
  const present = entry.expireAtMsExact;
  if ((conditions & NX) !== 0) return false;
  if ((conditions & GT) !== 0 && expireAt <= present) return false;
  return (conditions & LT) === 0 || expireAt < present;
}
