/** The keys of a request, found by its command's key positions, and what the command does with them. */

import {
  INVALID_ARGUMENT_COUNT,
  INVALID_COMMAND,
  INVALID_COMMAND_ARGUMENTS,
  NO_KEY_ARGUMENTS,
} from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import type { CommandTable } from "./command-table.ts";
import type { CommandSpec, KeyPositions } from "./spec.ts";

/**
 * The keys of the request that the arguments from `from` on make up, as positions among all arguments, and
 * the spec of its command.
 * @throws INVALID_COMMAND, NO_KEY_ARGUMENTS, INVALID_ARGUMENT_COUNT, INVALID_COMMAND_ARGUMENTS
 */
export function keysOfRequest(
  commands: CommandTable,
  args: Args,
  from: number,
): { positions: number[]; spec: CommandSpec } {
  const count = args.count - from;
  let command = commands.find(args, from);
  if (command?.subcommands && count > 1) command = command.subcommands.find(args, from + 1);
  if (command === null) throw INVALID_COMMAND;
  const { spec } = command;
  if (spec.keys === undefined && spec.countedKeys === undefined) throw NO_KEY_ARGUMENTS;
  if (!command.accepts(count)) throw INVALID_ARGUMENT_COUNT;
  const positions = [
    ...(spec.keys === undefined ? [] : keyPositions(spec.keys, count)),
    ...(spec.countedKeys === undefined ? [] : countedPositions(args, from, spec.countedKeys.at)),
  ].map((position) => position + from);
  if (positions.length === 0) throw INVALID_COMMAND_ARGUMENTS;
  return { positions, spec };
}

/** Positions of the keys whose number is argument `at` of the request from `from` on. @throws INVALID_COMMAND_ARGUMENTS */
function countedPositions(args: Args, from: number, at: number): number[] {
  const left = args.count - from - at - 1;
  const count = args.integer(from + at, 1, left, INVALID_COMMAND_ARGUMENTS);
  return Array.from({ length: count }, (_, i) => at + 1 + i);
}

/**
 * What a command does with its keys, as flags of key specifications: one text for all keys, or one for each;
 * none for a command without keys.
 */
export function keyAccess({ flags, keys }: CommandSpec): readonly string[] {
  if (keys === undefined) return [];
  if (keys.access !== undefined) return keys.access;
  if (flags.includes("readonly")) return ["RO access"];
  return [flags.includes("denyoom") ? "RW access update" : "RW update"];
}

/** What the request from argument `from` on does with its key number `i`, counted from 0. */
export function keyAccessIn(spec: CommandSpec, args: Args, from: number, i: number): string {
  if (spec.keys?.accessIn !== undefined) return spec.keys.accessIn(args, from);
  const accesses = keyAccess(spec);
  if (spec.countedKeys !== undefined && i >= accesses.length) return spec.countedKeys.access;
  return accesses[Math.min(i, accesses.length - 1)];
}

/** Positions of the keys in a request of `count` arguments. */
function keyPositions({ first, last, step }: KeyPositions, count: number): number[] {
  const end = last < 0 ? count + last : last;
  const positions: number[] = [];
  for (let position = first; position <= end && position < count; position += step) positions.push(position);
  return positions;
}
