/**
 * A socket of Bun that is read and written past it where that can be done. What the kernel does not take is left to
 * Bun, which tells when it takes more.
 */

import type { ClientSocket } from "./client-socket.ts";
import type { Connection } from "./connection.ts";
import type { Epoll } from "./epoll.ts";

export class PolledSocket implements ClientSocket {
  connection: Connection | null = null;
  /** Number of the last chunk received from it, of all that the poller has received. */
  lastChunk = 0;
  /** The descriptor is this socket's still. */
  private attached = true;
  private paused = false;

  constructor(
    private readonly socket: ClientSocket,
    readonly descriptor: number,
    private readonly poller: { forget(socket: PolledSocket): void },
    private readonly epoll: Epoll,
  ) {}

  write(bytes: Buffer, at: number, length: number): number {
    const taken = this.attached ? this.epoll.send(this.descriptor, bytes, at, length) : 0;
    if (taken === length) return taken;
    // Bun tells when the socket takes the rest; or that it is closed.
    const more = this.socket.write(bytes, at + taken, length - taken);
    if (more < 0) return more;
    // The event loop must not be kept waiting by the poller then.
    if (this.attached && taken + more < length) this.epoll.change(this.descriptor, !this.paused, true);
    return taken + more;
  }

  pause(): void {
    this.socket.pause();
    this.paused = true;
    // Who is paused is likely to have unsent output.
    if (this.attached) this.epoll.change(this.descriptor, false, true);
  }

  resume(): void {
    this.socket.resume();
    this.paused = false;
    this.renew();
  }

  /** Has what comes to the socket reported, and if there is something already. */
  renew(): void {
    if (this.attached && !this.paused) this.epoll.change(this.descriptor, true, false);
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
