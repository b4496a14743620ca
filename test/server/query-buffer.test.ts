/** Bytes that wait to be executed: kept in order, copied seldom, and in a buffer of their size. */

import { expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { QueryBuffer } from "../../src/server/query-buffer.ts";
import { testSeed } from "../support/seed.ts";

const CHUNK = 64 * 1024;
const TOTAL = 40 * 1024 * 1024;
const SMALLEST = 4096;

/** What the parser may know of the bytes to come. */
const EXPECTATIONS: [name: string, expected: number | undefined][] = [
  ["nothing is known of what comes", undefined],
  ["a request of many short arguments is cut", 200],
  ["a chunk more is announced", CHUNK],
  ["all of it is announced", TOTAL],
  ["far too much is announced", 500_000_000],
];

test.each(EXPECTATIONS)("40 MiB in chunks: it grows seldom when %s", (_name, expected) => {
  const query = new QueryBuffer();
  const chunk = Buffer.alloc(CHUNK);
  let buffers = 0;
  for (let length = CHUNK; length <= TOTAL; length += CHUNK) {
    chunk.fill(length / CHUNK);
    const { bytes } = query;
    query.append(chunk, 0, CHUNK, expected);
    if (query.bytes !== bytes) buffers++;
    expect(query.length).toBe(length);
    expect(query.bytes?.length).toBeLessThanOrEqual(2 * length);
  }
  // By half at least each time: 16 times from one chunk to 640.
  expect(buffers).toBeLessThanOrEqual(17);
  for (let at = 0; at < TOTAL; at += CHUNK) expect(query.bytes?.[at]).toBe((at / CHUNK + 1) & 0xff);
});

test("a small rest of a long request does not keep its buffer", () => {
  const query = new QueryBuffer();
  const bytes = Buffer.alloc(TOTAL);
  bytes.write("the rest", TOTAL - 8);
  query.append(bytes, 0, TOTAL);
  query.discard(TOTAL - 8);
  expect(query.length).toBe(8);
  expect(query.bytes?.length).toBe(SMALLEST);
  expect(query.bytes?.toString("latin1", 0, 8)).toBe("the rest");
  query.discard(8);
  expect([query.bytes, query.length]).toEqual([null, 0]);
});

test("random appends and discards leave the bytes of a plain buffer, and little room beside them", () => {
  const random = new Random(testSeed("query buffer"));
  const query = new QueryBuffer();
  let model = Buffer.alloc(0);
  for (let step = 0; step < 3000; step++) {
    if (random.below(2) === 0) {
      const chunk = Buffer.alloc(1 + random.below([20, 5000, 100_000][random.below(3)]), `step ${step} `);
      const from = random.below(chunk.length);
      query.append(chunk, from, chunk.length, [0, 10, 1_000_000][random.below(3)]);
      model = Buffer.concat([model, chunk.subarray(from)]);
    } else {
      const count = [0, model.length, random.below(model.length + 1)][random.below(3)];
      query.discard(count);
      model = model.subarray(count);
      expect(query.bytes?.length ?? 0).toBeLessThanOrEqual(Math.max(SMALLEST, 4 * model.length));
    }
    expect(query.length).toBe(model.length);
    if (model.length === 0) expect(query.bytes).toBeNull();
    else expect(query.bytes?.subarray(0, query.length).equals(model)).toBe(true);
  }
});
