/** Sets in the RDB format: those of integers as an intset, others as a number of members and then the strings. */

import { ENCODING_INTSET, type Entry } from "../entry.ts";
import type { Keyspace } from "../keyspace.ts";
import * as sets from "../set.ts";
import { integersCount, integersStart, integersWidth } from "../set-integers.ts";
import type { ElementReader } from "./element-reader.ts";
import { intsetOf } from "./intset.ts";
import { expectFormat } from "./rdb-format.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbWriter } from "./rdb-writer.ts";

export function writeSet(writer: RdbWriter, keyspace: Keyspace, entry: Entry): void {
  if (entry.encoding === ENCODING_INTSET) {
    const intset = intsetOf(entry.bytes, integersStart(entry), integersCount(entry), integersWidth(entry));
    writer.string(intset, 0, intset.length);
    return;
  }
  writer.number(sets.length(entry));
  sets.forEach(keyspace, entry, ({ bytes, start, end }) => writer.string(bytes, start, end));
}

/** Adds members to an empty set. */
export function fillSet(
  keyspace: Keyspace,
  entry: Entry,
  elements: ElementReader,
  { first: member }: RdbReader,
): void {
  while (elements.next(member)) {
    const isNew = sets.add(keyspace, entry, member.bytes, member.start, member.end);
    expectFormat(isNew, "a member that is there twice");
  }
}
