/**
 * The only door into the dataset: finds the command, checks what its spec says, and calls its handler. The
 * same dataset, client state, arguments, time and random seed give the same reply and the same dataset.
 */

import {
  execAborted,
  NO_AUTH,
  NOT_IN_TRANSACTION,
  OUT_OF_MEMORY,
  ReplyError,
  TRANSACTION_TOO_LARGE,
  unknownCommand,
  unknownSubcommand,
  wrongArity,
} from "../protocol/errors.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";
import { OutOfMemoryError } from "../store/errors.ts";
import { COMPRESSED_AT_ONCE } from "../store/room.ts";
import type { Args } from "./args.ts";
import { type ClientState, NO_COMMAND, REPLY_ON, REPLY_SKIP, REPLY_SKIP_NEXT } from "./client-state.ts";
import type { Command } from "./command-table.ts";
import type { Context } from "./context.ts";
import { writeError } from "./error-reply.ts";
import { prefetchKeys } from "./prefetch-keys.ts";
import type { TransactionQueue } from "./transaction-queue.ts";

/** Elements freed at a time in each shard when memory is full. */
const GARBAGE_STEP = 4096;

/**
 * The command a request names, given what its first word does: the subcommand if that is a container; null when there
 * is none.
 */
export function resolveCommand(args: Args, named: Command | null): Command | null {
  if (named === null || named.subcommands === null || args.count < 2) return named;
  return named.subcommands.find(args, 1);
}

/**
 * Executes one request for `ctx.client` and appends its reply to `ctx.reply`. Every request has a reply,
 * an error included, unless the client has switched replies off.
 * @param named the command that its first word names, or null
 */
export function execute(ctx: Context, args: Args, named: Command | null = ctx.commands.find(args, 0)): void {
  const { reply, client } = ctx;
  const command = resolveCommand(args, named);
  const mark = reply.length;
  client.lastCommand = command === null ? NO_COMMAND : command.fullName;
  const refusal = command === null ? unknown(ctx, args) : refusalOf(ctx, args, command);
  if (refusal !== null) {
    refuse(ctx, command, refusal);
  } else if (client.transaction !== null && !(command as Command).immediate) {
    enqueue(ctx, args, command as Command, client.transaction);
  } else {
    run(ctx, args, command as Command, mark);
  }
  // Who waits has no reply yet that could be left out.
  if (client.replyMode !== REPLY_ON && client.blocked === null) suppressReply(client, reply, mark);
}

/** Executes a request of a transaction: what would refuse it was looked at when it was queued. */
export function executeQueued(ctx: Context, args: Args, command: Command): void {
  run(ctx, args, command, ctx.reply.length);
}

/** A request that is refused spoils the transaction; a refused EXEC ends it. */
function refuse(ctx: Context, command: Command | null, refusal: ReplyError): void {
  const { transaction } = ctx.client;
  ctx.commandsProcessed++;
  if (command !== null) command.rejected++;
  if (transaction !== null) transaction.aborted = true;
  if (command?.isExec) {
    ctx.endTransaction();
    writeError(ctx, execAborted(refusal));
  } else {
    writeError(ctx, refusal);
  }
}

/** Keeps a request for EXEC. */
function enqueue(ctx: Context, args: Args, command: Command, queue: TransactionQueue): void {
  const { client } = ctx;
  // What will not run need not be kept.
  const isLost = queue.aborted || client.watchBroken;
  if (!isLost && queue.usedBytesWith(args) > ctx.transactionBytesMax) {
    ctx.endTransaction();
    client.closeAfterReply = true;
    writeError(ctx, TRANSACTION_TOO_LARGE);
    return;
  }
  if (!isLost) queue.add(command, args);
  ctx.reply.queued();
}

/**
 * Executes requests in a row of one command, if it can do that at once and nothing is to be looked at in between:
 * `count` of them with the same key and number of arguments, the first of which `args` points to. Returns how many were
 * executed, maybe none; the next one is for {@link execute}.
 */
