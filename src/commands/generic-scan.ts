/**
 * Commands that go through the keys of a database. They write each key into the reply as they meet it, a
 * bounded number at a time, and put the head, which says how many there are, in front afterwards.
 */

import { randomKey, scanKeys } from "../store/keyspace-scan.ts";
import { scanCursor } from "./scan-cursor.ts";
import { ANY_TYPE, parseScanOptions, patternIn, patternMatcher, replyScan } from "./scan-options.ts";
import type { CommandSpec } from "./spec.ts";

/** Keys that are fetched from the keyspace at a time. */
const SLICE_KEYS = 1024;

export const keys = {
  name: "KEYS",
  arity: 2,
  flags: ["readonly"],
  group: "generic",
  since: "1.0.0",
  summary: "All keys that match a pattern; SCAN does not hold the server up",
  complexity: "O(N) for N keys in the database",
  syntax: "pattern",
  categories: ["dangerous"],
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    const matches = patternMatcher(args, patternIn(args, 1));
    const mark = reply.length;
    let found = 0;
    let cursor = 0;
    do {
      cursor = scanKeys(keyspace, client.db, cursor, SLICE_KEYS, ({ bytes, keyStart, valueStart }) => {
        if (matches !== null && !matches(bytes, keyStart, valueStart)) return;
        reply.bulk(bytes, keyStart, valueStart);
        found++;
      });
    } while (cursor !== 0);
    const end = reply.length;
    reply.array(found);
    reply.moveToFront(mark, end);
  },
} as const satisfies CommandSpec;

export const scan = {
  name: "SCAN",
  arity: -2,
  flags: ["readonly"],
  group: "generic",
  since: "2.8.0",
  summary: "Some keys, and the cursor to ask for the next ones with",
  complexity: "O(COUNT) for every call, O(N) for a whole scan of N keys",
  syntax: "cursor [MATCH pattern] [COUNT count] [TYPE type]",
  handler(ctx, args) {
    const { keyspace, client, reply } = ctx;
    let cursor = scanCursor(args, 1);
    const { pattern, count, type } = parseScanOptions(args, 2, true);
    replyScan(ctx, patternMatcher(args, pattern), 1, (matches) => {
      let left = count;
      do {
        cursor = scanKeys(keyspace, client.db, cursor, Math.min(left, SLICE_KEYS), (entry) => {
          if (type !== ANY_TYPE && entry.type !== type) return;
          const { bytes, keyStart, valueStart } = entry;
          if (matches(bytes, keyStart, valueStart)) reply.bulk(bytes, keyStart, valueStart);
        });
        left -= SLICE_KEYS;
      } while (cursor !== 0 && left > 0);
      return cursor;
    });
  },
} as const satisfies CommandSpec;

export const randomkey = {
  name: "RANDOMKEY",
  arity: 1,
  flags: ["readonly"],
  group: "generic",
  since: "1.0.0",
  summary: "A key chosen at random",
  complexity: "O(1)",
  handler(ctx) {
    const entry = randomKey(ctx.keyspace, ctx.client.db);
    if (entry === null) ctx.reply.null();
    else ctx.reply.bulk(entry.bytes, entry.keyStart, entry.valueStart);
  },
} as const satisfies CommandSpec;
