/**
 * A shard is the part of the keyspace that lives in one arena: for each db a dict of entries and, once a key
 * there has had an expire time, a timing wheel.
 */

import type { Arena, Offset } from "../memory/arena.ts";
import { type Cursor, Dict, SCAN_END } from "../memory/dict.ts";
import { TimingWheel } from "../memory/timing-wheel.ts";
import { ENTRY_NODE_AT } from "./entry.ts";

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
  /** Dicts that flushes have cut off, with the entries from `cursor` on still to be freed. */
  readonly garbage: { root: Offset; cursor: Cursor }[] = [];

  constructor(
    readonly arena: Arena,
    databases: number,
  ) {
    this.bytes = arena.bytes;
    this.words = arena.words;
    this.dict = new Dict(arena);
    this.wheel = new TimingWheel(arena, ENTRY_NODE_AT);
    this.roots = new Int32Array(databases);
    this.wheels = new Int32Array(databases);
    this.expiring = new Int32Array(databases);
  }

  /** Number of keys in a db. */
  count(db: number): number {
    const root = this.roots[db];
    return root === 0 ? 0 : this.dict.count(root);
  }

  /** Cuts all keys of a db off; their memory is given back at once if nothing else is here, or as garbage. */
  flush(db: number): void {
    const root = this.roots[db];
    if (root === 0) return;
    if (this.wheels[db] !== 0) this.wheel.destroy(this.wheels[db]);
    this.roots[db] = 0;
    this.wheels[db] = 0;
    this.expiring[db] = 0;
    this.garbage.push({ root, cursor: 0 });
    if (this.roots.every((other) => other === 0)) {
      this.garbage.length = 0;
      this.arena.reset();
    }
  }

  /** Frees about `limit` entries of flushed dbs. Returns false when there is no garbage left. */
  collectGarbage(limit: number): boolean {
    const dict = this.garbage[0];
    if (dict === undefined) return false;
    const entries: Offset[] = [];
    dict.cursor = this.dict.scan(dict.root, dict.cursor, limit, entries);
    for (const entry of entries) this.arena.free(entry);
    if (dict.cursor < SCAN_END) return true;
    this.dict.destroy(dict.root);
    this.garbage.shift();
    return this.garbage.length > 0;
  }

  /** Exchanges two dbs. */
  swap(db: number, other: number): void {
    for (const perDb of [this.roots, this.wheels, this.expiring]) {
      const kept = perDb[db];
      perDb[db] = perDb[other];
      perDb[other] = kept;
    }
  }
}
