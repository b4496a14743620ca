/**
 * The options of `openkv benchmark`, each with its names, its help and what it does: the flags of
 * redis-benchmark 7.0 and the long names of OpenKV.
 */

import { splitInline } from "../../protocol/inline.ts";
import { NO_OFFSETS } from "../../protocol/offsets.ts";
import type { BenchmarkOptions } from "./settings.ts";
import { OptionError } from "./settings.ts";

/** One option of the table. */
export interface OptionSpec {
  /** With dashes; the long name that documentation uses stands first. */
  readonly names: readonly string[];
  /** What stands for the value in the help; absent for an option without one. */
  readonly value?: string;
  readonly help: string;
  apply(options: BenchmarkOptions, value: string, name: string): void;
}

const INT32_MAX = 0x7fff_ffff;
const PAYLOAD_MAX = 512 * 1024 * 1024;

function integer(name: string, text: string, min: number, max: number): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new OptionError(`${name} takes a whole number from ${min} to ${max}, not '${text}'`);
}

function seconds(name: string, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 86_400) return value * 1000;
  throw new OptionError(`${name} takes seconds from 0 to 86400, not '${text}'`);
}

function unsupported(reason: string) {
  return (_options: BenchmarkOptions, _value: string, name: string): void => {
    throw new OptionError(`${name} is not supported: ${reason}`);
  };
}

function commandOf(text: string, name: string): Buffer[] {
  const line = { bytes: Buffer.alloc(0), offsets: NO_OFFSETS, argc: 0 };
  const bytes = Buffer.from(text);
  if (!splitInline(line, bytes, 0, bytes.length)) throw new OptionError(`${name} has unbalanced quotes`);
  if (line.argc === 0) throw new OptionError(`${name} is empty`);
  const argv: Buffer[] = [];
  for (let i = 0; i < line.argc; i++) {
    argv.push(Buffer.from(line.bytes.subarray(line.offsets[2 * i], line.offsets[2 * i + 1])));
  }
  return argv;
}

/** Every option, in the order of the help. Those without help text are known only to be refused. */
export const OPTION_SPECS: readonly OptionSpec[] = [
  {
    names: ["--host", "-h"],
    value: "name",
    help: "Server host (127.0.0.1)",
    apply(options, value) {
      options.host = value;
    },
  },
  {
    names: ["--port", "-p"],
    value: "number",
    help: "Server port (9501)",
    apply(options, value, name) {
      options.port = integer(name, value, 1, 65_535);
    },
  },
  {
    names: ["--socket", "-s"],
    value: "path",
    help: "Unix socket of the server, in place of host and port",
    apply(options, value) {
      options.socketPath = value;
    },
  },
  {
    names: ["--password", "-a"],
    value: "text",
    help: "Password for AUTH",
    apply(options, value) {
      options.password = value;
    },
  },
  {
    names: ["--user"],
    value: "name",
    help: "User name for AUTH, needs a password",
    apply(options, value) {
      options.user = value;
    },
  },
  {
    names: ["--connections", "--clients", "-c"],
    value: "number",
    help: "Parallel connections (50)",
    apply(options, value, name) {
      options.connections = integer(name, value, 1, 60_000);
    },
  },
  {
    names: ["--requests", "-n"],
    value: "number",
    help: "Requests of each test (100000)",
    apply(options, value, name) {
      options.requests = integer(name, value, 1, INT32_MAX);
    },
  },
  {
    names: ["--data-size", "-d"],
    value: "bytes",
    help: "Size of the values written (3)",
    apply(options, value, name) {
      options.payloadBytes = integer(name, value, 1, PAYLOAD_MAX);
    },
  },
  {
    names: ["--pipeline", "-P"],
    value: "number",
    help: "Requests sent at once by a connection (1)",
    apply(options, value, name) {
      options.pipeline = integer(name, value, 1, 1_000_000);
    },
  },
  {
    names: ["--random", "-r"],
    value: "keyspace",
    help: "Each __rand_int__ becomes a random number of 12 digits below this",
    apply(options, value, name) {
      options.keyspace = integer(name, value, 0, INT32_MAX);
    },
  },
  {
    names: ["--tests", "-t"],
    value: "names",
    help: "Comma-separated tests to run (redis-benchmark's, as far as the server knows them)",
    apply(options, value) {
      options.tests = value
        .toLowerCase()
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
    },
  },
  {
    names: ["--command"],
    value: "text",
    help: "Command to send in place of the tests, as one quoted word",
    apply(options, value, name) {
      options.command = commandOf(value, name);
      options.commandTitle = value.trim();
    },
  },
  {
    names: ["--stdin", "-x"],
    help: "Read the last argument of the command from standard input",
    apply(options) {
      options.stdin = true;
    },
  },
  {
    names: ["--timeout"],
    value: "seconds",
    help: "Longest silence of the server, 0 for any (30)",
    apply(options, value, name) {
      options.timeoutMs = seconds(name, value);
    },
  },
  {
    names: ["--keepalive", "-k"],
    value: "0|1",
    help: "0 reconnects after each reply (1)",
    apply(options, value, name) {
      options.keepAlive = integer(name, value, 0, 1) === 1;
    },
  },
  {
    names: ["--dbnum"],
    value: "number",
    help: "Database to SELECT (0)",
    apply(options, value, name) {
      options.db = integer(name, value, 0, INT32_MAX);
    },
  },
  {
    names: ["--resp3", "-3"],
    help: "Speak RESP3",
    apply(options) {
      options.resp3 = true;
    },
  },
  {
    names: ["--enable-tracking"],
    help: "Send CLIENT TRACKING ON first",
    apply(options) {
      options.tracking = true;
    },
  },
  {
    names: ["--quiet", "-q"],
    help: "One line for each test",
    apply(options) {
      if (options.format !== "csv") options.format = "quiet";
    },
  },
  {
    names: ["--csv"],
    help: "Comma-separated values",
    apply(options) {
      options.format = "csv";
    },
  },
  {
    names: ["--loop", "-l"],
    help: "Repeat for ever",
    apply(options) {
      options.loop = true;
    },
  },
  {
    names: ["--idle", "-I"],
    help: "Open the connections and wait",
    apply(options) {
      options.idle = true;
    },
  },
  {
    names: ["--seed"],
    value: "number",
    help: "Seed of the random numbers (from the clock)",
    apply(options, value, name) {
      options.seed = integer(name, value, -INT32_MAX, INT32_MAX);
    },
  },
  {
    names: ["--precision"],
    value: "digits",
    help: "Accepted for scripts; latencies always have three decimals",
    apply(_options, value, name) {
      integer(name, value, 0, 4);
    },
  },
  {
    names: ["-e"],
    help: "Accepted for scripts; error replies are always counted and shown",
    apply() {},
  },
  {
    names: ["--help"],
    help: "Show this help",
    apply(options) {
      options.help = true;
    },
  },
  { names: ["--threads"], value: "number", help: "", apply: unsupported("the benchmark uses one thread") },
  { names: ["--cluster"], help: "", apply: unsupported("the benchmark measures one server") },
  { names: ["--tls"], help: "", apply: unsupported("the benchmark speaks plain TCP") },
  { names: ["-u"], value: "uri", help: "", apply: unsupported("use --host, --port and --password") },
];
