/**
 * Dict: 32-bit hashes → records, where a record is a block of the same arena. The dict never looks into a
 * record: it hands out the records filed under a hash, and the caller, who knows the layout, compares keys.
 * A dict is identified by the offset of its root block; no JavaScript object exists per dict.
 *
 * Extendible hashing (Fagin et al., 1979) over small open-addressed segments:
 *
 *     root       | count | depth | directory offset | segments at full depth | inline directory entry (2) |
 *     directory  2^depth entries of | segment offset | local depth << 24 | capacity |
 *     segment    | count | slot | slot | ...   a slot is | order | record |
 *
 * The top `depth` bits of a hash choose the directory entry; the 16 bits after the segment's local depth,
 * scaled to its capacity, give the slot where the search starts. So a segment is sorted: slots hold
 * ascending hashes with gaps between them, a search ends at the first larger hash, splitting and resizing
 * are one sequential pass, and walking slots in order walks hashes in order. That makes scan cursors exact:
 * a cursor is the next hash to visit, whatever was split, merged or resized meanwhile.
 *
 * Growing never stalls: a full segment takes the next larger capacity, one of SEGMENT_SLOTS_MAX splits in
 * two; only the directory doubles (8 bytes per ~700 records). Shrinking is the same backwards.
 *
 * `order` is the hash with its top bit flipped, so that signed comparison sorts as unsigned hashes do. An
 * empty slot has order EMPTY and record 0, and every segment ends with one that is never filled: searches
 * need no bounds check. Hashes that are equal sit side by side; a flood of equal hashes stops splitting at
 * DEPTH_MAX and grows its one segment up to CAPACITY_MAX.
 *
 * Searching, growing and shrinking stay in one file, because each relies on the order that the others keep; the
 * layout and the checker stand beside it (`dict-layout.ts`, `dict-check.ts`).
 */

import type { Random } from "../base/random.ts";
import type { Arena, Offset } from "./arena.ts";
import { checkDict } from "./dict-check.ts";
import {
  CAPACITY_MASK,
  CAPACITY_MAX,
  CAPACITY_MIN,
  COUNT,
  capacityFor,
  DEEPEST,
  DEPTH,
  DEPTH_MAX,
  DEPTH_SHIFT,
  DIRECTORY,
  EMPTY,
  endOf,
  FLIP,
  INLINE_DIRECTORY,
  nextCapacity,
  ROOT_BYTES,
  retryPeriod,
  SEGMENT_SLOTS_MAX,
  slotsOf,
  startOf,
} from "./dict-layout.ts";

/** Word index of a slot; 0 is "none". Valid until the next insert or remove in the same dict. */
export type Slot = number;

/** A scan cursor: the next hash to visit, as an unsigned number. */
export type Cursor = number;
/** The cursor after the last hash. */
export const SCAN_END: Cursor = 2 ** 32;

/** How often a random choice tries slots before it takes the next best record. */
const RANDOM_TRIES = 128;

export class Dict {
  /** Slot of the record that {@link random} gave last; 0 when it did not come upon it by its slot. */
  drawn: Slot = 0;
  /** How many segments have been made here, for any dict. While it stays the same, none is made, moved or exchanged. */
  segmentsMade = 0;
  private readonly words: Int32Array;

  constructor(private readonly arena: Arena) {
    this.words = arena.words;
  }

  /** A new empty dict; 0 when the arena is full. */
  create(): Offset {
    const root = this.arena.allocate(ROOT_BYTES);
    if (root === 0) return 0;
    const segment = this.newSegment(CAPACITY_MIN);
    if (segment === 0) {
      this.arena.free(root);
      return 0;
    }
    const words = this.words;
    const at = root >> 2;
    words[at + COUNT] = 0;
    words[at + DEPTH] = 0;
    words[at + DIRECTORY] = root + INLINE_DIRECTORY * 4;
    words[at + DEEPEST] = 1;
    words[at + INLINE_DIRECTORY] = segment;
    words[at + INLINE_DIRECTORY + 1] = CAPACITY_MIN;
    return root;
  }

