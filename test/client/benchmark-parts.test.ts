import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { RequestBatch } from "../../src/client/benchmark/batch.ts";
import { Histogram } from "../../src/client/benchmark/histogram.ts";
import { parseBenchmarkOptions } from "../../src/client/benchmark/options.ts";
import { makePayload, selectWorkloads } from "../../src/client/benchmark/workloads.ts";

const seed = Number(process.env.OPENKV_SEED ?? 20_260_101);
console.log(`benchmark parts: OPENKV_SEED=${seed}`);

function workloads(line: string) {
  const options = parseBenchmarkOptions(line.split(" "));
  return selectWorkloads(options, makePayload(options.payloadBytes));
}

describe("the tests", () => {
  test("run in the order of redis-benchmark 7.0.15 under its titles", () => {
    expect(workloads("-q").map(({ title }) => title)).toEqual([
      "PING_INLINE",
      "PING_MBULK",
      "SET",
      "GET",
      "INCR",
      "LPUSH",
      "RPUSH",
      "LPOP",
      "RPOP",
      "SADD",
      "HSET",
      "SPOP",
      "ZADD",
      "ZPOPMIN",
      "LPUSH (needed to benchmark LRANGE)",
      "LRANGE_100 (first 100 elements)",
      "LRANGE_300 (first 300 elements)",
      "LRANGE_500 (first 500 elements)",
      "LRANGE_600 (first 600 elements)",
      "MSET (10 keys)",
    ]);
  });

  // The expected bytes were recorded from redis-benchmark 7.0.15 with -d 20.
  test("send the bytes that redis-benchmark sends", () => {
    const requests = workloads("-d 20 -t ping,set,hset,zadd,lrange_100").map(({ request }) =>
      String(request),
    );
    const data = "$20\r\nVXKeHogKgJ=[5V9_X^b?\r\n";
    expect(requests).toEqual([
      "PING\r\n",
      "*1\r\n$4\r\nPING\r\n",
      `*3\r\n$3\r\nSET\r\n$16\r\nkey:__rand_int__\r\n${data}`,
      `*4\r\n$4\r\nHSET\r\n$6\r\nmyhash\r\n$20\r\nelement:__rand_int__\r\n${data}`,
      "*4\r\n$4\r\nZADD\r\n$6\r\nmyzset\r\n$1\r\n0\r\n$20\r\nelement:__rand_int__\r\n",
      `*3\r\n$5\r\nLPUSH\r\n$6\r\nmylist\r\n${data}`,
      "*4\r\n$6\r\nLRANGE\r\n$6\r\nmylist\r\n$1\r\n0\r\n$2\r\n99\r\n",
    ]);
  });

  test("MSET writes ten pairs", () => {
    const [{ request }] = workloads("-d 20 -t mset");
    const pair = "$16\r\nkey:__rand_int__\r\n$20\r\nVXKeHogKgJ=[5V9_X^b?\r\n";
    expect(String(request)).toBe(`*21\r\n$4\r\nMSET\r\n${pair.repeat(10)}`);
  });

  test("ZADD has random scores with -r", () => {
    const [{ request }] = workloads("-r 10 -t zadd");
    expect(String(request)).toContain("$12\r\n__rand_int__\r\n$20\r\nelement:__rand_int__\r\n");
  });

  test("SETEX and EXPIRE exist under their names only", () => {
    expect(workloads("-t setex,EXPIRE").map(({ title, command }) => [title, command])).toEqual([
      ["SETEX", "SETEX key:__rand_int__ 100 VXK"],
      ["EXPIRE", "EXPIRE key:__rand_int__ 100"],
    ]);
  });

  test("a name that does not exist is refused", () => {
    expect(() => workloads("-t set,nosuch")).toThrow(
      "unknown test 'nosuch'; the tests are ping_inline,ping,",
    );
  });

  test("a command of the user's own is sent as it is", () => {
    const [workload] = workloads("-d 20 set foo __data__");
    expect(String(workload.request)).toBe("*3\r\n$3\r\nset\r\n$3\r\nfoo\r\n$8\r\n__data__\r\n");
    expect(workload.title).toBe("set foo __data__");
    expect(workload.payloadBytes).toBe(workload.request.length);
  });
});

describe("a batch", () => {
  const request = Buffer.from("a__rand_int__b__rand_int__c");

  test("keeps the placeholder without a keyspace", () => {
    const batch = new RequestBatch(request, 2, null);
    batch.randomize(2);
    expect(String(batch.bytes)).toBe(String(request).repeat(2));
    expect(batch.changes).toBe(false);
  });

  test("draws a number of twelve digits below the keyspace for each placeholder", () => {
    for (const keyspace of [1, 7, 10, 1000, 1_000_000, 2_147_483_647]) {
      const batch = new RequestBatch(request, 8, { source: new Random(seed), keyspace });
      const seen = new Set<number>();
      for (let i = 0; i < 50; i++) {
        batch.randomize(8);
        const text = String(batch.bytes);
        expect(text).toMatch(/^(a\d{12}b\d{12}c){8}$/);
        for (const [digits] of text.matchAll(/\d{12}/g)) seen.add(Number(digits));
      }
      expect(Math.max(...seen)).toBeLessThan(keyspace);
      expect(seen.size).toBeGreaterThan(Math.min(keyspace, 100) * 0.9);
    }
  });

  test("writes the very number that was drawn", () => {
    const keyspace = 2_147_483_647;
    const batch = new RequestBatch(request, 1, { source: new Random(seed), keyspace });
    const twin = new Random(seed);
    for (let i = 0; i < 100; i++) {
      batch.randomize(1);
      const [a, b] = [twin.below(keyspace), twin.below(keyspace)].map((n) => String(n).padStart(12, "0"));
      expect(String(batch.bytes)).toBe(`a${a}b${b}c`);
    }
  });

  test("writes zeros for an empty keyspace", () => {
    const batch = new RequestBatch(request, 1, { source: new Random(seed), keyspace: 0 });
    batch.randomize(1);
    expect(String(batch.bytes)).toBe("a000000000000b000000000000c");
  });
});

describe("the histogram", () => {
  test("is all zeros when empty", () => {
    const { count, meanUs, minUs, maxUs } = new Histogram();
    expect([count, meanUs, minUs, maxUs, new Histogram().percentileUs(50)]).toEqual([0, 0, 0, 0, 0]);
  });

  test("agrees with sorted values within a thousandth and a microsecond", () => {
    const random = new Random(seed);
    const histogram = new Histogram();
    const values: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const value = 2 ** (random.float() * 30);
      values.push(value);
      histogram.record(value, 1);
    }
    values.sort((a, b) => a - b);
    for (const rank of [2, 200, 5000, 10_000, 18_000, 19_000, 19_800, 19_980, 20_000]) {
      const exact = values[rank - 1];
      const found = histogram.percentileUs((rank / values.length) * 100);
      expect(found).toBeGreaterThanOrEqual(exact);
      expect(found).toBeLessThanOrEqual(exact * 1.001 + 1);
    }
    expect(histogram.minUs).toBe(values[0]);
    expect(histogram.maxUs).toBe(values.at(-1)!);
    expect(histogram.meanUs).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 3);
  });

  test("counts a value as often as it is told", () => {
    const histogram = new Histogram();
    histogram.record(100, 99);
    histogram.record(5000, 1);
    expect(histogram.count).toBe(100);
    expect(histogram.percentileUs(99)).toBe(101);
    expect(histogram.percentileUs(99.5)).toBe(5000);
    expect(histogram.meanUs).toBe(149);
  });
});
