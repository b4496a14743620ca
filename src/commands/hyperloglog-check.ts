/** What the commands on HyperLogLogs check first. */

import { NOT_HYPERLOGLOG } from "../protocol/errors.ts";
import type { Entry } from "../store/entry.ts";
import type { Context } from "./context.ts";

/** The entry of a string, or null for a missing key. @throws NOT_HYPERLOGLOG when it does not pass for one */
export function checkHyperLogLog({ hyperloglogs }: Context, entry: Entry | null): Entry | null {
  if (entry !== null && !hyperloglogs.isOne(entry)) throw NOT_HYPERLOGLOG;
  return entry;
}