  /** Frees the dict itself. The records are the caller's. O(segments). */
  destroy(root: Offset): void {
    const words = this.words;
    const directory = words[(root >> 2) + DIRECTORY];
    const entries = 1 << words[(root >> 2) + DEPTH];
    for (let i = 0, previous = 0; i < entries; i++) {
      const segment = words[(directory >> 2) + i * 2];
      if (segment !== previous) this.arena.free(segment);
      previous = segment;
    }
    if (entries > 1) this.arena.free(directory);
    this.arena.free(root);
  }

  /** Number of records. */
  count(root: Offset): number {
    return this.words[(root >> 2) + COUNT];
  }

  /** The first slot filed under `hash`, or 0. */
  find(root: Offset, hash: number): Slot {
    return this.findFrom(this.start(root, hash), hash);
  }

  /** Where a search for `hash` starts: what {@link findFrom} wants. It stays so until a segment is made. */
  start(root: Offset, hash: number): Slot {
    const words = this.words;
    const entry = this.entryOf(root, hash);
    return (words[entry] >> 2) + 1 + (startOf(hash, words[entry + 1]) << 1);
  }

  /** Word index of the segment's head, which {@link insert} and {@link remove} change, for `hash`. */
  segmentHead(root: Offset, hash: number): number {
    return this.words[this.entryOf(root, hash)] >> 2;
  }

  /** The first slot filed under `hash` from where a search for it starts, or 0. */
  findFrom(start: Slot, hash: number): Slot {
    const words = this.words;
    const order = hash ^ FLIP;
    let slot = start;
    while (words[slot] < order) slot += 2;
    return words[slot] === order && words[slot + 1] !== 0 ? slot : 0;
  }

  /** The next slot filed under the same hash as `slot`, or 0. */
  next(slot: Slot): Slot {
    const words = this.words;
    return words[slot + 2] === words[slot] && words[slot + 3] !== 0 ? slot + 2 : 0;
  }

  recordAt(slot: Slot): Offset {
    return this.words[slot + 1];
  }

  /** The hash that the record at `slot` is filed under. */
  hashAt(slot: Slot): number {
    return this.words[slot] ^ FLIP;
  }

  /** Files another record in the place of the one at `slot` (same hash). */
  replaceAt(slot: Slot, record: Offset): void {
    this.words[slot + 1] = record;
  }

  /** Files `record` (not 0) under `hash` and returns its slot; 0 when the arena is full, what was filed stays filed then. */
  insert(root: Offset, hash: number, record: Offset): Slot {
    const words = this.words;
    for (;;) {
      const entry = this.entryOf(root, hash);
      const segment = words[entry] >> 2;
      const info = words[entry + 1];
      const count = words[segment];
      const capacity = info & CAPACITY_MASK;
      const slot = count < capacity - (capacity >> 3) ? this.place(segment, info, hash, record) : 0;
      if (slot !== 0) {
        words[segment] = count + 1;
        words[(root >> 2) + COUNT]++;
        return slot;
      }
      if (!this.makeRoom(root, hash)) return 0;
    }
  }

  /** Removes the record at `slot`, which was found under `hash`. */
  remove(root: Offset, hash: number, slot: Slot): void {
    const words = this.words;
    const entry = this.entryOf(root, hash);
    const info = words[entry + 1];
    const segment = words[entry] >> 2;
    const first = segment + 1;
    // Followers move back as long as they stay at or after the slot where a search for them starts.
    let gap = slot;
    for (let at = slot + 2; words[at + 1] !== 0; at += 2) {
      if (first + (startOf(words[at] ^ FLIP, info) << 1) === at) break;
      words[gap] = words[at];
      words[gap + 1] = words[at + 1];
      gap = at;
    }
    words[gap] = EMPTY;
    words[gap + 1] = 0;
    words[(root >> 2) + COUNT]--;
    const count = --words[segment];
    const capacity = info & CAPACITY_MASK;
    if (count >= capacity >> 2 || (capacity === CAPACITY_MIN && count > 0)) return;
    // Shrinking may fail again and again, where the records left are all at one end of the segment: it is tried once
    // in so many removals as make up for its cost.
    if ((count & (retryPeriod(capacity) - 1)) === 0) this.shrink(root, hash);
  }