export function executeRun(ctx: Context, args: Args, command: Command, count: number): number {
  const { client, maxMemoryBytes } = ctx;
  if (command.spec.handleRun === undefined || client.transaction !== null || client.replyMode !== REPLY_ON)
    return 0;
  // How much memory may be taken is looked at before each single request.
  if (maxMemoryBytes !== 0 || refusalOf(ctx, args, command) !== null) return 0;
  client.lastCommand = command.fullName;
  const executed = command.spec.handleRun(ctx, args, count);
  if (executed > 0) countCalls(ctx, command, executed);
  return executed;
}

function countCalls(ctx: Context, command: Command, calls: number): void {
  ctx.commandsProcessed += calls;
  command.calls += calls;
  ctx.times.note(command, calls);
}

function run(ctx: Context, args: Args, command: Command, mark: number): void {
  countCalls(ctx, command, 1);
  if (command.manyKeys !== null && ctx.prefetching) prefetchKeys(ctx, args, command.manyKeys);
  try {
    command.spec.handler(ctx, args);
  } catch (error) {
    replyToError(ctx, command, mark, error);
  }
}

/**
 * Replies what a handler has thrown in place of what it has written since `mark`. @throws `error` again when it is
 * none to reply: an internal fault
 */
export function replyToError(ctx: Context, command: Command, mark: number, error: unknown): void {
  const replyError = error instanceof OutOfMemoryError ? OUT_OF_MEMORY : error;
  if (!(replyError instanceof ReplyError)) throw error;
  command.failed++;
  ctx.reply.rewind(mark);
  writeError(ctx, replyError);
}

/** Why the command must not run, or null: found before it could have to wait. */
export function refusalOf(ctx: Context, args: Args, command: Command): ReplyError | null {
  if (!command.accepts(args.count)) return wrongArity(command.fullName);
  if (!ctx.client.authenticated && !command.noAuth) return NO_AUTH;
  const { transaction } = ctx.client;
  if (transaction !== null && command.has("no_multi")) return NOT_IN_TRANSACTION;
  if (takesMemory(command, transaction) && isOutOfMemory(ctx)) return OUT_OF_MEMORY;
  return null;
}

/** Whether the command is refused when memory is full: within a transaction all are that do not end it. */
function takesMemory(command: Command, transaction: TransactionQueue | null): boolean {
  if (transaction === null) return command.denyOom;
  if (command.isExec) return transaction.deniesOom;
  return command.spec.immediate !== "ending";
}

/**
 * Whether the dataset takes more than it may. What was deleted does not count: if need be, it is freed now. Lists that
 * are to be compressed are, too, for as long as a request may take.
 */
function isOutOfMemory({ keyspace, maxMemoryBytes }: Context): boolean {
  if (maxMemoryBytes === 0) return false;
  let garbage = true;
  while (keyspace.usedBytes > maxMemoryBytes && garbage) garbage = keyspace.collectGarbage(GARBAGE_STEP);
  if (keyspace.usedBytes > maxMemoryBytes) keyspace.compressLists(COMPRESSED_AT_ONCE);
  return keyspace.usedBytes > maxMemoryBytes;
}

function unknown(ctx: Context, args: Args): ReplyError {
  const container = ctx.commands.find(args, 0);
  if (container === null) return unknownCommand(args.bytes, args.offsets, args.count, args.base);
  return unknownSubcommand(container.spec.name, args.bytes, args.start(1), args.end(1));
}

/** Leaves out the reply written since `mark` to a client that has switched replies off. */
export function suppressReply(client: ClientState, reply: ReplyWriter, mark: number): void {
  reply.rewind(mark);
  if (client.replyMode === REPLY_SKIP_NEXT) client.replyMode = REPLY_SKIP;
  else if (client.replyMode === REPLY_SKIP) client.replyMode = REPLY_ON;
}
