/** Commands on keys of any type: deleting them and asking about them. */

import { TYPE_NAMES } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { ALL_KEYS, type CommandSpec, FIRST_KEY } from "./spec.ts";

export const del = {
  name: "DEL",
  arity: -2,
  flags: ["write"],
  keys: { ...ALL_KEYS, access: ["RM delete"] },
  group: "generic",
  since: "1.0.0",
  summary: "Deletes keys and says how many there were",
  complexity: "O(N) for N keys",
  syntax: "key [key ...]",
  handler(ctx, args) {
    deleteKeys(ctx, args);
  },
} as const satisfies CommandSpec;

export const unlink = {
  name: "UNLINK",
  arity: -2,
  flags: ["write", "fast"],
  keys: { ...ALL_KEYS, access: ["RM delete"] },
  group: "generic",
  since: "4.0.0",
  summary: "Deletes keys as DEL does, leaving the freeing of large values for later",
  complexity: "O(1) for each key",
  syntax: "key [key ...]",
  handler(ctx, args) {
    deleteKeys(ctx, args);
  },
} as const satisfies CommandSpec;

export const exists = {
  name: "EXISTS",
  arity: -2,
  flags: ["readonly", "fast"],
  keys: { ...ALL_KEYS, access: ["RO"] },
  group: "generic",
  since: "1.0.0",
  summary: "How many of the given keys exist; one given twice counts twice",
  complexity: "O(N) for N keys",
  syntax: "key [key ...]",
  handler(ctx, args) {
    let found = 0;
    for (let i = 1; i < args.count; i++) if (ctx.peek(args, i) !== null) found++;
    ctx.reply.integer(found);
  },
} as const satisfies CommandSpec;

export const touch = {
  name: "TOUCH",
  arity: -2,
  flags: ["readonly", "fast"],
  keys: { ...ALL_KEYS, access: ["RO"] },
  group: "generic",
  since: "3.2.1",
  summary: "Counts an access to each of the given keys and says how many there are",
  complexity: "O(N) for N keys",
  syntax: "key [key ...]",
  handler(ctx, args) {
    const { keyspace, client } = ctx;
    let found = 0;
    // This command touches keys for a client that has CLIENT NO-TOUCH on, too: it asks for nothing else.
    for (let i = 1; i < args.count; i++)
      if (keyspace.read(client.db, args.bytes, args.start(i), args.end(i)) !== null) found++;
    ctx.reply.integer(found);
  },
} as const satisfies CommandSpec;

export const type = {
  name: "TYPE",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  group: "generic",
  since: "1.0.0",
  summary: "The type of the value in a key, none if there is no such key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const entry = ctx.peek(args, 1);
    ctx.reply.simpleString(entry === null ? "none" : TYPE_NAMES[entry.type]);
  },
} as const satisfies CommandSpec;

/** Deletes all keys from argument 1 on and replies their number. */
function deleteKeys(ctx: Context, args: Args): void {
  const { keyspace } = ctx;
  let deleted = 0;
  for (let i = 1; i < args.count; i++) {
    const entry = ctx.find(args, i);
    if (entry === null) continue;
    keyspace.delete(entry);
    deleted++;
  }
  keyspace.dirty += deleted;
  ctx.reply.integer(deleted);
}
