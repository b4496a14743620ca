/**
 * The keyspace: all keys of all dbs, spread over shards by their hash. It knows keys, expire times and access
 * bits; what the bytes of a value mean is the business of the value modules (`string.ts` and so on).
 *
 * Time is handed in: the owner sets {@link Keyspace.nowMs} before each batch of commands. An entry whose time
 * has passed is missing for every lookup here, which also frees it; the active cycle (`expire.ts`) frees the
 * ones nobody asks for.
 *
 * Looking entries up, replacing, moving and expiring them stay in one file, because each relies on what the others
 * leave in the two views; hashes of names, room for changes and scans stand beside it (`name-hashes.ts`, `room.ts`,
 * `keyspace-scan.ts`).
 */

import { copyBytes, equalBytes } from "../base/bytes.ts";
import type { Int64 } from "../base/int.ts";
import type { Random } from "../base/random.ts";
import type { SipHasher } from "../base/siphash.ts";
import type { Arena, Offset } from "../memory/arena.ts";
import { ChunkCodec } from "../memory/chunk-codec.ts";
import { ListCursor } from "../memory/list-cursor.ts";
import { TreeCursor } from "../memory/ordered-tree.ts";
import { NewElement, PackedView } from "../memory/packed.ts";
import { WHEEL_NODE_BYTES } from "../memory/timing-wheel.ts";
import { AccessClock } from "./access.ts";
import { Entry, entryBytes, entryHead, TYPE_STRING } from "./entry.ts";
import { OutOfMemoryError } from "./errors.ts";
import { EncodingLimits } from "./limits.ts";
import { NameHashes } from "./name-hashes.ts";
import { Prefetcher } from "./prefetch.ts";
import { allocate } from "./room.ts";
import { ROOT_KEY_HASH } from "./root.ts";
import { SearchStart } from "./search-start.ts";
import { Shard } from "./shard.ts";
import { ZsetScratch } from "./zset-scratch.ts";

/** In place of an expire time: the key shall have none. */
export const NO_EXPIRE = -1;
/** In place of an expire time: the key shall keep the one it has. */
export const KEEP_EXPIRE = -2;

/** Hears what happens to keys, while somebody waits for it: WATCH and the blocking commands. */
export interface KeyListener {
  /** The value or the expire time of the key `bytes[start, end)` has changed, or the key is gone. */
  changed(db: number, bytes: Buffer, start: number, end: number): void;
  /** The key came to be with a value of another type than string, or got one in place of what it had. */
  created(db: number, bytes: Buffer, start: number, end: number): void;
}

export interface KeyspaceOptions {
  databases: number;
  /** A power of two. */
  shards: number;
  hasher: SipHasher;
  random: Random;
  reserveArena: () => Arena;
}

export class Keyspace {
  /** The time of the present batch of commands in Unix ms. */
  nowMs = 0;
  readonly access: AccessClock;
  readonly shards: readonly Shard[];
  readonly databases: number;
  readonly random: Random;
  /** Changes to the dataset since the start; only differences mean something. */
  dirty = 0;
  /** Null while nobody listens: then a change costs no more than a look at this. */
  listener: KeyListener | null = null;
  hits = 0;
  misses = 0;
  expired = 0;
  /** Fields of hashes that have expired and are freed. */
  expiredFields = 0;
  readonly limits = new EncodingLimits();
  /** For the functions of the value modules; valid within one call. */
  readonly fieldElement = new NewElement();
  readonly valueElement = new NewElement();
  /** What the value modules give back, until their next call. */
  readonly fieldView = new PackedView();
  readonly valueView = new PackedView();
  readonly listCursor = new ListCursor();
  /** For the functions on expire times of fields. */
  readonly fieldCursor = new TreeCursor();
  /** For the functions of sorted sets. */
  readonly zset = new ZsetScratch();
  /** Expired keys are missing as always, but stay where they are (CLIENT PAUSE). */
  keepsExpired = false;
  private readonly searchStart = new SearchStart();
  /** The shard whose lists are compressed next. */
  private compressedShard = 0;
  private readonly prefetcher: Prefetcher;
  readonly hashes: NameHashes;
  private readonly shardMask: number;
  private readonly entry = new Entry();
  private readonly second = new Entry();

