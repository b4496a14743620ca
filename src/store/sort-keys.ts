/**
 * What SORT orders elements by. Every element gets a key that is a double, so that most of them are told apart without
 * looking at their bytes again (`base/key-sort.ts`): its weight, or the first bytes in which the texts differ that
 * they are ordered by. Elements of the same weight are ordered by their own bytes, those of the same text not at all.
 */

import { ByteList } from "../base/byte-list.ts";
import { compareBytes } from "../base/bytes.ts";
import type { CompareElements } from "../base/key-sort.ts";
import { parseWeight } from "../base/parse-double.ts";
import { PackedView } from "../memory/packed.ts";
import { OutOfMemoryError } from "./errors.ts";
import type { KeyPattern, LookupScope } from "./key-pattern.ts";

export interface SortKeys {
  keys: Float64Array;
  /** Orders elements of equal keys. */
  compare: CompareElements;
}

/** So many bytes of a text are in its key: as many as a double holds exactly. */
const PREFIX_BYTES = 6;
/** The key of an element without a text: it comes before all that have one. */
const NO_TEXT = -1;

/** Orders elements by number: by their own, or by that of the value to which `by` leads. Null when one is none. */
export function weightKeys(scope: LookupScope, elements: ByteList, by: KeyPattern | null): SortKeys | null {
  const keys = new Float64Array(elements.count);
  for (let i = 0; i < elements.count; i++) {
    keys[i] = weightOf(scope, elements, i, by);
    if (Number.isNaN(keys[i])) return null;
  }
  return { keys, compare: textComparison(elements) };
}

/** The number that element `i` is ordered by, 0 when its pattern leads nowhere; NaN when it is none. */
function weightOf(scope: LookupScope, elements: ByteList, i: number, by: KeyPattern | null): number {
  if (by === null) return parseWeight(elements.bytes, elements.start(i), elements.end(i));
  const value = by.lookUp(scope, elements.bytes, elements.start(i), elements.end(i));
  return value === null ? 0 : parseWeight(value.bytes, value.start, value.end);
}

/** Orders elements by bytes: by their own, or by those of the value to which `by` leads. @throws OutOfMemoryError */
export function textKeys(scope: LookupScope, elements: ByteList, by: KeyPattern | null): SortKeys {
  const keys = new Float64Array(elements.count);
  const texts = by === null ? elements : textsOf(scope, elements, by, keys);
  const skipped = commonPrefix(texts, keys);
  for (let i = 0; i < texts.count; i++)
    if (keys[i] !== NO_TEXT) keys[i] = prefixOf(texts.bytes, texts.start(i) + skipped, texts.end(i));
  return { keys, compare: textComparison(texts) };
}

/** What the elements are ordered by. One that has no text gets an empty one, and NO_TEXT as its key. */
function textsOf(scope: LookupScope, elements: ByteList, by: KeyPattern, keys: Float64Array): ByteList {
  const texts = new ByteList(elements.count);
  const nothing = new PackedView();
  for (let i = 0; i < elements.count; i++) {
    const value = by.lookUp(scope, elements.bytes, elements.start(i), elements.end(i));
    if (value === null) keys[i] = NO_TEXT;
    const { bytes, start, end } = value ?? nothing;
    if (!texts.add(bytes, start, end)) throw new OutOfMemoryError();
  }
  return texts;
}

/** Length of what all texts begin with. */
function commonPrefix(texts: ByteList, keys: Float64Array): number {
  const { bytes } = texts;
  let first = -1;
  let length = 0;
  for (let i = 0; i < texts.count && (first < 0 || length > 0); i++) {
    if (keys[i] === NO_TEXT) continue;
    const start = texts.start(i);
    const size = texts.end(i) - start;
    if (first < 0) {
      first = start;
      length = size;
    }
    let same = 0;
    while (same < length && same < size && bytes[first + same] === bytes[start + same]) same++;
    length = same;
  }
  return length;
}

/** The first bytes as a number: smaller for what comes first in the order of bytes, or the same. */
function prefixOf(bytes: Buffer, start: number, end: number): number {
  let prefix = 0;
  for (let at = start; at < start + PREFIX_BYTES; at++) prefix = prefix * 256 + (at < end ? bytes[at] : 0);
  return prefix;
}

function textComparison(texts: ByteList): CompareElements {
  return (a, b) =>
    compareBytes(texts.bytes, texts.start(a), texts.end(a), texts.bytes, texts.start(b), texts.end(b));
}
