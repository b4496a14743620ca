/** The timing wheel against a plain map from record to time. */

import { describe, expect, test } from "bun:test";
import type { Int64 } from "../../src/base/int.ts";
import { Random } from "../../src/base/random.ts";
import { Arena } from "../../src/memory/arena.ts";
import { TimingWheel, WHEEL_BUSY, WHEEL_NODE_BYTES } from "../../src/memory/timing-wheel.ts";
import { testSeed } from "../support/seed.ts";

/** Where the tests' records have their node: not at the start, so that a forgotten offset shows. */
const NODE_AT = 8;
const RECORD_BYTES = NODE_AT + WHEEL_NODE_BYTES;
const START_MS = 1_700_000_000_000;
const YEAR_MS = 365 * 86_400_000;
/** From here on a time is never reached. */
const FAR_MS = 2 ** 48;

class Model {
  readonly arena = new Arena(new SharedArrayBuffer(4 << 20));
  readonly wheel = new TimingWheel(this.arena, NODE_AT);
  readonly root: number;
  readonly times = new Map<number, Int64>();
  readonly records: number[] = [];

  constructor(public nowMs: number) {
    this.root = this.wheel.create(nowMs);
  }

  add(time: Int64): number {
    const record = this.arena.allocate(RECORD_BYTES);
    this.arena.words[record >> 2] = this.records.length;
    this.wheel.setTime(record, time);
    this.wheel.add(this.root, record);
    this.times.set(record, time);
    this.records.push(record);
    return record;
  }

  remove(record: number): void {
    this.wheel.remove(this.root, record);
    this.forget(record);
  }

  /** Copies a record, as a value that grows does. */
  move(record: number): void {
    const fresh = this.arena.allocate(RECORD_BYTES);
    this.arena.bytes.copy(this.arena.bytes, fresh, record, record + RECORD_BYTES);
    this.wheel.moved(this.root, fresh);
    const time = this.times.get(record) as Int64;
    this.forget(record);
    this.arena.words[fresh >> 2] = this.records.length;
    this.times.set(fresh, time);
    this.records.push(fresh);
  }

  refile(record: number, time: Int64): void {
    this.wheel.remove(this.root, record);
    this.wheel.setTime(record, time);
    this.wheel.add(this.root, record);
    this.times.set(record, time);
  }

  any(random: Random): number {
    return this.records[random.below(this.records.length)];
  }

  /** One call of takeDue, judged against the model; false when nothing was due. */
  take(moves: number): boolean {
    const taken = this.wheel.takeDue(this.root, this.nowMs, moves);
    if (taken === 0) return false;
    if (taken === WHEEL_BUSY) return true;
    const time = this.times.get(taken);
    expect(time === undefined).toBe(false);
    expect((time as Int64) <= this.nowMs).toBe(true);
    this.forget(taken);
    return true;
  }

  /** Takes until there is nothing due, and holds the model against that. */
  drain(moves: number): void {
    while (this.take(moves));
    for (const time of this.times.values()) {
      if (time <= this.nowMs && time < FAR_MS) throw new Error(`time ${time} is due and still filed`);
    }
  }

  check(): void {
    expect(this.wheel.check(this.root)).toBe(this.times.size);
  }

  private forget(record: number): void {
    this.times.delete(record);
    const index = this.arena.words[record >> 2];
    const last = this.records[this.records.length - 1];
    this.records[index] = last;
    this.arena.words[last >> 2] = index;
    this.records.pop();
    this.arena.free(record);
  }
}

/** A distance of any magnitude from nothing to years, in the past now and then. */
function anyDistance(random: Random): number {
  const far = Math.floor(2 ** (random.float() * 38));
  return random.below(8) === 0 ? -far : far;
}

function anyTime(random: Random, nowMs: number): Int64 {
  switch (random.below(40)) {
    case 0:
      return BigInt.asIntN(64, 2n ** 53n * BigInt(random.below(1024)) + 1n + BigInt(random.below(1000)));
    case 1:
      return -(2n ** 63n) + BigInt(random.below(1000));
    case 2:
      return FAR_MS + random.below(1000) - 500;
    case 3:
      return 2 ** 53 - 1 - random.below(1000);
    case 4:
      return random.below(1000) - 500;
    default:
      return nowMs + anyDistance(random);
  }
}

/** Within a bounded number of calls there must be nothing left to do. */
function expectRest(model: Model): void {
  for (let i = 0; i < 2000; i++) if (!model.take(5)) return;
  throw new Error("the wheel is busy for ever");
}

