/** What there is to know about the values of each type, for whoever treats all types alike. */

import type { Entry } from "./entry.ts";
import { hashType } from "./hash-type.ts";
import type { Keyspace } from "./keyspace.ts";
import { listType } from "./list-type.ts";
import { setType } from "./set-type.ts";
import { zsetType } from "./zset-type.ts";

/** Hears about the parts of an element: a member; a member and its score; a field, its value and its time. */
export type ElementVisitor = (bytes: Buffer, start: number, end: number, part: number) => void;

export interface ValueType {
  /** Number of elements; 0 only where all have just expired. */
  length(keyspace: Keyspace, entry: Entry): number;
  /** Whether the order of the elements belongs to the value, as in a list. */
  readonly ordered: boolean;
  /**
   * Visits all elements part by part, numbered from 0 within an element; a score or a time as its text. For digests and the
   * like: the keyspace's views are used. O(elements)
   */
  forEachPart(keyspace: Keyspace, entry: Entry, visit: ElementVisitor): void;
  /**
   * Fills `copy`, a detached and empty packed collection whose shard has room, with the elements of a linked one.
   */
  cloneLinked(keyspace: Keyspace, source: Entry, copy: Entry): void;
  /**
   * Bytes of arena that what a link leads to takes: exact when `samples` is 0, else an estimate from the sizes of
   * so many elements. O(samples), or O(elements)
   */
  linkedBytes(entry: Entry, samples: number): number;
  /** Throws an Error that names the first broken invariant of a value. For tests. O(elements) */
  check(keyspace: Keyspace, entry: Entry): void;
}

/** By the code of the type; a string has no elements. */
const VALUE_TYPES: readonly (ValueType | null)[] = [null, listType, setType, zsetType, hashType, null];

/** The type of a collection's values. */
export function valueTypeOf(entry: Entry): ValueType {
  const type = VALUE_TYPES[entry.type];
  if (type === null) throw new Error(`store: type ${entry.type} has no elements`);
  return type;
}
