/**
 * Lines of a request: headers such as `*3\r\n` and `$12\r\n`, and the end of any line.
 *
 * A line that is cut is remembered by how far it has been looked through, so that one arriving byte by byte
 * costs the same per byte as one that arrives whole.
 */

import { parseInt64 } from "../base/int.ts";
import { CR } from "./type-bytes.ts";

/** The line has no end yet. */
export const LINE_CUT = -1;
/** The line is longer than allowed, and has no end within the limit. */
export const LINE_TOO_LONG = -2;
/** The number of the header is negative. */
const HEADER_NEGATIVE = -3;
/** The header has no canonical number of 64 bits. */
export const HEADER_INVALID = -4;
/** The line starts with another byte than the expected type. */
export const HEADER_UNEXPECTED = -5;

const ZERO = 0x30;

/** Digits that the fast path reads: so many always fit an int32. */
const FAST_DIGITS_MAX = 9;

export class HeaderReader {
  /** After a header has been read, the position behind it. */
  next = 0;

  /** When a line is cut, how far its end has been looked for; otherwise -1. */
  private scanned = -1;

  /**
   * Reads the header at `start` < `end`: the byte `type`, a canonical number, CR and one more byte.
   *
   * @returns the number if it is 0 or more (rounded beyond 2^53), or one of the constants above. After LINE_CUT the next call is
   * for the same line, with more bytes.
   */
  read(bytes: Buffer, start: number, end: number, type: number, lengthMax: number): number {
    // Where the last digit may lie such that CR and one more byte follow.
    const last = Math.min(end - 3, start + FAST_DIGITS_MAX);
    let at = start + 1;
    if (at <= last && this.scanned < 0 && bytes[start] === type) {
      let value = bytes[at] - ZERO;
      // A leading zero is left to the slow path, "0" alone excepted.
      if (value > 0 && value <= 9) {
        for (at++; at <= last; at++) {
          const digit = bytes[at] - ZERO;
          if (digit < 0 || digit > 9) break;
          value = (Math.imul(value, 10) + digit) | 0;
        }
        if (bytes[at] === CR) {
          this.next = at + 2;
          return value;
        }
      } else if (value === 0 && bytes[at + 1] === CR) {
        this.next = at + 3;
        return 0;
      }
    }
    return this.readOdd(bytes, start, end, type, lengthMax);
  }

  /**
   * The position of the `terminator` of the line at `start`, LINE_CUT or LINE_TOO_LONG: there is none within
   * `lengthMax` bytes and the one behind them.
   */
  findEnd(bytes: Buffer, start: number, end: number, terminator: number, lengthMax: number): number {
    const limit = Math.min(end, start + lengthMax + 1);
    let at = this.scanned < 0 ? start : this.scanned;
    while (at < limit && bytes[at] !== terminator) at++;
    if (at < limit) {
      this.scanned = -1;
      return at;
    }
    if (limit - start > lengthMax) return LINE_TOO_LONG;
    this.scanned = at;
    return LINE_CUT;
  }

  /** Tells that the bytes of the cut line now lie `delta` further. */
  moved(delta: number): void {
    if (this.scanned >= 0) this.scanned += delta;
  }

  /** Forgets a cut line. */
  reset(): void {
    this.scanned = -1;
  }

  /** `read` for every header: cut, negative, of many digits, malformed. */
  private readOdd(bytes: Buffer, start: number, end: number, type: number, lengthMax: number): number {
    const at = this.findEnd(bytes, start, end, CR, lengthMax);
    if (at < 0) return at;
    if (at + 1 === end) return LINE_CUT;
    if (bytes[start] !== type) return HEADER_UNEXPECTED;
    this.next = at + 2;
    const value = parseInt64(bytes, start + 1, at);
    if (value === null) return HEADER_INVALID;
    return value < 0 ? HEADER_NEGATIVE : Number(value);
  }
}
