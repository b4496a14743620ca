/** INFO's sections with one line per thing that exists: Commandstats, Latencystats, Errorstats, Keyspace. */

import type { Command, CommandTable } from "../../commands/command-table.ts";
import type { InfoFacts, InfoField } from "./facts.ts";

/** Commands and subcommands that were called or refused since the start. */
export function commandFields({ commands }: InfoFacts): InfoField[] {
  return withSubcommands(commands)
    .filter(({ calls, rejected, failed }) => calls + rejected + failed > 0)
    .map((command) => [`cmdstat_${command.fullName}`, statistics(command)]);
}

/** Percentiles of the time that calls of each command and subcommand took, in µs. */
export function latencyFields({ commands, latency }: InfoFacts): InfoField[] {
  const fields: InfoField[] = [];
  if (!latency.isShown) return fields;
  for (const { fullName, latencies } of withSubcommands(commands)) {
    if (latencies === null) continue;
    // A percentile is named with up to six digits after the point, as C's `%f` without zeros at the end.
    const shown = latency.percentiles.map(
      (percentile) => `p${Number(percentile.toFixed(6))}=${latencies.valueAt(percentile).toFixed(3)}`,
    );
    fields.push([`latency_percentiles_usec_${fullName}`, shown.join(",")]);
  }
  return fields;
}

/** Error replies by their first word, in alphabetical order. */
export function errorFields({ errorCounts }: InfoFacts): InfoField[] {
  return [...errorCounts.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

/** Dbs that have keys. The mean time to live is not kept, and shown as Redis shows it at first. */
export function keyspaceFields({ keyspace }: InfoFacts): InfoField[] {
  const fields: InfoField[] = [];
  for (let db = 0; db < keyspace.databases; db++) {
    const keys = keyspace.size(db);
    if (keys > 0) fields.push([`db${db}`, `keys=${keys},expires=${keyspace.expiringKeys(db)},avg_ttl=0`]);
  }
  return fields;
}

function withSubcommands(commands: CommandTable): Command[] {
  return commands.all.flatMap((command) => [command, ...(command.subcommands?.all ?? [])]);
}

function statistics({ calls, rejected, failed, microseconds }: Command): string {
  const perCall = calls === 0 ? 0 : microseconds / calls;
  return [
    `calls=${calls}`,
    `usec=${Math.round(microseconds)}`,
    `usec_per_call=${perCall.toFixed(2)}`,
    `rejected_calls=${rejected}`,
    `failed_calls=${failed}`,
  ].join(",");
}
