/**
 * Prefetching: touches the memory that a batch of lookups will need, before the first of them runs.
 *
 * A lookup in a large dataset waits for memory twice, one wait after the other: for the slot and for the entry
 * (measured at a million keys: two thirds of the time of a GET). Here the waits of all lookups overlap, because
 * within a loop no load depends on another. A loop that waits does hardly anything else: the processor works ahead
 * by a few hundred instructions, so the fewer lie between two loads, the more of them are under way. (Measured: with
 * the searches for slots in the loop that waits for them, INCR takes a tenth longer.) With a dataset that fits into
 * the processor's cache it costs about a tenth more than it saves.
 */

import { int32At } from "../memory/packed.ts";
import {
  ENCODING_LINKED,
  ENTRY_HEADER_BYTES,
  entryLinkAt,
  headEncoding,
  headType,
  LINK_BYTES,
  TYPE_HASH,
  TYPE_SET,
  TYPE_ZSET,
} from "./entry.ts";
import { ROOT_DICT } from "./root.ts";
import type { SearchStart } from "./search-start.ts";
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
  /** For each lookup where the search for its slot starts, or 0. */
  private readonly starts = new Int32Array(PREFETCH_MAX);
  /** For each lookup of a key its hash, the dict it is looked up in, or 0, and the segments that were made there. */
  private readonly hashes = new Int32Array(PREFETCH_MAX);
  private readonly roots = new Int32Array(PREFETCH_MAX);
  private readonly segmentsMade = new Int32Array(PREFETCH_MAX);
  /** The shard of each entry; then, for an element, that of its record. */
  private readonly homes: Shard[];
  /** For each element where the search for its slot starts, or 0. */
  private readonly memberStarts = new Int32Array(PREFETCH_MAX);
  /** For each element the dict it is looked up in, or 0. */
  private readonly targets = new Int32Array(PREFETCH_MAX);
  private readonly shardMask: number;

  constructor(private readonly shards: readonly Shard[]) {
    this.shardMask = shards.length - 1;
    this.homes = new Array<Shard>(PREFETCH_MAX).fill(shards[0]);
  }

  /**
   * Touches slots and entries for the first `count` hashes, at most PREFETCH_MAX. A hash that equals the one before it
   * costs next to nothing.
   */
  prefetch(db: number, hashes: Int32Array, count: number): void {
    const { shards, shardMask, entries, homes, starts, roots, segmentsMade } = this;
    let sink = 0;
    // Where the searches for the slots start.
    let last = ~hashes[0];
    for (let i = 0; i < count; i++) {
      const hash = hashes[i];
      this.hashes[i] = hash;
      if (hash === last) {
        homes[i] = homes[i - 1];
        starts[i] = starts[i - 1];
        roots[i] = roots[i - 1];
        segmentsMade[i] = segmentsMade[i - 1];
        continue;
      }
      last = hash;
      const shard = shards[hash & shardMask];
      const root = shard.roots[db];
      homes[i] = shard;
      roots[i] = root;
      segmentsMade[i] = shard.dict.segmentsMade;
      starts[i] = root === 0 ? 0 : shard.dict.start(root, hash);
    }
    for (let i = 0; i < count; i++) sink ^= homes[i].words[starts[i]];
    // The entries, whose slots are near by now.
    last = ~hashes[0];
    for (let i = 0; i < count; i++) {
      const hash = hashes[i];
      if (hash === last) {
        entries[i] = entries[i - 1];
        continue;
      }
      last = hash;
      const { dict } = homes[i];
      const slot = starts[i] === 0 ? 0 : dict.findFrom(starts[i], hash);
      entries[i] = slot === 0 ? 0 : dict.recordAt(slot) >> 2;
    }
    // Their first two cache lines, header and key among them.
    let lastEntry = 0;
    for (let i = 0; i < count; i++) {
      const entry = entries[i];
      if (entry === lastEntry) continue;
      lastEntry = entry;
      const { words } = homes[i];
      sink ^= words[entry] ^ words[entry + LINE_WORDS];
    }
    // Where they end, which the header tells.
    lastEntry = 0;
    for (let i = 0; i < count; i++) {
      const entry = entries[i];
      if (entry === 0 || entry === lastEntry) continue;
      lastEntry = entry;
      const { words } = homes[i];
      sink ^= words[entry + ((words[entry + 1] + words[entry + 2] + ENTRY_HEADER_BYTES) >> 2)];
    }
    this.sink = sink;
  }

  /** Tells where the search for `hash` starts, if that was lookup `i` of the last call of {@link prefetch}. */
  tellStart(i: number, hash: number, start: SearchStart): void {
    if (hash === this.hashes[i]) start.remember(this.roots[i], hash, this.segmentsMade[i], this.starts[i]);
  }

  /**
   * Touches the slots and records of elements with these hashes in the collections found by the last call of
   * {@link prefetch}; 0 stands for a request that looks for none.
   */
  prefetchMembers(hashes: Int32Array, count: number): void {
    const { entries, homes, memberStarts, targets } = this;
    let sink = 0;
    // The last entry whose dict was looked for.
    let last = 0;
    let lastShard: Shard | null = null;
    let lastAt = 0;
    for (let i = 0; i < count; i++) {
      targets[i] = 0;
      if (hashes[i] === 0 || entries[i] === 0) continue;
      if (entries[i] === last && homes[i] === lastShard) {
        targets[i] = targets[lastAt];
        homes[i] = homes[lastAt];
        continue;
      }
      last = entries[i];
      lastShard = homes[i];
      lastAt = i;
      this.findDict(i);
    }
    for (let i = 0; i < count; i++)
      memberStarts[i] = targets[i] === 0 ? 0 : homes[i].dict.start(targets[i], hashes[i]);
    for (let i = 0; i < count; i++) sink ^= homes[i].words[memberStarts[i]];
    for (let i = 0; i < count; i++) {
      if (targets[i] === 0) continue;
      const { dict } = homes[i];
      const slot = dict.findFrom(memberStarts[i], hashes[i]);
      entries[i] = slot === 0 ? 0 : dict.recordAt(slot) >> 2;
    }
    for (let i = 0; i < count; i++) {
      if (targets[i] === 0) continue;
      const { words } = homes[i];
      sink ^= words[entries[i]] ^ words[entries[i] + LINE_WORDS];
    }
    this.sink = sink;
  }

  /** Finds the dict of the collection that entry `i` links to, if it does and is one that has a dict. */
  private findDict(i: number): void {
    const shard = this.homes[i];
    const offset = this.entries[i] << 2;
    const head = shard.words[this.entries[i]];
    if (headEncoding(head) !== ENCODING_LINKED || !hasTable(headType(head))) return;
    const at = entryLinkAt(shard, offset);
    const home = shard.all[shard.bytes[at + LINK_BYTES - 1]];
    this.homes[i] = home;
    this.targets[i] = home.words[(int32At(shard.bytes, at) >> 2) + ROOT_DICT];
  }
}

/** Whether the elements of a linked value of this type are in a dict. */
function hasTable(type: number): boolean {
  return type === TYPE_SET || type === TYPE_ZSET || type === TYPE_HASH;
}
