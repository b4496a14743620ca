/** Union, intersection and difference of sorted sets and sets: replied, stored or counted. */

import { buildDetached, discard } from "../store/detached.ts";
import { type Entry, TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import { intersect, subtract, unite } from "../store/zset-combine.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { storeResult } from "./store-result.ts";
import { type CombineForm, type CombineRequest, parseCombination } from "./zset-combine-options.ts";
import { MEMBERS, replyMembers, withScoresForm } from "./zset-reply.ts";

/** Fills a detached set. */
type Operation = (ctx: Context, request: CombineRequest, target: Entry) => void;

const DESTINATION = { ...FIRST_KEY, access: ["OW update"] } as const;
const REPLIED = { at: 1, access: "RO access" } as const;
const STORED = { at: 2, access: "RO access" } as const;

export const zunion = {
  name: "ZUNION",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  countedKeys: REPLIED,
  group: "sorted-set",
  since: "6.2.0",
  summary: "The members that any of the sources has, with aggregated scores",
  complexity: "O(N + M log M) for N members of all sources and M of the result",
  syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]",
  handler(ctx, args) {
    replyCombination(ctx, args, union, { name: "zunion", at: 1, weighted: true, withScores: true });
  },
} as const satisfies CommandSpec;

export const zunionstore = {
  name: "ZUNIONSTORE",
  arity: -4,
  flags: ["write", "denyoom", "movablekeys"],
  keys: DESTINATION,
  countedKeys: STORED,
  group: "sorted-set",
  since: "2.0.0",
  summary: "Stores the members that any of the sources has in a key",
  complexity: "O(N + M log M) for N members of all sources and M of the result",
  syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX]",
  handler(ctx, args) {
    storeCombination(ctx, args, union, { name: "zunionstore", at: 2, weighted: true });
  },
} as const satisfies CommandSpec;

export const zinter = {
  name: "ZINTER",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  countedKeys: REPLIED,
  group: "sorted-set",
  since: "6.2.0",
  summary: "The members that all sources have, with aggregated scores",
  complexity: "O(N*K + M log M) for N members of the smallest of K sources and M of the result",
  syntax: "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX] [WITHSCORES]",
  handler(ctx, args) {
    replyCombination(ctx, args, intersection, { name: "zinter", at: 1, weighted: true, withScores: true });
  },
} as const satisfies CommandSpec;

export const zinterstore = {
  name: "ZINTERSTORE",
  arity: -4,
  flags: ["write", "denyoom", "movablekeys"],
  keys: DESTINATION,
  countedKeys: STORED,
  group: "sorted-set",
  since: "2.0.0",
  summary: "Stores the members that all sources have in a key",
  complexity: "O(N*K + M log M) for N members of the smallest of K sources and M of the result",
  syntax: "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE SUM | MIN | MAX]",
  handler(ctx, args) {
    storeCombination(ctx, args, intersection, { name: "zinterstore", at: 2, weighted: true });
  },
} as const satisfies CommandSpec;

export const zdiff = {
  name: "ZDIFF",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  countedKeys: REPLIED,
  group: "sorted-set",
  since: "6.2.0",
  summary: "The members of the first source that no other has",
  complexity: "O(N*K + M log M) for N members of the first of K sources and M of the result",
  syntax: "numkeys key [key ...] [WITHSCORES]",
  handler(ctx, args) {
    replyCombination(ctx, args, difference, { name: "zdiff", at: 1, withScores: true });
  },
} as const satisfies CommandSpec;

export const zdiffstore = {
  name: "ZDIFFSTORE",
  arity: -4,
  flags: ["write", "denyoom", "movablekeys"],
  keys: DESTINATION,
  countedKeys: STORED,
  group: "sorted-set",
  since: "6.2.0",
  summary: "Stores the members of the first source that no other has in a key",
  complexity: "O(N*K + M log M) for N members of the first of K sources and M of the result",
  syntax: "destination numkeys key [key ...]",
  handler(ctx, args) {
    storeCombination(ctx, args, difference, { name: "zdiffstore", at: 2 });
  },
} as const satisfies CommandSpec;

export const zintercard = {
  name: "ZINTERCARD",
  arity: -3,
  flags: ["readonly", "movablekeys"],
  countedKeys: REPLIED,
  group: "sorted-set",
  since: "7.0.0",
  summary: "How many members all sources have, or that it is as many as a limit",
  complexity: "O(N*K) for N members of the smallest of K sources",
  syntax: "numkeys key [key ...] [LIMIT limit]",
  handler(ctx, args) {
    const { sources, aggregate, limit } = parseCombination(ctx, args, {
      name: "zintercard",
      at: 1,
      limit: true,
    });
    let members = 0;
    intersect(sources, aggregate, () => {
      members++;
      return members !== limit;
    });
    ctx.reply.integer(members);
  },
} as const satisfies CommandSpec;

const union: Operation = ({ keyspace }, { sources, aggregate }, target) => {
  unite(keyspace, sources, aggregate, target);
};

const intersection: Operation = ({ keyspace }, { sources, aggregate }, target) => {
  intersect(sources, aggregate, (bytes, start, end, score) => {
    zsets.add(keyspace, target, bytes, start, end, score);
    return true;
  });
};

const difference: Operation = ({ keyspace }, { sources }, target) => {
  subtract(sources, (bytes, start, end, score) => {
    zsets.add(keyspace, target, bytes, start, end, score);
    return true;
  });
};

function replyCombination(ctx: Context, args: Args, operation: Operation, form: CombineForm): void {
  const request = parseCombination(ctx, args, form);
  const result = combine(ctx, args, form.at + 1, operation, request);
  try {
    const shown = request.withScores ? withScoresForm(ctx.reply) : MEMBERS;
    replyMembers(ctx, result, 0, zsets.length(result), false, shown);
  } finally {
    discard(result);
  }
}

function storeCombination(ctx: Context, args: Args, operation: Operation, form: CombineForm): void {
  const { keyspace } = ctx;
  let result = combine(ctx, args, 1, operation, parseCombination(ctx, args, form));
  const members = zsets.length(result);
  if (zsets.mayBePacked(keyspace, result)) {
    const linked = result;
    try {
      result = build(ctx, args, 1, (target) => {
        zsets.copyRange(keyspace, linked, 0, members, false, target);
      });
    } finally {
      discard(linked);
    }
  }
  storeResult(ctx, args, 1, result, members);
  ctx.reply.integer(members);
}

/**
 * The result as a detached set for the key in argument `i`. As in Redis it is linked at first, however small: scores
 * of a packed set would lose the sign of a zero on the way.
 */
function combine(ctx: Context, args: Args, i: number, operation: Operation, request: CombineRequest): Entry {
  return build(ctx, args, i, (target) => {
    zsets.convert(ctx.keyspace, target);
    operation(ctx, request, target);
  });
}

function build({ keyspace, client }: Context, args: Args, i: number, fill: (target: Entry) => void): Entry {
  return buildDetached(keyspace, client.db, args.bytes, args.start(i), args.end(i), TYPE_ZSET, fill);
}
