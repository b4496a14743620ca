/** The open connections, oldest first, and the numbers about them. */

import { ClientState } from "../commands/client-state.ts";
import type { ConnectionFacts } from "../commands/server-port.ts";
import type { ClientSocket } from "./client-socket.ts";
import { Connection } from "./connection.ts";
import { SILENCE_MS } from "./greeting.ts";
import type { Server } from "./server.ts";

export class Clients {
  /** Connections accepted since the start. */
  accepted = 0;
  /** Connections refused because there were too many. */
  rejected = 0;
  private readonly byId = new Map<number, Connection>();
  private lastId = 0;
  /** Connections that may have to be greeted for their silence, oldest first. */
  private silent: Connection[] = [];

  constructor(private readonly server: Server) {}

  get count(): number {
    return this.byId.size;
  }

  all(): IterableIterator<Connection> {
    return this.byId.values();
  }

  get(id: number): Connection | undefined {
    return this.byId.get(id);
  }

  /** Makes the connection of a new socket. */
  add(socket: ClientSocket, address: string, localAddress: string): Connection {
    const { server } = this;
    this.accepted++;
    this.lastId++;
    const state = new ClientState(this.lastId, server.nowMs, address, localAddress);
    state.authenticated = server.config.requirepass === "";
    const connection = new Connection(socket, state, server);
    this.byId.set(state.id, connection);
    if (connection.greeting.undecided && server.greetsSilence) this.silent.push(connection);
    return connection;
  }

  remove(connection: Connection): void {
    connection.closing = true;
    connection.output.close();
    this.server.blocked.forget(connection.state);
    this.byId.delete(connection.state.id);
  }

  /** Greets those that have been silent long enough. */
  greetSilent(nowMs: number): void {
    let due = 0;
    while (due < this.silent.length && nowMs - this.silent[due].state.createdMs >= SILENCE_MS)
      this.silent[due++].greetSilence();
    if (due > 0) this.silent = this.silent.slice(due);
  }

  /** Closes the connections that have neither sent anything nor taken replies for so long. */
  closeIdle(nowMs: number, idleMs: number): void {
    for (const connection of this.all()) {
      if (nowMs - connection.lastActiveMs > idleMs && !isBlocked(connection)) connection.terminate();
    }
  }

  facts(): ConnectionFacts[] {
    return Array.from(this.all(), (connection) => ({
      state: connection.state,
      fileDescriptor: connection.state.id,
      queryBufferBytes: this.queryBytes(connection),
      outputQueueBytes: connection.output.pendingBytes,
      blocked: isBlocked(connection),
    }));
  }

  private queryBytes({ query, state }: Connection): number {
    const { chunkBytes, ctx } = this.server;
    // Requests that come in one piece are executed where they are, without a query buffer.
    return query.length === 0 && state === ctx.client ? chunkBytes : query.length;
  }
}

/** Whether a request of the connection waits for the end of a pause, and not for replies to be taken. */
export function isBlocked({ held, closing, output }: Connection): boolean {
  return held && !closing && output.pendingBytes === 0;
}
