/** HyperLogLogs: counting different elements without keeping them. */

import { CORRUPT_HYPERLOGLOG } from "../protocol/errors.ts";
import { HLL_CORRUPT } from "../store/hyperloglog-draft.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { checkHyperLogLog } from "./hyperloglog-check.ts";
import { ALL_KEYS, type CommandSpec, FIRST_KEY } from "./spec.ts";

export const pfadd = {
  name: "PFADD",
  arity: -2,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW insert"] },
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Adds elements to a HyperLogLog, which is created if need be, and says whether it changed",
  complexity: "O(1) for each element",
  syntax: "key [element ...]",
  handler(ctx, args) {
    const { client, hyperloglogs, reply } = ctx;
    const { bytes, offsets } = args;
    const from = args.base + 4;
    const count = args.count - 2;
    const entry = checkHyperLogLog(ctx, ctx.findString(args, 1));
    if (entry === null) {
      hyperloglogs.create(client.db, bytes, args.start(1), args.end(1), offsets, from, count);
      reply.integer(1);
      return;
    }
    const changes = hyperloglogs.add(entry, bytes, offsets, from, count);
    if (changes === HLL_CORRUPT) throw CORRUPT_HYPERLOGLOG;
    reply.integer(changes > 0 ? 1 : 0);
  },
} as const satisfies CommandSpec;

export const pfcount = {
  name: "PFCOUNT",
  arity: -2,
  flags: ["readonly"],
  keys: { ...ALL_KEYS, access: ["RW access"] },
  group: "hyperloglog",
  since: "2.8.9",
  summary: "About how many different elements were added to one HyperLogLog, or to any of several",
  mayReplicate: true,
  complexity: "O(1) for one key that has not changed since, otherwise O(N) in the keys, about 20 µs for each",
  syntax: "key [key ...]",
  handler(ctx, args) {
    const { hyperloglogs, reply } = ctx;
    if (args.count > 2) {
      unite(ctx, args);
      reply.int64(hyperloglogs.unionCount());
      return;
    }
    const entry = checkHyperLogLog(ctx, ctx.readString(args, 1));
    const count = entry === null ? 0 : hyperloglogs.count(entry);
    if (count === null) throw CORRUPT_HYPERLOGLOG;
    reply.int64(count);
  },
} as const satisfies CommandSpec;

export const pfmerge = {
  name: "PFMERGE",
  arity: -2,
  flags: ["write", "denyoom"],
  keys: { ...ALL_KEYS, access: ["RW access insert", "RO access"] },
  group: "hyperloglog",
  since: "2.8.9",
  summary: "Adds the elements of HyperLogLogs to another one, which is created if need be",
  complexity: "O(N), N being the number of keys, with a high constant",
  syntax: "destkey [sourcekey ...]",
  handler(ctx, args) {
    const { client, hyperloglogs, reply } = ctx;
    unite(ctx, args);
    const target = ctx.findToChange(args, 1);
    if (target !== null) hyperloglogs.storeUnion(target);
    else hyperloglogs.createUnion(client.db, args.bytes, args.start(1), args.end(1));
    reply.ok();
  },
} as const satisfies CommandSpec;

/** Unites what is in the keys of all arguments; a missing one is empty. */
function unite(ctx: Context, args: Args): void {
  const { hyperloglogs } = ctx;
  hyperloglogs.startUnion();
  for (let i = 1; i < args.count; i++) {
    const entry = checkHyperLogLog(ctx, ctx.readString(args, i));
    if (entry !== null && !hyperloglogs.unite(entry)) throw CORRUPT_HYPERLOGLOG;
  }
}
