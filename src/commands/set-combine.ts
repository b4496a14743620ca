/** Intersection, union and difference of sets: replied, stored or counted. */

import type { Int64 } from "../base/int.ts";
import {
  LIMIT_NEGATIVE,
  NUMKEYS_NOT_POSITIVE,
  NUMKEYS_TOO_LARGE,
  SYNTAX,
  WRONG_TYPE,
} from "../protocol/errors.ts";
import { buildDetached, discard } from "../store/detached.ts";
import { type Entry, TYPE_SET } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import * as sets from "../store/set.ts";
import { intersect, subtract, unite } from "../store/set-combine.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { ALL_KEYS, type CommandSpec } from "./spec.ts";
import { storeResult } from "./store-result.ts";

/**
 * Visits the members of a combination of sets, null being one that does not exist; the members of a union may come
 * more than once.
 */
type Combination = (keyspace: Keyspace, sources: (Entry | null)[], visit: sets.MemberVisitor) => void;

const DESTINATION_AND_SOURCES = { ...ALL_KEYS, access: ["OW update", "RO access"] } as const;

export const sinter = {
  name: "SINTER",
  arity: -2,
  flags: ["readonly"],
  keys: ALL_KEYS,
  group: "set",
  since: "1.0.0",
  summary: "The members that all of the sets have",
  complexity: "O(N*M) for N members of the smallest of M sets",
  syntax: "key [key ...]",
  handler(ctx, args) {
    replyCombination(ctx, args, intersection);
  },
} as const satisfies CommandSpec;

export const sinterstore = {
  name: "SINTERSTORE",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: { ...ALL_KEYS, access: ["RW update", "RO access"] },
  group: "set",
  since: "1.0.0",
  summary: "Stores the members that all of the sets have in a key",
  complexity: "O(N*M) for N members of the smallest of M sets",
  syntax: "destination key [key ...]",
  handler(ctx, args) {
    storeCombination(ctx, args, intersection);
  },
} as const satisfies CommandSpec;

export const sintercard = {
  name: "SINTERCARD",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  countedKeys: { at: 1, access: "RO access" },
  group: "set",
  since: "7.0.0",
  summary: "How many members all of the sets have, or that it is as many as a limit",
  complexity: "O(N*M) for N members of the smallest of M sets",
  syntax: "numkeys key [key ...] [LIMIT limit]",
  handler(ctx, args) {
    const keys = Number(args.int64(1, NUMKEYS_NOT_POSITIVE));
    if (keys < 1) throw NUMKEYS_NOT_POSITIVE;
    if (keys > args.count - 2) throw NUMKEYS_TOO_LARGE;
    const limit = limitFrom(args, 2 + keys);
    const sources = readSources(ctx, args, 2, keys);
    ctx.reply.integer(isComplete(sources) ? intersect(ctx.keyspace, sources, limit, () => {}) : 0);
  },
} as const satisfies CommandSpec;

export const sunion = {
  name: "SUNION",
  arity: -2,
  flags: ["readonly"],
  keys: ALL_KEYS,
  group: "set",
  since: "1.0.0",
  summary: "The members that any of the sets has",
  complexity: "O(N) for N members in all sets",
  syntax: "key [key ...]",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const result = collect(ctx, args, 1, union);
    try {
      reply.set(sets.length(result));
      sets.forEach(keyspace, result, ({ bytes, start, end }) => reply.bulk(bytes, start, end));
    } finally {
      discard(result);
    }
  },
} as const satisfies CommandSpec;

export const sunionstore = {
  name: "SUNIONSTORE",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: DESTINATION_AND_SOURCES,
  group: "set",
  since: "1.0.0",
  summary: "Stores the members that any of the sets has in a key",
  complexity: "O(N) for N members in all sets",
  syntax: "destination key [key ...]",
  handler(ctx, args) {
    storeCombination(ctx, args, union);
  },
} as const satisfies CommandSpec;

