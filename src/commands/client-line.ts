/**
 * The line that describes a client in CLIENT LIST and CLIENT INFO: Redis' fields, in Redis' order. Names that
 * clients give themselves are printable ASCII without blanks, so that the line splits at blanks.
 */

import { CLIENT_NAME } from "../protocol/errors.ts";
import type { Args } from "./args.ts";
import type { ConnectionFacts } from "./server-port.ts";

const FIRST_PRINTABLE = 0x21;
const LAST_PRINTABLE = 0x7e;

/**
 * The line, without its end. What does not exist here is shown as Redis shows it when unused: no
 * subscriptions, no tracking, and one user.
 */
export function clientLine(facts: ConnectionFacts, nowMs: number): string {
  const { state, fileDescriptor, queryBufferBytes, outputQueueBytes } = facts;
  const transactionBytes = state.transaction?.usedBytes ?? 0;
  const fields: readonly (readonly [name: string, value: string | number])[] = [
    ["id", state.id],
    ["addr", state.address],
    ["laddr", state.localAddress],
    ["fd", fileDescriptor],
    ["name", state.name],
    ["age", seconds(nowMs - state.createdMs)],
    ["idle", seconds(nowMs - state.lastCommandMs)],
    ["flags", flags(facts)],
    ["db", state.db],
    ["sub", 0],
    ["psub", 0],
    ["ssub", 0],
    ["multi", state.transaction?.length ?? -1],
    ["qbuf", queryBufferBytes],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", transactionBytes],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", 0],
    ["oll", outputQueueBytes === 0 ? 0 : 1],
    ["omem", outputQueueBytes],
    ["tot-mem", queryBufferBytes + outputQueueBytes + transactionBytes],
    ["events", outputQueueBytes === 0 ? "r" : "rw"],
    ["cmd", state.lastCommand],
    ["user", "default"],
    ["redir", -1],
    ["resp", state.resp],
    ["lib-name", state.libraryName],
    ["lib-ver", state.libraryVersion],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(" ");
}

/** Whether argument `i` can stand in a line of CLIENT LIST; empty ones can. */
export function isAttribute(args: Args, i: number): boolean {
  for (let at = args.start(i); at < args.end(i); at++) {
    const byte = args.bytes[at];
    if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE) return false;
  }
  return true;
}

/** Argument `i` as a client's name; an empty one takes the name away. @throws CLIENT_NAME */
export function clientNameOf(args: Args, i: number): string {
  if (!isAttribute(args, i)) throw CLIENT_NAME;
  return args.latin1(i);
}

function flags({ state, blocked }: ConnectionFacts): string {
  let letters = "";
  if (state.transaction !== null) letters += "x";
  if (blocked) letters += "b";
  if (state.watchBroken) letters += "d";
  if (state.closeAfterReply) letters += "c";
  if (state.address.startsWith("/")) letters += "U";
  if (state.noEvict) letters += "e";
  if (state.noTouch) letters += "T";
  return letters === "" ? "N" : letters;
}

/** Whole seconds; a clock that was set back makes no negative age. */
function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}
