/** Commands on the fields of hashes; the value's logic is in `store/hash.ts`. */

import { wrongArity } from "../protocol/errors.ts";
import { type Entry, TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const hset = {
  name: "HSET",
  arity: -4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "Sets fields to values and says how many fields are new",
  complexity: "O(1) for each field",
  syntax: "key field value [field value ...]",
  handler(ctx, args) {
    ctx.reply.integer(setFields(ctx, args, "hset"));
  },
} as const satisfies CommandSpec;

export const hmset = {
  name: "HMSET",
  arity: -4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "Sets fields to values; HSET does the same and says more",
  complexity: "O(1) for each field",
  syntax: "key field value [field value ...]",
  handler(ctx, args) {
    setFields(ctx, args, "hmset");
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const hsetnx = {
  name: "HSETNX",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW insert"] },
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "Sets a field to a value unless the hash has it",
  complexity: "O(1)",
  syntax: "key field value",
  handler(ctx, args) {
    const entry = ctx.findValue(args, 1, TYPE_HASH);
    const isFree = entry === null || !hashes.has(ctx.keyspace, entry, args.bytes, args.start(2), args.end(2));
    if (isFree) {
      const hash = ctx.openCollection(entry, args, 1, TYPE_HASH, 2);
      setField(ctx, hash, args, 2);
      ctx.keyspace.changed(hash);
    }
    ctx.reply.integer(isFree ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const hget = {
  name: "HGET",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "The value of a field",
  complexity: "O(1)",
  syntax: "key field",
  handler(ctx, args) {
    replyField(ctx, ctx.readValue(args, 1, TYPE_HASH), args, 2);
  },
} as const satisfies CommandSpec;

export const hmget = {
  name: "HMGET",
  arity: -3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "The values of several fields",
  complexity: "O(1) for each field",
  syntax: "key field [field ...]",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    ctx.reply.array(args.count - 2);
    for (let i = 2; i < args.count; i++) replyField(ctx, entry, args, i);
  },
} as const satisfies CommandSpec;

export const hdel = {
  name: "HDEL",
  arity: -3,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "Deletes fields and says how many there were",
  complexity: "O(1) for each field",
  syntax: "key field [field ...]",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const entry = ctx.findValue(args, 1, TYPE_HASH);
    let deleted = 0;
    if (entry !== null) {
      for (let i = 2; i < args.count; i++)
        if (hashes.remove(keyspace, entry, args.bytes, args.start(i), args.end(i))) deleted++;
      if (deleted > 0) ctx.collectionChanged(entry, hashes.length(keyspace, entry));
    }
    ctx.reply.integer(deleted);
  },
} as const satisfies CommandSpec;

export const hexists = {
  name: "HEXISTS",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "Whether the hash has a field",
  complexity: "O(1)",
  syntax: "key field",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    const exists = entry !== null && hashes.has(ctx.keyspace, entry, args.bytes, args.start(2), args.end(2));
    ctx.reply.integer(exists ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const hlen = {
  name: "HLEN",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  group: "hash",
  since: "2.0.0",
  summary: "The number of fields",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    ctx.reply.integer(entry === null ? 0 : hashes.length(ctx.keyspace, entry));
  },
} as const satisfies CommandSpec;

export const hstrlen = {
  name: "HSTRLEN",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  memberAt: 2,
  group: "hash",
  since: "3.2.0",
  summary: "The length of the value of a field in bytes",
  complexity: "O(1)",
  syntax: "key field",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    const value =
      entry === null ? null : hashes.get(ctx.keyspace, entry, args.bytes, args.start(2), args.end(2));
    ctx.reply.integer(value === null ? 0 : value.end - value.start);
  },
} as const satisfies CommandSpec;

/** Sets the pairs of field and value from argument 2 on. Returns how many fields are new. @throws wrongArity */
function setFields(ctx: Context, args: Args, name: string): number {
  if (args.count % 2 === 1) throw wrongArity(name);
  const hash = ctx.openCollection(ctx.findValue(args, 1, TYPE_HASH), args, 1, TYPE_HASH, 2);
  let created = 0;
  for (let i = 2; i < args.count; i += 2) if (setField(ctx, hash, args, i)) created++;
  ctx.keyspace.changed(hash);
  return created;
}

/** Sets the field of argument `i` to the value of the next one. Returns whether the field is new. */
function setField(ctx: Context, hash: Entry, args: Args, i: number): boolean {
  const { bytes } = args;
  const value = i + 1;
  return hashes.set(
    ctx.keyspace,
    hash,
    bytes,
    args.start(i),
    args.end(i),
    bytes,
    args.start(value),
    args.end(value),
  );
}

function replyField(ctx: Context, entry: Entry | null, args: Args, i: number): void {
  const value =
    entry === null ? null : hashes.get(ctx.keyspace, entry, args.bytes, args.start(i), args.end(i));
  if (value === null) ctx.reply.null();
  else ctx.reply.bulk(value.bytes, value.start, value.end);
}
