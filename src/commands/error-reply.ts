/** Writing error replies, and counting them. */

import type { ReplyError } from "../protocol/errors.ts";
import type { Context } from "./context.ts";

/** What is left of an error that quotes a long argument: an error must always fit the reply. */
const ERROR_BYTES_MAX = 128 * 1024;

/** Appends an error to the reply. */
export function writeError(ctx: Context, error: ReplyError): void {
  const code = error.text.slice(0, error.text.indexOf(" "));
  ctx.errorCounts.set(code, (ctx.errorCounts.get(code) ?? 0) + 1);
  ctx.reply.error(error.text.slice(0, ERROR_BYTES_MAX));
}
