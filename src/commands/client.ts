/** CLIENT: what a client says about itself, and what it may know of the others and do to them. */

import { ALL_CLIENTS_SUBCOMMANDS } from "./client-all.ts";
import { OWN_SUBCOMMANDS } from "./client-own.ts";
import { helpOf, neverCalled } from "./container-help.ts";
import type { CommandSpec } from "./spec.ts";

const SUBCOMMANDS = [...OWN_SUBCOMMANDS, ...ALL_CLIENTS_SUBCOMMANDS];

export const client = {
  name: "CLIENT",
  arity: -2,
  flags: [],
  group: "connection",
  since: "2.4.0",
  summary: "Commands on connections",
  complexity: "Depends on the subcommand",
  subcommands: [...SUBCOMMANDS, helpOf("CLIENT", "connection", "5.0.0", SUBCOMMANDS)],
  handler: neverCalled,
} as const satisfies CommandSpec;
