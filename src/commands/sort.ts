/** SORT and its form that only reads. */

import { SORT_WEIGHTS, WRONG_TYPE } from "../protocol/errors.ts";
import { buildDetached } from "../store/detached.ts";
import { type Entry, TYPE_LIST, TYPE_SET, TYPE_ZSET } from "../store/entry.ts";
import type { LookupScope } from "../store/key-pattern.ts";
import * as lists from "../store/list.ts";
import { forEachResult, NOTHING_SORTED, type Sorted, sort as sortElements } from "../store/sort.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { parseSort, type SortRequest, STORE_ACCESS, storeKey } from "./sort-options.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";
import { deleteResult, storeResult } from "./store-result.ts";

export const sort = {
  name: "SORT",
  arity: -2,
  flags: ["write", "denyoom", "movablekeys"],
  keys: { ...FIRST_KEY, access: ["RO access"] },
  hiddenKeys: { access: ["RO access", STORE_ACCESS], find: storeKey },
  group: "generic",
  since: "1.0.0",
  summary: "The elements of a list, set or sorted set in order, or values that they lead to",
  complexity: "O(N log N) for N elements, O(N) when they are not sorted",
  syntax: "key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA] [STORE destination]",
  categories: ["set", "sortedset", "list", "dangerous"],
  handler(ctx, args) {
    runSort(ctx, args, true);
  },
} as const satisfies CommandSpec;

export const sort_ro = {
  name: "SORT_RO",
  arity: -2,
  flags: ["readonly", "movablekeys"],
  keys: FIRST_KEY,
  hiddenKeys: { access: ["RO access"], find: () => [] },
  group: "generic",
  since: "7.0.0",
  summary: "What SORT does, without storing the result",
  complexity: "O(N log N) for N elements, O(N) when they are not sorted",
  syntax: "key [BY pattern] [LIMIT offset count] [GET pattern ...] [ASC | DESC] [ALPHA]",
  categories: ["set", "sortedset", "list", "dangerous"],
  handler(ctx, args) {
    runSort(ctx, args, false);
  },
} as const satisfies CommandSpec;

const TYPES_SORTED: readonly number[] = [TYPE_LIST, TYPE_SET, TYPE_ZSET];

function runSort(ctx: Context, args: Args, canStore: boolean): void {
  const { keyspace, client, reply } = ctx;
  const request = parseSort(args, canStore);
  const { gets, storeAt } = request;
  const entry = ctx.read(args, 1);
  if (entry !== null && !TYPES_SORTED.includes(entry.type)) throw WRONG_TYPE;
  if (entry !== null && entry.type === TYPE_SET && request.unsorted && storeAt > 0) sortForStoring(request);
  const scope = { keyspace, db: client.db, touching: !client.noTouch };
  const sorted = entry === null ? NOTHING_SORTED : sortElements(scope, entry, request);
  if (sorted === null) throw SORT_WEIGHTS;
  const length = sorted.count * Math.max(1, gets.length);
  if (storeAt > 0) {
    if (length === 0) deleteResult(ctx, args, storeAt);
    else storeSorted(ctx, args, scope, sorted, request);
    reply.integer(length);
    return;
  }
  reply.array(length);
  forEachResult(scope, sorted, gets, (value) => {
    if (value === null) reply.null();
    else reply.bulk(value.bytes, value.start, value.end);
  });
}

/** The members of a set are in no order: a list made of them gets one, so that it is the same everywhere. */
function sortForStoring(request: SortRequest): void {
  request.unsorted = false;
  request.alpha = true;
  request.by = null;
}

/** Makes a list of what is sorted; what is missing is an empty element. @throws OutOfMemoryError, nothing changed */
function storeSorted(
  ctx: Context,
  args: Args,
  scope: LookupScope,
  sorted: Sorted,
  { gets, storeAt }: SortRequest,
): void {
  const { keyspace, client } = ctx;
  const { bytes } = args;
  const fill = (list: Entry): void =>
    forEachResult(scope, sorted, gets, (value) => {
      if (value === null) lists.push(keyspace, list, bytes, 0, 0, false);
      else lists.push(keyspace, list, value.bytes, value.start, value.end, false);
    });
  const start = args.start(storeAt);
  const list = buildDetached(keyspace, client.db, bytes, start, args.end(storeAt), TYPE_LIST, fill);
  storeResult(ctx, args, storeAt, list, lists.length(list));
}
