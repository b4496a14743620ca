/** The access bits of LRU and LFU, with a clock moved by hand. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { AccessClock } from "../../src/store/access.ts";
import { testSeed } from "../support/seed.ts";

const NOW_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

function newClock(nowMs = NOW_MS, seed = 1): AccessClock {
  const clock = new AccessClock(new Random(seed));
  clock.setNow(nowMs);
  return clock;
}

describe("access bits under LRU", () => {
  test("hold the second of the last access, and idle time counts from it", () => {
    const clock = newClock();
    const created = clock.initial();
    clock.setNow(NOW_MS + 999);
    expect(clock.idleSeconds(created)).toBe(0);
    clock.setNow(NOW_MS + 90_000);
    expect(clock.idleSeconds(created)).toBe(90);
    const touched = clock.touched(created);
    expect(clock.idleSeconds(touched)).toBe(0);
    clock.setNow(NOW_MS + 91_000);
    expect(clock.idleSeconds(touched)).toBe(1);
  });

  test("fit 24 bits, and idle time survives their wrapping and the year 2038", () => {
    for (const wrapMs of [Math.ceil(1.7e9 / 2 ** 24) * 2 ** 24 * 1000, 2 ** 31 * 1000, 2 ** 32 * 1000]) {
      const clock = newClock(wrapMs - 5000);
      const before = clock.initial();
      clock.setNow(wrapMs + 7000);
      expect(clock.idleSeconds(before)).toBe(12);
      for (const bits of [before, clock.initial()]) expect(bits >= 0 && bits < 2 ** 24).toBe(true);
    }
  });
});

describe("access bits under LFU", () => {
  function newLfuClock(seed = 1): AccessClock {
    const clock = newClock(NOW_MS, seed);
    clock.lfu = true;
    return clock;
  }

  test("start from a frequency of 5, so that a new key is not evicted first", () => {
    const clock = newLfuClock();
    expect(clock.frequency(clock.initial())).toBe(5);
  });

  test("rise by one for each access while new, more and more slowly after, never above 255", () => {
    const clock = newLfuClock(testSeed("access: rise"));
    let bits = clock.touched(clock.initial());
    expect(clock.frequency(bits)).toBe(6);
    // The expected counter after this many accesses, from the table in redis.conf for factor 10.
    const table = [
      [100, 10],
      [1000, 18],
      [100_000, 142],
      [1_000_000, 255],
    ];
    let accesses = 1;
    for (const [until, expected] of table) {
      for (; accesses < until; accesses++) bits = clock.touched(bits);
      expect(Math.abs(clock.frequency(bits) - expected)).toBeLessThan(8 + expected / 8);
    }
    for (let i = 0; i < 3_000_000; i++) bits = clock.touched(bits);
    expect(clock.frequency(bits)).toBe(255);
  });

  test("rise with every access when the factor is 0", () => {
    const clock = newLfuClock();
    clock.logFactor = 0;
    let bits = clock.initial();
    for (let i = 0; i < 300; i++) bits = clock.touched(bits);
    expect(clock.frequency(bits)).toBe(255);
  });

  test("fall by one for each decay time without an access, not below 0", () => {
    const clock = newLfuClock();
    clock.decayMinutes = 2;
    const bits = clock.initial();
    const expected = [5, 5, 4, 4, 3];
    expected.forEach((frequency, minutes) => {
      // Counted in whole minutes of the clock.
      clock.setNow(NOW_MS - (NOW_MS % MINUTE_MS) + minutes * MINUTE_MS);
      expect(clock.frequency(bits)).toBe(frequency);
    });
    clock.setNow(NOW_MS + 1000 * MINUTE_MS);
    expect(clock.frequency(bits)).toBe(0);
    expect(clock.frequency(clock.touched(bits))).toBe(1);
  });

  test("do not fall when the decay time is 0", () => {
    const clock = newLfuClock();
    clock.decayMinutes = 0;
    const bits = clock.initial();
    clock.setNow(NOW_MS + 1000 * MINUTE_MS);
    expect(clock.frequency(bits)).toBe(5);
  });

  test("fit 24 bits and survive the wrapping of the minutes", () => {
    const clock = newLfuClock();
    const wrapMs = Math.ceil(NOW_MS / MINUTE_MS / 2 ** 16) * 2 ** 16 * MINUTE_MS;
    clock.setNow(wrapMs - 2 * MINUTE_MS);
    const bits = clock.initial();
    expect(bits >= 0 && bits < 2 ** 24).toBe(true);
    clock.setNow(wrapMs + MINUTE_MS);
    expect(clock.frequency(bits)).toBe(2);
  });
});
