/**
 * The output queue of one connection, and the only place that writes to sockets. Bun's `write` takes what the
 * kernel takes and buffers nothing; the rest waits here, in order, until the socket drains.
 */

import type { ClientSocket } from "./client-socket.ts";
import { PIECE_BYTES, type PiecePool } from "./piece-pool.ts";

/** A piece left over from writes: `bytes[at, end)` is still to go. */
interface Pending {
  bytes: Buffer;
  at: number;
  end: number;
}

/** A left-over of at least this size is not copied: the queue keeps the buffer it lies in. */
const TAKE_BYTES_MIN = 1024 * 1024;

/** Counts what goes out. */
export interface WriteCounter {
  writes: number;
  outputBytes: number;
}

/** Hands over a buffer whose bytes the queue may keep, in place of one that will be reused. */
export interface BufferOwner {
  take(): Buffer;
}

export class OutputQueue {
  /** Bytes waiting for the socket to drain. */
  pendingBytes = 0;
  /** The peer is gone: whatever is written goes nowhere. */
  closed = false;
  private readonly pending: Pending[] = [];

  constructor(
    private readonly socket: Pick<ClientSocket, "write">,
    private readonly pool: PiecePool,
    private readonly counter: WriteCounter,
  ) {}

  /**
   * Sends `bytes[start, end)`, or queues what the kernel does not take. The bytes are the caller's again when
   * this returns, except that a long left-over is taken from `owner`.
   */
  write(bytes: Buffer, end: number, owner: BufferOwner, start = 0): void {
    if (this.closed) return;
    const at = start + (this.pending.length === 0 ? this.send(bytes, start, end - start) : 0);
    const left = end - at;
    if (left === 0 || this.closed) return;
    if (left >= TAKE_BYTES_MIN) this.pending.push({ bytes: owner.take(), at, end });
    else this.append(bytes, at, end);
    this.pendingBytes += left;
  }

  /** Sends what waits, as far as the kernel takes it. Returns whether nothing waits any more. */
  drain(): boolean {
    let sent = 0;
    for (const piece of this.pending) {
      const taken = this.send(piece.bytes, piece.at, piece.end - piece.at);
      // The peer has gone: `close` has given all pieces back.
      if (this.closed) return true;
      piece.at += taken;
      this.pendingBytes -= taken;
      if (piece.at < piece.end) break;
      sent++;
    }
    for (const piece of this.pending.splice(0, sent)) this.pool.give(piece.bytes);
    return this.pending.length === 0;
  }

  /** Drops what waits. */
  close(): void {
    this.closed = true;
    for (const { bytes } of this.pending.splice(0)) this.pool.give(bytes);
    this.pendingBytes = 0;
  }

  /** Copies `bytes[from, to)` behind what waits, filling up the last piece first. */
  private append(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      let piece = this.pending.at(-1);
      if (piece === undefined || piece.end === piece.bytes.length || piece.bytes.length !== PIECE_BYTES) {
        piece = { bytes: this.pool.take(), at: 0, end: 0 };
        this.pending.push(piece);
      }
      const size = Math.min(to - at, PIECE_BYTES - piece.end);
      bytes.copy(piece.bytes, piece.end, at, at + size);
      piece.end += size;
      at += size;
    }
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
