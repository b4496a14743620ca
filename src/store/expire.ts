/**
 * The active expire cycle: frees the keys, and the fields of hashes, whose time has come and that nobody asks for.
 * The wheels know which those are, so nothing is sampled and no living key is looked at.
 */

import { WHEEL_BUSY } from "../memory/timing-wheel.ts";
import { freeExpiredFields } from "./hash-linked.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Shard } from "./shard.ts";

/**
 * Frees expired keys and fields and advances the wheels, about `budget` of them in all.
 * @returns what is left of the budget; 0 means that there may be more to do
 */
export function expireDueKeys(keyspace: Keyspace, budget: number): number {
  let left = budget;
  for (const shard of keyspace.shards) {
    for (let db = 0; db < keyspace.databases && left > 0; db++) {
      if (shard.wheels[db] !== 0) left = expireDueInDb(keyspace, shard, db, left);
      if (shard.fieldWheels[db] !== 0) left = expireDueFields(keyspace, shard, db, left);
    }
  }
  return left;
}

function expireDueInDb(keyspace: Keyspace, shard: Shard, db: number, budget: number): number {
  for (let left = budget; left > 0; left--) {
    // A key lives through the millisecond it expires at.
    const due = shard.wheel.takeDue(shard.wheels[db], keyspace.nowMs - 1, left);
    if (due === 0) return left;
    if (due === WHEEL_BUSY) return 0;
    keyspace.expireWithdrawn(shard, db, due);
  }
  return 0;
}

/** The same for fields of the hashes in the arena of a shard that belong to keys of a db. */
function expireDueFields(keyspace: Keyspace, shard: Shard, db: number, budget: number): number {
  for (let left = budget; left > 0; ) {
    const due = shard.fieldWheel.takeDue(shard.fieldWheels[db], keyspace.nowMs - 1, left);
    if (due === 0) return left;
    if (due === WHEEL_BUSY) return 0;
    left -= freeExpiredFields(keyspace, keyspace.entryOfHash(shard, db, due), left);
  }
  return 0;
}
