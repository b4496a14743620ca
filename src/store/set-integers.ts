/**
 * Sets of integers in an entry, as long as they are few (`set-max-intset-entries`).
 *
 *     | width (1) | integer | integer | ...     see `memory/intset.ts`
 *
 * How many there are follows from the length of the value.
 */

import type { Int64 } from "../base/int.ts";
import * as intset from "../memory/intset.ts";
import { packedIntegerSize, writePackedInteger } from "../memory/packed.ts";
import { closeGap, openGap, PACKED_HEAD_BYTES, packedStart, setPackedCount } from "./collection.ts";
import { ENCODING_INTSET, ENCODING_PACKED, type Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";

export const INTEGERS_HEAD_BYTES = 1;

export function integersWidth(entry: Entry): number {
  return entry.bytes[entry.valueStart];
}

/** Where the first integer lies. */
export function integersStart(entry: Entry): number {
  return entry.valueStart + INTEGERS_HEAD_BYTES;
}

export function integersCount(entry: Entry): number {
  return (entry.valueLength - INTEGERS_HEAD_BYTES) / integersWidth(entry);
}

export function integerAt(entry: Entry, index: number): Int64 {
  const width = integersWidth(entry);
  return intset.readAt(entry.bytes, integersStart(entry) + index * width, width);
}

/** The index of `value`, or `~index` of the integer in front of which it belongs. */
export function findInteger(entry: Entry, value: Int64): number {
  return intset.find(entry.bytes, integersStart(entry), integersCount(entry), integersWidth(entry), value);
}

/** Makes an empty packed set one of this single integer. @throws OutOfMemoryError, nothing changed */
export function startIntegers(keyspace: Keyspace, entry: Entry, value: Int64): void {
  const width = intset.widthOf(value);
  keyspace.reserve(entry, INTEGERS_HEAD_BYTES + width, 0);
  entry.encoding = ENCODING_INTSET;
  entry.bytes[entry.valueStart] = width;
  intset.writeAt(entry.bytes, integersStart(entry), width, value);
}

/** Writes `value` in front of the integer at `index`, where it belongs. @throws OutOfMemoryError, nothing changed */
export function insertInteger(keyspace: Keyspace, entry: Entry, index: number, value: Int64): void {
  if (intset.widthOf(value) > integersWidth(entry)) widen(keyspace, entry, intset.widthOf(value));
  const width = integersWidth(entry);
  const at = openGap(keyspace, entry, integersStart(entry) + index * width, width);
  intset.writeAt(entry.bytes, at, width, value);
}

export function removeInteger(keyspace: Keyspace, entry: Entry, index: number): void {
  const width = integersWidth(entry);
  closeGap(keyspace, entry, integersStart(entry) + index * width, width);
}

/** Makes it a packed set of the same members. @throws OutOfMemoryError, nothing changed */
export function packIntegers(keyspace: Keyspace, entry: Entry): void {
  // Their new places overlap with the old ones.
  const integers = Array.from({ length: integersCount(entry) }, (_, index) => integerAt(entry, index));
  const size = integers.reduce<number>((sum, integer) => sum + packedIntegerSize(integer), 0);
  keyspace.reserve(entry, PACKED_HEAD_BYTES + size, 0);
  entry.encoding = ENCODING_PACKED;
  setPackedCount(entry, integers.length);
  let at = packedStart(entry);
  for (const integer of integers) at = writePackedInteger(entry.bytes, at, integer);
}

/** Throws an Error that names the first broken invariant. */
export function checkIntegers(entry: Entry): void {
  intset.check(entry.bytes, integersStart(entry), integersCount(entry), integersWidth(entry));
}

function widen(keyspace: Keyspace, entry: Entry, width: number): void {
  const count = integersCount(entry);
  const old = integersWidth(entry);
  keyspace.reserve(entry, INTEGERS_HEAD_BYTES + count * width, width);
  intset.widen(entry.bytes, integersStart(entry), count, old, width);
  entry.bytes[entry.valueStart] = width;
}
