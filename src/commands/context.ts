/**
 * What a handler works with: the dataset, the reply, the client's state, and the process behind an interface.
 * One context serves all clients in turn; the server sets `client` before each request.
 */

import { WRONG_TYPE } from "../protocol/errors.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";
import { createPacked } from "../store/collection.ts";
import { Entry, TYPE_STRING } from "../store/entry.ts";
import { HyperLogLogs } from "../store/hyperloglog.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { PREFETCH_MAX } from "../store/prefetch.ts";
import { DumpCodec } from "../store/rdb/dump.ts";
import { needRoom } from "../store/room.ts";
import type { Args } from "./args.ts";
import type { ClientState } from "./client-state.ts";
import type { CommandTable } from "./command-table.ts";
import { CommandTimes } from "./command-times.ts";
import { KeyEvents } from "./key-events.ts";
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
  readonly hyperloglogs: HyperLogLogs;
  readonly dumps: DumpCodec;
  /** Error replies by their first word. */
  readonly errorCounts = new Map<string, number>();

  /** Who watches keys and who waits for them. */
  readonly events: KeyEvents;
  /** EXEC runs: nothing may wait. */
  inTransaction = false;
  /** Bytes that the requests of one transaction may have. */
  transactionBytesMax = 1024 * 1024 * 1024;

  constructor(
    readonly keyspace: Keyspace,
    /** Where replies go; the server puts another writer here while it serves clients that have waited. */
    public reply: ReplyWriter,
    readonly commands: CommandTable,
    readonly server: ServerPort,
  ) {
    this.events = new KeyEvents(keyspace);
    this.hyperloglogs = new HyperLogLogs(keyspace);
    this.dumps = new DumpCodec(keyspace);
  }

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

  /** {@link read} through a view of its own, for commands that hold many entries at a time; its slot is void. */
  readView(args: Args, i: number): Entry | null {
    const { keyspace, client } = this;
    const view = new Entry();
    const touching = !client.noTouch;
    return keyspace.readInto(view, client.db, args.bytes, args.start(i), args.end(i), touching) ? view : null;
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

  /** Counts the access of a request to an entry that was found without: {@link find} and this are {@link findToChange}. */
  countAccess(entry: Entry): void {
    if (!this.client.noTouch) this.keyspace.countAccess(entry);
  }

  /** {@link read} for a value of one type. @throws WRONG_TYPE */
  readValue(args: Args, i: number, type: number): Entry | null {
    const entry = this.read(args, i);
    if (entry !== null && entry.type !== type) throw WRONG_TYPE;
    return entry;
  }

  /** {@link findToChange} for a value of one type. @throws WRONG_TYPE */
  findValue(args: Args, i: number, type: number): Entry | null {
    const entry = this.findToChange(args, i);
    if (entry !== null && entry.type !== type) throw WRONG_TYPE;
    return entry;
  }

  /** {@link readValue} for a string. @throws WRONG_TYPE */
  readString(args: Args, i: number): Entry | null {
    return this.readValue(args, i, TYPE_STRING);
  }

  /** {@link findValue} for a string. @throws WRONG_TYPE */
  findString(args: Args, i: number): Entry | null {
    return this.findValue(args, i, TYPE_STRING);
  }

  /**
   * The collection of a type in the key of argument `i`, to which elements are about to be added: those of the
   * arguments from `from` on, for which there is room then. `entry` is what {@link findValue} has found; a missing
   * key becomes an empty collection. So it is called when nothing can fail any more.
   * @throws OutOfMemoryError, nothing changed
   */
  openCollection(entry: Entry | null, args: Args, i: number, type: number, from: number): Entry {
    const { keyspace, client } = this;
    const last = args.count - 1;
    const bytes = from > last ? 0 : args.end(last) - args.start(from);
    const count = args.count - from;
    if (entry === null) {
      const start = args.start(i);
      const end = args.end(i);
      needRoom(keyspace.shardOf(args.bytes, start, end), bytes + end - start, count);
      return createPacked(keyspace, client.db, args.bytes, start, end, type);
    }
    if (entry.linked) {
      needRoom(entry.home, bytes, count);
      return entry;
    }
    // The entry may have to move, and what is in it into blocks of its own; an element takes two bytes or more.
    const { keyLength, valueLength } = entry;
    needRoom(entry.shard, bytes + keyLength + valueLength, count + (valueLength >> 1));
    return entry;
  }

  /**
   * Makes the client wait for one of the keys in arguments `first` to `last` to come to be: {@link CommandSpec.serve}
   * is called then. Returns false where it must not wait.
   * @param timeoutMs as {@link blockTimeout} gives it: 0 means for ever
   */
  block(args: Args, first: number, last: number, timeoutMs: number): boolean {
    if (this.inTransaction) return false;
    const deadlineMs = timeoutMs === 0 ? Number.POSITIVE_INFINITY : this.nowMs + timeoutMs;
    this.events.blocking.block(this, args, first, last, deadlineMs);
    this.events.settle();
    return true;
  }

  /** Forgets the requests of the client being served and what it watches. */
  endTransaction(): void {
    this.client.transaction = null;
    this.forgetWatches();
  }

  /** UNWATCH for the client being served. */
  forgetWatches(): void {
    if (this.client.watched === null) return;
    this.events.watches.removeAll(this.client);
    this.events.settle();
  }

  /** The key of `entry` has changed; one whose last element is gone is deleted. */
  collectionChanged(entry: Entry, length: number): void {
    this.keyspace.changed(entry);
    if (length === 0) this.keyspace.delete(entry);
  }
}
