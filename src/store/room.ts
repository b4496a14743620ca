/**
 * Room for changes of several steps. A change that would find no memory half-way asks for all of it before its first
 * step, and then no step fails.
 */

import type { Offset } from "../memory/arena.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { Shard } from "./shard.ts";

/** What a block of some bytes takes beyond them, in its arena and in a dict and a tree. */
const BLOCK_OVERHEAD_MAX = 64;
/** What splitting a segment of a dict, or a node of a tree, takes for a new element at the most. */
const SPLIT_BYTES_MAX = 8704;
/** Roots, directories and the like that may be made or doubled: so much, and a fraction of what is used. */
const GROWTH_MIN = 32 << 10;
const GROWTH_SHIFT = 9;
/** Splitting all there is does not take more than this fraction of what is used. */
const SPLIT_SHIFT = 2;
/** Chunks of lists compressed by a request that finds no memory: 0.2 to 0.3 ms, or a few if they are large. */
export const COMPRESSED_AT_ONCE = 16;
/** Elements freed at a time when memory is needed at once. */
const RECLAIM_STEP = 4096;

/**
 * Throws unless `shard` has room for `bytes` more in `blocks` blocks, so that nothing fails half-way. To be called
 * before the first step of a change: it asks for more than is likely to be needed, so that in between it may throw.
 * What was deleted and is not freed yet is freed for it, if need be, and lists are compressed.
 * @throws OutOfMemoryError
 */
export function needRoom(shard: Shard, bytes: number, blocks: number): void {
  if (!hasRoom(shard, bytes, blocks)) throw new OutOfMemoryError();
}

/**
 * Whether {@link needRoom} would not throw. Where nothing is left to free, some of the lists that are to be compressed
 * are: their chunks move.
 */
export function hasRoom(shard: Shard, bytes: number, blocks: number): boolean {
  const { arena } = shard;
  const splits = Math.min(blocks * SPLIT_BYTES_MAX, arena.used >> SPLIT_SHIFT);
  const growth = GROWTH_MIN + (arena.used >> GROWTH_SHIFT);
  const need = bytes + blocks * BLOCK_OVERHEAD_MAX + splits + growth;
  return reclaimFor(shard, need) || (shard.compressChunks(COMPRESSED_AT_ONCE) > 0 && reclaimFor(shard, need));
}

/** Frees what was deleted and is not freed yet until blocks of so many bytes can be had. False if they can't even then. */
export function reclaimFor(shard: Shard, bytes: number): boolean {
  while (!shard.arena.hasRoom(bytes)) if (!reclaimSome(shard)) return false;
  return true;
}

/** Frees some of what was deleted and is not freed yet; false when there is nothing. */
export function reclaimSome({ reclaimer }: Shard): boolean {
  if (reclaimer.pending === 0) return false;
  reclaimer.collect(RECLAIM_STEP);
  return true;
}

/** A new block in the arena of a shard; 0 when no memory is left, even after freeing what was deleted there. */
export function allocate(shard: Shard, size: number): Offset {
  let offset = shard.arena.allocate(size);
  while (offset === 0 && reclaimSome(shard)) offset = shard.arena.allocate(size);
  return offset;
}
