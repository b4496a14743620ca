/**
 * BITOP: the bits of several strings combined into another one.
 *
 * Strings lie at any alignment to each other. So a chunk of each is copied to scratch memory, which is aligned
 * and stays in the cache, combined there by words, and copied to its place: no more memory is needed than the
 * result takes, and the result may be written over one of the sources.
 */

import { copyBytes } from "../base/bytes.ts";
import type { Offset } from "../memory/arena.ts";
import { ENCODING_RAW, type Entry, TYPE_STRING } from "./entry.ts";
import { type Keyspace, NO_EXPIRE } from "./keyspace.ts";
import type { Shard } from "./shard.ts";

export const AND = 0;
export const OR = 1;
export const XOR = 2;
/** Takes one source. */
export const NOT = 3;

const SHORT_BYTES_MAX = 64;
/** Two of these fit the first-level cache. */
const CHUNK_BYTES = 16 << 10;

/** Where a source lies. It outlives lookups of other keys, since no lookup moves a living entry. */
export interface Source {
  readonly shard: Shard;
  /** Of its entry. */
  readonly offset: Offset;
  readonly length: number;
  valueStart: number;
}

/** A missing key is null, and counts as an empty string. */
export type Sources = readonly (Source | null)[];

export function sourceOf({ shard, offset, valueStart, valueLength }: Entry): Source {
  return { shard, offset, length: valueLength, valueStart };
}

/**
 * Sets the key `bytes[start, end)`, whatever it held, to the combined sources, and returns how long it is: as long
 * as the longest source, shorter ones continued with zeros. An empty result deletes the key.
 * @param sources at least one
 * @throws OutOfMemoryError, nothing changed
 */
export function combine(
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
  operation: number,
  sources: Sources,
): number {
  let length = 0;
  for (const source of sources) if (source !== null) length = Math.max(length, source.length);
  const old = keyspace.find(db, bytes, start, end);
  if (length === 0) {
    if (old !== null) {
      keyspace.delete(old);
      keyspace.dirty++;
    }
    return 0;
  }
  const own = old === null ? [] : sources.filter((source) => isEntry(source, old));
  const target =
    old !== null && own.length > 0
      ? overwritable(keyspace, old, length)
      : keyspace.put(db, bytes, start, end, TYPE_STRING, ENCODING_RAW, length, NO_EXPIRE);
  for (const source of own) if (source !== null) source.valueStart = target.valueStart;
  if (length <= SHORT_BYTES_MAX) writeShort(target, length, operation, sources);
  else writeLong(target, length, operation, sources);
  keyspace.changed(target);
  return length;
}

function isEntry(source: Source | null, { shard, offset }: Entry): boolean {
  return source !== null && source.shard === shard && source.offset === offset;
}

/** Makes room for a result of `length` bytes in a source, the bytes of which stay. */
function overwritable(keyspace: Keyspace, entry: Entry, length: number): Entry {
  keyspace.reserve(entry, length, 0);
  if (entry.expires) keyspace.persist(entry);
  entry.encoding = ENCODING_RAW;
  return entry;
}

/** Short strings are combined byte by byte: it takes longer to make scratch memory for them. */
function writeShort(target: Entry, length: number, operation: number, sources: Sources): void {
  const { bytes, valueStart } = target;
  for (let at = 0; at < length; at++) {
    let result = byteAt(sources[0], at);
    if (operation === NOT) result = ~result;
    for (let i = 1; i < sources.length; i++) result = combined(operation, result, byteAt(sources[i], at));
    bytes[valueStart + at] = result;
  }
}

function byteAt(source: Source | null, at: number): number {
  return source !== null && at < source.length ? source.shard.bytes[source.valueStart + at] : 0;
}

function writeLong(target: Entry, length: number, operation: number, sources: Sources): void {
  const words = (Math.min(length, CHUNK_BYTES) + 3) >> 2;
  const result = new Int32Array(words);
  const operand = new Int32Array(words);
  const resultBytes = Buffer.from(result.buffer);
  const operandBytes = Buffer.from(operand.buffer);
  const to = target.valueStart;
  for (let at = 0; at < length; at += CHUNK_BYTES) {
    const size = Math.min(length - at, CHUNK_BYTES);
    load(resultBytes, sources[0], at, size);
    if (operation === NOT) for (let i = 0; i < words; i++) result[i] = ~result[i];
    for (let i = 1; i < sources.length; i++) {
      load(operandBytes, sources[i], at, size);
      for (let j = 0; j < words; j++) result[j] = combined(operation, result[j], operand[j]);
    }
    copyBytes(resultBytes, 0, target.bytes, to + at, size);
  }
}

/** Copies `size` bytes of a source from `at` on, with zeros behind its end. */
function load(chunk: Buffer, source: Source | null, at: number, size: number): void {
  let copied = 0;
  if (source !== null && source.length > at) {
    copied = Math.min(source.length - at, size);
    copyBytes(source.shard.bytes, source.valueStart + at, chunk, 0, copied);
  }
  if (copied < size) chunk.fill(0, copied, size);
}

function combined(operation: number, a: number, b: number): number {
  if (operation === AND) return a & b;
  return operation === OR ? a | b : a ^ b;
}
