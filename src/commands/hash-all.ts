/** Commands that give all fields of a hash. */

import { TYPE_HASH } from "../store/entry.ts";
import * as hashes from "../store/hash.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

export const hgetall = {
  name: "HGETALL",
  arity: 2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "hash",
  since: "2.0.0",
  summary: "All fields with their values",
  complexity: "O(N) for N fields",
  syntax: "key",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    reply.map(entry === null ? 0 : hashes.length(keyspace, entry));
    if (entry === null) return;
    hashes.forEach(keyspace, entry, (field, value) => {
      reply.bulk(field.bytes, field.start, field.end);
      reply.bulk(value.bytes, value.start, value.end);
    });
  },
} as const satisfies CommandSpec;

export const hkeys = {
  name: "HKEYS",
  arity: 2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "hash",
  since: "2.0.0",
  summary: "All fields",
  complexity: "O(N) for N fields",
  syntax: "key",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    reply.array(entry === null ? 0 : hashes.length(keyspace, entry));
    if (entry === null) return;
    hashes.forEach(keyspace, entry, (field) => reply.bulk(field.bytes, field.start, field.end));
  },
} as const satisfies CommandSpec;

export const hvals = {
  name: "HVALS",
  arity: 2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "hash",
  since: "2.0.0",
  summary: "The values of all fields",
  complexity: "O(N) for N fields",
  syntax: "key",
  handler(ctx, args) {
    const { keyspace, reply } = ctx;
    const entry = ctx.readValue(args, 1, TYPE_HASH);
    reply.array(entry === null ? 0 : hashes.length(keyspace, entry));
    if (entry === null) return;
    hashes.forEach(keyspace, entry, (_, value) => reply.bulk(value.bytes, value.start, value.end));
  },
} as const satisfies CommandSpec;
