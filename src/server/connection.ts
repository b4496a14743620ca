/**
 * A connection: bytes from the socket are parsed and executed as they come, and the replies of one chunk leave
 * with one write at the end of the turn. A client that does not read its replies is not read from: its requests
 * wait, first in its query buffer, then in the kernel, so that its memory here is bounded.
 */

import type { Args } from "../commands/args.ts";
import type { ClientState } from "../commands/client-state.ts";
import type { Command } from "../commands/command-table.ts";
import { execute, executeRun, refusalOf, resolveCommand } from "../commands/execute.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";
import { PARSE_ERROR, PARSE_MORE, PARSE_REQUEST, RequestParser } from "../protocol/request-parser.ts";
import type { ClientSocket } from "./client-socket.ts";
import { GREETED_BY_MISTAKE, GREETING, Greeting } from "./greeting.ts";
import { OutputQueue } from "./output-queue.ts";
import { QueryBuffer } from "./query-buffer.ts";
import { RequestBatch } from "./request-batch.ts";
import type { Server } from "./server.ts";

/** Beside the results of the parser: its request has to be executed by itself, after the batch. */
const ALONE = 3;
/** The batch holds all that has come. */
export const COLLECTED = 4;

/** The request was executed; the next one may be. */
const NEXT = 0;
/** The request was executed, and no other one is for now. */
const LAST = 1;
/** The request was not executed: it waits. */
const WAIT = 2;

/** Replies collected for one connection before they are sent even though more requests wait. */
const REPLY_FLUSH_BYTES = 256 * 1024;
/** What a client may send ahead while it waits for a key, before it is not read from. */
const BLOCKED_QUERY_BYTES = 64 * 1024;
/** Unsent replies at which no further request of the connection is executed. */
const OUTPUT_PAUSE_BYTES = 8 * 1024 * 1024;

export class Connection {
  readonly output: OutputQueue;
  readonly query = new QueryBuffer();
  readonly greeting: Greeting;
  /** Requests wait until the output drains or CLIENT PAUSE ends. */
  held = false;
  /** No request is executed any more; the socket ends when the output is out. */
  closing = false;
  lastActiveMs: number;
  /** Own parser while a request is cut; otherwise the server's serves. */
  private parser: RequestParser | null = null;
  /** Of the request that was executed last: NEXT, LAST or WAIT. */
  private outcome = NEXT;

  constructor(
    readonly socket: ClientSocket,
    readonly state: ClientState,
    private readonly server: Server,
  ) {
    this.output = new OutputQueue(socket, server.pieces, server.traffic);
    this.greeting = new Greeting(server.config.banner);
    this.lastActiveMs = state.createdMs;
    if (server.config.banner === "always") this.sendGreeting();
  }

  /** `chunk[start, end)` has come. It is the caller's again when this returns. */
  receive(chunk: Buffer, start: number, end: number): void {
    if (this.closing) return;
    const { query } = this;
    this.noteArrival();
    if (this.greeting.arrived(chunk[start]) === "refuse") {
      this.closeWithError(GREETED_BY_MISTAKE);
    } else if (query.bytes === null && !this.held) {
      this.keep(chunk, this.process(chunk, start, end), end);
    } else {
      query.append(chunk, start, end, this.parser?.missing);
      if (!this.held) this.processQuery();
    }
    this.limitQuery();
  }

  /** Whether requests that come now may be executed in one batch with those of others: they depend on nothing before. */
  get takesBatch(): boolean {
    return this.query.bytes === null && !this.held && this.parser === null && this.greeting.done;
  }

  /** Adds what has come in `bytes[start, end)` to the batch. Returns COLLECTED, or what stopped it. */
  collectShared(bytes: Buffer, start: number, end: number): number {
    const { parser } = this.server;
    this.noteArrival();
    const status = this.collect(parser, bytes, start, end);
    return status === PARSE_MORE && parser.next === end ? COLLECTED : status;
  }

  /** Executes the requests `[first, last)` of the batch, which are all that came in `bytes[start, end)`. */
  executeShared(bytes: Buffer, start: number, end: number, first: number, last: number): void {
    if (this.mustWait) {
      this.receive(bytes, start, end);
      return;
    }
    const done = this.executeBatch(first, last);
    this.sendReplies();
    if (this.outcome === NEXT) return;
    this.keep(bytes, done === first ? start : this.server.batch.endOf(done - 1), end);
    this.limitQuery();
  }

  /** Executes the requests in the batch from `first` on, and what else came in `bytes[start, end)`. */
  executeRest(bytes: Buffer, start: number, end: number, first: number, status: number): void {
    const { parser } = this.server;
    if (this.mustWait) {
      parser.reset();
      this.receive(bytes, start, end);
      return;
    }
    this.keep(bytes, this.execute(parser, bytes, start, end, first, status), end);
    this.limitQuery();
  }

  /** What came before in the same round, or somebody else, has made that nothing is executed now. */
  private get mustWait(): boolean {
    return this.closing || this.held;
  }

