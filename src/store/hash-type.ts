/** Hashes as one of the types of values, see `value-types.ts`. */

import { packedCount } from "./collection.ts";
import * as hashes from "./hash.ts";
import { fieldLengthOf, fieldStartOf, valueEndOf } from "./hash-record.ts";
import { checkTable, tableBytes } from "./table.ts";
import type { ValueType } from "./value-types.ts";

export const hashType: ValueType = {
  ordered: false,
  length: hashes.length,

  forEachPart(keyspace, entry, visit) {
    hashes.forEach(keyspace, entry, (field, value) => {
      visit(field.bytes, field.start, field.end, 0);
      visit(value.bytes, value.start, value.end, 1);
    });
  },

  cloneLinked(keyspace, source, copy) {
    hashes.convert(keyspace, copy);
    hashes.forEach(keyspace, source, (field, value) => {
      hashes.set(
        keyspace,
        copy,
        field.bytes,
        field.start,
        field.end,
        value.bytes,
        value.start,
        value.end,
      );
    });
  },

  linkedBytes: tableBytes,

  check(keyspace, entry) {
    if (!entry.linked) {
      if (packedCount(entry) % 2 !== 0) throw new Error("hash: a packed field has no value");
      return;
    }
    const { home } = entry;
    checkTable(entry, (record) => {
      if (valueEndOf(home, record) > record + home.arena.capacityOf(record))
        throw new Error(`hash: the field at ${record} is larger than its block`);
      const start = fieldStartOf(home, record);
      return keyspace.hashOf(home.bytes, start, start + fieldLengthOf(home, record));
    });
  },
};
