/**
 * A strict command line on top of citty, which by itself accepts unknown flags, takes `-c -n 5` as "clients
 * is -n", and sees `-h` as help wherever it stands. Arguments are checked here first and handed on in one
 * spelling (`--name=value`), about which citty cannot be wrong.
 *
 * A command that declares no `args` reads its words itself and gets them as they are.
 */
import type { ArgDef, ArgsDef, CommandDef, CommandMeta, SubCommandsDef } from "citty";
import { runCommand } from "citty";
import { didYouMean } from "../base/suggest.ts";
import { renderUsage, withDefault } from "./usage.ts";

export const EXIT_OK = 0;
export const EXIT_FAILURE = 1;
export const EXIT_USAGE = 2;
/** An internal fault: the process stops rather than go on with doubtful data. */
export const EXIT_FAULT = 70;

/** Ends a command: one line on standard error, and an exit status. */
export class CliError extends Error {
  override name = "CliError";

  constructor(
    message: string,
    readonly exitCode = EXIT_FAILURE,
  ) {
    super(message);
  }
}

/** A mistake on the command line. */
export class UsageError extends CliError {
  override name = "UsageError";

  constructor(message: string) {
    super(message, EXIT_USAGE);
  }
}

/** A subcommand that is loaded when it is asked for. */
export interface LazyCommand {
  readonly description: string;
  readonly load: () => Promise<LoadedCommand>;
}

/** Any citty command, whatever its arguments. */
export type LoadedCommand = Exclude<SubCommandsDef[string], Promise<unknown> | (() => unknown)>;

export interface Program {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly commands: Readonly<Record<string, LazyCommand>>;
}

/**
 * Runs the command that `argv` asks for.
 *
 * @param print takes help and version texts.
 * @returns the exit status: what the command's `run` returns if that is a number, else 0.
 * @throws CliError, and whatever the command throws.
 */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  print: (text: string) => void,
): Promise<number> {
  const [first, ...rest] = argv;
  const isHelp = first === undefined || first === "help" || first === "-h" || first === "--help";
  if (first === "-v" || first === "--version" || (isHelp && rest.length === 0)) {
    if (rest.length > 0) throw new UsageError(`'${first}' stands alone`);
    print(isHelp ? programUsage(program) : `${program.name} ${program.version}`);
    return EXIT_OK;
  }
  if (isHelp) return runProgram(program, [...rest, "--help"], print);

  const lazy = Object.hasOwn(program.commands, first) ? program.commands[first] : undefined;
  if (lazy === undefined) {
    const what = first.startsWith("-") ? "flag" : "command";
    const words = what === "flag" ? ["--help", "--version"] : Object.keys(program.commands);
    throw new UsageError(
      `unknown ${what} '${first}'${didYouMean(first, words) || `: see '${program.name} --help'`}`,
    );
  }
  const command = await lazy.load();
  if (command.args === undefined) return exitCode(await runCommand(command, { rawArgs: rest }));

  const args = await resolved<ArgsDef>(command.args);
  const { rawArgs, wantsHelp } = checkedArguments(rest, args);
  if (wantsHelp) {
    print(await commandUsage(command, args, program.name));
    return EXIT_OK;
  }
  return exitCode(await runCommand(command, { rawArgs }));
}

function exitCode({ result }: { result: unknown }): number {
  return typeof result === "number" ? result : EXIT_OK;
}

async function resolved<T>(value: T | Promise<T> | (() => T) | (() => Promise<T>)): Promise<T> {
  return typeof value === "function" ? (value as () => T | Promise<T>)() : value;
}

/** The words of a command line in one spelling, or the wish for help. */
interface CheckedArguments {
  readonly rawArgs: string[];
  readonly wantsHelp: boolean;
}

/**
 * Checks words against the arguments a command declares.
 *
 * @throws UsageError for unknown flags, missing and superfluous values, and words that no argument takes.
 */