  /** The slot of a record if it is filed under `hash`, or 0. */
  findRecord(root: Offset, hash: number, record: Offset): Slot {
    let slot = this.find(root, hash);
    while (slot !== 0 && this.recordAt(slot) !== record) slot = this.next(slot);
    return slot;
  }

  /** The slot of a record that is filed under `hash`. @throws Error when it is not */
  slotOf(root: Offset, hash: number, record: Offset): Slot {
    const slot = this.findRecord(root, hash, record);
    if (slot === 0) throw new Error(`dict: record ${record} is not filed under ${hash}`);
    return slot;
  }

  /** Removes a record that is filed under `hash`. @throws Error when it is not */
  removeRecord(root: Offset, hash: number, record: Offset): void {
    this.remove(root, hash, this.slotOf(root, hash, record));
  }

  /**
   * Appends the records of the next hashes from `cursor` on to `records`, until it holds `limit` of them (more
   * when several share the last hash). Every record that stays filed during the whole of a scan is returned by it.
   * @returns the cursor to go on with, SCAN_END after the last
   */
  scan(root: Offset, cursor: Cursor, limit: number, records: number[]): Cursor {
    const words = this.words;
    let from = cursor;
    while (from < SCAN_END) {
      const entry = this.entryOf(root, from | 0);
      const info = words[entry + 1];
      const localDepth = info >>> DEPTH_SHIFT;
      const span = 2 ** (32 - localDepth);
      const end = (Math.floor(from / span) + 1) * span;
      const next = this.scanSegment(words[entry] >> 2, info, from, limit, records);
      if (next < SCAN_END) return next;
      from = end;
      if (records.length >= limit) return end;
    }
    return SCAN_END;
  }

  /**
   * A record chosen at random; 0 when the dict is empty. All are equally likely, unless so many hashes are equal
   * that hardly any try succeeds.
   */
  random(root: Offset, random: Random): Offset {
    const words = this.words;
    const at = root >> 2;
    if (words[at + COUNT] === 0) return 0;
    const depth = words[at + DEPTH];
    const directory = words[at + DIRECTORY] >> 2;
    // Segments differ in size, and some are in several directory entries. Each try draws from as many slots as if
    // every entry had a segment of the largest size to itself, and fails where there is no such slot or nothing in it.
    const slotsMax = slotsOf(depth === 0 ? words[directory + 1] & CAPACITY_MASK : SEGMENT_SLOTS_MAX);
    for (let attempt = 0; attempt < RANDOM_TRIES; attempt++) {
      const index = random.below(1 << depth);
      const slot = random.below(slotsMax);
      const info = words[directory + index * 2 + 1];
      const isFirst = (index & ((1 << (depth - (info >>> DEPTH_SHIFT))) - 1)) === 0;
      if (!isFirst || slot >= slotsOf(info & CAPACITY_MASK)) continue;
      const at = (words[directory + index * 2] >> 2) + 1 + slot * 2;
      if (words[at + 1] === 0) continue;
      this.drawn = at;
      return words[at + 1];
    }
    this.drawn = 0;
    const records: number[] = [];
    this.scan(root, random.next32() >>> 0, 1, records);
    if (records.length === 0) this.scan(root, 0, 1, records);
    return records[0];
  }

  /** Bytes of arena the dict itself takes, records excluded. O(segments). */
  bytesOf(root: Offset): number {
    let bytes = this.arena.blockBytesOf(root);
    const words = this.words;
    const directory = words[(root >> 2) + DIRECTORY];
    const entries = 1 << words[(root >> 2) + DEPTH];
    if (entries > 1) bytes += this.arena.blockBytesOf(directory);
    for (let i = 0, previous = 0; i < entries; i++) {
      const segment = words[(directory >> 2) + i * 2];
      if (segment !== previous) bytes += this.arena.blockBytesOf(segment);
      previous = segment;
    }
    return bytes;
  }

