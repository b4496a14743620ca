/** Choosing some of the elements of a collection at random; all are equally likely. */

import type { Random } from "../base/random.ts";

/** A sample is drawn element by element when there are so many times as many elements; else all are gone through. */
const SPARSE = 8;
/** Draws for each element of a sample at most: of those, nearly all are of an element that was not drawn before. */
const DRAWS_MAX = 4;

/** A collection as far as sampling knows it. A place says where an element is. */
export interface Places {
  /** Number of elements. */
  readonly count: number;
  /** The place of an element chosen at random, 0 when the draw was in vain. Null where drawing is not cheap. */
  readonly draw: (() => number) | null;
  /** Visits the places of all elements. */
  forEach(visit: (place: number) => void): void;
}

/**
 * The places of `count` different elements, at most as many as there are. O(count) when they are few and can be
 * drawn, else O(elements); they are in the order of `forEach` then.
 */
export function sample(random: Random, places: Places, count: number): number[] {
  if (places.draw !== null && count * SPARSE <= places.count) {
    const drawn = drawPlaces(places.draw, count);
    if (drawn.length === count) return drawn;
  }
  return selectPlaces(random, places, count);
}

/** Draws until there are `count` different places: there may be fewer, when too many draws were in vain. */
function drawPlaces(draw: () => number, count: number): number[] {
  const drawn = new Set<number>();
  for (let left = count * DRAWS_MAX; left > 0 && drawn.size < count; left--) {
    const place = draw();
    if (place !== 0) drawn.add(place);
  }
  return [...drawn];
}

/** Goes through all elements and takes each with the chance that the ones to come leave it (Knuth's algorithm S). */
function selectPlaces(random: Random, places: Places, count: number): number[] {
  const selected: number[] = [];
  let left = places.count;
  places.forEach((place) => {
    if (random.below(left) < count - selected.length) selected.push(place);
    left--;
  });
  return selected;
}
