/**
 * Values in the RDB format, type by type: what follows the number of the form and the key in a file, or the number
 * alone in a dump.
 */

import { copyBytes } from "../../base/bytes.ts";
import { createDetachedPacked } from "../collection.ts";
import { discard } from "../detached.ts";
import {
  ENCODING_INTSET,
  type Entry,
  TYPE_HASH,
  TYPE_LIST,
  TYPE_SET,
  TYPE_STRING,
  TYPE_ZSET,
} from "../entry.ts";
import type { Keyspace } from "../keyspace.ts";
import { encodingFor } from "../string.ts";
import { valueTypeOf } from "../value-types.ts";
import { COLLECTION_FORMS } from "./collection-forms.ts";
import { writeHash } from "./hash.ts";
import { writeList } from "./list.ts";
import {
  expectFormat,
  RDB_HASH,
  RDB_HASH_LISTPACK,
  RDB_LIST_QUICKLIST_2,
  RDB_SET,
  RDB_SET_INTSET,
  RDB_STRING,
  RDB_ZSET_2,
  RDB_ZSET_LISTPACK,
  RdbFormatError,
} from "./rdb-format.ts";
import type { RdbReader } from "./rdb-reader.ts";
import type { RdbWriter } from "./rdb-writer.ts";
import { writeSet } from "./set.ts";
import { writeZset } from "./zset.ts";

/** The number of the form in which a value is written. */
export function rdbTypeOf(entry: Entry): number {
  switch (entry.type) {
    case TYPE_STRING:
      return RDB_STRING;
    case TYPE_LIST:
      return RDB_LIST_QUICKLIST_2;
    case TYPE_SET:
      return entry.encoding === ENCODING_INTSET ? RDB_SET_INTSET : RDB_SET;
    case TYPE_ZSET:
      return entry.linked ? RDB_ZSET_2 : RDB_ZSET_LISTPACK;
    case TYPE_HASH:
      return entry.linked ? RDB_HASH : RDB_HASH_LISTPACK;
  }
  throw new Error(`rdb: there is no form for type ${entry.type}`);
}

/** Writes a value in the form that {@link rdbTypeOf} names. O(bytes of the value) @throws RdbTooLargeError */
export function writeValue(writer: RdbWriter, keyspace: Keyspace, entry: Entry): void {
  switch (entry.type) {
    case TYPE_STRING:
      writer.string(entry.bytes, entry.valueStart, entry.valueEnd);
      break;
    case TYPE_LIST:
      writeList(writer, keyspace, entry);
      break;
    case TYPE_SET:
      writeSet(writer, keyspace, entry);
      break;
    case TYPE_ZSET:
      writeZset(writer, entry);
      break;
    case TYPE_HASH:
      writeHash(writer, keyspace, entry);
  }
}

/**
 * Reads a value of the form `rdbType`, in full and trusting nothing of it, and returns it detached (`detached.ts`),
 * for the key `bytes[start, end)` of `db`.
 * @throws RdbFormatError, OutOfMemoryError, nothing changed
 */
export function readValue(
  reader: RdbReader,
  rdbType: number,
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
): Entry {
  if (rdbType === RDB_STRING) return readString(reader, keyspace, db, bytes, start, end);
  const form = COLLECTION_FORMS.get(rdbType);
  if (form === undefined) throw new RdbFormatError(`values of type ${rdbType} are not known`);
  const entry = createDetachedPacked(keyspace, db, bytes, start, end, form.type);
  try {
    form.fill(keyspace, entry, reader);
    expectFormat(valueTypeOf(entry).length(keyspace, entry) > 0, "a collection without elements");
  } catch (error) {
    discard(entry);
    throw error;
  }
  return entry;
}

function readString(
  reader: RdbReader,
  keyspace: Keyspace,
  db: number,
  bytes: Buffer,
  start: number,
  end: number,
): Entry {
  const value = reader.first;
  reader.string(value);
  const encoding = encodingFor(value.bytes, value.start, value.end);
  const length = value.end - value.start;
  const entry = keyspace.createDetached(db, bytes, start, end, TYPE_STRING, encoding, length);
  copyBytes(value.bytes, value.start, entry.bytes, entry.valueStart, length);
  return entry;
}
