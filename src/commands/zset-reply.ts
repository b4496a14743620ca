/** Members of a sorted set, with or without scores, as replies. */

import type { ReplyWriter } from "../protocol/reply-writer.ts";
import type { Entry } from "../store/entry.ts";
import type { ZsetCursor } from "../store/zset-cursor.ts";
import type { Context } from "./context.ts";

// The form of a list of members.
export const MEMBERS = 0;
/** Member and score in turn. */
export const FLAT_PAIRS = 1;
/** An array of two for each member. */
export const NESTED_PAIRS = 2;

/** The form that WITHSCORES asks for. */
export function withScoresForm(reply: ReplyWriter): number {
  return reply.resp === 2 ? FLAT_PAIRS : NESTED_PAIRS;
}

/** Replies `count` members from the one with rank `first` on, all of which are there. */
export function replyMembers(
  ctx: Context,
  entry: Entry,
  first: number,
  count: number,
  reverse: boolean,
  form: number,
): void {
  membersHead(ctx.reply, count, form);
  writeMembers(ctx, entry, first, count, reverse, form);
}

/** Head of the array of `count` members. */
export function membersHead(reply: ReplyWriter, count: number, form: number): void {
  reply.array(form === FLAT_PAIRS ? count * 2 : count);
}

/** {@link replyMembers} without the head. */
export function writeMembers(
  { keyspace, reply }: Context,
  entry: Entry,
  first: number,
  count: number,
  reverse: boolean,
  form: number,
): void {
  if (count === 0) return;
  const { cursor } = keyspace.zset;
  cursor.open(entry, first, reverse, count);
  writeMember(reply, cursor, form);
  for (let left = count - 1; left > 0; left--) {
    cursor.next();
    writeMember(reply, cursor, form);
  }
}

/** Writes the member that the cursor stands at. */
export function writeMember(reply: ReplyWriter, { member, score }: ZsetCursor, form: number): void {
  if (form === NESTED_PAIRS) reply.array(2);
  reply.bulk(member.bytes, member.start, member.end);
  if (form !== MEMBERS) reply.double(score);
}
