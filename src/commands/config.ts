/** CONFIG: the settings in force, by the names of their directives. */

import { NO_CONFIG_FILE, REWRITE_UNSUPPORTED, ReplyError, SYNTAX } from "../protocol/errors.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";
import type { Args } from "./args.ts";
import { helpOf, neverCalled } from "./container-help.ts";
import type { Context } from "./context.ts";
import type { CommandSpec } from "./spec.ts";

const GET = {
  name: "GET",
  arity: -3,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "server",
  since: "2.0.0",
  summary: "Names and values of the directives that match one of the globs",
  complexity: "O(N) where N is the number of directives, for each glob",
  syntax: "parameter [parameter ...]",
  handler(ctx, args) {
    const found = ctx.server.configMatching(texts(args, 2));
    ctx.reply.map(found.length);
    for (const [name, value] of found) {
      bulkLatin1(ctx.reply, name);
      bulkLatin1(ctx.reply, value);
    }
  },
} as const satisfies CommandSpec;

const SET = {
  name: "SET",
  arity: -4,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "server",
  since: "2.0.0",
  summary: "Changes directives, all of them or, when one value is refused, none",
  complexity: "O(N) where N is the number of directives given",
  syntax: "parameter value [parameter value ...]",
  handler(ctx, args) {
    if (args.count % 2 !== 0) throw SYNTAX;
    const given = texts(args, 2);
    const pairs: [string, string][] = [];
    for (let i = 0; i < given.length; i += 2) pairs.push([given[i], given[i + 1]]);
    const refusal = ctx.server.configSet(pairs);
    if (refusal !== null) throw new ReplyError(`ERR ${refusal}`);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const RESETSTAT = {
  name: "RESETSTAT",
  arity: 2,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "server",
  since: "2.0.0",
  summary: "Sets the counters of INFO to zero",
  complexity: "O(N) where N is the number of commands",
  handler(ctx) {
    resetStatistics(ctx);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const REWRITE = {
  name: "REWRITE",
  arity: 2,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "server",
  since: "2.8.0",
  summary: "Writes the settings in force to the configuration file",
  complexity: "O(1)",
  handler(ctx) {
    throw ctx.server.configFile() === "" ? NO_CONFIG_FILE : REWRITE_UNSUPPORTED;
  },
} as const satisfies CommandSpec;

const SUBCOMMANDS: readonly CommandSpec[] = [GET, SET, RESETSTAT, REWRITE];

export const config = {
  name: "CONFIG",
  arity: -2,
  flags: [],
  group: "server",
  since: "2.0.0",
  summary: "Commands on the settings of the server",
  complexity: "Depends on the subcommand",
  subcommands: [...SUBCOMMANDS, helpOf("CONFIG", "server", "5.0.0", SUBCOMMANDS)],
  handler: neverCalled,
} as const satisfies CommandSpec;

/** The arguments from `from` on, one char per byte, as the configuration keeps its values. */
function texts(args: Args, from: number): string[] {
  const found: string[] = [];
  for (let i = from; i < args.count; i++) found.push(args.latin1(i));
  return found;
}

function bulkLatin1(reply: ReplyWriter, text: string): void {
  const bytes = Buffer.from(text, "latin1");
  reply.bulk(bytes, 0, bytes.length);
}

function resetStatistics(ctx: Context): void {
  const { keyspace, commands, server } = ctx;
  for (const command of commands.all) command.resetStatistics();
  ctx.errorCounts.clear();
  ctx.commandsProcessed = 0;
  keyspace.hits = 0;
  keyspace.misses = 0;
  keyspace.expired = 0;
  keyspace.expiredFields = 0;
  server.resetStatistics();
}
