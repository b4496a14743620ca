/**
 * Clients whose request waits for a key (BLPOP and its like): serving them when the key comes to be, and giving
 * up when their time is over. While nobody waits, nothing here costs anything.
 */

import type { BlockedRequest } from "../commands/blocking.ts";
import type { ClientState } from "../commands/client-state.ts";
import { ReplyWriter } from "../protocol/reply-writer.ts";
import type { Connection } from "./connection.ts";
import type { Server } from "./server.ts";

/** The longest delay of a timer. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const REPLY_BYTES = 4096;

export class BlockedClients {
  /** The replies of those who waited, apart from those of the client being served. */
  private readonly reply = new ReplyWriter(REPLY_BYTES);
  private readonly timers = new Map<BlockedRequest, Timer>();

  constructor(private readonly server: Server) {}

  /** Somebody has to be answered when a time is over. */
  get hasTimers(): boolean {
    return this.timers.size > 0;
  }

  /** The request just executed has to wait. */
  begin(connection: Connection): void {
    connection.holdForKey();
    this.setTimer(connection.state.blocked as BlockedRequest);
  }

  /** Serves those whose keys have come to be. To be called after each request. */
  serveReady(): void {
    this.aside((ctx) => ctx.events.blocking.serveReady(ctx, this.deliver));
  }

  /** Ends the waiting of a client, with an error or as if its time was up. False when it does not wait. */
  unblock(id: number, withError: boolean): boolean {
    const blocked = this.server.clients.get(id)?.state.blocked ?? null;
    if (blocked !== null) this.giveUp(blocked, withError);
    return blocked !== null;
  }

  /** The client is gone. */
  forget(client: ClientState): void {
    if (client.blocked !== null) this.clearTimer(client.blocked);
    this.server.ctx.events.forget(client);
  }

  private giveUp(blocked: BlockedRequest, withError: boolean): void {
    this.aside((ctx) => ctx.events.blocking.giveUp(ctx, blocked, withError, this.deliver));
  }

  /** Runs `work` with the writer for those who waited; the client being served is in the context again afterwards. */
  private aside(work: (ctx: Server["ctx"]) => void): void {
    const { ctx } = this.server;
    const { client, reply } = ctx;
    ctx.reply = this.reply;
    work(ctx);
    ctx.reply = reply;
    ctx.client = client;
    ctx.events.settle();
  }

  private readonly deliver = (blocked: BlockedRequest): void => {
    this.clearTimer(blocked);
    this.server.clients.get(blocked.client.id)?.answerBlocked(this.reply);
    this.reply.rewind(0);
    this.reply.trim();
  };

  private setTimer(blocked: BlockedRequest): void {
    const left = blocked.deadlineMs - this.server.nowMs;
    if (left === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(
      () => this.server.guarded(() => this.timeIsUp(blocked)),
      Math.min(left, TIMER_MS_MAX),
    );
    this.timers.set(blocked, timer);
  }

  private timeIsUp(blocked: BlockedRequest): void {
    this.server.beginTurn();
    if (this.server.nowMs >= blocked.deadlineMs) this.giveUp(blocked, false);
    else this.setTimer(blocked);
  }

  private clearTimer(blocked: BlockedRequest): void {
    const timer = this.timers.get(blocked);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.timers.delete(blocked);
  }
}
