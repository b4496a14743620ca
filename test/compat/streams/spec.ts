/** What a table of commands is made of. */

import type { Argv } from "../support/quote.ts";
import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";

/**
 * How two replies to the same request are compared. Errors are always compared exactly.
 *
 * - `exact`: byte for byte.
 * - `unordered`: an aggregate with the same elements in any order.
 * - `scan`: the same cursor, and the same elements in any order.
 * - `shape`: the same types and, for aggregates, the same number of elements of the same types.
 * - `type`: the same type byte; null and not null differ.
 * - `seconds`, `milliseconds`: a time; absolute ones are exact, relative ones may differ by a little.
 * - `map`: the same pairs in the same order, but values that belong to one server by type. A RESP2 array
 *   counts as a map.
 * - `map-unordered`: the same in any order.
 * - `command-info`: COMMAND INFO up to its key positions; flags as a set.
 */
export type Mode =
  | "exact"
  | "unordered"
  | "scan"
  | "shape"
  | "type"
  | "seconds"
  | "milliseconds"
  | "map"
  | "map-unordered"
  | "command-info";

/** One request as it goes over the wire. */
export interface Request {
  argv: Argv;
  mode: Mode;
  /** How many replies it gets: 0 when the client switched replies off. */
  replies: 0 | 1;
  /** The bytes, when they are not the RESP array of `argv`: inline lines and malformed input. */
  raw?: Buffer;
  /** The server closes the connection after its reply. */
  closes?: boolean;
  /** Run SCAN with these options to its end and compare the sets of keys. */
  scan?: boolean;
  /** For EXEC: the requests of its transaction, by which its reply is compared element by element. */
  queued?: Request[];
}

/** Requests that only make sense together; shrinking removes all of them or none. */
export type Op = Request[];

/** One row of a table: a command, how often it is drawn, and its arguments. */
export interface CommandRow {
  name: string;
  weight: number;
  mode?: Mode;
  args(gen: Gen): Part[];
  /** Off for commands where a random argument could be harmful, such as a pause of an hour. */
  mutate?: false;
  /** So many arguments in front stay as they are: what is asked of other keys has no settled reply. */
  keep?: number;
  /** Not in transactions, where its reply is not settled, or the command unknown to one server, whose EXEC would fail. */
  alone?: true;
  /** The reply is settled only as long as small collections stay packed. */
  needsPacked?: true;
}

/** A table of rows and its share of all requests. */
export interface CommandTable {
  share: number;
  /** The first row puts data there. */
  rows: CommandRow[];
  /** Its share is so many times as large in some of the streams, so that its commands meet. */
  focus?: number;
  /** Commands that may wait: they are sent where they cannot, between MULTI and EXEC. */
  waiting?: true;
}

/** Draws a request that is to be sent by itself, one that is to be queued in a transaction, or one for either place. */
export type Draw = (place: "alone" | "queued" | "either") => Request;

/** One row of a table of fixed groups. */
export interface GroupRow {
  name: string;
  weight: number;
  /** Whether the group works on a connection of this protocol. */
  protocol?: 2 | 3;
  op(gen: Gen, draw: Draw): Op;
}
