/**
 * Union, intersection and difference of sorted sets. Sets are sources, too: each member has the score 1.
 *
 * Scores are multiplied by the weight of their source and then aggregated, from the smallest source to the largest,
 * as Redis does it: sums of doubles depend on the order. What is not a number becomes 0.
 */

import { type Entry, TYPE_SET } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import * as sets from "./set.ts";
import * as zsets from "./zset.ts";
import { ZsetCursor } from "./zset-cursor.ts";

/** Members of a set that are visited before it is asked whether to go on. */
const SLICE_MEMBERS = 256;

/** Makes one score of two. */
export type Aggregate = (score: number, other: number) => number;

/** The ways to aggregate, by their names in requests. */
export const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  SUM: (score, other) => orZero(score + other),
  MIN: lower,
  MAX: higher,
};

// Unlike Math.min and Math.max these keep `score` where `other` is no number, and between zeros of both signs.

function lower(score: number, other: number): number {
  if (other < score) return other;
  return score;
}

function higher(score: number, other: number): number {
  if (other > score) return other;
  return score;
}

/** Hears about a member and its score; returns whether to go on. */
type Visitor = (bytes: Buffer, start: number, end: number, score: number) => boolean;

/** A set or sorted set, or a missing key, with its weight. */
export class CombineSource {
  weight = 1;
  readonly length: number;

  /** `entry` is in a view of its own. */
  constructor(
    private readonly keyspace: Keyspace,
    private readonly entry: Entry | null,
  ) {
    this.length = entry === null ? 0 : entry.type === TYPE_SET ? sets.length(entry) : zsets.length(entry);
  }

  /** The score of the member `bytes[start, end)`; NaN when there is none. */
  score(bytes: Buffer, start: number, end: number): number {
    const { keyspace, entry } = this;
    if (entry === null) return Number.NaN;
    if (entry.type !== TYPE_SET) return zsets.score(keyspace, entry, bytes, start, end);
    return sets.has(keyspace, entry, bytes, start, end) ? 1 : Number.NaN;
  }

  /** Visits the members until `visit` returns false. The source must not change meanwhile. */
  walk(visit: Visitor): void {
    const { keyspace, entry } = this;
    if (entry === null) return;
    if (entry.type === TYPE_SET) {
      visitSet(keyspace, entry, visit);
      return;
    }
    const cursor = new ZsetCursor();
    const { member } = cursor;
    for (cursor.open(entry, 0, false); cursor.valid; cursor.next())
      if (!visit(member.bytes, member.start, member.end, cursor.score)) return;
  }
}

/** Gives `target`, a detached set, all members of the sources. @throws OutOfMemoryError */
export function unite(
  keyspace: Keyspace,
  sources: readonly CombineSource[],
  aggregate: Aggregate,
  target: Entry,
): void {
  for (const source of bySize(sources)) {
    source.walk((bytes, start, end, score) => {
      const weighted = orZero(score * source.weight);
      const place = zsets.find(keyspace, target, bytes, start, end);
      const total = Number.isNaN(place.score) ? weighted : aggregate(place.score, weighted);
      if (!Object.is(total, place.score)) zsets.setScore(keyspace, target, place, total);
      return true;
    });
  }
}

/** Visits the members that all sources have, until `visit` returns false. O(members of the smallest · sources) */
export function intersect(sources: readonly CombineSource[], aggregate: Aggregate, visit: Visitor): void {
  const [smallest, ...others] = bySize(sources);
  smallest.walk((bytes, start, end, first) => {
    let total = orZero(first * smallest.weight);
    for (const other of others) {
      const score = other.score(bytes, start, end);
      if (Number.isNaN(score)) return true;
      total = aggregate(total, score * other.weight);
    }
    return visit(bytes, start, end, total);
  });
}

/** Visits the members of the first source that no other has. O(members of the first · sources) */
export function subtract(sources: readonly CombineSource[], visit: Visitor): void {
  const [first, ...others] = sources;
  first.walk((bytes, start, end, score) => {
    for (const other of others) if (!Number.isNaN(other.score(bytes, start, end))) return true;
    return visit(bytes, start, end, score);
  });
}

function visitSet(keyspace: Keyspace, entry: Entry, visit: Visitor): void {
  let goOn = true;
  let cursor = 0;
  do {
    cursor = sets.scan(keyspace, entry, cursor, SLICE_MEMBERS, ({ bytes, start, end }) => {
      if (goOn) goOn = visit(bytes, start, end, 1);
    });
  } while (cursor !== 0 && goOn);
}

/** The smallest first; sources of the same size stay in order. */
function bySize(sources: readonly CombineSource[]): CombineSource[] {
  return sources.toSorted((a, b) => a.length - b.length);
}

function orZero(score: number): number {
  return Number.isNaN(score) ? 0 : score;
}
