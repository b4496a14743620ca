import { afterEach, describe, expect, mock, spyOn, test } from "bun:test";
import { TurnClock } from "../../src/server/turn-clock.ts";

/** The two clocks it is made of are rounded, and may differ a little. */
const TOLERANCE_MS = 4;

/** Waits until both clocks have moved on. */
function waste(ms: number): void {
  const [wall, monotonic] = [Date.now() + ms, performance.now() + ms];
  while (Date.now() < wall || performance.now() < monotonic);
}

function synchronized(): TurnClock {
  const clock = new TurnClock();
  clock.synchronize();
  clock.begin();
  return clock;
}

test("the time of a turn is the wall clock's in whole milliseconds, and stands still within the turn", () => {
  const before = Date.now();
  const clock = synchronized();
  const { nowMs } = clock;
  expect(nowMs).toBeGreaterThanOrEqual(before - TOLERANCE_MS);
  expect(nowMs).toBeLessThanOrEqual(Date.now() + TOLERANCE_MS);
  expect(Number.isInteger(nowMs)).toBe(true);
  waste(3);
  expect(clock.nowMs).toBe(nowMs);
});

test("refresh brings the time up to date, but the turn goes on", () => {
  const clock = synchronized();
  const { nowMs } = clock;
  waste(20);
  clock.refresh();
  expect(clock.nowMs).toBeGreaterThanOrEqual(nowMs + 19);
  expect(clock.nowMs).toBeLessThanOrEqual(Date.now() + TOLERANCE_MS);
  expect(clock.elapsedMicroseconds()).toBeGreaterThanOrEqual(20_000);
});

test("begin starts the time of a new turn, of which nothing has passed before", () => {
  const clock = synchronized();
  const { nowMs } = clock;
  waste(20);
  const passed = clock.elapsedMicroseconds();
  expect(passed).toBeGreaterThanOrEqual(20_000);
  clock.begin();
  expect(clock.nowMs).toBeGreaterThanOrEqual(nowMs + 19);
  const since = clock.elapsedMicroseconds();
  expect(since).toBeGreaterThanOrEqual(0);
  expect(clock.elapsedMicroseconds()).toBeGreaterThanOrEqual(since);
});

test("microseconds are those of the wall clock, not of the turn", () => {
  const clock = synchronized();
  waste(5);
  const before = Date.now();
  const microseconds = clock.nowMicroseconds();
  expect(Number.isSafeInteger(microseconds)).toBe(true);
  expect(microseconds).toBeGreaterThanOrEqual((before - TOLERANCE_MS) * 1000);
  expect(microseconds).toBeLessThanOrEqual((Date.now() + TOLERANCE_MS) * 1000);
});

describe("a wall clock that somebody sets", () => {
  afterEach(() => {
    mock.restore();
  });

  test.each([3_600_000, -3_600_000, 1000])("by %d ms is followed from the next turn on", (by) => {
    const clock = synchronized();
    const { nowMs } = clock;
    const realNow = Date.now;
    spyOn(Date, "now").mockImplementation(() => realNow() + by);
    clock.begin();
    expect(Math.abs(clock.nowMs - nowMs)).toBeLessThan(500);
    clock.synchronize();
    const before = Date.now();
    clock.begin();
    expect(clock.nowMs).toBeGreaterThanOrEqual(before - TOLERANCE_MS);
    expect(clock.nowMs).toBeLessThanOrEqual(Date.now() + TOLERANCE_MS);
  });
});
