/** Commands that give members of sorted sets a score. */

import { parseDouble } from "../base/parse-double.ts";
import {
  NOT_FLOAT,
  SCORE_NOT_A_NUMBER,
  SYNTAX,
  ZADD_GT_LT_NX,
  ZADD_INCR_PAIRS,
  ZADD_NX_AND_XX,
} from "../protocol/errors.ts";
import { type Entry, TYPE_ZSET } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

// Options of ZADD, as bits.
const NX = 1;
const XX = 2;
const GT = 4;
const LT = 8;
const CH = 16;
const INCR = 32;

// What became of a member.
const SKIPPED = 0;
const UNCHANGED = 1;
const UPDATED = 2;
const ADDED = 3;

export const zadd = {
  name: "ZADD",
  arity: -4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  memberAt: 3,
  group: "sorted-set",
  since: "1.2.0",
  summary: "Gives members a score and says how many members are new",
  complexity: "O(log N) for each member, N being the number of members",
  syntax: "key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]",
  handler(ctx, args) {
    addMembers(ctx, args, 0);
  },
} as const satisfies CommandSpec;

export const zincrby = {
  name: "ZINCRBY",
  arity: 4,
  flags: ["write", "denyoom", "fast"],
  keys: { ...FIRST_KEY, access: ["RW access update"] },
  memberAt: 3,
  group: "sorted-set",
  since: "1.2.0",
  summary: "Adds a number to the score of a member, which is 0 for a new one",
  complexity: "O(log N), N being the number of members",
  syntax: "key increment member",
  handler(ctx, args) {
    // Like Redis, takes the options of ZADD, but with them it never has a pair of score and member.
    addMembers(ctx, args, INCR);
  },
} as const satisfies CommandSpec;

/** ZADD with options in addition to those of the request. */
function addMembers(ctx: Context, args: Args, implied: number): void {
  const { keyspace } = ctx;
  let options = implied;
  let first = 2;
  for (; first < args.count; first++) {
    const option = optionAt(args, first);
    if (option === 0) break;
    options |= option;
  }
  checkOptions(options, args.count - first);
  // All scores are looked at before anything changes; what stays is the first one.
  let score = 0;
  for (let i = args.count - 2; i >= first; i -= 2) score = scoreAt(args, i);

  const found = ctx.findValue(args, 1, TYPE_ZSET);
  if (found === null && (options & XX) !== 0) {
    replyOutcome(ctx, options, SKIPPED, 0, 0);
    return;
  }
  const entry = ctx.openCollection(found, args, 1, TYPE_ZSET, first);
  let added = 0;
  let updated = 0;
  let outcome = SKIPPED;
  for (let i = first; i < args.count; i += 2) {
    if (i > first) score = scoreAt(args, i);
    outcome = addMember(keyspace, entry, args, i + 1, score, options);
    if (outcome === ADDED) added++;
    else if (outcome === UPDATED) updated++;
  }
  if (added + updated > 0) keyspace.changed(entry);
  replyOutcome(ctx, options, outcome, added, updated);
}

/** The option in argument `i` as a bit; 0 when it is none. */
function optionAt(args: Args, i: number): number {
  if (args.is(i, "NX")) return NX;
  if (args.is(i, "XX")) return XX;
  if (args.is(i, "CH")) return CH;
  if (args.is(i, "INCR")) return INCR;
  if (args.is(i, "GT")) return GT;
  return args.is(i, "LT") ? LT : 0;
}

function checkOptions(options: number, pairArguments: number): void {
  if (pairArguments === 0 || pairArguments % 2 === 1) throw SYNTAX;
  if ((options & (NX | XX)) === (NX | XX)) throw ZADD_NX_AND_XX;
  // At most one of the three.
  const ordering = options & (GT | LT | NX);
  if ((ordering & (ordering - 1)) !== 0) throw ZADD_GT_LT_NX;
  if ((options & INCR) !== 0 && pairArguments > 2) throw ZADD_INCR_PAIRS;
}

function scoreAt(args: Args, i: number): number {
  const score = parseDouble(args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(score)) throw NOT_FLOAT;
  return score;
}

/** Gives the member in argument `i` a score as far as the options allow. The keyspace's place has the new score. */
function addMember(
  keyspace: Keyspace,
  entry: Entry,
  args: Args,
  i: number,
  score: number,
  options: number,
): number {
  const place = zsets.find(keyspace, entry, args.bytes, args.start(i), args.end(i));
  const old = place.score;
  if (Number.isNaN(old)) {
    if ((options & XX) !== 0) return SKIPPED;
    zsets.setScore(keyspace, entry, place, score);
    place.score = score;
    return ADDED;
  }
  if ((options & NX) !== 0) return SKIPPED;
  const fresh = (options & INCR) !== 0 ? old + score : score;
  if (Number.isNaN(fresh)) throw SCORE_NOT_A_NUMBER;
  if (((options & GT) !== 0 && fresh <= old) || ((options & LT) !== 0 && fresh >= old)) return SKIPPED;
  // A zero keeps its sign.
  if (fresh !== old) zsets.setScore(keyspace, entry, place, fresh);
  place.score = fresh;
  return fresh === old ? UNCHANGED : UPDATED;
}

function replyOutcome(
  { reply, keyspace }: Context,
  options: number,
  outcome: number,
  added: number,
  updated: number,
): void {
  if ((options & INCR) === 0) reply.integer((options & CH) === 0 ? added : added + updated);
  else if (outcome === SKIPPED) reply.null();
  else reply.double(keyspace.zset.place.score);
}
