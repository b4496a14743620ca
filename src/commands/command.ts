/** COMMAND: what the server's commands are, for clients and people. Everything comes from the specs. */

import { globMatch } from "../base/glob.ts";
import { SYNTAX } from "../protocol/errors.ts";
import { categoriesOf } from "./acl-category.ts";
import type { Args } from "./args.ts";
import { replyDocs, replyInfo, statuses } from "./command-info.ts";
import { keysOfRequest } from "./command-keys.ts";
import type { Command, CommandTable } from "./command-table.ts";
import { helpOf } from "./container-help.ts";
import type { Context } from "./context.ts";
import type { CommandSpec } from "./spec.ts";

const COUNT = {
  name: "COUNT",
  arity: 2,
  flags: ["loading", "stale"],
  group: "server",
  since: "2.8.13",
  summary: "The number of commands",
  complexity: "O(1)",
  categories: ["connection"],
  handler(ctx) {
    ctx.reply.integer(ctx.commands.all.length);
  },
} as const satisfies CommandSpec;

const INFO = {
  name: "INFO",
  arity: -2,
  flags: ["loading", "stale"],
  group: "server",
  since: "2.8.13",
  summary: "Arity, flags, keys and ACL categories of some commands, or of all",
  complexity: "O(N) where N is the number of commands described",
  categories: ["connection"],
  syntax: "[command-name [command-name ...]]",
  handler(ctx, args) {
    if (args.count === 2) {
      replyAll(ctx);
      return;
    }
    ctx.reply.array(args.count - 2);
    for (let i = 2; i < args.count; i++) {
      const found = named(ctx.commands, args.latin1(i));
      if (found === null) ctx.reply.null();
      else replyInfo(ctx.reply, found);
    }
  },
} as const satisfies CommandSpec;

const DOCS = {
  name: "DOCS",
  arity: -2,
  flags: ["loading", "stale"],
  group: "server",
  since: "7.0.0",
  summary: "Summary, group and complexity of some commands, or of all",
  complexity: "O(N) where N is the number of commands described",
  categories: ["connection"],
  syntax: "[command-name [command-name ...]]",
  handler(ctx, args) {
    const found: Command[] = [];
    for (let i = 2; i < args.count; i++) {
      const command = named(ctx.commands, args.latin1(i));
      if (command !== null) found.push(command);
    }
    const shown = args.count === 2 ? ctx.commands.all : found;
    ctx.reply.map(shown.length);
    for (const command of shown) {
      ctx.reply.bulkText(command.fullName);
      replyDocs(ctx.reply, command);
    }
  },
} as const satisfies CommandSpec;

const LIST = {
  name: "LIST",
  arity: -2,
  flags: ["loading", "stale"],
  group: "server",
  since: "7.0.0",
  summary: "Names of all commands and subcommands, or of those that a filter lets through",
  complexity: "O(N) where N is the number of commands",
  categories: ["connection"],
  syntax: "[FILTERBY MODULE module-name | ACLCAT category | PATTERN pattern]",
  handler(ctx, args) {
    const isShown = args.count === 2 ? () => true : listFilter(args);
    const shown = withSubcommands(ctx.commands).filter(isShown);
    ctx.reply.array(shown.length);
    for (const { fullName } of shown) ctx.reply.bulkText(fullName);
  },
} as const satisfies CommandSpec;

const GETKEYS = {
  name: "GETKEYS",
  arity: -4,
  flags: ["loading", "stale"],
  group: "server",
  since: "2.8.13",
  summary: "The keys of a request",
  complexity: "O(N) where N is the number of arguments",
  categories: ["connection"],
  syntax: "command [arg ...]",
  handler(ctx, args) {
    const keys = keysOfRequest(ctx.commands, args, 2);
    ctx.reply.array(keys.length);
    for (const { position } of keys) ctx.reply.bulk(args.bytes, args.start(position), args.end(position));
  },
} as const satisfies CommandSpec;

const GETKEYSANDFLAGS = {
  name: "GETKEYSANDFLAGS",
  arity: -4,
  flags: ["loading", "stale"],
  group: "server",
  since: "7.0.0",
  summary: "The keys of a request, and what it does with them",
  complexity: "O(N) where N is the number of arguments",
  categories: ["connection"],
  syntax: "command [arg ...]",
  handler(ctx, args) {
    const keys = keysOfRequest(ctx.commands, args, 2);
    ctx.reply.array(keys.length);
    for (const { position, access } of keys) {
      ctx.reply.array(2);
      ctx.reply.bulk(args.bytes, args.start(position), args.end(position));
      statuses(ctx.reply, access.split(" "));
    }
  },
} as const satisfies CommandSpec;

const SUBCOMMANDS: readonly CommandSpec[] = [COUNT, INFO, DOCS, LIST, GETKEYS, GETKEYSANDFLAGS];

const HELP: CommandSpec = {
  ...helpOf("COMMAND", "server", "5.0.0", SUBCOMMANDS),
  categories: ["connection"],
};

export const command = {
  name: "COMMAND",
  arity: -1,
  flags: ["loading", "stale"],
  group: "server",
  since: "2.8.13",
  summary: "Describes the server's commands: arity, flags, keys and ACL categories",
  complexity: "O(N) where N is the number of commands",
  categories: ["connection"],
  subcommands: [...SUBCOMMANDS, HELP],
  handler: replyAll,
} as const satisfies CommandSpec;

function replyAll(ctx: Context): void {
  ctx.reply.array(ctx.commands.all.length);
  for (const command of ctx.commands.all) replyInfo(ctx.reply, command);
}

/** The command of this name in any case, a subcommand being written `config|get`; null: there is none. */
function named(commands: CommandTable, name: string): Command | null {
  const [first, second, ...more] = name.split("|", 3);
  const command = commands.named(first);
  if (second === undefined || command === null) return command;
  return more.length > 0 ? null : (command.subcommands?.named(second) ?? null);
}

function withSubcommands(commands: CommandTable): Command[] {
  return commands.all.flatMap((command) => [command, ...(command.subcommands?.all ?? [])]);
}

/** The filter of COMMAND LIST. @throws SYNTAX */
function listFilter(args: Args): (command: Command) => boolean {
  if (args.count !== 5 || !args.is(2, "FILTERBY")) throw SYNTAX;
  // There are no modules, so none of them has a command.
  if (args.is(3, "MODULE")) return () => false;
  if (args.is(3, "ACLCAT")) {
    const category = args.latin1(4).toLowerCase();
    return ({ spec }) => categoriesOf(spec).includes(category);
  }
  if (!args.is(3, "PATTERN")) throw SYNTAX;
  return ({ fullName }) => {
    const name = Buffer.from(fullName, "latin1");
    return globMatch(args.bytes, args.start(4), args.end(4), name, 0, name.length, true);
  };
}
