/** Commands that ask for the expire time of a key. */

import { type Int64, normalizeInt64 } from "../base/int.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type ExpireUnit, MILLISECONDS, SECONDS } from "./expire-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const ttl = {
  name: "TTL",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "1.0.0",
  summary: "Seconds until a key expires, -1 if it does not, -2 if there is no such key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    replyExpire(ctx, args, SECONDS, ctx.nowMs);
  },
} as const satisfies CommandSpec;

export const pttl = {
  name: "PTTL",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "2.6.0",
  summary: "Milliseconds until a key expires, -1 if it does not, -2 if there is no such key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    replyExpire(ctx, args, MILLISECONDS, ctx.nowMs);
  },
} as const satisfies CommandSpec;

export const expiretime = {
  name: "EXPIRETIME",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "7.0.0",
  summary: "The Unix time in seconds when a key expires, -1 if it does not, -2 if there is no such key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    replyExpire(ctx, args, SECONDS, 0);
  },
} as const satisfies CommandSpec;

export const pexpiretime = {
  name: "PEXPIRETIME",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "generic",
  since: "7.0.0",
  summary: "The Unix time in milliseconds when a key expires, -1 if it does not, -2 if there is no such key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    replyExpire(ctx, args, MILLISECONDS, 0);
  },
} as const satisfies CommandSpec;

/** Replies the expire time of the key in argument 1 less `baseMs`, in `unit`; -1 for none, -2 for no key. */
function replyExpire(ctx: Context, args: Args, unit: ExpireUnit, baseMs: number): void {
  const entry = ctx.peek(args, 1);
  if (entry === null) ctx.reply.integer(-2);
  else if (!entry.expires) ctx.reply.integer(-1);
  else ctx.reply.int64(inUnit(entry.expireAtMsExact, unit, baseMs));
}

/** Seconds are rounded to the nearest. */
function inUnit(expireAt: Int64, unit: ExpireUnit, baseMs: number): Int64 {
  if (typeof expireAt === "bigint") {
    const ms = expireAt - BigInt(baseMs);
    return normalizeInt64(unit === SECONDS ? (ms + 500n) / 1000n : ms);
  }
  const ms = expireAt - baseMs;
  if (unit === MILLISECONDS) return ms;
  return Math.floor(ms / 1000) + (ms % 1000 >= 500 ? 1 : 0);
}
