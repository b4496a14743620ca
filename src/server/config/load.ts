/** Adds the sources of settings up to one set of values: environment, then file, then flags. */
import { resolve } from "node:path";
import { didYouMean } from "../../base/suggest.ts";
import type { Directive } from "./directive.ts";
import { ConfigError, ValueError } from "./error.ts";
import type { ConfigLine } from "./file.ts";
import { readConfigFile } from "./file.ts";
import { pathToBytes } from "./kinds.ts";
import { readEnvironment } from "./sources.ts";
import { DIRECTIVES, START_NAMES } from "./table.ts";

/** Where to load settings from; what is left out is empty. */
export interface ConfigSources {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Path of a configuration file. */
  readonly file?: string | null;
  /** Settings of the command line, as `readFlags` returns them. */
  readonly flags?: readonly ConfigLine[];
}

/** What the sources add up to. */
export interface LoadedValues {
  readonly values: Map<Directive, string>;
  /** Sentences for the log: settings without an effect or with less than they promise, unknown variables. */
  readonly warnings: string[];
  /** Absolute path of the configuration file; empty when there is none. */
  readonly configFile: string;
}

type SourceKind = "environment" | "file" | "flag";

/** Where the value in force comes from. */
interface Origin {
  /** `redis.conf:12`, `--port`, `OPENKV_PORT`. */
  readonly place: string;
  readonly kind: SourceKind;
}

/** Directives that old files hold and that have no effect in Redis 7 either. */
const FORGOTTEN = ["list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands"];
/** Directives without a value to keep; going on without them would start another server than was asked for. */
const UNSUPPORTED = ["loadmodule", "rename-command", "sentinel", "user"];

/**
 * Loads the values of all directives.
 *
 * @throws ConfigError with one line that names the place, what is wrong and what to do.
 */
export function loadValues(sources: ConfigSources): LoadedValues {
  const file = sources.file ?? null;
  const loader = new Loader(file === null ? "" : resolve(file));
  const environment = readEnvironment(sources.env ?? {});
  loader.warnings.push(...environment.warnings);
  for (const line of environment.lines) loader.add(line, "environment");
  const lines = file === null ? [] : readConfigFile(file);
  for (const line of lines) loader.add(line, "file");
  for (const line of sources.flags ?? []) loader.add(line, "flag");
  loader.finish();
  return loader;
}

class Loader implements LoadedValues {
  readonly values = new Map<Directive, string>();
  readonly warnings: string[] = [];
  readonly #origins = new Map<Directive, Origin>();

  constructor(readonly configFile: string) {
    for (const directive of DIRECTIVES) {
      this.values.set(directive, directive.name === "dir" ? pathToBytes(process.cwd()) : directive.initial);
    }
  }

  add(line: ConfigLine, kind: SourceKind): void {
    const directive = START_NAMES.get(line.name)?.directive;
    if (directive === undefined) {
      this.#addUnknown(line);
      return;
    }
    try {
      this.values.set(directive, this.#parse(directive, line));
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      const said = kind === "file" ? [line.name, ...line.args] : line.args;
      throw new ConfigError(`${line.origin}: '${said.join(" ")}': ${error.message}`, kind === "flag");
    }
    this.#origins.set(directive, { place: line.origin, kind });
  }

  #parse(directive: Directive, line: ConfigLine): string {
    const { kind } = directive;
    const { args } = line;
    const current = this.values.get(directive) ?? "";
    if (!kind.isMulti && args.length !== 1) throw new ValueError("wrong number of arguments");
    // Lines of a file and flags add up, as in Redis, where flags are lines behind the file's.
    const before = this.#origins.get(directive)?.kind ?? "environment";
    const addsUp = kind.accumulates === true && before !== "environment" && current !== "" && args[0] !== "";
    return kind.parse(addsUp ? [...current.split(" "), ...args] : args, current);
  }

  #addUnknown(line: ConfigLine): void {
    if (FORGOTTEN.includes(line.name)) {
      this.warnings.push(`${line.origin}: ${line.name} has no effect: remove the line`);
    } else if (UNSUPPORTED.includes(line.name)) {
      throw new ConfigError(`${line.origin}: ${line.name} is not supported: remove the line`);
    } else {
      const hint = didYouMean(line.name, START_NAMES.keys());
      throw new ConfigError(`${line.origin}: unknown directive '${line.name}'${hint}`);
    }
  }

  /** Refuses what cannot be served, and says what works only in part and what has no effect. */
  finish(): void {
    const idle: string[] = [];
    for (const [directive, { place }] of this.#origins) {
      const value = this.values.get(directive) ?? "";
      const refusal = directive.refuse(value);
      if (refusal !== null) throw new ConfigError(`${place}: ${refusal}`);
      const warning = directive.warn(value);
      if (warning !== null) this.warnings.push(`${place}: ${directive.name} ${value}: ${warning}`);
      if (directive.inert !== null && value !== directive.initial) idle.push(directive.name);
    }
    if (idle.length === 0) return;
    this.warnings.push(`these settings are kept but have no effect yet: ${idle.join(", ")}`);
  }
}
