/**
 * The arguments of the command being executed, as handlers read them: byte ranges in the request, argument 0
 * being the name. They are valid during the call only; the store copies what it keeps.
 */

import { equalsIgnoreCase } from "../base/ascii.ts";
import { type Int64, parseInt64, parseInteger } from "../base/int.ts";
import { NOT_INTEGER, type ReplyError } from "../protocol/errors.ts";

/** In a table of several requests, the offsets of each take so many words. */
export const REQUEST_WORDS = 16;

export class Args {
  bytes: Buffer = Buffer.alloc(0);
  /** Start and end of argument i are `offsets[base + 2i]` and `offsets[base + 2i + 1]`. */
  offsets: Int32Array = new Int32Array(2);
  base = 0;
  count = 0;

  /** Points to a parsed request, whose offsets start at `base` of a table. */
  set(bytes: Buffer, offsets: Int32Array, base: number, count: number): void {
    this.bytes = bytes;
    this.offsets = offsets;
    this.base = base;
    this.count = count;
  }

  /** Moves on to the next request in a table of several; it has as many arguments. */
  advance(): void {
    this.base += REQUEST_WORDS;
  }

  /** A copy of the request, which may be kept: the bytes of all arguments, and start and end of each in them. */
  copy(): { bytes: Buffer; offsets: Int32Array } {
    const offsets = new Int32Array(this.count * 2);
    let size = 0;
    for (let i = 0; i < this.count; i++) {
      offsets[i * 2] = size;
      size += this.length(i);
      offsets[i * 2 + 1] = size;
    }
    const bytes = Buffer.allocUnsafeSlow(size);
    for (let i = 0; i < this.count; i++) this.bytes.copy(bytes, offsets[i * 2], this.start(i), this.end(i));
    return { bytes, offsets };
  }

  start(i: number): number {
    return this.offsets[this.base + i * 2];
  }

  end(i: number): number {
    return this.offsets[this.base + i * 2 + 1];
  }

  /** Where argument `i` ends of the request `n` places further in a table of several. */
  endAhead(n: number, i: number): number {
    return this.offsets[this.base + n * REQUEST_WORDS + i * 2 + 1];
  }

  length(i: number): number {
    return this.end(i) - this.start(i);
  }

  /** Whether argument `i` is this keyword, in any case. `word` is upper case. */
  is(i: number, word: string): boolean {
    return equalsIgnoreCase(this.bytes, this.start(i), this.end(i), word);
  }

  /** An integer of 64 bits. @throws `error` */
  int64(i: number, error: ReplyError = NOT_INTEGER): Int64 {
    const value = parseInt64(this.bytes, this.start(i), this.end(i));
    if (value === null) throw error;
    return value;
  }

  /** An integer of 64 bits from `min` on, rounded to a double. @throws `error` */
  atLeast(i: number, min: number, error: ReplyError): number {
    const value = this.int64(i, error);
    if (value < min) throw error;
    return Number(value);
  }

  /** An integer from `min` to `max`, both safe integers. @throws `error` */
  integer(i: number, min: number, max: number, error: ReplyError = NOT_INTEGER): number {
    const value = parseInteger(this.bytes, this.start(i), this.end(i));
    if (!(value >= min && value <= max)) throw error;
    return value;
  }

  /** The argument as a string with one char per byte; not for the hot path. */
  latin1(i: number): string {
    return this.bytes.toString("latin1", this.start(i), this.end(i));
  }

  /** The argument decoded as UTF-8; not for the hot path. */
  text(i: number): string {
    return this.bytes.toString("utf8", this.start(i), this.end(i));
  }
}
