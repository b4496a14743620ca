/** The counters of a running server, as its STATS command prints them. */

import type { ClientOptions } from "./client.ts";
import { Client } from "./client.ts";
import { addressName, ClientError } from "./connect.ts";

/**
 * Asks a server for STATS once.
 *
 * @returns its text, with LF between lines and none at the end.
 * @throws ClientError when the server cannot be reached or does not know STATS.
 */
export async function fetchStats(options: ClientOptions): Promise<string> {
  const client = await Client.connect(options);
  try {
    const reply = await client.command("STATS");
    if (reply.kind === "bulk" || reply.kind === "verbatim") {
      return reply.bytes.toString().replaceAll("\r\n", "\n").trimEnd();
    }
    const reason = reply.kind === "error" ? reply.text : `unexpected ${reply.kind} reply to STATS`;
    throw new ClientError(`${addressName(options)}: ${reason}`);
  } finally {
    client.close();
  }
}
