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
/** A wait that brings fewer chunks was in vain, and is not tried again for so long. */
const WORTH_CHUNKS = 3;
const IN_VAIN_PAUSE_MS = 10;
/** After a wait of this length the machine is one that cannot sleep for microseconds, or is very busy. */
const OVERSLEPT_MS = 0.5;
const OVERSLEPT_PAUSE_MS = 1000;

export class Crowd {
  private size = 0;
  private chunks = 0;
  private pausedUntilMs = 0;

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

  /** A wait has brought so many chunks more. */
  waited(chunks: number, beganMs: number, endedMs: number): void {
    if (endedMs - beganMs > OVERSLEPT_MS) this.pausedUntilMs = endedMs + OVERSLEPT_PAUSE_MS;
    else if (chunks < WORTH_CHUNKS) this.pausedUntilMs = endedMs + IN_VAIN_PAUSE_MS;
  }
}
