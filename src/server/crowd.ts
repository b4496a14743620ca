/**
 * Whether it is worth waiting a moment for more requests before those that are there are served, as network cards do
 * before they interrupt (interrupt moderation).
 *
 * Many clients whose requests come one by one are expensive: for each of them the server asks what there is, and the
 * client, when it is one program with many connections, is told of each reply. If it is slower than the server, nothing
 * is lost when the server sleeps for some microseconds and then serves several at a time: the program is busy with
 * earlier replies meanwhile, and has less to do for each. (Measured with 50 connections and a request at a time: 5 to
 * 10 % more requests a second, a tenth to a sixth less processor time for each.) But who has few connections, or a
 * server that is itself the slower part, would only be kept waiting.
 *
 * How many clients there are at a time is seen from how many others are served between two chunks of the same one.
 */

/** Fewer clients may all be waiting for their replies. */
const CROWD_MIN = 32;
/** So many chunks decide about what the size of the crowd is taken for. */
const MEMORY_CHUNKS = 32;
/** What one chunk can say about it at most: who comes back after an hour says little. */
const DISTANCE_MAX = 128;
/** If this part of the crowd waits to be served, the server is the slower part. */
const SERVED_SHARE = 1 / 4;
/** A wait that brings fewer chunks was in vain: it is not tried again for so long. */
const WORTH_CHUNKS = 3;
const PAUSE_MS = 10;
/**
 * A wait that takes this long shows a machine that is very busy, or cannot sleep for microseconds: the same pause, but
 * twice as long each time, up to a limit.
 */
const OVERSLEPT_MS = 0.5;
const OVERSLEPT_PAUSE_MS_MAX = 1000;
/** The server is the slower part if it takes longer to serve what came in a wait than the wait took. */
const LOAD_MAX = 1;
/** So many waits decide about what the load is taken for. */
const MEMORY_WAITS = 8;
/** What happened longer ago than this before a wait says nothing about it. */
const RECENT_MS = 2;

export class Crowd {
  private size = 0;
  private chunks = 0;
  private pausedUntilMs = 0;
  /** How long the last pause was after waits that took too long; half of the first one. */
  private oversleptPauseMs = PAUSE_MS / 2;
  private load = 0;
  /** When the last wait ended, and how many chunks had come before. */
  private waitEndedMs = 0;
  private chunksBefore = 0;

  /** The next chunk comes from somebody whose last chunk was number `last`. Returns the number of this one, an int32. */
  arrived(last: number): number {
    this.chunks = (this.chunks + 1) | 0;
    const distance = Math.min((this.chunks - last) >>> 0, DISTANCE_MAX);
    this.size += (distance - this.size) / MEMORY_CHUNKS;
    return this.chunks;
  }

  /** Whether to wait for more, when `chunks` are there to be served. */
  isWorthWaitingFor(chunks: number, nowMs: number): boolean {
    return this.size >= CROWD_MIN && chunks < this.size * SERVED_SHARE && nowMs >= this.pausedUntilMs;
  }

  /** A wait from `beganMs` to `endedMs` has brought so many chunks more, which have not been counted yet. */
  waited(chunks: number, beganMs: number, endedMs: number): void {
    this.measureLoad(chunks, beganMs, endedMs);
    const isOverslept = endedMs - beganMs > OVERSLEPT_MS;
    this.oversleptPauseMs = isOverslept
      ? Math.min(this.oversleptPauseMs * 2, OVERSLEPT_PAUSE_MS_MAX)
      : PAUSE_MS / 2;
    if (isOverslept) this.pausedUntilMs = endedMs + this.oversleptPauseMs;
    else if (chunks < WORTH_CHUNKS || this.load > LOAD_MAX) this.pausedUntilMs = endedMs + PAUSE_MS;
  }

  /** Compares how fast chunks come with how fast they were served since the last wait. */
  private measureLoad(chunks: number, beganMs: number, endedMs: number): void {
    const served = (this.chunks - this.chunksBefore) | 0;
    const serviceMs = (beganMs - this.waitEndedMs) / served;
    if (beganMs - this.waitEndedMs > RECENT_MS || served <= 0) this.load = 0;
    else this.load += ((serviceMs * chunks) / (endedMs - beganMs) - this.load) / MEMORY_WAITS;
    this.waitEndedMs = endedMs;
    this.chunksBefore = this.chunks;
  }
}
