/** SSCAN. */

import { TYPE_SET } from "../store/entry.ts";
import * as sets from "../store/set.ts";
import { scanCollection } from "./scan-options.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const sscan = {
  name: "SSCAN",
  arity: -3,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "set",
  since: "2.8.0",
  summary: "Some members, and the cursor to ask for the next ones with",
  complexity: "O(COUNT) for every call, O(N) for a whole scan of N members",
  syntax: "key cursor [MATCH pattern] [COUNT count]",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    scanCollection(ctx, args, TYPE_SET, 1, (set, cursor, limit, matches) =>
      sets.scan(keyspace, set, cursor, limit, ({ bytes, start, end }) => {
        if (matches(bytes, start, end)) reply.bulk(bytes, start, end);
      }),
    );
  },
} as const satisfies CommandSpec;
