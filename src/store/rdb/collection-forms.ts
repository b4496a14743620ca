/** All forms that collections have, or had in older versions of Redis, in the RDB format, and how each is read. */

import { type Entry, TYPE_HASH, TYPE_LIST, TYPE_SET, TYPE_ZSET } from "../entry.ts";
import type { Keyspace } from "../keyspace.ts";
import { type ElementReader, StringElements } from "./element-reader.ts";
import { fillHash } from "./hash.ts";
import { IntsetReader } from "./intset.ts";
import { fillList, fillListFromNodes, fillListFromZiplists } from "./list.ts";
import { ListpackReader } from "./listpack.ts";
import {
  RDB_HASH,
  RDB_HASH_LISTPACK,
  RDB_HASH_ZIPLIST,
  RDB_HASH_ZIPMAP,
  RDB_LIST,
  RDB_LIST_QUICKLIST,
  RDB_LIST_QUICKLIST_2,
  RDB_LIST_ZIPLIST,
  RDB_SET,
  RDB_SET_INTSET,
  RDB_ZSET,
  RDB_ZSET_2,
  RDB_ZSET_LISTPACK,
  RDB_ZSET_ZIPLIST,
} from "./rdb-format.ts";
import type { RdbReader } from "./rdb-reader.ts";
import { fillSet } from "./set.ts";
import { ZiplistReader } from "./ziplist.ts";
import { ZipmapReader } from "./zipmap.ts";
import { fillZset, fillZsetFromDoubles } from "./zset.ts";

/** Reads a value into `entry`, an empty and detached collection. @throws RdbFormatError, OutOfMemoryError */
type Fill = (keyspace: Keyspace, entry: Entry, reader: RdbReader) => void;
/** Adds elements to such a collection; the views to read them with are the reader's. */
type FillFrom = (keyspace: Keyspace, entry: Entry, elements: ElementReader, reader: RdbReader) => void;

interface Form {
  /** Type of the value. */
  readonly type: number;
  readonly fill: Fill;
}

/** By its number. */
export const COLLECTION_FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [RDB_LIST, { type: TYPE_LIST, fill: strings(fillList, 1) }],
  [RDB_LIST_ZIPLIST, { type: TYPE_LIST, fill: block(fillList, ZiplistReader) }],
  [RDB_LIST_QUICKLIST, { type: TYPE_LIST, fill: fillListFromZiplists }],
  [RDB_LIST_QUICKLIST_2, { type: TYPE_LIST, fill: fillListFromNodes }],
  [RDB_SET, { type: TYPE_SET, fill: strings(fillSet, 1) }],
  [RDB_SET_INTSET, { type: TYPE_SET, fill: block(fillSet, IntsetReader) }],
  [RDB_ZSET, { type: TYPE_ZSET, fill: fillZsetFromDoubles((reader) => reader.textDouble()) }],
  [RDB_ZSET_2, { type: TYPE_ZSET, fill: fillZsetFromDoubles((reader) => reader.double()) }],
  [RDB_ZSET_ZIPLIST, { type: TYPE_ZSET, fill: block(fillZset, ZiplistReader) }],
  [RDB_ZSET_LISTPACK, { type: TYPE_ZSET, fill: block(fillZset, ListpackReader) }],
  [RDB_HASH, { type: TYPE_HASH, fill: strings(fillHash, 2) }],
  [RDB_HASH_ZIPMAP, { type: TYPE_HASH, fill: block(fillHash, ZipmapReader) }],
  [RDB_HASH_ZIPLIST, { type: TYPE_HASH, fill: block(fillHash, ZiplistReader) }],
  [RDB_HASH_LISTPACK, { type: TYPE_HASH, fill: block(fillHash, ListpackReader) }],
]);

/** A number, and then that many times `each` strings. */
function strings(fillFrom: FillFrom, each: number): Fill {
  return (keyspace, entry, reader) => {
    fillFrom(keyspace, entry, new StringElements(reader, reader.number() * each), reader);
  };
}

/** One string that holds all elements. */
function block(fillFrom: FillFrom, Reader: new (block: RdbReader["first"]) => ElementReader): Fill {
  return (keyspace, entry, reader) => {
    reader.string(reader.first);
    fillFrom(keyspace, entry, new Reader(reader.first), reader);
  };
}
