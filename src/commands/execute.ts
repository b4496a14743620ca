/**
 * The only door into the dataset: finds the command, checks what its spec says, and calls its handler. The
 * same dataset, client state, arguments, time and random seed give the same reply and the same dataset.
 */

import {
  NO_AUTH,
  OUT_OF_MEMORY,
  ReplyError,
  unknownCommand,
  unknownSubcommand,
  wrongArity,
} from "../protocol/errors.ts";
import { OutOfMemoryError } from "../store/errors.ts";
import type { Args } from "./args.ts";
import { REPLY_ON, REPLY_SKIP, REPLY_SKIP_NEXT } from "./client-state.ts";
import type { Command } from "./command-table.ts";
import type { Context } from "./context.ts";
import { prefetchKeys } from "./prefetch-keys.ts";

/** What is left of an error that quotes a long argument: an error must always fit the reply. */
const ERROR_BYTES_MAX = 128 * 1024;

/** The command a request names, its subcommand if it is a container; null when there is none. */
export function resolveCommand(ctx: Context, args: Args): Command | null {
  const command = ctx.commands.find(args, 0);
  if (command === null || command.subcommands === null || args.count < 2) return command;
  return command.subcommands.find(args, 1);
}

/**
 * Executes one request for `ctx.client` and appends its reply to `ctx.reply`. Every request has a reply,
 * an error included, unless the client has switched replies off.
 */
export function execute(ctx: Context, args: Args, command: Command | null = resolveCommand(ctx, args)): void {
  const { reply, client } = ctx;
  const mark = reply.length;
  ctx.commandsProcessed++;
  const refusal = command === null ? unknown(ctx, args) : refusalOf(ctx, args, command);
  if (refusal === null) {
    run(ctx, args, command as Command, mark);
  } else {
    if (command !== null) command.rejected++;
    writeError(ctx, refusal);
  }
  if (client.replyMode !== REPLY_ON) suppressReply(ctx, mark);
}

function run(ctx: Context, args: Args, command: Command, mark: number): void {
  command.calls++;
  ctx.times.note(command);
  ctx.client.lastCommand = command.fullName;
  if (command.manyKeys !== null && ctx.prefetching) prefetchKeys(ctx, args, command.manyKeys);
  try {
    command.spec.handler(ctx, args);
  } catch (error) {
    const replyError = error instanceof OutOfMemoryError ? OUT_OF_MEMORY : error;
    if (!(replyError instanceof ReplyError)) throw error;
    command.failed++;
    ctx.reply.rewind(mark);
    writeError(ctx, replyError);
  }
}

/** Why the command must not run, or null: found before it could have to wait. */
export function refusalOf(ctx: Context, args: Args, command: Command): ReplyError | null {
  if (!command.accepts(args.count)) return wrongArity(command.fullName);
  if (!ctx.client.authenticated && !command.noAuth) return NO_AUTH;
  if (command.denyOom && ctx.maxMemoryBytes !== 0 && ctx.keyspace.usedBytes > ctx.maxMemoryBytes)
    return OUT_OF_MEMORY;
  return null;
}

function unknown(ctx: Context, args: Args): ReplyError {
  const container = ctx.commands.find(args, 0);
  if (container === null) return unknownCommand(args.bytes, args.offsets, args.count, args.base);
  return unknownSubcommand(container.spec.name, args.bytes, args.start(1), args.end(1));
}

function writeError(ctx: Context, error: ReplyError): void {
  const code = error.text.slice(0, error.text.indexOf(" "));
  ctx.errorCounts.set(code, (ctx.errorCounts.get(code) ?? 0) + 1);
  ctx.reply.error(error.text.slice(0, ERROR_BYTES_MAX));
}

function suppressReply(ctx: Context, mark: number): void {
  const { client } = ctx;
  ctx.reply.rewind(mark);
  if (client.replyMode === REPLY_SKIP_NEXT) client.replyMode = REPLY_SKIP;
  else if (client.replyMode === REPLY_SKIP) client.replyMode = REPLY_ON;
}
