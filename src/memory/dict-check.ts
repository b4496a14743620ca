/** The invariant checker of dicts, for tests and deep checks of a dataset. */

import type { Arena, Offset } from "./arena.ts";
import type { Slot } from "./dict.ts";
import { COUNT, DEEPEST, DEPTH, DEPTH_SHIFT, DIRECTORY, EMPTY, endOf, FLIP, startOf } from "./dict-layout.ts";

/** Recomputes the hash of a record. */
type HashOf = (record: Offset) => number;

/** Walks the dict and throws at the first broken invariant. O(records). */
export function checkDict(arena: Arena, root: Offset, hashOf: HashOf): void {
  const { words } = arena;
  const at = root >> 2;
  const depth = words[at + DEPTH];
  const directory = words[at + DIRECTORY] >> 2;
  let total = 0;
  let deepest = 0;
  for (let i = 0; i < 1 << depth; ) {
    const segment = words[directory + i * 2];
    const info = words[directory + i * 2 + 1];
    const localDepth = info >>> DEPTH_SHIFT;
    const spread = 1 << (depth - localDepth);
    if (localDepth > depth || i % spread !== 0)
      throw new Error(`dict: entry ${i} has local depth ${localDepth}`);
    for (let j = 0; j < spread; j++, i++) {
      if (words[directory + i * 2] !== segment || words[directory + i * 2 + 1] !== info)
        throw new Error(`dict: directory entry ${i} differs from its siblings`);
    }
    if (localDepth === depth) deepest++;
    total += checkSegment(words, segment, info, ((i - spread) << 1) << (31 - depth), hashOf);
  }
  if (depth > 0 && arena.blockBytesOf(words[at + DIRECTORY]) > (8 << depth) + 16)
    throw new Error(`dict: the directory of depth ${depth} takes more than it needs`);
  if (total !== words[at + COUNT]) throw new Error(`dict: ${total} records, ${words[at + COUNT]} counted`);
  if (deepest !== words[at + DEEPEST])
    throw new Error(`dict: ${deepest} segments at full depth, ${words[at + DEEPEST]} counted`);
}

function checkSegment(
  words: Int32Array,
  segment: Offset,
  info: number,
  prefix: number,
  hashOf: HashOf,
): number {
  const localDepth = info >>> DEPTH_SHIFT;
  const end = endOf(segment, info);
  let count = 0;
  let last = -1;
  for (let at = (segment >> 2) + 1; at < end; at += 2) {
    if (words[at + 1] === 0) {
      if (words[at] !== EMPTY) throw new Error("dict: an empty slot is not marked");
      continue;
    }
    const hash = (words[at] ^ FLIP) >>> 0;
    if (hash !== hashOf(words[at + 1]) >>> 0) throw new Error("dict: a record is filed under a wrong hash");
    if (localDepth > 0 && hash >>> (32 - localDepth) !== prefix >>> (32 - localDepth))
      throw new Error("dict: a hash is in a wrong segment");
    if (hash < last) throw new Error("dict: a segment is not sorted");
    if (isReachable(words, segment, info, hash | 0, at)) count++;
    else throw new Error("dict: a gap hides a record");
    last = hash;
  }
  if (words[end] !== EMPTY || words[end + 1] !== 0) throw new Error("dict: the end of a segment is filled");
  if (count !== words[segment >> 2])
    throw new Error(`dict: a segment has ${count} records, ${words[segment >> 2]} counted`);
  return count;
}

/** Whether a search for `hash` gets to the slot without meeting an empty one. */
function isReachable(words: Int32Array, segment: Offset, info: number, hash: number, slot: Slot): boolean {
  for (let at = (segment >> 2) + 1 + (startOf(hash, info) << 1); at < slot; at += 2) {
    if (words[at + 1] === 0) return false;
  }
  return true;
}
