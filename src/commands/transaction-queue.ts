/**
 * The requests of a client between MULTI and EXEC. They lie one behind the other in two buffers, so that many short
 * ones do not take much more memory than their bytes:
 *
 *     bytes     | argument | argument | argument | ...
 *     offsets   | start, end | start, end | start, end | ...
 */

import type { Args } from "./args.ts";
import type { Command } from "./command-table.ts";

/** What a request takes beside its arguments, and each argument beside its bytes. */
const REQUEST_BYTES = 16;
const ARGUMENT_BYTES = 8;
const CAPACITY_MIN = 256;

export class TransactionQueue {
  /** A request was refused: EXEC will refuse all. */
  aborted = false;
  /** Whether CLIENT PAUSE WRITE holds one of the requests back. */
  mayReplicate = false;
  /** Whether one of the requests is refused when memory is full. */
  deniesOom = false;
  private readonly commands: Command[] = [];
  /** For each request the number of arguments up to its end, those of the requests before it included. */
  private readonly ends: number[] = [];
  private bytes: Buffer = Buffer.alloc(0);
  private offsets = new Int32Array(0);
  private bytesEnd = 0;
  private argumentsEnd = 0;

  /** Number of requests. */
  get length(): number {
    return this.commands.length;
  }

  /** Bytes of memory that the requests take. */
  get usedBytes(): number {
    return this.bytesEnd + ARGUMENT_BYTES * this.argumentsEnd + REQUEST_BYTES * this.length;
  }

  /** {@link usedBytes} if the request was added. */
  usedBytesWith(args: Args): number {
    return this.usedBytes + bytesOf(args) + ARGUMENT_BYTES * args.count + REQUEST_BYTES;
  }

  /** Keeps a copy of a request. */
  add(command: Command, args: Args): void {
    this.makeRoom(this.bytesEnd + bytesOf(args), (this.argumentsEnd + args.count) * 2);
    const { bytes, offsets } = this;
    for (let i = 0; i < args.count; i++) {
      const at = this.argumentsEnd++ * 2;
      offsets[at] = this.bytesEnd;
      args.bytes.copy(bytes, this.bytesEnd, args.start(i), args.end(i));
      this.bytesEnd += args.length(i);
      offsets[at + 1] = this.bytesEnd;
    }
    this.ends.push(this.argumentsEnd);
    this.commands.push(command);
    if (command.mayReplicate) this.mayReplicate = true;
    if (command.denyOom) this.deniesOom = true;
  }

  /** Points `args` to request `i` and returns its command. */
  select(i: number, args: Args): Command {
    const first = i === 0 ? 0 : this.ends[i - 1];
    args.set(this.bytes, this.offsets, first * 2, this.ends[i] - first);
    return this.commands[i];
  }

  private makeRoom(byteCount: number, offsetCount: number): void {
    if (byteCount > this.bytes.length) {
      const bytes = Buffer.allocUnsafeSlow(capacityFor(byteCount, this.bytes.length));
      this.bytes.copy(bytes, 0, 0, this.bytesEnd);
      this.bytes = bytes;
    }
    if (offsetCount > this.offsets.length) {
      const offsets = new Int32Array(capacityFor(offsetCount, this.offsets.length));
      offsets.set(this.offsets);
      this.offsets = offsets;
    }
  }
}

function capacityFor(size: number, present: number): number {
  return Math.max(CAPACITY_MIN, size, present * 2);
}

function bytesOf(args: Args): number {
  let bytes = 0;
  for (let i = 0; i < args.count; i++) bytes += args.length(i);
  return bytes;
}
