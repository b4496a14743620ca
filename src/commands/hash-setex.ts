/** HSETEX, as Redis 8.0 has it. */

import {
  INVALID_FIELD_COUNT,
  ONE_FIELD_CONDITION,
  ONE_FIELD_LIFETIME,
  unknownArgument,
  wrongArity,
} from "../protocol/errors.ts";
import { type Entry, TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import * as times from "../store/hash-time.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { hasPassed } from "./expire-time.ts";
import { fieldTimeFrom, timeOptionIn } from "./field-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

const NAME = "hsetex";
/** Redis counts the fields in a C integer. */
const FIELDS_MAX = 2 ** 31 - 1;

/** In place of an expire time: the fields shall have none. */
const NEVER = -1;
/** In place of an expire time: the fields keep theirs. */
const KEEP = -2;

interface Options {
  /** Set only if all the fields are there (FXX), or none of them (FNX). */
  condition: "FXX" | "FNX" | null;
  /** When the fields expire in Unix ms, or NEVER, or KEEP. */
  time: number;
  /** Index of the first argument with a field; each is followed by its value. */
  first: number;
}

export const hsetex = {
  name: "HSETEX",
  arity: -6,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "hash",
  since: "8.0.0",
  summary: "Sets fields to values, and when they expire",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax:
    "key [FNX | FXX] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL] FIELDS numfields field value [field value ...]",
  handler(ctx, args) {
    const options = parseOptions(args, ctx.nowMs);
    const hash = ctx.findValue(args, 1, TYPE_HASH);
    const isSet = allows(ctx, hash, args, options);
    if (isSet) {
      if (options.time >= 0 && hasPassed(options.time, ctx.nowMs)) deleteFields(ctx, hash, args, options);
      else setFields(ctx, hash, args, options);
    }
    ctx.reply.integer(isSet ? 1 : 0);
  },
} as const satisfies CommandSpec;

function parseOptions(args: Args, nowMs: number): Options {
  const options: Options = { condition: null, time: NEVER, first: 0 };
  for (let i = 2; i < args.count; i++) {
    if (args.is(i, "FIELDS")) {
      options.first = firstPair(args, i);
      return options;
    }
    const option = timeOptionIn(args, i);
    if (option !== undefined || args.is(i, "KEEPTTL")) {
      if (options.time !== NEVER) throw ONE_FIELD_LIFETIME;
      if (option === undefined) options.time = KEEP;
      else if (++i === args.count) throw wrongArity(NAME);
      else options.time = fieldTimeFrom(args, i, option.unit, option.relative, nowMs, NAME);
    } else if (args.is(i, "FXX") || args.is(i, "FNX")) {
      if (options.condition !== null) throw ONE_FIELD_CONDITION;
      options.condition = args.is(i, "FXX") ? "FXX" : "FNX";
    } else {
      throw unknownArgument(args.bytes, args.start(i), args.end(i));
    }
  }
  throw wrongArity(NAME);
}

/** Argument `i` is FIELDS; the number of pairs of field and value has to follow, and so many pairs. */
function firstPair(args: Args, i: number): number {
  const rest = args.count - i - 2;
  if (rest < 2) throw wrongArity(NAME);
  const count = args.integer(i + 1, 1, FIELDS_MAX, INVALID_FIELD_COUNT);
  if (count * 2 !== rest) throw wrongArity(NAME);
  return i + 2;
}

function allows({ keyspace }: Context, hash: Entry | null, args: Args, options: Options): boolean {
  if (options.condition === null) return true;
  const wanted = options.condition === "FXX";
  for (let i = options.first; i < args.count; i += 2) {
    const isThere = hash !== null && hashes.has(keyspace, hash, args.bytes, args.start(i), args.end(i));
    if (isThere !== wanted) return false;
  }
  return true;
}

function setFields(ctx: Context, hash: Entry | null, args: Args, { first, time }: Options): void {
  const { keyspace } = ctx;
  const { bytes } = args;
  const opened = ctx.openCollection(hash, args, 1, TYPE_HASH, first);
  const put = time === NEVER ? hashes.set : hashes.update;
  for (let i = first; i < args.count; i += 2) {
    const start = args.start(i);
    const end = args.end(i);
    put(keyspace, opened, bytes, start, end, bytes, args.start(i + 1), args.end(i + 1));
    if (time >= 0) times.expireAt(keyspace, opened, bytes, start, end, time);
  }
  keyspace.changed(opened);
}

/** Fields that have expired before they are set are as good as deleted. */
function deleteFields(ctx: Context, hash: Entry | null, args: Args, { first }: Options): void {
  const { keyspace } = ctx;
  if (hash === null) return;
  let changed = false;
  for (let i = first; i < args.count; i += 2)
    if (hashes.remove(keyspace, hash, args.bytes, args.start(i), args.end(i))) changed = true;
  if (changed) ctx.collectionChanged(hash, hashes.length(keyspace, hash));
}
