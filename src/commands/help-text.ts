/** The text of HELP, for people at a terminal: lines of at most 78 columns that end in CR LF. */

import type { Command, CommandTable } from "./command-table.ts";
import type { CommandGroup } from "./spec.ts";

const LINE_END = "\r\n";
const COLUMNS = 78;

const GROUP_TITLES: Record<CommandGroup, string> = {
  string: "Strings",
  bitmap: "Bitmaps",
  hyperloglog: "HyperLogLog",
  hash: "Hashes",
  list: "Lists",
  set: "Sets",
  "sorted-set": "Sorted sets",
  geo: "Places",
  generic: "Keys of any type",
  transactions: "Transactions",
  connection: "Connection",
  server: "Server",
};

/** All commands by group. */
export function overview(commands: CommandTable): string {
  const lines = ["HELP <command> explains a command. QUIT ends the connection."];
  for (const [group, title] of Object.entries(GROUP_TITLES)) {
    const names = commands.all.filter(({ spec }) => spec.group === group).map(({ spec }) => spec.name);
    if (names.length > 0) lines.push("", title, ...wrapped(names.sort(), "  "));
  }
  return text(lines);
}

/** One command: how it is written, what it does, and for a container what it holds. */
export function commandHelp({ spec, fullName, subcommands }: Command): string {
  const name = fullName.replace("|", " ").toUpperCase();
  const lines = [
    ...wrapped([name, ...words(spec.syntax)], "", "    "),
    ...wrapped(`${spec.summary}.`.split(" "), "  "),
    `  ${spec.complexity}. Since ${spec.since}, group ${spec.group}.`,
  ];
  for (const { spec: sub } of subcommands?.all ?? []) {
    lines.push("", ...wrapped([name, sub.name, ...words(sub.syntax)], "  ", "      "));
    lines.push(...wrapped(`${sub.summary}.`.split(" "), "    "));
  }
  return text(lines);
}

function words(syntax: string | undefined): string[] {
  return syntax === undefined ? [] : syntax.split(" ");
}

/** Fills lines with words. `indent` starts the first line, `nextIndent` the others. */
function wrapped(parts: readonly string[], indent: string, nextIndent = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const part of parts) {
    const isFirst = line === indent || line === nextIndent;
    if (!isFirst && line.length + 1 + part.length > COLUMNS) {
      lines.push(line);
      line = nextIndent + part;
    } else {
      line += isFirst ? part : ` ${part}`;
    }
  }
  lines.push(line);
  return lines;
}

function text(lines: readonly string[]): string {
  return lines.map((line) => line + LINE_END).join("");
}
