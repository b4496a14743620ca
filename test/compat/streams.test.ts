/** What the random streams of the differential suite consist of: everything, and all of it often. */

import { expect, test } from "bun:test";
import { newCommandTable } from "../../src/commands/registry.ts";
import { FAR_SECONDS, FAR_WINDOW } from "./streams/gen.ts";
import { randomStream } from "./streams/stream.ts";
import { TABLES } from "./streams/tables.ts";

/** Commands that are not sent, and why. */
const NOT_SENT: Record<string, string> = {
  HELP: "the product's own",
  STATS: "the product's own",
  LOLWUT: "each server says what it likes",
  PFSELFTEST: "takes long and never says more than OK",
};

/** Redis 7.0 does not know what came with a later version. */
const isNewer = (since: string): boolean => /^(7\.[2-9]|[89])\./.test(since);

test("every command that both servers have is sent", () => {
  const sent = new Set<string>();
  for (let seed = 0; seed < 20; seed++) {
    for (const { argv } of randomStream(seed, 1_000).ops.flat()) {
      sent.add(argv[0]?.toString("latin1").toUpperCase() ?? "");
    }
  }
  const missing = newCommandTable()
    .all.map(({ spec }) => spec)
    .filter(({ name, since }) => !isNewer(since) && !sent.has(name) && NOT_SENT[name] === undefined);
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test("every row of the tables is sent a hundred times or more among 300,000 requests", () => {
  const shares = TABLES.reduce((sum, { share }) => sum + share, 0);
  const seldom = TABLES.flatMap(({ share, rows }) => {
    const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
    // Two thirds of all requests are rows of tables; the others belong to groups.
    return rows.filter(({ weight }) => (200_000 * share * weight) / (shares * weights) < 100);
  });
  expect(seldom.map(({ name, weight }) => `${name} of weight ${weight}`)).toEqual([]);
});

test("a RESTORE never has a time in ms from now that is taken for an absolute one, not even by a fault", () => {
  const restores = Array.from({ length: 60 }, (_, seed) => randomStream(seed, 1_000).ops.flat())
    .flat()
    .map(({ argv }) => argv.map((part) => part.toString("latin1").toUpperCase()))
    .filter(([name, , time]) => name === "RESTORE" && Number(time) >= FAR_SECONDS * 1_000);
  const absolute = restores.filter((words) => words.includes("ABSTTL"));
  const overflowing = restores.filter(([, , time]) => Number(time) > FAR_SECONDS * 1_000 * FAR_WINDOW);
  expect(absolute.length).toBeGreaterThan(50);
  expect(restores.filter((words) => !absolute.includes(words) && !overflowing.includes(words))).toEqual([]);
});

test("the same seed gives the same stream", () => {
  expect(randomStream(7, 200).ops).toEqual(randomStream(7, 200).ops);
});
