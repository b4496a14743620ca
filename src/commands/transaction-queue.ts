/** The requests of a client between MULTI and EXEC. */

import type { Args } from "./args.ts";
import type { Command } from "./command-table.ts";

interface QueuedRequest {
  readonly command: Command;
  /** Bytes of all arguments, and start and end of each. */
  readonly bytes: Buffer;
  readonly offsets: Int32Array;
}

export class TransactionQueue {
  readonly requests: QueuedRequest[] = [];
  /** Bytes of the arguments kept. */
  usedBytes = 0;
  /** A request was refused: EXEC will refuse all. */
  aborted = false;
  /** Whether one of the requests changes data. */
  writes = false;
  /** Whether one of the requests is refused when memory is full. */
  deniesOom = false;

  add(command: Command, args: Args): void {
    const copy = args.copy();
    this.requests.push({ command, ...copy });
    this.usedBytes += copy.bytes.length;
    if (command.write) this.writes = true;
    if (command.denyOom) this.deniesOom = true;
  }
}
