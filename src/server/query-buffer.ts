/**
 * The query buffer of one connection: bytes that arrived but are not executed yet, because a request is cut
 * or the connection is held back. It exists only while there are such bytes. It grows with what has arrived,
 * to at most twice as much, never from a length that a client announced.
 */

import { pin } from "../base/bytes.ts";

const CAPACITY_MIN = 4096;

export class QueryBuffer {
  bytes: Buffer | null = null;
  length = 0;

  get capacity(): number {
    return this.bytes === null ? 0 : this.bytes.length;
  }

  /** Adds `chunk[from, to)`. `expected` is how many bytes more are likely to come, if that is known. */
  append(chunk: Buffer, from: number, to: number, expected = 0): void {
    const size = this.length + to - from;
    if (this.bytes === null || this.bytes.length < size) this.grow(size, expected);
    chunk.copy(this.bytes as Buffer, this.length, from, to);
    this.length = size;
  }

  /** Drops the first `count` bytes. */
  discard(count: number): void {
    const left = this.length - count;
    if (left === 0) this.bytes = null;
    else if (count > 0 && this.bytes !== null) this.moveToFront(this.bytes, count, left);
    this.length = left;
  }

  /** A buffer that has become far too large for what is left is replaced. */
  private moveToFront(bytes: Buffer, from: number, left: number): void {
    if (bytes.length <= CAPACITY_MIN || left >= bytes.length >> 2) {
      bytes.copyWithin(0, from, from + left);
      return;
    }
    const smaller = pin(Buffer.allocUnsafeSlow(Math.max(CAPACITY_MIN, left * 2)));
    bytes.copy(smaller, 0, from, from + left);
    this.bytes = smaller;
  }

  private grow(size: number, expected: number): void {
    const capacity = Math.max(CAPACITY_MIN, Math.min(size * 2, size + Math.max(expected, size >> 1)));
    const grown = pin(Buffer.allocUnsafeSlow(capacity));
    this.bytes?.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
