/** Directives whose value has a shape of its own: parsing, normal form, and Redis' error texts. */

import { parseMemory } from "../../base/memory-size.ts";
import { ValueError } from "./error.ts";
import type { Kind } from "./kinds.ts";
import { single, text } from "./kinds.ts";

const BIND_ADDRESSES_MAX = 16;
const HOST_NAME_MAX = 255;

/** A line of one empty argument (`save ""`) means nothing at all. */
function isNothing(args: readonly string[]): boolean {
  return args.length === 0 || (args.length === 1 && args[0] === "");
}

function multi(hint: string, parse: Kind["parse"]): Kind {
  return { hint, isMulti: true, parse: (args, current) => parse(isNothing(args) ? [] : args, current) };
}

/** A decimal integer as C's strtoll reads a whole string, the empty one being 0; or NaN. */
function looseInteger(value: string): number {
  return value === "" || /^[ \t]*[+-]?\d{1,18}$/.test(value) ? Number(value) : Number.NaN;
}

/** Addresses to listen on; `*` is every IPv4 one, a leading `-` means "if there is such an address". */
export const BIND: Kind = multi("address…", (args) => {
  if (args.length > BIND_ADDRESSES_MAX) throw new ValueError("Too many bind addresses specified.");
  return args.join(" ");
});

/** Save points: pairs of seconds and changes. */
export const SAVE: Kind = {
  ...multi("seconds changes…", (args) => {
    const numbers = args.map(looseInteger);
    const isValid = (n: number, at: number) => (at % 2 === 0 ? n >= 1 : n >= 0);
    if (args.length % 2 !== 0 || !numbers.every(isValid)) throw new ValueError("Invalid save parameters");
    return numbers.join(" ");
  }),
  accumulates: true,
};

/** The classes of clients, by the words CONFIG GET answers (`slave` is also written `replica`). */
const CLIENT_CLASSES = ["normal", "slave", "pubsub"];

/** Groups of class, hard limit, soft limit, soft seconds; a class that is not named keeps its limits. */
export const CLIENT_OUTPUT_BUFFER_LIMIT: Kind = multi("class hard soft seconds…", (args, current) => {
  if (args.length % 4 !== 0) throw new ValueError("Wrong number of arguments in buffer limit configuration.");
  const limits = new Map<string, string>();
  const words = current.split(" ");
  for (let at = 0; at + 3 < words.length; at += 4) limits.set(words[at], words.slice(at, at + 4).join(" "));

  for (let at = 0; at < args.length; at += 4) {
    const word = args[at].toLowerCase();
    const clientClass = word === "replica" ? "slave" : word;
    if (!CLIENT_CLASSES.includes(clientClass)) {
      throw new ValueError("Invalid client class specified in buffer limit configuration.");
    }
    const hard = parseMemory(args[at + 1]);
    const soft = parseMemory(args[at + 2]);
    const seconds = looseInteger(args[at + 3]);
    if (hard === null || soft === null || !(seconds >= 0)) {
      throw new ValueError("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    }
    limits.set(clientClass, `${clientClass} ${hard} ${soft} ${seconds}`);
  }
  return CLIENT_CLASSES.map((name) => limits.get(name) ?? `${name} 0 0 0`).join(" ");
});

/** Event classes in the order Redis shows them; `A` stands for all of these at once. */
const EVENT_CLASSES = "g$lshzxetd";
/** Behind `A`: keyspace and keyevent channels, and key misses. `n` is shown only without `A`, as in Redis. */
const EVENT_FLAGS_ALL = `A${EVENT_CLASSES}nKEm`;

/** Keyspace events to publish, as a set of letters. */
export const NOTIFY_KEYSPACE_EVENTS: Kind = single("letters", (value) => {
  const flags = new Set(value);
  for (const flag of flags) {
    if (!EVENT_FLAGS_ALL.includes(flag)) {
      throw new ValueError("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    }
  }
  const hasAll = flags.has("A") || [...EVENT_CLASSES].every((flag) => flags.has(flag));
  const classes = hasAll ? "A" : [...`${EVENT_CLASSES}n`].filter((flag) => flags.has(flag)).join("");
  return classes + [..."KEm"].filter((flag) => flags.has(flag)).join("");
});

/** Percentiles that INFO shows, each between 0 and 100. */
export const PERCENTILES: Kind = multi("percentile…", (args) => {
  const numbers = args.map((arg) =>
    /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(arg) ? Number(arg) : Number.NaN,
  );
  if (numbers.some(Number.isNaN))
    throw new ValueError("Invalid latency-tracking-info-percentiles parameters");
  if (numbers.some((n) => n < 0 || n > 100)) {
    throw new ValueError("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
  }
  return numbers.join(" ");
});

/** Three numbers for the kernel's out-of-memory killer. */
export const OOM_SCORES: Kind = multi("number number number", (args) => {
  if (args.length !== 3) throw new ValueError("wrong number of arguments");
  const numbers = args.map(looseInteger);
  if (!numbers.every((n) => n >= -2000 && n <= 2000)) {
    throw new ValueError("Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
  }
  return numbers.join(" ");
});

/** Address and port of a primary; `no one` is none. */
export const REPLICAOF: Kind = multi("host port", (args) => {
  if (args.length === 0) return "";
  if (args.length !== 2) throw new ValueError("wrong number of arguments");
  if (args.join(" ").toLowerCase() === "no one") return "";
  const port = looseInteger(args[1]);
  if (!(port >= 0 && port <= 65535)) throw new ValueError("Invalid master port");
  return `${args[0]} ${port}`;
});

const TITLE_VARIABLES = /\{(title|listen-addr|server-mode|port|tls-port|unixsocket|config-file)\}/g;

/** Text with variables in braces. */
export const TITLE_TEMPLATE: Kind = text("template", (value) =>
  value === "" || /[{}]/.test(value.replace(TITLE_VARIABLES, ""))
    ? "template format is invalid or contains unknown variables"
    : null,
);

/** A host name to announce. */
export const HOST_NAME: Kind = text("host", (value) => {
  if (value.length > HOST_NAME_MAX) return "Hostnames must be less than 256 characters";
  return /^[A-Za-z0-9.-]*$/.test(value)
    ? null
    : "Hostnames may only contain alphanumeric characters, hyphens or dots";
});
