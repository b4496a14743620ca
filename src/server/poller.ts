/**
 * A faster way than Bun's to read from sockets and to write to them, for the time in which requests follow each
 * other closely. Bun remains the owner of every socket: it accepts, notices the end, an error, and that a socket
 * takes bytes again. But its way of handing over bytes costs about 0.8 µs a chunk, a ninth of a request that comes
 * alone. So, when a turn of the event loop has brought requests, the poller asks the kernel itself which sockets can
 * be read, reads and answers, and goes on as long as something comes. All else it leaves to Bun, whose loop gets its
 * turn at least every 18 ms, and at once when there is something that only it can do.
 *
 *     Bun's loop ─▶ data ─▶ end of turn ─▶ poller: wait ─▶ read all ─▶ execute all ─▶ send all ─┐
 *         ▲                                  ▲ └───────── nothing came, new client,             └──── again
 *         └──────────────────────────────────┴──────────── background work, time over
 *
 * What is read in a turn is a round (`round.ts`). Where many clients are busy, it waits a moment for more of them before
 * the round is executed (`crowd.ts`).
 *
 * Both may report the same bytes; who reads first has them, and the other finds nothing. Since all happens in one
 * thread, their order is kept.
 */

import type { ClientSocket } from "./client-socket.ts";
import { Crowd } from "./crowd.ts";
import type { Epoll } from "./epoll.ts";
import { PolledSocket } from "./polled-socket.ts";
import type { Round } from "./round.ts";

/**
 * How long to wait for requests before the event loop waits for them, which can do other things meanwhile. A wait that
 * is shorter than a tick of the kernel, often 4 ms, has to set a timer of the processor. (Measured: 1 µs a request.)
 */
const WAIT_MS = 10;
/** The same, and how long the poller goes on, while a timer of the event loop has to be exact. */
const EXACT_MS = 1;
/**
 * How often to look for requests before the process goes to sleep. Falling asleep and being woken costs as much as some
 * looks, and who wakes it pays as well. (Measured: a twentieth more requests a second, of which each costs less.) After
 * many requests more looks are worth their time: they are fewer for each.
 */
const LOOKS_MIN = 16;
const LOOKS_MAX = 64;
const LOOKS_PER_REQUEST = 4;
/** How long the poller goes on before the event loop gets a turn, beside the last wait. */
const RUN_MS_MAX = 8;

/** What the poller needs of the server. */
export interface PolledServer {
  /** Something waits for a turn of the event loop. */
  readonly hasPlannedWork: boolean;
  /** A timer of the event loop has to be exact to the millisecond. */
  readonly hasExactTimers: boolean;
  /** Requests executed so far. */
  readonly requests: number;
  /** When the requests executed last were begun with, in ms of the monotonic clock. */
  readonly turnBeganMs: number;
  /** Executes what has been received, and empties it. */
  execute(round: Round): void;
  /** Sends the replies of a turn. */
  endTurn(): void;
}

export class Poller {
  /** The present turn is the poller's: it ends it. */
  running = false;
  private looks = LOOKS_MIN;
  /** The event loop needs two turns for a socket that has ended: it reads what came last, and then finds the end. */
  private loopIsDue = false;
  /** In the present turn there was something for the event loop. */
  private leavesSome = false;
  private readonly crowd = new Crowd();
  /** By descriptor. */
  private readonly sockets: (PolledSocket | undefined)[] = [];

  constructor(
    private readonly server: PolledServer,
    private readonly epoll: Epoll,
    /** What is received for it lies in the epoll's buffer. */
    private readonly round: Round,
  ) {}

  /** Leaves to the event loop, at once, what comes to this descriptor: a listening socket. */
  watchListener(descriptor: number): void {
    this.epoll.addLevel(descriptor);
  }

  /** The socket of a new connection, polled from now on; null when the kernel will not. */
  open(socket: ClientSocket, descriptor: number): PolledSocket | null {
    // Should the close of its former owner have been missed, it must not write to this one.
    this.sockets[descriptor]?.detach();
    if (!this.epoll.add(descriptor)) return null;
    const polled = new PolledSocket(socket, descriptor, this, this.epoll);
    this.sockets[descriptor] = polled;
    return polled;
  }

