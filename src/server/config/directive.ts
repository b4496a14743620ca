/** One row of the table of settings, and the short forms to write it. */
import type { Kind } from "./kinds.ts";

/**
 * Why a directive has no effect yet: the part of Redis that it belongs to and that is not there.
 * Such a directive takes Redis' values, keeps them and gives them back, so that tools and configuration
 * files made for Redis work; a value other than the default is answered with a warning in the log.
 */
export type InertReason =
  | "acl"
  | "allocator"
  | "cluster"
  | "debugging"
  | "encoding"
  | "events"
  | "eviction"
  | "expiry"
  | "latency"
  | "module"
  | "persistence"
  | "process"
  | "replication"
  | "scripting"
  | "slowlog"
  | "syslog"
  | "threads"
  | "tls"
  | "tracking"
  | "transport";

/** A setting: everything the program knows about it. */
export interface Directive {
  readonly name: string;
  /** Other names of the same setting, all of them visible in CONFIG GET. */
  readonly aliases: readonly string[];
  /** Names that only the command line, the environment and configuration files know. */
  readonly startAliases: readonly string[];
  readonly kind: Kind;
  /** The default in its normal form. */
  readonly initial: string;
  /** CONFIG SET never changes it. */
  readonly isImmutable: boolean;
  /** CONFIG SET changes it only as `enable-protected-configs` allows. */
  readonly isProtected: boolean;
  /** CONFIG GET shows it only when asked by its full name. */
  readonly isHidden: boolean;
  /** Redis does not have it. Being set to the value it has is then fine even if it is immutable. */
  readonly isOwn: boolean;
  readonly inert: InertReason | null;
  /** Redis' text for a change that nobody in the running server carries out; null when none is needed. */
  readonly fixedText: string | null;
  /** Says why a well-formed value cannot be served, and what to do; null for values that work. */
  readonly refuse: (value: string) => string | null;
  /** Says in what way a value that is taken does not work in full; null for values that do. */
  readonly warn: (value: string) => string | null;
  /** One phrase for the usage text; empty for what is not shown there. */
  readonly summary: string;
}

type Details = Partial<Omit<Directive, "name" | "kind" | "initial" | "isOwn" | "inert">>;

function row(name: string, kind: Kind, initial: string, details: Details): Directive {
  return {
    name,
    kind,
    initial,
    aliases: [],
    startAliases: [],
    isImmutable: false,
    isProtected: false,
    isHidden: false,
    isOwn: false,
    inert: null,
    fixedText: null,
    refuse: () => null,
    warn: () => null,
    summary: "",
    ...details,
  };
}

/** A setting of Redis that the server acts on. */
export function directive(name: string, kind: Kind, initial: string, details: Details = {}): Directive {
  return row(name, kind, initial, details);
}

/** A setting that Redis does not have. */
export function own(name: string, kind: Kind, initial: string, details: Details = {}): Directive {
  return { ...row(name, kind, initial, details), isOwn: true };
}

/** What may follow the default in a row of an inert group. */
type InertDetails = Details | "immutable";

/** Settings of a part of Redis that is not there, as rows of name, kind, default and details. */
export function inert(
  reason: InertReason,
  rows: readonly (readonly [string, Kind, string, InertDetails?])[],
): Directive[] {
  return rows.map(([name, kind, initial, details = {}]) => {
    const given = details === "immutable" ? { isImmutable: true } : details;
    return { ...row(name, kind, initial, given), inert: reason };
  });
}

/** A `refuse` that serves one value only. */
export function only(value: string, sentence: string): (value: string) => string | null {
  return (wanted) => (wanted === value ? null : sentence);
}
