/**
 * Records: the members of linked sets and sorted sets, each in a block of its own that a dict files under the
 * member's hash. Those of hashes are in `hash-record.ts`.
 *
 *     set         | length | member |
 *     sorted set  | score (8) | length | member |
 */

import { compareBytes, equalBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Slot } from "../memory/dict.ts";
import type { Shard } from "./shard.ts";

/** Where in a record its member lies, and in which word its length. */
export interface RecordLayout {
  readonly lengthWord: number;
  readonly memberAt: number;
}

export const SET_RECORD: RecordLayout = { lengthWord: 0, memberAt: 4 };
export const ZSET_RECORD: RecordLayout = { lengthWord: 2, memberAt: 12 };

/** The slot of the record in `dict` with the member `bytes[start, end)`, whose hash is given; 0 when there is none. */
export function findRecord(
  shard: Shard,
  dict: Offset,
  hash: number,
  layout: RecordLayout,
  bytes: Buffer,
  start: number,
  end: number,
): Slot {
  const { words } = shard;
  const length = end - start;
  for (let slot = shard.dict.find(dict, hash); slot !== 0; slot = shard.dict.next(slot)) {
    const record = shard.dict.recordAt(slot);
    if (words[(record >> 2) + layout.lengthWord] !== length) continue;
    if (equalBytes(shard.bytes, record + layout.memberAt, bytes, start, length)) return slot;
  }
  return 0;
}

/** Compares the members of two records as `memcmp` does, a shorter one before those it starts. */
export function compareMembers(shard: Shard, layout: RecordLayout, a: Offset, b: Offset): number {
  const { words, bytes } = shard;
  const aStart = a + layout.memberAt;
  const bStart = b + layout.memberAt;
  const aLength = words[(a >> 2) + layout.lengthWord];
  const bLength = words[(b >> 2) + layout.lengthWord];
  return compareBytes(bytes, aStart, aStart + aLength, bytes, bStart, bStart + bLength);
}
