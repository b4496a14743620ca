/**
 * The settings the server acts on, each stated once: parsing, flags, environment variables, CONFIG GET and
 * CONFIG SET, usage texts and tests all come from here. Directives of Redis without an effect stand in
 * `inert.ts`.
 */
import type { Directive } from "./directive.ts";
import { directive, only, own } from "./directive.ts";
import { ValueError } from "./error.ts";
import { INERT_DIRECTIVES } from "./inert.ts";
import type { Kind } from "./kinds.ts";
import {
  BOOL,
  DIRECTORY,
  INT_MAX,
  INT_MIN,
  int,
  LONG_MAX,
  MEMORY_UNLIMITED,
  memory,
  oneOf,
  single,
  TEXT,
  text,
  UINT_MAX,
} from "./kinds.ts";
import { BIND, PERCENTILES } from "./special.ts";

const MIB = 1024 * 1024;
const HZ_MIN = 1;
const HZ_MAX = 500;
const SHARDS_MAX = 256;
const DATABASES_MAX = 16_384;

const EVICTION_POLICY: Kind = {
  ...oneOf(
    "volatile-lru",
    "volatile-lfu",
    "volatile-random",
    "volatile-ttl",
    "allkeys-lru",
    "allkeys-lfu",
    "allkeys-random",
    "noeviction",
  ),
  // Usage texts have no room for all of them.
  hint: "policy",
};
const NO_EVICTION = "nothing is evicted yet: writes are refused when memory is full";

/** A shard is chosen by some bits of a key's hash, so their number is a power of two. */
const SHARDS = single("number", (value) => {
  const count = Number(int(1, SHARDS_MAX).parse([value], ""));
  if ((count & (count - 1)) !== 0)
    throw new ValueError(`argument must be a power of two up to ${SHARDS_MAX}`);
  return value;
});

/** The name of a directive from before "listpack" replaced "ziplist". */
const ziplist = (name: string) => ({ aliases: [name.replace("listpack", "ziplist")] });

