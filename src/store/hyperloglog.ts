/**
 * HyperLogLogs: how many different elements were added, to about one per cent, in 12 kB at most. The type is a
 * string in Redis' format, down to the byte: a header (`hyperloglog-header.ts`) and 16384 registers, sparse
 * (`hyperloglog-sparse.ts`) or dense (`hyperloglog-dense.ts`), which elements raise (`hyperloglog-element.ts`) and
 * the estimate is taken from (`hyperloglog-estimate.ts`).
 *
 * Any string may be stored under the key. Of one that passes {@link HyperLogLogs.isOne} only the runs of the
 * sparse form may be damaged; a function that finds them so says HLL_CORRUPT and has changed nothing.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Int64 } from "../base/int.ts";
import { ENCODING_RAW, type Entry, TYPE_STRING } from "./entry.ts";
import { HLL_REGISTERS, mergeDense, packDense, raiseDense } from "./hyperloglog-dense.ts";
import { HLL_CHANGED, HLL_CORRUPT, HLL_UNCHANGED, HyperLogLogDraft } from "./hyperloglog-draft.ts";
import { ElementHasher } from "./hyperloglog-element.ts";
import { estimateCardinality, estimateOf, newHistogram } from "./hyperloglog-estimate.ts";
import {
  cacheCardinality,
  cachedCardinality,
  HLL_DENSE,
  HLL_HEADER_BYTES,
  hllEncoding,
  isStale,
  markStale,
  passesForHll,
} from "./hyperloglog-header.ts";
import { mergeSparse } from "./hyperloglog-sparse.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";

/** Room for growth that a sparse one takes when it has to move. */
const SLACK = 64;

export class HyperLogLogs {
  /** A longer sparse one becomes dense (`hll-sparse-max-bytes`). */
  sparseBytesMax = 3000;
  readonly #keyspace: Keyspace;
  readonly #hasher = new ElementHasher();
  readonly #histogram = newHistogram();
  /** The registers of a union, one byte for each. */
  readonly #union = new Uint8Array(HLL_REGISTERS);
  /** The same memory, four registers in each. */
  readonly #unionWords = new Int32Array(this.#union.buffer);
  #unionDense = false;
  readonly #draft = new HyperLogLogDraft(new Uint8Array(HLL_REGISTERS));

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** Whether a string passes for a HyperLogLog, as far as its header and length tell. */
  isOne({ bytes, valueStart, valueLength }: Entry): boolean {
    return passesForHll(bytes, valueStart, valueLength);
  }

  isDense(entry: Entry): boolean {
    return hllEncoding(entry.bytes, entry.valueStart) === HLL_DENSE;
  }

  /**
   * Adds elements: `count` ranges of `bytes`, whose starts and ends are `offsets` from index `from` on. The
   * encoding becomes raw even when nothing changes, as in Redis, which unshares the value first.
   * @returns how many registers were raised, or HLL_CORRUPT
   * @throws OutOfMemoryError, nothing changed
   */
  add(entry: Entry, bytes: Buffer, offsets: Int32Array, from: number, count: number): number {
    entry.encoding = ENCODING_RAW;
    if (count === 0) return 0;
    const changes = this.isDense(entry)
      ? this.#addToDense(entry, bytes, offsets, from, count)
      : this.#addToSparse(entry, bytes, offsets, from, count);
    if (changes > 0) this.#changed(entry, changes);
    return changes;
  }

  /** Makes the missing key `bytes[start, end)` a HyperLogLog of the elements, given as in {@link add}. */
  create(
    db: number,
    bytes: Buffer,
    start: number,
    end: number,
    offsets: Int32Array,
    from: number,
    count: number,
  ): void {
    this.#draft.clear();
    const changes = this.#addToDraft(bytes, offsets, from, count);
    this.#storeNew(db, bytes, start, end, 1 + changes);
  }