export function checkedArguments(argv: readonly string[], args: ArgsDef): CheckedArguments {
  const flags = flagNames(args);
  const positionalsMax = Object.values(args).filter((arg) => arg.type === "positional").length;
  const rawArgs: string[] = [];
  const positionals: string[] = [];
  let at = 0;
  while (at < argv.length) {
    const word = argv[at++];
    if (word === "--") {
      positionals.push(...argv.slice(at));
      break;
    }
    if (!isFlag(word)) {
      positionals.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const flag = equals < 0 ? word : word.slice(0, equals);
    const name = flags.get(flag);
    if (name === undefined) {
      if (flag === "-h" || flag === "--help") return { rawArgs: [], wantsHelp: true };
      throw new UsageError(`unknown flag '${flag}'${didYouMean(flag, flags.keys())}`);
    }
    if (args[name].type === "boolean") {
      if (equals >= 0) throw new UsageError(`flag '${flag}' takes no value`);
      rawArgs.push(
        flag.startsWith("--no-") && !Object.hasOwn(args, flag.slice(2)) ? `--no-${name}` : `--${name}`,
      );
    } else {
      const value = equals < 0 ? argv[at++] : word.slice(equals + 1);
      rawArgs.push(`--${name}=${checkedValue(flag, args[name], value, equals >= 0)}`);
    }
  }
  if (positionals.length > positionalsMax) {
    throw new UsageError(`unexpected argument '${positionals[positionalsMax]}'`);
  }
  return { rawArgs: positionals.length > 0 ? [...rawArgs, "--", ...positionals] : rawArgs, wantsHelp: false };
}

/** `-1` and `-` are values, `-n` and `--name` are flags. */
function isFlag(word: string): boolean {
  return word.startsWith("--") || /^-[^\d]/.test(word);
}

/** Every spelling of every flag, with the name of its argument. */
function flagNames(args: ArgsDef): Map<string, string> {
  const flags = new Map<string, string>();
  for (const [name, arg] of Object.entries(args)) {
    if (arg.type === "positional") continue;
    const aliases = "alias" in arg && arg.alias !== undefined ? [arg.alias].flat() : [];
    for (const spelling of [name, ...aliases]) {
      flags.set(spelling.length === 1 ? `-${spelling}` : `--${spelling}`, name);
    }
    if (arg.type === "boolean") flags.set(`--no-${name}`, name);
  }
  return flags;
}

function checkedValue(flag: string, arg: ArgDef, value: string | undefined, isAttached: boolean): string {
  if (value === undefined) throw new UsageError(`flag '${flag}' needs a value`);
  if (!isAttached && isFlag(value)) {
    throw new UsageError(
      `flag '${flag}' needs a value, and '${value}' looks like a flag: write ${flag}=${value} if it is the value`,
    );
  }
  if (arg.type === "enum" && !arg.options?.includes(value)) {
    throw new UsageError(`flag '${flag}': '${value}' is not one of ${arg.options?.join(", ")}`);
  }
  return value;
}

/**
 * Reads the value of a flag as an integer within bounds (both included).
 *
 * @throws UsageError when it is none.
 */
export function integerValue(flag: string, value: string, min: number, max: number): number {
  const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`flag '${flag}': '${value}' is not an integer between ${min} and ${max}`);
}

/** The usage text of a command, from the arguments it declares. */
async function commandUsage(command: CommandDef, args: ArgsDef, programName: string): Promise<string> {
  const { name = "", description = "" } = await resolved<CommandMeta>(command.meta ?? {});
  return renderUsage(
    {
      title: description,
      synopsis: `${name} [OPTIONS]`,
      heading: "Options",
      rows: Object.entries(args).map(([flag, arg]) => {
        const hint = "valueHint" in arg && arg.valueHint !== undefined ? ` <${arg.valueHint}>` : "";
        return [`--${flag}${hint}`, withDefault(arg.description ?? "", String(arg.default ?? ""))];
      }),
      notes: [],
    },
    programName,
  );
}

function programUsage({ name, version, description, commands }: Program): string {
  return renderUsage(
    {
      title: `${description} (${name} v${version})`,
      synopsis: "COMMAND [OPTIONS]",
      heading: "Commands",
      rows: Object.entries(commands).map(([command, lazy]) => [command, lazy.description]),
      notes: [`'${name} COMMAND --help' says more about one of them.`],
    },
    name,
  );
}
