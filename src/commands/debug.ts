/** DEBUG: what tests of servers and clients use. As in Redis 7.0 it is one command, not a container. */

import { DEBUG_NOT_ALLOWED, wrongSubcommandArity } from "../protocol/errors.ts";
import { DEBUG_SUBCOMMANDS } from "./debug-subcommands.ts";
import type { CommandSpec } from "./spec.ts";

const HELP_LINES = [
  "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  ...DEBUG_SUBCOMMANDS.flatMap(({ name, syntax, summary }) => [`${name} ${syntax}`, `    ${summary}.`]),
  "HELP",
  "    Prints this help.",
];

export const debug = {
  name: "DEBUG",
  arity: -2,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "server",
  since: "1.0.0",
  summary: "Commands for tests; DEBUG HELP lists them",
  complexity: "Depends on the subcommand",
  syntax: "subcommand [arg ...]",
  handler(ctx, args) {
    if (!ctx.server.debugAllowed()) throw DEBUG_NOT_ALLOWED;
    if (args.count === 2 && args.is(1, "HELP")) {
      ctx.reply.array(HELP_LINES.length);
      for (const line of HELP_LINES) ctx.reply.simpleString(line);
      return;
    }
    const found = DEBUG_SUBCOMMANDS.find(
      ({ name, countMin, countMax }) => args.is(1, name) && args.count >= countMin && args.count <= countMax,
    );
    if (found === undefined) throw wrongSubcommandArity("DEBUG", args.bytes, args.start(1), args.end(1));
    found.run(ctx, args);
  },
} as const satisfies CommandSpec;
