/** Bytes per element of collections of each type, small ones and large ones, in two servers. */

import type { Contender } from "./contenders.ts";
import { fill, infoNumber } from "./loader.ts";
import type { FootprintRow } from "./report.ts";

/** Elements of 16 bytes that look alike but are no integers. */
const element = (i: number) => `e${String(i * 7919).padStart(15, "0")}`;

/** Elements of 16 bytes, hexadecimal digits by chance: no compression gains much. */
const randomElement = (i: number) => Bun.hash(String(i)).toString(16).padStart(16, "0");

const TYPES: Record<string, { command: string; parts(i: number): string[] }> = {
  list: { command: "RPUSH", parts: (i) => [element(i)] },
  "random list": { command: "RPUSH", parts: (i) => [randomElement(i)] },
  set: { command: "SADD", parts: (i) => [element(i)] },
  hash: { command: "HSET", parts: (i) => [element(i), element(i + 1)] },
  zset: { command: "ZADD", parts: (i) => [String(i), element(i)] },
};

/** Number of collections and elements of each. */
const SIZES = [
  { collections: 100_000, elements: 10 },
  { collections: 2_000, elements: 1_000 },
];

/** Rows of the footprint table: bytes per element as the servers account for them. */
export async function compareCollections(baseline: Contender, subject: Contender): Promise<FootprintRow[]> {
  const rows: FootprintRow[] = [];
  for (const type of Object.keys(TYPES)) {
    for (const size of SIZES) {
      const first = await bytesPerElement(baseline, type, size);
      const second = await bytesPerElement(subject, type, size);
      const what = `bytes per element, ${type} of ${size.elements}`;
      rows.push({ what, baseline: first, subject: second, ratio: second / first });
    }
  }
  return rows;
}

async function bytesPerElement(
  contender: Contender,
  type: string,
  { collections, elements }: (typeof SIZES)[number],
): Promise<number> {
  const { command, parts } = TYPES[type] as (typeof TYPES)[string];
  const server = await contender.start();
  const before = await infoNumber(server.port, "memory", "used_memory");
  const requests = function* () {
    for (let c = 0; c < collections; c++) {
      const name = `${type}:${String(c).padStart(10, "0")}`;
      // One at a time, as collections grow in practice.
      const step = elements > 100 ? 50 : 1;
      for (let from = 0; from < elements; from += step) {
        const indexes = Array.from({ length: step }, (_, i) => c * elements + from + i);
        yield [command, name, ...indexes.flatMap(parts)];
      }
    }
  };
  await fill(server.port, requests());
  await Bun.sleep(1500);
  const after = await infoNumber(server.port, "memory", "used_memory");
  await server.stop();
  return (after - before) / (collections * elements);
}
