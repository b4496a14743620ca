/**
 * A faster way than Bun's to read from sockets and to write to them, for the time in which requests follow each
 * other closely. Bun remains the owner of every socket: it accepts, notices the end, an error, and that a socket
 * takes bytes again. But its way of handing over bytes costs about 0.8 µs a chunk, a ninth of a request that comes
 * alone. So, when a turn of the event loop has brought requests, the poller asks the kernel itself which sockets can
 * be read, reads and answers, and goes on as long as something comes. All else it leaves to Bun, whose loop gets its
 * turn at least every few milliseconds, and at once when there is something that only it can do.
 *
 *     Bun's loop ─▶ data ─▶ end of turn ─▶ poller: wait ─▶ read, execute … ─▶ send ─┐
 *         ▲                                  ▲ └───────── nothing came, new client, └──── again
 *         └──────────────────────────────────┴──────────── background work, time over
 *
 * Both may report the same bytes; who reads first has them, and the other finds nothing. Since all happens in one
 * thread, their order is kept.
 */

import type { ClientSocket } from "./client-socket.ts";
import type { Connection } from "./connection.ts";
import type { Epoll } from "./epoll.ts";

/**
 * How long to wait for requests before the event loop waits for them, which can do other things meanwhile. Shorter
 * than a tick of the kernel, 4 ms at most, each wait has to set a timer of the processor. (Measured: 1 µs a request.)
 */
const WAIT_MS = 10;
/** The same while a timer of the event loop has to be exact. */
const EXACT_WAIT_MS = 1;
/** The longest time between two turns of the event loop. */
const RUN_MS_MAX = 8;

/** What the poller needs of the server. */
export interface PolledServer {
  /** Something waits for a turn of the event loop. */
  readonly hasPlannedWork: boolean;
  /** A timer of the event loop has to be exact to the millisecond. */
  readonly hasExactTimers: boolean;
  readonly turnBeganMs: number;
  /** The first `length` bytes of `chunk` have come; they are overwritten afterwards. */
  receive(connection: Connection, chunk: Buffer, length: number): void;
  /** Sends the replies of a turn. */
  endTurn(): void;
}

export class Poller {
  /** The present turn is the poller's: it ends it. */
  running = false;
  /** By descriptor. */
  private readonly sockets: (PolledSocket | undefined)[] = [];

  constructor(
    private readonly server: PolledServer,
    private readonly epoll: Epoll,
  ) {}

  /** Leaves to the event loop, at once, what comes to this descriptor: a listening socket. */
  watchListener(descriptor: number): void {
    this.epoll.add(descriptor);
  }

  /** The socket of a new connection, polled from now on. */
  open(socket: ClientSocket, descriptor: number): PolledSocket {
    // Should the close of its former owner have been missed, it must not write to this one.
    this.sockets[descriptor]?.detach();
    const polled = new PolledSocket(socket, descriptor, this, this.epoll);
    this.sockets[descriptor] = polled;
    this.epoll.add(descriptor);
    return polled;
  }

  /** Reports nothing more of the socket, and forgets it. */
  forget(socket: PolledSocket): void {
    if (this.sockets[socket.descriptor] === socket) this.sockets[socket.descriptor] = undefined;
  }

  /**
   * Serves requests as long as they come.
   * @returns whether to go on after a turn of the event loop; otherwise nothing came
   */
  run(): boolean {
    const { epoll, server } = this;
    const end = server.turnBeganMs + RUN_MS_MAX;
    this.running = true;
    let count = 0;
    let isAlone = true;
    do {
      count = epoll.wait(this.waitMs());
      for (let i = 0; i < count; i++) if (!this.serve(i)) isAlone = false;
      server.endTurn();
    } while (count > 0 && isAlone && server.turnBeganMs < end && !server.hasPlannedWork);
    this.running = false;
    return count > 0;
  }

  private waitMs(): number {
    const { hasPlannedWork, hasExactTimers } = this.server;
    if (hasPlannedWork) return 0;
    return hasExactTimers ? EXACT_WAIT_MS : WAIT_MS;
  }

  /** Serves the `i`-th socket of those that can be read. Returns false when it is something for the event loop. */
  private serve(i: number): boolean {
    const { epoll } = this;
    const descriptor = epoll.descriptorAt(i);
    const socket = this.sockets[descriptor];
    if (socket === undefined) return false;
    const length = epoll.isPlainAt(i) ? epoll.receive(descriptor) : 0;
    if (length <= 0) {
      // It has ended or failed. Until it is closed, which may take time, it would be reported again and again.
      epoll.remove(descriptor);
      return false;
    }
    if (socket.connection !== null) this.server.receive(socket.connection, epoll.received, length);
    return true;
  }
}

/** A socket of Bun that is read and written past it where that can be done. */
export class PolledSocket implements ClientSocket {
  connection: Connection | null = null;
  /** The descriptor is this socket's still. */
  private attached = true;

  constructor(
    private readonly socket: ClientSocket,
    readonly descriptor: number,
    private readonly poller: Poller,
    private readonly epoll: Epoll,
  ) {}

  write(bytes: Buffer, at: number, length: number): number {
    const taken = this.attached ? this.epoll.send(this.descriptor, bytes, at, length) : 0;
    if (taken === length) return taken;
    // Bun tells when the socket takes the rest; or that it is closed.
    const more = this.socket.write(bytes, at + taken, length - taken);
    return more < 0 ? more : taken + more;
  }

  pause(): void {
    this.socket.pause();
    if (this.attached) this.epoll.remove(this.descriptor);
  }

  resume(): void {
    this.socket.resume();
    if (this.attached) this.epoll.add(this.descriptor);
  }

  end(): void {
    this.leave();
    this.socket.end();
  }

  close(): void {
    this.leave();
    this.socket.close();
  }

  /** The descriptor is no longer this socket's. */
  detach(): void {
    this.attached = false;
    this.poller.forget(this);
  }

  /** Leaves everything to Bun from now on. */
  private leave(): void {
    if (this.attached) this.epoll.remove(this.descriptor);
    this.detach();
  }
}
