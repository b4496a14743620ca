/** Commands on the members of a set; the value's logic is in `store/set.ts`. */

import { type Entry, TYPE_SET } from "../store/entry.ts";
import * as sets from "../store/set.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY, FIRST_TWO_KEYS } from "./spec.ts";

export const sadd = {
  name: "SADD",
  arity: -3,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW insert"] },
  memberAt: 2,
  group: "set",
  since: "1.0.0",
  summary: "Adds members and says how many are new; makes the set when it does not exist",
  complexity: "O(1) for each member",
  syntax: "key member [member ...]",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const set = ctx.openCollection(ctx.findValue(args, 1, TYPE_SET), args, 1, TYPE_SET, 2);
    let added = 0;
    for (let i = 2; i < args.count; i++)
      if (sets.add(keyspace, set, args.bytes, args.start(i), args.end(i))) added++;
    if (added > 0) keyspace.changed(set);
    ctx.reply.integer(added);
  },
} as const satisfies CommandSpec;

export const srem = {
  name: "SREM",
  arity: -3,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  memberAt: 2,
  group: "set",
  since: "1.0.0",
  summary: "Takes members out and says how many there were",
  complexity: "O(1) for each member",
  syntax: "key member [member ...]",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const set = ctx.findValue(args, 1, TYPE_SET);
    let removed = 0;
    for (let i = 2; set !== null && i < args.count; i++)
      if (sets.remove(keyspace, set, args.bytes, args.start(i), args.end(i))) removed++;
    if (set !== null && removed > 0) ctx.collectionChanged(set, sets.length(set));
    ctx.reply.integer(removed);
  },
} as const satisfies CommandSpec;

export const smove = {
  name: "SMOVE",
  arity: 4,
  flags: ["write", "fast"],
  keys: { ...FIRST_TWO_KEYS, access: ["RW access delete", "RW insert"] },
  group: "set",
  since: "1.0.0",
  summary: "Moves a member from one set to another, which is made when it does not exist",
  complexity: "O(1)",
  syntax: "source destination member",
  handler(ctx, args) {
    ctx.reply.integer(move(ctx, args) ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const sismember = {
  name: "SISMEMBER",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  memberAt: 2,
  group: "set",
  since: "1.0.0",
  summary: "Whether the set has a member",
  complexity: "O(1)",
  syntax: "key member",
  handler(ctx, args) {
    ctx.reply.integer(isMember(ctx, ctx.readValue(args, 1, TYPE_SET), args, 2) ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const smismember = {
  name: "SMISMEMBER",
  arity: -3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "set",
  since: "6.2.0",
  summary: "For each of several members, whether the set has it",
  complexity: "O(1) for each member",
  syntax: "key member [member ...]",
  handler(ctx, args) {
    const set = ctx.readValue(args, 1, TYPE_SET);
    ctx.reply.array(args.count - 2);
    for (let i = 2; i < args.count; i++) ctx.reply.integer(isMember(ctx, set, args, i) ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const scard = {
  name: "SCARD",
  arity: 2,
  flags: ["readonly", "fast"],
  keys: { ...FIRST_KEY, access: ["RO"] },
  group: "set",
  since: "1.0.0",
  summary: "Number of members",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    const set = ctx.readValue(args, 1, TYPE_SET);
    ctx.reply.integer(set === null ? 0 : sets.length(set));
  },
} as const satisfies CommandSpec;

export const smembers = {
  name: "SMEMBERS",
  arity: 2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "set",
  since: "1.0.0",
  summary: "All members; SSCAN does not hold the server up",
  complexity: "O(N) for N members",
  syntax: "key",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const set = ctx.readValue(args, 1, TYPE_SET);
    reply.set(set === null ? 0 : sets.length(set));
    if (set === null) return;
    sets.forEach(keyspace, set, ({ bytes, start, end }) => reply.bulk(bytes, start, end));
  },
} as const satisfies CommandSpec;

function isMember({ keyspace }: Context, set: Entry | null, args: Args, i: number): boolean {
  return set !== null && sets.has(keyspace, set, args.bytes, args.start(i), args.end(i));
}

/** SMOVE. Returns whether the source has the member. The destination may be of any type when there is no source. */
function move(ctx: Context, args: Args): boolean {
  const { keyspace } = ctx;
  const { bytes } = args;
  const source = ctx.findValue(args, 1, TYPE_SET);
  if (source === null) return false;
  const { shard, offset } = source;
  const found = isMember(ctx, source, args, 3);
  const destination = ctx.findValue(args, 2, TYPE_SET);
  const isSame = destination !== null && destination.shard === shard && destination.offset === offset;
  if (!found || isSame) return found;
  // What needs memory comes first.
  const target = ctx.openCollection(destination, args, 2, TYPE_SET, 3);
  if (sets.add(keyspace, target, bytes, args.start(3), args.end(3))) keyspace.changed(target);
  const left = ctx.find(args, 1) as Entry;
  sets.remove(keyspace, left, bytes, args.start(3), args.end(3));
  ctx.collectionChanged(left, sets.length(left));
  return true;
}
