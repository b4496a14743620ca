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
import { int32At } from "../memory/packed.ts";
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
export const TYPE_LIST = 1;
export const TYPE_SET = 2;
export const TYPE_ZSET = 3;
export const TYPE_HASH = 4;
export const TYPE_STREAM = 5;

// Encodings of strings.
export const ENCODING_RAW = 0;
export const ENCODING_INT = 1;
export const ENCODING_EMBSTR = 2;
// Encodings of collections, see `collection.ts`.
/** The value is a packed sequence. */
export const ENCODING_PACKED = 3;
/** The value is an array of integers of one size in ascending order. */
export const ENCODING_INTSET = 4;
/** The value is a link to the root of blocks that hold the elements. */
export const ENCODING_LINKED = 5;

/** For each type, what OBJECT ENCODING replies: Redis' names of the forms in which it would keep the value. */
const ENCODING_NAMES: readonly (readonly string[])[] = [
  ["raw", "int", "embstr"],
  ["", "", "", "quicklist", "", "quicklist"],
  ["", "", "", "hashtable", "intset", "hashtable"],
  ["", "", "", "listpack", "", "skiplist"],
  ["", "", "", "listpack", "", "hashtable"],
  ["", "", "", "", "", "stream"],
];

/** Redis' name of the form in which a value is kept; empty when there is no such form. */
export function encodingName(type: number, encoding: number): string {
  return ENCODING_NAMES[type]?.[encoding] ?? "";
}

/** Bytes of a link: the offset of a root in an arena, and the index of the shard whose arena that is. */
export const LINK_BYTES = 5;

/** The first header word. */
export function entryHead(type: number, encoding: number, expires: boolean, access: number): number {
  return (access << ACCESS_SHIFT) | (expires ? EXPIRES : 0) | (encoding << ENCODING_SHIFT) | type;
}

/** The type in a first header word. */
export function headType(head: number): number {
  return head & TYPE_MASK;
}

/** The encoding in a first header word. */
export function headEncoding(head: number): number {
  return (head >> ENCODING_SHIFT) & ENCODING_MASK;
}

/** Where the link lies that is the value of the entry at `offset`. */
export function entryLinkAt(shard: Shard, offset: Offset): number {
  const at = offset >> 2;
  const node = (shard.words[at] & EXPIRES) !== 0 ? WHEEL_NODE_BYTES : 0;
  return offset + ENTRY_HEADER_BYTES + node + shard.words[at + 1];
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
    return headType(this.shard.words[this.offset >> 2]);
  }

  get encoding(): number {
    return headEncoding(this.shard.words[this.offset >> 2]);
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

  /** Whether the value is a link. */
  get linked(): boolean {
    return this.encoding === ENCODING_LINKED;
  }

  /** The root that a link leads to; it lies in the arena of {@link home}. */
  get root(): Offset {
    return int32At(this.bytes, this.valueStart);
  }

  /** The shard whose arena holds what a link leads to: a renamed key may leave its value where it was. */
  get home(): Shard {
    return this.shard.all[this.bytes[this.valueStart + LINK_BYTES - 1]];
  }

  /** Writes a link as the value; its length is LINK_BYTES. */
  linkTo(home: Shard, root: Offset): void {
    this.bytes.writeInt32LE(root, this.valueStart);
    this.bytes[this.valueStart + LINK_BYTES - 1] = home.index;
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
