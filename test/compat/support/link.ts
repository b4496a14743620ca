/**
 * One raw connection of the differential suite: bytes go out as they are, replies come back as raw frames.
 * Nothing is interpreted, so a reply too many or too few is seen and not swallowed by a client library.
 */

import { MalformedReply } from "../../support/reply-splitter.ts";
import { FrameBuffer } from "./frames.ts";

/** How a read ended: all frames came, or the reason why not. */
export type ReadEnd = "complete" | "closed" | "silent" | "malformed";

export interface ReadResult {
  frames: Buffer[];
  end: ReadEnd;
  /** Bytes received behind the last whole frame. */
  rest: Buffer;
}

interface Waiter {
  count: number;
  frames: Buffer[];
  resolve: (result: ReadResult) => void;
}

export class Link {
  #socket: Bun.Socket | null = null;
  #buffer = new FrameBuffer();
  #unsent: Buffer = Buffer.alloc(0);
  #waiter: Waiter | null = null;
  #closed = false;
  #lastArrival = 0;

  /** Connects to 127.0.0.1:`port`; rejects when nobody listens. */
  static async open(port: number): Promise<Link> {
    const link = new Link();
    link.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        data: (_socket, chunk) => link.#onData(chunk),
        drain: () => link.#flush(),
        close: () => link.#onClose(),
        end: () => link.#onClose(),
        error: () => link.#onClose(),
      },
    });
    return link;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(bytes: Buffer): void {
    this.#unsent = this.#unsent.length === 0 ? bytes : Buffer.concat([this.#unsent, bytes]);
    this.#flush();
  }

  /**
   * Waits for `count` frames. Ends early when the server closes, writes no RESP, or sends nothing for
   * `silenceMs`. Infinity as `count` waits for the close.
   */
  read(count: number, silenceMs: number): Promise<ReadResult> {
    return new Promise((resolve) => {
      this.#lastArrival = performance.now();
      const watch = setInterval(() => {
        if (performance.now() - this.#lastArrival >= silenceMs) this.#finish("silent");
      }, 50);
      this.#waiter = {
        count,
        frames: [],
        resolve: (result) => {
          clearInterval(watch);
          resolve(result);
        },
      };
      this.#advance();
    });
  }

  close(): void {
    this.#closed = true;
    this.#socket?.terminate();
  }

  #flush(): void {
    if (this.#socket === null || this.#unsent.length === 0 || this.#closed) return;
    const written = this.#socket.write(this.#unsent, 0, this.#unsent.length);
    if (written > 0) this.#unsent = this.#unsent.subarray(written);
  }

  #onData(chunk: Buffer): void {
    this.#lastArrival = performance.now();
    this.#buffer.push(chunk);
    this.#advance();
  }

  #onClose(): void {
    this.#closed = true;
    this.#advance();
  }

  #advance(): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    try {
      while (waiter.frames.length < waiter.count) {
        const frame = this.#buffer.next();
        if (frame === null) break;
        waiter.frames.push(frame);
      }
    } catch (error) {
      if (!(error instanceof MalformedReply)) throw error;
      this.#finish("malformed");
      return;
    }
    if (waiter.frames.length >= waiter.count) this.#finish("complete");
    else if (this.#closed) this.#finish("closed");
  }

  #finish(end: ReadEnd): void {
    const waiter = this.#waiter;
    if (waiter === null) return;
    this.#waiter = null;
    waiter.resolve({ frames: waiter.frames, end, rest: this.#buffer.rest() });
  }
}
