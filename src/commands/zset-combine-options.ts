/** The grammar of ZUNION and its relatives: `numkeys key [key ...]` and the options of each. */

import { parseDouble } from "../base/parse-double.ts";
import { LIMIT_NEGATIVE, noInputKey, SYNTAX, WEIGHT_NOT_FLOAT, WRONG_TYPE } from "../protocol/errors.ts";
import { TYPE_SET, TYPE_ZSET } from "../store/entry.ts";
import { AGGREGATES, type Aggregate, CombineSource } from "../store/zset-combine.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";

/** Where the sources of a command are, and which options it has. */
export interface CombineForm {
  readonly name: string;
  /** The argument that is the number of keys. */
  readonly at: number;
  /** WEIGHTS and AGGREGATE. */
  readonly weighted?: boolean;
  readonly withScores?: boolean;
  readonly limit?: boolean;
}

export interface CombineRequest {
  sources: CombineSource[];
  aggregate: Aggregate;
  withScores: boolean;
  /** The most members to count; 0 for all. */
  limit: number;
}

/** Reads the keys before the options, as Redis does: an error about one of them comes first. */
export function parseCombination(ctx: Context, args: Args, form: CombineForm): CombineRequest {
  const count = Number(args.int64(form.at));
  if (count < 1) throw noInputKey(form.name);
  const first = form.at + 1;
  if (count > args.count - first) throw SYNTAX;
  const sources = Array.from({ length: count }, (_, i) => sourceAt(ctx, args, first + i));
  const request = { sources, aggregate: AGGREGATES.SUM, withScores: false, limit: 0 };
  for (let i = first + count; i < args.count; ) i = parseOption(args, i, form, request);
  return request;
}

function sourceAt(ctx: Context, args: Args, i: number): CombineSource {
  const entry = ctx.readView(args, i);
  if (entry !== null && entry.type !== TYPE_ZSET && entry.type !== TYPE_SET) throw WRONG_TYPE;
  return new CombineSource(ctx.keyspace, entry);
}

/** Reads the option in argument `i`. Returns where the next one is. */
function parseOption(args: Args, i: number, form: CombineForm, request: CombineRequest): number {
  const values = args.count - i - 1;
  const { sources } = request;
  if (form.weighted && values >= sources.length && args.is(i, "WEIGHTS")) {
    for (let s = 0; s < sources.length; s++) sources[s].weight = weightAt(args, i + 1 + s);
    return i + 1 + sources.length;
  }
  if (form.weighted && values >= 1 && args.is(i, "AGGREGATE")) {
    request.aggregate = aggregateAt(args, i + 1);
    return i + 2;
  }
  if (form.limit && values >= 1 && args.is(i, "LIMIT")) {
    request.limit = args.atLeast(i + 1, 0, LIMIT_NEGATIVE);
    return i + 2;
  }
  if (!form.withScores || !args.is(i, "WITHSCORES")) throw SYNTAX;
  request.withScores = true;
  return i + 1;
}

function weightAt(args: Args, i: number): number {
  const weight = parseDouble(args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(weight)) throw WEIGHT_NOT_FLOAT;
  return weight;
}

function aggregateAt(args: Args, i: number): Aggregate {
  const name = Object.keys(AGGREGATES).find((known) => args.is(i, known));
  if (name === undefined) throw SYNTAX;
  return AGGREGATES[name];
}