  constructor(options: KeyspaceOptions) {
    this.databases = options.databases;
    this.hashes = new NameHashes(options.hasher);
    this.random = options.random;
    this.shardMask = options.shards - 1;
    const shards: Shard[] = [];
    const listCodec = new ChunkCodec();
    for (let i = 0; i < options.shards; i++)
      shards.push(new Shard(options.reserveArena(), options.databases, i, shards, listCodec, this.limits));
    this.shards = shards;
    this.prefetcher = new Prefetcher(this.shards);
    this.access = new AccessClock(this.random);
  }

  /** Sets the time for the commands that follow. */
  setNow(nowMs: number): void {
    this.nowMs = nowMs;
    this.access.setNow(nowMs);
  }

  /** The entry of a live key, or null. Does not count as an access. */
  find(db: number, bytes: Buffer, start: number, end: number): Entry | null {
    return this.locate(this.entry, db, bytes, start, end) ? this.entry : null;
  }

  /** Like {@link find}, through a view of its own, for commands that hold two entries at a time. */
  findSecond(db: number, bytes: Buffer, start: number, end: number): Entry | null {
    return this.locate(this.second, db, bytes, start, end) ? this.second : null;
  }

  /** {@link find} for reading: counts a hit or miss, and the access for LRU or LFU. */
  read(db: number, bytes: Buffer, start: number, end: number): Entry | null {
    const entry = this.entry;
    if (!this.locate(entry, db, bytes, start, end)) {
      this.misses++;
      return null;
    }
    this.hits++;
    this.countAccess(entry);
    return entry;
  }

  /** {@link read} that leaves the access bits alone, for questions about a key that do not use its value. */
  peek(db: number, bytes: Buffer, start: number, end: number): Entry | null {
    const entry = this.find(db, bytes, start, end);
    if (entry === null) this.misses++;
    else this.hits++;
    return entry;
  }

  /**
   * {@link read} or {@link peek} through a view of the caller's, for commands that hold many entries at a time.
   * Returns whether there is a live one. A later lookup may free an expired entry, and then `view.slot` is void.
   */
  readInto(view: Entry, db: number, bytes: Buffer, start: number, end: number, touching: boolean): boolean {
    if (!this.locate(view, db, bytes, start, end)) {
      this.misses++;
      return false;
    }
    this.hits++;
    if (touching) this.countAccess(view);
    return true;
  }

  /** {@link find} for a change: counts the access for LRU or LFU, but no hit or miss. */
  findToChange(db: number, bytes: Buffer, start: number, end: number): Entry | null {
    const entry = this.find(db, bytes, start, end);
    if (entry !== null) this.countAccess(entry);
    return entry;
  }

  /** Counts an access for LRU or LFU. */
  countAccess(entry: Entry): void {
    entry.access = this.access.touched(entry.access);
  }

  /**
   * Gives the key an entry of this type, encoding and value length, in place of the one it may have, and
   * returns it. Its value bytes are undefined: the caller writes them at once.
   * @param expireAt time in ms, or NO_EXPIRE, or KEEP_EXPIRE
   * @throws OutOfMemoryError, nothing changed
   */
  put(
    db: number,
    bytes: Buffer,
    start: number,
    end: number,
    type: number,
    encoding: number,
    valueLength: number,
    expireAt: Int64,
  ): Entry {
    const entry = this.entry;
    const keyLength = end - start;
    // An expired key must not get a second entry beside the one that is kept.
    if (this.keepsExpired) this.freeExpired(db, bytes, start, end);
    if (this.locate(entry, db, bytes, start, end)) {
      if (entry.linked) this.overwriteLink(entry, type, encoding, valueLength, expireAt);
      else this.overwrite(entry, type, encoding, valueLength, expireAt);
    } else {
      const expires = expireAt !== NO_EXPIRE && expireAt !== KEEP_EXPIRE;
      this.create(entry, expires, keyLength, valueLength);
      const head = entryHead(type, encoding, expires, this.access.initial());
      this.writeHeader(entry.shard, entry.offset, head, keyLength, valueLength);
      copyBytes(bytes, start, entry.bytes, entry.keyStart, keyLength);
      if (expires) this.fileExpire(entry, expireAt);
    }
    if (this.listener !== null && type !== TYPE_STRING) this.listener.created(db, bytes, start, end);
    return entry;
  }