  /**
   * The number of elements: the cached one, or else it is computed and cached, which counts as a change. The
   * encoding becomes raw. Null when the registers are damaged.
   */
  count(entry: Entry): Int64 | null {
    entry.encoding = ENCODING_RAW;
    const { bytes, valueStart, valueEnd } = entry;
    if (!isStale(bytes, valueStart)) return cachedCardinality(bytes, valueStart);
    const cardinality = estimateOf(bytes, valueStart, valueEnd, this.#histogram);
    if (cardinality === null) return null;
    cacheCardinality(bytes, valueStart, cardinality);
    this.#changed(entry, 1);
    return cardinality;
  }

  /** Starts an empty union. */
  startUnion(): void {
    this.#union.fill(0);
    this.#unionDense = false;
  }

  /** Adds one to the union. Returns false when its registers are damaged: then the union is, too. */
  unite(entry: Entry): boolean {
    const { bytes, valueStart, valueEnd } = entry;
    const at = valueStart + HLL_HEADER_BYTES;
    if (!this.isDense(entry)) return mergeSparse(bytes, at, valueEnd, this.#union);
    this.#unionDense = true;
    mergeDense(bytes, at, this.#union);
    return true;
  }

  /** The number of elements in the union. */
  unionCount(): Int64 {
    const histogram = this.#histogram.fill(0);
    const words = this.#unionWords;
    for (let i = 0; i < words.length; i++) {
      const word = words[i];
      if (word === 0) {
        // The rule in what has seen few elements.
        histogram[0] += 4;
        continue;
      }
      histogram[word & 0xff]++;
      histogram[(word >> 8) & 0xff]++;
      histogram[(word >> 16) & 0xff]++;
      histogram[word >>> 24]++;
    }
    return estimateCardinality(histogram);
  }

  /**
   * Makes an entry the union, which it is a part of. It becomes dense if any part is.
   * @throws OutOfMemoryError, nothing changed
   */
  storeUnion(entry: Entry): void {
    const { bytes, valueStart, valueEnd } = entry;
    if (this.isDense(entry)) {
      packDense(this.#union, bytes, valueStart + HLL_HEADER_BYTES);
      markStale(bytes, valueStart);
      entry.encoding = ENCODING_RAW;
    } else {
      this.#draft.load(bytes, valueStart, valueEnd);
      this.#raiseDraft();
      this.#store(entry);
    }
    this.#changed(entry, 1);
  }

  /** Makes the missing key `bytes[start, end)` the union. @throws OutOfMemoryError, nothing changed */
  createUnion(db: number, bytes: Buffer, start: number, end: number): void {
    this.#draft.clear();
    this.#raiseDraft();
    this.#storeNew(db, bytes, start, end, 1);
  }

  /**
   * Gives a sparse one the dense form.
   * @returns HLL_CHANGED, HLL_UNCHANGED for a dense one, or HLL_CORRUPT
   * @throws OutOfMemoryError, nothing changed
   */
  toDense(entry: Entry): number {
    if (this.isDense(entry)) return HLL_UNCHANGED;
    const draft = this.#draft;
    if (!draft.load(entry.bytes, entry.valueStart, entry.valueEnd) || !draft.toDense()) return HLL_CORRUPT;
    this.#writeDraft(entry);
    this.#changed(entry, 1);
    return HLL_CHANGED;
  }

  #addToDense(entry: Entry, bytes: Buffer, offsets: Int32Array, from: number, count: number): number {
    const hasher = this.#hasher;
    const target = entry.bytes;
    const { valueStart } = entry;
    const at = valueStart + HLL_HEADER_BYTES;
    let changes = 0;
    for (let i = 0; i < count; i++) {
      const value = hasher.hash(bytes, offsets[from + 2 * i], offsets[from + 2 * i + 1]);
      if (raiseDense(target, at, hasher.index, value)) changes++;
    }
    if (changes > 0) markStale(target, valueStart);
    return changes;
  }

  #addToSparse(entry: Entry, bytes: Buffer, offsets: Int32Array, from: number, count: number): number {
    // Redis may add to runs of any length without a look at the end, where these must be damaged.
    if (!this.#draft.load(entry.bytes, entry.valueStart, entry.valueEnd)) return HLL_CORRUPT;
    const changes = this.#addToDraft(bytes, offsets, from, count);
    if (changes > 0) this.#store(entry);
    return changes;
  }

  #addToDraft(bytes: Buffer, offsets: Int32Array, from: number, count: number): number {
    const hasher = this.#hasher;
    let changes = 0;
    for (let i = 0; i < count; i++) {
      const value = hasher.hash(bytes, offsets[from + 2 * i], offsets[from + 2 * i + 1]);
      const outcome = this.#draft.raise(hasher.index, value, this.sparseBytesMax);
      if (outcome === HLL_CORRUPT) return HLL_CORRUPT;
      changes += outcome;
    }
    return changes;
  }

  /** Raises the registers of the draft to those of the union, in their order. */
  #raiseDraft(): void {
    const union = this.#union;
    const draft = this.#draft;
    if (this.#unionDense) {
      draft.packDense(union);
      return;
    }
    for (let i = 0; i < HLL_REGISTERS; i++) if (union[i] !== 0) draft.raise(i, union[i], this.sparseBytesMax);
  }

  /** Stores the draft in place of what it was loaded from. @throws OutOfMemoryError, nothing changed */
  #store(entry: Entry): void {
    markStale(this.#draft.bytes, 0);
    this.#writeDraft(entry);
  }

  #writeDraft(entry: Entry): void {
    const { bytes, length, dense } = this.#draft;
    if (length !== entry.valueLength) this.#keyspace.reserve(entry, length, dense ? 0 : SLACK);
    entry.encoding = ENCODING_RAW;
    copyBytes(bytes, 0, entry.bytes, entry.valueStart, length);
  }

  /** Makes the missing key `bytes[start, end)` what is drafted. @throws OutOfMemoryError, nothing changed */
  #storeNew(db: number, bytes: Buffer, start: number, end: number, changes: number): void {
    const { bytes: source, length } = this.#draft;
    markStale(source, 0);
    const entry = this.#keyspace.put(db, bytes, start, end, TYPE_STRING, ENCODING_RAW, length, NO_EXPIRE);
    copyBytes(source, 0, entry.bytes, entry.valueStart, length);
    this.#changed(entry, changes);
  }

  /** Counts each register raised as a change, as Redis does. */
  #changed(entry: Entry, changes: number): void {
    this.#keyspace.changed(entry);
    this.#keyspace.dirty += changes - 1;
  }
}
