/** LCS: what two strings have in common, in order but with gaps. */

import { LCS_LEN_AND_IDX, LCS_MEMORY, LCS_NO_MEMORY, LCS_NOT_STRINGS, SYNTAX } from "../protocol/errors.ts";
import { TYPE_STRING } from "../store/entry.ts";
import { Lcs, lcsTableBytes } from "../store/lcs.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_TWO_KEYS } from "./spec.ts";

interface LcsOptions {
  /** LEN: reply the length alone. */
  length: boolean;
  /** IDX: reply where the pieces are. */
  indexes: boolean;
  /** WITHMATCHLEN: with the length of each piece. */
  matchLengths: boolean;
  /** MINMATCHLEN: leave out pieces shorter than this. */
  matchLengthMin: number;
}

export const lcs = {
  name: "LCS",
  arity: -3,
  flags: ["readonly"],
  keys: FIRST_TWO_KEYS,
  group: "string",
  since: "7.0.0",
  summary: "The longest common subsequence of two strings",
  complexity: "O(N*M), N and M being the lengths of the strings",
  syntax: "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]",
  handler(ctx, args) {
    const a = stringOf(ctx, args, 1);
    const b = stringOf(ctx, args, 2);
    if (a === null || b === null) throw LCS_NOT_STRINGS;
    const options = parseOptions(args);
    if (options.length && options.indexes) throw LCS_LEN_AND_IDX;
    if (lcsTableBytes(a.length, b.length) > ctx.stringLengthMax) throw LCS_MEMORY;
    const found = compute(a, b);
    if (options.indexes) {
      replyMatches(ctx, found, options);
    } else if (options.length) {
      ctx.reply.integer(found.length);
    } else {
      const bytes = found.bytes();
      ctx.reply.bulk(bytes, 0, bytes.length);
    }
  },
} as const satisfies CommandSpec;

/**
 * The value of the key in argument `i`, in place: empty for a missing key, null for one that is no string. It
 * outlives another lookup, since no lookup moves a living entry.
 */
function stringOf(ctx: Context, args: Args, i: number): Buffer | null {
  const entry = ctx.read(args, i);
  if (entry === null) return Buffer.alloc(0);
  return entry.type === TYPE_STRING ? entry.bytes.subarray(entry.valueStart, entry.valueEnd) : null;
}

function parseOptions(args: Args): LcsOptions {
  const options: LcsOptions = { length: false, indexes: false, matchLengths: false, matchLengthMin: 0 };
  for (let i = 3; i < args.count; i++) {
    if (args.is(i, "LEN")) options.length = true;
    else if (args.is(i, "IDX")) options.indexes = true;
    else if (args.is(i, "WITHMATCHLEN")) options.matchLengths = true;
    else if (args.is(i, "MINMATCHLEN") && i + 1 < args.count)
      options.matchLengthMin = Number(args.int64(++i));
    else throw SYNTAX;
  }
  return options;
}

function compute(a: Buffer, b: Buffer): Lcs {
  try {
    return new Lcs(a, b);
  } catch (error) {
    if (error instanceof RangeError) throw LCS_NO_MEMORY;
    throw error;
  }
}

function replyMatches(ctx: Context, found: Lcs, options: LcsOptions): void {
  const { reply } = ctx;
  const matches = found.matches().filter((match) => match.aLast - match.aFirst + 1 >= options.matchLengthMin);
  reply.map(2);
  reply.bulkText("matches");
  reply.array(matches.length);
  for (const match of matches) {
    reply.array(options.matchLengths ? 3 : 2);
    reply.array(2);
    reply.integer(match.aFirst);
    reply.integer(match.aLast);
    reply.array(2);
    reply.integer(match.bFirst);
    reply.integer(match.bLast);
    if (options.matchLengths) reply.integer(match.aLast - match.aFirst + 1);
  }
  reply.bulkText("len");
  reply.integer(found.length);
}
