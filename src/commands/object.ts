/** OBJECT: how a value is kept. */

import { LFU_NOT_SELECTED, LFU_SELECTED } from "../protocol/errors.ts";
import { encodingName } from "../store/entry.ts";
import { referenceCount } from "../store/usage.ts";
import { helpOf, neverCalled } from "./container-help.ts";
import { type CommandSpec, SUBCOMMAND_KEY } from "./spec.ts";

const SUBCOMMANDS: readonly CommandSpec[] = [
  {
    name: "ENCODING",
    arity: 3,
    flags: ["readonly"],
    keys: { ...SUBCOMMAND_KEY, access: ["RO"] },
    group: "generic",
    since: "2.2.3",
    summary: "The name of the form in which the value is kept",
    complexity: "O(1)",
    syntax: "key",
    handler(ctx, args) {
      const entry = ctx.peek(args, 2);
      if (entry === null) ctx.reply.null();
      else ctx.reply.bulkText(encodingName(entry.type, entry.encoding));
    },
  },
  {
    name: "FREQ",
    arity: 3,
    flags: ["readonly"],
    keys: { ...SUBCOMMAND_KEY, access: ["RO"] },
    group: "generic",
    since: "4.0.0",
    summary: "The logarithmic counter of accesses, under an LFU policy",
    complexity: "O(1)",
    syntax: "key",
    handler(ctx, args) {
      const { access } = ctx.keyspace;
      const entry = ctx.peek(args, 2);
      if (entry === null) ctx.reply.null();
      else if (access.lfu) ctx.reply.integer(access.frequency(entry.access));
      else throw LFU_NOT_SELECTED;
    },
  },
  {
    name: "IDLETIME",
    arity: 3,
    flags: ["readonly"],
    keys: { ...SUBCOMMAND_KEY, access: ["RO"] },
    group: "generic",
    since: "2.2.3",
    summary: "Seconds since the last access, unless an LFU policy is selected",
    complexity: "O(1)",
    syntax: "key",
    handler(ctx, args) {
      const { access } = ctx.keyspace;
      const entry = ctx.peek(args, 2);
      if (entry === null) ctx.reply.null();
      else if (access.lfu) throw LFU_SELECTED;
      else ctx.reply.integer(access.idleSeconds(entry.access));
    },
  },
  {
    name: "REFCOUNT",
    arity: 3,
    flags: ["readonly"],
    keys: { ...SUBCOMMAND_KEY, access: ["RO"] },
    group: "generic",
    since: "2.2.3",
    summary: "The number of references to the value that Redis would have",
    complexity: "O(1)",
    syntax: "key",
    handler(ctx, args) {
      const entry = ctx.peek(args, 2);
      if (entry === null) ctx.reply.null();
      else ctx.reply.integer(referenceCount(entry));
    },
  },
];

export const object = {
  name: "OBJECT",
  arity: -2,
  flags: [],
  group: "generic",
  since: "2.2.3",
  summary: "Commands that look into how a value is kept",
  complexity: "Depends on the subcommand",
  subcommands: [...SUBCOMMANDS, helpOf("OBJECT", "generic", "6.2.0", SUBCOMMANDS)],
  handler: neverCalled,
} as const satisfies CommandSpec;
