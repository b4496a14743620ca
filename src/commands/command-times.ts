/**
 * The time that commands take, for INFO commandstats and latencystats. The clock is read once per batch, not per command, and
 * the time is shared out evenly among the commands of the batch: a batch of one is exact, and what all
 * commands took together always is.
 */

import type { Command } from "./command-table.ts";
import { LatencyHistogram, latencyBucket } from "./latency-histogram.ts";

export class CommandTimes {
  /** Each command that ran in the present batch, once. */
  private readonly commands: Command[] = [];
  private calls = 0;

  /** Counts calls within the present batch. */
  note(command: Command, calls: number): void {
    this.calls += calls;
    if (command.untimedCalls === 0) this.commands.push(command);
    command.untimedCalls += calls;
  }

  /** Ends the batch, which took so long. */
  share(microseconds: number): void {
    const perCall = microseconds / this.calls;
    const bucket = latencyBucket(perCall);
    for (const command of this.commands) {
      command.microseconds += command.untimedCalls * perCall;
      command.latencies ??= new LatencyHistogram();
      command.latencies.add(bucket, command.untimedCalls);
      command.untimedCalls = 0;
    }
    this.commands.length = 0;
    this.calls = 0;
  }
}
