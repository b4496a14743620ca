/**
 * A connection: bytes from the socket are parsed and executed as they come, and the replies of one chunk leave
 * with one write. A client that does not read its replies is not read from: its requests wait, first in its
 * query buffer, then in the kernel, so that its memory here is bounded.
 */

import type { Socket } from "bun";
import type { Args } from "../commands/args.ts";
import type { ClientState } from "../commands/client-state.ts";
import { execute, resolveCommand } from "../commands/execute.ts";
import { PARSE_ERROR, PARSE_MORE, RequestParser } from "../protocol/request-parser.ts";
import { GREETED_BY_MISTAKE, GREETING, Greeting } from "./greeting.ts";
import { OutputQueue } from "./output-queue.ts";
import { QueryBuffer } from "./query-buffer.ts";
import type { Server } from "./server.ts";

export type ClientSocket = Socket<Connection>;

/** Replies collected for one connection before they are sent even though more requests wait. */
const REPLY_FLUSH_BYTES = 256 * 1024;
/** Unsent replies at which no further request of the connection is executed. */
const OUTPUT_PAUSE_BYTES = 16 * 1024 * 1024;

export class Connection {
  readonly output: OutputQueue<Connection>;
  readonly query = new QueryBuffer();
  readonly greeting: Greeting;
  /** Requests wait until the output drains or CLIENT PAUSE ends. */
  held = false;
  /** No request is executed any more; the socket ends when the output is out. */
  closing = false;
  lastActiveMs: number;
  /** Own parser while a request is cut; otherwise the server's serves. */
  private parser: RequestParser | null = null;

  constructor(
    readonly socket: ClientSocket,
    readonly state: ClientState,
    private readonly server: Server,
  ) {
    this.output = new OutputQueue(socket);
    this.greeting = new Greeting(server.config.banner);
    this.lastActiveMs = state.createdMs;
    if (server.config.banner === "always") this.sendGreeting();
  }

  /** Bytes have come. */
  receive(chunk: Buffer): void {
    if (this.closing) return;
    const { server, query } = this;
    this.lastActiveMs = server.nowMs;
    if (this.greeting.arrived(chunk[0]) === "refuse") {
      this.closeWithError(GREETED_BY_MISTAKE);
    } else if (query.bytes === null && !this.held) {
      const done = this.process(chunk, 0, chunk.length);
      if (done < chunk.length && !this.closing) this.keep(chunk, done, chunk.length);
    } else {
      query.append(chunk, 0, chunk.length, this.parser?.missing);
      if (!this.held) this.processQuery();
    }
    if (query.length > server.config.clientQueryBufferLimit) server.closeForQueryBuffer(this);
  }

  /** The socket takes bytes again. */
  drained(): void {
    if (!this.output.drain()) return;
    if (this.closing) this.socket.end();
    else if (this.held) this.resume();
  }

  /** Goes on with requests that were held back. */
  resume(): void {
    if (this.closing || this.output.pendingBytes > 0) return;
    this.held = false;
    this.processQuery();
    if (!this.held && !this.closing) this.socket.resume();
  }

  /** Sends the greeting to a connection that has been silent since it was opened. */
  greetSilence(): void {
    if (!this.greeting.undecided || this.closing) return;
    this.greeting.greetedUnasked();
    this.sendGreeting();
  }

  /** Sends an error and closes. Replies already written come first. */
  closeWithError(text: string): void {
    const { reply } = this.server;
    reply.error(text);
    this.flush();
    this.closeWhenSent();
  }

  /** Executes nothing more, and closes when the output is out. */
  closeWhenSent(): void {
    this.closing = true;
    this.query.discard(this.query.length);
    if (this.output.pendingBytes === 0) this.socket.end();
  }

  /** Ends the connection at once; what is unsent is lost. */
  terminate(): void {
    this.closing = true;
    this.output.close();
    this.socket.terminate();
  }

  private sendGreeting(): void {
    this.output.write(GREETING, GREETING.length, { take: () => GREETING });
  }

  private processQuery(): void {
    const { query } = this;
    if (query.bytes === null) return;
    const done = this.process(query.bytes, 0, query.length);
    if (this.closing) return;
    query.discard(done);
    this.parser?.moved(-done);
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    this.query.append(chunk, from, to, this.parser?.missing);
    this.parser?.moved(-from);
  }

  /**
   * Executes the requests in `bytes[start, end)` and sends their replies. Returns the position of the first
   * byte that was not used up: the start of a cut request, or of one that is held back.
   */
  private process(bytes: Buffer, start: number, end: number): number {
    const { server, state } = this;
    const { ctx, args, reply } = server;
    const parser = this.parser ?? server.parser;
    let position = start;
    ctx.client = state;
    while (position < end) {
      parser.authenticated = state.authenticated;
      const status = parser.parse(bytes, position, end);
      if (status === PARSE_MORE) {
        position = parser.next;
        break;
      }
      if (status === PARSE_ERROR) {
        this.closeWithError(`ERR ${parser.error}`);
        parser.reset();
        break;
      }
      args.set(parser.bytes, parser.offsets, parser.argc);
      if (server.paused && this.holdForPause(args)) break;
      reply.resp = parser.inline ? 2 : state.resp;
      execute(ctx, args);
      position = parser.next;
      if (state.closeAfterReply || server.stopping) {
        this.flush();
        this.closeWhenSent();
        break;
      }
      if (reply.length >= REPLY_FLUSH_BYTES) {
        this.flush();
        if (this.holdForOutput()) break;
      }
    }
    this.flush();
    if (!this.closing) this.holdForOutput();
    this.settleParser(parser);
    return position;
  }

  /** A parser within a request becomes the connection's own, and the other way round. */
  private settleParser(parser: RequestParser): void {
    const { server } = this;
    if (parser.partial) {
      if (this.parser !== null) return;
      this.parser = parser;
      server.parser = server.spareParser ?? new RequestParser(server.parserLimits);
      server.spareParser = null;
    } else if (this.parser !== null) {
      this.parser = null;
      server.spareParser = parser;
    }
  }

  private flush(): void {
    const { reply } = this.server;
    if (reply.length === 0) return;
    if (this.greeting.takeDue()) this.sendGreeting();
    this.output.write(reply.bytes, reply.length, reply);
    reply.rewind(0);
    reply.trim();
  }

  private holdForOutput(): boolean {
    if (this.output.pendingBytes < OUTPUT_PAUSE_BYTES) return false;
    this.hold();
    return true;
  }

  private holdForPause(args: Args): boolean {
    if (!this.server.mustWait(resolveCommand(this.server.ctx, args))) return false;
    this.hold();
    return true;
  }

  private hold(): void {
    if (this.held) return;
    this.held = true;
    this.socket.pause();
  }
}
