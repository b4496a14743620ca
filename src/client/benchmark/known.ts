/** Which tests a server can run at all: a run of everything leaves out what the server does not know. */

import { Client } from "../client.ts";
import { addressName, ClientError } from "../connect.ts";
import type { BenchmarkOptions } from "./settings.ts";
import type { Workload } from "./workloads.ts";

/** The tests that can run, and the commands of the others. */
export interface KnownWorkloads {
  readonly workloads: readonly Workload[];
  readonly unknownCommands: readonly string[];
}

/**
 * Asks the server about the command of each test, by sending its bare name: too few arguments is an error
 * that changes nothing, and every server says it otherwise when it does not know the command.
 *
 * @throws ClientError when the server cannot be reached or knows none of the commands.
 */
export async function knownWorkloads(
  workloads: readonly Workload[],
  options: BenchmarkOptions,
): Promise<KnownWorkloads> {
  const names = [...new Set(workloads.map(({ commandName }) => commandName))];
  const client = await Client.connect(options);
  try {
    const replies = await Promise.all(names.map((name) => client.command(name)));
    const unknownCommands = names.filter((_, at) => {
      const reply = replies[at];
      return reply.kind === "error" && /^\S+ unknown command\b/i.test(reply.text);
    });
    const known = workloads.filter(({ commandName }) => !unknownCommands.includes(commandName));
    if (known.length > 0) return { workloads: known, unknownCommands };
    throw new ClientError(`${addressName(options)}: the server knows none of ${names.join(", ")}`);
  } finally {
    client.close();
  }
}
