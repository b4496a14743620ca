/** The help of `openkv benchmark`, made from the table of its options. */

import { OPTION_SPECS } from "./option-table.ts";
import { workloadNames } from "./workloads.ts";

const COLUMN = 38;

export function benchmarkUsage(): string {
  const lines = [
    "Measures a server that speaks RESP, with the tests and flags of redis-benchmark.",
    "",
    "Usage: openkv benchmark [options] [command [arguments]]",
    "",
    "Options:",
  ];
  for (const { names, value, help } of OPTION_SPECS) {
    if (help === "") continue;
    const short = names.filter((name) => !name.startsWith("--"));
    const long = names.filter((name) => name.startsWith("--"));
    const both = [...short, ...long.slice(0, 1)].join(", ");
    const left = `  ${short.length === 0 ? "    " : ""}${both}${value === undefined ? "" : ` <${value}>`}`;
    lines.push(`${left.padEnd(COLUMN)} ${help}`);
  }
  lines.push(
    "",
    `Tests: ${workloadNames().join(" ")}`,
    "",
    "Examples:",
    "  openkv benchmark -q",
    "  openkv benchmark -t set,get -n 1000000 -P 16 -r 1000000 -d 64",
    "  openkv benchmark --connections 10 --requests 1000 --command PING",
    "  openkv benchmark -r 10000 -n 10000 lpush mylist __rand_int__",
    "",
  );
  return lines.join("\n");
}
