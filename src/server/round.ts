/**
 * What has come to several connections at the same time. It is received first, then all of it is parsed, then
 * executed, then the replies leave: each of these steps stays in the processor's caches, and the memory that all
 * requests need is asked for together, even if each connection has sent but one.
 *
 *     received:  | chunk of one connection | of the next one | …
 *                                          ^ ends[0]         ^ ends[1]
 */

import { COLLECTED, type Connection } from "./connection.ts";
import type { Server } from "./server.ts";

/** With so many bytes a round is full: they are still in the processor's nearest cache when they are executed. */
const FULL_BYTES = 16 * 1024;
/** Who comes after requests that took so long is served with a time of his own. */
const SLOW_MICROSECONDS = 1000;

export class Round {
  private count = 0;
  private readonly connections: Connection[] = [];
  private readonly ends: number[] = [];
  /** The first chunk whose requests are in the batch; all up to the present one are. */
  private first = 0;
  /** For each chunk in the batch, where there its requests end. */
  private readonly lasts: number[] = [];

  /** @param bytes where the chunks lie */
  constructor(
    private readonly server: Server,
    private readonly bytes: Buffer,
  ) {}

  /** Where the next chunk begins. */
  get end(): number {
    return this.startOf(this.count);
  }

  get full(): boolean {
    return this.end >= FULL_BYTES;
  }

  /** The next `length` bytes have come to this connection. */
  add(connection: Connection, length: number): void {
    this.ends[this.count] = this.end + length;
    this.connections[this.count] = connection;
    this.count++;
  }

  /** Executes everything and begins a new round. */
  execute(): void {
    const { count } = this;
    this.count = 0;
    this.beginBatch(0);
    for (let i = 0; i < count; i++) this.collect(i);
    this.executeBatch(count);
    // Not to keep those alive that have gone.
    this.connections.length = 0;
  }

  /** Puts the requests of chunk `i` into the batch. What cannot be part of one is executed, after what is there. */
  private collect(i: number): void {
    const { bytes, connections, server } = this;
    const { batch } = server;
    const connection = connections[i];
    const start = this.startOf(i);
    const end = this.ends[i];
    server.countChunk(end - start);
    if (!connection.takesBatch) {
      this.executeBefore(i);
      connection.receive(bytes, start, end);
      this.beginBatch(i + 1);
      return;
    }
    if (connection.state.db !== this.db) {
      this.executeBatch(i);
      this.beginBatch(i);
    }
    const from = batch.count;
    const status = connection.collectShared(bytes, start, end);
    this.lasts[i] = batch.count;
    if (status === COLLECTED) return;
    this.executeBefore(i);
    connection.executeRest(bytes, start, end, from, status);
    this.beginBatch(i + 1);
  }

  /** The database of all requests in the batch. */
  private get db(): number {
    return this.connections[this.first].state.db;
  }

  /** The batch is empty, and the next chunk is the `i`-th. */
  private beginBatch(i: number): void {
    this.server.beginTurn();
    this.server.batch.clear();
    this.first = i;
  }

  /** {@link executeBatch} for chunk `i`, which is executed by itself next. */
  private executeBefore(i: number): void {
    this.executeBatch(i);
    if (this.first < i) this.server.beginTurn();
    this.server.chunkBytes = this.ends[i] - this.startOf(i);
  }

  /**
   * Asks for the memory of all requests in the batch, and executes those of the chunks before the `end`-th: all but
   * the first requests of that one, if it is the next to be executed.
   */
  private executeBatch(end: number): void {
    const { bytes, connections, ends, first, lasts, server } = this;
    const { batch, clock, ctx } = server;
    if (batch.count > 0) batch.prefetch(ctx, this.db);
    let from = 0;
    for (let i = first; i < end; i++) {
      const start = this.startOf(i);
      server.chunkBytes = ends[i] - start;
      connections[i].executeShared(bytes, start, ends[i], from, lasts[i]);
      from = lasts[i];
      const microseconds = clock.elapsedMicroseconds();
      if (i + 1 < end && microseconds < SLOW_MICROSECONDS) continue;
      ctx.times.share(microseconds);
      if (i + 1 < end) server.beginTurn();
    }
  }

  private startOf(i: number): number {
    return i === 0 ? 0 : this.ends[i - 1];
  }
}
