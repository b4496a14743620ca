/** The keys of a request, found by its command's key positions. */

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
  if (spec.keys === undefined) throw NO_KEY_ARGUMENTS;
  if (!command.accepts(count)) throw INVALID_ARGUMENT_COUNT;
  const positions = keyPositions(spec.keys, count).map((position) => position + from);
  if (positions.length === 0) throw INVALID_COMMAND_ARGUMENTS;
  return { positions, spec };
}

/** Positions of the keys in a request of `count` arguments. */
function keyPositions({ first, last, step }: KeyPositions, count: number): number[] {
  const end = last < 0 ? count + last : last;
  const positions: number[] = [];
  for (let position = first; position <= end && position < count; position += step) positions.push(position);
  return positions;
}
