/** The line of DEBUG OBJECT. */

import { REPLY_TOO_LARGE } from "../protocol/errors.ts";
import { type Entry, encodingName, TYPE_LIST } from "../store/entry.ts";
import { chunkCount, length, plainBytes } from "../store/list.ts";
import { LISTPACK_OVERHEAD } from "../store/rdb/listpack.ts";
import { RdbTooLargeError } from "../store/rdb/rdb-writer.ts";
import { referenceCount } from "../store/usage.ts";
import type { Context } from "./context.ts";

/** Arenas are shown side by side in one address space, from here on. */
const FIRST_ADDRESS = 0x7f0000000000;
const ARENA_ADDRESSES = 2 ** 31;

/** Redis' line about an entry. The address changes only when the entry moves. O(bytes of the value) */
export function describeEntry(ctx: Context, entry: Entry): string {
  const { keyspace } = ctx;
  const address = FIRST_ADDRESS + keyspace.shards.indexOf(entry.shard) * ARENA_ADDRESSES + entry.offset;
  const fields = [
    `Value at:0x${address.toString(16)}`,
    `refcount:${referenceCount(entry)}`,
    `encoding:${encodingName(entry.type, entry.encoding)}`,
    `serializedlength:${serializedLength(ctx, entry)}`,
    `lru:${entry.access}`,
    `lru_seconds_idle:${keyspace.access.idleSeconds(entry.access)}`,
  ];
  if (entry.type === TYPE_LIST) fields.push(...listFields(ctx, entry));
  return fields.join(" ");
}

/** Bytes that the value takes in an RDB file. */
function serializedLength(ctx: Context, entry: Entry): number {
  try {
    return ctx.dumps.valueLength(entry);
  } catch (error) {
    throw error instanceof RdbTooLargeError ? REPLY_TOO_LARGE : error;
  }
}

/** What Redis says about the nodes of a list: chunks here. */
function listFields({ keyspace }: Context, entry: Entry): string[] {
  const nodes = chunkCount(entry);
  const { listSize, listCompressDepth } = keyspace.limits;
  return [
    `ql_nodes:${nodes}`,
    `ql_avg_node:${(length(entry) / nodes).toFixed(2)}`,
    `ql_listpack_max:${listSize}`,
    `ql_compressed:${listCompressDepth === 0 ? 0 : 1}`,
    `ql_uncompressed_size:${plainBytes(entry) + nodes * LISTPACK_OVERHEAD}`,
  ];
}
