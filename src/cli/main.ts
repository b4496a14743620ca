/** The `openkv` command line: subcommands, exit statuses, and the one place that ends the process. */
import packageJson from "../../package.json" with { type: "json" };
import { ConfigError } from "../server/config/error.ts";
import { StartError } from "../server/start-error.ts";
import type { Program } from "./strict.ts";
import { CliError, EXIT_FAILURE, EXIT_FAULT, EXIT_USAGE, runProgram } from "./strict.ts";

const PROGRAM: Program = {
  name: packageJson.name,
  version: packageJson.version,
  description: packageJson.description,
  commands: {
    "server:start": {
      description: "Start a server",
      load: async () => (await import("./serve.ts")).serverStart,
    },
    "server:stop": {
      description: "Stop a server by its pid file",
      load: async () => (await import("./stop.ts")).serverStop,
    },
    stats: {
      description: "Print the counters of a running server",
      load: async () => (await import("./stats.ts")).stats,
    },
    benchmark: {
      description: "Measure a running server",
      load: async () => (await import("./benchmark.ts")).benchmark,
    },
  },
};

/** Runs one command line and ends the process with its exit status. */
export async function main(argv: readonly string[]): Promise<never> {
  let status: number;
  try {
    status = await runProgram(PROGRAM, argv, (text) => console.log(text));
  } catch (error) {
    status = report(error);
  }
  process.exit(status);
}

/** Says in one line what went wrong; only a fault of the program itself shows where it happened. */
function report(error: unknown): number {
  if (error instanceof CliError) return fail(error.message, error.exitCode);
  if (error instanceof ConfigError) return fail(error.message, error.isUsage ? EXIT_USAGE : EXIT_FAILURE);
  if (error instanceof StartError) return fail(error.message, EXIT_FAILURE);
  return fail(`internal fault: ${Bun.inspect(error)}`, EXIT_FAULT);
}

function fail(message: string, status: number): number {
  process.stderr.write(`${PROGRAM.name}: ${message}\n`);
  return status;
}
