/** Members of sets chosen at random; all are equally likely. */

import { skipPacked } from "../memory/packed.ts";
import { packedCount, packedStart } from "./collection.ts";
import { ENCODING_INTSET, type Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { sample } from "./sample.ts";
import { forEachPlace, length, removeAt } from "./set.ts";
import { integersCount } from "./set-integers.ts";
import { dictOf } from "./table.ts";

/** The place of a member chosen at random. O(1), O(members) when they are packed */
export function randomPlace(keyspace: Keyspace, entry: Entry): number {
  const { random } = keyspace;
  if (entry.linked) return entry.home.dict.random(dictOf(entry), random);
  if (entry.encoding === ENCODING_INTSET) return random.below(integersCount(entry));
  return skipPacked(entry.bytes, packedStart(entry), random.below(packedCount(entry)));
}

/** Takes out the member that {@link randomPlace} has chosen just before, whose hash need not be computed. */
export function removeDrawn(keyspace: Keyspace, entry: Entry, place: number): void {
  const isFiled = entry.linked && entry.home.dict.drawn !== 0;
  if (!isFiled) {
    removeAt(keyspace, entry, place);
    return;
  }
  const { dict, arena } = entry.home;
  dict.remove(dictOf(entry), dict.hashAt(dict.drawn), dict.drawn);
  arena.free(place);
}

/**
 * The places of `count` different members chosen at random, at most as many as there are. Those of integers and of
 * packed members ascend. O(count) of many members, else O(members)
 */
export function samplePlaces(keyspace: Keyspace, entry: Entry, count: number): number[] {
  const places = {
    count: length(entry),
    draw: entry.linked ? () => randomPlace(keyspace, entry) : null,
    forEach: (visit: (place: number) => void) => forEachPlace(entry, visit),
  };
  return sample(keyspace.random, places, count);
}

/** Takes out what {@link samplePlaces} has chosen. */
export function removePlaces(keyspace: Keyspace, entry: Entry, places: readonly number[]): void {
  // The last one first: what comes before a member stays where it is when the member is taken out.
  for (let i = places.length - 1; i >= 0; i--) removeAt(keyspace, entry, places[i]);
}
