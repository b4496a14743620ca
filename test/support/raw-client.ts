/**
 * A TCP client for tests that care about bytes: it sends exactly what it is given and returns exactly what
 * came back, without a library in between.
 */
import { replyEnd } from "./reply-splitter.ts";

const DEFAULT_TIMEOUT_MS = 10_000;

export class RawClient {
  readonly #socket: Bun.Socket;
  #received: Buffer = Buffer.alloc(0);
  #unsent: Buffer[] = [];
  #closed = false;
  #wake: () => void = () => {};

  private constructor(socket: Bun.Socket) {
    this.#socket = socket;
  }

  /** Connects and resolves once the connection stands. Rejects when nobody listens. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<RawClient> {
    let client: RawClient | undefined;
    const early: Buffer[] = [];
    const socket = await Bun.connect({
      hostname,
      port,
      socket: {
        data(_socket, chunk) {
          if (client) client.#receive(chunk);
          else early.push(Buffer.from(chunk));
        },
        drain() {
          if (client) client.#flush();
        },
        close() {
          if (client) client.#end();
        },
        error() {
          if (client) client.#end();
        },
      },
    });
    client = new RawClient(socket);
    for (const chunk of early) client.#receive(chunk);
    return client;
  }

  /** Whether the connection has ended, from either side. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends the bytes (a string is taken as latin1), keeping in order what the kernel does not take at once. */
  send(bytes: string | Uint8Array): void {
    this.#unsent.push(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes));
    this.#flush();
  }

  /** Sends one command as a RESP array. */
  sendCommand(...args: (string | Uint8Array | number)[]): void {
    this.send(encodeCommand(args));
  }

  /** Sends one command and returns the bytes of its reply. */
  async call(...args: (string | Uint8Array | number)[]): Promise<Buffer> {
    this.sendCommand(...args);
    return this.readReplies(1);
  }

  /** Sends the bytes and returns the next `count` replies, as one piece. */
  async exchange(bytes: string | Uint8Array, count = 1): Promise<Buffer> {
    this.send(bytes);
    return this.readReplies(count);
  }

  /**
   * The bytes of the next `count` complete replies; what follows them stays for the next call.
   *
   * @throws when the connection closes or the time is over first, showing what did arrive.
   */
  async readReplies(count: number, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Buffer> {
    let end = 0;
    let found = 0;
    await this.#until(timeoutMs, `${count} replies`, () => {
      while (found < count) {
        const next = end < this.#received.length ? replyEnd(this.#received, end) : -1;
        if (next < 0) return false;
        end = next;
        found++;
      }
      return true;
    });
    return this.#take(end);
  }

  /** Everything that arrives until nothing has come for `quietMs`. For tests that show that nothing comes. */
  async readUntilQuiet(quietMs = 50): Promise<Buffer> {
    for (;;) {
      const before = this.#received.length;
      await Bun.sleep(quietMs);
      if (this.#received.length === before) return this.#take(before);
    }
  }

  /** Everything that arrives until the server closes the connection. Throws when it does not in time. */
  async readUntilClosed(timeoutMs = DEFAULT_TIMEOUT_MS): Promise<Buffer> {
    await this.#until(timeoutMs, "the connection to close", () => this.#closed);
    return this.#take(this.#received.length);
  }

  /** Ends the connection. Bytes not yet sent are dropped. */
  close(): void {
    this.#socket.terminate();
    this.#end();
  }

  async #until(timeoutMs: number, what: string, done: () => boolean): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, timeoutMs);
    try {
      while (!done()) {
        if (late || this.#closed) {
          const why = late ? `nothing more came within ${timeoutMs} ms` : "the connection closed";
          const got = JSON.stringify(this.#received.toString("latin1").slice(0, 500));
          throw new Error(`waiting for ${what}: ${why}; received ${got}`);
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #take(length: number): Buffer {
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  #receive(chunk: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    this.#wake();
  }

  #flush(): void {
    for (let first = this.#unsent[0]; first !== undefined; first = this.#unsent[0]) {
      const sent = this.#closed ? -1 : this.#socket.write(first, 0, first.length);
      if (sent < 0) {
        this.#unsent = [];
      } else if (sent < first.length) {
        this.#unsent[0] = first.subarray(sent);
        return;
      } else {
        this.#unsent.shift();
      }
    }
  }

  #end(): void {
    this.#closed = true;
    this.#wake();
  }
}

/** A command as a RESP array of bulk strings; strings are taken as UTF-8. */
export function encodeCommand(args: readonly (string | Uint8Array | number)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === "object" ? Buffer.from(arg) : Buffer.from(String(arg));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n"));
  }
  return Buffer.concat(parts);
}
