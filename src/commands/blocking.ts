/**
 * Clients that wait for a key: each has its request kept, in the order in which they came, for each key it names.
 * When such a key comes to be, its request is tried again with that key, until nobody waits for it or nothing
 * is left to take.
 */

import { ReplyError } from "../protocol/errors.ts";
import { Args } from "./args.ts";
import type { ClientState } from "./client-state.ts";
import type { Command } from "./command-table.ts";
import type { Context } from "./context.ts";
import { writeError } from "./error-reply.ts";
import { dbOfName, keyName, keyOfName } from "./key-name.ts";

/** A request that waits, and the client that sent it. */
export interface BlockedRequest {
  readonly client: ClientState;
  readonly command: Command;
  /** Bytes of all arguments, and start and end of each. */
  readonly bytes: Buffer;
  readonly offsets: Int32Array;
  /** The argument of each key that it waits for, by the name of the key. */
  readonly keys: ReadonlyMap<string, number>;
  /** When it gives up waiting in Unix ms; Infinity if never. */
  readonly deadlineMs: number;
}

export class Blocking {
  private readonly queues = new Map<string, Set<BlockedRequest>>();
  /** Names of keys that came to be since {@link serveReady} ran, in that order. */
  private readonly ready = new Set<string>();
  private readonly args = new Args();

  /** Number of keys that somebody waits for. */
  get size(): number {
    return this.queues.size;
  }

  /** Whether keys came to be that somebody waits for. */
  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  /** Makes a client wait for the keys of its request `args` from argument `first` to `last`. */
  block(
    client: ClientState,
    command: Command,
    args: Args,
    first: number,
    last: number,
    deadlineMs: number,
  ): void {
    const keys = new Map<string, number>();
    for (let i = first; i <= last; i++) {
      const name = keyName(client.db, args.bytes, args.start(i), args.end(i));
      if (!keys.has(name)) keys.set(name, i);
    }
    const blocked = { client, command, ...args.copy(), keys, deadlineMs };
    client.blocked = blocked;
    for (const name of keys.keys()) {
      const queue = this.queues.get(name);
      if (queue === undefined) this.queues.set(name, new Set([blocked]));
      else queue.add(blocked);
    }
  }

  /** The request waits no longer. */
  unblock(blocked: BlockedRequest): void {
    blocked.client.blocked = null;
    for (const name of blocked.keys.keys()) {
      const queue = this.queues.get(name);
      queue?.delete(blocked);
      if (queue?.size === 0) this.queues.delete(name);
    }
  }

  /** The key of this name has come to be. */
  signal(name: string): void {
    if (this.queues.has(name)) this.ready.add(name);
  }

  /** All keys of `db` were exchanged for others. */
  signalDb(db: number): void {
    for (const name of this.queues.keys()) if (dbOfName(name) === db) this.ready.add(name);
  }

  /**
   * Serves the requests that wait for keys that came to be, and for those that come to be by that. The reply of
   * each is in `ctx.reply` when `deliver` is called, which takes it out.
   */
  serveReady(ctx: Context, deliver: (blocked: BlockedRequest) => void): void {
    for (const name of this.ready) {
      this.ready.delete(name);
      this.serveKey(ctx, name, deliver);
    }
  }

  private serveKey(ctx: Context, name: string, deliver: (blocked: BlockedRequest) => void): void {
    const key = keyOfName(name);
    const db = dbOfName(name);
    for (const blocked of this.queues.get(name) ?? []) {
      if (ctx.keyspace.find(db, key, 0, key.length) === null) return;
      if (!this.serve(ctx, blocked, blocked.keys.get(name) as number)) continue;
      this.unblock(blocked);
      deliver(blocked);
    }
  }

  /** Tries a request with the key of argument `i`. An error is its reply, too. */
  private serve(ctx: Context, { client, command, bytes, offsets }: BlockedRequest, i: number): boolean {
    const { reply } = ctx;
    const mark = reply.length;
    ctx.client = client;
    reply.resp = client.resp;
    this.args.set(bytes, offsets, 0, offsets.length / 2);
    try {
      return command.spec.serve?.(ctx, this.args, i) === true;
    } catch (error) {
      if (!(error instanceof ReplyError)) throw error;
      reply.rewind(mark);
      command.failed++;
      writeError(ctx, error);
      return true;
    }
  }
}
