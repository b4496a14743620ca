/** What SCAN, SSCAN, HSCAN and ZSCAN have in common: options, pattern, and the reply. */

import { globMatch } from "../base/glob.ts";
import { SYNTAX } from "../protocol/errors.ts";
import { type Entry, TYPE_NAMES } from "../store/entry.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { scanCursor } from "./scan-cursor.ts";

const DEFAULT_COUNT = 10;
const STAR = 0x2a;

/** In place of an argument's index: the option is not given. */
const NOT_GIVEN = 0;
/** In place of a type's code. */
export const ANY_TYPE = -1;
const UNKNOWN_TYPE = -2;

export interface ScanOptions {
  /** Index of the argument that keys or elements must match, or NOT_GIVEN. */
  pattern: number;
  /** About how many to visit: at least 1, at most 2^63 − 1. */
  count: number;
  /** Of keys. */
  type: number;
}

/** Whether a key or an element matches the pattern; those that do are counted. */
export type ScanMatcher = (bytes: Buffer, start: number, end: number) => boolean;

/**
 * Serves SSCAN, HSCAN or ZSCAN. `scan` visits about `limit` elements of the entry from `cursor` on, writes those
 * that match to the reply, and returns the cursor to go on with, 0 after the last. An element is `parts` replies.
 * Options count only where the key exists, as in Redis.
 */
export function scanCollection(
  ctx: Context,
  args: Args,
  type: number,
  parts: number,
  scan: (entry: Entry, cursor: number, limit: number, matches: ScanMatcher) => number,
): void {
  const cursor = scanCursor(args, 2);
  const entry = ctx.readValue(args, 1, type);
  if (entry === null) {
    replyScan(ctx, null, 1, () => 0);
    return;
  }
  const { pattern, count } = parseScanOptions(args, 3, false);
  replyScan(ctx, patternMatcher(args, pattern), parts, (matches) => scan(entry, cursor, count, matches));
}

/** Replies the cursor that `scan` returns and what it has written, `parts` replies for each match. */
export function replyScan(
  { reply }: Context,
  matcher: ScanMatcher | null,
  parts: number,
  scan: (matches: ScanMatcher) => number,
): void {
  const mark = reply.length;
  let found = 0;
  const cursor = scan((bytes, start, end) => {
    if (matcher !== null && !matcher(bytes, start, end)) return false;
    found++;
    return true;
  });
  const end = reply.length;
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(found * parts);
  reply.moveToFront(mark, end);
}

/** What matches the pattern in argument `i`; null, which is everything, when it is NOT_GIVEN. */
export function patternMatcher(args: Args, i: number): ScanMatcher | null {
  if (i === NOT_GIVEN) return null;
  const from = args.start(i);
  const to = args.end(i);
  return (bytes, start, end) => globMatch(args.bytes, from, to, bytes, start, end, false);
}

/** The options from argument `from` on. @throws SYNTAX or NOT_INTEGER */
export function parseScanOptions(args: Args, from: number, typed: boolean): ScanOptions {
  const options: ScanOptions = { pattern: NOT_GIVEN, count: DEFAULT_COUNT, type: ANY_TYPE };
  for (let i = from; i < args.count; i += 2) {
    if (i + 1 === args.count) throw SYNTAX;
    if (args.is(i, "COUNT")) {
      const count = args.int64(i + 1);
      if (count < 1) throw SYNTAX;
      options.count = Number(count);
    } else if (args.is(i, "MATCH")) options.pattern = patternIn(args, i + 1);
    else if (typed && args.is(i, "TYPE")) options.type = typeIn(args, i + 1);
    else throw SYNTAX;
  }
  return options;
}

/** The index of the pattern's argument, or NOT_GIVEN when it is a bare star: that matches the empty key, too. */
export function patternIn(args: Args, i: number): number {
  return args.length(i) === 1 && args.bytes[args.start(i)] === STAR ? NOT_GIVEN : i;
}

function typeIn(args: Args, i: number): number {
  const code = TYPE_NAMES.findIndex((name) => args.is(i, name.toUpperCase()));
  return code === -1 ? UNKNOWN_TYPE : code;
}
