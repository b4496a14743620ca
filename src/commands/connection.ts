/** Commands on the client's own connection: who it is, which protocol and db it uses, when it ends. */

import {
  helloSyntax,
  NO_AUTH_HELLO,
  NO_PASSWORD_SET,
  NO_PROTO,
  PROTO_NOT_INTEGER,
  SYNTAX,
  WRONG_PASSWORD,
  wrongArity,
} from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import { clientNameOf } from "./client-line.ts";
import type { Context } from "./context.ts";
import { databaseIndex } from "./database-index.ts";
import { isDefaultUser, passwordMatches } from "./password.ts";
import { REDIS_VERSION } from "./server-port.ts";
import type { CommandSpec } from "./spec.ts";

export const ping = {
  name: "PING",
  arity: -1,
  flags: ["fast"],
  group: "connection",
  since: "1.0.0",
  summary: "Answers PONG, or the message that it was given",
  complexity: "O(1)",
  syntax: "[message]",
  handler(ctx, args) {
    if (args.count > 2) throw wrongArity("ping");
    if (args.count === 1) ctx.reply.pong();
    else ctx.reply.bulk(args.bytes, args.start(1), args.end(1));
  },
  handleRun(ctx, args, count) {
    if (args.count > 1) return 0;
    for (let done = 0; done < count; done++) ctx.reply.pong();
    return count;
  },
} as const satisfies CommandSpec;

export const echo = {
  name: "ECHO",
  arity: 2,
  flags: ["loading", "stale", "fast"],
  group: "connection",
  since: "1.0.0",
  summary: "Answers the message that it was given",
  complexity: "O(1)",
  syntax: "message",
  handler(ctx, args) {
    ctx.reply.bulk(args.bytes, args.start(1), args.end(1));
  },
} as const satisfies CommandSpec;

export const select = {
  name: "SELECT",
  arity: 2,
  flags: ["loading", "stale", "fast"],
  group: "connection",
  since: "1.0.0",
  summary: "Chooses the db that the client's further commands work on",
  complexity: "O(1)",
  syntax: "index",
  handler(ctx, args) {
    ctx.client.db = databaseIndex(args, 1, ctx.keyspace.databases);
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const auth = {
  name: "AUTH",
  arity: -2,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  group: "connection",
  since: "1.0.0",
  summary: "Authenticates the client with the server's password",
  complexity: "O(N) where N is the length of the password",
  syntax: "[username] password",
  handler(ctx, args) {
    if (args.count > 3) throw SYNTAX;
    if (args.count === 2 && ctx.password === "") throw NO_PASSWORD_SET;
    const isUser = args.count === 2 || isDefaultUser(args.bytes, args.start(1), args.end(1));
    if (!passwordIs(ctx, args, args.count - 1) || !isUser) throw WRONG_PASSWORD;
    ctx.client.authenticated = true;
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const hello = {
  name: "HELLO",
  arity: -1,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  group: "connection",
  since: "6.0.0",
  summary: "Chooses the protocol, authenticates and names the client, and describes the server",
  complexity: "O(1)",
  syntax: "[protover [AUTH username password] [SETNAME clientname]]",
  handler(ctx, args) {
    const { client, reply } = ctx;
    const version = args.count === 1 ? client.resp : args.int64(1, PROTO_NOT_INTEGER);
    if (version !== 2 && version !== 3) throw NO_PROTO;
    const { authenticated, name } = helloOptions(ctx, args);
    if (!authenticated) throw NO_AUTH_HELLO;
    client.authenticated = true;
    client.name = name;
    client.resp = version;
    reply.resp = version;
    describeServer(ctx);
  },
} as const satisfies CommandSpec;

export const quit = {
  name: "QUIT",
  arity: -1,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  group: "connection",
  since: "1.0.0",
  summary: "Ends the connection",
  complexity: "O(1)",
  immediate: "ending",
  handler(ctx) {
    ctx.client.closeAfterReply = true;
    ctx.reply.ok();
  },
} as const satisfies CommandSpec;

export const reset = {
  name: "RESET",
  arity: 1,
  flags: ["noscript", "loading", "stale", "fast", "no_auth", "allow_busy"],
  group: "connection",
  since: "6.2.0",
  summary: "Puts the client back to the state it connected with",
  complexity: "O(1)",
  immediate: "ending",
  handler(ctx) {
    const { client, reply } = ctx;
    ctx.forgetWatches();
    client.reset();
    client.authenticated = ctx.password === "";
    reply.resp = client.resp;
    reply.simpleString("RESET");
  },
} as const satisfies CommandSpec;

/** What the options of HELLO ask for; where they say nothing, what the client has. */
function helloOptions(ctx: Context, args: Args): { authenticated: boolean; name: string } {
  let { authenticated, name } = ctx.client;
  for (let i = 2; i < args.count; i++) {
    const following = args.count - i - 1;
    if (args.is(i, "AUTH") && following >= 2) {
      const isUser = isDefaultUser(args.bytes, args.start(i + 1), args.end(i + 1));
      if (!passwordIs(ctx, args, i + 2) || !isUser) throw WRONG_PASSWORD;
      authenticated = true;
      i += 2;
    } else if (args.is(i, "SETNAME") && following >= 1) {
      name = clientNameOf(args, i + 1);
      i++;
    } else {
      throw helloSyntax(args.bytes, args.start(i), args.end(i));
    }
  }
  return { authenticated, name };
}

function passwordIs(ctx: Context, args: Args, i: number): boolean {
  return passwordMatches(ctx.password, args.bytes, args.start(i), args.end(i));
}

function describeServer({ reply, client }: Context): void {
  reply.map(7);
  reply.bulkText("server");
  reply.bulkText("redis");
  reply.bulkText("version");
  reply.bulkText(REDIS_VERSION);
  reply.bulkText("proto");
  reply.integer(client.resp);
  reply.bulkText("id");
  reply.integer(client.id);
  reply.bulkText("mode");
  reply.bulkText("standalone");
  reply.bulkText("role");
  reply.bulkText("master");
  reply.bulkText("modules");
  reply.array(0);
}
