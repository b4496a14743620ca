/** The keys of a request, found by its command's key positions, and what the command does with them. */

import {
  INVALID_ARGUMENT_COUNT,
  INVALID_COMMAND,
  INVALID_COMMAND_ARGUMENTS,
  NO_KEY_ARGUMENTS,
} from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import type { CommandTable } from "./command-table.ts";
import type { CommandSpec, CountedKeys, KeyPositions, KeywordKey, RequestKey } from "./spec.ts";

/**
 * The keys of the request that the arguments from `from` on make up.
 * @throws INVALID_COMMAND, NO_KEY_ARGUMENTS, INVALID_ARGUMENT_COUNT, INVALID_COMMAND_ARGUMENTS
 */
export function keysOfRequest(commands: CommandTable, args: Args, from: number): RequestKey[] {
  const count = args.count - from;
  let command = commands.find(args, from);
  if (command?.subcommands && count > 1) command = command.subcommands.find(args, from + 1);
  if (command === null) throw INVALID_COMMAND;
  const { spec } = command;
  if (keyAccess(spec).length === 0) throw NO_KEY_ARGUMENTS;
  if (!command.accepts(count)) throw INVALID_ARGUMENT_COUNT;
  const { keys, countedKeys, keywordKeys = [], hiddenKeys } = spec;
  const found = [
    ...(keys === undefined ? [] : placedKeys(keys, placedAccess(spec), args, from)),
    ...(countedKeys === undefined ? [] : keysCounted(countedKeys, args, from)),
    ...keywordKeys.flatMap((key) => keyBehindWord(key, args, from)),
    ...(hiddenKeys === undefined ? [] : hiddenKeys.find(args, from)),
  ];
  if (found.length === 0) throw INVALID_COMMAND_ARGUMENTS;
  return found;
}

/** What a command does with its keys, as flags of key specifications: a text for each specification. */
export function keyAccess(spec: CommandSpec): readonly string[] {
  const { countedKeys, keywordKeys = [], hiddenKeys } = spec;
  return [
    ...placedAccess(spec),
    ...(countedKeys === undefined ? [] : [countedKeys.access]),
    ...keywordKeys.map((key) => key.access),
    ...(hiddenKeys?.access ?? []),
  ];
}

/** {@link keyAccess} for the keys in fixed places: one text for all, or one for each; none where there are none. */
export function placedAccess({ flags, keys }: CommandSpec): readonly string[] {
  if (keys === undefined) return [];
  if (keys.access !== undefined) return keys.access;
  if (flags.includes("readonly")) return ["RO access"];
  return [flags.includes("denyoom") ? "RW access update" : "RW update"];
}

/** The keys of a request in fixed places. */
function placedKeys(keys: KeyPositions, accesses: readonly string[], args: Args, from: number): RequestKey[] {
  const { first, last, step } = keys;
  const count = args.count - from;
  const end = last < 0 ? count + last : last;
  const found: RequestKey[] = [];
  for (let at = first; at <= end && at < count; at += step) {
    const access = keys.accessIn?.(args, from) ?? accesses[Math.min(found.length, accesses.length - 1)];
    found.push({ position: from + at, access });
  }
  return found;
}

/** The keys behind their number. @throws INVALID_COMMAND_ARGUMENTS */
function keysCounted({ at, access }: CountedKeys, args: Args, from: number): RequestKey[] {
  const first = from + at + 1;
  const count = args.integer(from + at, 1, args.count - first, INVALID_COMMAND_ARGUMENTS);
  return Array.from({ length: count }, (_, i) => ({ position: first + i, access }));
}

function keyBehindWord(key: KeywordKey, args: Args, from: number): RequestKey[] {
  for (let i = from + key.from; i + 1 < args.count; i++)
    if (args.is(i, key.word)) return [{ position: i + 1, access: key.access }];
  return [];
}
