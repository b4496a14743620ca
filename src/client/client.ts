/**
 * A small RESP client for tools and tests: commands go out in order, replies come back in order.
 *
 * It is not made for speed (the benchmark has its own connections) but it never loses bytes: what the kernel
 * does not take waits until the socket drains.
 */

import type { Socket } from "bun";
import type { Reply } from "../protocol/reply-reader.ts";
import { ReplyReader } from "../protocol/reply-reader.ts";
import { encodeRequest } from "../protocol/request.ts";
import type { Address } from "./connect.ts";
import { addressName, ClientError, GREETING, openSocket } from "./connect.ts";

export interface ClientOptions extends Address {
  /** Longest wait for the connection and for each reply; 0 waits for ever. */
  timeoutMs: number;
  /** Sent by AUTH when given. */
  password?: string | null;
  /** User name of this AUTH. */
  user?: string | null;
}

/** A command whose reply has not come. */
interface Waiting {
  resolve(reply: Reply): void;
  reject(error: ClientError): void;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const CLOSED = "connection closed by the server";

export class Client {
  private readonly name: string;
  private readonly timeoutMs: number;
  private readonly reader = new ReplyReader();
  private socket: Socket<Client> | null = null;
  private readonly waiting: Waiting[] = [];
  /** Requests the kernel has not taken yet; `written` counts the bytes of the first that it has. */
  private readonly unsent: Buffer[] = [];
  private written = 0;
  private failure: ClientError | null = null;
  private greetable = true;

  private constructor(options: ClientOptions) {
    this.name = addressName(options);
    this.timeoutMs = options.timeoutMs;
  }

  /**
   * Connects, and authenticates when there is a password.
   *
   * @throws ClientError when the server is not there, is silent for too long or refuses the password.
   */
  static async connect(options: ClientOptions): Promise<Client> {
    const client = new Client(options);
    client.socket = await openSocket<Client>(
      options,
      client,
      {
        data: (socket, chunk) => socket.data.receive(chunk),
        drain: (socket) => socket.data.flush(),
        close: (socket) => socket.data.fail(CLOSED),
        error: (socket, error) => socket.data.fail(error.message),
      },
      options.timeoutMs,
    );
    if (options.password) {
      const user = options.user ? [options.user] : [];
      const reply = await client.command("AUTH", ...user, options.password);
      if (reply.kind === "error") {
        client.close();
        throw new ClientError(`${client.name}: ${reply.text}`);
      }
    }
    return client;
  }

  /**
   * Sends one command. An error reply is a reply, not an exception; push messages are left out.
   *
   * @throws ClientError when the connection is or gets closed, or the reply does not come in time. A late
   * reply would be taken for that of the next command, so a timeout closes the connection.
   */
  command(...args: (string | Buffer)[]): Promise<Reply> {
    if (this.failure !== null) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      const timer =
        this.timeoutMs > 0
          ? setTimeout(() => this.fail(`no reply within ${this.timeoutMs / 1000} s`), this.timeoutMs)
          : undefined;
      this.waiting.push({ resolve, reject, timer });
      this.unsent.push(encodeRequest(args));
      if (this.unsent.length === 1) this.flush();
    });
  }

  /** Closes the connection; commands without a reply fail. Closing twice is harmless. */
  close(): void {
    this.fail("connection closed");
  }

  private flush(): void {
    const { socket } = this;
    if (socket === null) return;
    while (this.unsent.length > 0) {
      const bytes = this.unsent[0];
      const taken = socket.write(bytes, this.written, bytes.length - this.written);
      // A socket that is closed already takes -1.
      if (taken < 0) {
        this.fail(CLOSED);
        return;
      }
      this.written += taken;
      if (this.written < bytes.length) return;
      this.unsent.shift();
      this.written = 0;
    }
  }

  private receive(chunk: Buffer): void {
    try {
      this.reader.feed(chunk);
      for (let reply = this.reader.read(); reply !== undefined; reply = this.reader.read()) {
        this.deliver(reply);
      }
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  private deliver(reply: Reply): void {
    if (reply.kind === "push") return;
    const isGreeting = this.greetable && reply.kind === "string" && reply.text === GREETING;
    this.greetable = false;
    if (isGreeting) return;
    const next = this.waiting.shift();
    if (next === undefined) {
      this.fail(reply.kind === "error" ? reply.text : "reply without a request");
      return;
    }
    clearTimeout(next.timer);
    next.resolve(reply);
  }

  private fail(reason: string): void {
    if (this.failure !== null) return;
    this.failure = new ClientError(`${this.name}: ${reason}`);
    this.socket?.terminate();
    for (const waiting of this.waiting.splice(0)) {
      clearTimeout(waiting.timer);
      waiting.reject(this.failure);
    }
  }
}
