/** Commands that count in the fields of hashes. */

import { addInt64, type Int64, parseInt64 } from "../base/int.ts";
import {
  addLongDouble,
  formatLongDouble,
  isFiniteLongDouble,
  type LongDouble,
  parseLongDouble,
} from "../base/long-double.ts";
import {
  HASH_NOT_FLOAT,
  HASH_NOT_INTEGER,
  INCREMENT_NOT_FINITE,
  INCREMENT_OVERFLOW,
  NAN_OR_INFINITY,
  NOT_FLOAT,
} from "../protocol/errors.ts";
import { type Entry, TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const hincrby = {
  name: "HINCRBY",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access update"] },
  memberAt: 2,
  group: "hash",
  since: "2.0.0",
  summary: "Adds an integer to the number in a field",
  complexity: "O(1)",
  syntax: "key field increment",
  handler(ctx, args) {
    const increment = args.int64(3);
    const hash = ctx.findValue(args, 1, TYPE_HASH);
    const sum = addInt64(integerIn(ctx, hash, args), increment);
    if (sum === null) throw INCREMENT_OVERFLOW;
    const text = ctx.keyspace.fieldView.spell(sum);
    update(ctx, hash, args, text.bytes, text.start, text.end);
    ctx.reply.int64(sum);
  },
} as const satisfies CommandSpec;

export const hincrbyfloat = {
  name: "HINCRBYFLOAT",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access update"] },
  memberAt: 2,
  group: "hash",
  since: "2.6.0",
  summary: "Adds a decimal number to the one in a field",
  complexity: "O(1)",
  syntax: "key field increment",
  handler(ctx, args) {
    const increment = parseLongDouble(args.bytes, args.start(3), args.end(3));
    if (increment === null) throw NOT_FLOAT;
    if (!isFiniteLongDouble(increment)) throw INCREMENT_NOT_FINITE;
    const hash = ctx.findValue(args, 1, TYPE_HASH);
    const present = longDoubleIn(ctx, hash, args);
    const sum = present === null ? increment : addLongDouble(present, increment);
    if (!isFiniteLongDouble(sum)) throw NAN_OR_INFINITY;
    const text = Buffer.from(formatLongDouble(sum), "latin1");
    update(ctx, hash, args, text, 0, text.length);
    ctx.reply.bulk(text, 0, text.length);
  },
} as const satisfies CommandSpec;

/** The integer in the field of argument 2, 0 when there is none. @throws HASH_NOT_INTEGER */
function integerIn({ keyspace }: Context, hash: Entry | null, args: Args): Int64 {
  const value = hash === null ? null : hashes.get(keyspace, hash, args.bytes, args.start(2), args.end(2));
  if (value === null) return 0;
  const integer = parseInt64(value.bytes, value.start, value.end);
  if (integer === null) throw HASH_NOT_INTEGER;
  return integer;
}

/** The number in the field of argument 2, null when there is none. @throws HASH_NOT_FLOAT */
function longDoubleIn({ keyspace }: Context, hash: Entry | null, args: Args): LongDouble | null {
  const value = hash === null ? null : hashes.get(keyspace, hash, args.bytes, args.start(2), args.end(2));
  if (value === null) return null;
  const number = parseLongDouble(value.bytes, value.start, value.end);
  if (number === null) throw HASH_NOT_FLOAT;
  return number;
}

/** Sets the field of argument 2 to `source[from, to)`; it keeps its expire time. */
function update(
  ctx: Context,
  hash: Entry | null,
  args: Args,
  source: Buffer,
  from: number,
  to: number,
): void {
  const { keyspace } = ctx;
  const opened = ctx.openCollection(hash, args, 1, TYPE_HASH, 2);
  hashes.update(keyspace, opened, args.bytes, args.start(2), args.end(2), source, from, to);
  keyspace.changed(opened);
}
