/** Commands on parts of strings. */

import type { Int64 } from "../base/int.ts";
import { OFFSET_OUT_OF_RANGE, STRING_TOO_LONG } from "../protocol/errors.ts";
import { NO_EXPIRE } from "../store/keyspace.ts";
import * as strings from "../store/string.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { indexFrom } from "./string-index.ts";

export const append = {
  name: "APPEND",
  arity: 3,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW insert"] },
  group: "string",
  since: "2.0.0",
  summary: "Adds bytes to the end of the value of a key, which is created if need be",
  complexity: "O(1) amortised",
  syntax: "key value",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const { bytes } = args;
    const from = args.start(2);
    const to = args.end(2);
    const entry = ctx.findString(args, 1);
    if (entry === null) {
      strings.set(keyspace, client.db, bytes, args.start(1), args.end(1), from, to, NO_EXPIRE);
      reply.integer(to - from);
      return;
    }
    const length = entry.valueLength;
    checkLength(ctx, length, to - from);
    strings.setRange(keyspace, entry, length, bytes, from, to);
    reply.integer(length + to - from);
  },
} as const satisfies CommandSpec;

export const setrange = {
  name: "SETRANGE",
  arity: 4,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "string",
  since: "2.2.0",
  summary: "Overwrites a part of the value of a key, which grows with zero bytes if need be",
  complexity: "O(N), N being the number of bytes written",
  syntax: "key offset value",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const { bytes } = args;
    const from = args.start(3);
    const to = args.end(3);
    const offset = args.int64(2);
    if (offset < 0) throw OFFSET_OUT_OF_RANGE;
    const entry = ctx.findString(args, 1);
    const length = entry === null ? 0 : entry.valueLength;
    // Nothing to write: nothing is created, nor filled up to the offset.
    if (from === to) {
      reply.integer(length);
      return;
    }
    const at = checkLength(ctx, offset, to - from);
    if (entry !== null) strings.setRange(keyspace, entry, at, bytes, from, to);
    else strings.createRange(keyspace, client.db, bytes, args.start(1), args.end(1), at, from, to);
    reply.integer(Math.max(length, at + to - from));
  },
} as const satisfies CommandSpec;

export const getrange = {
  name: "GETRANGE",
  arity: 4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "string",
  since: "2.4.0",
  summary: "A part of the value of a key, by its first and last byte",
  complexity: "O(N), N being the length of the part",
  syntax: "key start end",
  handler(ctx, args) {
    replyRange(ctx, args);
  },
} as const satisfies CommandSpec;

export const substr = {
  name: "SUBSTR",
  arity: 4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "string",
  since: "1.0.0",
  summary: "A part of the value of a key: the old name of GETRANGE",
  complexity: "O(N), N being the length of the part",
  syntax: "key start end",
  handler(ctx, args) {
    replyRange(ctx, args);
  },
} as const satisfies CommandSpec;

function replyRange(ctx: Context, args: Args): void {
  const { reply } = ctx;
  const start = args.int64(2);
  const end = args.int64(3);
  const entry = ctx.readString(args, 1);
  const length = entry === null ? 0 : entry.valueLength;
  const first = indexFrom(start, length);
  const last = Math.min(indexFrom(end, length), length - 1);
  // Two negative positions before the string's start are both cut to its first byte, in whatever order.
  const reversed = start < 0 && end < 0 && start > end;
  if (entry === null || reversed || first > last) reply.bulk(args.bytes, 0, 0);
  else reply.bulk(entry.bytes, entry.valueStart + first, entry.valueStart + last + 1);
}

/** The offset as a number, if a string that has `size` bytes from there on is not too long. @throws STRING_TOO_LONG */
function checkLength(ctx: Context, offset: Int64, size: number): number {
  const at = Number(offset);
  if (at + size > ctx.stringLengthMax) throw STRING_TOO_LONG;
  return at;
}
