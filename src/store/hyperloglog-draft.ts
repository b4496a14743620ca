/**
 * A sparse HyperLogLog while it changes: a copy outside the arena, which is stored when nothing can fail any
 * more. So a value found damaged half-way, or one that there is no memory for, stays as it was.
 *
 * A register is raised in place: the run that covers it is replaced by up to three, and equal neighbours are
 * joined. The steps are those of Redis, since the bytes depend on their order. The dense form is taken for good
 * when a value does not fit a run, or when the runs become too long.
 */

import { HLL_DENSE_BYTES, HLL_REGISTERS, packDense, raiseDense } from "./hyperloglog-dense.ts";
import {
  HLL_DENSE,
  HLL_HEADER_BYTES,
  hllEncoding,
  setHllEncoding,
  writeHllHeader,
} from "./hyperloglog-header.ts";
import {
  joinedRun,
  mergeSparse,
  runBytes,
  runLength,
  runSize,
  runValue,
  SPARSE_RUN_BYTES_MAX,
  SPARSE_VALUE_MAX,
  writeRun,
} from "./hyperloglog-sparse.ts";

/** What came of raising a register. */
export const HLL_UNCHANGED = 0;
export const HLL_CHANGED = 1;
/** The runs do not cover all registers, or cover more. */
export const HLL_CORRUPT = -1;

/** The longest value that is loaded. */
const LOAD_BYTES_MAX = HLL_HEADER_BYTES + SPARSE_RUN_BYTES_MAX;
/**
 * Raising adds to the runs of the registers that there are, which stay within the maximum; damaged ones may have
 * others behind them, no more than were loaded. What is written behind the end of a run cut off needs a byte.
 */
const DRAFT_BYTES = LOAD_BYTES_MAX + SPARSE_RUN_BYTES_MAX + 8;

/** How many runs are looked at for neighbours to join, from the one before the change on. */
const JOIN_SCAN = 5;

const NONE = -1;

export class HyperLogLogDraft {
  readonly bytes = Buffer.alloc(DRAFT_BYTES);
  length = 0;
  readonly #registers: Uint8Array;
  // The run that `#find` found, the one before it, and the first register that it covers.
  #at = 0;
  #before = NONE;
  #first = 0;
  // Where the next search may start: a run, the one before it, and the first register that it covers.
  #startAt = HLL_HEADER_BYTES;
  #startBefore = NONE;
  #startFirst = 0;

  /** `registers` is scratch memory, used when the form changes: one byte for each. */
  constructor(registers: Uint8Array) {
    this.#registers = registers;
  }

  get dense(): boolean {
    return hllEncoding(this.bytes, 0) === HLL_DENSE;
  }

  /** Starts with an empty one. */
  clear(): void {
    writeHllHeader(this.bytes);
    this.length = writeRun(this.bytes, HLL_HEADER_BYTES, HLL_REGISTERS, 0);
    this.#searchFrom(HLL_HEADER_BYTES, NONE, 0);
  }

  /** Starts with a copy of the sparse `bytes[start, end)`. Returns false when that is too long to be sound. */
  load(bytes: Buffer, start: number, end: number): boolean {
    const length = end - start;
    if (length > LOAD_BYTES_MAX) return false;
    bytes.copy(this.bytes, 0, start, end);
    this.length = length;
    this.#searchFrom(HLL_HEADER_BYTES, NONE, 0);
    return true;
  }

