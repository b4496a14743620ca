/**
 * The active expire cycle: frees the keys whose time has come and that nobody asks for. The wheels know which
 * those are, so nothing is sampled and no living key is looked at.
 */

import { WHEEL_BUSY } from "../memory/timing-wheel.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Shard } from "./shard.ts";

/**
 * Frees expired keys and advances the wheels, about `budget` keys in all.
 * @returns what is left of the budget; 0 means that there may be more to do
 */
export function expireDueKeys(keyspace: Keyspace, budget: number): number {
  let left = budget;
  for (const shard of keyspace.shards) {
    for (let db = 0; db < keyspace.databases && left > 0; db++) {
      if (shard.wheels[db] !== 0) left = expireDueInDb(keyspace, shard, db, left);
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
