/**
 * Hashes in the RDB format: packed ones as a listpack, others as a number of fields and then the strings. Redis
 * 7.0's format has no place for the expire times of fields: DUMP of a hash that has some gives the fields without.
 */

import { packedCount, packedStart } from "../collection.ts";
import type { Entry } from "../entry.ts";
import * as hashes from "../hash.ts";
import type { Keyspace } from "../keyspace.ts";
import type { ElementReader } from "./element-reader.ts";
import { listpackOf } from "./listpack.ts";
import { expectFormat } from "./rdb-format.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbWriter } from "./rdb-writer.ts";

export function writeHash(writer: RdbWriter, keyspace: Keyspace, entry: Entry): void {
  if (!entry.linked) {
    const listpack = listpackOf(entry.bytes, packedStart(entry), entry.valueEnd, packedCount(entry));
    writer.string(listpack, 0, listpack.length);
    return;
  }
  writer.number(hashes.length(keyspace, entry));
  hashes.forEach(keyspace, entry, (field, value) => {
    writer.string(field.bytes, field.start, field.end);
    writer.string(value.bytes, value.start, value.end);
  });
}

/** Adds fields and values, which `elements` gives in turn, to an empty hash. */
export function fillHash(
  keyspace: Keyspace,
  entry: Entry,
  elements: ElementReader,
  { first: field, second: value }: RdbReader,
): void {
  while (elements.next(field)) {
    expectFormat(elements.next(value), "a field without a value");
    const { bytes, start, end } = field;
    const isNew = hashes.set(keyspace, entry, bytes, start, end, value.bytes, value.start, value.end);
    expectFormat(isNew, "a field that is there twice");
  }
}
