/**
 * Reads the command line of `openkv benchmark`.
 *
 * General parsers do not fit: `-h` is the host and not help, `-p` and `-P` are different options, and the
 * first word that is no option begins the command to send, whose own words may look like options
 * (`openkv benchmark -n 100 zadd z -1 member`).
 */

import { didYouMean } from "../../base/suggest.ts";
import type { OptionSpec } from "./option-table.ts";
import { OPTION_SPECS } from "./option-table.ts";
import type { BenchmarkOptions } from "./settings.ts";
import { defaultBenchmarkOptions, OptionError } from "./settings.ts";

/**
 * Reads the arguments that follow `openkv benchmark`.
 *
 * @throws OptionError with one line when an option is unknown, lacks its value or has a wrong one.
 */
export function parseBenchmarkOptions(argv: readonly string[]): BenchmarkOptions {
  const options = defaultBenchmarkOptions();
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at];
    if (word === "--") {
      at++;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    const spec = specOf(name);
    if (spec === undefined) throw new OptionError(`unknown option '${name}'${suggestion(name)}`);
    if (spec.value === undefined) {
      if (equals >= 0) throw new OptionError(`${name} takes no value`);
      spec.apply(options, "", name);
      continue;
    }
    const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
    if (value === undefined || (equals < 0 && specOf(value) !== undefined)) {
      const hint = name === "-h" ? " (it is the host; help is --help)" : "";
      throw new OptionError(`${name} needs a value${hint}`);
    }
    spec.apply(options, value, name);
  }
  addTrailingCommand(options, argv.slice(at));
  return options;
}

function specOf(name: string): OptionSpec | undefined {
  return OPTION_SPECS.find((candidate) => candidate.names.includes(name));
}

function addTrailingCommand(options: BenchmarkOptions, words: readonly string[]): void {
  if (words.length > 0) {
    if (options.command.length > 0)
      throw new OptionError("give the command once: by --command or at the end");
    options.command = words.map((word) => Buffer.from(word));
    options.commandTitle = words.join(" ");
  }
  if (options.stdin && options.command.length === 0) throw new OptionError("-x needs a command");
  if (options.user !== null && options.password === null)
    throw new OptionError("--user needs a password (-a)");
  if (options.command.length > 0 && options.tests !== null) {
    options.warnings = ["WARNING: Option -t is ignored."];
    options.tests = null;
  }
}

/** A hint for a name that is nearly right, or an empty text. */
function suggestion(name: string): string {
  if (/^-[a-zA-Z]./.test(name)) return "; one-letter options take their value as the next word";
  const longNames = OPTION_SPECS.flatMap(({ names }) => names).filter((known) => known.startsWith("--"));
  return didYouMean(
    name.replace(/^-+/, ""),
    longNames.map((known) => known.slice(2)),
    "--",
  );
}
