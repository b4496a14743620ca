/**
 * The root of a linked set, sorted set or hash: a block that leads to what holds its elements. Lists and streams
 * have roots of their own, made by the structures they consist of.
 *
 *     | dict of the elements | tree of the same, ordered | hash of the key | node of the timing wheel (4) |
 *
 * The last two are there in hashes only, whose fields may expire (see `hash-expire.ts`).
 */

import type { Offset } from "../memory/arena.ts";
import { WHEEL_NODE_BYTES } from "../memory/timing-wheel.ts";
import { TYPE_HASH } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Shard } from "./shard.ts";

/** Words of a root. A sorted set always has a tree, a hash only when some of its fields expire. */
export const ROOT_DICT = 0;
export const ROOT_TREE = 1;
/** Hash of the key whose value this is: that is how the key is found when a field's time has come. */
export const ROOT_KEY_HASH = 2;
/** Where in a root the node lies that files it under the time of its first field to expire, in bytes. */
export const ROOT_NODE_AT = 12;

export function rootBytes(type: number): number {
  return type === TYPE_HASH ? ROOT_NODE_AT + WHEEL_NODE_BYTES : 8;
}

/** A new root with an empty dict and no tree, in the arena of `home`. @throws OutOfMemoryError, nothing changed */
export function createRoot(home: Shard, type: number): Offset {
  const root = home.arena.allocate(rootBytes(type));
  if (root === 0) throw new OutOfMemoryError();
  const dict = home.dict.create();
  if (dict === 0) {
    home.arena.free(root);
    throw new OutOfMemoryError();
  }
  home.words[(root >> 2) + ROOT_DICT] = dict;
  home.words[(root >> 2) + ROOT_TREE] = 0;
  return root;
}
