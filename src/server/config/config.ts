/**
 * The configuration in force. Settings come from the environment, then a file, then flags, the later over
 * the earlier; CONFIG SET changes them while the server runs.
 *
 * Values are kept as CONFIG GET shows them, with one character per byte (latin1). What the server reads
 * often stands beside them in plain typed fields, which are brought up to date with every change.
 */
import { globMatch } from "../../base/glob.ts";
import type { Directive } from "./directive.ts";
import { ValueError } from "./error.ts";
import { ConfigFields } from "./fields.ts";
import type { ConfigSources, LoadedValues } from "./load.ts";
import { loadValues } from "./load.ts";
import type { DirectiveName } from "./table.ts";
import { CONFIG_NAMES } from "./table.ts";

/**
 * Carries a change out. It runs after all values of a CONFIG SET are in force and returns null, or an error
 * text, upon which the whole CONFIG SET is undone and the hooks that had run are run again.
 */
export type ChangeHook = () => string | null;

/** No name is as long. */
const NAME_LENGTH_MAX = 256;
/** No sensible value is as long; the work for one grows with its length. */
const VALUE_LENGTH_MAX = 64 * 1024;

export class Config extends ConfigFields {
  /** Receives a sentence for the log when CONFIG SET takes a value that has less effect than it promises. */
  onWarning: (line: string) => void = () => {};
  /** Sentences for the log about what was loaded. */
  readonly warnings: readonly string[];
  /** Absolute path of the configuration file; empty when there is none. */
  readonly configFile: string;

  readonly #values: Map<Directive, string>;
  readonly #hooks = new Map<Directive, ChangeHook[]>();

  private constructor(loaded: LoadedValues) {
    super();
    this.#values = loaded.values;
    this.warnings = loaded.warnings;
    this.configFile = loaded.configFile;
    this.refresh();
  }

  /**
   * The configuration that the sources add up to: the defaults, if there are none.
   *
   * @throws ConfigError with one line that names the place, what is wrong and what to do.
   */
  static load(sources: ConfigSources = {}): Config {
    return new Config(loadValues(sources));
  }

  /** The value of a directive by any of its names; it throws for a name that is none. */
  override get(name: string): string {
    return this.#valueOf(knownDirective(name));
  }

  /**
   * Names and values for CONFIG GET. A pattern with `*`, `?` or `[` is matched as a glob in any case; any
   * other is a name and is given back as it was written. No name comes twice.
   */
  matching(patterns: readonly string[]): [string, string][] {
    const found = new Map<string, [string, string]>();
    const add = ({ name, directive }: DirectiveName, shown: string) => {
      if (!found.has(name)) found.set(name, [shown, this.#valueOf(directive)]);
    };
    for (const pattern of patterns) {
      if (!/[*?[]/.test(pattern)) {
        const known = CONFIG_NAMES.get(pattern.toLowerCase());
        if (known !== undefined) add(known, pattern);
        continue;
      }
      for (const known of CONFIG_NAMES.values()) {
        if (!known.directive.isHidden && globMatches(pattern, known.name)) add(known, known.name);
      }
    }
    return [...found.values()];
  }

  /**
   * CONFIG SET: takes over all pairs of name and value, or none of them.
   *
   * @param isLocal the client is on this machine, which matters for protected settings.
   * @returns null, or the error text that follows `ERR `.
   */
  set(pairs: readonly (readonly [string, string])[], isLocal = false): string | null {
    const known: DirectiveName[] = [];
    for (const [written, value] of pairs) {
      const named = written.length > NAME_LENGTH_MAX ? undefined : CONFIG_NAMES.get(written.toLowerCase());
      if (named === undefined) return `Unknown option or number of arguments for CONFIG SET - '${written}'`;
      if (value.length > VALUE_LENGTH_MAX) return setError(named.name, "argument is too long");
      const fault = this.#settableFault(named.directive, value, isLocal);
      if (fault !== null) return setError(written, fault);
      if (known.some(({ name }) => name === named.name)) return setError(written, "duplicate parameter");
      known.push(named);
    }

    const before = new Map(known.map(({ directive }) => [directive, this.#valueOf(directive)]));
    const error = this.#setValues(known, pairs);
    if (error === null) return this.#applyChanges(known, before);
    this.#restore(before);
    return error;
  }

  #settableFault(directive: Directive, value: string, isLocal: boolean): string | null {
    const isSame = directive.isOwn && value === this.#valueOf(directive);
    if (directive.isImmutable && !isSame) return "can't set immutable config";
    const allowed = this.enableProtectedConfigs;
    const isAllowed = allowed === "yes" || (allowed === "local" && isLocal);
    return directive.isProtected && !isAllowed ? "can't set protected config" : null;
  }

  #setValues(known: readonly DirectiveName[], pairs: readonly (readonly [string, string])[]): string | null {
    for (let at = 0; at < known.length; at++) {
      const { name, directive } = known[at];
      const text = pairs[at][1];
      const args = !directive.kind.isMulti ? [text] : text === "" ? [] : text.split(" ");
      try {
        const value = directive.kind.parse(args, this.#valueOf(directive));
        const refusal = directive.refuse(value);
        if (refusal !== null) return setError(name, refusal);
        this.#values.set(directive, value);
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        return setError(name, error.message);
      }
    }
    return null;
  }

  /** Lets the server act on what has changed; on an error it has acted on the values from before again. */
  #applyChanges(known: readonly DirectiveName[], before: ReadonlyMap<Directive, string>): string | null {
    this.refresh();
    const changed = known.filter(({ directive }) => before.get(directive) !== this.#valueOf(directive));
    const applied: ChangeHook[] = [];
    for (const { name, directive } of changed) {
      const hooks = this.#hooks.get(directive) ?? [];
      let fault = hooks.length === 0 ? directive.fixedText : null;
      for (const hook of hooks) {
        if (fault !== null) break;
        fault = hook();
        if (fault === null) applied.push(hook);
      }
      if (fault !== null) {
        this.#restore(before);
        for (const hook of applied) hook();
        return setError(name, fault);
      }
    }
    for (const { name, directive } of changed) {
      if (directive.inert !== null)
        this.onWarning(`CONFIG SET ${name}: the value is kept but has no effect yet`);
      const value = this.#valueOf(directive);
      const warning = directive.warn(value);
      if (warning !== null) this.onWarning(`CONFIG SET ${name} ${value}: ${warning}`);
    }
    return null;
  }

  #restore(before: ReadonlyMap<Directive, string>): void {
    for (const [directive, value] of before) this.#values.set(directive, value);
    this.refresh();
  }

  /** Calls `hook` after each CONFIG SET that changes the directive of this name. */
  onChange(name: string, hook: ChangeHook): void {
    const directive = knownDirective(name);
    this.#hooks.set(directive, [...(this.#hooks.get(directive) ?? []), hook]);
  }

  #valueOf(directive: Directive): string {
    return this.#values.get(directive) ?? directive.initial;
  }
}

function knownDirective(name: string): Directive {
  const known = CONFIG_NAMES.get(name);
  if (known === undefined) throw new Error(`no directive is called '${name}'`);
  return known.directive;
}

function setError(name: string, fault: string): string {
  return `CONFIG SET failed (possibly related to argument '${name}') - ${fault}`;
}

function globMatches(pattern: string, name: string): boolean {
  const glob = Buffer.from(pattern, "latin1");
  const bytes = Buffer.from(name, "latin1");
  return globMatch(glob, 0, glob.length, bytes, 0, bytes.length, true);
}