  /** {@link overwrite} in place of a linked value, which is freed when nothing can fail any more. */
  private overwriteLink(
    entry: Entry,
    type: number,
    encoding: number,
    valueLength: number,
    expireAt: Int64,
  ): void {
    const { type: oldType, root, home, db } = entry;
    this.overwrite(entry, type, encoding, valueLength, expireAt);
    home.releaseValue(db, oldType, root);
  }

  private overwrite(
    entry: Entry,
    type: number,
    encoding: number,
    valueLength: number,
    expireAt: Int64,
  ): void {
    // What can fail for want of memory comes first. A value of the same length fits where it is: then the block's
    // own header, often in another cache line, is not looked at.
    const keepsNode = expireAt === KEEP_EXPIRE || expireAt === NO_EXPIRE || entry.expires;
    if (!keepsNode) this.insertNode(entry, valueLength);
    else if (valueLength !== entry.valueLength) this.reserve(entry, valueLength, 0);
    if (expireAt === NO_EXPIRE) {
      if (entry.expires) this.removeNode(entry, 0);
    } else if (expireAt !== KEEP_EXPIRE) {
      this.refile(entry, expireAt);
    }
    entry.shard.words[entry.offset >> 2] = entryHead(
      type,
      encoding,
      entry.expires,
      this.access.touched(entry.access),
    );
  }

  /**
   * Changes the length of the value to `valueLength`; the bytes up to the shorter of both lengths stay, those
   * behind are undefined. When the entry has to move, it takes room for `slack` bytes more.
   * @throws OutOfMemoryError, nothing changed
   */
  reserve(entry: Entry, valueLength: number, slack: number): void {
    this.resize(entry, entryBytes(entry.expires, entry.keyLength, valueLength), slack);
    entry.shard.words[(entry.offset >> 2) + 2] = valueLength;
  }

  /** Counts a change of the entry's value or expire time, and tells who listens. */
  changed(entry: Entry): void {
    this.dirty++;
    if (this.listener !== null)
      this.listener.changed(entry.db, entry.bytes, entry.keyStart, entry.valueStart);
  }

  /** Deletes the entry. A value of many elements is freed later. */
  delete(entry: Entry): void {
    if (entry.linked) entry.home.releaseValue(entry.db, entry.type, entry.root);
    this.remove(entry);
  }

  /** Takes the entry away, but not what its value may link to. */
  remove(entry: Entry): void {
    const { shard, db, offset } = entry;
    if (this.listener !== null) this.listener.changed(db, entry.bytes, entry.keyStart, entry.valueStart);
    if (entry.expires) this.withdrawExpire(entry);
    shard.dict.remove(shard.roots[db], entry.hash, entry.slot);
    shard.arena.free(offset);
  }

  /**
   * A new value that no key has yet, in the shard where the key `bytes[start, end)` would be. The functions of
   * its type work on it as on any other; then it becomes a key's (`adopt` in `detached.ts`) or is discarded.
   * @throws OutOfMemoryError, nothing changed
   */
  createDetached(
    db: number,
    bytes: Buffer,
    start: number,
    end: number,
    type: number,
    encoding: number,
    valueLength: number,
  ): Entry {
    const entry = new Entry();
    entry.hash = this.hashes.ofKey(bytes, start, end);
    entry.shard = this.shards[entry.hash & this.shardMask];
    entry.db = db;
    entry.offset = allocate(entry.shard, entryBytes(false, 0, valueLength));
    if (entry.offset === 0) throw new OutOfMemoryError();
    const head = entryHead(type, encoding, false, this.access.initial());
    this.writeHeader(entry.shard, entry.offset, head, 0, valueLength);
    return entry;
  }

