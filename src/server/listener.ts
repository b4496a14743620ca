/** The listening sockets, and the socket events of Bun handed on to connections. */

import type { Socket, SocketHandler, TCPSocketListener } from "bun";
import { MAX_CLIENTS } from "../protocol/errors.ts";
import { addressText, isLoopbackHost } from "./address.ts";
import type { ClientSocket } from "./client-socket.ts";
import type { Connection } from "./connection.ts";
import { OutputQueue } from "./output-queue.ts";
import { PolledSocket } from "./polled-socket.ts";
import type { Server } from "./server.ts";
import { StartError } from "./start-error.ts";

const TOO_MANY_CLIENTS = Buffer.from(`-${MAX_CLIENTS.text}\r\n`);
const PROTECTED = Buffer.from(
  "-DENIED OpenKV is in protected mode: without a password it takes connections from its own machine only. " +
    "Set one with --requirepass, or switch the protection off with --protected-mode no\r\n",
);

/** Milliseconds must stay an int32. */
const KEEPALIVE_SECONDS_MAX = 2_000_000;
/** The backlog Bun gives to every listening socket. */
const BACKLOG = 511;

export class Listener {
  readonly addresses: string[] = [];
  readonly port: number;
  readonly isLoopback: boolean;
  private readonly listeners: TCPSocketListener<Connection>[] = [];

  /** Listens on every address of the settings. @throws StartError */
  constructor(server: Server) {
    const { bind, port, tcpBacklog } = server.config;
    const handlers = socketHandlers(server);
    // Port 0 is the system's choice for the first address, and the same for the others.
    let chosen = port;
    for (const address of bind.length > 0 ? bind : ["*"]) {
      const listener = listen(address, chosen, handlers);
      if (listener === null) continue;
      chosen = listener.port;
      this.listeners.push(listener);
      const descriptor = descriptorOf(listener);
      if (descriptor !== null) server.poller?.watchListener(descriptor);
      this.addresses.push(`${listener.hostname}:${listener.port}`);
    }
    if (this.listeners.length === 0)
      throw new StartError("none of the addresses to bind to is on this machine");
    this.port = chosen;
    this.isLoopback = this.listeners.every((listener) => isLoopbackHost(listener.hostname));
    if (tcpBacklog > BACKLOG)
      server.logger.warn(`tcp-backlog ${tcpBacklog} is not supported; the backlog is ${BACKLOG}`);
  }

  /** Stops accepting; connections stay. */
  close(): void {
    for (const listener of this.listeners) listener.stop(false);
  }
}

/** Listens on one address; null when it is marked as one that may be missing, and is. */
function listen(
  address: string,
  port: number,
  socket: SocketHandler<Connection>,
): TCPSocketListener<Connection> | null {
  const optional = address.startsWith("-");
  const name = optional ? address.slice(1) : address;
  const hostname = name === "*" ? "0.0.0.0" : name === "::*" ? "::" : name;
  try {
    // Half-open: who closes its sending side, as `echo PING | nc` does, still gets its replies.
    return Bun.listen<Connection>({ hostname, port, socket, allowHalfOpen: true });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EADDRINUSE") {
      throw new StartError(
        `port ${port} on ${hostname} is in use; stop what listens there or choose another --port`,
      );
    }
    if (optional) return null;
    throw new StartError(
      `cannot listen on ${hostname}:${port}: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function socketHandlers(server: Server): SocketHandler<Connection> {
  return {
    open(socket) {
      // The peer may be gone already: the socket then has no addresses.
      if (socket.remoteAddress === undefined || socket.localAddress === undefined) {
        socket.terminate();
        return;
      }
      server.beginTurn();
      if (server.stopping || server.clients.count >= server.config.maxclients)
        refuse(server, socket, TOO_MANY_CLIENTS);
      else if (isProtectedFrom(server, socket)) refuse(server, socket, PROTECTED);
      else server.guarded(() => accept(server, socket));
    },
    data(socket, chunk) {
      const connection = socket.data;
      if (connection === undefined || connection.closing) return;
      server.garbage.countChunk(chunk.length);
      server.receive(connection, chunk, chunk.length);
    },
    drain(socket) {
      const connection = socket.data;
      if (connection === undefined) return;
      server.beginTurn();
      server.guarded(() => connection.drained());
    },
    close(socket) {
      if (socket.data === undefined) return;
      if (socket.data.socket instanceof PolledSocket) socket.data.socket.detach();
      server.clients.remove(socket.data);
    },
    end(socket) {
      // The peer has sent its last byte; what it asked for was answered or is queued.
      if (socket.data === undefined) socket.end();
      else socket.data.closeWhenSent();
    },
    error(_socket, error) {
      server.logger.debug(`Socket error: ${error.message}`);
    },
  };
}

function accept(server: Server, socket: Socket<Connection>): void {
  const { tcpKeepalive } = server.config;
  if (tcpKeepalive > 0) socket.setKeepAlive(true, Math.min(tcpKeepalive, KEEPALIVE_SECONDS_MAX) * 1000);
  const descriptor = descriptorOf(socket);
  const polled = descriptor === null ? null : (server.poller?.open(socket, descriptor) ?? null);
  const connection = server.clients.add(
    polled ?? socket,
    addressText(socket.remoteAddress, socket.remotePort),
    addressText(socket.localAddress, socket.localPort),
  );
  if (polled !== null) polled.connection = connection;
  socket.data = connection;
}

/** The descriptor of a socket, a property that Bun's types lack; null should Bun itself lack it one day. */
function descriptorOf(socket: object): number | null {
  const { fd } = socket as { fd?: number };
  return Number.isInteger(fd) && (fd as number) >= 0 ? (fd as number) : null;
}

/** Whether `protected-mode` keeps this client out. */
function isProtectedFrom({ config }: Server, socket: Socket<Connection>): boolean {
  return config.protectedMode && config.requirepass === "" && !isLoopbackHost(socket.remoteAddress);
}

function refuse(server: Server, socket: ClientSocket, reason: Buffer): void {
  server.clients.rejected++;
  new OutputQueue(socket, server.pieces, server.traffic).write(reason, reason.length, { take: () => reason });
  socket.end();
}
