/**
 * The only door into the dataset: finds the command, checks what its spec says, and calls its handler. The
 * same dataset, client state, arguments, time and random seed give the same reply and the same dataset.
 */

import {
  NO_AUTH,
  NOT_IN_TRANSACTION,
  OUT_OF_MEMORY,
  ReplyError,
  TRANSACTION_TOO_LARGE,
  unknownCommand,
  unknownSubcommand,
  wrongArity,
} from "../protocol/errors.ts";
import { OutOfMemoryError } from "../store/errors.ts";
import type { Args } from "./args.ts";
import { REPLY_ON, REPLY_SKIP, REPLY_SKIP_NEXT } from "./client-state.ts";
import type { Command } from "./command-table.ts";
import type { Context } from "./context.ts";
import { writeError } from "./error-reply.ts";
import { prefetchKeys } from "./prefetch-keys.ts";
import type { TransactionQueue } from "./transaction-queue.ts";

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
  if (refusal !== null) {
    if (command !== null) command.rejected++;
    if (client.transaction !== null) client.transaction.aborted = true;
    writeError(ctx, refusal);
  } else if (client.transaction !== null && !(command as Command).immediate) {
    enqueue(ctx, args, command as Command, client.transaction);
  } else {
    run(ctx, args, command as Command, mark);
  }
  if (client.replyMode !== REPLY_ON) suppressReply(ctx, mark);
}

/** Executes a request of a transaction: what would refuse it was looked at when it was queued. */
export function executeQueued(ctx: Context, args: Args, command: Command): void {
  ctx.commandsProcessed++;
  run(ctx, args, command, ctx.reply.length);
}

/** Keeps a request for EXEC. */
function enqueue(ctx: Context, args: Args, command: Command, queue: TransactionQueue): void {
  if (command.has("no_multi")) {
    queue.aborted = true;
    writeError(ctx, NOT_IN_TRANSACTION);
    return;
  }
  // What is refused in the end need not be kept.
  if (!queue.aborted) queue.add(command, args);
  if (queue.usedBytes > ctx.transactionBytesMax) {
    ctx.client.transaction = null;
    ctx.client.closeAfterReply = true;
    writeError(ctx, TRANSACTION_TOO_LARGE);
    return;
  }
  ctx.reply.queued();
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
  if (command.denyOom && isOutOfMemory(ctx)) return OUT_OF_MEMORY;
  return null;
}

/** Whether the dataset takes more than it may. */
export function isOutOfMemory(ctx: Context): boolean {
  return ctx.maxMemoryBytes !== 0 && ctx.keyspace.usedBytes > ctx.maxMemoryBytes;
}

function unknown(ctx: Context, args: Args): ReplyError {
  const container = ctx.commands.find(args, 0);
  if (container === null) return unknownCommand(args.bytes, args.offsets, args.count, args.base);
  return unknownSubcommand(container.spec.name, args.bytes, args.start(1), args.end(1));
}

function suppressReply(ctx: Context, mark: number): void {
  const { client } = ctx;
  ctx.reply.rewind(mark);
  if (client.replyMode === REPLY_SKIP_NEXT) client.replyMode = REPLY_SKIP;
  else if (client.replyMode === REPLY_SKIP) client.replyMode = REPLY_ON;
}
