/** Commands on the server as a whole. */

import { NO_SHUTDOWN, NOT_INTEGER, noHelpFor, SHUTDOWN_ERRORS, SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import { commandHelp, overview } from "./help-text.ts";
import type { CommandSpec } from "./spec.ts";

/** The picture of LOLWUT. */
const KEY = [
  "   .---.",
  "  /     \\________________________",
  " |  (o)  ________________   __   _|",
  "  \\     /                |_|  |_|",
  "   '---'",
];

interface ShutdownOptions {
  /** Take a shutdown back instead. */
  abort: boolean;
  /** Save, whatever the save points say. */
  save: boolean;
  /** End even when saving fails. */
  force: boolean;
}

export const info = {
  name: "INFO",
  arity: -1,
  flags: ["loading", "stale"],
  group: "server",
  since: "1.0.0",
  summary: "State and counters of the server, by sections",
  complexity: "O(1)",
  categories: ["dangerous"],
  syntax: "[section [section ...]]",
  handler(ctx, args) {
    const sections: string[] = [];
    for (let i = 1; i < args.count; i++) sections.push(args.latin1(i).toLowerCase());
    ctx.reply.verbatim("txt", ctx.server.info(sections));
  },
} as const satisfies CommandSpec;

export const stats = {
  name: "STATS",
  arity: 1,
  flags: ["loading", "stale", "fast"],
  group: "server",
  since: "0.1.0",
  summary: "The most useful counters of INFO, one per line",
  complexity: "O(N) where N is the number of connections",
  handler(ctx) {
    const { server, reply } = ctx;
    const counters: readonly (readonly [name: string, value: number | string])[] = [
      ["commands_processed", ctx.commandsProcessed],
      ["total_keys", ctx.keyspace.totalKeys],
      ["expired_keys", ctx.keyspace.expired],
      ["uptime_seconds", Math.floor(server.uptimeSeconds())],
      ["requests_per_second", server.requestsPerSecond().toFixed(2)],
      ["connections_handled", server.connectionsHandled()],
      ["active_connections", server.connections().length],
    ];
    reply.bulkText(counters.map(([name, value]) => `${name}:${value}\r\n`).join(""));
  },
} as const satisfies CommandSpec;

export const time = {
  name: "TIME",
  arity: 1,
  flags: ["loading", "stale", "fast"],
  group: "server",
  since: "2.6.0",
  summary: "The server's clock: Unix seconds, and microseconds within the second",
  complexity: "O(1)",
  handler(ctx) {
    const microseconds = ctx.server.nowMicroseconds();
    ctx.reply.array(2);
    ctx.reply.bulkInteger(Math.floor(microseconds / 1e6));
    ctx.reply.bulkInteger(microseconds % 1e6);
  },
} as const satisfies CommandSpec;

export const lastsave = {
  name: "LASTSAVE",
  arity: 1,
  flags: ["loading", "stale", "fast"],
  group: "server",
  since: "1.0.0",
  summary: "Unix time of the last save that succeeded, or of the start",
  complexity: "O(1)",
  categories: ["admin", "dangerous"],
  handler(ctx) {
    ctx.reply.integer(ctx.server.lastSaveSeconds());
  },
} as const satisfies CommandSpec;

export const role = {
  name: "ROLE",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast"],
  group: "server",
  since: "2.8.12",
  summary: "The server's part in replication",
  complexity: "O(1)",
  categories: ["admin", "dangerous"],
  handler(ctx) {
    ctx.reply.array(3);
    ctx.reply.bulkText("master");
    ctx.reply.integer(0);
    ctx.reply.array(0);
  },
} as const satisfies CommandSpec;

export const lolwut = {
  name: "LOLWUT",
  arity: -1,
  flags: ["readonly", "fast"],
  group: "server",
  since: "5.0.0",
  summary: "A picture and the server's version",
  complexity: "O(1)",
  syntax: "[VERSION version]",
  handler(ctx, args) {
    if (args.count >= 3 && args.is(1, "VERSION")) args.int64(2, NOT_INTEGER);
    ctx.reply.verbatim("txt", lolwutText(ctx.server.productVersion()));
  },
} as const satisfies CommandSpec;

export const shutdown = {
  name: "SHUTDOWN",
  arity: -1,
  flags: ["admin", "noscript", "loading", "stale", "no_multi", "allow_busy"],
  group: "server",
  since: "1.0.0",
  summary: "Ends the server; there is no reply, the connection closes",
  complexity: "O(1)",
  syntax: "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]",
  handler(ctx, args) {
    const { abort, save, force } = shutdownOptions(args);
    // A shutdown takes no time that it could be aborted in.
    if (abort) throw NO_SHUTDOWN;
    if (save && !force) {
      ctx.server.log("SHUTDOWN SAVE is refused: there is nothing to save to");
      throw SHUTDOWN_ERRORS;
    }
    ctx.server.shutdown();
  },
} as const satisfies CommandSpec;

export const help = {
  name: "HELP",
  arity: -1,
  flags: ["loading", "stale"],
  group: "server",
  since: "0.1.0",
  summary: "Lists the commands for people, or explains one",
  complexity: "O(N) where N is the number of commands",
  syntax: "[command [subcommand]]",
  handler(ctx, args) {
    if (args.count > 3) throw SYNTAX;
    if (args.count === 1) {
      ctx.reply.verbatim("txt", overview(ctx.commands));
      return;
    }
    const command = ctx.commands.find(args, 1);
    const explained = args.count === 3 ? (command?.subcommands?.find(args, 2) ?? null) : command;
    if (explained === null) {
      const missing = command === null ? 1 : 2;
      throw noHelpFor(args.bytes, args.start(missing), args.end(missing));
    }
    ctx.reply.verbatim("txt", commandHelp(explained));
  },
} as const satisfies CommandSpec;

/** A picture, and the line that tools look for. Lines end in LF, as with Redis. */
function lolwutText(productVersion: string): string {
  return [...KEY, "", `OpenKV ver. ${productVersion}`, ""].join("\n");
}

/** The options of SHUTDOWN. @throws SYNTAX, also for options that contradict each other */
function shutdownOptions(args: Args): ShutdownOptions {
  const options: ShutdownOptions = { abort: false, save: false, force: false };
  let noSave = false;
  let others = false;
  for (let i = 1; i < args.count; i++) {
    if (args.is(i, "ABORT")) {
      options.abort = true;
      continue;
    }
    others = true;
    if (args.is(i, "SAVE")) options.save = true;
    else if (args.is(i, "NOSAVE")) noSave = true;
    else if (args.is(i, "FORCE")) options.force = true;
    else if (!args.is(i, "NOW")) throw SYNTAX;
  }
  if ((options.abort && others) || (options.save && noSave)) throw SYNTAX;
  return options;
}
