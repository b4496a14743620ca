/**
 * What DUMP replies and RESTORE takes: one value in the RDB format between the number of its form and a footer.
 *
 *     | form (1) | value | version (2) | checksum (8) |
 *
 * The checksum is the CRC-64 of all before it. It guards against accidents, not against malice.
 */

import { Crc64 } from "../../base/crc64.ts";
import { discard } from "../detached.ts";
import type { Entry } from "../entry.ts";
import type { Keyspace } from "../keyspace.ts";
import { RDB_VERSION, RdbFormatError } from "./rdb-format.ts";
import { RdbReader } from "./rdb-reader.ts";
import { RdbWriter } from "./rdb-writer.ts";
import { rdbTypeOf, readValue, writeValue } from "./value.ts";

const VERSION_BYTES = 2;
const CHECKSUM_BYTES = 8;
const FOOTER_BYTES = VERSION_BYTES + CHECKSUM_BYTES;
/** A longer dump could not be replied. */
const DUMP_BYTES_MAX = 2 ** 30;

export class DumpCodec {
  readonly #keyspace: Keyspace;
  readonly #writer = new RdbWriter(DUMP_BYTES_MAX);
  readonly #reader = new RdbReader();
  readonly #crc = new Crc64();

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace;
  }

  /** The dump of a value: `bytes[0, length)` of what is returned, until the next call. @throws RdbTooLargeError */
  dump(entry: Entry): { readonly bytes: Buffer; readonly length: number } {
    const writer = this.#writer;
    try {
      writer.byte(rdbTypeOf(entry));
      writeValue(writer, this.#keyspace, entry);
      writer.byte(RDB_VERSION & 0xff);
      writer.byte(RDB_VERSION >> 8);
      this.#crc.reset();
      this.#crc.update(writer.bytes, 0, writer.length);
      const at = writer.skip(CHECKSUM_BYTES);
      this.#crc.writeTo(writer.bytes, at);
      return { bytes: writer.bytes, length: writer.length };
    } finally {
      writer.reset();
    }
  }

  /** Bytes that a value takes in an RDB file. O(bytes of the value) @throws RdbTooLargeError */
  valueLength(entry: Entry): number {
    const writer = this.#writer;
    try {
      writeValue(writer, this.#keyspace, entry);
      return writer.length;
    } finally {
      writer.reset();
    }
  }

  /** Whether `bytes[start, end)` has a footer of a version that can be read, with the right checksum. */
  isIntact(bytes: Buffer, start: number, end: number): boolean {
    const footer = end - FOOTER_BYTES;
    if (footer < start || bytes.readUInt16LE(footer) > RDB_VERSION) return false;
    this.#crc.reset();
    this.#crc.update(bytes, start, end - CHECKSUM_BYTES);
    return this.#crc.matches(bytes, end - CHECKSUM_BYTES);
  }

  /**
   * The value of the intact dump `bytes[from, to)`, detached (`detached.ts`), for the key `bytes[start, end)` of
   * `db`. @throws RdbFormatError, OutOfMemoryError, nothing changed
   */
  read(db: number, bytes: Buffer, start: number, end: number, from: number, to: number): Entry {
    const reader = this.#reader.point(bytes, from, to - FOOTER_BYTES);
    try {
      const entry = readValue(reader, reader.byte(), this.#keyspace, db, bytes, start, end);
      if (reader.at === reader.end) return entry;
      discard(entry);
      throw new RdbFormatError("there is something behind the value");
    } finally {
      reader.release();
    }
  }
}
