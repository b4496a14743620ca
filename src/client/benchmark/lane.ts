/**
 * One connection of the benchmark. It writes a batch of requests, counts the replies, takes one latency for
 * the batch (from before the write to the first bytes back, as redis-benchmark does) and begins again.
 */

import type { Socket, SocketHandler } from "bun";
import { ReplyCounter } from "../../protocol/reply-counter.ts";
import { ReplyReader } from "../../protocol/reply-reader.ts";
import type { Address } from "../connect.ts";
import { addressName, ClientError, GREETING, openSocket } from "../connect.ts";
import type { RequestBatch } from "./batch.ts";

/** What a lane needs from the run it belongs to. */
export interface LaneOwner {
  /** How many requests the lane is to send next; 0 when there are none left. */
  take(): number;
  /** All replies of a batch of `requests` are there, the first bytes of them after `latencyMs`. */
  completed(lane: Lane, requests: number, latencyMs: number, nowMs: number): void;
  /** The connection broke within a batch of `requests` (0 for between batches), `lost` of them unanswered. */
  broken(lane: Lane, requests: number, lost: number, reason: string): void;
}

/** How lanes connect. */
export interface LaneSettings {
  address: Address;
  timeoutMs: number;
  /** Requests to send first, as one buffer, and how many they are; replies must not be errors. */
  handshake: Buffer;
  handshakeReplies: number;
  /** First byte of each reply, 0 for any. */
  replyType: number;
  keepAlive: boolean;
}

const CLOSED = "connection closed by the server";

const HANDLERS: SocketHandler<Lane> = {
  data: (socket, chunk) => socket.data.receive(chunk),
  drain: (socket) => socket.data.flush(),
  close: (socket) => socket.data.closed(socket),
  error: (socket, error) => socket.data.break(error.message),
};

/** The part of a connection's life before its first batch. */
interface Handshake {
  reader: ReplyReader;
  missing: number;
  greetable: boolean;
  resolve(): void;
  reject(error: ClientError): void;
}

export class Lane {
  readonly counter = new ReplyCounter();
  private readonly owner: LaneOwner;
  private readonly settings: LaneSettings;
  private readonly batch: RequestBatch;
  private socket: Socket<Lane> | null = null;
  private handshake: Handshake | null = null;
  /** What is being written: `bytes[written, end)`. */
  private bytes: Buffer;
  private written = 0;
  private end = 0;
  /** Requests of the present batch; 0 between batches. */
  private inFlight = 0;
  /** What `counter.replies` is once they are answered. */
  private repliesWanted = 0;
  private startedAtMs = 0;
  /** Of the present batch; -1 until its first bytes come. */
  private latencyMs = -1;

  constructor(owner: LaneOwner, settings: LaneSettings, batch: RequestBatch) {
    this.owner = owner;
    this.settings = settings;
    this.batch = batch;
    this.bytes = batch.bytes;
    this.counter.expect(settings.replyType);
  }