  /** The shard that the key `bytes[start, end)` belongs to. */
  shardOf(bytes: Buffer, start: number, end: number): Shard {
    return this.shards[this.hashes.ofKey(bytes, start, end) & this.shardMask];
  }

  /** Sets the time when the key expires. @throws OutOfMemoryError, nothing changed */
  setExpire(entry: Entry, expireAt: Int64): void {
    if (!entry.expires) this.insertNode(entry, entry.valueLength);
    this.refile(entry, expireAt);
  }

  /** Takes the expire time away; the entry must have one. */
  persist(entry: Entry): void {
    this.removeNode(entry, entry.valueLength);
  }

  /** Number of keys in a db, expired ones that were not freed yet included. */
  size(db: number): number {
    let keys = 0;
    for (const shard of this.shards) keys += shard.count(db);
    return keys;
  }

  /** Number of keys in all dbs. O(dbs · shards) */
  get totalKeys(): number {
    let keys = 0;
    for (let db = 0; db < this.databases; db++) keys += this.size(db);
    return keys;
  }

  /** Number of keys with an expire time in a db. */
  expiringKeys(db: number): number {
    let keys = 0;
    for (const shard of this.shards) keys += shard.expiring[db];
    return keys;
  }

  /** Bytes of memory that the dataset takes, its indexes included: exact. */
  get usedBytes(): number {
    let used = 0;
    for (const shard of this.shards) used += shard.arena.used;
    return used;
  }

  /** Empties a db. Returns the number of keys it had. O(shards); memory is freed by {@link collectGarbage}. */
  flush(db: number): number {
    const keys = this.size(db);
    for (const shard of this.shards) shard.flush(db);
    // Values in shards of other keys stand in the way of giving memory back until all keys are gone.
    if (this.shards.every((shard) => shard.isEmpty)) for (const shard of this.shards) shard.reset();
    return keys;
  }

  /** Exchanges two dbs. */
  swap(db: number, other: number): void {
    for (const shard of this.shards) shard.swap(db, other);
  }

  /** Frees about `limit` elements per shard of what was deleted or flushed. Returns whether there is more. */
  collectGarbage(limit: number): boolean {
    let more = false;
    for (const { reclaimer } of this.shards) if (reclaimer.collect(limit)) more = true;
    return more;
  }

  /** Compresses up to `limit` chunks of lists that are to be. Returns whether there was one. */
  compressLists(limit: number): boolean {
    const { shards } = this;
    let left = limit;
    for (let i = 0; i < shards.length && left > 0; i++) {
      left -= shards[this.compressedShard].compressChunks(left);
      this.compressedShard = (this.compressedShard + 1) % shards.length;
    }
    return left < limit;
  }

  /** Tells that a period has passed, see {@link Arena.age}. O(shards) */
  ageMemory(): void {
    for (const { arena } of this.shards) arena.age();
  }

  /** Gives a step of memory back that has not been used for a while. Returns whether there was one. */
  releaseMemory(): boolean {
    return this.shards.some(({ arena }) => arena.release());
  }

  /** Moves the view to an entry found by its offset, as scans return them, whether or not it has expired. */
  entryAt(shard: Shard, db: number, offset: Offset): Entry {
    const entry = this.entry;
    entry.shard = shard;
    entry.db = db;
    entry.offset = offset;
    entry.hash = this.hashes.ofKey(entry.bytes, entry.keyStart, entry.valueStart);
    entry.slot = shard.dict.slotOf(shard.roots[db], entry.hash, offset);
    return entry;
  }

  /** Moves the view to the entry whose value is the linked hash at `root` in the arena of `home`. */
  entryOfHash(home: Shard, db: number, root: Offset): Entry {
    const entry = this.entry;
    const hash = home.words[(root >> 2) + ROOT_KEY_HASH];
    const shard = this.shards[hash & this.shardMask];
    entry.shard = shard;
    entry.db = db;
    entry.hash = hash;
    for (let slot = shard.dict.find(shard.roots[db], hash); slot !== 0; slot = shard.dict.next(slot)) {
      entry.slot = slot;
      entry.offset = shard.dict.recordAt(slot);
      if (entry.linked && entry.root === root && entry.home === home) return entry;
    }
    throw new Error("keyspace: a linked hash is the value of no key");
  }

