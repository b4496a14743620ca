/**
 * Prefetching: touches the memory that a batch of lookups will need, before the first of them runs.
 *
 * A lookup in a large dataset waits for memory twice, one wait after the other: for the slot and for the entry
 * (measured at a million keys: two thirds of the time of a GET). Here the waits of all lookups overlap, because
 * within a loop no load depends on another; the loops are short, so that the processor keeps many of them in
 * flight. With a dataset that fits into the processor's cache it costs about a tenth more than it saves.
 */

import { ENTRY_HEADER_BYTES } from "./entry.ts";
import type { Shard } from "./shard.ts";

/** Lookups whose memory can be asked for at a time; more would push each other out of the first-level cache. */
export const PREFETCH_MAX = 32;
/** Words from the first cache line of an entry to the next. */
const LINE_WORDS = 16;

export class Prefetcher {
  /** Keeps the loads from being optimised away; means nothing. */
  sink = 0;
  /** For each lookup the word index of the entry it will probably find, or 0. */
  private readonly entries = new Int32Array(PREFETCH_MAX);
  private readonly shardMask: number;

  constructor(private readonly shards: readonly Shard[]) {
    this.shardMask = shards.length - 1;
  }

  /** Touches slots and entries for the first `count` hashes, at most PREFETCH_MAX. */
  prefetch(db: number, hashes: Int32Array, count: number): void {
    const { shards, shardMask, entries } = this;
    let sink = 0;
    // Where the searches for the slots start.
    for (let i = 0; i < count; i++) {
      const shard = shards[hashes[i] & shardMask];
      if (shard.roots[db] !== 0) sink ^= shard.dict.touch(shard.roots[db], hashes[i]);
    }
    // The entries, whose slots are near by now.
    for (let i = 0; i < count; i++) {
      const shard = shards[hashes[i] & shardMask];
      const slot = shard.roots[db] === 0 ? 0 : shard.dict.find(shard.roots[db], hashes[i]);
      entries[i] = slot === 0 ? 0 : shard.dict.recordAt(slot) >> 2;
    }
    // Their first two cache lines, header and key among them.
    for (let i = 0; i < count; i++) {
      const { words } = shards[hashes[i] & shardMask];
      sink ^= words[entries[i]] ^ words[entries[i] + LINE_WORDS];
    }
    // Where they end, which the header tells.
    for (let i = 0; i < count; i++) {
      const { words } = shards[hashes[i] & shardMask];
      const entry = entries[i];
      if (entry !== 0)
        sink ^= words[entry + ((words[entry + 1] + words[entry + 2] + ENTRY_HEADER_BYTES) >> 2)];
    }
    this.sink = sink;
  }
}
