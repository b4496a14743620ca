/** Transactions: requests that are kept until EXEC and then run in a row, unless a watched key has changed. */

import {
  DISCARD_WITHOUT_MULTI,
  EXEC_ABORTED,
  EXEC_WITHOUT_MULTI,
  NESTED_MULTI,
  WATCH_IN_MULTI,
} from "../protocol/errors.ts";
import { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { executeQueued } from "./execute.ts";
import { keyName } from "./key-name.ts";
import { ALL_KEYS, type CommandSpec } from "./spec.ts";
import { TransactionQueue } from "./transaction-queue.ts";

export const multi = {
  name: "MULTI",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
  group: "transactions",
  since: "1.2.0",
  summary: "Begins a transaction: the requests that follow are kept until EXEC",
  complexity: "O(1)",
  immediate: "inside",
  handler(ctx) {
    if (ctx.client.transaction !== null) throw NESTED_MULTI;
    ctx.client.transaction = new TransactionQueue();
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const exec = {
  name: "EXEC",
  arity: 1,
  flags: ["noscript", "loading", "stale", "skip_slowlog"],
  group: "transactions",
  since: "1.2.0",
  summary: "Runs the requests of the transaction, or none if a watched key has changed",
  complexity: "Depends on the commands in the transaction",
  immediate: "ending",
  handler(ctx) {
    const { client, reply } = ctx;
    const queue = client.transaction;
    if (queue === null) throw EXEC_WITHOUT_MULTI;
    const isBroken = isWatchBroken(ctx);
    ctx.endTransaction();
    if (queue.aborted) throw EXEC_ABORTED;
    if (isBroken) reply.nullArray();
    else run(ctx, queue);
  },
} as const satisfies CommandSpec;

export const discard = {
  name: "DISCARD",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
  group: "transactions",
  since: "2.0.0",
  summary: "Forgets the requests of the transaction and ends it",
  complexity: "O(N) for N requests",
  immediate: "ending",
  handler(ctx) {
    if (ctx.client.transaction === null) throw DISCARD_WITHOUT_MULTI;
    ctx.endTransaction();
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const watch = {
  name: "WATCH",
  arity: -2,
  flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
  keys: { ...ALL_KEYS, access: ["RO"] },
  group: "transactions",
  since: "2.2.0",
  summary: "Makes the next EXEC do nothing if one of the keys has changed until then",
  complexity: "O(1) for every key",
  syntax: "key [key ...]",
  immediate: "inside",
  handler(ctx, args) {
    const { client, events } = ctx;
    if (client.transaction !== null) throw WATCH_IN_MULTI;
    for (let i = 1; i < args.count; i++) {
      // A key whose time has passed is freed now: that it goes later is no change.
      ctx.find(args, i);
      events.watches.add(client, keyName(client.db, args.bytes, args.start(i), args.end(i)));
    }
    events.settle();
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const unwatch = {
  name: "UNWATCH",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast", "allow_busy"],
  group: "transactions",
  since: "2.2.0",
  summary: "Forgets all watched keys",
  complexity: "O(1)",
  handler(ctx) {
    ctx.forgetWatches();
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

/** Whether a watched key has changed. One that has just expired has. */
function isWatchBroken(ctx: Context): boolean {
  ctx.events.expireWatched(ctx.client);
  return ctx.client.watchBroken;
}

function run(ctx: Context, queue: TransactionQueue): void {
  const args = new Args();
  ctx.reply.array(queue.length);
  ctx.inTransaction = true;
  try {
    for (let i = 0; i < queue.length; i++) {
      const command = queue.select(i, args);
      executeQueued(ctx, args, command);
    }
  } finally {
    ctx.inTransaction = false;
  }
}
