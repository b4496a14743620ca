/** When the server waits for more clients: only where many are busy and it is faster than they are. */

import { describe, expect, test } from "bun:test";
import { Crowd } from "../../src/server/crowd.ts";

/** So many clients, served in turn `turns` times. */
function crowdOf(clients: number, turns: number): Crowd {
  const crowd = new Crowd();
  const last = Array<number>(clients).fill(0);
  for (let turn = 0; turn < turns; turn++) for (let i = 0; i < clients; i++) last[i] = crowd.arrived(last[i]);
  return crowd;
}

describe("a crowd", () => {
  test.each([
    [1, false],
    [16, false],
    [31, false],
    [40, true],
    [10_000, true],
  ])("of %d clients is worth waiting for: %p", (clients, isWorthIt) => {
    expect(crowdOf(clients, 20).isWorthWaitingFor(0, 0)).toBe(isWorthIt);
  });

  test("is not waited for when a good part of it is there", () => {
    const crowd = crowdOf(60, 20);
    expect([0, 14, 16, 60].map((chunks) => crowd.isWorthWaitingFor(chunks, 0))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("is over when one client alone goes on", () => {
    const crowd = crowdOf(60, 20);
    let last = 0;
    for (let i = 0; i < 100; i++) last = crowd.arrived(last);
    expect(crowd.isWorthWaitingFor(0, 0)).toBe(false);
  });

  test("is not waited for again for a while after a wait in vain", () => {
    const crowd = crowdOf(60, 20);
    crowd.waited(3, 1000, 1000.1);
    expect(crowd.isWorthWaitingFor(0, 1000.1)).toBe(true);
    crowd.waited(2, 1000, 1000.1);
    expect([1000.1, 1010, 1010.1].map((now) => crowd.isWorthWaitingFor(0, now))).toEqual([
      false,
      false,
      true,
    ]);
  });

  test("is waited for less and less often where waits take too long, and as before after a good one", () => {
    const crowd = crowdOf(60, 20);
    let now = 0;
    const pauseAfterWaitOf = (ms: number): number => {
      crowd.waited(8, now, now + ms);
      now += ms;
      let pause = 0;
      while (!crowd.isWorthWaitingFor(0, now + pause)) pause++;
      now += pause;
      return pause;
    };
    expect(Array.from({ length: 9 }, () => pauseAfterWaitOf(4))).toEqual([
      ...[10, 20, 40, 80, 160, 320, 640, 1000, 1000],
    ]);
    expect(pauseAfterWaitOf(0.1)).toBe(0);
    expect([pauseAfterWaitOf(4), pauseAfterWaitOf(4)]).toEqual([10, 20]);
    crowd.waited(2, now, now + 0.1);
    expect([9, 11].map((ms) => crowd.isWorthWaitingFor(0, now + ms))).toEqual([false, true]);
  });

  /** Waits of 50 µs that bring 5 chunks each, of which each takes so long to serve. Returns when it was paused. */
  function pausedAfter(serviceMs: number): number {
    const crowd = crowdOf(60, 20);
    let now = 1000;
    for (let wait = 1; wait <= 100; wait++) {
      const began = now + 5 * serviceMs;
      now = began + 0.05;
      crowd.waited(5, began, now);
      for (let i = 0; i < 5; i++) crowd.arrived(-100);
      if (!crowd.isWorthWaitingFor(0, now)) return wait;
    }
    return Number.POSITIVE_INFINITY;
  }

  test("is not waited for by a server that is the slower part", () => {
    expect(pausedAfter(0.005)).toBe(Number.POSITIVE_INFINITY);
    expect(pausedAfter(0.009)).toBe(Number.POSITIVE_INFINITY);
    expect(pausedAfter(0.011)).toBeLessThan(30);
    expect(pausedAfter(0.02)).toBeLessThan(10);
  });

  test("is measured on beyond the range of its count", () => {
    const crowd = new Crowd();
    const last = Array<number>(40).fill(2 ** 31 - 100);
    (crowd as unknown as { chunks: number }).chunks = 2 ** 31 - 100;
    for (let turn = 0; turn < 20; turn++)
      for (let i = 0; i < last.length; i++) last[i] = crowd.arrived(last[i]);
    expect(last[0]).toBeLessThan(0);
    expect(crowd.isWorthWaitingFor(0, 0)).toBe(true);
  });
});
