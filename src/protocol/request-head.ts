/**
 * The start of a request that is likely to come again: all up to the end of the command's name.
 *
 *     *2 \r\n $3 \r\n GET \r\n | $4 \r\n name \r\n
 *     0               nameStart  length
 *
 * In a pipeline most requests start like one that was just before. One comparison then tells what reading the two
 * headers and looking up the command would (measured: 8 ns less for each request).
 */

import { copyBytes, equalBytes, pin } from "../base/bytes.ts";

/** A longer head is not remembered. */
const BYTES_MAX = 32;
/** What follows the name. */
const LINE_END_BYTES = 2;

export class RequestHead {
  /** Changes when another head is remembered. */
  number = 0;
  /** Arguments announced. */
  count = 0;
  /** Where the name lies, counted from the start of the request. */
  nameStart = 0;
  nameEnd = 0;
  /** Bytes of it; 0 when there is none. */
  length = 0;
  private readonly bytes = pin(Buffer.alloc(BYTES_MAX));
  /** The last request started otherwise. */
  private missed = false;

  /** Whether the request in `bytes[start, end)` starts with it. */
  starts(bytes: Buffer, start: number, end: number): boolean {
    const { length } = this;
    if (length === 0 || end - start < length || !equalBytes(bytes, start, this.bytes, 0, length))
      return false;
    this.missed = false;
    return true;
  }

  /**
   * Tells of a request at `start` that starts otherwise: it has `count` arguments, and its name is
   * `bytes[nameStart, nameEnd)`. The second one in a row is remembered: where commands take turns, at least one of
   * them is known then.
   */
  miss(bytes: Buffer, start: number, count: number, nameStart: number, nameEnd: number): void {
    const length = nameEnd + LINE_END_BYTES - start;
    const isSecond = this.missed;
    this.missed = true;
    if (!isSecond || length > BYTES_MAX) return;
    this.number++;
    this.count = count;
    this.nameStart = nameStart - start;
    this.nameEnd = nameEnd - start;
    this.length = length;
    copyBytes(bytes, start, this.bytes, 0, length);
    this.missed = false;
  }
}
