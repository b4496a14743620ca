/**
 * INFO: Redis' sections with Redis' fields, in Redis' order, and the product's own fields among them. What
 * has no counterpart here is reported as Redis reports it when it is switched off, since monitoring tools
 * expect the field.
 */

import { commandFields, errorFields, keyspaceFields, latencyFields } from "./counts.ts";
import type { InfoFacts, InfoField } from "./facts.ts";
import { memoryFields } from "./memory.ts";
import { clientFields, cpuFields, persistenceFields, replicationFields, serverFields } from "./process.ts";
import { statsFields, storageFields } from "./stats.ts";

interface Section {
  readonly title: string;
  /** Names it may be asked for by, in lower case. */
  readonly names: readonly string[];
  /** Whether a plain INFO shows it. */
  readonly isDefault: boolean;
  fields(facts: InfoFacts): readonly InfoField[];
}

const SECTIONS: readonly Section[] = [
  { title: "Server", names: ["server"], isDefault: true, fields: serverFields },
  { title: "Clients", names: ["clients"], isDefault: true, fields: clientFields },
  { title: "Memory", names: ["memory"], isDefault: true, fields: memoryFields },
  { title: "Persistence", names: ["persistence"], isDefault: true, fields: persistenceFields },
  { title: "Stats", names: ["stats"], isDefault: true, fields: statsFields },
  { title: "Storage", names: ["storage"], isDefault: true, fields: storageFields },
  { title: "Replication", names: ["replication"], isDefault: true, fields: replicationFields },
  { title: "CPU", names: ["cpu"], isDefault: true, fields: cpuFields },
  { title: "Modules", names: ["modules", "module_list"], isDefault: true, fields: () => [] },
  { title: "Commandstats", names: ["commandstats"], isDefault: false, fields: commandFields },
  { title: "Errorstats", names: ["errorstats"], isDefault: true, fields: errorFields },
  { title: "Latencystats", names: ["latencystats"], isDefault: false, fields: latencyFields },
  { title: "Cluster", names: ["cluster"], isDefault: true, fields: () => [["cluster_enabled", 0]] },
  { title: "Keyspace", names: ["keyspace"], isDefault: true, fields: keyspaceFields },
];

/**
 * The text of INFO: the sections asked for, each once, in the order of Redis; none for names that do not exist.
 * @param sections lower-case names, `default`, `all` or `everything`; when empty, the default sections
 */
export function buildInfo(facts: InfoFacts, sections: readonly string[]): string {
  const wantsAll = sections.includes("all") || sections.includes("everything");
  const wantsDefault = sections.length === 0 || sections.includes("default");
  return SECTIONS.filter(
    ({ names, isDefault }) =>
      wantsAll || (wantsDefault && isDefault) || names.some((name) => sections.includes(name)),
  )
    .map(({ title, fields }) => `# ${title}\r\n${lines(fields(facts))}`)
    .join("\r\n");
}

function lines(fields: readonly InfoField[]): string {
  return fields.map(([name, value]) => `${name}:${value}\r\n`).join("");
}