export const sdiff = {
  name: "SDIFF",
  arity: -2,
  flags: ["readonly"],
  keys: ALL_KEYS,
  group: "set",
  since: "1.0.0",
  summary: "The members of the first set that none of the others has",
  complexity: "O(N) for N members in all sets",
  syntax: "key [key ...]",
  handler(ctx, args) {
    replyCombination(ctx, args, difference);
  },
} as const satisfies CommandSpec;

export const sdiffstore = {
  name: "SDIFFSTORE",
  arity: -3,
  flags: ["write", "denyoom"],
  keys: DESTINATION_AND_SOURCES,
  group: "set",
  since: "1.0.0",
  summary: "Stores the members of the first set that none of the others has in a key",
  complexity: "O(N) for N members in all sets",
  syntax: "destination key [key ...]",
  handler(ctx, args) {
    storeCombination(ctx, args, difference);
  },
} as const satisfies CommandSpec;

function intersection(keyspace: Keyspace, sources: (Entry | null)[], visit: sets.MemberVisitor): void {
  if (isComplete(sources)) intersect(keyspace, sources, Number.POSITIVE_INFINITY, visit);
}

function union(keyspace: Keyspace, sources: (Entry | null)[], visit: sets.MemberVisitor): void {
  unite(keyspace, sources.filter(exists), visit);
}

function difference(keyspace: Keyspace, sources: (Entry | null)[], visit: sets.MemberVisitor): void {
  const [first, ...others] = sources;
  if (first !== null) subtract(keyspace, first, others.filter(exists), visit);
}

/** Replies a combination whose members come once. */
function replyCombination(ctx: Context, args: Args, combine: Combination): void {
  const { keyspace, reply } = ctx;
  const sources = readSources(ctx, args, 1, args.count - 1);
  const mark = reply.length;
  let found = 0;
  combine(keyspace, sources, ({ bytes, start, end }) => {
    reply.bulk(bytes, start, end);
    found++;
  });
  const end = reply.length;
  reply.set(found);
  reply.moveToFront(mark, end);
}

function storeCombination(ctx: Context, args: Args, combine: Combination): void {
  const result = collect(ctx, args, 2, combine);
  const length = sets.length(result);
  storeResult(ctx, args, 1, result, length);
  ctx.reply.integer(length);
}

/**
 * A combination of the sets from argument `from` on, as a detached set for the key of argument 1.
 * @throws OutOfMemoryError, WRONG_TYPE
 */
function collect(ctx: Context, args: Args, from: number, combine: Combination): Entry {
  const { keyspace, client } = ctx;
  const sources = readSources(ctx, args, from, args.count - from);
  const start = args.start(1);
  return buildDetached(keyspace, client.db, args.bytes, start, args.end(1), TYPE_SET, (target) => {
    combine(keyspace, sources, (member) => {
      sets.add(keyspace, target, member.bytes, member.start, member.end);
    });
  });
}

/** The sets of `count` keys from argument `from` on, null for a key that does not exist. @throws WRONG_TYPE */
function readSources(ctx: Context, args: Args, from: number, count: number): (Entry | null)[] {
  const sources: (Entry | null)[] = [];
  for (let i = from; i < from + count; i++) {
    const set = ctx.readView(args, i);
    if (set !== null && set.type !== TYPE_SET) throw WRONG_TYPE;
    sources.push(set);
  }
  return sources;
}

function exists(set: Entry | null): set is Entry {
  return set !== null;
}

function isComplete(sources: (Entry | null)[]): sources is Entry[] {
  return sources.every(exists);
}

/** What LIMIT says from argument `from` on: 0 means without. @throws SYNTAX, LIMIT_NEGATIVE */
function limitFrom(args: Args, from: number): number {
  let limit: Int64 = 0;
  for (let i = from; i < args.count; i += 2) {
    if (i + 1 === args.count || !args.is(i, "LIMIT")) throw SYNTAX;
    limit = args.int64(i + 1, LIMIT_NEGATIVE);
    if (limit < 0) throw LIMIT_NEGATIVE;
  }
  return limit === 0 ? Number.POSITIVE_INFINITY : Number(limit);
}
