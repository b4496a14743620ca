/**
 * The server: owns the dataset, the connections and the background work, and is what commands see of the
 * process. All its state lives in one object, so that two can run side by side in a test.
 */

import packageJson from "../../package.json" with { type: "json" };
import { Random } from "../base/random.ts";
import { SipHasher } from "../base/siphash.ts";
import { Args } from "../commands/args.ts";
import { Context } from "../commands/context.ts";
import { newCommandTable } from "../commands/registry.ts";
import type { ServerPort } from "../commands/server-port.ts";
import { ARENA_BYTES_MAX, reserveArena } from "../memory/arena.ts";
import { ReplyWriter } from "../protocol/reply-writer.ts";
import { type ParserLimits, RequestParser } from "../protocol/request-parser.ts";
import { Keyspace } from "../store/keyspace.ts";
import { STRING_LENGTH_MAX } from "../store/limits.ts";
import { hostOf, isLoopbackHost } from "./address.ts";
import { BlockedClients } from "./blocked-clients.ts";
import { Clients } from "./clients.ts";
import type { Config } from "./config/config.ts";
import type { Connection } from "./connection.ts";
import { Cron } from "./cron.ts";
import { Epoll } from "./epoll.ts";
import { Garbage } from "./garbage.ts";
import { gatherFacts } from "./info/gather.ts";
import { buildInfo } from "./info/info.ts";
import { Libc } from "./libc.ts";
import { Listener } from "./listener.ts";
import { type Logger, logFault } from "./log.ts";
import { Outbox } from "./outbox.ts";
import { Pause } from "./pause.ts";
import { PiecePool } from "./piece-pool.ts";
import { Poller } from "./poller.ts";
import { RequestBatch } from "./request-batch.ts";
import { Round } from "./round.ts";
import { Traffic } from "./traffic.ts";
import { TurnClock } from "./turn-clock.ts";

/** Exit statuses of a server that has run. */
export const EXIT_STOPPED = 0;
export const EXIT_FAULT = 70;

/** A dataset of this size is not expected to stay in the processor's own cache. */
const PREFETCH_BYTES_MIN = 4 * 1024 * 1024;
const ARGUMENTS_MAX = 1_048_576;
const INLINE_LENGTH_MAX = 65_536;
/** Positions in a query buffer are int32. */
const QUERY_BUFFER_BYTES_MAX = 2 ** 31 - 2 ** 20;
/** Descriptors that connections must leave free, for files and for refusing one client too many politely. */
const SPARE_DESCRIPTORS = 64;
/** What a chunk costs on the heap beside its bytes, and what its requests do. */
const CHUNK_OVERHEAD_BYTES = 256;
/** How long stopping waits for clients to take their last replies. */
const STOP_GRACE_MS = 3000;

export class Server implements ServerPort {
  readonly keyspace: Keyspace;
  readonly ctx: Context;
  readonly args = new Args();
  readonly reply = new ReplyWriter();
  readonly parserLimits: ParserLimits;
  /** Parses for every connection that is not within a cut request. */
  parser: RequestParser;
  spareParser: RequestParser | null = null;
  readonly batch = new RequestBatch();
  readonly outbox = new Outbox(this.reply, () => this.planEndOfTurn());
  readonly clients: Clients;
  readonly cron: Cron;
  readonly traffic = new Traffic();
  readonly pieces = new PiecePool();
  readonly garbage = new Garbage();
  readonly stopped: Promise<number>;
  readonly startedMs: number;
  readonly clock = new TurnClock();
  readonly pausing = new Pause();
  readonly blocked: BlockedClients;
  /** `client-query-buffer-limit`, as far as positions in a buffer can be int32. */
  queryBufferBytesMax = 0;
  /** No more requests are executed. */
  stopping = false;
  /** 40 hexadecimal digits, others after each start. */
  readonly runId = Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString("hex");
  /** Null where there is none to be had, or none is wanted. */
  poller: Poller | null = null;
  /** Length of the chunk being executed. */
  chunkBytes = 0;
  private endOfTurnPlanned = false;
  private plannedWork = 0;
  private usedPeak = 0;
  private stopBegan = false;
  private listener: Listener | null = null;
  private failed = false;
  private readonly resolveStopped: (status: number) => void;