  /** Word index of the directory entry for `hash`. */
  private entryOf(root: Offset, hash: number): number {
    const words = this.words;
    const at = root >> 2;
    return (words[at + DIRECTORY] >> 2) + (((hash >>> 1) >>> (31 - words[at + DEPTH])) << 1);
  }

  private newSegment(capacity: number): Offset {
    const slots = slotsOf(capacity);
    const segment = this.arena.allocate(4 + slots * 8 + 8);
    if (segment === 0) return 0;
    this.segmentsMade = (this.segmentsMade + 1) | 0;
    const words = this.words;
    let at = segment >> 2;
    words[at++] = 0;
    for (const end = at + slots * 2 + 2; at < end; at += 2) {
      words[at] = EMPTY;
      words[at + 1] = 0;
    }
    return segment;
  }

  /** Puts a record into its sorted place; 0 when that would reach the slot that ends the segment. */
  private place(segment: number, info: number, hash: number, record: Offset): Slot {
    const words = this.words;
    const first = segment + 1;
    const order = hash ^ FLIP;
    let slot = first + (startOf(hash, info) << 1);
    while (words[slot] <= order && words[slot + 1] !== 0) slot += 2;
    let gap = slot;
    while (words[gap + 1] !== 0) gap += 2;
    if (gap >= first + (slotsOf(info & CAPACITY_MASK) << 1)) return 0;
    for (; gap > slot; gap -= 2) {
      words[gap] = words[gap - 2];
      words[gap + 1] = words[gap - 1];
    }
    words[slot] = order;
    words[slot + 1] = record;
    return slot;
  }

  /** Makes the segment of `hash` larger or splits it. False when the arena is full or hashes are too equal. */
  private makeRoom(root: Offset, hash: number): boolean {
    const entry = this.entryOf(root, hash);
    const info = this.words[entry + 1];
    const capacity = info & CAPACITY_MASK;
    const localDepth = info >>> DEPTH_SHIFT;
    if (capacity < SEGMENT_SLOTS_MAX) return this.resize(root, hash, nextCapacity(capacity));
    if (localDepth < DEPTH_MAX) return this.split(root, hash);
    return capacity < CAPACITY_MAX && this.resize(root, hash, capacity * 2);
  }

  /** Moves the segment of `hash` into one of another capacity. False, unchanged, when it does not fit. */
  private resize(root: Offset, hash: number, capacity: number): boolean {
    const words = this.words;
    const entry = this.entryOf(root, hash);
    const info = words[entry + 1];
    const localDepth = info >>> DEPTH_SHIFT;
    const segment = words[entry];
    const fresh = this.newSegment(capacity);
    if (fresh === 0) return false;
    const freshInfo = (localDepth << DEPTH_SHIFT) | capacity;
    const end = endOf(segment, info);
    if (!this.copySlots((segment >> 2) + 1, end, fresh, freshInfo)) {
      this.arena.free(fresh);
      return (
        capacity < CAPACITY_MAX &&
        this.resize(root, hash, capacity < SEGMENT_SLOTS_MAX ? nextCapacity(capacity) : capacity * 2)
      );
    }
    this.pointTo(root, hash, localDepth, fresh, freshInfo);
    this.arena.free(segment);
    return true;
  }

  /**
   * Appends the filled slots in words [from, to), which ascend, to the segment at `fresh`. False when they run
   * over its end.
   */
  private copySlots(from: number, to: number, fresh: Offset, info: number): boolean {
    const words = this.words;
    const segment = fresh >> 2;
    const first = segment + 1;
    const end = endOf(fresh, info);
    let count = words[segment];
    let free = first;
    if (count > 0) for (free = end; words[free - 1] === 0; ) free -= 2;
    for (let at = from; at < to; at += 2) {
      const record = words[at + 1];
      if (record === 0) continue;
      const order = words[at];
      const start = first + (startOf(order ^ FLIP, info) << 1);
      if (start > free) free = start;
      if (free >= end) return false;
      words[free] = order;
      words[free + 1] = record;
      free += 2;
      count++;
    }
    words[segment] = count;
    return true;
  }