  /** The socket takes bytes again. */
  drained(): void {
    const before = this.output.pendingBytes;
    const done = this.output.drain();
    const taken = before - this.output.pendingBytes;
    // Who takes long replies is not idle.
    if (taken > 0) this.lastActiveMs = this.server.nowMs;
    this.server.garbage.countBuffer(taken);
    if (!done) return;
    if (this.closing) this.socket.end();
    else if (this.held) this.resume();
  }

  /** Goes on with requests that were held back. */
  resume(): void {
    if (this.closing || this.output.pendingBytes > 0 || this.state.blocked !== null) return;
    this.held = false;
    this.processQuery();
    if (this.closing) return;
    // Who waits for a key now is read from as well, to notice if it goes.
    const waitsForKey = this.state.blocked !== null && this.query.length <= BLOCKED_QUERY_BYTES;
    if (!this.held || waitsForKey) this.socket.resume();
  }

  /** The client waits for a key: its next requests wait, too. It is still read from, to notice if it goes. */
  holdForKey(): void {
    this.held = true;
  }

  /** Sends the reply the client has waited for. Requests it has sent meanwhile run in a later turn. */
  answerBlocked(reply: ReplyWriter): void {
    const { server } = this;
    this.state.lastCommandMs = server.nowMs;
    if (reply.length > 0) this.write(reply.bytes, 0, reply.length, reply);
    if (this.query.bytes === null) this.held = false;
    else server.later(() => server.resume(this));
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

  /** Sends the replies `bytes[from, to)`, which lie in the server's reply buffer. */
  send(bytes: Buffer, from: number, to: number): void {
    this.write(bytes, from, to, this.server.reply);
    if (!this.closing) this.holdForOutput();
  }

  /** Executes nothing more, and closes when the output is out. */
  closeWhenSent(): void {
    this.end();
    this.query.discard(this.query.length);
    if (this.output.pendingBytes === 0) this.socket.end();
  }

  /** Ends the connection at once; what is unsent is lost, but not what the kernel has taken. */
  terminate(): void {
    this.end();
    this.output.close();
    // Not the socket's `terminate`: it makes the kernel drop what it has not delivered yet.
    this.socket.close();
  }

  /** From now on nothing is executed, and nothing that others do is for this client. */
  private end(): void {
    this.closing = true;
    this.server.blocked.forget(this.state);
    this.server.outbox.flush();
  }

  private write(bytes: Buffer, from: number, to: number, owner: ReplyWriter): void {
    const { server } = this;
    // Who had to wait was not idle meanwhile.
    this.lastActiveMs = server.nowMs;
    if (this.greeting.takeDue()) this.sendGreeting();
    // The buffer of a long reply is not kept, whether it goes out at once or waits.
    server.garbage.countBuffer(to - from);
    this.output.write(bytes, to, owner, from);
  }

  private sendGreeting(): void {
    this.output.write(GREETING, GREETING.length, { take: () => GREETING });
  }

  private processQuery(): void {
    const { query } = this;
    if (query.bytes === null) return;
    const done = this.process(query.bytes, 0, query.length);
    if (this.closing) return;
    const { capacity } = query;
    query.discard(done);
    this.parser?.moved(-done);
    // What it has grown out of on the way was about as large as it was in the end.
    if (query.capacity < capacity) this.server.garbage.countBuffer(2 * capacity);
  }

  private noteArrival(): void {
    const { nowMs } = this.server;
    this.lastActiveMs = nowMs;
    this.state.lastCommandMs = nowMs;
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    if (from === to || this.closing) return;
    this.query.append(chunk, from, to, this.parser?.missing);
    this.parser?.moved(-from);
  }

  private limitQuery(): void {
    const { query, server } = this;
    if (query.length > server.queryBufferBytesMax) server.closeForQueryBuffer(this);
    else if (this.state.blocked !== null && query.length > BLOCKED_QUERY_BYTES) this.socket.pause();
  }

  /**
   * Executes the requests in `bytes[start, end)` and sends their replies. Returns the position of the first
   * byte that was not used up: the start of a cut request, or of one that is held back.
   */
  private process(bytes: Buffer, start: number, end: number): number {
    const { batch, parser } = this.server;
    const own = this.parser ?? parser;
    batch.clear();
    const status = this.collect(own, bytes, start, end);
    batch.prefetch(this.server.ctx, this.state.db);
    return this.execute(own, bytes, start, end, 0, status);
  }

  /** The same when the batch holds the first of these requests already, from `first` on; `status` ended them. */
  private execute(
    parser: RequestParser,
    bytes: Buffer,
    start: number,
    end: number,
    first: number,
    status: number,
  ): number {
    const { args, batch, ctx } = this.server;
    let position = start;
    let from = first;
    let reason = status;
    for (;;) {
      const done = this.executeBatch(from, batch.count);
      if (done > from) position = batch.endOf(done - 1);
      if (this.outcome !== NEXT) break;
      if (reason === ALONE) {
        args.set(parser.bytes, parser.offsets, 0, parser.argc);
        this.outcome = this.run(ctx.commands.find(args, 0), parser.inline);
        if (this.outcome !== WAIT) position = parser.next;
      } else if (reason === PARSE_MORE) {
        position = parser.next;
        break;
      } else if (reason === PARSE_ERROR) {
        this.closeWithError(`ERR ${parser.error}`);
        this.outcome = LAST;
      }
      if (this.outcome !== NEXT || position === end) break;
      from = 0;
      batch.clear();
      reason = this.collect(parser, bytes, position, end);
      batch.prefetch(ctx, this.state.db);
    }
    ctx.times.share(this.server.clock.elapsedMicroseconds());
    // The parser may be ahead of what was executed; what is left is parsed again.
    if (this.outcome !== NEXT) parser.reset();
    this.sendReplies();
    this.settleParser(parser);
    return position;
  }

  /** Executes requests `[first, last)` of the batch, until one has another `outcome` than NEXT. Returns where it ends. */
  private executeBatch(first: number, last: number): number {
    const { args, batch, ctx, keyspace } = this.server;
    ctx.client = this.state;
    this.outcome = NEXT;
    let i = first;
    while (i < last && this.outcome === NEXT) {
      batch.select(i, args, keyspace);
      const executed = batch.hasRuns ? this.executeRun(i, last) : 0;
      i += executed;
      if (executed > 0) continue;
      this.outcome = this.run(batch.commandOf(i), false);
      if (this.outcome !== WAIT) i++;
    }
    keyspace.hashes.expectNothing();
    return i;
  }

  /**
   * Executes some of the requests `[i, last)` of the batch together, if they are alike. Returns how many. None of them
   * ends anything, and their replies are short.
   */
  private executeRun(i: number, last: number): number {
    const { server, state } = this;
    const { args, batch, ctx, pausing, reply } = server;
    const count = batch.runLength(i, last);
    const command = batch.commandOf(i);
    if (count === 1 || command === null || pausing.active) return 0;
    // After a single request it is looked at whether to send replies or to close.
    if (server.stopping || reply.length >= REPLY_FLUSH_BYTES) return 0;
    reply.resp = state.resp;
    return executeRun(ctx, args, command, count);
  }

  /**
   * Fills the batch with the next requests. Returns PARSE_REQUEST when it is full, ALONE when the parser holds
   * a request that follows the batch but cannot be part of it, or what else stopped the parser.
   */
  private collect(parser: RequestParser, bytes: Buffer, start: number, end: number): number {
    const { batch, ctx } = this.server;
    parser.authenticated = this.state.authenticated;
    let status = parser.parse(bytes, start, end);
    while (status === PARSE_REQUEST) {
      if (!RequestBatch.takes(parser) || !parser.authenticated) return ALONE;
      batch.add(parser, ctx.commands);
      if (batch.count === 1) parser.noteKey();
      if (batch.full) break;
      status = parser.parse(bytes, parser.next, end);
    }
    return status;
  }

  /** Executes the request that the server's `args` point to, whose first word names this command. */
  private run(named: Command | null, inline: boolean): number {
    const { server, state } = this;
    const { args, reply } = server;
    if (server.pausing.active && this.holdForPause(args, named)) return WAIT;
    if (inline && isHttp(args)) {
      server.closeForHttp(this);
      return LAST;
    }
    reply.resp = inline ? 2 : state.resp;
    execute(server.ctx, args, named);
    if (server.ctx.events.blocking.hasReady) server.blocked.serveReady();
    if (state.blocked !== null) {
      server.blocked.begin(this);
      return LAST;
    }
    if (state.closeAfterReply || server.stopping) {
      this.flush();
      this.closeWhenSent();
      return LAST;
    }
    if (reply.length < REPLY_FLUSH_BYTES) return NEXT;
    this.flush();
    return this.holdForOutput() ? LAST : NEXT;
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

  /** Sends the replies of a chunk. */
  private sendReplies(): void {
    const { outbox } = this.server;
    outbox.add(this);
    // Who waits from now on, for a key or for the output to drain, is answered past the outbox.
    if (this.outcome !== NEXT) outbox.flush();
    else outbox.flushLater();
  }

  /** Sends the replies written so far at once. */
  private flush(): void {
    const { outbox } = this.server;
    outbox.add(this);
    outbox.flush();
  }

  private holdForOutput(): boolean {
    if (this.output.pendingBytes < OUTPUT_PAUSE_BYTES) return false;
    this.hold();
    return true;
  }

  private holdForPause(args: Args, named: Command | null): boolean {
    const { server } = this;
    const command = resolveCommand(args, named);
    // What is refused needs not wait for its error.
    if (command === null || refusalOf(server.ctx, args, command) !== null) return false;
    const { transaction } = this.state;
    const writes = command.mayReplicate || (command.isExec && transaction?.mayReplicate === true);
    if (!server.pausing.holdsBack(writes)) return false;
    this.hold();
    return true;
  }

  private hold(): void {
    if (this.held) return;
    this.held = true;
    this.socket.pause();
  }
}

/**
 * Whether an inline request is the start of an HTTP one: a web page could make a browser send it, with commands
 * in its body.
 */
function isHttp(args: Args): boolean {
  return args.is(0, "POST") || args.is(0, "HOST:");
}
