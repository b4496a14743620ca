/** Commands on single elements of lists, found by their number or by what they are. */

import type { Int64 } from "../base/int.ts";
import {
  INDEX_OUT_OF_RANGE,
  LPOS_COUNT_NEGATIVE,
  LPOS_MAXLEN_NEGATIVE,
  LPOS_RANK_ZERO,
  NO_SUCH_KEY,
  SYNTAX,
} from "../protocol/errors.ts";
import { type Entry, TYPE_LIST } from "../store/entry.ts";
import * as lists from "../store/list.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { replyElements } from "./list-reply.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const lindex = {
  name: "LINDEX",
  arity: 3,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "list",
  since: "1.0.0",
  summary: "The element at an index, a negative one counting from the end",
  complexity: "O(N) for N elements up to the nearer end",
  syntax: "key index",
  handler(ctx, args) {
    const entry = ctx.readValue(args, 1, TYPE_LIST);
    const index = entry === null ? -1 : indexIn(entry, args, 2);
    if (entry === null || index < 0) ctx.reply.null();
    else replyElements(ctx, entry, index, 1);
  },
} as const satisfies CommandSpec;

export const lset = {
  name: "LSET",
  arity: 4,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "list",
  since: "1.0.0",
  summary: "Replaces the element at an index, a negative one counting from the end",
  complexity: "O(N) for N elements up to the nearer end",
  syntax: "key index element",
  handler(ctx, args) {
    const { keyspace } = ctx;
    const entry = ctx.findValue(args, 1, TYPE_LIST);
    if (entry === null) throw NO_SUCH_KEY;
    const index = indexIn(entry, args, 2);
    if (index < 0) throw INDEX_OUT_OF_RANGE;
    const list = ctx.openCollection(entry, args, 1, TYPE_LIST, 3);
    lists.replace(keyspace, list, lists.seek(keyspace, list, index), args.bytes, args.start(3), args.end(3));
    keyspace.changed(list);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const linsert = {
  name: "LINSERT",
  arity: 5,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["RW insert"] },
  group: "list",
  since: "2.2.0",
  summary: "Adds an element before or after the first one that equals another",
  complexity: "O(N) for N elements in front of it",
  syntax: "key where pivot element",
  handler(ctx, args) {
    const isAfter = args.is(2, "AFTER");
    if (!isAfter && !args.is(2, "BEFORE")) throw SYNTAX;
    const entry = ctx.findValue(args, 1, TYPE_LIST);
    ctx.reply.integer(entry === null ? 0 : insert(ctx, entry, args, isAfter));
  },
} as const satisfies CommandSpec;

export const lrem = {
  name: "LREM",
  arity: 4,
  flags: ["write"],
  keys: { ...FIRST_KEY, access: ["RW delete"] },
  group: "list",
  since: "1.0.0",
  summary:
    "Removes elements that equal another: the first ones, with a negative count the last ones, with 0 all",
  complexity: "O(N) for N elements",
  syntax: "key count element",
  handler(ctx, args) {
    // A count that is no safe integer is more than there are elements.
    const count = Number(args.int64(2));
    const limit = count === 0 ? Number.POSITIVE_INFINITY : Math.abs(count);
    const entry = ctx.findValue(args, 1, TYPE_LIST);
    let removed = 0;
    if (entry !== null) {
      const { bytes } = args;
      removed = lists.removeEqual(ctx.keyspace, entry, bytes, args.start(3), args.end(3), limit, count < 0);
      if (removed > 0) ctx.collectionChanged(entry, lists.length(entry));
    }
    ctx.reply.integer(removed);
  },
} as const satisfies CommandSpec;

export const lpos = {
  name: "LPOS",
  arity: -3,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "list",
  since: "6.0.6",
  summary: "The index of an element that equals another, or of several",
  complexity: "O(N) for N elements looked at",
  syntax: "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
  handler(ctx, args) {
    const search = searchIn(args);
    const entry = ctx.readValue(args, 1, TYPE_LIST);
    if (search.count !== null) replyPositions(ctx, entry, args, search, search.count);
    else replyPosition(ctx, entry, args, search);
  },
} as const satisfies CommandSpec;

/** Its absolute value does not fit 64 bits: Redis takes it for −1 and replies all matches whatever the COUNT. */
const RANK_MIN = -(2n ** 63n);

/** What LPOS is to look for. */
interface Search {
  /** The first match of interest, from 1 on. */
  readonly rank: number;
  readonly fromBack: boolean;
  /** Matches wanted, 0 being all; null: one. */
  readonly count: number | null;
  /** Elements to look at. */
  readonly limit: number;
}

/** The index in argument `i` as one of the elements; −1 when there is none. @throws NOT_INTEGER */
function indexIn(entry: Entry, args: Args, i: number): number {
  const length = lists.length(entry);
  const given = Number(args.int64(i));
  const index = given < 0 ? length + given : given;
  return index >= 0 && index < length ? index : -1;
}

/** Adds argument 4 before or after the first element that equals argument 3. Returns the length, −1 without one. */
function insert(ctx: Context, entry: Entry, args: Args, isAfter: boolean): number {
  const { keyspace } = ctx;
  const list = ctx.openCollection(entry, args, 1, TYPE_LIST, 4);
  const cursor = lists.enterEnd(keyspace, list, true);
  const pivot = keyspace.fieldElement.point(args.bytes, args.start(3), args.end(3));
  if (cursor.findNext(pivot, Number.POSITIVE_INFINITY) < 0) return -1;
  if (isAfter) cursor.pass();
  lists.insert(keyspace, list, cursor, args.bytes, args.start(4), args.end(4));
  keyspace.changed(list);
  return lists.length(list);
}

/** @throws NOT_INTEGER, SYNTAX, LPOS_RANK_ZERO, LPOS_COUNT_NEGATIVE, LPOS_MAXLEN_NEGATIVE */
function searchIn(args: Args): Search {
  let rank: Int64 = 1;
  let count: number | null = null;
  let limit = 0;
  for (let i = 3; i < args.count; i += 2) {
    if (i + 1 === args.count) throw SYNTAX;
    if (args.is(i, "RANK")) {
      rank = args.int64(i + 1);
      if (rank === 0) throw LPOS_RANK_ZERO;
    } else if (args.is(i, "COUNT")) {
      count = args.atLeast(i + 1, 0, LPOS_COUNT_NEGATIVE);
    } else if (args.is(i, "MAXLEN")) {
      limit = args.atLeast(i + 1, 0, LPOS_MAXLEN_NEGATIVE);
    } else throw SYNTAX;
  }
  const all = { fromBack: rank < 0, limit: limit || Number.POSITIVE_INFINITY };
  if (rank === RANK_MIN) return { ...all, rank: 1, count: count === null ? null : 0 };
  return { ...all, rank: Math.abs(Number(rank)), count };
}

function replyPosition(ctx: Context, entry: Entry | null, args: Args, search: Search): void {
  let found = -1;
  if (entry !== null)
    forEachMatch(ctx, entry, args, search, (index) => {
      found = index;
      return false;
    });
  if (found < 0) ctx.reply.null();
  else ctx.reply.integer(found);
}

/** Replies up to `count` positions, 0 being all. */
function replyPositions(ctx: Context, entry: Entry | null, args: Args, search: Search, count: number): void {
  const { reply } = ctx;
  const mark = reply.length;
  let found = 0;
  if (entry !== null)
    forEachMatch(ctx, entry, args, search, (index) => {
      reply.integer(index);
      found++;
      return found !== count;
    });
  const end = reply.length;
  reply.array(found);
  reply.moveToFront(mark, end);
}

/** Visits the indexes of the matches that a search asks for, until `visit` returns false. */
function forEachMatch(
  ctx: Context,
  entry: Entry,
  args: Args,
  { rank, fromBack, limit }: Search,
  visit: (index: number) => boolean,
): void {
  const { keyspace } = ctx;
  const length = lists.length(entry);
  const element = keyspace.fieldElement.point(args.bytes, args.start(2), args.end(2));
  const cursor = lists.enterEnd(keyspace, entry, !fromBack);
  let looked = 0;
  for (let matches = 1; ; matches++) {
    const passed = fromBack
      ? cursor.findPrevious(element, limit - looked)
      : cursor.findNext(element, limit - looked);
    if (passed < 0) return;
    looked += passed + 1;
    const isWanted = matches >= rank;
    if (isWanted && !visit(fromBack ? length - looked : looked - 1)) return;
    if (fromBack) cursor.passBack();
    else cursor.pass();
  }
}
