/** Members of sets chosen at random; all are equally likely. */

import type { Random } from "../base/random.ts";
import { skipPacked } from "../memory/packed.ts";
import { packedCount, packedStart } from "./collection.ts";
import { ENCODING_INTSET, type Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { forEachPlace, length, removeAt } from "./set.ts";
import { integersCount } from "./set-integers.ts";
import { dictOf } from "./table.ts";

/** A sample is drawn member by member when there are so many times as many members; else all are gone through. */
const SPARSE = 8;
/** Draws for each member of a sample at most: of those, nearly all are of a member that was not drawn before. */
const DRAWS_MAX = 4;

/** The place of a member chosen at random. O(1), O(members) when they are packed */
export function randomPlace(keyspace: Keyspace, entry: Entry): number {
  const { random } = keyspace;
  if (entry.linked) return entry.home.dict.random(dictOf(entry), random);
  if (entry.encoding === ENCODING_INTSET) return random.below(integersCount(entry));
  return skipPacked(entry.bytes, packedStart(entry), random.below(packedCount(entry)));
}

/**
 * The places of `count` different members chosen at random, at most as many as there are. Those of integers and of
 * packed members ascend. O(count) of many members, else O(members)
 */
export function samplePlaces(keyspace: Keyspace, entry: Entry, count: number): number[] {
  if (entry.linked && count * SPARSE <= length(entry)) {
    const drawn = drawPlaces(keyspace, entry, count);
    if (drawn.length === count) return drawn;
  }
  return selectPlaces(keyspace.random, entry, count);
}

/** Takes out what {@link samplePlaces} has chosen. */
export function removePlaces(keyspace: Keyspace, entry: Entry, places: readonly number[]): void {
  // The last one first: what comes before a member stays where it is when the member is taken out.
  for (let i = places.length - 1; i >= 0; i--) removeAt(keyspace, entry, places[i]);
}

/** Draws until there are `count` different places: there may be fewer, when too many draws were in vain. */
function drawPlaces(keyspace: Keyspace, entry: Entry, count: number): number[] {
  const { dict } = entry.home;
  const root = dictOf(entry);
  const places = new Set<number>();
  for (let left = count * DRAWS_MAX; left > 0 && places.size < count; left--)
    places.add(dict.random(root, keyspace.random));
  return [...places];
}

/** Goes through all members and takes each with the chance that the ones to come leave it (Knuth's algorithm S). */
function selectPlaces(random: Random, entry: Entry, count: number): number[] {
  const places: number[] = [];
  let left = length(entry);
  forEachPlace(entry, (place) => {
    if (random.below(left) < count - places.length) places.push(place);
    left--;
  });
  return places;
}
