/** Commands that count: strings that hold a number. */

import { addInt64, type Int64 } from "../base/int.ts";
import {
  addLongDouble,
  formatLongDouble,
  isFiniteLongDouble,
  type LongDouble,
  parseLongDouble,
} from "../base/long-double.ts";
import {
  DECREMENT_OVERFLOW,
  INCREMENT_OVERFLOW,
  NAN_OR_INFINITY,
  NOT_FLOAT,
  notAnInteger,
} from "../protocol/errors.ts";
import * as strings from "../store/string.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

/** The one 64-bit integer whose negation is none. */
const INT64_MIN = -(2n ** 63n);

export const incr = {
  name: "INCR",
  arity: 2,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Adds one to the number in a key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    increment(ctx, args, 1);
  },
} as const satisfies CommandSpec;

export const decr = {
  name: "DECR",
  arity: 2,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Takes one from the number in a key",
  complexity: "O(1)",
  syntax: "key",
  handler(ctx, args) {
    increment(ctx, args, -1);
  },
} as const satisfies CommandSpec;

export const incrby = {
  name: "INCRBY",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Adds an integer to the number in a key",
  complexity: "O(1)",
  syntax: "key increment",
  handler(ctx, args) {
    increment(ctx, args, args.int64(2));
  },
} as const satisfies CommandSpec;

export const decrby = {
  name: "DECRBY",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "Takes an integer from the number in a key",
  complexity: "O(1)",
  syntax: "key decrement",
  handler(ctx, args) {
    const decrement = args.int64(2);
    if (decrement === INT64_MIN) throw DECREMENT_OVERFLOW;
    increment(ctx, args, negate(decrement));
  },
} as const satisfies CommandSpec;

export const incrbyfloat = {
  name: "INCRBYFLOAT",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  keys: FIRST_KEY,
  group: "string",
  since: "2.6.0",
  summary: "Adds a decimal number to the one in a key",
  complexity: "O(1)",
  syntax: "key increment",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const { bytes } = args;
    const start = args.start(1);
    const end = args.end(1);
    // A value of the wrong type is reported before an increment that is no number, as in Redis.
    const entry = ctx.findString(args, 1);
    const increment = longDouble(bytes, args.start(2), args.end(2));
    let sum = increment;
    if (entry !== null)
      sum = addLongDouble(longDouble(entry.bytes, entry.valueStart, entry.valueEnd), increment);
    if (!isFiniteLongDouble(sum)) throw NAN_OR_INFINITY;
    const text = formatLongDouble(sum);
    strings.setText(keyspace, client.db, bytes, start, end, text);
    reply.bulkText(text);
  },
} as const satisfies CommandSpec;

/** Adds `delta` to the number in the key of argument 1, a missing one counting as 0, and replies the sum. */
function increment(ctx: Context, args: Args, delta: Int64): void {
  const { keyspace, client } = ctx;
  const entry = ctx.findString(args, 1);
  const old = entry === null ? 0 : strings.integerOf(entry);
  if (old === null) throw notAnInteger(args.bytes, args.start(1), args.end(1));
  const sum = addInt64(old, delta);
  if (sum === null) throw INCREMENT_OVERFLOW;
  if (entry === null) strings.createInteger(keyspace, client.db, args.bytes, args.start(1), args.end(1), sum);
  else strings.setInteger(keyspace, entry, sum);
  ctx.reply.int64(sum);
}

function negate(n: Int64): Int64 {
  // Subtracting from zero never gives -0, which is no Int64.
  return typeof n === "number" ? 0 - n : -n;
}

/** @throws NOT_FLOAT */
function longDouble(bytes: Buffer, start: number, end: number): LongDouble {
  const value = parseLongDouble(bytes, start, end);
  if (value === null) throw NOT_FLOAT;
  return value;
}
