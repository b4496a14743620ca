/** MEMORY: what the dataset takes. Redis documents it in its group "server". */

import { SYNTAX } from "../protocol/errors.ts";
import type { Keyspace } from "../store/keyspace.ts";
import { dictBytes, entryUsage, wheelBytes } from "../store/usage.ts";
import type { Args } from "./args.ts";
import { helpOf, neverCalled } from "./container-help.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, SUBCOMMAND_KEY } from "./spec.ts";

/** Deleted elements and keys that MEMORY PURGE frees in each shard: some milliseconds of work. */
const PURGED_ENTRIES = 10_000;
/** Elements that MEMORY USAGE looks at; Redis looks at 5. */
const SAMPLES_DEFAULT = 64;

const SUBCOMMANDS: readonly CommandSpec[] = [
  {
    name: "DOCTOR",
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "A report in words about how memory is used",
    complexity: "O(1)",
    handler(ctx) {
      ctx.reply.verbatim("txt", doctorReport(ctx));
    },
  },
  {
    name: "MALLOC-STATS",
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "How full each arena is",
    complexity: "O(N) for N shards",
    handler(ctx) {
      const lines = ctx.keyspace.shards.map(
        ({ arena }, i) =>
          `shard ${i}: ${arena.used} bytes in blocks, ${arena.top - arena.used} free among them, ` +
          `${arena.buffer.byteLength} reserved\n`,
      );
      ctx.reply.verbatim("txt", lines.join(""));
    },
  },
  {
    name: "PURGE",
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "Frees some memory of deleted values and flushed databases ahead of its time",
    complexity: "O(1)",
    handler(ctx) {
      ctx.keyspace.collectGarbage(PURGED_ENTRIES);
      ctx.reply.ok();
    },
  },
  {
    name: "STATS",
    arity: 2,
    flags: [],
    group: "server",
    since: "4.0.0",
    summary: "Figures about the memory of the dataset",
    complexity: "O(N) for N keys, divided by some hundreds",
    handler: replyStats,
  },
  {
    name: "USAGE",
    arity: -3,
    flags: ["readonly"],
    keys: { ...SUBCOMMAND_KEY, access: ["RO"] },
    group: "server",
    since: "4.0.0",
    summary: "Bytes that a key and its value take; of many elements some are looked at, all for SAMPLES 0",
    complexity: "O(N) for N samples, and O(M) for the M blocks of the indexes of a large value",
    syntax: "key [SAMPLES count]",
    categories: ["read"],
    handler(ctx, args) {
      const samples = samplesIn(args);
      const entry = ctx.find(args, 2);
      if (entry === null) ctx.reply.null();
      else ctx.reply.integer(entryUsage(entry, samples));
    },
  },
];

export const memory = {
  name: "MEMORY",
  arity: -2,
  flags: [],
  group: "server",
  since: "4.0.0",
  summary: "Commands about the memory of the dataset",
  complexity: "Depends on the subcommand",
  subcommands: [...SUBCOMMANDS, helpOf("MEMORY", "server", "4.0.0", SUBCOMMANDS)],
  handler: neverCalled,
} as const satisfies CommandSpec;

/** How many elements are looked at; 0 for all of them. @throws SYNTAX, NOT_INTEGER */
function samplesIn(args: Args): number {
  let samples = SAMPLES_DEFAULT;
  for (let i = 3; i < args.count; i += 2) {
    if (!args.is(i, "SAMPLES") || i + 1 === args.count) throw SYNTAX;
    samples = Number(args.int64(i + 1));
    if (samples < 0) throw SYNTAX;
  }
  return samples;
}

/** The fields of Redis that the dataset alone can answer, under their names there. */
function replyStats(ctx: Context): void {
  const { keyspace, reply } = ctx;
  const used = keyspace.usedBytes;
  const dbs = databasesInUse(keyspace);
  const keys = dbs.reduce((sum, db) => sum + keyspace.size(db), 0);
  const overhead = dbs.reduce((sum, db) => sum + dictBytes(keyspace, db) + wheelBytes(keyspace, db), 0);
  reply.map(6 + dbs.length);
  replyField(ctx, "total.allocated", used);
  for (const db of dbs) {
    reply.bulkText(`db.${db}`);
    reply.map(2);
    replyField(ctx, "overhead.hashtable.main", dictBytes(keyspace, db));
    replyField(ctx, "overhead.hashtable.expires", wheelBytes(keyspace, db));
  }
  replyField(ctx, "overhead.total", overhead);
  replyField(ctx, "keys.count", keys);
  replyField(ctx, "keys.bytes-per-key", keys === 0 ? 0 : Math.floor(used / keys));
  replyField(ctx, "dataset.bytes", used - overhead);
  reply.bulkText("dataset.percentage");
  reply.double(used === 0 ? 0 : ((used - overhead) * 100) / used);
}

function replyField(ctx: Context, name: string, value: number): void {
  ctx.reply.bulkText(name);
  ctx.reply.integer(value);
}

function databasesInUse(keyspace: Keyspace): number[] {
  return Array.from({ length: keyspace.databases }, (_, db) => db).filter((db) => keyspace.size(db) > 0);
}

function doctorReport(ctx: Context): string {
  const { keyspace, maxMemoryBytes } = ctx;
  const used = keyspace.usedBytes;
  const findings: string[] = [];
  if (maxMemoryBytes !== 0 && used > maxMemoryBytes)
    findings.push(`The dataset takes more than maxmemory (${maxMemoryBytes} bytes): writes are refused.`);
  if (keyspace.shards.some((shard) => shard.reclaimer.pending > 0))
    findings.push("Memory of deleted values or flushed databases is still being freed.");
  for (const [i, { arena }] of keyspace.shards.entries()) {
    if (arena.top > arena.buffer.byteLength * 0.9)
      findings.push(`Shard ${i} has used up more than nine tenths of the memory it may take.`);
  }
  if (findings.length === 0) findings.push("No problem found.");
  return `The dataset takes ${used} bytes. ${findings.join(" ")}\n`;
}
