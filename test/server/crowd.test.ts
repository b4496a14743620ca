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

  test("is not waited for again for long after a wait that took too long", () => {
    const crowd = crowdOf(60, 20);
    crowd.waited(50, 1000, 1004);
    expect([1004, 2003, 2004].map((now) => crowd.isWorthWaitingFor(0, now))).toEqual([false, false, true]);
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
