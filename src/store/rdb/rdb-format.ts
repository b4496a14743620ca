/** The numbers of the RDB format, version 10, which Redis 7.0 writes (its `rdb.h`). */

export const RDB_VERSION = 10;

// Types of values. What is not named here, modules and streams, is not supported.
export const RDB_STRING = 0;
export const RDB_LIST = 1;
export const RDB_SET = 2;
/** Scores are texts. */
export const RDB_ZSET = 3;
export const RDB_HASH = 4;
/** Scores are doubles of 8 bytes. */
export const RDB_ZSET_2 = 5;
export const RDB_HASH_ZIPMAP = 9;
export const RDB_LIST_ZIPLIST = 10;
export const RDB_SET_INTSET = 11;
export const RDB_ZSET_ZIPLIST = 12;
export const RDB_HASH_ZIPLIST = 13;
/** A list of ziplists. */
export const RDB_LIST_QUICKLIST = 14;
export const RDB_HASH_LISTPACK = 16;
export const RDB_ZSET_LISTPACK = 17;
/** A list of nodes, each a listpack or a single element. */
export const RDB_LIST_QUICKLIST_2 = 18;

// The forms of a number, by the two highest bits of its first byte.
export const NUMBER_6_BITS = 0;
export const NUMBER_14_BITS = 1;
/** The whole byte tells 32 bits from 64; the number follows, the most significant byte first. */
export const NUMBER_LONG = 2;
/** In place of a string's length: how its bytes are encoded, in the other six bits. */
export const STRING_ENCODED = 3;

export const NUMBER_32_BITS = 0x80;
export const NUMBER_64_BITS = 0x81;

// Encodings of strings.
export const ENCODED_INT8 = 0;
export const ENCODED_INT16 = 1;
export const ENCODED_INT32 = 2;
export const ENCODED_LZF = 3;

// Containers of the nodes of a list.
export const NODE_PLAIN = 1;
export const NODE_LISTPACK = 2;

/** What was to be read is not what the format allows. Nothing has been changed. */
export class RdbFormatError extends Error {
  override name = "RdbFormatError";
}

/** @throws RdbFormatError if `valid` is false; `fault` says what is wrong then. */
export function expectFormat(valid: boolean, fault: string): void {
  if (!valid) throw new RdbFormatError(fault);
}