  /** Frees the key's entry if its time has passed. */
  private freeExpired(db: number, bytes: Buffer, start: number, end: number): void {
    this.keepsExpired = false;
    this.locate(this.entry, db, bytes, start, end);
    this.keepsExpired = true;
  }

  /** Whether an entry's time has passed. */
  isExpired(entry: Entry): boolean {
    return entry.expires && entry.expireAtMs < this.nowMs;
  }

  /** Deletes an entry whose time has passed. */
  expire(entry: Entry): void {
    this.delete(entry);
    this.expired++;
  }

  /** Deletes an entry that the wheel has handed out because its time has passed. */
  expireWithdrawn(shard: Shard, db: number, offset: Offset): void {
    const entry = this.entryAt(shard, db, offset);
    if (entry.linked) entry.home.releaseValue(db, entry.type, entry.root);
    if (this.listener !== null) this.listener.changed(db, entry.bytes, entry.keyStart, entry.valueStart);
    shard.expiring[db]--;
    shard.dict.remove(shard.roots[db], entry.hash, entry.slot);
    shard.arena.free(offset);
    this.expired++;
  }

  /** The hash of an element of a collection. */
  hashOf(bytes: Buffer, start: number, end: number): number {
    return this.hashes.ofMember(bytes, start, end);
  }

  /** Asks for the memory that lookups of the first `count` hashes will need, see {@link Prefetcher}. */
  prefetch(db: number, hashes: Int32Array, count: number): void {
    this.prefetcher.prefetch(db, hashes, count);
  }

  /** The next lookup is for `hash`, probably the `i`-th of those that memory was asked for last. */
  expectSearch(i: number, hash: number): void {
    this.prefetcher.tellStart(i, hash, this.searchStart);
  }

  /** {@link prefetch} for elements with these hashes, of collections whose keys were asked for just before. */
  prefetchMembers(hashes: Int32Array, count: number): void {
    this.prefetcher.prefetchMembers(hashes, count);
  }

  /** Points `entry` to the key's place; true when a live entry is there. */
  private locate(entry: Entry, db: number, bytes: Buffer, start: number, end: number): boolean {
    const hash = this.hashes.ofKey(bytes, start, end);
    const shard = this.shards[hash & this.shardMask];
    entry.shard = shard;
    entry.db = db;
    entry.hash = hash;
    const root = shard.roots[db];
    if (root === 0) return false;
    const { dict } = shard;
    const first = dict.findFrom(this.searchStart.of(dict, root, hash), hash);
    for (let slot = first; slot !== 0; slot = dict.next(slot)) {
      entry.offset = dict.recordAt(slot);
      if (!this.hasKey(entry, bytes, start, end - start)) continue;
      entry.slot = slot;
      if (!this.isExpired(entry)) return true;
      if (!this.keepsExpired) this.expire(entry);
      return false;
    }
    return false;
  }

  private hasKey(entry: Entry, bytes: Buffer, start: number, length: number): boolean {
    return entry.keyLength === length && equalBytes(entry.bytes, entry.keyStart, bytes, start, length);
  }

  /** Makes a block for a new entry and files it under `entry.hash`; its contents are undefined. */
  private create(entry: Entry, expires: boolean, keyLength: number, valueLength: number): void {
    const { shard, db, hash } = entry;
    if (shard.roots[db] === 0) {
      const root = shard.dict.create();
      if (root === 0) throw new OutOfMemoryError();
      shard.roots[db] = root;
    }
    if (expires) this.needWheel(shard, db);
    const offset = allocate(shard, entryBytes(expires, keyLength, valueLength));
    if (offset === 0) throw new OutOfMemoryError();
    const slot = shard.dict.insert(shard.roots[db], hash, offset);
    if (slot === 0) {
      shard.arena.free(offset);
      throw new OutOfMemoryError();
    }
    entry.offset = offset;
    entry.slot = slot;
  }

