/**
 * The record of one field of a linked hash:
 *
 *     | expires 1 · field length 31 | value length | [expire time (8)] | field | value |
 */

import { copyBytes, equalBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Slot } from "../memory/dict.ts";
import type { Shard } from "./shard.ts";

const HEAD_BYTES = 8;
const TIME_BYTES = 8;
const LENGTH_MASK = 0x7fffffff;

/** Bytes of the record of a field that does not expire. */
export function hashRecordBytes(fieldLength: number, valueLength: number): number {
  return HEAD_BYTES + fieldLength + valueLength;
}

export function fieldExpires(home: Shard, record: Offset): boolean {
  return home.words[record >> 2] < 0;
}

export function fieldLengthOf(home: Shard, record: Offset): number {
  return home.words[record >> 2] & LENGTH_MASK;
}

export function fieldStartOf(home: Shard, record: Offset): number {
  return record + HEAD_BYTES + (fieldExpires(home, record) ? TIME_BYTES : 0);
}

export function valueStartOf(home: Shard, record: Offset): number {
  return fieldStartOf(home, record) + fieldLengthOf(home, record);
}

export function valueEndOf(home: Shard, record: Offset): number {
  return valueStartOf(home, record) + home.words[(record >> 2) + 1];
}

/** Fills the record of a field that does not expire: the field `bytes[start, end)`, the value `source[from, to)`. */
export function writeField(
  home: Shard,
  record: Offset,
  bytes: Buffer,
  start: number,
  end: number,
  source: Buffer,
  from: number,
  to: number,
): void {
  home.words[record >> 2] = end - start;
  home.words[(record >> 2) + 1] = to - from;
  copyBytes(bytes, start, home.bytes, record + HEAD_BYTES, end - start);
  copyBytes(source, from, home.bytes, record + HEAD_BYTES + end - start, to - from);
}

/** The slot of the field `bytes[start, end)`, whose hash is given; 0 when there is none. */
export function findField(
  home: Shard,
  dict: Offset,
  hash: number,
  bytes: Buffer,
  start: number,
  end: number,
): Slot {
  const length = end - start;
  for (let slot = home.dict.find(dict, hash); slot !== 0; slot = home.dict.next(slot)) {
    const record = home.dict.recordAt(slot);
    if (fieldLengthOf(home, record) !== length) continue;
    if (equalBytes(home.bytes, fieldStartOf(home, record), bytes, start, length)) return slot;
  }
  return 0;
}
