import { describe, expect, test } from "bun:test";
import { PREFETCH_MAX } from "../../src/store/prefetch.ts";
import { Engine } from "../support/engine.ts";

/** An engine that prefetches, and how many hashes each call was given. */
function prefetchingEngine(): { engine: Engine; calls: number[]; hashes: Set<number> } {
  const engine = new Engine();
  const calls: number[] = [];
  const hashes = new Set<number>();
  const { keyspace } = engine;
  const prefetch = keyspace.prefetch.bind(keyspace);
  keyspace.prefetch = (db, given, count) => {
    calls.push(count);
    for (let i = 0; i < count; i++) hashes.add(given[i]);
    prefetch(db, given, count);
  };
  engine.ctx.prefetching = true;
  return { engine, calls, hashes };
}

function keys(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `key:${i}`);
}

describe("commands on many keys", () => {
  test.each([1, 2, PREFETCH_MAX, PREFETCH_MAX + 1, 300, 1000])(
    "reply the same with their memory asked for: %p keys",
    (count) => {
      const plain = new Engine();
      const { engine } = prefetchingEngine();
      const pairs = keys(count).flatMap((key, i) => [key, `value ${i}`]);
      const requests = [
        ["MSET", ...pairs],
        ["MGET", ...keys(count + 3)],
        ["EXISTS", ...keys(count + 3)],
        ["DEL", ...keys(count >> 1)],
        ["MSETNX", ...pairs],
        ["MGET", ...keys(count)],
      ];
      for (const request of requests) expect(engine.run(...request)).toBe(plain.run(...request));
    },
  );

  test("ask for each key once, up to a bound", () => {
    const { engine, calls, hashes } = prefetchingEngine();
    engine.run("MGET", ...keys(PREFETCH_MAX + 5));
    expect(calls).toEqual([PREFETCH_MAX, 5]);
    const expected = keys(PREFETCH_MAX + 5).map((key) =>
      engine.keyspace.hashes.ofKey(Buffer.from(key), 0, key.length),
    );
    expect([...hashes].sort()).toEqual([...new Set(expected)].sort());
    calls.length = 0;
    engine.run("MGET", ...keys(5000));
    expect(calls).toEqual(new Array(8).fill(PREFETCH_MAX));
    calls.length = 0;
    engine.run("MSET", "a", "1", "b", "2", "c", "3");
    expect(calls).toEqual([3]);
    calls.length = 0;
    engine.run("GET", "a");
    expect(calls).toEqual([]);
  });
});