  private split(root: Offset, hash: number): boolean {
    const words = this.words;
    const at = root >> 2;
    const entry = this.entryOf(root, hash);
    const info = words[entry + 1];
    const localDepth = info >>> DEPTH_SHIFT;
    const segment = words[entry];
    const from = (segment >> 2) + 1;
    const to = endOf(segment, info);
    // The segment is sorted, so the records of the upper half start at one place.
    const bit = 1 << (31 - localDepth);
    const middle = (hash & ~(bit - 1)) | bit;
    let boundary = from;
    let lowerCount = 0;
    for (; boundary < to; boundary += 2) {
      if (words[boundary + 1] === 0) continue;
      if (words[boundary] >= (middle ^ FLIP)) break;
      lowerCount++;
    }
    const lower = this.filledSegment(from, boundary, lowerCount, localDepth + 1);
    if (lower === 0) return false;
    const lowerInfo = this.filledInfo;
    const upper = this.filledSegment(boundary, to, words[segment >> 2] - lowerCount, localDepth + 1);
    if (upper === 0) {
      this.arena.free(lower);
      return false;
    }
    if (localDepth === words[at + DEPTH] && !this.doubleDirectory(root)) {
      this.arena.free(lower);
      this.arena.free(upper);
      return false;
    }
    this.pointTo(root, middle ^ bit, localDepth + 1, lower, lowerInfo);
    this.pointTo(root, middle, localDepth + 1, upper, this.filledInfo);
    if (localDepth + 1 === words[at + DEPTH]) words[at + DEEPEST] += 2;
    this.arena.free(segment);
    return true;
  }

  /** Directory information of the segment made last by {@link filledSegment}. */
  private filledInfo = 0;

  /** A new segment with room to grow, holding the `count` records of the slots in words [from, to). */
  private filledSegment(from: number, to: number, count: number, localDepth: number): Offset {
    for (
      let capacity = capacityFor(count + (count >> 4));
      capacity <= CAPACITY_MAX;
      capacity = nextCapacity(capacity)
    ) {
      const segment = this.newSegment(capacity);
      if (segment === 0) return 0;
      this.filledInfo = (localDepth << DEPTH_SHIFT) | capacity;
      if (this.copySlots(from, to, segment, this.filledInfo)) return segment;
      this.arena.free(segment);
    }
    return 0;
  }

  private doubleDirectory(root: Offset): boolean {
    const words = this.words;
    const at = root >> 2;
    const depth = words[at + DEPTH];
    const old = words[at + DIRECTORY];
    const entries = 1 << depth;
    const fresh = this.arena.allocate(entries * 16);
    if (fresh === 0) return false;
    for (let i = 0, from = old >> 2, to = fresh >> 2; i < entries; i++, from += 2, to += 4) {
      words[to] = words[to + 2] = words[from];
      words[to + 1] = words[to + 3] = words[from + 1];
    }
    words[at + DEPTH] = depth + 1;
    words[at + DIRECTORY] = fresh;
    words[at + DEEPEST] = 0;
    if (depth > 0) this.arena.free(old);
    return true;
  }

  /** Enters a segment of `localDepth` in all directory entries that share the first bits of `hash`. */
  private pointTo(root: Offset, hash: number, localDepth: number, segment: Offset, info: number): void {
    const words = this.words;
    const spread = words[(root >> 2) + DEPTH] - localDepth;
    const first =
      (words[(root >> 2) + DIRECTORY] >> 2) + ((((hash >>> 1) >>> (31 - localDepth)) << spread) << 1);
    for (let i = 0; i < 1 << spread; i++) {
      words[first + i * 2] = segment;
      words[first + i * 2 + 1] = info;
    }
  }

  /** Merges the sparse segment of `hash` with its other half, or gives it a smaller capacity. */
  private shrink(root: Offset, hash: number): void {
    if (this.mergeWithBuddy(root, hash)) {
      while (this.mergeWithBuddy(root, hash));
      return;
    }
    const words = this.words;
    const entry = this.entryOf(root, hash);
    const capacity = capacityFor(words[words[entry] >> 2] * 2);
    if (capacity < (words[entry + 1] & CAPACITY_MASK)) this.resize(root, hash, capacity);
  }

