/** Subcommands of CLIENT that look at all connections, or act on them. */

import {
  INVALID_CLIENT_ID,
  NO_SUCH_CLIENT,
  PAUSE_MODE,
  REPLY_TOO_LARGE,
  SYNTAX,
  TIMEOUT_NEGATIVE,
  TIMEOUT_NOT_INTEGER,
  UNBLOCK_REASON,
  wrongSubcommandArity,
} from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import { clientTypeOf, isMeant, killFilter } from "./client-filter.ts";
import { clientLine } from "./client-line.ts";
import type { Context } from "./context.ts";
import type { ConnectionFacts } from "./server-port.ts";
import type { CommandSpec } from "./spec.ts";

/** Names have no bound but that of an argument; no reply can hold more of them than this. */
const NAME_BYTES_MAX = 2 ** 30;

const INFO = {
  name: "INFO",
  arity: 2,
  flags: ["noscript", "loading", "stale"],
  group: "connection",
  since: "6.2.0",
  summary: "The line of CLIENT LIST for this connection",
  complexity: "O(N) where N is the number of connections",
  handler(ctx) {
    const own = ctx.server.connections().filter(({ state }) => state === ctx.client);
    replyLines(ctx, own);
  },
} as const satisfies CommandSpec;

const LIST = {
  name: "LIST",
  arity: -2,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "connection",
  since: "2.4.0",
  summary: "One line for each connection",
  complexity: "O(N) where N is the number of connections",
  syntax: "[TYPE NORMAL | MASTER | REPLICA | PUBSUB] [ID client-id [client-id ...]]",
  handler(ctx, args) {
    if (args.count === 2) {
      replyLines(ctx, ctx.server.connections());
    } else if (args.count === 4 && args.is(2, "TYPE")) {
      replyLines(ctx, clientTypeOf(args, 3) === "normal" ? ctx.server.connections() : []);
    } else if (args.count > 3 && args.is(2, "ID")) {
      replyLines(ctx, withIds(ctx, args, 3));
    } else {
      throw SYNTAX;
    }
  },
} as const satisfies CommandSpec;

const KILL = {
  name: "KILL",
  arity: -3,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "connection",
  since: "2.4.0",
  summary: "Ends the connection from an address, or all that fit the options",
  complexity: "O(N) where N is the number of connections",
  syntax:
    "ip:port | [ID client-id] [TYPE NORMAL | MASTER | REPLICA | PUBSUB] [USER username] [ADDR ip:port] [LADDR ip:port] [SKIPME yes/no]",
  handler(ctx, args) {
    const filter = killFilter(args);
    let killed = 0;
    for (const { state } of ctx.server.connections()) {
      if (!isMeant(filter, state, ctx.client)) continue;
      // This connection has a reply coming.
      if (state === ctx.client) state.closeAfterReply = true;
      else if (!ctx.server.kill(state.id)) continue;
      killed++;
    }
    if (args.count > 3) ctx.reply.integer(killed);
    else if (killed === 0) throw NO_SUCH_CLIENT;
    else ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const PAUSE = {
  name: "PAUSE",
  arity: -3,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "connection",
  since: "2.9.50",
  summary: "Holds all commands back for some ms, or those that write",
  complexity: "O(1)",
  syntax: "timeout [WRITE | ALL]",
  handler(ctx, args) {
    if (args.count > 4) throw wrongSubcommandArity("CLIENT", args.bytes, args.start(1), args.end(1));
    const writesOnly = args.count === 4 && args.is(3, "WRITE");
    if (args.count === 4 && !writesOnly && !args.is(3, "ALL")) throw PAUSE_MODE;
    const ms = Number(args.int64(2, TIMEOUT_NOT_INTEGER));
    if (ms < 0) throw TIMEOUT_NEGATIVE;
    ctx.server.pause(ctx.nowMs + ms, writesOnly);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const UNPAUSE = {
  name: "UNPAUSE",
  arity: 2,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "connection",
  since: "6.2.0",
  summary: "Ends what CLIENT PAUSE has begun",
  complexity: "O(N) where N is the number of paused connections",
  handler(ctx) {
    ctx.server.unpause();
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

const UNBLOCK = {
  name: "UNBLOCK",
  arity: -3,
  flags: ["admin", "noscript", "loading", "stale"],
  group: "connection",
  since: "5.0.0",
  summary: "Ends the waiting of a connection that a command has blocked",
  complexity: "O(log N) where N is the number of connections",
  syntax: "client-id [TIMEOUT | ERROR]",
  handler(ctx, args) {
    if (args.count > 4) throw wrongSubcommandArity("CLIENT", args.bytes, args.start(1), args.end(1));
    if (args.count === 4 && !args.is(3, "TIMEOUT") && !args.is(3, "ERROR")) throw UNBLOCK_REASON;
    const id = Number(args.int64(2));
    const withError = args.count === 4 && args.is(3, "ERROR");
    ctx.reply.integer(ctx.server.unblock(id, withError) ? 1 : 0);
  },
} as const satisfies CommandSpec;

/** The connections whose ids the arguments from `from` on name, in that order. @throws INVALID_CLIENT_ID */
function withIds(ctx: Context, args: Args, from: number): ConnectionFacts[] {
  const byId = new Map(ctx.server.connections().map((facts) => [facts.state.id, facts]));
  const found: ConnectionFacts[] = [];
  for (let i = from; i < args.count; i++) {
    const facts = byId.get(Number(args.int64(i, INVALID_CLIENT_ID)));
    if (facts !== undefined) found.push(facts);
  }
  return found;
}

/** @throws REPLY_TOO_LARGE before a string is made that could not be */
function replyLines(ctx: Context, connections: readonly ConnectionFacts[]): void {
  let nameBytes = 0;
  for (const { state } of connections)
    nameBytes += state.name.length + state.libraryName.length + state.libraryVersion.length;
  if (nameBytes > NAME_BYTES_MAX) throw REPLY_TOO_LARGE;
  ctx.reply.verbatim("txt", connections.map((facts) => `${clientLine(facts, ctx.nowMs)}\n`).join(""));
}

/** In the order CLIENT HELP lists them in. */
export const ALL_CLIENTS_SUBCOMMANDS: readonly CommandSpec[] = [INFO, LIST, KILL, PAUSE, UNPAUSE, UNBLOCK];
