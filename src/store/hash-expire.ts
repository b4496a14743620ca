/** Expire times of hash fields. */

import type { Offset } from "../memory/arena.ts";
import { ROOT_KEY_HASH, ROOT_TREE } from "./root.ts";
import type { Shard } from "./shard.ts";

/** Tells a linked hash that it belongs to another key, of the hash `keyHash`, and maybe of another db. */
export function moveFieldExpiry(home: Shard, root: Offset, fromDb: number, toDb: number, keyHash: number): void {
  const at = root >> 2;
  home.words[at + ROOT_KEY_HASH] = keyHash;
  if (home.words[at + ROOT_TREE] === 0 || fromDb === toDb) return;
  home.fieldWheel.remove(home.fieldWheels[fromDb], root);
  home.fieldWheel.add(home.fieldWheels[toDb], root);
}
