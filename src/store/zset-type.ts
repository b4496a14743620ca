/** Sorted sets as one of the types of values, see `value-types.ts`. */

import { compareBytes } from "../base/bytes.ts";
import { formatDouble } from "../base/double.ts";
import { packedCount } from "./collection.ts";
import type { Entry } from "./entry.ts";
import type { Keyspace } from "./keyspace.ts";
import { checkTable, tableBytes, treeOf } from "./table.ts";
import type { ValueType } from "./value-types.ts";
import * as zsets from "./zset.ts";
import { memberEndOf, memberStartOf, rankOfRecord } from "./zset-linked.ts";
import { PAIR } from "./zset-packed.ts";

export const zsetType: ValueType = {
  ordered: false,
  length: (_, entry) => zsets.length(entry),

  forEachPart(_, entry, visit) {
    zsets.forEach(entry, (member, score) => {
      visit(member.bytes, member.start, member.end, 0);
      const text = Buffer.from(formatDouble(score), "latin1");
      visit(text, 0, text.length, 1);
    });
  },

  cloneLinked(keyspace, source, copy) {
    zsets.convert(keyspace, copy);
    zsets.forEach(source, ({ bytes, start, end }, score) => {
      zsets.add(keyspace, copy, bytes, start, end, score);
    });
  },

  linkedBytes: tableBytes,

  check(keyspace, entry) {
    if (entry.linked) checkLinked(keyspace, entry);
    else if (packedCount(entry) % PAIR !== 0) throw new Error("zset: a packed member has no score");
    checkOrder(entry);
  },
};

function checkLinked(keyspace: Keyspace, entry: Entry): void {
  const { home } = entry;
  const tree = treeOf(entry);
  checkTable(entry, (record) => {
    if (memberEndOf(home, record) > record + home.arena.capacityOf(record))
      throw new Error(`zset: the member at ${record} is larger than its block`);
    // Throws unless the record is filed under its score.
    rankOfRecord(home, tree, record);
    return keyspace.hashOf(home.bytes, memberStartOf(record), memberEndOf(home, record));
  });
  if (home.scores.count(tree) !== zsets.length(entry))
    throw new Error(`zset: ${zsets.length(entry)} members, ${home.scores.count(tree)} in the tree`);
}

function checkOrder(entry: Entry): void {
  let lastScore = Number.NEGATIVE_INFINITY;
  let last: Buffer | null = null;
  zsets.forEach(entry, ({ bytes, start, end }, score) => {
    const inOrder =
      score > lastScore ||
      (score === lastScore && (last === null || compareBytes(last, 0, last.length, bytes, start, end) < 0));
    if (!inOrder) throw new Error(`zset: a member with score ${score} is behind one with ${lastScore}`);
    last = Buffer.from(bytes.subarray(start, end));
    lastScore = score;
  });
}
