/**
 * The spec object: everything there is to say about a command. Checks, key extraction, COMMAND and its
 * subcommands, COMMAND DOCS and generated tests are derived from it.
 */

import type { Args } from "./args.ts";
import type { Context } from "./context.ts";

/** Redis' names of command flags (COMMAND INFO), as far as a command here carries them. */
export type CommandFlag =
  | "write"
  | "readonly"
  | "denyoom"
  | "admin"
  | "pubsub"
  | "noscript"
  | "random"
  | "blocking"
  | "loading"
  | "stale"
  | "skip_monitor"
  | "skip_slowlog"
  | "fast"
  | "no_auth"
  | "no_async_loading"
  | "no_multi"
  | "allow_busy"
  | "movablekeys";

/** The groups of Redis' documentation. */
export type CommandGroup =
  | "string"
  | "bitmap"
  | "hyperloglog"
  | "list"
  | "set"
  | "sorted-set"
  | "hash"
  | "geo"
  | "generic"
  | "transactions"
  | "connection"
  | "server";

/** Where the keys are among the arguments: the name is 0, a negative `last` counts from the end. */
export interface KeyPositions {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /**
   * What the command does with its keys, as flags of Redis' key specifications (`OW update`): one text for all
   * keys, or one for each. Absent: what follows from the command's flags.
   */
  readonly access?: readonly string[];
  /** The same for the request from argument `from` on, where it depends on options. */
  accessIn?(args: Args, from: number): string;
}

/** Keys behind their number, as in `ZUNION numkeys key [key ...]`. */
export interface CountedKeys {
  /** The argument that is their number. */
  readonly at: number;
  /** What the command does with them, as flags of Redis' key specifications. */
  readonly access: string;
}

/** A key behind a word among the options, as in `GEORADIUS ... STORE key`. */
export interface KeywordKey {
  /** Upper case. Where it stands more than once, the first one counts. */
  readonly word: string;
  /** The first argument that may be it. */
  readonly from: number;
  /** What the command does with the key, as flags of Redis' key specifications. */
  readonly access: string;
}

/** Keys that only the command's own grammar tells, as the destination of SORT; COMMAND INFO calls them unknown. */
export interface HiddenKeys {
  /** For each kind of them what the command does with it, as flags of Redis' key specifications. */
  readonly access: readonly string[];
  /** Those that can be told from the request that starts with argument `from`. */
  find(args: Args, from: number): readonly RequestKey[];
}

/** A key of a request. */
export interface RequestKey {
  /** Its position among all arguments. */
  readonly position: number;
  /** What the command does with it, as flags of Redis' key specifications. */
  readonly access: string;
}

/** The first argument, as in `GET key`. */
export const FIRST_KEY = { first: 1, last: 1, step: 1 } as const satisfies KeyPositions;
/** The argument behind the name of a subcommand, as in `OBJECT ENCODING key`. */
export const SUBCOMMAND_KEY = { first: 2, last: 2, step: 1 } as const satisfies KeyPositions;
/** The first two arguments, as in `RENAME key newkey`. */
export const FIRST_TWO_KEYS = { first: 1, last: 2, step: 1 } as const satisfies KeyPositions;
/** Every argument, as in `DEL key key key`. */
export const ALL_KEYS = { first: 1, last: -1, step: 1 } as const satisfies KeyPositions;
/** Every argument but the values in between, as in `MSET key value key value`. */
export const KEYS_BEFORE_VALUES = { first: 1, last: -1, step: 2 } as const satisfies KeyPositions;

export interface CommandSpec {
  /** Upper case; a subcommand's own name without its container's. */
  readonly name: string;
  /** Number of arguments, the name (and the container's) included; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  /** Absent: no keys. */
  readonly keys?: KeyPositions;
  /** Keys whose number is an argument, in front of them; they come behind those of `keys`. */
  readonly countedKeys?: CountedKeys;
  /** Keys behind words among the options. */
  readonly keywordKeys?: readonly KeywordKey[];
  readonly hiddenKeys?: HiddenKeys;
  /** The argument that names the element of a collection that it works on: its memory is asked for in advance. */
  readonly memberAt?: number;
  readonly group: CommandGroup;
  /** The version of Redis that brought the command, of OpenKV for its own. */
  readonly since: string;
  readonly summary: string;
  readonly complexity: string;
  /** Arguments as the documentation writes them, without the name: `key value [NX | XX]`. */
  readonly syntax?: string;
  /** ACL categories beyond those that follow from group and flags, without `@`. */
  readonly categories?: readonly string[];
  /** Makes the command a container. Its own handler then serves the bare name only. */
  readonly subcommands?: readonly CommandSpec[];
  /**
   * Parses all arguments, looks up, decides, changes, replies: in this order, so that an error it throws (a
   * ReplyError) leaves nothing half-done.
   */
  handler(ctx: Context, args: Args): void;
  /**
   * Does the same as {@link handler} for `count` requests in a row, which have the number of arguments and the first
   * argument in common; `args` points to the first of them and advances to the next ones. Returns how many it has
   * handled: it stops in front of one that it cannot handle, even the first, and leaves that to the handler. Throws
   * nothing.
   */
  handleRun?(ctx: Context, args: Args, count: number): number;
  /** It does not write, but may change what replicas have to know: CLIENT PAUSE WRITE holds it back, too. */
  readonly mayReplicate?: true;
  /** Runs at once even between MULTI and EXEC; `ending` if that ends the transaction. */
  readonly immediate?: "ending" | "inside";
  /**
   * For a command that may wait: tries to serve a request with the key in argument `i`, of which is known that it
   * exists. If that is of use, does what there is to do, replies and returns true; a key of another type is none.
   */
  serve?(ctx: Context, args: Args, i: number): boolean;
}
