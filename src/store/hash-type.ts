/** Hashes as one of the types of values, see `value-types.ts`. */

import { packedCount } from "./collection.ts";
import type { Entry } from "./entry.ts";
import * as hashes from "./hash.ts";
import { checkFieldTimes } from "./hash-expire.ts";
import { copyFields, hashOfRecord } from "./hash-linked.ts";
import { PAIR } from "./hash-packed.ts";
import { fieldExpires, fieldTimeOf, valueEndOf } from "./hash-record.ts";
import type { Keyspace } from "./keyspace.ts";
import { ROOT_KEY_HASH } from "./root.ts";
import { checkTable, tableBytes } from "./table.ts";
import type { ValueType } from "./value-types.ts";

export const hashType: ValueType = {
  ordered: false,
  length: hashes.length,

  forEachPart(keyspace, entry, visit) {
    const { fieldView, valueView } = keyspace;
    hashes.forEachPlace(keyspace, entry, (place) => {
      hashes.viewPlace(keyspace, entry, place);
      visit(fieldView.bytes, fieldView.start, fieldView.end, 0);
      visit(valueView.bytes, valueView.start, valueView.end, 1);
      if (!entry.linked || !fieldExpires(entry.home, place)) return;
      const time = Buffer.from(String(fieldTimeOf(entry.home, place)), "latin1");
      visit(time, 0, time.length, 2);
    });
  },

  cloneLinked(keyspace, source, copy) {
    hashes.convert(keyspace, copy);
    copyFields(keyspace, source, copy);
  },

  linkedBytes: tableBytes,

  check(keyspace, entry) {
    if (entry.linked) checkLinked(keyspace, entry);
    else if (packedCount(entry) % PAIR !== 0) throw new Error("hash: a packed field has no value");
  },
};

function checkLinked(keyspace: Keyspace, entry: Entry): void {
  const { home, root } = entry;
  let expiring = 0;
  checkTable(entry, (record) => {
    if (valueEndOf(home, record) > record + home.arena.capacityOf(record))
      throw new Error(`hash: the field at ${record} is larger than its block`);
    if (fieldExpires(home, record)) expiring++;
    return hashOfRecord(keyspace, home, record);
  });
  checkFieldTimes(keyspace, home, root, expiring);
  if (home.words[(root >> 2) + ROOT_KEY_HASH] !== entry.hash)
    throw new Error("hash: the root has the hash of another key");
}
