/** Sets as one of the types of values, see `value-types.ts`. */

import { ENCODING_INTSET, type Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { SET_RECORD } from "./record.ts";
import * as sets from "./set.ts";
import { checkIntegers } from "./set-integers.ts";
import { checkTable, tableBytes } from "./table.ts";
import type { ValueType } from "./value-types.ts";

export const setType: ValueType = {
  ordered: false,
  length: (_, entry) => sets.length(entry),

  forEachPart(keyspace, entry, visit) {
    sets.forEach(keyspace, entry, ({ bytes, start, end }) => visit(bytes, start, end, 0));
  },

  cloneLinked(keyspace, source, copy) {
    sets.convert(keyspace, copy);
    sets.forEach(keyspace, source, ({ bytes, start, end }) => {
      sets.add(keyspace, copy, bytes, start, end);
    });
  },

  linkedBytes: tableBytes,

  check(keyspace, entry) {
    if (entry.encoding === ENCODING_INTSET) checkIntegers(entry);
    checkDistinct(keyspace, entry);
    if (!entry.linked) return;
    const { home } = entry;
    checkTable(entry, (record) => {
      const start = record + SET_RECORD.memberAt;
      const length = home.words[(record >> 2) + SET_RECORD.lengthWord];
      if (SET_RECORD.memberAt + length > home.arena.capacityOf(record))
        throw new Error(`set: the member at ${record} is larger than its block`);
      return keyspace.hashOf(home.bytes, start, start + length);
    });
  },
};

function checkDistinct(keyspace: Keyspace, entry: Entry): void {
  const members = new Set<string>();
  let visited = 0;
  sets.forEach(keyspace, entry, ({ bytes, start, end }) => {
    members.add(bytes.toString("latin1", start, end));
    visited++;
  });
  if (visited !== sets.length(entry))
    throw new Error(`set: ${visited} members, ${sets.length(entry)} counted`);
  if (members.size !== visited) throw new Error("set: a member is there twice");
}
