/**
 * The patterns of SORT, which lead from an element to a value: `weight_*` to the string in the key that has the
 * element in place of the asterisk, `weight_*->field` to a field of the hash there, and `#` to the element itself.
 * As in Redis a NUL ends the search for asterisk and arrow, and an arrow with nothing behind it belongs to the key.
 */

import { copyBytes } from "../base/bytes.ts";
import { PackedView } from "../memory/packed.ts";
import { Entry, TYPE_HASH, TYPE_STRING } from "./entry.ts";
import * as hashes from "./hash.ts";
import type { Keyspace } from "./keyspace.ts";

const ARROW = "->";
const KEY_BYTES_MIN = 64;

/** Where values are looked up: in a db, as accesses or not. */
export interface LookupScope {
  readonly keyspace: Keyspace;
  readonly db: number;
  readonly touching: boolean;
}

export class KeyPattern {
  /** Whether the pattern leads to the same place from every element: to nowhere, since it names no element. */
  readonly constant: boolean;
  private readonly isElement: boolean;
  /** Where the asterisk is. */
  private readonly star: number;
  /** Where the part of the key behind the asterisk ends. */
  private readonly keyEnd: number;
  /** Where the field starts; −1 when the pattern leads to strings. */
  private readonly fieldStart: number;
  private key = Buffer.allocUnsafeSlow(KEY_BYTES_MIN);
  private readonly entry = new Entry();
  private readonly view = new PackedView();

  /** The pattern `bytes[start, end)`, which must stay as it is. */
  constructor(
    private readonly bytes: Buffer,
    private readonly start: number,
    private readonly end: number,
  ) {
    const text = bytes.toString("latin1", start, end).split("\0", 1)[0];
    const star = text.indexOf("*");
    const arrow = star < 0 ? -1 : text.indexOf(ARROW, star + 1);
    const hasField = arrow >= 0 && arrow + ARROW.length < text.length;
    this.isElement = text === "#";
    this.constant = star < 0;
    this.star = start + star;
    this.keyEnd = hasField ? start + arrow : end;
    this.fieldStart = hasField ? start + arrow + ARROW.length : -1;
  }

  /** The value for the element `bytes[start, end)`, or null. Valid until the next call or change. */
  lookUp(scope: LookupScope, bytes: Buffer, start: number, end: number): PackedView | null {
    if (this.isElement) return this.view.point(bytes, start, end);
    if (this.constant) return null;
    const { keyspace, db, touching } = scope;
    const { entry, fieldStart } = this;
    const length = this.writeKey(bytes, start, end);
    if (!keyspace.readInto(entry, db, this.key, 0, length, touching)) return null;
    if (fieldStart >= 0)
      return entry.type === TYPE_HASH ? hashes.get(keyspace, entry, this.bytes, fieldStart, this.end) : null;
    if (entry.type !== TYPE_STRING) return null;
    return this.view.point(entry.bytes, entry.valueStart, entry.valueEnd);
  }

  /** Writes the key for an element; returns its length. */
  private writeKey(element: Buffer, start: number, end: number): number {
    const { bytes, star, keyEnd } = this;
    const before = star - this.start;
    const behind = keyEnd - star - 1;
    const length = before + end - start + behind;
    if (length > this.key.length) this.key = Buffer.allocUnsafeSlow(2 * length);
    copyBytes(bytes, this.start, this.key, 0, before);
    copyBytes(element, start, this.key, before, end - start);
    copyBytes(bytes, star + 1, this.key, length - behind, behind);
    return length;
  }
}
