/**
 * The grammar of ranges of sorted sets, shared by ZRANGE with its older forms, ZRANGESTORE, and the commands that
 * count or remove a range:
 *
 *     rank   integer, from 0; negative ones count from the end
 *     score  float, or ( and a float that is itself outside
 *     bytes  [ and a member, or ( and one that is itself outside, or - or + for the very first and last
 */

import { parseDoubleLoosely } from "../base/parse-double.ts";
import {
  LEX_BOUND,
  LIMIT_BY_RANK,
  NOT_INTEGER,
  SCORE_BOUND,
  SYNTAX,
  WITHSCORES_BY_LEX,
} from "../protocol/errors.ts";
import { BY_LEX, BY_RANK, BY_SCORE, type RangeBound, type ZsetRange } from "../store/zset-range.ts";
import type { Args } from "./args.ts";

const PAREN = 0x28;
const PLUS = 0x2b;
const MINUS = 0x2d;
const BRACKET = 0x5b;

/** Where the bounds stand, and what the name of the command says already. */
export interface RangeForm {
  /** The argument of the first bound. */
  readonly at: number;
  /** BY_RANK, BY_SCORE or BY_LEX; absent: an option says it. */
  readonly by?: number;
  /** Whether the range goes from the last member to the first; absent: an option says it. */
  readonly reverse?: boolean;
  /** Whether WITHSCORES is an option. */
  readonly withScores: boolean;
}

/** Fills `range` from the bounds and the options behind them. Returns whether WITHSCORES is among them. */
export function parseRange(range: ZsetRange, args: Args, form: RangeForm): boolean {
  range.reset(form.by ?? BY_RANK, form.reverse ?? false);
  let byGiven = form.by !== undefined;
  let reverseGiven = form.reverse !== undefined;
  let withScores = false;
  for (let i = form.at + 2; i < args.count; i++) {
    if (form.withScores && args.is(i, "WITHSCORES")) withScores = true;
    else if (i + 2 < args.count && args.is(i, "LIMIT")) {
      range.offset = Number(args.int64(i + 1));
      range.limit = Number(args.int64(i + 2));
      i += 2;
    } else if (!reverseGiven && args.is(i, "REV")) {
      range.reverse = true;
      reverseGiven = true;
    } else if (!byGiven && args.is(i, "BYLEX")) {
      range.by = BY_LEX;
      byGiven = true;
    } else if (!byGiven && args.is(i, "BYSCORE")) {
      range.by = BY_SCORE;
      byGiven = true;
    } else throw SYNTAX;
  }
  if (range.limit !== -1 && range.by === BY_RANK) throw LIMIT_BY_RANK;
  if (withScores && range.by === BY_LEX) throw WITHSCORES_BY_LEX;
  parseBounds(range, args, form.at);
  return withScores;
}

/** Reads the bounds in argument `at` and the next one; in a reverse range by score or bytes the higher is first. */
export function parseBounds(range: ZsetRange, args: Args, at: number): void {
  if (range.by === BY_RANK) {
    range.start = Number(args.int64(at, NOT_INTEGER));
    range.stop = Number(args.int64(at + 1, NOT_INTEGER));
    return;
  }
  const parse = range.by === BY_SCORE ? parseScoreBound : parseLexBound;
  parse(range.min, args, range.reverse ? at + 1 : at);
  parse(range.max, args, range.reverse ? at : at + 1);
}

function parseScoreBound(bound: RangeBound, args: Args, i: number): void {
  const { bytes } = args;
  const start = args.start(i);
  const end = args.end(i);
  const exclusive = start < end && bytes[start] === PAREN;
  const score = parseDoubleLoosely(bytes, exclusive ? start + 1 : start, end);
  if (Number.isNaN(score)) throw SCORE_BOUND;
  bound.setScore(score, exclusive);
}

function parseLexBound(bound: RangeBound, args: Args, i: number): void {
  const { bytes } = args;
  const start = args.start(i);
  const end = args.end(i);
  const first = start < end ? bytes[start] : 0;
  if (first === PAREN || first === BRACKET) {
    bound.setBytes(bytes, start + 1, end, first === PAREN);
    return;
  }
  // A sign stands alone, up to where C's text ends.
  const isAlone = end === start + 1 || bytes[start + 1] === 0;
  if (first === PLUS && isAlone) bound.setAboveAll();
  else if (first === MINUS && isAlone) bound.setBelowAll();
  else throw LEX_BOUND;
}
