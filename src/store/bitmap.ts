/**
 * Bitmaps: strings whose bits count. Bit 0 is the highest bit of the first byte. A string may have 2^32 bits and
 * more: bit offsets are doubles, and only their lowest three bits are an int32's business.
 */

import { countBits, popCount, skipBytes } from "../base/bits.ts";
import { ENCODING_RAW, type Entry, TYPE_STRING } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";
import { lengthen } from "./string.ts";

/** Zeros in front of a byte that is an int32. */
const BYTE_LEADING_ZEROS = 24;

/** How many bytes it takes to have bit `offset`. */
export function bytesFor(offset: number): number {
  return Math.floor(offset / 8) + 1;
}

/** Bit `offset`; behind the end of the string all bits are 0. */
export function getBit(entry: Entry, offset: number): number {
  const byte = Math.floor(offset / 8);
  if (byte >= entry.valueLength) return 0;
  return (entry.bytes[entry.valueStart + byte] >> (7 - (offset & 7))) & 1;
}

/**
 * Sets bit `offset` of the key `bytes[start, end)`, which is `entry`, to 0 or 1, and returns what it was.
 * @throws OutOfMemoryError, nothing changed
 */
export function setBit(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  entry: Entry | null,
  offset: number,
  bit: number,
): number {
  const length = bytesFor(offset);
  const grows = entry === null || entry.valueLength < length;
  const target = writable(keyspace, db, bytes, start, end, entry, length);
  const at = target.valueStart + length - 1;
  const shift = 7 - (offset & 7);
  const old = (target.bytes[at] >> shift) & 1;
  if (old !== bit) target.bytes[at] ^= 1 << shift;
  if (grows || old !== bit) keyspace.changed(target);
  return old;
}

/**
 * The string of the key `bytes[start, end)`, which is `entry`, ready to have its bits changed: `length` bytes long
 * at least, created or lengthened with zeros if need be, and raw as Redis leaves it even where no bit changes.
 * The caller counts the change.
 * @throws OutOfMemoryError, nothing changed
 */
export function writable(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  entry: Entry | null,
  length: number,
): Entry {
  if (entry === null) {
    const created = keyspace.put(db, bytes, start, end, TYPE_STRING, ENCODING_RAW, length, NO_EXPIRE);
    created.bytes.fill(0, created.valueStart, created.valueEnd);
    return created;
  }
  if (length > entry.valueLength) lengthen(keyspace, entry, length, length);
  entry.encoding = ENCODING_RAW;
  return entry;
}

/** How many of the bits from `first` to `last` are 1; both are within the string, `first` not behind `last`. */
export function countRange(entry: Entry, first: number, last: number): number {
  const { bytes, valueStart } = entry;
  const from = valueStart + Math.floor(first / 8);
  const to = valueStart + Math.floor(last / 8);
  // What the first and the last byte have outside the range.
  const before = bytes[from] & ~(0xff >> (first & 7));
  const behind = bytes[to] & (0x7f >> (last & 7));
  return countBits(bytes, entry.shard.words, from, to + 1) - popCount(before) - popCount(behind);
}

/** The first of the bits from `first` to `last` that is `bit`, or -1; for the range as for {@link countRange}. */
export function findBit(entry: Entry, bit: number, first: number, last: number): number {
  const { bytes, valueStart } = entry;
  const other = bit === 1 ? 0 : 0xff;
  const from = valueStart + Math.floor(first / 8);
  const end = valueStart + Math.floor(last / 8) + 1;
  let at = from;
  // The bits that are wanted, as ones.
  let wanted = (bytes[from] ^ other) & (0xff >> (first & 7));
  if (wanted === 0) {
    at = skipBytes(bytes, entry.shard.words, from + 1, end, other);
    if (at === end) return -1;
    wanted = bytes[at] ^ other;
  }
  const found = (at - valueStart) * 8 + Math.clz32(wanted) - BYTE_LEADING_ZEROS;
  return found <= last ? found : -1;
}
