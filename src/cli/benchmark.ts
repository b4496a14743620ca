/**
 * `openkv benchmark`. It declares no arguments to citty and so gets its words as they are: the flags of
 * redis-benchmark (`-h` for the host, both `-p` and `-P`) need a parser of their own.
 */
import { defineCommand } from "citty";
import packageJson from "../../package.json" with { type: "json" };
import { runBenchmark } from "../client/benchmark/benchmark.ts";
import { parseBenchmarkOptions } from "../client/benchmark/options.ts";
import { OptionError } from "../client/benchmark/settings.ts";
import { ClientError } from "../client/connect.ts";
import { benchmarkUsage } from "./benchmark-usage.ts";
import { CliError, EXIT_FAILURE, EXIT_OK, UsageError } from "./strict.ts";

/** Runs the words that follow `openkv benchmark`; returns the exit status, 1 if a request failed. */
async function run(argv: readonly string[]): Promise<number> {
  const options = parseBenchmarkOptions(argv);
  if (options.help) {
    console.log(benchmarkUsage(packageJson.name));
    return EXIT_OK;
  }
  if (options.stdin) options.command = [...options.command, Buffer.from(await Bun.stdin.arrayBuffer())];
  // A reader that has seen enough (`| head -1`) ends the run, and not as a fault.
  process.stdout.on("error", () => process.exit(EXIT_FAILURE));
  const isGood = await runBenchmark(options, {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    coloured: process.stdout.isTTY === true && !process.env.NO_COLOR,
    errColumns: process.stderr.isTTY === true ? process.stderr.columns || 80 : 0,
  });
  return isGood ? EXIT_OK : EXIT_FAILURE;
}

export const benchmark = defineCommand({
  meta: { name: "benchmark", description: "Measure a running server" },
  async run({ rawArgs }) {
    try {
      return await run(rawArgs);
    } catch (error) {
      if (error instanceof OptionError) throw new UsageError(`benchmark: ${error.message}`);
      if (error instanceof ClientError) throw new CliError(error.message);
      throw error;
    }
  },
});
