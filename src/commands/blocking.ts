/**
 * Clients that wait for a key: each has its request kept, in the order in which they came, for each key it names.
 * When such a key comes to be, its request is tried again with that key, until nobody waits for it or nothing
 * is left to take.
 */

import { UNBLOCKED } from "../protocol/errors.ts";
import { Args } from "./args.ts";
import { type ClientState, REPLY_ON } from "./client-state.ts";
import type { Command } from "./command-table.ts";
import type { Context } from "./context.ts";
import { replyToError, suppressReply } from "./execute.ts";
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
  /** Protocol version of the reply. */
  readonly resp: number;
}

/** Takes the reply to a request, which waits no longer, out of `ctx.reply`. */
export type Deliver = (blocked: BlockedRequest) => void;

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

  /** Makes the client being served wait for the keys of its request `args` from argument `first` to `last`. */
  block(ctx: Context, args: Args, first: number, last: number, deadlineMs: number): void {
    const { client } = ctx;
    const command = ctx.commands.find(args, 0) as Command;
    const { resp } = ctx.reply;
    const keys = new Map<string, number>();
    for (let i = first; i <= last; i++) {
      const name = keyName(client.db, args.bytes, args.start(i), args.end(i));
      if (!keys.has(name)) keys.set(name, i);
    }
    const blocked = { client, command, ...args.copy(), keys, deadlineMs, resp };
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

  /** Ends the waiting of a request as if its time was up, or with an error. */
  giveUp(ctx: Context, blocked: BlockedRequest, withError: boolean, deliver: Deliver): void {
    const mark = this.begin(ctx, blocked);
    if (withError) replyToError(ctx, blocked.command, mark, UNBLOCKED);
    else ctx.reply.nullArray();
    this.finish(ctx, blocked, mark, deliver);
  }

  /** Serves the requests that wait for keys that came to be, and for those that come to be by that. */
  serveReady(ctx: Context, deliver: Deliver): void {
    for (const name of this.ready) {
      this.ready.delete(name);
      this.serveKey(ctx, name, deliver);
    }
  }

  private serveKey(ctx: Context, name: string, deliver: Deliver): void {
    const key = keyOfName(name);
    const db = dbOfName(name);
    for (const blocked of this.queues.get(name) ?? []) {
      if (ctx.keyspace.find(db, key, 0, key.length) === null) return;
      const mark = this.begin(ctx, blocked);
      if (this.serve(ctx, blocked, blocked.keys.get(name) as number, mark))
        this.finish(ctx, blocked, mark, deliver);
    }
  }

  /** Tries a request with the key of argument `i`. An error is its reply, too. */
  private serve(ctx: Context, { command, bytes, offsets }: BlockedRequest, i: number, mark: number): boolean {
    this.args.set(bytes, offsets, 0, offsets.length / 2);
    try {
      return command.spec.serve?.(ctx, this.args, i) === true;
    } catch (error) {
      replyToError(ctx, command, mark, error);
      return true;
    }
  }

  /** Makes the client of a request the one being served. Returns where its reply will start. */
  private begin(ctx: Context, { client, resp }: BlockedRequest): number {
    ctx.client = client;
    ctx.reply.resp = resp;
    return ctx.reply.length;
  }

  private finish(ctx: Context, blocked: BlockedRequest, mark: number, deliver: Deliver): void {
    const { client } = blocked;
    this.unblock(blocked);
    if (client.replyMode !== REPLY_ON) suppressReply(client, ctx.reply, mark);
    deliver(blocked);
  }
}
