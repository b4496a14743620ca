/** Commands on whole databases. Redis documents them in its group "server". */

import { DB_OUT_OF_RANGE, INVALID_FIRST_DB, INVALID_SECOND_DB, SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { int32 } from "./database-index.ts";
import type { CommandSpec } from "./spec.ts";

export const dbsize = {
  name: "DBSIZE",
  arity: 1,
  flags: ["readonly", "fast"],
  group: "server",
  since: "1.0.0",
  summary: "The number of keys in the database",
  complexity: "O(1)",
  categories: ["keyspace"],
  handler(ctx) {
    ctx.reply.integer(ctx.keyspace.size(ctx.client.db));
  },
} as const satisfies CommandSpec;

export const flushdb = {
  name: "FLUSHDB",
  arity: -1,
  flags: ["write"],
  group: "server",
  since: "1.0.0",
  summary: "Deletes all keys of the database",
  complexity: "O(1): memory is freed afterwards, a bit at a time",
  syntax: "[ASYNC | SYNC]",
  categories: ["keyspace", "dangerous"],
  handler(ctx, args) {
    checkFlushMode(args);
    flush(ctx, ctx.client.db);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const flushall = {
  name: "FLUSHALL",
  arity: -1,
  flags: ["write"],
  group: "server",
  since: "1.0.0",
  summary: "Deletes all keys of all databases",
  complexity: "O(1): memory is freed afterwards, a bit at a time",
  syntax: "[ASYNC | SYNC]",
  categories: ["keyspace", "dangerous"],
  handler(ctx, args) {
    checkFlushMode(args);
    for (let db = 0; db < ctx.keyspace.databases; db++) flush(ctx, db);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const swapdb = {
  name: "SWAPDB",
  arity: 3,
  flags: ["write", "fast"],
  group: "server",
  since: "4.0.0",
  summary: "Exchanges two databases, also for the clients that use them",
  complexity: "O(1)",
  syntax: "index1 index2",
  categories: ["keyspace", "dangerous"],
  handler(ctx, args) {
    const { keyspace } = ctx;
    const first = int32(args, 1, INVALID_FIRST_DB);
    const second = int32(args, 2, INVALID_SECOND_DB);
    if (Math.min(first, second) < 0 || Math.max(first, second) >= keyspace.databases) throw DB_OUT_OF_RANGE;
    ctx.events.swap(first, second);
    keyspace.dirty++;
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

function flush(ctx: Context, db: number): void {
  ctx.events.flushing(db);
  ctx.keyspace.dirty += ctx.keyspace.flush(db);
}

/** Both modes are the same here: keys are gone at once, their memory comes back in slices. @throws SYNTAX */
function checkFlushMode(args: Args): void {
  const valid = args.count === 1 || (args.count === 2 && (args.is(1, "ASYNC") || args.is(1, "SYNC")));
  if (!valid) throw SYNTAX;
}
