/** Unsent output: every byte goes out once and in order, and the buffers it waits in go back once. */

import { describe, expect, test } from "bun:test";
import type { Socket } from "bun";
import { Random } from "../../src/base/random.ts";
import { OutputQueue } from "../../src/server/output-queue.ts";
import { PIECE_BYTES, PiecePool } from "../../src/server/piece-pool.ts";
import { testSeed } from "../support/seed.ts";

/** Takes as much as `take` says of each write, and keeps it. */
class FakeSocket {
  readonly taken: Buffer[] = [];
  /** How many of `length` bytes the next write takes; below 0, the peer is gone. */
  take: (length: number) => number = (length) => length;

  write(bytes: Buffer, at: number, length: number): number {
    const count = this.take(length);
    if (count > 0) this.taken.push(Buffer.from(bytes.subarray(at, at + count)));
    return count;
  }

  asSocket(): Socket<undefined> {
    return this as unknown as Socket<undefined>;
  }
}

/** A pool that knows which buffers are out, and fails when one comes back twice or to two users. */
class WatchedPool extends PiecePool {
  readonly out = new Set<Buffer>();

  override take(): Buffer {
    const piece = super.take();
    if (this.out.has(piece)) throw new Error("a piece was handed out twice");
    this.out.add(piece);
    return piece;
  }

  override give(bytes: Buffer): void {
    if (!this.out.delete(bytes) && bytes.length === PIECE_BYTES) throw new Error("a piece came back twice");
    super.give(bytes);
  }
}

function newQueue() {
  const socket = new FakeSocket();
  const pool = new WatchedPool();
  const counter = { writes: 0, outputBytes: 0 };
  return { socket, pool, counter, queue: new OutputQueue(socket.asSocket(), pool, counter) };
}

/** The queue copies what is short: there is nothing to take. */
const NO_OWNER = {
  take(): Buffer {
    throw new Error("a short left-over is copied");
  },
};

describe("a peer that goes away", () => {
  test.each([0, 1, 2, 3])("after %d pieces of a drain: no piece comes back twice", (before) => {
    const { socket, pool, queue } = newQueue();
    socket.take = () => 0;
    const bytes = Buffer.alloc(4 * PIECE_BYTES - 100, "x");
    queue.write(bytes, bytes.length, NO_OWNER);
    expect(pool.out.size).toBe(4);
    let writes = 0;
    socket.take = (length) => (writes++ < before ? length : -1);
    expect(queue.drain()).toBe(true);
    expect([queue.closed, queue.pendingBytes, pool.out.size]).toEqual([true, 0, 0]);
    queue.close();
    expect(queue.drain()).toBe(true);
    expect(new Set(Array.from({ length: 12 }, () => pool.take())).size).toBe(12);
  });

  test("in a write that nothing waits in front of", () => {
    const { socket, pool, queue } = newQueue();
    socket.take = () => -1;
    queue.write(Buffer.alloc(3_000_000), 3_000_000, NO_OWNER);
    queue.write(Buffer.alloc(10), 10, NO_OWNER);
    expect([queue.closed, queue.pendingBytes, pool.out.size]).toEqual([true, 0, 0]);
  });

  test("when some of a piece is out: closing drops the rest", () => {
    const { socket, pool, queue, counter } = newQueue();
    socket.take = () => 0;
    queue.write(Buffer.alloc(2 * PIECE_BYTES), 2 * PIECE_BYTES, NO_OWNER);
    socket.take = (length) => Math.min(length, 1000);
    expect(queue.drain()).toBe(false);
    expect([queue.pendingBytes, counter.outputBytes]).toEqual([2 * PIECE_BYTES - 1000, 1000]);
    queue.close();
    expect([queue.closed, queue.pendingBytes, pool.out.size]).toEqual([true, 0, 0]);
  });
});

test("many short replies that wait fill their pieces", () => {
  const { socket, pool, queue } = newQueue();
  socket.take = () => 0;
  const bytes = Buffer.alloc(100, "short reply ");
  for (let i = 0; i < 10_000; i++) queue.write(bytes, bytes.length, NO_OWNER);
  expect(queue.pendingBytes).toBe(1_000_000);
  expect(pool.out.size).toBe(Math.ceil(1_000_000 / PIECE_BYTES));
  socket.take = (length) => length;
  expect(queue.drain()).toBe(true);
  expect(Buffer.concat(socket.taken).equals(Buffer.alloc(1_000_000, bytes))).toBe(true);
  expect([queue.pendingBytes, pool.out.size]).toEqual([0, 0]);
});

describe("a piece pool", () => {
  test("keeps 8 MiB at most, and only buffers of its own size", () => {
    const pool = new PiecePool();
    const given = new Set<Buffer>(Array.from({ length: 300 }, () => Buffer.allocUnsafeSlow(PIECE_BYTES)));
    for (const piece of given) pool.give(piece);
    pool.give(Buffer.alloc(PIECE_BYTES + 1));
    pool.give(Buffer.alloc(PIECE_BYTES - 1));
    const taken = Array.from({ length: 300 }, () => pool.take());
    expect(taken.every((piece) => piece.length === PIECE_BYTES)).toBe(true);
    expect(new Set(taken).size).toBe(300);
    expect(taken.filter((piece) => given.has(piece)).length * PIECE_BYTES).toBe(8 * 1024 * 1024);
  });
});

describe("a socket that takes random amounts", () => {
  const LONG = 1024 * 1024;
  const DONE = 40_000_000;

  test("gets all bytes once and in order, out of a bounded number of pieces", () => {
    const random = new Random(testSeed("output queue"));
    const { socket, pool, queue, counter } = newQueue();
    const limit = (length: number) =>
      [0, length, random.below(length + 1), Math.min(length, random.below(3000))][random.below(4)];
    socket.take = limit;
    let written = 0;
    let checked = 0;
    /** Byte `i` of the stream; a period that no buffer size is a multiple of. */
    const period = Buffer.from(Array.from({ length: 251 }, (_, i) => i));
    const stream = Buffer.alloc(251 * 16_384, period);
    let longPending = 0;
    const check = () => {
      for (const bytes of socket.taken.splice(0)) {
        const from = checked % 251;
        if (!bytes.equals(stream.subarray(from, from + bytes.length)))
          throw new Error(`wrong bytes behind ${checked} bytes`);
        checked += bytes.length;
      }
      expect(queue.pendingBytes).toBe(written - checked);
      expect(counter.outputBytes).toBe(checked);
      if (queue.pendingBytes === 0) {
        longPending = 0;
        expect(pool.out.size).toBe(0);
      }
      // The first and the last piece, and one in front of each long left-over, need not be full.
      expect(pool.out.size).toBeLessThanOrEqual(
        Math.ceil(queue.pendingBytes / PIECE_BYTES) + 2 + longPending,
      );
    };
    while (written < DONE) {
      if (random.below(3) > 0) {
        const length = 1 + random.below([100, 5000, 200_000, 3 * LONG][random.below(4)]);
        const bytes = Buffer.from(stream.subarray(written % 251, (written % 251) + length));
        let kept = false;
        queue.write(bytes, length, {
          take() {
            kept = true;
            longPending++;
            return bytes;
          },
        });
        // Unless the queue keeps them, the bytes are the caller's again.
        if (!kept) bytes.fill(0xff);
        written += length;
      } else {
        expect(queue.drain()).toBe(queue.pendingBytes === 0);
      }
      check();
    }
    socket.take = (length) => Math.max(1, limit(length));
    while (!queue.drain()) check();
    check();
    expect(checked).toBe(written);
  }, 30_000);
});
