import { expect, test } from "bun:test";
import { Pause } from "../../src/server/pause.ts";

const [WRITE, READ] = [true, false];
const [WRITES_ONLY, ALL] = [true, false];

/** What a pause holds back, and the first of some times at which it is over. */
function effect(pause: Pause): { writes: boolean; reads: boolean; overAt: number | undefined } {
  return {
    writes: pause.holdsBack(WRITE),
    reads: pause.holdsBack(READ),
    overAt: [0, 100, 200, 300].find((ms) => pause.isDue(ms)),
  };
}

const NOTHING = { writes: false, reads: false, overAt: undefined };

test("no pause holds nothing back and is never over", () => {
  expect(effect(new Pause())).toEqual(NOTHING);
});

test.each([
  ["of writes", WRITES_ONLY, { writes: true, reads: false, overAt: 200 }],
  ["of everything", ALL, { writes: true, reads: true, overAt: 200 }],
])("a pause %s lasts until its time", (_what, writesOnly, expected) => {
  const pause = new Pause();
  pause.begin(200, writesOnly);
  expect([pause.active, pause.isDue(199)]).toEqual([true, false]);
  expect(effect(pause)).toEqual(expected);
});

test.each([
  ["longer", 100, WRITES_ONLY, 200, WRITES_ONLY, { writes: true, reads: false, overAt: 200 }],
  ["not shorter", 200, WRITES_ONLY, 100, WRITES_ONLY, { writes: true, reads: false, overAt: 200 }],
  ["stricter", 200, WRITES_ONLY, 200, ALL, { writes: true, reads: true, overAt: 200 }],
  ["not laxer", 200, ALL, 200, WRITES_ONLY, { writes: true, reads: true, overAt: 200 }],
  ["stricter, not shorter", 300, WRITES_ONLY, 100, ALL, { writes: true, reads: true, overAt: 300 }],
  ["longer, not laxer", 100, ALL, 300, WRITES_ONLY, { writes: true, reads: true, overAt: 300 }],
])("a second pause makes the first one %s", (_what, firstMs, firstOnly, secondMs, secondOnly, expected) => {
  const pause = new Pause();
  pause.begin(firstMs, firstOnly);
  pause.begin(secondMs, secondOnly);
  expect(effect(pause)).toEqual(expected);
});

test("a pause holds back until it is ended, even when it is due; the next one starts afresh", () => {
  const pause = new Pause();
  pause.begin(300, ALL);
  expect([pause.isDue(500), pause.holdsBack(READ)]).toEqual([true, true]);
  pause.end();
  expect([pause.active, ...Object.values(effect(pause))]).toEqual([false, false, false, undefined]);
  pause.begin(100, WRITES_ONLY);
  expect(effect(pause)).toEqual({ writes: true, reads: false, overAt: 100 });
});
