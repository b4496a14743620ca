/** The line that describes a client in CLIENT LIST and CLIENT INFO: Redis' fields, in Redis' order. */

import type { ConnectionFacts } from "./server-port.ts";

/**
 * The line, without its end. What does not exist here is shown as Redis shows it when unused: no
 * subscriptions, no transaction, no tracking, and one user.
 */
export function clientLine(facts: ConnectionFacts, nowMs: number): string {
  const { state, fileDescriptor, queryBufferBytes, outputQueueBytes } = facts;
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
    ["multi", -1],
    ["qbuf", queryBufferBytes],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", 0],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", 0],
    ["oll", outputQueueBytes === 0 ? 0 : 1],
    ["omem", outputQueueBytes],
    ["tot-mem", queryBufferBytes + outputQueueBytes],
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

function flags({ state, blocked }: ConnectionFacts): string {
  let letters = "";
  if (blocked) letters += "b";
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
