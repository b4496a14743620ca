/** Strings: the value bytes stand in the entry itself, numbers included. */

import { copyBytes } from "../base/bytes.ts";
import { type Int64, int64Length, parseInt64, writeInt64 } from "../base/int.ts";
import { ENCODING_EMBSTR, ENCODING_INT, ENCODING_RAW, type Entry, TYPE_STRING } from "./entry.ts";
import { KEEP_EXPIRE, type Keyspace, NO_EXPIRE } from "./keyspace.ts";

/** Up to this length Redis calls a string `embstr`. */
const EMBSTR_LENGTH_MAX = 44;
/** Longest decimal number of 64 bits. */
const INTEGER_LENGTH_MAX = 20;
/** Room for growth that a string takes when it has to move, at most. */
const SLACK_MAX = 1 << 20;

const ZERO = 0x30;
const NINE = 0x39;
const MINUS = 0x2d;

/** The encoding that Redis gives to a string that is set as a whole. */
export function encodingFor(bytes: Buffer, start: number, end: number): number {
  const length = end - start;
  if (length > EMBSTR_LENGTH_MAX) return ENCODING_RAW;
  const first = bytes[start];
  if (length === 0 || length > INTEGER_LENGTH_MAX || first > NINE || (first < ZERO && first !== MINUS))
    return ENCODING_EMBSTR;
  return parseInt64(bytes, start, end) === null ? ENCODING_EMBSTR : ENCODING_INT;
}

/** Sets the key `bytes[start, end)` to the value `bytes[valueStart, valueEnd)`, whatever it held. */
export function set(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  valueStart: number,
  valueEnd: number,
  expireAt: Int64,
): Entry {
  const length = valueEnd - valueStart;
  const encoding = encodingFor(bytes, valueStart, valueEnd);
  const entry = keyspace.put(db, bytes, start, end, TYPE_STRING, encoding, length, expireAt);
  copyBytes(bytes, valueStart, entry.bytes, entry.valueStart, length);
  keyspace.changed(entry);
  return entry;
}

/**
 * Sets the key `bytes[start, end)` to a short text of one-byte chars; an expire time stays. Like Redis, never
 * encodes it as an integer, even if it is one.
 */
export function setText(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  text: string,
): void {
  const encoding = text.length > EMBSTR_LENGTH_MAX ? ENCODING_RAW : ENCODING_EMBSTR;
  const entry = keyspace.put(db, bytes, start, end, TYPE_STRING, encoding, text.length, KEEP_EXPIRE);
  entry.bytes.write(text, entry.valueStart, "latin1");
  keyspace.changed(entry);
}

/** The stored number, or null when the string is none. */
export function integerOf(entry: Entry): Int64 | null {
  return parseInt64(entry.bytes, entry.valueStart, entry.valueEnd);
}

/** Makes a missing key a string that holds a number. */
export function createInteger(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  value: Int64,
): void {
  const entry = keyspace.put(db, bytes, start, end, TYPE_STRING, ENCODING_INT, int64Length(value), NO_EXPIRE);
  writeInt64(entry.bytes, entry.valueStart, value);
  keyspace.changed(entry);
}

/** Replaces the value of an existing string by a number; its expire time stays. */
export function setInteger(keyspace: Keyspace, entry: Entry, value: Int64): void {
  const length = int64Length(value);
  // A counter seldom changes its length; otherwise there is room already.
  if (length !== entry.valueLength) keyspace.reserve(entry, length, 0);
  entry.encoding = ENCODING_INT;
  writeInt64(entry.bytes, entry.valueStart, value);
  keyspace.changed(entry);
}

/** Makes the missing key `bytes[start, end)` a string of `offset` zero bytes and then `bytes[from, to)`. */
export function createRange(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  offset: number,
  from: number,
  to: number,
): void {
  const length = offset + to - from;
  const entry = keyspace.put(db, bytes, start, end, TYPE_STRING, ENCODING_RAW, length, NO_EXPIRE);
  const at = entry.valueStart;
  entry.bytes.fill(0, at, at + offset);
  copyBytes(bytes, from, entry.bytes, at + offset, to - from);
  keyspace.changed(entry);
}

/** Writes `source[from, to)` at `offset` of the value, which grows with zero bytes as needed. */
export function setRange(
  keyspace: Keyspace,
  entry: Entry,
  offset: number,
  source: Buffer,
  from: number,
  to: number,
): void {
  const end = offset + to - from;
  if (end > entry.valueLength) lengthen(keyspace, entry, end, offset);
  entry.encoding = ENCODING_RAW;
  copyBytes(source, from, entry.bytes, entry.valueStart + offset, to - from);
  keyspace.changed(entry);
}

/**
 * Makes the value of an existing string `length` bytes long, which is longer than it is. What is new is zero up to
 * the byte `zeroEnd` and undefined behind: the caller writes it at once. Takes more memory than it needs, since
 * what grows once grows again.
 * @throws OutOfMemoryError, nothing changed
 */
export function lengthen(keyspace: Keyspace, entry: Entry, length: number, zeroEnd: number): void {
  const old = entry.valueLength;
  keyspace.reserve(entry, length, Math.min(length, SLACK_MAX));
  if (zeroEnd > old) entry.bytes.fill(0, entry.valueStart + old, entry.valueStart + zeroEnd);
}
