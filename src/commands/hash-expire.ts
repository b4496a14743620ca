/** Commands that give fields expire times or take them away, as Redis 7.4 has them. */

import { FIELDS_NOT_POSITIVE, HEXPIRE_FIELDS_NOT_POSITIVE } from "../protocol/errors.ts";
import { type Entry, TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import * as times from "../store/hash-time.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type ExpireUnit, hasPassed, MILLISECONDS, SECONDS } from "./expire-time.ts";
import { fieldTimeFrom, firstField, needRoomForTimes } from "./field-time.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

// What is replied for a field.
const CONDITION_NOT_MET = 0;
const DONE = 1;
const DELETED = 2;

/** Conditions on the present expire time; one that has none lives for ever. */
const CONDITIONS = ["NX", "XX", "GT", "LT"] as const;
type Condition = (typeof CONDITIONS)[number];

export const hexpire = {
  name: "HEXPIRE",
  arity: -6,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "hash",
  since: "7.4.0",
  summary: "Lets fields expire after some seconds",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax: "key seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
  handler(ctx, args) {
    expireFields(ctx, args, SECONDS, true, "hexpire");
  },
} as const satisfies CommandSpec;

export const hpexpire = {
  name: "HPEXPIRE",
  arity: -6,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "hash",
  since: "7.4.0",
  summary: "Lets fields expire after some milliseconds",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax: "key milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
  handler(ctx, args) {
    expireFields(ctx, args, MILLISECONDS, true, "hpexpire");
  },
} as const satisfies CommandSpec;

export const hexpireat = {
  name: "HEXPIREAT",
  arity: -6,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "hash",
  since: "7.4.0",
  summary: "Lets fields expire at a Unix time in seconds",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax: "key unix-time-seconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
  handler(ctx, args) {
    expireFields(ctx, args, SECONDS, false, "hexpireat");
  },
} as const satisfies CommandSpec;

export const hpexpireat = {
  name: "HPEXPIREAT",
  arity: -6,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "hash",
  since: "7.4.0",
  summary: "Lets fields expire at a Unix time in milliseconds",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax: "key unix-time-milliseconds [NX | XX | GT | LT] FIELDS numfields field [field ...]",
  handler(ctx, args) {
    expireFields(ctx, args, MILLISECONDS, false, "hpexpireat");
  },
} as const satisfies CommandSpec;

export const hpersist = {
  name: "HPERSIST",
  arity: -5,
  flags: ["write", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "hash",
  since: "7.4.0",
  summary: "Takes the expire times of fields away",
  complexity: "O(log N) for each field, with N fields that expire",
  syntax: "key FIELDS numfields field [field ...]",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const hash = ctx.findValue(args, 1, TYPE_HASH);
    const first = firstField(args, 2, FIELDS_NOT_POSITIVE);
    reply.array(args.count - first);
    let changed = false;
    for (let i = first; i < args.count; i++) {
      const result = hash === null ? times.NO_FIELD : persistField(ctx, hash, args, i);
      if (result === DONE) changed = true;
      reply.integer(result);
    }
    if (hash !== null && changed) keyspace.changed(hash);
  },
} as const satisfies CommandSpec;

/** HEXPIRE and its family; `relative` to now, else to 1970. */
function expireFields(ctx: Context, args: Args, unit: ExpireUnit, relative: boolean, name: string): void {
  const { keyspace, reply, nowMs } = ctx;
  const hash = ctx.findValue(args, 1, TYPE_HASH);
  const time = fieldTimeFrom(args, 2, unit, relative, nowMs, name);
  const condition = CONDITIONS.find((word) => args.is(3, word));
  const first = firstField(args, condition === undefined ? 3 : 4, HEXPIRE_FIELDS_NOT_POSITIVE);
  if (hash !== null && !hasPassed(time, nowMs)) needRoomForTimes(ctx, hash, args, first);
  reply.array(args.count - first);
  let changed = false;
  for (let i = first; i < args.count; i++) {
    const result = hash === null ? times.NO_FIELD : expireField(ctx, hash, args, i, time, condition);
    if (result === DONE || result === DELETED) changed = true;
    reply.integer(result);
  }
  if (hash !== null && changed) ctx.collectionChanged(hash, hashes.length(keyspace, hash));
}

/** Lets the field in argument `i` expire, deletes it if its time has passed. Returns what is to be replied. */
function expireField(
  { keyspace, nowMs }: Context,
  hash: Entry,
  args: Args,
  i: number,
  time: number,
  condition: Condition | undefined,
): number {
  const { bytes } = args;
  const start = args.start(i);
  const end = args.end(i);
  const present = times.timeOf(keyspace, hash, bytes, start, end);
  if (present === times.NO_FIELD) return present;
  if (condition !== undefined && !allows(condition, present, time)) return CONDITION_NOT_MET;
  if (!hasPassed(time, nowMs)) {
    times.expireAt(keyspace, hash, bytes, start, end, time);
    return DONE;
  }
  hashes.remove(keyspace, hash, bytes, start, end);
  keyspace.expiredFields++;
  return DELETED;
}

function allows(condition: Condition, present: number, time: number): boolean {
  const expires = present !== times.NO_FIELD_TIME;
  switch (condition) {
    case "NX":
      return !expires;
    case "XX":
      return expires;
    case "GT":
      return expires && time > present;
    case "LT":
      return !expires || time < present;
  }
}

/** Takes the expire time of the field in argument `i` away. Returns what is to be replied. */
function persistField({ keyspace }: Context, hash: Entry, args: Args, i: number): number {
  const present = times.timeOf(keyspace, hash, args.bytes, args.start(i), args.end(i));
  if (present < 0) return present;
  times.persist(keyspace, hash, args.bytes, args.start(i), args.end(i));
  return DONE;
}