  /**
   * Connects and shakes hands.
   *
   * @throws ClientError when the server is not there, is silent, or replies with an error.
   */
  async open(): Promise<void> {
    const { settings } = this;
    const socket = await openSocket<Lane>(settings.address, this, HANDLERS, settings.timeoutMs);
    this.socket = socket;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const reader = new ReplyReader();
        const missing = settings.handshakeReplies;
        this.handshake = { reader, missing, greetable: true, resolve, reject };
        if (settings.timeoutMs > 0) {
          const late = this.handshakeError(`no reply within ${settings.timeoutMs / 1000} s`);
          timer = setTimeout(() => reject(late), settings.timeoutMs);
        }
        this.send(settings.handshake, settings.handshake.length);
      });
    } finally {
      clearTimeout(timer);
      this.handshake = null;
    }
  }

  /** Sends the next batch, if the owner has one. */
  next(nowMs: number): void {
    const requests = this.owner.take();
    if (requests > 0) this.start(requests, nowMs);
  }

  private start(requests: number, nowMs: number): void {
    this.batch.randomize(requests);
    this.inFlight = requests;
    this.repliesWanted = this.counter.replies + requests;
    this.latencyMs = -1;
    this.startedAtMs = nowMs;
    this.send(this.batch.bytes, requests * this.batch.requestBytes);
  }

  /** Ends the connection; nothing is reported any more. */
  close(): void {
    const { socket } = this;
    this.socket = null;
    this.inFlight = 0;
    socket?.end();
  }

  receive(chunk: Buffer): void {
    if (this.handshake !== null) {
      this.receiveHandshake(this.handshake, chunk);
      return;
    }
    if (this.socket === null) return;
    const nowMs = performance.now();
    if (this.latencyMs < 0) this.latencyMs = nowMs - this.startedAtMs;
    const { counter } = this;
    try {
      counter.feed(chunk, 0, chunk.length);
    } catch (error) {
      this.break(error instanceof Error ? error.message : String(error));
      return;
    }
    if (counter.replies < this.repliesWanted) return;
    if (counter.replies > this.repliesWanted) {
      this.break("the server sends more replies than it got requests");
      return;
    }
    const requests = this.inFlight;
    if (requests === 0) return;
    this.inFlight = 0;
    this.owner.completed(this, requests, this.latencyMs, nowMs);
    if (this.settings.keepAlive) this.next(nowMs);
    else this.reconnect();
  }

  flush(): void {
    const { socket } = this;
    if (socket === null || this.written === this.end) return;
    const taken = socket.write(this.bytes, this.written, this.end - this.written);
    // A socket that is closed already takes -1.
    if (taken >= 0) this.written += taken;
    else this.break(CLOSED);
  }

  closed(socket: Socket<Lane>): void {
    if (socket === this.socket) this.break(CLOSED);
  }

  /** The connection is of no more use. */
  break(reason: string): void {
    if (this.handshake !== null) {
      this.handshake.reject(this.handshakeError(reason));
      return;
    }
    if (this.socket === null) return;
    const { socket, inFlight } = this;
    const missing = this.repliesWanted - this.counter.replies;
    // With too many replies nobody knows which of them belong to this batch.
    const lost = missing < 0 ? inFlight : Math.min(inFlight, missing);
    this.socket = null;
    this.inFlight = 0;
    socket.terminate();
    this.owner.broken(this, inFlight, lost, reason);
  }

  private send(bytes: Buffer, end: number): void {
    this.bytes = bytes;
    this.written = 0;
    this.end = end;
    this.flush();
  }

  private receiveHandshake(handshake: Handshake, chunk: Buffer): void {
    try {
      handshake.reader.feed(chunk);
      let reply = handshake.reader.read();
      for (; reply !== undefined; reply = handshake.reader.read()) {
        if (reply.kind === "error") {
          handshake.reject(this.handshakeError(reply.text));
          return;
        }
        const isGreeting = handshake.greetable && reply.kind === "string" && reply.text === GREETING;
        handshake.greetable = false;
        if (!isGreeting && reply.kind !== "push") handshake.missing--;
      }
    } catch (error) {
      handshake.reject(this.handshakeError(error instanceof Error ? error.message : String(error)));
      return;
    }
    if (handshake.missing <= 0) handshake.resolve();
  }

  private handshakeError(reason: string): ClientError {
    return new ClientError(`${addressName(this.settings.address)}: ${reason}`);
  }

  /** Sends the next batch over a new connection, if the owner has one. */
  private reconnect(): void {
    this.close();
    const requests = this.owner.take();
    if (requests === 0) return;
    this.open().then(
      () => this.start(requests, performance.now()),
      (error: unknown) => {
        this.close();
        this.owner.broken(this, requests, requests, error instanceof Error ? error.message : String(error));
      },
    );
  }
}