  /** Serves the socket no more. */
  forget(socket: PolledSocket): void {
    if (this.sockets[socket.descriptor] === socket) this.sockets[socket.descriptor] = undefined;
  }

  /**
   * Serves requests as long as they come.
   * @returns whether to go on after a turn of the event loop; otherwise nothing came
   */
  run(): boolean {
    const { server } = this;
    const end = server.turnBeganMs + (server.hasExactTimers ? EXACT_MS : RUN_MS_MAX);
    this.running = true;
    try {
      for (;;) {
        const { requests } = server;
        this.leavesSome = false;
        if (this.gather() === 0) return false;
        server.execute(this.round);
        server.endTurn();
        const looks = (server.requests - requests) * LOOKS_PER_REQUEST;
        this.looks = Math.min(Math.max(looks, LOOKS_MIN), LOOKS_MAX);
        if (this.leavesSome || server.hasPlannedWork || server.turnBeganMs >= end) return true;
      }
    } finally {
      this.running = false;
    }
  }

  /** Receives what comes next. Returns from how many sockets; 0 when the event loop is to wait for them. */
  private gather(): number {
    const { crowd, epoll, server } = this;
    const { requests } = server;
    let count = 0;
    if (crowd.isWorthWaitingFor(0, server.turnBeganMs) && !this.hasToLook) {
      count = this.receiveFrom(epoll.wait(0));
      // Replies that are ready do not wait.
      const isEarly = !this.leavesSome && server.requests === requests;
      if (isEarly && crowd.isWorthWaitingFor(count, server.turnBeganMs)) count += this.linger();
    }
    return count > 0 ? count : this.receiveFrom(this.wait());
  }

  /** Waits a moment for more clients. Returns from how many there was something. */
  private linger(): number {
    const beganMs = performance.now();
    this.epoll.nap();
    const count = this.epoll.wait(0);
    this.crowd.waited(count, beganMs, performance.now());
    return this.receiveFrom(count);
  }

  /** Receives from the first `count` sockets that were reported; what is too much for one round is executed. Returns `count`. */
  private receiveFrom(count: number): number {
    for (let i = 0; i < count; i++) {
      if (!this.receive(i)) this.leavesSome = true;
      if (this.round.full) this.server.execute(this.round);
    }
    return count;
  }

  /** Ends polling; the event loop goes on. */
  close(): void {
    this.epoll.close();
  }

  /** The event loop has something to do: there is no time to wait. */
  private get hasToLook(): boolean {
    return this.server.hasPlannedWork || this.loopIsDue;
  }

  /** Returns how many sockets can be read; 0 when the event loop is to wait for them. */
  private wait(): number {
    const { epoll } = this;
    if (this.hasToLook) {
      this.loopIsDue = false;
      return epoll.wait(0);
    }
    for (let look = this.looks; look > 0; look--) {
      const count = epoll.wait(0);
      if (count > 0) return count;
    }
    return epoll.wait(this.server.hasExactTimers ? EXACT_MS : WAIT_MS);
  }

  /** Receives from the `i`-th socket of those that can be read. Returns false when it is something for the event loop. */
  private receive(i: number): boolean {
    const { epoll } = this;
    const descriptor = epoll.descriptorAt(i);
    const socket = this.sockets[descriptor];
    const connection = socket?.connection ?? null;
    if (socket === undefined || connection === null) return false;
    if (!epoll.isPlainAt(i)) {
      // What has ended would be reported again and again. Otherwise it takes bytes again, which is no longer of interest.
      if (epoll.isEndedAt(i)) this.loopIsDue = true;
      else socket.renew();
      return false;
    }
    const room = epoll.received.length - this.round.end;
    const length = epoll.receive(descriptor, this.round.end);
    if (length <= 0) return false;
    this.round.add(connection, length);
    socket.lastChunk = this.crowd.arrived(socket.lastChunk);
    if (length < room) return true;
    // There may be more, which would not be reported by itself.
    socket.renew();
    return false;
  }
}
