/** BITFIELD: integers of any width within strings. */

import { type Int64, parseInteger } from "../base/int.ts";
import { BITFIELD_OVERFLOW, BITFIELD_READ_ONLY, BITFIELD_TYPE, SYNTAX } from "../protocol/errors.ts";
import {
  assigned,
  FAIL,
  type Field,
  getField,
  incremented,
  SATURATE,
  setField,
  WRAP,
} from "../store/bitfield.ts";
import { bytesFor, writable } from "../store/bitmap.ts";
import type { Entry } from "../store/entry.ts";
import type { Args } from "./args.ts";
import { bitOffset } from "./bit-offset.ts";
import type { Context } from "./context.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

const GET = 0;
const SET = 1;
const INCRBY = 2;
const OVERFLOW = 3;
/** Arguments of each with its name. */
const WORDS = [3, 4, 4, 2];

const LETTER_I = 0x69;
const LETTER_U = 0x75;
const SIGNED_BITS_MAX = 64;
const UNSIGNED_BITS_MAX = 63;

interface Operation extends Field {
  /** GET, SET or INCRBY. */
  readonly kind: number;
  readonly operand: Int64;
  readonly overflow: number;
}

export const bitfield = {
  name: "BITFIELD",
  arity: -2,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["RW access update variable_flags"], accessIn: accessOfBitfield },
  group: "bitmap",
  since: "3.2.0",
  summary: "Reads, sets and increments integers of any width at any bits of a string",
  complexity: "O(1) for each operation",
  syntax:
    "key [GET encoding offset | SET encoding offset value | INCRBY encoding offset increment | OVERFLOW [WRAP | SAT | FAIL] ...]",
  handler(ctx, args) {
    const operations = parseOperations(ctx, args);
    const length = bytesWritten(operations);
    if (length === 0) replyFields(ctx, ctx.readString(args, 1), operations);
    else writeFields(ctx, args, operations, length);
  },
} as const satisfies CommandSpec;

export const bitfieldRo = {
  name: "BITFIELD_RO",
  arity: -2,
  flags: ["readonly", "fast"],
  keys: FIRST_KEY,
  group: "bitmap",
  since: "6.0.0",
  summary: "Reads integers of any width at any bits of a string",
  complexity: "O(1) for each operation",
  syntax: "key [GET encoding offset ...]",
  handler(ctx, args) {
    const operations = parseOperations(ctx, args);
    if (bytesWritten(operations) > 0) throw BITFIELD_READ_ONLY;
    replyFields(ctx, ctx.readString(args, 1), operations);
  },
} as const satisfies CommandSpec;

/** What BITFIELD does with its key: it reads only, unless there is a SET, an INCRBY or an error. */
function accessOfBitfield(args: Args, from: number): string {
  for (let i = from + 2; i < args.count; ) {
    const kind = kindOf(args, i);
    if (kind !== GET && kind !== OVERFLOW) return "RW access update";
    i += WORDS[kind];
  }
  return "RO access";
}

/** @throws SYNTAX, BITFIELD_OVERFLOW, BITFIELD_TYPE, BIT_OFFSET, NOT_INTEGER */
function parseOperations(ctx: Context, args: Args): Operation[] {
  const operations: Operation[] = [];
  let overflow = WRAP;
  for (let i = 2; i < args.count; ) {
    const kind = kindOf(args, i);
    if (kind === null) throw SYNTAX;
    if (kind === OVERFLOW) overflow = overflowIn(args, i + 1);
    else operations.push(parseOperation(ctx, args, i, kind, overflow));
    i += WORDS[kind];
  }
  return operations;
}

/** The operation that starts with argument `i`; null when there is none or some of its arguments are missing. */
function kindOf(args: Args, i: number): number | null {
  let kind: number;
  if (args.is(i, "GET")) kind = GET;
  else if (args.is(i, "SET")) kind = SET;
  else if (args.is(i, "INCRBY")) kind = INCRBY;
  else if (args.is(i, "OVERFLOW")) kind = OVERFLOW;
  else return null;
  return i + WORDS[kind] <= args.count ? kind : null;
}

function overflowIn(args: Args, i: number): number {
  if (args.is(i, "WRAP")) return WRAP;
  if (args.is(i, "SAT")) return SATURATE;
  if (args.is(i, "FAIL")) return FAIL;
  throw BITFIELD_OVERFLOW;
}

function parseOperation(ctx: Context, args: Args, i: number, kind: number, overflow: number): Operation {
  const start = args.start(i + 1);
  const letter = args.bytes[start];
  const signed = letter === LETTER_I;
  if (!signed && letter !== LETTER_U) throw BITFIELD_TYPE;
  const bits = parseInteger(args.bytes, start + 1, args.end(i + 1));
  if (!(bits >= 1 && bits <= (signed ? SIGNED_BITS_MAX : UNSIGNED_BITS_MAX))) throw BITFIELD_TYPE;
  const offset = bitOffset(ctx, args, i + 2, bits);
  const operand = kind === GET ? 0 : args.int64(i + 3);
  return { kind, signed, bits, offset, operand, overflow };
}

/** The length of the string that all writing operations reach into; 0 when none of them writes. */
function bytesWritten(operations: readonly Operation[]): number {
  let length = 0;
  for (const { kind, offset, bits } of operations)
    if (kind !== GET) length = Math.max(length, bytesFor(offset + bits - 1));
  return length;
}

function replyFields(ctx: Context, entry: Entry | null, operations: readonly Operation[]): void {
  const { reply } = ctx;
  reply.array(operations.length);
  for (const operation of operations) reply.int64(entry === null ? 0 : getField(entry, operation));
}

/** Executes operations on a string that is made `length` bytes long at least, even if all of them fail then. */
function writeFields(ctx: Context, args: Args, operations: readonly Operation[], length: number): void {
  const { keyspace, client, reply } = ctx;
  const found = ctx.findString(args, 1);
  const grows = found === null || found.valueLength < length;
  const entry = writable(keyspace, client.db, args.bytes, args.start(1), args.end(1), found, length);
  let changes = 0;
  reply.array(operations.length);
  for (const operation of operations) {
    const old = getField(entry, operation);
    const value = valueAfter(operation, old);
    if (value === null) {
      reply.null();
      continue;
    }
    if (value !== old) setField(entry, operation, value);
    if (operation.kind !== GET && (grows || value !== old)) changes++;
    reply.int64(operation.kind === INCRBY ? value : old);
  }
  // Redis does not count a string that has grown for operations that failed; but it is a change to be kept.
  if (grows && changes === 0) changes = 1;
  if (changes === 0) return;
  keyspace.changed(entry);
  keyspace.dirty += changes - 1;
}

/** What the field of an operation holds after it; null when the operation fails. */
function valueAfter(operation: Operation, old: Int64): Int64 | null {
  if (operation.kind === GET) return old;
  if (operation.kind === SET) return assigned(operation, operation.operand, operation.overflow);
  return incremented(operation, old, operation.operand, operation.overflow);
}
