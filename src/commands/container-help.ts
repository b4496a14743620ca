/** HELP of command containers: its lines come from the specs of the container's subcommands. */

import type { CommandGroup, CommandSpec } from "./spec.ts";

/**
 * The HELP subcommand of a container; it goes last in the container's `subcommands`.
 * @param container upper case
 * @param since the version of Redis that brought this HELP
 * @param others the container's other subcommands, in the order they are listed in
 */
export function helpOf(
  container: string,
  group: CommandGroup,
  since: string,
  others: readonly CommandSpec[],
): CommandSpec {
  const lines = helpLines(container, others);
  return {
    name: "HELP",
    arity: 2,
    flags: ["loading", "stale"],
    group,
    since,
    summary: "Prints this help",
    complexity: "O(1)",
    handler(ctx) {
      ctx.reply.array(lines.length);
      for (const line of lines) ctx.reply.simpleString(line);
    },
  };
}

/** The lines that HELP replies: a heading, then name and summary of each subcommand, HELP itself last. */
export function helpLines(
  container: string,
  subcommands: readonly { name: string; syntax?: string; summary: string }[],
): string[] {
  const lines = [`${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const { name, syntax, summary } of subcommands) {
    lines.push(syntax === undefined ? name : `${name} ${syntax}`, `    ${summary}.`);
  }
  lines.push("HELP", "    Prints this help.");
  return lines;
}

/** The handler of a container that is never called without a subcommand: its arity asks for one. */
export function neverCalled(): never {
  throw new Error("a container whose arity asks for a subcommand was called without one");
}
