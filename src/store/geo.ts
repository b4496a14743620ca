/**
 * Searches of sorted sets whose scores are geohashes (`base/geohash.ts`): the cells around the centre are intervals
 * of scores, and of the members in them those count that lie in the area.
 */

import { distanceInShape, findScoreRanges, type GeoShape, OUTSIDE, ScoreRanges } from "../base/geo-shape.ts";
import { decodeGeohash, type GeoPoint } from "../base/geohash.ts";
import { sortFirst } from "../base/partial-sort.ts";
import type { PackedView } from "../memory/packed.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { BY_SCORE } from "./zset-range.ts";

/** A member that was found: `bytes[start, end)`, which mostly are those of the set and hold until it changes. */
export interface GeoMatch {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly score: number;
  readonly longitude: number;
  readonly latitude: number;
  /** From the centre, in metres. */
  readonly distance: number;
}

/**
 * The members in an area, in the order in which Redis finds them, but no more than `limit`.
 * O(members of the cells around the centre)
 */
export function findMatches(keyspace: Keyspace, entry: Entry, shape: GeoShape, limit: number): GeoMatch[] {
  const matches: GeoMatch[] = [];
  const ranges = new ScoreRanges();
  findScoreRanges(shape, ranges);
  for (let i = 0; i < ranges.count && matches.length < limit; i++)
    addMatches(keyspace, entry, ranges.from[i], ranges.to[i], shape, limit, matches);
  return matches;
}

/** Adds the members with `from` ≤ score < `to` that lie in the area, as long as there are fewer than `limit`. */
function addMatches(
  { zset: { range, cursor } }: Keyspace,
  entry: Entry,
  from: number,
  to: number,
  shape: GeoShape,
  limit: number,
  matches: GeoMatch[],
): void {
  range.reset(BY_SCORE, false);
  range.min.setScore(from, false);
  range.max.setScore(to, true);
  range.resolve(entry);
  if (range.count === 0) return;
  const { bytes } = entry.linked ? entry.home : entry;
  const point: GeoPoint = { longitude: 0, latitude: 0 };
  cursor.open(entry, range.first, false);
  for (let left = range.count; left > 0 && matches.length < limit; left--) {
    decodeGeohash(cursor.score, point);
    const distance = distanceInShape(shape, point);
    if (distance !== OUTSIDE) matches.push(matchOf(cursor.member, bytes, cursor.score, point, distance));
    cursor.next();
  }
}

/** `setBytes` are what the set itself consists of; a member elsewhere is a number in the digits of its view. */
function matchOf(
  { bytes, start, end }: PackedView,
  setBytes: Buffer,
  score: number,
  { longitude, latitude }: GeoPoint,
  distance: number,
): GeoMatch {
  if (bytes === setBytes) return { bytes, start, end, score, longitude, latitude, distance };
  const copy = Buffer.from(bytes.subarray(start, end));
  return { bytes: copy, start: 0, end: copy.length, score, longitude, latitude, distance };
}

/** Brings the first `count` matches into the order of distance; those as far away as each other come as in Redis. */
export function sortMatches(matches: GeoMatch[], count: number, farthestFirst: boolean): void {
  const compare = farthestFirst ? byFarthest : byNearest;
  if (count >= matches.length) matches.sort(compare);
  else sortFirst(matches, count, compare);
}

function byNearest(a: GeoMatch, b: GeoMatch): number {
  return a.distance - b.distance;
}

function byFarthest(a: GeoMatch, b: GeoMatch): number {
  return b.distance - a.distance;
}
