/** The arguments of SORT, and its keys. */

import { SYNTAX } from "../protocol/errors.ts";
import { KeyPattern } from "../store/key-pattern.ts";
import type { SortOptions } from "../store/sort.ts";
import type { Args } from "./args.ts";
import type { RequestKey } from "./spec.ts";

export interface SortRequest extends SortOptions {
  /** Lead to what is replied for an element; none: the element itself is. */
  gets: KeyPattern[];
  /** The argument that is the key to store the result in; 0 when it is replied. */
  storeAt: number;
}

/** @throws SYNTAX, NOT_INTEGER */
export function parseSort(args: Args, canStore: boolean): SortRequest {
  const request: SortRequest = {
    by: null,
    alpha: false,
    unsorted: false,
    descending: false,
    offset: 0,
    limit: -1,
    gets: [],
    storeAt: 0,
  };
  for (let i = 2; i < args.count; i++) i = parseOption(request, args, i, canStore);
  return request;
}

/** Takes the option in argument `i`; returns its last argument. */
function parseOption(request: SortRequest, args: Args, i: number, canStore: boolean): number {
  const left = args.count - i - 1;
  if (args.is(i, "ASC")) {
    request.descending = false;
    return i;
  }
  if (args.is(i, "DESC")) {
    request.descending = true;
    return i;
  }
  if (args.is(i, "ALPHA")) {
    request.alpha = true;
    return i;
  }
  if (args.is(i, "LIMIT") && left >= 2) {
    request.offset = Number(args.int64(i + 1));
    request.limit = Number(args.int64(i + 2));
    return i + 2;
  }
  if (args.is(i, "STORE") && left >= 1 && canStore) request.storeAt = i + 1;
  else if (args.is(i, "BY") && left >= 1) {
    request.by = patternIn(args, i + 1);
    // Once there was a constant pattern, nothing is sorted, whatever follows.
    if (request.by.constant) request.unsorted = true;
  } else if (args.is(i, "GET") && left >= 1) request.gets.push(patternIn(args, i + 1));
  else throw SYNTAX;
  return i + 1;
}

function patternIn(args: Args, i: number): KeyPattern {
  return new KeyPattern(args.bytes, args.start(i), args.end(i));
}

/** The destination in a request that starts with argument `from`: the last one that is given. */
export function storeKey(args: Args, from: number): RequestKey[] {
  let position = -1;
  for (let i = from + 2; i < args.count; i++) {
    if (args.is(i, "LIMIT")) i += 2;
    else if (args.is(i, "GET") || args.is(i, "BY")) i++;
    else if (args.is(i, "STORE") && i + 1 < args.count) position = i + 1;
  }
  return position < 0 ? [] : [{ position, access: STORE_ACCESS }];
}

export const STORE_ACCESS = "OW update";
