/**
 * The record of one field of a linked hash:
 *
 *     | expires 1 · field length 31 | value length | [expire time (8)] | field | value |
 *
 * The time is there when the field expires: a Unix time in ms, at most FIELD_TIME_MAX.
 */

import { copyBytes, equalBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import type { Slot } from "../memory/dict.ts";
import type { Shard } from "./shard.ts";

const HEAD_BYTES = 8;
/** What an expire time adds to a record. */
export const FIELD_TIME_BYTES = 8;
const EXPIRES = 1 << 31;
const LENGTH_MASK = 0x7fffffff;
const TWO_32 = 2 ** 32;

// Words of a record.
const FIELD = 0;
const VALUE = 1;
const TIME_LOW = 2;
const TIME_HIGH = 3;

/** The last moment at which a field can expire, in Unix ms: Redis' own limit. */
export const FIELD_TIME_MAX = 2 ** 46 - 1;

/** Bytes of the record of a field. */
export function hashRecordBytes(fieldLength: number, valueLength: number, expires: boolean): number {
  return HEAD_BYTES + (expires ? FIELD_TIME_BYTES : 0) + fieldLength + valueLength;
}

export function fieldExpires(home: Shard, record: Offset): boolean {
  return home.words[record >> 2] < 0;
}

export function fieldLengthOf(home: Shard, record: Offset): number {
  return home.words[record >> 2] & LENGTH_MASK;
}

export function fieldStartOf(home: Shard, record: Offset): number {
  return record + HEAD_BYTES + (fieldExpires(home, record) ? FIELD_TIME_BYTES : 0);
}

export function valueStartOf(home: Shard, record: Offset): number {
  return fieldStartOf(home, record) + fieldLengthOf(home, record);
}

export function valueLengthOf(home: Shard, record: Offset): number {
  return home.words[(record >> 2) + VALUE];
}

export function valueEndOf(home: Shard, record: Offset): number {
  return valueStartOf(home, record) + valueLengthOf(home, record);
}

/** The time of a field that expires. */
export function fieldTimeOf(home: Shard, record: Offset): number {
  const at = record >> 2;
  return home.words[at + TIME_HIGH] * TWO_32 + (home.words[at + TIME_LOW] >>> 0);
}

/** Writes the time of a field that expires. */
export function writeFieldTime(home: Shard, record: Offset, time: number): void {
  const at = record >> 2;
  home.words[at + TIME_LOW] = time | 0;
  home.words[at + TIME_HIGH] = Math.floor(time / TWO_32);
}

/** Opens the place of the time, to be written at once, in a record whose block has room for it. */
export function openFieldTime(home: Shard, record: Offset): void {
  const from = record + HEAD_BYTES;
  home.bytes.copyWithin(from + FIELD_TIME_BYTES, from, valueEndOf(home, record));
  home.words[(record >> 2) + FIELD] |= EXPIRES;
}

/** Closes the place of the time. */
export function closeFieldTime(home: Shard, record: Offset): void {
  const to = record + HEAD_BYTES;
  home.bytes.copyWithin(to, to + FIELD_TIME_BYTES, valueEndOf(home, record));
  home.words[(record >> 2) + FIELD] &= LENGTH_MASK;
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
  home.words[(record >> 2) + FIELD] = end - start;
  home.words[(record >> 2) + VALUE] = to - from;
  copyBytes(bytes, start, home.bytes, record + HEAD_BYTES, end - start);
  copyBytes(source, from, home.bytes, record + HEAD_BYTES + end - start, to - from);
}

/** Writes another value, `source[from, to)`, into a record whose block has room for it. */
export function writeValue(home: Shard, record: Offset, source: Buffer, from: number, to: number): void {
  home.words[(record >> 2) + VALUE] = to - from;
  copyBytes(source, from, home.bytes, valueStartOf(home, record), to - from);
}

/** Fills a record with a copy of one in the arena of `source`, its time included. */
export function copyField(home: Shard, record: Offset, source: Shard, original: Offset): void {
  copyBytes(source.bytes, original, home.bytes, record, valueEndOf(source, original) - original);
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
