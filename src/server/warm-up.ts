/**
 * Warming up. The engine compiles what has run often, in several steps, so that the first clients of a fresh server
 * would get half its speed for about a second. So, while nobody asks for anything, requests of made-up clients run
 * through a server of their own, which nobody can reach and which is dropped afterwards. (Measured with the first
 * 100,000 SETs or GETs after a start, in pipelines of 16: twice as many a second.)
 *
 * Compiled code takes memory, about half a megabyte for each command. So a server that has had no client yet warms up
 * the way that all requests take, and the most common commands only when one has come.
 */

import { pin } from "../base/bytes.ts";
import { encodeRequest } from "../protocol/request.ts";
import type { ClientSocket } from "./client-socket.ts";
import { Config } from "./config/config.ts";
import type { Connection } from "./connection.ts";
import { Libc } from "./libc.ts";
import type { Logger } from "./log.ts";
import { Round } from "./round.ts";
import { Server } from "./server.ts";

/** How long a slice takes, and the pause between two: the event loop and the compiler need time as well. */
const SLICE_MS = 1;
const PAUSE_MS = 1;
/** The pause when there were requests meanwhile. */
const BUSY_PAUSE_MS = 20;
/** A server that was busy so often warms up by itself. */
const BUSY_PAUSES_MAX = 500;
/** Slices for each command. */
const ROUNDS = 16;

/** Each sends one chunk, with other names than the others. */
const CONNECTIONS = 8;
const PIPELINE = 16;
/** Room for what they send. */
const ROUND_BYTES = 32 * 1024;
const NOBODY = "127.0.0.1:0";
const VALUE = "v".repeat(64);

/** The arguments of a command, given a name. */
type Request = (name: string) => string[];

const AFTER_START: readonly Request[] = [(name) => ["SET", name, VALUE], (name) => ["GET", name]];
const WITH_CLIENTS: readonly Request[] = [
  (name) => ["INCR", `counter:${name}`],
  () => ["LPUSH", "list", VALUE],
  () => ["RPUSH", "list", VALUE],
  (name) => ["SADD", "set", name],
  (name) => ["HSET", "hash", name, VALUE],
  (name) => ["ZADD", "zset", name.slice(-2), name],
];
const FORGET = encodeRequest(["FLUSHALL", "SYNC"]);

export class WarmUp {
  private exercise: Exercise | null = null;
  private phase = 0;
  private reads = 0;
  private busyPausesLeft = BUSY_PAUSES_MAX;

  /** Requests that were run. */
  requests = 0;

  constructor(private readonly server: Server) {}

  get running(): boolean {
    return this.exercise !== null;
  }

  /** Begins what is due; to be called several times a second. */
  tick(): void {
    if (this.exercise !== null || this.busyPausesLeft === 0) return;
    if (this.phase === 0) this.begin(AFTER_START);
    else if (this.phase === 1 && this.server.clients.accepted > 0) this.begin(WITH_CLIENTS);
  }

  private begin(requests: readonly Request[]): void {
    this.phase++;
    this.exercise = new Exercise(requests);
    this.plan(PAUSE_MS);
  }

  private plan(ms: number): void {
    setTimeout(() => this.server.guarded(() => this.step()), ms);
  }

  private step(): void {
    const { exercise, server } = this;
    if (exercise === null) return;
    if (server.stopping) {
      this.exercise = null;
      return;
    }
    const isBusy = server.traffic.reads !== this.reads;
    this.reads = server.traffic.reads;
    if (isBusy && --this.busyPausesLeft > 0) {
      this.plan(BUSY_PAUSE_MS);
    } else if (isBusy || exercise.isDone) {
      this.exercise = null;
      // What was made up is garbage now. Nobody waits while it is collected, unless somebody always does.
      if (!isBusy) setTimeout(() => Bun.gc(true), PAUSE_MS);
    } else {
      this.requests += exercise.slice();
      this.plan(PAUSE_MS);
    }
  }
}

/** A server of one shard with some clients, whose replies go nowhere. */
class Exercise {
  private readonly server: Server;
  private readonly connections: Connection[] = [];
  private readonly bytes = pin(Buffer.allocUnsafeSlow(ROUND_BYTES));
  private readonly round: Round;
  /** For each command what is sent. */
  private readonly chunks: readonly (readonly Buffer[])[];
  private slices = 0;

  constructor(requests: readonly Request[]) {
    this.chunks = requests.map((request) =>
      Array.from({ length: CONNECTIONS }, (_, chunk) => pipeline(request, chunk)),
    );
    const config = Config.load({ env: { OPENKV_SHARDS: "1", OPENKV_BANNER: "never" } });
    this.server = new Server(config, SILENT, new Libc());
    this.round = new Round(this.server, this.bytes);
    // So it is where there is something to be fast for.
    this.server.ctx.prefetching = true;
    for (let i = 0; i < CONNECTIONS; i++)
      this.connections.push(this.server.clients.add(deafSocket(), NOBODY, NOBODY));
  }

  get isDone(): boolean {
    return this.slices === this.chunks.length * ROUNDS;
  }

  /** Sends the requests of one command again and again, from an empty dataset on. Returns how many. */
  slice(): number {
    const { server, connections, round } = this;
    const chunks = this.chunks[this.slices++ % this.chunks.length];
    const end = performance.now() + SLICE_MS;
    let requests = 0;
    this.receive(connections[0], FORGET);
    round.execute();
    do {
      requests += chunks.length * PIPELINE;
      for (let i = 0; i < chunks.length; i++) this.receive(connections[i], chunks[i]);
      round.execute();
      server.outbox.flush();
    } while (performance.now() < end);
    return requests;
  }

  private receive(connection: Connection, chunk: Buffer): void {
    chunk.copy(this.bytes, this.round.end);
    this.round.add(connection, chunk.length);
  }
}

function pipeline(request: Request, chunk: number): Buffer {
  const names = Array.from({ length: PIPELINE }, (_, i) => `name:${100 + chunk * PIPELINE + i}`);
  return Buffer.concat(names.map((name) => encodeRequest(request(name))));
}

/** A socket that takes everything and tells nobody. */
function deafSocket(): ClientSocket {
  const nothing = () => {};
  return {
    write: (_bytes: Buffer, _from: number, length: number) => length,
    ...{ pause: nothing, resume: nothing, end: nothing, close: nothing },
  };
}

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };
