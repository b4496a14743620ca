/** Commands that say when fields expire, as Redis 7.4 has them. */

import { FIELDS_NOT_POSITIVE } from "../protocol/errors.ts";
import { TYPE_HASH } from "../store/entry.ts";
import * as times from "../store/hash-time.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type ExpireUnit, MILLISECONDS, SECONDS } from "./expire-time.ts";
import { firstField } from "./field-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const httl = {
  name: "HTTL",
  arity: -5,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "hash",
  since: "7.4.0",
  summary: "The times that fields have to live, in seconds",
  complexity: "O(1) for each field",
  syntax: "key FIELDS numfields field [field ...]",
  handler(ctx, args) {
    replyTimes(ctx, args, SECONDS, true);
  },
} as const satisfies CommandSpec;

export const hpttl = {
  name: "HPTTL",
  arity: -5,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "hash",
  since: "7.4.0",
  summary: "The times that fields have to live, in milliseconds",
  complexity: "O(1) for each field",
  syntax: "key FIELDS numfields field [field ...]",
  handler(ctx, args) {
    replyTimes(ctx, args, MILLISECONDS, true);
  },
} as const satisfies CommandSpec;

export const hexpiretime = {
  name: "HEXPIRETIME",
  arity: -5,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "hash",
  since: "7.4.0",
  summary: "When fields expire, as Unix times in seconds",
  complexity: "O(1) for each field",
  syntax: "key FIELDS numfields field [field ...]",
  handler(ctx, args) {
    replyTimes(ctx, args, SECONDS, false);
  },
} as const satisfies CommandSpec;

export const hpexpiretime = {
  name: "HPEXPIRETIME",
  arity: -5,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "hash",
  since: "7.4.0",
  summary: "When fields expire, as Unix times in milliseconds",
  complexity: "O(1) for each field",
  syntax: "key FIELDS numfields field [field ...]",
  handler(ctx, args) {
    replyTimes(ctx, args, MILLISECONDS, false);
  },
} as const satisfies CommandSpec;

/** Replies −2 for a field that is missing, −1 for one that does not expire. Seconds are rounded up. */
function replyTimes(ctx: Context, args: Args, unit: ExpireUnit, relative: boolean): void {
  const { keyspace, reply, nowMs } = ctx;
  const hash = ctx.readValue(args, 1, TYPE_HASH);
  const first = firstField(args, 2, FIELDS_NOT_POSITIVE);
  reply.array(args.count - first);
  for (let i = first; i < args.count; i++) {
    const time =
      hash === null ? times.NO_FIELD : times.timeOf(keyspace, hash, args.bytes, args.start(i), args.end(i));
    reply.integer(time < 0 ? time : Math.ceil((time - (relative ? nowMs : 0)) / unit));
  }
}