describe("timing wheel", () => {
  for (const start of [START_MS, 0, 2 ** 32 - 5, 2 ** 42 - 1]) {
    test(`agrees with a map under random changes and advances, from ${start} ms on`, () => {
      const random = new Random(testSeed(`timing wheel: from ${start}`));
      const model = new Model(start);
      for (let step = 0; step < 15_000; step++) {
        const dice = random.below(16);
        if (model.records.length === 0 || (dice < 7 && model.records.length < 3000))
          model.add(anyTime(random, model.nowMs));
        else if (dice < 9) model.remove(model.any(random));
        else if (dice < 10) model.move(model.any(random));
        else if (dice < 11) model.refile(model.any(random), anyTime(random, model.nowMs));
        else if (dice < 14) for (let i = random.below(20); i > 0 && model.take(1 + random.below(100)); i--);
        else if (dice < 15) model.nowMs += Math.floor(2 ** (random.float() * 24));
        else model.drain(1 + random.below(100));
        if (step < 200 || step % 50 === 0) model.check();
      }
      model.drain(100);
      model.check();
    });
  }

  test("hands out everything once, within moves bounded per call, over years", () => {
    const random = new Random(testSeed("timing wheel: years"));
    const model = new Model(START_MS);
    for (let i = 0; i < 5000; i++) model.add(START_MS + Math.floor(random.float() * 20 * YEAR_MS));
    let calls = 0;
    for (const span of [1, 1000, 60_000, 86_400_000, YEAR_MS, 30 * YEAR_MS]) {
      for (let i = 0; i < 20; i++) {
        model.nowMs += Math.floor(random.float() * span);
        while (model.take(3)) calls++;
        model.drain(3);
      }
      model.check();
    }
    expect(model.times.size).toBe(0);
    // A record goes down through the eight levels at most, three moves a call.
    expect(calls).toBeLessThan(5000 * (8 / 3 + 1) + 5000);
  });

  test("a call that has spent its moves says so, and later calls go on from there", () => {
    const model = new Model(0);
    for (let i = 0; i < 50; i++) model.add(64 ** 2 + 64 + i);
    model.nowMs = 64 ** 2;
    expect(model.wheel.takeDue(model.root, model.nowMs, 20)).toBe(WHEEL_BUSY);
    model.check();
    expect(model.wheel.takeDue(model.root, model.nowMs, 20)).toBe(WHEEL_BUSY);
    expect(model.wheel.takeDue(model.root, model.nowMs, 20)).toBe(0);
    model.check();
    // Records that come while lists are on their way down are handed out too.
    model.nowMs += 64 + 10;
    for (let i = 0; i < 5; i++) model.take(1);
    model.add(model.nowMs - 70);
    model.add(model.nowMs);
    model.add(5);
    model.check();
    model.drain(1);
    expect(model.times.size).toBe(39);
  });

  test("a record is handed out from the very millisecond of its time on, past ones at once", () => {
    const random = new Random(testSeed("timing wheel: exact"));
    for (let i = 0; i < 300; i++) {
      const model = new Model(START_MS + random.below(1e9));
      const time = model.nowMs + 1 + Math.floor(2 ** (random.float() * 36));
      const record = model.add(time);
      for (let at = model.nowMs; at < time - 1; at += Math.ceil((time - at) / 2)) {
        expect(model.wheel.takeDue(model.root, at, 100)).toBe(0);
      }
      expect(model.wheel.takeDue(model.root, time - 1, 100)).toBe(0);
      expect(model.wheel.takeDue(model.root, time, 100)).toBe(record);
      const past = [-5, 0, time, 2n ** 63n * -1n].map((due) => model.add(due));
      const taken = past.map(() => model.wheel.takeDue(model.root, time, 100));
      expect(taken.sort()).toEqual(past.sort());
      expect(model.wheel.takeDue(model.root, time, 100)).toBe(0);
    }
  });

  test("when the clock is set back the wheel waits for it and hands out nothing early", () => {
    const random = new Random(testSeed("timing wheel: set back"));
    const model = new Model(START_MS);
    for (let i = 0; i < 200; i++) model.add(START_MS + random.below(1e6));
    model.nowMs = Math.floor(START_MS / 64) * 64 + 499_968;
    model.drain(100);
    // Many of one coming millisecond, so that the clock turns back between two of them.
    for (let i = 0; i < 200; i++) model.add(model.nowMs + 2);
    model.nowMs += 2;
    for (let i = 0; i < 50; i++) model.take(5);
    const { nowMs } = model;
    for (const back of [START_MS, 400_000, 1000, 1]) {
      model.nowMs = nowMs - back;
      // It is neither busy for ever nor wrong.
      expectRest(model);
      const record = model.add(model.nowMs + 1);
      model.check();
      expectRest(model);
      expect(model.times.has(record)).toBe(true);
    }
    model.nowMs = START_MS + 1e6;
    model.drain(10);
    expect(model.times.size).toBe(0);
  });

  test("times are kept exactly in 64 bits", () => {
    const model = new Model(START_MS);
    const record = model.add(0);
    const { words } = model.arena;
    const at = (record + NODE_AT) >> 2;
    for (const time of [0n, 1n, -1n, 2n ** 31n, 2n ** 32n - 1n, -(2n ** 32n), 2n ** 63n - 1n, -(2n ** 63n)]) {
      const given = time >= -(2n ** 53n) && time <= 2n ** 53n ? Number(time) : time;
      model.wheel.setTime(record, given);
      expect((BigInt(words[at + 1]) << 32n) | BigInt(words[at] >>> 0)).toBe(time);
      expect(model.wheel.timeOf(record)).toBe(Number(time));
    }
  });

  test("the wheel takes no memory for its records and gives its own back", () => {
    const model = new Model(START_MS);
    const record = model.arena.allocate(RECORD_BYTES);
    const { used } = model.arena;
    for (const time of [START_MS, START_MS + 5, START_MS + YEAR_MS, FAR_MS]) {
      model.wheel.setTime(record, time);
      model.wheel.add(model.root, record);
      model.wheel.remove(model.root, record);
      expect(model.arena.used).toBe(used);
    }
    model.arena.free(record);
    model.wheel.destroy(model.root);
    expect(model.arena.used).toBe(0);
    expect(new TimingWheel(new Arena(new SharedArrayBuffer(1024)), NODE_AT).create(0)).toBe(0);
  });
});