  /** Merges the segment of `hash` with its other half. False, unchanged, when they would be too full or it is split. */
  private mergeWithBuddy(root: Offset, hash: number): boolean {
    const words = this.words;
    const entry = this.entryOf(root, hash);
    const localDepth = words[entry + 1] >>> DEPTH_SHIFT;
    if (localDepth === 0) return false;
    const buddy = this.entryOf(root, hash ^ (1 << (32 - localDepth)));
    if (words[buddy + 1] >>> DEPTH_SHIFT !== localDepth) return false;
    const together = words[words[entry] >> 2] + words[words[buddy] >> 2];
    return together <= SEGMENT_SLOTS_MAX / 2 && this.merge(root, hash, localDepth, together);
  }

  private merge(root: Offset, hash: number, localDepth: number, count: number): boolean {
    const words = this.words;
    const at = root >> 2;
    const bit = 1 << (32 - localDepth);
    const lower = this.entryOf(root, hash & ~bit);
    const upper = this.entryOf(root, hash | bit);
    const lowerSegment = words[lower];
    const upperSegment = words[upper];
    const capacity = capacityFor(count + (count >> 1));
    const merged = this.newSegment(capacity);
    if (merged === 0) return false;
    const info = ((localDepth - 1) << DEPTH_SHIFT) | capacity;
    const fits =
      this.copySlots((lowerSegment >> 2) + 1, endOf(lowerSegment, words[lower + 1]), merged, info) &&
      this.copySlots((upperSegment >> 2) + 1, endOf(upperSegment, words[upper + 1]), merged, info);
    if (!fits) {
      this.arena.free(merged);
      return false;
    }
    this.pointTo(root, hash, localDepth - 1, merged, info);
    this.arena.free(lowerSegment);
    this.arena.free(upperSegment);
    if (localDepth < words[at + DEPTH]) return true;
    words[at + DEEPEST] -= 2;
    while (words[at + DEPTH] > 0 && words[at + DEEPEST] === 0) this.halveDirectory(root);
    return true;
  }

  /** Halves the directory, which no segment needs in full. It is done in place, so it needs no memory. */
  private halveDirectory(root: Offset): void {
    const words = this.words;
    const at = root >> 2;
    const depth = words[at + DEPTH] - 1;
    const old = words[at + DIRECTORY];
    const halved = depth === 0 ? root + INLINE_DIRECTORY * 4 : old;
    let deepest = 0;
    for (let i = 0, from = old >> 2, to = halved >> 2; i < 1 << depth; i++, from += 4, to += 2) {
      words[to] = words[from];
      words[to + 1] = words[from + 1];
      if (words[to + 1] >>> DEPTH_SHIFT === depth) deepest++;
    }
    words[at + DEPTH] = depth;
    words[at + DIRECTORY] = halved;
    words[at + DEEPEST] = deepest;
    if (depth === 0) this.arena.free(old);
    else this.arena.resizeInPlace(old, 8 << depth);
  }

  /** Scans one segment from hash `from` on; returns the cursor where it stopped, SCAN_END if at its end. */
  private scanSegment(segment: number, info: number, from: Cursor, limit: number, records: number[]): Cursor {
    const words = this.words;
    const end = segment + 1 + (slotsOf(info & CAPACITY_MASK) << 1);
    const fromOrder = (from | 0) ^ FLIP;
    let last = -1;
    for (let at = segment + 1 + (startOf(from | 0, info) << 1); at < end; at += 2) {
      const record = words[at + 1];
      if (record === 0 || words[at] < fromOrder) continue;
      const hash = (words[at] ^ FLIP) >>> 0;
      if (records.length >= limit && hash !== last) return last < 0 ? hash : last + 1;
      records.push(record);
      last = hash;
    }
    return SCAN_END;
  }

  /** Throws at the first broken invariant; `hashOf` recomputes a record's hash. For tests. O(records) */
  check(root: Offset, hashOf: (record: Offset) => number): void {
    checkDict(this.arena, root, hashOf);
  }
}
