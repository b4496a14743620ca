/**
 * What a handler works with: the dataset, the reply, the client's state, and the process behind an interface.
 * One context serves all clients in turn; the server sets `client` before each request.
 */

import { WRONG_TYPE } from "../protocol/errors.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";
import { type Entry, TYPE_STRING } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { PREFETCH_MAX } from "../store/prefetch.ts";
import type { Args } from "./args.ts";
import type { ClientState } from "./client-state.ts";
import type { CommandTable } from "./command-table.ts";
import { CommandTimes } from "./command-times.ts";
import type { ServerPort } from "./server-port.ts";

export class Context {
  client!: ClientState;
  /** Bytes that the dataset may take, 0 for no limit (`maxmemory`). */
  maxMemoryBytes = 0;
  /** The longest string value (`proto-max-bulk-len`). */
  stringLengthMax = 512 * 1024 * 1024;
  /** Not empty: clients must authenticate with it (`requirepass`). */
  password = "";
  /** The dataset is so large that its memory is asked for in advance. */
  prefetching = false;
  /** For {@link prefetchKeys}. */
  readonly hashes = new Int32Array(PREFETCH_MAX);
  commandsProcessed = 0;
  readonly times = new CommandTimes();
  /** Error replies by their first word. */
  readonly errorCounts = new Map<string, number>();

  constructor(
    readonly keyspace: Keyspace,
    readonly reply: ReplyWriter,
    readonly commands: CommandTable,
    readonly server: ServerPort,
  ) {}

  /** Time of the present batch in Unix ms. */
  get nowMs(): number {
    return this.keyspace.nowMs;
  }

  /** The entry of the key in argument `i` of any type, or null; counts as an access. */
  read(args: Args, i: number): Entry | null {
    const { keyspace, client } = this;
    if (client.noTouch) return keyspace.peek(client.db, args.bytes, args.start(i), args.end(i));
    return keyspace.read(client.db, args.bytes, args.start(i), args.end(i));
  }

  /** {@link read} for a question about the key that does not use its value: no access. */
  peek(args: Args, i: number): Entry | null {
    return this.keyspace.peek(this.client.db, args.bytes, args.start(i), args.end(i));
  }

  /** The entry of the key in argument `i` of any type, or null; no access is counted. */
  find(args: Args, i: number): Entry | null {
    return this.keyspace.find(this.client.db, args.bytes, args.start(i), args.end(i));
  }

  /** {@link find} for a change that Redis counts as an access. */
  findToChange(args: Args, i: number): Entry | null {
    const { keyspace, client } = this;
    if (client.noTouch) return keyspace.find(client.db, args.bytes, args.start(i), args.end(i));
    return keyspace.findToChange(client.db, args.bytes, args.start(i), args.end(i));
  }

  /** {@link read} for a string. @throws WRONG_TYPE */
  readString(args: Args, i: number): Entry | null {
    const entry = this.read(args, i);
    if (entry !== null && entry.type !== TYPE_STRING) throw WRONG_TYPE;
    return entry;
  }

  /** {@link findToChange} for a string. @throws WRONG_TYPE */
  findString(args: Args, i: number): Entry | null {
    const entry = this.findToChange(args, i);
    if (entry !== null && entry.type !== TYPE_STRING) throw WRONG_TYPE;
    return entry;
  }
}
