/**
 * Commands that go through the keys of a database. They write each key into the reply as they meet it, a
 * bounded number at a time, and put the head, which says how many there are, in front afterwards.
 */

import { globMatch } from "../base/glob.ts";
import { SYNTAX } from "../protocol/errors.ts";
import { type Entry, TYPE_NAMES } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { scanCursor } from "./scan-cursor.ts";
import type { CommandSpec } from "./spec.ts";

/** Keys that are fetched from the keyspace at a time. */
const SLICE_KEYS = 1024;
const DEFAULT_COUNT = 10;

const STAR = 0x2a;

/** In place of an argument's index: the option is not given. */
const NOT_GIVEN = 0;
/** In place of a type's code. */
const ANY_TYPE = -1;
const UNKNOWN_TYPE = -2;

interface ScanOptions {
  /** Index of the argument that keys must match, or NOT_GIVEN. */
  pattern: number;
  count: number;
  type: number;
}

export const keys = {
  name: "KEYS",
  arity: 2,
  flags: ["readonly"],
  group: "generic",
  since: "1.0.0",
  summary: "All keys that match a pattern; SCAN does not hold the server up",
  complexity: "O(N) for N keys in the database",
  syntax: "pattern",
  categories: ["dangerous"],
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const pattern = patternIn(args, 1);
    const mark = reply.length;
    let found = 0;
    let cursor = 0;
    do {
      cursor = keyspace.scan(client.db, cursor, SLICE_KEYS, (entry) => {
        if (writeIfMatching(ctx, entry, args, pattern)) found++;
      });
    } while (cursor !== 0);
    const end = reply.length;
    reply.array(found);
    reply.moveToFront(mark, end);
  },
} as const satisfies CommandSpec;

export const scan = {
  name: "SCAN",
  arity: -2,
  flags: ["readonly"],
  group: "generic",
  since: "2.8.0",
  summary: "Some keys, and the cursor to ask for the next ones with",
  complexity: "O(COUNT) for every call, O(N) for a whole scan of N keys",
  syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type]",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    let cursor = scanCursor(args, 1);
    const options = parseScanOptions(args);
    const mark = reply.length;
    let found = 0;
    let left = options.count;
    do {
      cursor = keyspace.scan(client.db, cursor, Math.min(left, SLICE_KEYS), (entry) => {
        if (options.type !== ANY_TYPE && entry.type !== options.type) return;
        if (writeIfMatching(ctx, entry, args, options.pattern)) found++;
      });
      left -= SLICE_KEYS;
    } while (cursor !== 0 && left > 0);
    const end = reply.length;
    reply.array(2);
    reply.bulkInteger(cursor);
    reply.array(found);
    reply.moveToFront(mark, end);
  },
} as const satisfies CommandSpec;

export const randomkey = {
  name: "RANDOMKEY",
  arity: 1,
  flags: ["readonly"],
  group: "generic",
  since: "1.0.0",
  summary: "A key chosen at random",
  complexity: "O(1)",
  handler(ctx) {
    const entry = ctx.keyspace.randomEntry(ctx.client.db);
    if (entry === null) ctx.reply.null();
    else ctx.reply.bulk(entry.bytes, entry.keyStart, entry.valueStart);
  },
} as const satisfies CommandSpec;

function parseScanOptions(args: Args): ScanOptions {
  const options: ScanOptions = { pattern: NOT_GIVEN, count: DEFAULT_COUNT, type: ANY_TYPE };
  for (let i = 2; i < args.count; i += 2) {
    if (i + 1 === args.count) throw SYNTAX;
    if (args.is(i, "COUNT")) {
      const count = args.int64(i + 1);
      if (count < 1) throw SYNTAX;
      options.count = Number(count);
    } else if (args.is(i, "MATCH")) options.pattern = patternIn(args, i + 1);
    else if (args.is(i, "TYPE")) options.type = typeIn(args, i + 1);
    else throw SYNTAX;
  }
  return options;
}

/** The index of the pattern's argument, or NOT_GIVEN when it is a bare star: that matches the empty key, too. */
function patternIn(args: Args, i: number): number {
  return args.length(i) === 1 && args.bytes[args.start(i)] === STAR ? NOT_GIVEN : i;
}

function typeIn(args: Args, i: number): number {
  const code = TYPE_NAMES.findIndex((name) => args.is(i, name.toUpperCase()));
  return code === -1 ? UNKNOWN_TYPE : code;
}

/** Replies the key of an entry if it matches the pattern in argument `pattern`. Returns whether it does. */
function writeIfMatching(ctx: Context, entry: Entry, args: Args, pattern: number): boolean {
  const { bytes, keyStart, valueStart } = entry;
  const matches =
    pattern === NOT_GIVEN ||
    globMatch(args.bytes, args.start(pattern), args.end(pattern), bytes, keyStart, valueStart, false);
  if (matches) ctx.reply.bulk(bytes, keyStart, valueStart);
  return matches;
}