  /**
   * Raises a register to `value`, unless it is as high already.
   * @param sparseBytesMax a longer value becomes dense
   * @returns HLL_CHANGED, HLL_UNCHANGED or HLL_CORRUPT
   */
  raise(index: number, value: number, sparseBytesMax: number): number {
    if (!this.dense) {
      if (value <= SPARSE_VALUE_MAX) {
        if (!this.#find(index)) return HLL_CORRUPT;
        if (runValue(this.bytes[this.#at]) >= value) return HLL_UNCHANGED;
        if (this.#split(index, value, sparseBytesMax)) return HLL_CHANGED;
      }
      if (!this.toDense()) return HLL_CORRUPT;
    }
    return raiseDense(this.bytes, HLL_HEADER_BYTES, index, value) ? HLL_CHANGED : HLL_UNCHANGED;
  }

  /** Takes the dense form, and keeps the header. Returns false, nothing changed, when the runs are not sound. */
  toDense(): boolean {
    if (this.dense) return true;
    const { bytes } = this;
    const registers = this.#registers;
    registers.fill(0);
    if (!mergeSparse(bytes, HLL_HEADER_BYTES, this.length, registers)) return false;
    this.packDense(registers);
    return true;
  }

  /** Takes the dense form with these registers, and keeps the header. */
  packDense(registers: Uint8Array): void {
    setHllEncoding(this.bytes, 0, HLL_DENSE);
    packDense(registers, this.bytes, HLL_HEADER_BYTES);
    this.length = HLL_HEADER_BYTES + HLL_DENSE_BYTES;
  }

  /**
   * Finds the run that covers a register. Returns false when the runs end before it. Registers in ascending order
   * are found without going through all runs each time.
   */
  #find(index: number): boolean {
    const { bytes, length } = this;
    if (index < this.#startFirst) this.#searchFrom(HLL_HEADER_BYTES, NONE, 0);
    let at = this.#startAt;
    let before = this.#startBefore;
    let first = this.#startFirst;
    let beforeThat = NONE;
    let beforeFirst = NONE;
    while (at < length) {
      const next = first + runLength(bytes, at, length);
      if (index < next) break;
      beforeThat = before;
      beforeFirst = first;
      before = at;
      first = next;
      at += runBytes(bytes[at]);
    }
    this.#at = at;
    this.#before = before;
    this.#first = first;
    // A change leaves alone where the run before it starts. Where that one is not known well enough, all starts anew.
    if (beforeFirst === NONE) this.#searchFrom(HLL_HEADER_BYTES, NONE, 0);
    else this.#searchFrom(before, beforeThat, beforeFirst);
    return at < length;
  }

  #searchFrom(at: number, before: number, first: number): void {
    this.#startAt = at;
    this.#startBefore = before;
    this.#startFirst = first;
  }

  /**
   * Gives one register of the run found a value of its own, with what is left of the run on both sides. Returns
   * false, nothing changed, when this takes more bytes than allowed.
   */
  #split(index: number, value: number, sparseBytesMax: number): boolean {
    const { bytes, length } = this;
    const at = this.#at;
    const old = runValue(bytes[at]);
    const left = index - this.#first;
    const right = runLength(bytes, at, length) - left - 1;
    const oldSize = runBytes(bytes[at]);
    const growth = runSize(left, old) + 1 + runSize(right, old) - oldSize;
    if (growth > 0 && length + growth > sparseBytesMax) return false;
    if (growth !== 0 && at + oldSize < length) bytes.copyWithin(at + oldSize + growth, at + oldSize, length);
    const middle = writeRun(bytes, at, left, old);
    writeRun(bytes, writeRun(bytes, middle, 1, value), right, old);
    this.length = length + growth;
    this.#join(this.#before === NONE ? HLL_HEADER_BYTES : this.#before);
    return true;
  }

  /** Joins equal neighbours among the few runs from `from` on. */
  #join(from: number): void {
    const { bytes } = this;
    let at = from;
    for (let scanned = 0; scanned < JOIN_SCAN && at + 1 < this.length; scanned++) {
      const joined = joinedRun(bytes[at], bytes[at + 1]);
      if (joined === 0) {
        at += runBytes(bytes[at]);
        continue;
      }
      // The joined run may still be joined with the next one: it is looked at again.
      bytes[at] = joined;
      bytes.copyWithin(at + 1, at + 2, this.length);
      this.length--;
    }
  }
}