  constructor(
    readonly config: Config,
    readonly logger: Logger,
    private readonly libc: Libc,
  ) {
    const stopped = Promise.withResolvers<number>();
    this.stopped = stopped.promise;
    this.resolveStopped = stopped.resolve;
    const secret = crypto.getRandomValues(new Int32Array(3));
    this.keyspace = new Keyspace({
      databases: config.databases,
      shards: config.shards,
      hasher: new SipHasher(secret[0], secret[1]),
      random: new Random(secret[2]),
      reserveArena: () =>
        reserveArena(ARENA_BYTES_MAX, (buffer, from, to) => libc.dropPages(buffer, from, to)),
    });
    this.beginTurn();
    this.startedMs = this.nowMs;
    this.parserLimits = { bulkLengthMax: 0, argumentsMax: ARGUMENTS_MAX, inlineLengthMax: INLINE_LENGTH_MAX };
    this.parser = new RequestParser(this.parserLimits);
    this.ctx = new Context(this.keyspace, this.reply, newCommandTable(), this);
    this.clients = new Clients(this);
    this.blocked = new BlockedClients(this);
    this.cron = new Cron(this);
    this.applyConfig();
    config.onChange("hz", () => {
      this.cron.restart();
      return null;
    });
  }

  /** Listens and starts the background work. @throws StartError */
  start(): void {
    this.limitClients();
    const epoll = this.config.multiplexingApi === "bun" ? null : Epoll.open();
    if (epoll?.addWakeUps()) this.poller = new Poller(this, epoll, new Round(this, epoll.received));
    else epoll?.close();
    this.listener = new Listener(this);
    this.cron.start();
    this.logger.info(`Ready to accept connections on ${this.listener.addresses.join(", ")}`);
  }

  get port(): number {
    return this.listener?.port ?? 0;
  }

  /** Whether silent connections are greeted: only where none but local users can connect, and freely. */
  get greetsSilence(): boolean {
    return this.config.requirepass === "" && (this.listener?.isLoopback ?? false);
  }

  /** Time of the present turn in Unix ms. */
  get nowMs(): number {
    return this.clock.nowMs;
  }

  /** Reads the clock for what is done next. */
  beginTurn(): void {
    this.clock.begin();
    this.keyspace.setNow(this.clock.nowMs);
  }

  /** The first `length` bytes of `chunk` have come. They are the caller's again when this returns. */
  receive(connection: Connection, chunk: Buffer, length: number): void {
    this.beginTurn();
    this.countChunk(length);
    try {
      connection.receive(chunk, 0, length);
    } catch (error) {
      this.fault(error);
    }
  }

  /** Executes what has come to several connections. */
  execute(round: Round): void {
    try {
      round.execute();
    } catch (error) {
      this.fault(error);
    }
  }

  /** Counts a chunk that is executed next. */
  countChunk(bytes: number): void {
    this.chunkBytes = bytes;
    this.traffic.reads++;
    this.traffic.inputBytes += bytes;
    this.garbage.countChunk(CHUNK_OVERHEAD_BYTES);
  }

  /** Sends the replies of the turn. */
  endTurn(): void {
    try {
      this.outbox.endTurn();
    } catch (error) {
      this.fault(error);
    }
  }

  /** Runs `work` in a later turn of the event loop. */
  later(work: () => void): void {
    this.plannedWork++;
    setImmediate(() => {
      this.plannedWork--;
      this.guarded(work);
    });
  }

  get hasPlannedWork(): boolean {
    return this.plannedWork > 0;
  }

  get hasExactTimers(): boolean {
    return this.blocked.hasTimers;
  }

  get requests(): number {
    return this.ctx.commandsProcessed;
  }

  get turnBeganMs(): number {
    return this.clock.beganMs;
  }

  /** Runs work of the event loop; whatever it throws is an internal fault, which stops the server. */
  guarded(work: () => void): void {
    if (this.failed) return;
    try {
      work();
    } catch (error) {
      this.fault(error);
    }
  }

