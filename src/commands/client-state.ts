/**
 * What commands know of the client they run for. The server's connection holds one; AOF load and replication
 * make their own. Nothing here knows a socket.
 */

import type { BlockedRequest } from "./blocking.ts";
import type { TransactionQueue } from "./transaction-queue.ts";

/** Which replies the client wants (CLIENT REPLY). */
export const REPLY_ON = 0;
export const REPLY_OFF = 1;
/** The present command's reply is left out … */
export const REPLY_SKIP = 2;
/** … after this one's, the CLIENT REPLY SKIP itself, was. */
export const REPLY_SKIP_NEXT = 3;

/** In place of the name of the last command. */
export const NO_COMMAND = "NULL";

export class ClientState {
  db = 0;
  /** Protocol version, 2 or 3. */
  resp = 2;
  authenticated = true;
  replyMode = REPLY_ON;
  /** The last reply goes out, then the connection closes. */
  closeAfterReply = false;
  /** CLIENT NO-TOUCH: reads do not count for LRU and LFU. */
  noTouch = false;
  /** CLIENT NO-EVICT. */
  noEvict = false;
  /** The requests since MULTI; null outside of a transaction. */
  transaction: TransactionQueue | null = null;
  /** Names of the keys it watches, see `key-name.ts`; null if it never did. */
  watched: Set<string> | null = null;
  /** A watched key has changed. */
  watchBroken = false;
  /** The request that waits for a key to come to be; nothing is executed for the client meanwhile. */
  blocked: BlockedRequest | null = null;
  name = "";
  libraryName = "";
  libraryVersion = "";
  /** Name of the last command, with its container's: `client|info`; NO_COMMAND if there was no such command. */
  lastCommand = NO_COMMAND;
  lastCommandMs: number;

  constructor(
    readonly id: number,
    readonly createdMs: number,
    readonly address: string,
    readonly localAddress: string,
  ) {
    this.lastCommandMs = createdMs;
  }

  /** RESET: as if the client had just connected, but for its authentication, which the caller decides. */
  reset(): void {
    this.db = 0;
    this.resp = 2;
    this.replyMode = REPLY_ON;
    this.noTouch = false;
    this.noEvict = false;
    this.transaction = null;
    this.name = "";
  }
}
