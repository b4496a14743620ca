/** HSCAN. */

import { TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import { scanCollection } from "./scan-options.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const hscan = {
  name: "HSCAN",
  arity: -3,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "hash",
  since: "2.8.0",
  summary: "Some fields with their values, and the cursor to ask for the next ones with",
  complexity: "O(COUNT) for every call, O(N) for a whole scan of N fields",
  syntax: "key cursor [MATCH pattern] [COUNT count]",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    scanCollection(ctx, args, TYPE_HASH, 2, (hash, cursor, limit, matches) =>
      hashes.scan(keyspace, hash, cursor, limit, (field, value) => {
        if (!matches(field.bytes, field.start, field.end)) return;
        reply.bulk(field.bytes, field.start, field.end);
        reply.bulk(value.bytes, value.start, value.end);
      }),
    );
  },
} as const satisfies CommandSpec;
