/** Where settings come from besides a file: the environment and the command line. */

import { closest, didYouMean } from "../../base/suggest.ts";
import { ConfigError } from "./error.ts";
import type { ConfigLine } from "./file.ts";
import { pathToBytes } from "./kinds.ts";
import { START_NAMES } from "./table.ts";

const ENVIRONMENT_PREFIX = "OPENKV_";

/** What the environment asks for. */
export interface EnvironmentSettings {
  readonly lines: ConfigLine[];
  /** Sentences about variables that look like settings and are none. */
  readonly warnings: string[];
}

/**
 * Settings from `OPENKV_<DIRECTIVE>` variables, with `_` in the place of `-`. A directive of several
 * arguments takes them separated by blanks. Other variables of that prefix are left alone and reported.
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvironmentSettings {
  const names = new Map([...START_NAMES.keys()].map((name) => [variableName(name), name]));
  const lines: ConfigLine[] = [];
  const warnings: string[] = [];
  for (const [variable, value] of Object.entries(env)) {
    if (value === undefined || !variable.startsWith(ENVIRONMENT_PREFIX)) continue;
    const name = names.get(variable);
    if (name === undefined) {
      const word = variable.slice(ENVIRONMENT_PREFIX.length).toLowerCase().replaceAll("_", "-");
      const known = closest(word, START_NAMES.keys());
      const hint = known === null ? "" : `, did you mean '${variableName(known)}'?`;
      warnings.push(`environment variable ${variable} is not a setting and is ignored${hint}`);
    } else {
      lines.push({ name, args: argumentsOf(name, [value]), origin: variable });
    }
  }
  return { lines, warnings };
}

function variableName(directiveName: string): string {
  return ENVIRONMENT_PREFIX + directiveName.toUpperCase().replaceAll("-", "_");
}

/** What a command line asks for. */
export interface FlagSettings {
  /** The configuration file, which may stand first. */
  readonly file: string | null;
  readonly lines: ConfigLine[];
  /** Help was asked for; then nothing else counts. */
  readonly wantsHelp: boolean;
}

/**
 * Reads `[file] --directive value… --directive=value …`. A directive of several arguments takes all words up
 * to the next flag.
 *
 * @throws ConfigError with `isUsage` for unknown flags, missing values and stray words.
 */
export function readFlags(argv: readonly string[]): FlagSettings {
  const lines: ConfigLine[] = [];
  const hasFile = argv.length > 0 && !argv[0].startsWith("-");
  const file = hasFile ? argv[0] : null;
  let at = hasFile ? 1 : 0;
  while (at < argv.length) {
    const word = argv[at++];
    if (word === "-h" || word === "--help") return { file, lines, wantsHelp: true };
    if (!word.startsWith("-")) {
      const hint = file === null ? "the configuration file stands before all flags" : "flags begin with --";
      throw usageError(`unexpected argument '${word}': ${hint}`);
    }
    const { flag, name, value } = splitFlag(word);
    const words = value === null ? [] : [value];
    if (value === null) {
      const countMax = START_NAMES.get(name)?.directive.kind.isMulti ? Number.POSITIVE_INFINITY : 1;
      while (at < argv.length && words.length < countMax && !looksLikeFlag(argv[at])) words.push(argv[at++]);
      if (words.length === 0) throw usageError(missingValue(flag, argv[at]));
    }
    lines.push({ name, args: argumentsOf(name, words), origin: flag });
  }
  return { file, lines, wantsHelp: false };
}

function splitFlag(word: string): { flag: string; name: string; value: string | null } {
  const equals = word.indexOf("=");
  const flag = equals < 0 ? word : word.slice(0, equals);
  const name = flag.slice(2).toLowerCase();
  if (!flag.startsWith("--") || !START_NAMES.has(name)) {
    const hint = didYouMean(flag.replace(/^-+/, "").toLowerCase(), START_NAMES.keys(), "--");
    throw usageError(`unknown flag '${flag}'${hint}`);
  }
  return { flag, name, value: equals < 0 ? null : word.slice(equals + 1) };
}

/** `-1` and `-::1` are values, `-n` and `--name` are flags. */
function looksLikeFlag(word: string): boolean {
  return word.startsWith("--") || /^-[a-zA-Z]/.test(word);
}

function missingValue(flag: string, next: string | undefined): string {
  if (next === undefined) return `flag '${flag}' needs a value`;
  return `flag '${flag}' needs a value, and '${next}' looks like a flag: write ${flag}=${next} if it is the value`;
}

function argumentsOf(name: string, words: string[]): string[] {
  const isMulti = START_NAMES.get(name)?.directive.kind.isMulti ?? false;
  return (isMulti ? words.flatMap((word) => word.split(" ")) : words).map(pathToBytes);
}

function usageError(message: string): ConfigError {
  return new ConfigError(message, true);
}
