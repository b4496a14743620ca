/** Commands that give a value another key or another database. */

import { equalBytes } from "../base/bytes.ts";
import { NO_SUCH_KEY, SAME_OBJECT, SYNTAX } from "../protocol/errors.ts";
import { copyKey, moveKey } from "../store/copy.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { databaseIndex } from "./database-index.ts";
import { type CommandSpec, FIRST_KEY, FIRST_TWO_KEYS } from "./spec.ts";

export const rename = {
  name: "RENAME",
  arity: 3,
  flags: ["write"],
  keys: { ...FIRST_TWO_KEYS, access: ["RW access delete", "OW update"] },
  group: "generic",
  since: "1.0.0",
  summary: "Gives a key another name, in place of the key that may have it",
  complexity: "O(1)",
  syntax: "key newkey",
  handler(ctx, args) {
    if (ctx.findToChange(args, 1) === null) throw NO_SUCH_KEY;
    if (!sameKeys(args)) moveToNewKey(ctx, args);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const renamenx = {
  name: "RENAMENX",
  arity: 3,
  flags: ["write", "fast"],
  keys: { ...FIRST_TWO_KEYS, access: ["RW access delete", "OW insert"] },
  group: "generic",
  since: "1.0.0",
  summary: "Gives a key another name if no key has it",
  complexity: "O(1)",
  syntax: "key newkey",
  handler(ctx, args) {
    if (ctx.findToChange(args, 1) === null) throw NO_SUCH_KEY;
    const free = !sameKeys(args) && ctx.findToChange(args, 2) === null;
    if (free) moveToNewKey(ctx, args);
    ctx.reply.integer(free ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const copy = {
  name: "COPY",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_TWO_KEYS, access: ["RO access", "OW update"] },
  group: "generic",
  since: "6.2.0",
  summary: "Copies a key with its expire time, if the destination is free or REPLACE is given",
  complexity: "O(N) for a collection of N elements, O(1) for a string",
  syntax: "source destination [DB destination-db] [REPLACE]",
  handler(ctx, args) {
    const { keyspace, client } = ctx;
    let toDb = client.db;
    let replace = false;
    for (let i = 3; i < args.count; i++) {
      if (args.is(i, "REPLACE")) replace = true;
      else if (args.is(i, "DB") && i + 1 < args.count) toDb = databaseIndex(args, ++i, keyspace.databases);
      else throw SYNTAX;
    }
    if (toDb === client.db && sameKeys(args)) throw SAME_OBJECT;
    const copies = ctx.read(args, 1) !== null && (isFree(ctx, toDb, args, 2) || replace);
    if (copies) {
      copyKey(keyspace, args.bytes, client.db, args.start(1), args.end(1), toDb, args.start(2), args.end(2));
    }
    ctx.reply.integer(copies ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const move = {
  name: "MOVE",
  arity: 3,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access update"] },
  group: "generic",
  since: "1.0.0",
  summary: "Moves a key to another database, if that has no such key",
  complexity: "O(1)",
  syntax: "key db",
  handler(ctx, args) {
    const { keyspace, client } = ctx;
    const toDb = databaseIndex(args, 2, keyspace.databases);
    if (toDb === client.db) throw SAME_OBJECT;
    const start = args.start(1);
    const end = args.end(1);
    const moves = ctx.findToChange(args, 1) !== null && isFree(ctx, toDb, args, 1);
    if (moves) {
      moveKey(keyspace, args.bytes, client.db, start, end, toDb, start, end);
    }
    ctx.reply.integer(moves ? 1 : 0);
  },
} as const satisfies CommandSpec;

/** Whether arguments 1 and 2 are the same key. */
function sameKeys(args: Args): boolean {
  const length = args.length(1);
  return (
    length === args.length(2) && equalBytes(args.bytes, args.start(1), args.bytes, args.start(2), length)
  );
}

/** Whether a database lacks the key in argument `i`. */
function isFree(ctx: Context, db: number, args: Args, i: number): boolean {
  return ctx.keyspace.find(db, args.bytes, args.start(i), args.end(i)) === null;
}

/** Moves the value of the key in argument 1, which exists, to the one in argument 2. */
function moveToNewKey(ctx: Context, args: Args): void {
  const { keyspace, client } = ctx;
  const { db } = client;
  moveKey(keyspace, args.bytes, db, args.start(1), args.end(1), db, args.start(2), args.end(2));
}
