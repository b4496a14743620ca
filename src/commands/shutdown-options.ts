/** The options of SHUTDOWN. */

import { SYNTAX } from "../protocol/errors.ts";
import type { Args } from "./args.ts";

export interface ShutdownOptions {
  /** Take a shutdown back instead. */
  abort: boolean;
  /** Save, whatever the save points say. */
  save: boolean;
  /** End even when saving fails. */
  force: boolean;
}

/** Reads the options. @throws SYNTAX, also for options that contradict each other */
export function shutdownOptions(args: Args): ShutdownOptions {
  const options: ShutdownOptions = { abort: false, save: false, force: false };
  let noSave = false;
  let others = false;
  for (let i = 1; i < args.count; i++) {
    if (args.is(i, "ABORT")) {
      options.abort = true;
      continue;
    }
    others = true;
    if (args.is(i, "SAVE")) options.save = true;
    else if (args.is(i, "NOSAVE")) noSave = true;
    else if (args.is(i, "FORCE")) options.force = true;
    else if (!args.is(i, "NOW")) throw SYNTAX;
  }
  if ((options.abort && others) || (options.save && noSave)) throw SYNTAX;
  return options;
}
