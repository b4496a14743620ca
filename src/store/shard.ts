/**
 * A shard is the part of the keyspace that lives in one arena: for each db a dict of entries and, once a key
 * there has had an expire time, a timing wheel.
 */

import type { Arena, Offset } from "../memory/arena.ts";
import type { ChunkCodec } from "../memory/chunk-codec.ts";
import { ChunkedList } from "../memory/chunked-list.ts";
import { Dict } from "../memory/dict.ts";
import { OrderedTree } from "../memory/ordered-tree.ts";
import { TimingWheel } from "../memory/timing-wheel.ts";
import { ENTRY_NODE_AT, TYPE_HASH, TYPE_ZSET } from "./entry.ts";
import type { EncodingLimits } from "./limits.ts";
import { Reclaimer } from "./reclaim.ts";
import { compareMembers, ZSET_RECORD } from "./record.ts";
import { ROOT_NODE_AT, ROOT_TREE } from "./root.ts";

export class Shard {
  readonly bytes: Buffer;
  readonly words: Int32Array;
  readonly dict: Dict;
  readonly wheel: TimingWheel;
  /** For each db the root of its dict; 0 while it has never had a key. */
  readonly roots: Int32Array;
  /** For each db its wheel; 0 while no key has had an expire time. */
  readonly wheels: Int32Array;
  /** For each db the number of keys with an expire time. */
  readonly expiring: Int32Array;
  /** Lists of many elements. */
  readonly list: ChunkedList;
  /** The members of sorted sets by score. */
  readonly scores: OrderedTree;
  /** The fields of hashes by expire time, those that have one. */
  readonly fieldTimes: OrderedTree;
  /** Hashes by the time when their first field expires. */
  readonly fieldWheel: TimingWheel;
  /** For each db its wheel of hashes; 0 while no field has had an expire time. */
  readonly fieldWheels: Int32Array;
  /** What was deleted but is not freed yet. */
  readonly reclaimer: Reclaimer;
  /** A value in this arena belongs to a key of another shard, or the other way round. */
  entangled = false;

  constructor(
    readonly arena: Arena,
    databases: number,
    /** The place of this shard in {@link all}. */
    readonly index: number,
    /** All shards of the keyspace. */
    readonly all: readonly Shard[],
    listCodec: ChunkCodec,
    private readonly limits: EncodingLimits,
  ) {
    this.bytes = arena.bytes;
    this.words = arena.words;
    this.dict = new Dict(arena);
    this.wheel = new TimingWheel(arena, ENTRY_NODE_AT);
    this.roots = new Int32Array(databases);
    this.wheels = new Int32Array(databases);
    this.expiring = new Int32Array(databases);
    this.list = new ChunkedList(arena, listCodec);
    this.scores = new OrderedTree(arena, (a, b) => compareMembers(this, ZSET_RECORD, a, b));
    this.fieldTimes = new OrderedTree(arena, (a, b) => a - b);
    this.fieldWheel = new TimingWheel(arena, ROOT_NODE_AT);
    this.fieldWheels = new Int32Array(databases);
    this.reclaimer = new Reclaimer(this);
  }

  /** Number of keys in a db. */
  count(db: number): number {
    const root = this.roots[db];
    return root === 0 ? 0 : this.dict.count(root);
  }

  /** Cuts all keys of a db off; their memory is given back at once if nothing else is here, or as garbage. */
  flush(db: number): void {
    // There may be values here of keys that are in other shards.
    if (this.fieldWheels[db] !== 0) this.fieldWheel.destroy(this.fieldWheels[db]);
    this.fieldWheels[db] = 0;
    const root = this.roots[db];
    if (root === 0) return;
    if (this.wheels[db] !== 0) this.wheel.destroy(this.wheels[db]);
    this.roots[db] = 0;
    this.wheels[db] = 0;
    this.expiring[db] = 0;
    if (this.isEmpty && !this.entangled) this.reset();
    else this.reclaimer.addKeys(root);
  }

  /** Whether no db has keys here, not even expired ones. */
  get isEmpty(): boolean {
    return this.roots.every((root) => root === 0);
  }

  /** Gives all memory back; nothing may be left in any db, nor be waited for by another shard. */
  reset(): void {
    this.reclaimer.clear();
    this.list.forget();
    this.fieldWheels.fill(0);
    this.arena.reset();
    this.entangled = false;
  }

  /** Looks at up to `limit` of the chunks that wait to be compressed, and compresses them. Returns at how many. */
  compressChunks(limit: number): number {
    return this.list.compressSome(limit, this.limits.listChunk);
  }

  /** The tree of a type of values: sorted sets order members by score, hashes fields by expire time. */
  treeOf(type: number): OrderedTree {
    return type === TYPE_ZSET ? this.scores : this.fieldTimes;
  }

  /** Takes the value at `root`, which belonged to a key of `db`, out of everything and leaves it to be freed. */
  releaseValue(db: number, type: number, root: Offset): void {
    if (type === TYPE_HASH && this.words[(root >> 2) + ROOT_TREE] !== 0)
      this.fieldWheel.remove(this.fieldWheels[db], root);
    this.reclaimer.addValue(type, root);
  }

  /** Exchanges two dbs. */
  swap(db: number, other: number): void {
    for (const perDb of [this.roots, this.wheels, this.expiring, this.fieldWheels]) {
      const kept = perDb[db];
      perDb[db] = perDb[other];
      perDb[other] = kept;
    }
  }
}
