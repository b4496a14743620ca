/** Lists as one of the types of values, see `value-types.ts`. */

import { nextPacked } from "../memory/packed.ts";
import { packedCount, packedStart } from "./collection.ts";
import { OutOfMemoryError } from "./errors.ts";
import * as lists from "./list.ts";
import type { ValueType } from "./value-types.ts";

export const listType: ValueType = {
  ordered: true,
  length: (_, entry) => lists.length(entry),

  forEachPart(keyspace, entry, visit) {
    lists.forEach(keyspace, entry, ({ bytes, start, end }) => visit(bytes, start, end, 0));
  },

  cloneLinked(keyspace, source, copy) {
    lists.convert(keyspace, copy);
    const { listChunk } = keyspace.limits;
    if (!copy.home.list.appendList(copy.root, source.home.list, source.root, listChunk))
      throw new OutOfMemoryError();
  },

  linkedBytes(entry, samples) {
    return entry.home.list.bytesOf(entry.root, samples);
  },

  check(_keyspace, entry) {
    if (lists.length(entry) === 0) throw new Error("list: a list is empty");
    if (entry.linked) {
      entry.home.list.check(entry.root);
      return;
    }
    let count = 0;
    let at = packedStart(entry);
    for (; at < entry.valueEnd; at = nextPacked(entry.bytes, at)) count++;
    if (at !== entry.valueEnd || count !== packedCount(entry))
      throw new Error(`list: ${count} packed elements end at ${at}, ${packedCount(entry)} counted`);
  },
};
