/**
 * The output queue of one connection, and the only place that writes to sockets. Bun's `write` takes what the
 * kernel takes and buffers nothing; the rest waits here, in order, until the socket drains.
 */

import type { Socket } from "bun";

/** A piece left over from writes: `bytes[at, end)` is still to go. */
interface Pending {
  bytes: Buffer;
  at: number;
  end: number;
}

/** Least size of a piece, so that many small replies share one. */
const PIECE_BYTES_MIN = 16 * 1024;

/** A left-over of at least this size keeps the buffer it lies in, if the caller gives it away. */
const TAKE_BYTES_MIN = 64 * 1024;

/** Counts what goes out. */
export interface WriteCounter {
  writes: number;
  outputBytes: number;
}

/** Hands over a buffer whose bytes the queue may keep, in place of one that will be reused. */
export interface BufferOwner {
  take(): Buffer;
}

export class OutputQueue<Data> {
  /** Bytes waiting for the socket to drain. */
  pendingBytes = 0;
  /** The peer is gone: whatever is written goes nowhere. */
  closed = false;
  private readonly pending: Pending[] = [];

  constructor(
    private readonly socket: Socket<Data>,
    private readonly counter: WriteCounter,
  ) {}

  /**
   * Sends `bytes[0, length)`, or queues what the kernel does not take. The bytes are the caller's again when
   * this returns, except that a long left-over is taken from `owner`.
   */
  write(bytes: Buffer, length: number, owner: BufferOwner): void {
    if (this.closed) return;
    const taken = this.pending.length === 0 ? this.send(bytes, 0, length) : 0;
    const left = length - taken;
    if (left === 0 || this.closed) return;
    if (left >= TAKE_BYTES_MIN) this.pending.push({ bytes: owner.take(), at: taken, end: length });
    else this.append(bytes, taken, length);
    this.pendingBytes += left;
  }

  /** Sends what waits, as far as the kernel takes it. Returns whether nothing waits any more. */
  drain(): boolean {
    while (this.pending.length > 0 && !this.closed) {
      const first = this.pending[0];
      const taken = this.send(first.bytes, first.at, first.end - first.at);
      first.at += taken;
      this.pendingBytes -= taken;
      if (first.at < first.end) break;
      this.pending.shift();
    }
    return this.pending.length === 0;
  }

  /** Drops what waits. */
  close(): void {
    this.closed = true;
    this.pending.length = 0;
    this.pendingBytes = 0;
  }

  private append(bytes: Buffer, from: number, to: number): void {
    let piece = this.pending.at(-1);
    if (piece === undefined || piece.bytes.length - piece.end < to - from) {
      piece = { bytes: Buffer.allocUnsafeSlow(Math.max(to - from, PIECE_BYTES_MIN)), at: 0, end: 0 };
      this.pending.push(piece);
    }
    bytes.copy(piece.bytes, piece.end, from, to);
    piece.end += to - from;
  }

  private send(bytes: Buffer, at: number, length: number): number {
    const taken = this.socket.write(bytes, at, length);
    if (taken < 0) {
      this.close();
      return 0;
    }
    this.counter.writes++;
    this.counter.outputBytes += taken;
    return taken;
  }
}
