/** The line of DEBUG OBJECT. */

import { parseInteger } from "../base/int.ts";
import { encodingName, type Entry } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";

/** Arenas are shown side by side in one address space, from here on. */
const FIRST_ADDRESS = 0x7f0000000000;
const ARENA_ADDRESSES = 2 ** 31;
/** Texts up to this length are saved as integers when they are integers. */
const INTEGER_TEXT_MAX = 11;

/** Redis' line about an entry. The address changes only when the entry moves. */
export function describeEntry(keyspace: Keyspace, entry: Entry): string {
  const address = FIRST_ADDRESS + keyspace.shards.indexOf(entry.shard) * ARENA_ADDRESSES + entry.offset;
  return [
    `Value at:0x${address.toString(16)}`,
    "refcount:1",
    `encoding:${encodingName(entry.type, entry.encoding)}`,
    `serializedlength:${serializedLength(entry)}`,
    `lru:${entry.access}`,
    `lru_seconds_idle:${keyspace.access.idleSeconds(entry.access)}`,
  ].join(" ");
}

/** Bytes that the value takes in an RDB file when it is not compressed. */
function serializedLength(entry: Entry): number {
  const { valueLength } = entry;
  if (valueLength <= INTEGER_TEXT_MAX) {
    const value = parseInteger(entry.bytes, entry.valueStart, entry.valueEnd);
    if (value === (value << 24) >> 24) return 2;
    if (value === (value << 16) >> 16) return 3;
    if (value === (value | 0)) return 5;
  }
  return valueLength + (valueLength < 64 ? 1 : valueLength < 16384 ? 2 : 5);
}
