/** Subcommands of CLIENT that concern the client itself. */

import { clientAttributeValue, SYNTAX, unknownClientAttribute } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import { clientNameOf, isAttribute } from "./client-line.ts";
import { REPLY_OFF, REPLY_ON, REPLY_SKIP_NEXT } from "./client-state.ts";
import type { CommandSpec } from "./spec.ts";

const ID = {
  name: "ID",
  arity: 2,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "5.0.0",
  summary: "The number of this connection, which no later one gets again",
  complexity: "O(1)",
  handler(ctx) {
    ctx.reply.integer(ctx.client.id);
  },
} as const satisfies CommandSpec;

const GETNAME = {
  name: "GETNAME",
  arity: 2,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "2.6.9",
  summary: "The name that CLIENT SETNAME gave this connection",
  complexity: "O(1)",
  handler(ctx) {
    if (ctx.client.name === "") ctx.reply.null();
    else ctx.reply.bulkText(ctx.client.name);
  },
} as const satisfies CommandSpec;

const SETNAME = {
  name: "SETNAME",
  arity: 3,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "2.6.9",
  summary: "Gives this connection a name, for CLIENT LIST",
  complexity: "O(1)",
  syntax: "connection-name",
  handler(ctx, args) {
    ctx.client.name = clientNameOf(args, 2);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const SETINFO = {
  name: "SETINFO",
  arity: 4,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "7.2.0",
  summary: "Tells which client library this is, for CLIENT LIST",
  complexity: "O(1)",
  syntax: "LIB-NAME libname | LIB-VER libver",
  handler(ctx, args) {
    const isName = args.is(2, "LIB-NAME");
    const [start, end] = [args.start(2), args.end(2)];
    if (!isName && !args.is(2, "LIB-VER")) throw unknownClientAttribute(args.bytes, start, end);
    if (!isAttribute(args, 3)) throw clientAttributeValue(args.bytes, start, end);
    if (isName) ctx.client.libraryName = args.latin1(3);
    else ctx.client.libraryVersion = args.latin1(3);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const REPLY = {
  name: "REPLY",
  arity: 3,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "3.2.0",
  summary: "Switches the replies to this connection on or off, or leaves the next one out",
  complexity: "O(1)",
  syntax: "ON | OFF | SKIP",
  handler(ctx, args) {
    const { client, reply } = ctx;
    if (args.is(2, "ON")) {
      client.replyMode = REPLY_ON;
      reply.ok();
    } else if (args.is(2, "OFF")) {
      client.replyMode = REPLY_OFF;
    } else if (args.is(2, "SKIP")) {
      if (client.replyMode !== REPLY_OFF) client.replyMode = REPLY_SKIP_NEXT;
    } else {
      throw SYNTAX;
    }
  },
} as const satisfies CommandSpec;

const NO_EVICT = {
  name: "NO-EVICT",
  arity: 3,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "connection",
  since: "7.0.0",
  summary: "Keeps this connection when clients that take too much memory are closed",
  complexity: "O(1)",
  syntax: "ON | OFF",
  handler(ctx, args) {
    ctx.client.noEvict = isOn(args, 2);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const NO_TOUCH = {
  name: "NO-TOUCH",
  arity: 3,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "7.2.0",
  summary: "Lets this connection read keys without changing their LRU or LFU",
  complexity: "O(1)",
  syntax: "ON | OFF",
  handler(ctx, args) {
    ctx.client.noTouch = isOn(args, 2);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

/** Whether argument `i` is ON, not OFF. @throws SYNTAX */
function isOn(args: Args, i: number): boolean {
  if (args.is(i, "ON")) return true;
  if (args.is(i, "OFF")) return false;
  throw SYNTAX;
}

/** In the order CLIENT HELP lists them in. */
export const OWN_SUBCOMMANDS: readonly CommandSpec[] = [
  ID,
  GETNAME,
  SETNAME,
  SETINFO,
  REPLY,
  NO_EVICT,
  NO_TOUCH,
];
