/** The usage text of `openkv benchmark`, from the table of its options. */
import type { OptionSpec } from "../client/benchmark/option-table.ts";
import { OPTION_SPECS } from "../client/benchmark/option-table.ts";
import { workloadNames } from "../client/benchmark/workloads.ts";
import { renderUsage } from "./usage.ts";

/** The options that are not only known to be refused, the tests, and examples. */
export function benchmarkUsage(programName: string): string {
  const examples = [
    "benchmark -q",
    "benchmark -t set,get -n 1000000 -P 16 -r 1000000 -d 64",
    "benchmark --connections 10 --requests 1000 --command PING",
    "benchmark -r 10000 -n 10000 set key:__rand_int__ value",
  ];
  return renderUsage(
    {
      title: "Measure a server that speaks RESP, with the tests and flags of redis-benchmark",
      synopsis: "benchmark [OPTIONS] [COMMAND [ARGUMENT]...]",
      heading: "Options",
      rows: OPTION_SPECS.filter(({ help }) => help !== "").map((spec) => [flagNames(spec), spec.help]),
      notes: [
        `Tests: ${workloadNames().join(" ")}`,
        ["Examples:", ...examples.map((example) => `  ${programName} ${example}`)].join("\n"),
      ],
    },
    programName,
  );
}

/** The short name before the long one that documentation uses. */
function flagNames({ names, value }: OptionSpec): string {
  const short = names.filter((name) => !name.startsWith("--"));
  const long = names.filter((name) => name.startsWith("--"));
  const both = [...short, ...long.slice(0, 1)].join(", ");
  return `${short.length === 0 ? "    " : ""}${both}${value === undefined ? "" : ` <${value}>`}`;
}