  private writeHeader(
    shard: Shard,
    offset: Offset,
    head: number,
    keyLength: number,
    valueLength: number,
  ): void {
    const at = offset >> 2;
    shard.words[at] = head;
    shard.words[at + 1] = keyLength;
    shard.words[at + 2] = valueLength;
  }

  /** Gives an entry a block for `size` bytes, in place if possible; bytes up to the shorter of both sizes stay. */
  private resize(entry: Entry, size: number, slack: number): void {
    const { arena } = entry.shard;
    const capacity = arena.capacityOf(entry.offset);
    // A block that is a good deal too large gives its tail back, but not for every byte that a counter loses,
    // nor what was taken as slack before.
    if (size <= capacity && capacity - size <= Math.max(slack, (size >> 2) + 16)) return;
    if (!arena.resizeInPlace(entry.offset, size)) this.move(entry, size, size + slack);
  }

  /** Moves an entry to a block of `capacity` bytes, or of `size` when that is too much to ask. */
  private move(entry: Entry, size: number, capacity: number): void {
    const { shard, offset } = entry;
    const arena = shard.arena;
    const fresh = arena.allocate(capacity) || allocate(shard, size);
    if (fresh === 0) throw new OutOfMemoryError();
    const kept = Math.min(entry.valueEnd - offset, size);
    copyBytes(entry.bytes, offset, entry.bytes, fresh, kept);
    entry.offset = fresh;
    // A detached value is filed nowhere.
    if (entry.slot !== 0) shard.dict.replaceAt(entry.slot, fresh);
    if (entry.expires) shard.wheel.moved(shard.wheels[entry.db], fresh);
    arena.free(offset);
  }

  /**
   * Makes room for a node between header and key, and for a value of `valueLength` bytes. The entry is filed
   * under the present time: {@link refile} follows.
   */
  private insertNode(entry: Entry, valueLength: number): void {
    this.needWheel(entry.shard, entry.db);
    const kept = Math.min(entry.valueLength, valueLength);
    this.resize(entry, entryBytes(true, entry.keyLength, valueLength), 0);
    const from = entry.keyStart;
    entry.bytes.copyWithin(from + WHEEL_NODE_BYTES, from, entry.valueStart + kept);
    entry.shard.words[(entry.offset >> 2) + 2] = valueLength;
    entry.expires = true;
    entry.shard.expiring[entry.db]++;
    entry.shard.wheel.setTime(entry.offset, this.nowMs);
    entry.shard.wheel.add(entry.shard.wheels[entry.db], entry.offset);
  }

  /** Takes the node out, moving the key and the first `kept` bytes of the value. Needs no memory. */
  private removeNode(entry: Entry, kept: number): void {
    this.withdrawExpire(entry);
    const from = entry.keyStart;
    entry.bytes.copyWithin(from - WHEEL_NODE_BYTES, from, entry.valueStart + kept);
    entry.expires = false;
    this.reserve(entry, entry.valueLength, 0);
  }

  /** Files an entry that has a node under another time. */
  private refile(entry: Entry, expireAt: Int64): void {
    const { shard, db, offset } = entry;
    shard.wheel.remove(shard.wheels[db], offset);
    shard.wheel.setTime(offset, expireAt);
    shard.wheel.add(shard.wheels[db], offset);
  }

  private needWheel(shard: Shard, db: number): void {
    if (shard.wheels[db] !== 0) return;
    const wheel = shard.wheel.create(this.nowMs);
    if (wheel === 0) throw new OutOfMemoryError();
    shard.wheels[db] = wheel;
  }

  /** Files an entry that has a node, not filed yet, under a time. */
  private fileExpire(entry: Entry, expireAt: Int64): void {
    const { shard, db, offset } = entry;
    shard.wheel.setTime(offset, expireAt);
    shard.wheel.add(shard.wheels[db], offset);
    shard.expiring[db]++;
  }

  private withdrawExpire(entry: Entry): void {
    const { shard, db } = entry;
    shard.wheel.remove(shard.wheels[db], entry.offset);
    shard.expiring[db]--;
  }
}
