/** Values as bytes in Redis' format: to carry them from one server to another. */

import { addInt64, type Int64 } from "../base/int.ts";
import {
  BAD_DATA_FORMAT,
  BUSY_KEY,
  DAMAGED_DUMP,
  FREQ_OUT_OF_RANGE,
  NEGATIVE_IDLETIME,
  NEGATIVE_TTL,
  REPLY_TOO_LARGE,
  SYNTAX,
} from "../protocol/errors.ts";
import { adopt, discard } from "../store/detached.ts";
import { type Entry, TYPE_STRING } from "../store/entry.ts";
import { type Keyspace, NO_EXPIRE } from "../store/keyspace.ts";
import { RdbFormatError } from "../store/rdb/rdb-format.ts";
import { RdbTooLargeError } from "../store/rdb/rdb-writer.ts";
import { valueTypeOf } from "../store/value-types.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { hasPassed } from "./expire-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

const FREQ_MAX = 255;
/** Idle times are kept in so many bits. */
const IDLE_BITS = 24;

export const dump = {
  name: "DUMP",
  arity: 2,
  flags: ["readonly"],
  keys: { ...FIRST_KEY, access: ["RO access"] },
  group: "generic",
  since: "2.6.0",
  summary: "The value of a key as bytes that RESTORE takes, here or on a Redis server",
  complexity: "O(N), N being the bytes of the value",
  syntax: "key",
  handler(ctx, args) {
    const entry = ctx.read(args, 1);
    if (entry === null || isHollow(ctx.keyspace, entry)) {
      ctx.reply.null();
      return;
    }
    const { bytes, length } = dumpOf(ctx, entry);
    ctx.reply.bulk(bytes, 0, length);
  },
} as const satisfies CommandSpec;

export const restore = {
  name: "RESTORE",
  arity: -4,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["OW update"] },
  group: "generic",
  since: "2.6.0",
  summary: "Creates a key from what DUMP gave, with an expire time if the one given is not 0",
  complexity: "O(N) for N bytes, O(N · log(N)) for a sorted set of N members",
  syntax: "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]",
  categories: ["dangerous"],
  handler(ctx, args) {
    const { keyspace, client } = ctx;
    const options = restoreOptions(args);
    const exists = ctx.findToChange(args, 1) !== null;
    if (exists && !options.replace) throw BUSY_KEY;
    const expireAt = expireAtFrom(args, options.absolute, keyspace.nowMs);
    const value = valueFrom(ctx, args);
    if (expireAt !== NO_EXPIRE && hasPassed(expireAt, keyspace.nowMs)) {
      discard(value);
      if (exists) deleteKey(ctx, args);
    } else {
      const entry = adopt(keyspace, value, client.db, args.bytes, args.start(1), args.end(1), expireAt);
      entry.access = accessFor(keyspace, options);
      keyspace.changed(entry);
    }
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  /** Negative: not given. At most one of the two is. */
  idleSeconds: Int64;
  frequency: number;
}

function restoreOptions(args: Args): RestoreOptions {
  const options: RestoreOptions = { replace: false, absolute: false, idleSeconds: -1, frequency: -1 };
  for (let i = 4; i < args.count; i++) {
    const hasValue = i + 1 < args.count;
    if (args.is(i, "REPLACE")) options.replace = true;
    else if (args.is(i, "ABSTTL")) options.absolute = true;
    else if (args.is(i, "IDLETIME") && hasValue && options.frequency < 0) {
      options.idleSeconds = args.int64(++i);
      if (options.idleSeconds < 0) throw NEGATIVE_IDLETIME;
    } else if (args.is(i, "FREQ") && hasValue && options.idleSeconds < 0) {
      const frequency = args.int64(++i);
      if (frequency < 0 || frequency > FREQ_MAX) throw FREQ_OUT_OF_RANGE;
      options.frequency = Number(frequency);
    } else throw SYNTAX;
  }
  return options;
}

/** The expire time for the TTL in argument 2, or NO_EXPIRE. */
function expireAtFrom(args: Args, absolute: boolean, nowMs: number): Int64 {
  const ttl = args.int64(2);
  if (ttl < 0) throw NEGATIVE_TTL;
  if (ttl === 0) return NO_EXPIRE;
  // As in Redis, a time that is too far away counts as one that has passed.
  return absolute ? ttl : (addInt64(ttl, nowMs) ?? 0);
}

/** The value that argument 3 is a dump of, detached. */
function valueFrom(ctx: Context, args: Args): Entry {
  const { bytes } = args;
  const from = args.start(3);
  const to = args.end(3);
  if (!ctx.dumps.isIntact(bytes, from, to)) throw DAMAGED_DUMP;
  try {
    return ctx.dumps.read(ctx.client.db, bytes, args.start(1), args.end(1), from, to);
  } catch (error) {
    throw error instanceof RdbFormatError ? BAD_DATA_FORMAT : error;
  }
}

function dumpOf(ctx: Context, entry: Entry): { readonly bytes: Buffer; readonly length: number } {
  try {
    return ctx.dumps.dump(entry);
  } catch (error) {
    throw error instanceof RdbTooLargeError ? REPLY_TOO_LARGE : error;
  }
}

/** Whether nothing is left of a value: the fields of a hash have expired, but were not freed yet. */
function isHollow(keyspace: Keyspace, entry: Entry): boolean {
  return entry.type !== TYPE_STRING && valueTypeOf(entry).length(keyspace, entry) === 0;
}

function deleteKey(ctx: Context, args: Args): void {
  const { keyspace } = ctx;
  // The view has moved since the key was looked up.
  keyspace.delete(ctx.find(args, 1) as Entry);
  keyspace.dirty++;
}

/** Access bits of a new key; the option for the other kind of policy is ignored. */
function accessFor(keyspace: Keyspace, { idleSeconds, frequency }: RestoreOptions): number {
  const { access } = keyspace;
  if (access.lfu) return frequency < 0 ? access.initial() : access.counted(frequency);
  return idleSeconds < 0
    ? access.initial()
    : access.idle(Number(BigInt.asUintN(IDLE_BITS, BigInt(idleSeconds))));
}
