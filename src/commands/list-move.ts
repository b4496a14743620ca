/** Commands that move an element from one list to another, or within one; some wait for it. */

import { equalBytes } from "../base/bytes.ts";
import { type Entry, TYPE_LIST } from "../store/entry.ts";
import * as lists from "../store/list.ts";
import { needRoom } from "../store/room.ts";
import type { Args } from "./args.ts";
import { blockTimeout } from "./block-timeout.ts";
import type { Context } from "./context.ts";
import { isLeft } from "./list-options.ts";
import { listIn } from "./list-pop.ts";
import { type CommandSpec, FIRST_TWO_KEYS } from "./spec.ts";

const FROM_AND_TO = { ...FIRST_TWO_KEYS, access: ["RW access delete", "RW insert"] } as const;

export const lmove = {
  name: "LMOVE",
  arity: 5,
  flags: ["write", "denyoom"],
  keys: FROM_AND_TO,
  group: "list",
  since: "6.2.0",
  summary: "Moves the first or last element of a list to an end of another one, and replies it",
  complexity: "O(1)",
  syntax: "source destination <LEFT | RIGHT> <LEFT | RIGHT>",
  handler(ctx, args) {
    moveOrNull(ctx, args, isLeft(args, 3), isLeft(args, 4));
  },
} as const satisfies CommandSpec;

export const rpoplpush = {
  name: "RPOPLPUSH",
  arity: 3,
  flags: ["write", "denyoom"],
  keys: FROM_AND_TO,
  group: "list",
  since: "1.2.0",
  summary: "Moves the last element of a list to the front of another one, and replies it",
  complexity: "O(1)",
  syntax: "source destination",
  handler(ctx, args) {
    moveOrNull(ctx, args, false, true);
  },
} as const satisfies CommandSpec;

export const blmove = {
  name: "BLMOVE",
  arity: 6,
  flags: ["write", "denyoom", "noscript", "blocking"],
  keys: FROM_AND_TO,
  group: "list",
  since: "6.2.0",
  summary: "LMOVE that waits for the list to come to be",
  complexity: "O(1)",
  syntax: "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout",
  handler(ctx, args) {
    const fromFront = isLeft(args, 3);
    const toFront = isLeft(args, 4);
    moveOrBlock(ctx, args, fromFront, toFront, blockTimeout(args, 5));
  },
  serve(ctx, args) {
    return serveMove(ctx, args, isLeft(args, 3), isLeft(args, 4));
  },
} as const satisfies CommandSpec;

export const brpoplpush = {
  name: "BRPOPLPUSH",
  arity: 4,
  flags: ["write", "denyoom", "noscript", "blocking"],
  keys: FROM_AND_TO,
  group: "list",
  since: "2.2.0",
  summary: "RPOPLPUSH that waits for the list to come to be",
  complexity: "O(1)",
  syntax: "source destination timeout",
  handler(ctx, args) {
    moveOrBlock(ctx, args, false, true, blockTimeout(args, 3));
  },
  serve(ctx, args) {
    return serveMove(ctx, args, false, true);
  },
} as const satisfies CommandSpec;

function moveOrNull(ctx: Context, args: Args, fromFront: boolean, toFront: boolean): void {
  const source = ctx.findValue(args, 1, TYPE_LIST);
  if (source === null) ctx.reply.null();
  else move(ctx, args, source, fromFront, toFront);
}

function moveOrBlock(
  ctx: Context,
  args: Args,
  fromFront: boolean,
  toFront: boolean,
  timeoutMs: number,
): void {
  const source = ctx.findValue(args, 1, TYPE_LIST);
  if (source !== null) move(ctx, args, source, fromFront, toFront);
  else if (!ctx.block(args, 1, 1, timeoutMs)) ctx.reply.null();
}

function serveMove(ctx: Context, args: Args, fromFront: boolean, toFront: boolean): boolean {
  const source = listIn(ctx, args, 1);
  if (source === null) return false;
  move(ctx, args, source, fromFront, toFront);
  return true;
}

/** Moves an element of `source`, the list in argument 1, to the one in argument 2, and replies it. @throws WRONG_TYPE */
function move(ctx: Context, args: Args, source: Entry, fromFront: boolean, toFront: boolean): void {
  const { reply } = ctx;
  const { bytes, start, end } = lists.peek(ctx.keyspace, source, fromFront);
  reply.bulk(bytes, start, end);
  // The element is taken from the reply, since its own place may change before it is written to the other one.
  const to = reply.length - 2;
  const from = to - (end - start);
  if (isWithinOneKey(args)) rotate(ctx, source, fromFront, toFront, from, to);
  else transfer(ctx, args, fromFront, toFront, from, to);
}

/** Whether source and destination are the same key. */
function isWithinOneKey(args: Args): boolean {
  const length = args.length(1);
  return (
    args.length(2) === length && equalBytes(args.bytes, args.start(1), args.bytes, args.start(2), length)
  );
}

/** {@link move} within a list, the element being `reply[from, to)`. */
function rotate(
  ctx: Context,
  list: Entry,
  fromFront: boolean,
  toFront: boolean,
  from: number,
  to: number,
): void {
  const { keyspace, reply } = ctx;
  if (list.linked) {
    // Taking one may take memory, too, for what is the end then; put first, nothing can fail in between.
    lists.push(keyspace, list, reply.bytes, from, to, toFront);
    lists.pop(keyspace, list, fromFront);
  } else {
    // Taken first, a packed list does not outgrow its block; with room for that nothing can fail in between.
    needRoom(list.shard, list.valueLength + to - from, 2);
    lists.pop(keyspace, list, fromFront);
    lists.push(keyspace, list, reply.bytes, from, to, toFront);
  }
  keyspace.changed(list);
}

/** {@link move} between two keys, the element being `reply[from, to)`. */
function transfer(
  ctx: Context,
  args: Args,
  fromFront: boolean,
  toFront: boolean,
  from: number,
  to: number,
): void {
  const { keyspace, reply } = ctx;
  const found = ctx.findValue(args, 2, TYPE_LIST);
  const shard = found?.linked ? found.home : keyspace.shardOf(args.bytes, args.start(2), args.end(2));
  needRoom(shard, to - from, 2);
  const destination = ctx.openCollection(found, args, 2, TYPE_LIST, args.count);
  lists.push(keyspace, destination, reply.bytes, from, to, toFront);
  keyspace.changed(destination);
  // A new key may have moved the source in its dict, so it is looked up again.
  const source = ctx.find(args, 1) as Entry;
  ctx.collectionChanged(source, lists.pop(keyspace, source, fromFront));
}
