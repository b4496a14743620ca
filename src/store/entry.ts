/**
 * An entry is what the keyspace stores for a key: one block of a shard's arena.
 *
 *     | access 24 · expires 1 · encoding 4 · type 3 | key length | value length | [node] | key | value |
 *
 * The node is there only when the key has an expire time: the time as a signed 64-bit number of
 * milliseconds and the links of the timing wheel. `access` is what LRU or LFU needs: seconds, or minutes
 * and a counter.
 */

import type { Int64 } from "../base/int.ts";
import type { Offset } from "../memory/arena.ts";
import type { Slot } from "../memory/dict.ts";
import { WHEEL_NODE_BYTES } from "../memory/timing-wheel.ts";
import type { Shard } from "./shard.ts";

export const ENTRY_HEADER_BYTES = 12;
/** Where the node of an expiring entry lies. */
export const ENTRY_NODE_AT = ENTRY_HEADER_BYTES;

const TYPE_MASK = 7;
const ENCODING_SHIFT = 3;
const ENCODING_MASK = 15;
const EXPIRES = 1 << 7;
const ACCESS_SHIFT = 8;

/** Types by their code in an entry; the names are what TYPE replies. */
export const TYPE_NAMES = ["string", "list", "set", "zset", "hash", "stream"] as const;
export const TYPE_STRING = 0;

/** Encodings by their code in an entry; the names are what OBJECT ENCODING replies. */
export const ENCODING_NAMES = ["raw", "int", "embstr"] as const;
export const ENCODING_RAW = 0;
export const ENCODING_INT = 1;
export const ENCODING_EMBSTR = 2;

/** The first header word. */
export function entryHead(type: number, encoding: number, expires: boolean, access: number): number {
  return (access << ACCESS_SHIFT) | (expires ? EXPIRES : 0) | (encoding << ENCODING_SHIFT) | type;
}

/** Bytes of the payload of an entry. */
export function entryBytes(expires: boolean, keyLength: number, valueLength: number): number {
  return ENTRY_HEADER_BYTES + (expires ? WHEEL_NODE_BYTES : 0) + keyLength + valueLength;
}

/**
 * A view of one entry, moved from entry to entry by the keyspace that owns it: what a lookup returned is
 * valid until the next lookup through the same view, or the next change of the keyspace.
 */
export class Entry {
  shard!: Shard;
  db = 0;
  hash = 0;
  slot: Slot = 0;
  offset: Offset = 0;

  get bytes(): Buffer {
    return this.shard.bytes;
  }

  get type(): number {
    return this.shard.words[this.offset >> 2] & TYPE_MASK;
  }

  get encoding(): number {
    return (this.shard.words[this.offset >> 2] >> ENCODING_SHIFT) & ENCODING_MASK;
  }

  set encoding(encoding: number) {
    const words = this.shard.words;
    const at = this.offset >> 2;
    words[at] = (words[at] & ~(ENCODING_MASK << ENCODING_SHIFT)) | (encoding << ENCODING_SHIFT);
  }

  get expires(): boolean {
    return (this.shard.words[this.offset >> 2] & EXPIRES) !== 0;
  }

  set expires(expires: boolean) {
    const words = this.shard.words;
    const at = this.offset >> 2;
    words[at] = expires ? words[at] | EXPIRES : words[at] & ~EXPIRES;
  }

  /** The 24 bits of LRU or LFU. */
  get access(): number {
    return this.shard.words[this.offset >> 2] >>> ACCESS_SHIFT;
  }

  set access(access: number) {
    const words = this.shard.words;
    const at = this.offset >> 2;
    const head = (words[at] & 0xff) | (access << ACCESS_SHIFT);
    // Reading a key again in the same second must not make its cache line dirty.
    if (words[at] !== head) words[at] = head;
  }

  get keyStart(): number {
    return this.offset + (this.expires ? ENTRY_HEADER_BYTES + WHEEL_NODE_BYTES : ENTRY_HEADER_BYTES);
  }

  get keyLength(): number {
    return this.shard.words[(this.offset >> 2) + 1];
  }

  get valueStart(): number {
    return this.keyStart + this.keyLength;
  }

  get valueLength(): number {
    return this.shard.words[(this.offset >> 2) + 2];
  }

  get valueEnd(): number {
    return this.valueStart + this.valueLength;
  }

  /** When the key expires in ms, rounded to a double; only for an entry that `expires`. */
  get expireAtMs(): number {
    return this.shard.wheel.timeOf(this.offset);
  }

  /** When the key expires in ms, exactly; only for an entry that `expires`. */
  get expireAtMsExact(): Int64 {
    const rounded = this.expireAtMs;
    if (Number.isSafeInteger(rounded)) return rounded;
    const at = (this.offset + ENTRY_NODE_AT) >> 2;
    return (BigInt(this.shard.words[at + 1]) << 32n) | BigInt(this.shard.words[at] >>> 0);
  }
}
