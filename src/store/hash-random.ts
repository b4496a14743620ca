/** Fields of hashes chosen at random; all are equally likely. */

import type { Offset } from "../memory/arena.ts";
import { skipPacked } from "../memory/packed.ts";
import { packedCount, packedStart } from "./collection.ts";
import type { Entry } from "./entry.ts";
import { forEachPlace, length } from "./hash.ts";
import { isFieldExpired } from "./hash-expire.ts";
import { PAIR } from "./hash-packed.ts";
import type { Keyspace } from "./keyspace.ts";
import { sample } from "./sample.ts";
import { dictOf } from "./table.ts";

/** After so many draws of expired fields, a live one is looked for among all fields. */
const DRAWS_MAX = 16;

/** The place of a field chosen at random, of a hash that has some. O(1), O(fields) when they are packed */
export function randomPlace(keyspace: Keyspace, entry: Entry): number {
  const { random } = keyspace;
  if (!entry.linked)
    return skipPacked(entry.bytes, packedStart(entry), random.below(packedCount(entry) / PAIR) * PAIR);
  for (let left = DRAWS_MAX; left > 0; left--) {
    const record = drawRecord(keyspace, entry);
    if (record !== 0) return record;
  }
  return sampleFields(keyspace, entry, 1)[0];
}

/** The places of `count` different fields chosen at random, at most as many as there are. */
export function sampleFields(keyspace: Keyspace, entry: Entry, count: number): number[] {
  const places = {
    count: length(keyspace, entry),
    draw: entry.linked ? () => drawRecord(keyspace, entry) : null,
    forEach: (visit: (place: number) => void) => forEachPlace(keyspace, entry, visit),
  };
  return sample(keyspace.random, places, count);
}

/** A record chosen at random; 0 when its field has expired. */
function drawRecord(keyspace: Keyspace, entry: Entry): Offset {
  const { home } = entry;
  const record = home.dict.random(dictOf(entry), keyspace.random);
  return isFieldExpired(keyspace, home, record) ? 0 : record;
}