  /** Stops after an internal fault: a wrong answer would be worse than none. */
  fault(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    logFault(this.logger, error);
    this.close();
    this.resolveStopped(EXIT_FAULT);
  }

  /** Stops accepting and executing, lets clients take their replies, and ends. */
  stop(reason: string): void {
    if (this.stopBegan) return;
    this.stopBegan = true;
    this.stopping = true;
    this.logger.info(`Stopping: ${reason}`);
    this.listener?.close();
    this.cron.stop();
    for (const connection of this.clients.all()) connection.closeWhenSent();
    const deadline = Date.now() + STOP_GRACE_MS;
    const wait = setInterval(() => {
      const unsent = Array.from(this.clients.all()).some((connection) => connection.output.pendingBytes > 0);
      if (unsent && Date.now() < deadline) return;
      clearInterval(wait);
      this.finish();
    }, 5);
  }

  /** Ends at once. */
  stopNow(): void {
    this.stopping = true;
    this.finish();
  }

  // What commands ask for.

  productVersion(): string {
    return packageJson.version;
  }

  info(sections: readonly string[]): string {
    return buildInfo(gatherFacts(this), sections);
  }

  lastSaveSeconds(): number {
    return Math.floor(this.startedMs / 1000);
  }

  debugAllowed(): boolean {
    const { enableDebugCommand } = this.config;
    return enableDebugCommand === "yes" || (enableDebugCommand === "local" && this.servesLocalClient());
  }

  uptimeSeconds(): number {
    return Math.floor((this.nowMs - this.startedMs) / 1000);
  }

  requestsPerSecond(): number {
    return this.traffic.perSecond("commands");
  }

  connectionsHandled(): number {
    return this.clients.accepted;
  }

  connections() {
    return this.clients.facts();
  }

  kill(id: number): boolean {
    const connection = this.clients.get(id);
    if (connection === undefined) return false;
    if (connection.state === this.ctx.client) connection.state.closeAfterReply = true;
    else connection.terminate();
    return true;
  }

  unblock(id: number, withError: boolean): boolean {
    return this.blocked.unblock(id, withError);
  }

  pause(untilMs: number, writesOnly: boolean): void {
    this.pausing.begin(untilMs, writesOnly);
    this.keyspace.keepsExpired = true;
  }

  unpause(): void {
    this.pausing.end();
    this.keyspace.keepsExpired = false;
    // Not within the command that asks for it: the connections resumed use the same reply buffer.
    this.later(() => this.resumeHeld());
  }

  configMatching(patterns: readonly string[]): [name: string, value: string][] {
    return this.config.matching(patterns);
  }

  configFile(): string {
    return this.config.configFile;
  }

  configSet(pairs: readonly [name: string, value: string][]): string | null {
    const error = this.config.set(pairs, this.servesLocalClient());
    if (error === null) this.applyConfig();
    return error;
  }

  resetStatistics(): void {
    this.traffic.reset();
    this.clients.accepted = 0;
    this.clients.rejected = 0;
  }

  shutdown(): void {
    this.stopping = true;
    // After the batch: its client takes the replies to what it sent before.
    this.later(() => this.stop("SHUTDOWN"));
  }

  sleep(ms: number): void {
    Bun.sleepSync(ms);
    this.clock.refresh();
    this.keyspace.setNow(this.clock.nowMs);
  }

  setActiveExpire(on: boolean): void {
    this.cron.activeExpire = on;
  }

  log(line: string): void {
    this.logger.info(line);
  }

  nowMicroseconds(): number {
    return this.clock.nowMicroseconds();
  }

  // What connections ask for.

  /** The most bytes that the dataset was seen to take. */
  usedBytesPeak(): number {
    this.watchMemory();
    return this.usedPeak;
  }

  /** Adapts to the size of the dataset. */
  watchMemory(): void {
    const used = this.keyspace.usedBytes;
    this.usedPeak = Math.max(this.usedPeak, used);
    this.ctx.prefetching = used >= PREFETCH_BYTES_MIN;
  }

  /** Closes a connection on which a web browser speaks. */
  closeForHttp(connection: Connection): void {
    this.logger.warn(
      `Closing client ${connection.state.address}: it sent an HTTP request, possibly an attack`,
    );
    connection.terminate();
  }