const ACTIVE_DIRECTIVES: Directive[] = [
  directive("bind", BIND, "127.0.0.1", {
    startAliases: ["host"],
    fixedText: "Failed to bind to specified addresses.",
    summary: "addresses to listen on",
  }),
  directive("port", int(0, 65535), "9501", {
    fixedText: "Unable to listen on this port. It is chosen at start, with --port.",
    summary: "TCP port; 0 takes any free one",
  }),
  directive("maxclients", int(1, UINT_MAX), "10000", {
    startAliases: ["max-connections"],
    summary: "clients connected at the same time",
  }),
  directive("tcp-backlog", int(0, INT_MAX), "511", {
    startAliases: ["backlog"],
    isImmutable: true,
    summary: "connections waiting to be accepted",
  }),
  directive("tcp-keepalive", int(0, INT_MAX), "300", {
    summary: "idle seconds before TCP probes a client; 0 never",
  }),
  directive("timeout", int(0, INT_MAX), "0", {
    startAliases: ["heartbeat-idle-time"],
    summary: "idle seconds before a client is closed; 0 never",
  }),
  own("heartbeat-check-interval", int(1, 3600), "1", { summary: "seconds between looks for idle clients" }),
  own("worker-num", int(1, 1024), "1", {
    isImmutable: true,
    refuse: only("1", "worker-num above 1 is not supported yet: leave it out, or set it to 1"),
    summary: "I/O workers",
  }),
  directive("pidfile", text("path"), "", {
    startAliases: ["pid-file"],
    isImmutable: true,
    summary: "file that holds the process id",
  }),
  own("banner", oneOf("auto", "always", "never"), "auto", { summary: "greeting for people on a terminal" }),
  own("shards", SHARDS, "16", { isImmutable: true, summary: "parts of the keyspace, a power of two" }),
  own("warm-up", BOOL, "yes", {
    isImmutable: true,
    summary: "let the first clients find compiled code, at the cost of a moment after the start",
  }),
  own("multiplexing-api", oneOf("auto", "bun"), "auto", {
    isImmutable: true,
    summary: "how sockets are polled: epoll where there is one, or in any case by Bun alone, which is slower",
  }),
  directive("requirepass", TEXT, "", { summary: "password that clients must give" }),
  directive("protected-mode", BOOL, "yes", {
    summary: "without a password, serve only clients of this machine",
  }),
  directive("databases", int(1, DATABASES_MAX), "16", { isImmutable: true, summary: "number of databases" }),
  directive("maxmemory", MEMORY_UNLIMITED, "0", { summary: "memory for data; 0 is no limit" }),
  directive("maxmemory-policy", EVICTION_POLICY, "noeviction", {
    warn: (policy) => (policy === "noeviction" ? null : NO_EVICTION),
    summary: `what to evict at maxmemory; ${NO_EVICTION}`,
  }),
  directive("lfu-log-factor", int(0, INT_MAX), "10", {
    summary: "how much slower a key's access counter grows the higher it is",
  }),
  directive("lfu-decay-time", int(0, INT_MAX), "1", {
    summary: "minutes without access that lower a key's access counter by one; 0 never",
  }),
  directive("proto-max-bulk-len", memory(MIB), String(512 * MIB), {
    summary: "largest argument of a command",
  }),
  directive("hll-sparse-max-bytes", memory(), "3000", {
    summary: "bytes beyond which a HyperLogLog takes its dense form",
  }),
  directive("hash-max-listpack-entries", int(0, LONG_MAX), "512", {
    ...ziplist("hash-max-listpack-entries"),
    summary: "fields beyond which a hash is kept as a table",
  }),
  directive("hash-max-listpack-value", memory(), "64", {
    ...ziplist("hash-max-listpack-value"),
    summary: "bytes of a field or value beyond which a hash is kept as a table",
  }),
  directive("list-max-listpack-size", int(INT_MIN, INT_MAX), "-2", {
    ...ziplist("list-max-listpack-size"),
    summary: "elements in a chunk of a list; -1 to -5: 4 to 64 KiB",
  }),
  directive("list-compress-depth", int(0, INT_MAX), "1", {
    summary: "chunks at either end of a list that are not compressed, up to 256; 0: none is",
  }),
  own("list-compress-max-mean", memory(), "128", {
    summary: "mean bytes of an element up to which a chunk is compressed; 0: any",
  }),
  directive("set-max-intset-entries", int(0, LONG_MAX), "512", {
    summary: "members beyond which a set of integers is kept as a table",
  }),
  directive("zset-max-listpack-entries", int(0, LONG_MAX), "128", {
    ...ziplist("zset-max-listpack-entries"),
    summary: "members beyond which a sorted set is kept as a tree",
  }),
  directive("zset-max-listpack-value", memory(), "64", {
    ...ziplist("zset-max-listpack-value"),
    summary: "bytes of a member beyond which a sorted set is kept as a tree",
  }),
  directive("client-query-buffer-limit", memory(MIB), String(1024 * MIB), {
    summary: "bytes a client may send ahead before it is closed",
  }),
  directive("hz", int(0, INT_MAX, { min: HZ_MIN, max: HZ_MAX }), "10", {
    summary: `runs of the background cycle in a second, ${HZ_MIN} to ${HZ_MAX}`,
  }),
  directive("latency-tracking", BOOL, "yes", { summary: "latency percentiles in INFO" }),
  directive("latency-tracking-info-percentiles", PERCENTILES, "50 99 99.9", {
    summary: "which percentiles INFO shows",
  }),
  directive("loglevel", oneOf("debug", "verbose", "notice", "warning"), "notice", {
    summary: "how much to log",
  }),
  directive("logfile", text("path"), "", {
    isImmutable: true,
    summary: "file to log to instead of standard output",
  }),
  directive("dir", DIRECTORY, "", { isProtected: true, summary: "directory for data files" }),
  directive("enable-protected-configs", oneOf("no", "yes", "local"), "no", {
    isImmutable: true,
    summary: "who may change protected settings with CONFIG SET",
  }),
  directive("enable-debug-command", oneOf("no", "yes", "local"), "no", {
    isImmutable: true,
    summary: "who may use DEBUG",
  }),
  directive("appendonly", BOOL, "no", {
    refuse: only("no", "the append-only file is not supported yet: keep appendonly no"),
    summary: "not supported yet: nothing is saved",
  }),
];

/** Every setting, in the order CONFIG GET lists them. */
export const DIRECTIVES: readonly Directive[] = [...ACTIVE_DIRECTIVES, ...INERT_DIRECTIVES];

/** A name as CONFIG GET and CONFIG SET know it. */
export interface DirectiveName {
  readonly name: string;
  readonly directive: Directive;
}

/** All names that CONFIG GET and CONFIG SET know, aliases behind the name they stand for. */
export const CONFIG_NAMES: ReadonlyMap<string, DirectiveName> = nameMap((d) => [d.name, ...d.aliases]);

/** All names for the command line, the environment and configuration files. */
export const START_NAMES: ReadonlyMap<string, DirectiveName> = nameMap((d) => [
  d.name,
  ...d.aliases,
  ...d.startAliases,
]);

function nameMap(namesOf: (directive: Directive) => string[]): Map<string, DirectiveName> {
  const names = new Map<string, DirectiveName>();
  for (const directive of DIRECTIVES) {
    for (const name of namesOf(directive)) names.set(name, { name, directive });
  }
  return names;
}
