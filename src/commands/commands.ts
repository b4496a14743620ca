/** All commands there are: the exports of the group modules, which hold specs and nothing else. */

import { Command, CommandTable } from "./command-table.ts";
import type { CommandSpec } from "./spec.ts";
import * as string from "./string.ts";

const GROUPS: readonly Record<string, CommandSpec>[] = [string];

/** A table of its own for one server. */
export function newCommandTable(): CommandTable {
  return new CommandTable(GROUPS.flatMap((group) => Object.values(group).map((spec) => new Command(spec))));
}
