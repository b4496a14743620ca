/** The ACL categories of a command: those that Redis derives from group and flags, and those its spec adds. */

import type { CommandFlag, CommandGroup, CommandSpec } from "./spec.ts";

/** All categories, in the order in which COMMAND INFO lists them. */
const CATEGORIES = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
];

const OF_GROUP: Record<CommandGroup, readonly string[]> = {
  string: ["string"],
  bitmap: ["bitmap"],
  hyperloglog: ["hyperloglog"],
  list: ["list"],
  set: ["set"],
  "sorted-set": ["sortedset"],
  hash: ["hash"],
  geo: ["geo"],
  generic: ["keyspace"],
  transactions: ["transaction"],
  connection: ["connection"],
  server: [],
};

const OF_FLAG: Partial<Record<CommandFlag, readonly string[]>> = {
  write: ["write"],
  readonly: ["read"],
  admin: ["admin", "dangerous"],
  pubsub: ["pubsub"],
  fast: ["fast"],
  blocking: ["blocking"],
};

/** A generic command on values of certain types, as SORT, has their categories instead of that of its group. */
const OF_TYPES: readonly string[] = ["string", "list", "set", "sortedset", "hash", "stream"];

/** The categories of a command, without `@`. A container has none but its own, and those of its flags. */
export function categoriesOf(spec: CommandSpec): string[] {
  const found = new Set(spec.categories);
  const isGrouped = spec.group !== "generic" || !OF_TYPES.some((type) => found.has(type));
  if (spec.subcommands === undefined && isGrouped) for (const name of OF_GROUP[spec.group]) found.add(name);
  for (const flag of spec.flags) for (const name of OF_FLAG[flag] ?? []) found.add(name);
  if (!found.has("fast")) found.add("slow");
  return CATEGORIES.filter((name) => found.has(name));
}