  closeForQueryBuffer(connection: Connection): void {
    this.logger.warn(
      `Closing client ${connection.state.address}: its query buffer exceeds client-query-buffer-limit`,
    );
    connection.terminate();
  }

  private servesLocalClient(): boolean {
    return isLoopbackHost(hostOf(this.ctx.client.address));
  }

  /** Goes on with the requests of a connection that were held back. */
  resume(connection: Connection): void {
    this.beginTurn();
    connection.resume();
  }

  /** The turn ends when Bun has handed over what all its sockets have received; the poller ends its own. */
  private planEndOfTurn(): void {
    if (this.poller?.running || this.endOfTurnPlanned) return;
    this.endOfTurnPlanned = true;
    setImmediate(this.finishTurn);
  }

  private readonly finishTurn = (): void => {
    this.endOfTurnPlanned = false;
    this.guarded(this.poll);
  };

  private readonly poll = (): void => {
    this.outbox.endTurn();
    if (this.poller?.run()) this.planEndOfTurn();
  };

  private resumeHeld(): void {
    this.beginTurn();
    for (const connection of this.clients.all()) if (connection.held) connection.resume();
  }

  /** Takes over the settings that are kept elsewhere too. */
  private applyConfig(): void {
    const { config, ctx, keyspace, parserLimits } = this;
    const stringLengthMax = Math.min(config.protoMaxBulkLen, STRING_LENGTH_MAX);
    parserLimits.bulkLengthMax = stringLengthMax;
    ctx.stringLengthMax = stringLengthMax;
    ctx.hyperloglogs.sparseBytesMax = config.hllSparseMaxBytes;
    keyspace.limits.hashEntries = config.hashMaxListpackEntries;
    keyspace.limits.hashValueBytes = config.hashMaxListpackValue;
    keyspace.limits.listSize = config.listMaxListpackSize;
    keyspace.limits.listCompressDepth = config.listCompressDepth;
    keyspace.limits.listCompressMean = config.listCompressMaxMean;
    keyspace.limits.intsetEntries = config.setMaxIntsetEntries;
    keyspace.limits.zsetEntries = config.zsetMaxListpackEntries;
    keyspace.limits.zsetValueBytes = config.zsetMaxListpackValue;
    this.queryBufferBytesMax = Math.min(config.clientQueryBufferLimit, QUERY_BUFFER_BYTES_MAX);
    ctx.transactionBytesMax = this.queryBufferBytesMax;
    ctx.maxMemoryBytes = config.maxmemory;
    ctx.password = config.requirepass;
    keyspace.access.lfu = config.maxmemoryPolicy.endsWith("-lfu");
    keyspace.access.logFactor = config.lfuLogFactor;
    keyspace.access.decayMinutes = config.lfuDecayTime;
  }

  /** Keeps `maxclients` below the descriptor limit, now and when it is set again. */
  private limitClients(): void {
    const descriptors = this.libc.raiseOpenFiles();
    if (descriptors === null) return;
    const { config } = this;
    const most = Math.max(1, descriptors - SPARE_DESCRIPTORS);
    if (config.maxclients > most) {
      this.logger.warn(
        `maxclients ${config.maxclients} does not fit into ${descriptors} open files; using ${most}`,
      );
      config.set([["maxclients", String(most)]], true);
    }
    config.onChange("maxclients", () =>
      config.maxclients <= most
        ? null
        : `The operating system is not able to handle the specified number of clients, try with ${most}`,
    );
  }

  private close(): void {
    this.listener?.close();
    this.cron.stop();
    for (const connection of this.clients.all()) connection.terminate();
    this.poller?.close();
    this.poller = null;
  }

  private finish(): void {
    this.close();
    this.logger.info("Stopped");
    this.resolveStopped(EXIT_STOPPED);
  }
}

/** Starts a server that runs until `stopped` settles. @throws StartError when it cannot listen */
export async function startServer(config: Config, log: Logger): Promise<Server> {
  const server = new Server(config, log, new Libc());
  server.start();
  if (config.warmUp) server.cron.warmUp = new (await import("./warm-up.ts")).WarmUp(server);
  return server;
}
