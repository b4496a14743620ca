/**
 * Freeing what is no longer reachable. A value of many elements, or all keys of a flushed db, would hold the
 * loop up if they were freed at once: they are put here instead, and freed a bounded number of elements at a
 * time between requests. Until then their memory counts as used.
 */

import type { Offset } from "../memory/arena.ts";
import { type Cursor, SCAN_END } from "../memory/dict.ts";
import { ENCODING_LINKED, entryLinkAt, headEncoding, headType, LINK_BYTES, TYPE_LIST } from "./entry.ts";
import { ROOT_DICT, ROOT_TREE } from "./root.ts";
import type { Shard } from "./shard.ts";

/** In place of a type: the root is that of the dict of a db. */
const KEYS = -1;
/** Elements that are freed at once when a value is deleted: as many as take a few µs. */
const AT_ONCE = 64;
/** Entries of a db that are looked at together: each may lead to AT_ONCE elements. */
const KEYS_AT_ONCE = 8;

interface Job {
  /** Type of the value, or KEYS. */
  readonly type: number;
  readonly root: Offset;
  /** Where in its dict the freeing stands. */
  cursor: Cursor;
}

/** The garbage in the arena of one shard. */
export class Reclaimer {
  /** Values and dbs that were freed later than they were deleted, since the start. */
  reclaimed = 0;
  private readonly jobs: Job[] = [];

  constructor(private readonly shard: Shard) {}

  /** Values and dbs that were freed in part or not at all (`lazyfree_pending_objects`). */
  get pending(): number {
    return this.jobs.length;
  }

  /** Takes the root of a linked value. A small one is freed at once. Returns about how many elements were freed. */
  addValue(type: number, root: Offset): number {
    const job = { type, root, cursor: 0 };
    const left = this.work(job, AT_ONCE);
    if (left <= 0) this.jobs.push(job);
    return AT_ONCE - left;
  }

  /** Takes the dict of a db with all its entries. */
  addKeys(root: Offset): void {
    this.jobs.push({ type: KEYS, root, cursor: 0 });
  }

  /** Forgets everything: the arena was reset. */
  clear(): void {
    this.jobs.length = 0;
  }

  /** Frees about `limit` elements. Returns whether there is more. */
  collect(limit: number): boolean {
    for (let left = limit; left > 0; ) {
      const job = this.jobs[0];
      if (job === undefined) return false;
      left = this.work(job, left);
      if (left <= 0) break;
      this.jobs.shift();
      this.reclaimed++;
    }
    return this.jobs.length > 0;
  }

  /** Values among them. */
  get pendingValues(): number {
    return this.jobs.filter(({ type }) => type !== KEYS).length;
  }

  /** Calls `visit` with the dict of each flushed db and where its freeing stands; for the check. */
  forEachKeys(visit: (root: Offset, cursor: Cursor) => void): void {
    for (const { type, root, cursor } of this.jobs) if (type === KEYS) visit(root, cursor);
  }

  /** Frees up to about `limit` elements of a job. Returns what is left of the limit, at least 1 when the job is done. */
  private work(job: Job, limit: number): number {
    if (job.type === TYPE_LIST) return this.shard.list.destroySome(job.root, limit) ? limit : 0;
    if (job.type === KEYS) return this.workKeys(job, limit);
    return this.workTable(job, limit);
  }

  private workKeys(job: Job, limit: number): number {
    const { shard } = this;
    let left = limit;
    while (left > 0 && job.cursor < SCAN_END)
      left -= this.freeRecords(job, job.root, Math.min(left, KEYS_AT_ONCE), (entry) => this.addLinked(entry));
    if (job.cursor < SCAN_END) return 0;
    shard.dict.destroy(job.root);
    return Math.max(1, left);
  }

  /** Takes what an entry links to. Returns about how many elements were freed. */
  private addLinked(entry: Offset): number {
    const { shard } = this;
    const head = shard.words[entry >> 2];
    if (headEncoding(head) !== ENCODING_LINKED) return 0;
    const at = entryLinkAt(shard, entry);
    const home = shard.all[shard.bytes[at + LINK_BYTES - 1]];
    return home.reclaimer.addValue(headType(head), shard.bytes.readInt32LE(at));
  }

  /** Sets, sorted sets and hashes: a dict of records, and a tree of the same records for some. */
  private workTable(job: Job, limit: number): number {
    const { shard } = this;
    const at = job.root >> 2;
    if (shard.words[at + ROOT_TREE] !== 0) {
      if (!shard.treeOf(job.type).destroySome(shard.words[at + ROOT_TREE], limit)) return 0;
      shard.words[at + ROOT_TREE] = 0;
    }
    const dict = shard.words[at + ROOT_DICT];
    const left = limit - this.freeRecords(job, dict, limit, null);
    if (job.cursor < SCAN_END) return 0;
    shard.dict.destroy(dict);
    shard.arena.free(job.root);
    return Math.max(1, left);
  }

  /**
   * Frees about `limit` records of a dict, `before` having seen each. Returns how many they were, and what `before`
   * has freed besides.
   */
  private freeRecords(
    job: Job,
    dict: Offset,
    limit: number,
    before: ((record: Offset) => number) | null,
  ): number {
    const { shard } = this;
    const records: Offset[] = [];
    job.cursor = shard.dict.scan(dict, job.cursor, limit, records);
    let freed = records.length;
    for (const record of records) {
      if (before !== null) freed += before(record);
      shard.arena.free(record);
    }
    return freed;
  }
}
