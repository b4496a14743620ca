/** Commands on single bits and ranges of bits of strings, and on whole bitmaps. */

import { BIT_ARGUMENT, BIT_VALUE, BITOP_NOT_SOURCES, SYNTAX } from "../protocol/errors.ts";
import * as bitmaps from "../store/bitmap.ts";
import { AND, combine, NOT, OR, type Source, sourceOf, XOR } from "../store/bitop.ts";
import type { Args } from "./args.ts";
import { bitOffset, bitsPerPosition } from "./bit-offset.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { indexFrom } from "./string-index.ts";

export const setbit = {
  name: "SETBIT",
  arity: 4,
  flags: ["write", "denyoom"],
  keys: FIRST_KEY,
  group: "bitmap",
  since: "2.2.0",
  summary: "Sets or clears a bit of a string, which grows with zero bits if need be, and replies the old bit",
  complexity: "O(1), O(N) when the string grows by N bytes",
  syntax: "key offset value",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const offset = bitOffset(ctx, args, 2);
    const bit = args.integer(3, 0, 1, BIT_VALUE);
    const entry = ctx.findString(args, 1);
    const start = args.start(1);
    const end = args.end(1);
    reply.integer(bitmaps.setBit(keyspace, client.db, args.bytes, start, end, entry, offset, bit));
  },
} as const satisfies CommandSpec;

export const getbit = {
  name: "GETBIT",
  arity: 3,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "bitmap",
  since: "2.2.0",
  summary: "A bit of a string, 0 behind its end",
  complexity: "O(1)",
  syntax: "key offset",
  handler(ctx, args) {
    const offset = bitOffset(ctx, args, 2);
    const entry = ctx.readString(args, 1);
    ctx.reply.integer(entry === null ? 0 : bitmaps.getBit(entry, offset));
  },
} as const satisfies CommandSpec;

export const bitcount = {
  name: "BITCOUNT",
  arity: -2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "bitmap",
  since: "2.6.0",
  summary: "The number of bits that are 1 in a string or a part of it",
  complexity: "O(N), N being the number of bytes looked at",
  syntax: "key [start end [BYTE | BIT]]",
  handler(ctx, args) {
    const { reply } = ctx;
    // A missing key and a value of the wrong type are reported before a range that is none, as in Redis.
    const entry = ctx.readString(args, 1);
    if (entry === null) {
      reply.integer(0);
      return;
    }
    if (args.count !== 2 && args.count !== 4 && args.count !== 5) throw SYNTAX;
    const start = args.count > 2 ? args.int64(2) : 0;
    const end = args.count > 2 ? args.int64(3) : -1;
    // Reversed negative positions are an empty range, whatever the unit is said to be.
    if (start < 0 && end < 0 && start > end) {
      reply.integer(0);
      return;
    }
    const bits = args.count === 5 ? bitsPerPosition(args, 4) : 8;
    const length = (entry.valueLength * 8) / bits;
    const first = indexFrom(start, length);
    const last = Math.min(indexFrom(end, length), length - 1);
    reply.integer(first > last ? 0 : bitmaps.countRange(entry, first * bits, last * bits + bits - 1));
  },
} as const satisfies CommandSpec;

export const bitpos = {
  name: "BITPOS",
  arity: -3,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "bitmap",
  since: "2.8.7",
  summary: "The offset of the first bit that is 0, or 1, in a string or a part of it; -1 if there is none",
  complexity: "O(N), N being the number of bytes looked at",
  syntax: "key bit [start [end [BYTE | BIT]]]",
  handler(ctx, args) {
    const { reply } = ctx;
    const bit = args.int64(2);
    if (bit !== 0 && bit !== 1) throw BIT_ARGUMENT;
    const entry = ctx.readString(args, 1);
    if (entry === null) {
      reply.integer(bit === 0 ? 0 : -1);
      return;
    }
    if (args.count > 6) throw SYNTAX;
    const start = args.count > 3 ? args.int64(3) : 0;
    const bits = args.count === 6 ? bitsPerPosition(args, 5) : 8;
    const end = args.count > 4 ? args.int64(4) : -1;
    const length = (entry.valueLength * 8) / bits;
    const first = indexFrom(start, length);
    const last = Math.min(indexFrom(end, length), length - 1);
    let found = -1;
    if (first <= last) {
      found = bitmaps.findBit(entry, bit, first * bits, last * bits + bits - 1);
      // Without an end, zeros follow the string; but not when the range starts behind it.
      if (found === -1 && bit === 0 && args.count < 5) found = entry.valueLength * 8;
    }
    reply.integer(found);
  },
} as const satisfies CommandSpec;

export const bitop = {
  name: "BITOP",
  arity: -4,
  flags: ["write", "denyoom"],
  keys: { first: 2, last: -1, step: 1, access: ["OW update", "RO access"] },
  group: "bitmap",
  since: "2.6.0",
  summary: "Combines strings bit by bit with AND, OR or XOR, or inverts one with NOT, into a key",
  complexity: "O(N), N being the number of bytes of all strings",
  syntax: "operation destkey key [key ...]",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const operation = bitOperation(args, 1);
    if (operation === NOT && args.count !== 4) throw BITOP_NOT_SOURCES;
    const sources: (Source | null)[] = [];
    for (let i = 3; i < args.count; i++) {
      const entry = ctx.readString(args, i);
      sources.push(entry === null ? null : sourceOf(entry));
    }
    const { bytes } = args;
    reply.integer(combine(keyspace, client.db, bytes, args.start(2), args.end(2), operation, sources));
  },
} as const satisfies CommandSpec;

/** @throws SYNTAX */
function bitOperation(args: Args, i: number): number {
  if (args.is(i, "AND")) return AND;
  if (args.is(i, "OR")) return OR;
  if (args.is(i, "XOR")) return XOR;
  if (args.is(i, "NOT")) return NOT;
  throw SYNTAX;
}
