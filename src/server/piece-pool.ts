/**
 * Buffers of one size for unsent output. A client that reads slowly would otherwise turn all its replies into
 * garbage, faster than it is collected.
 */

export const PIECE_BYTES = 64 * 1024;
/** Buffers kept for reuse, 8 MiB at most. */
const KEPT_MAX = 128;

export class PiecePool {
  private readonly free: Buffer[] = [];

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  /** Takes a buffer back; one of another size is left to the garbage collector. */
  give(bytes: Buffer): void {
    if (bytes.length === PIECE_BYTES && this.free.length < KEPT_MAX) this.free.push(bytes);
  }
}
