/**
 * The command line of `openkv benchmark`: the flags of redis-benchmark 7.0 and the long names of OpenKV.
 *
 * It has a parser of its own, on one table. General parsers do not fit: `-h` is the host and not help, `-p`
 * and `-P` are different options, and the first word that is no option begins the command to send, whose
 * own words may look like options (`openkv benchmark -n 100 zadd z -1 member`).
 */

import { splitInline } from "../../protocol/inline.ts";
import { NO_OFFSETS } from "../../protocol/offsets.ts";

/** What a run of the benchmark is to do. */
export interface BenchmarkOptions {
  host: string;
  port: number;
  /** Path of a unix socket; it takes the place of host and port. */
  socketPath: string | null;
  user: string | null;
  password: string | null;
  db: number;
  /** Switch every connection to RESP3 with HELLO 3. */
  resp3: boolean;
  tracking: boolean;
  connections: number;
  requests: number;
  /** Requests in one write of one connection. */
  pipeline: number;
  /** Bytes of the values that the tests write. */
  payloadBytes: number;
  /** `__rand_int__` becomes a number from 0 to this, exclusive; null leaves the word as it is. */
  keyspace: number | null;
  keepAlive: boolean;
  /** Longest silence of the server; 0 waits for ever. */
  timeoutMs: number;
  /** Lower-case names of the tests to run; null runs the default ones. */
  tests: readonly string[] | null;
  /** The one command to send instead of the tests; empty for none. */
  command: readonly Buffer[];
  /** The words that name this command in reports. */
  commandTitle: string;
  /** Whether standard input is to be appended to the command as its last argument. */
  stdin: boolean;
  format: "human" | "quiet" | "csv";
  loop: boolean;
  /** Open the connections, send nothing, wait for ever. */
  idle: boolean;
  seed: number | null;
  help: boolean;
  /** Lines to be shown before the run: options that are accepted and do nothing. */
  warnings: readonly string[];
}

/** The command line is wrong. The message is one line; the process ends with status 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

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
  throw new UsageError(`${name} takes a whole number from ${min} to ${max}, not '${text}'`);
}

function seconds(name: string, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 86_400) return value * 1000;
  throw new UsageError(`${name} takes seconds from 0 to 86400, not '${text}'`);
}

function unsupported(reason: string) {
  return (_options: BenchmarkOptions, _value: string, name: string): void => {
    throw new UsageError(`${name} is not supported: ${reason}`);
  };
}

function commandOf(text: string, name: string): Buffer[] {
  const line = { bytes: Buffer.alloc(0), offsets: NO_OFFSETS, argc: 0 };
  const bytes = Buffer.from(text);
  if (!splitInline(line, bytes, 0, bytes.length)) throw new UsageError(`${name} has unbalanced quotes`);
  if (line.argc === 0) throw new UsageError(`${name} is empty`);
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
    help: "Comma-separated tests to run",
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

/** A fresh record of the defaults. */
export function defaultBenchmarkOptions(): BenchmarkOptions {
  return {
    host: "127.0.0.1",
    port: 9501,
    socketPath: null,
    user: null,
    password: null,
    db: 0,
    resp3: false,
    tracking: false,
    connections: 50,
    requests: 100_000,
    pipeline: 1,
    payloadBytes: 3,
    keyspace: null,
    keepAlive: true,
    timeoutMs: 30_000,
    tests: null,
    command: [],
    commandTitle: "",
    stdin: false,
    format: "human",
    loop: false,
    idle: false,
    seed: null,
    help: false,
    warnings: [],
  };
}

/**
 * Reads the arguments that follow `openkv benchmark`.
 *
 * @throws UsageError with one line when an option is unknown, lacks its value or has a wrong one.
 */
export function parseBenchmarkOptions(argv: readonly string[]): BenchmarkOptions {
  const options = defaultBenchmarkOptions();
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at];
    if (word === "--") {
      at++;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    const equals = word.startsWith("--") ? word.indexOf("=") : -1;
    const name = equals < 0 ? word : word.slice(0, equals);
    const spec = specOf(name);
    if (spec === undefined) throw new UsageError(`unknown option ${name}${suggestion(name)}`);
    if (spec.value === undefined) {
      if (equals >= 0) throw new UsageError(`${name} takes no value`);
      spec.apply(options, "", name);
      continue;
    }
    const value = equals < 0 ? argv[++at] : word.slice(equals + 1);
    if (value === undefined || (equals < 0 && specOf(value) !== undefined)) {
      throw new UsageError(`${name} needs a value`);
    }
    spec.apply(options, value, name);
  }
  addTrailingCommand(options, argv.slice(at));
  return options;
}

function specOf(name: string): OptionSpec | undefined {
  return OPTION_SPECS.find((candidate) => candidate.names.includes(name));
}

function addTrailingCommand(options: BenchmarkOptions, words: readonly string[]): void {
  if (words.length > 0) {
    if (options.command.length > 0) throw new UsageError("give the command once: by --command or at the end");
    options.command = words.map((word) => Buffer.from(word));
    options.commandTitle = words.join(" ");
  }
  if (options.stdin && options.command.length === 0) throw new UsageError("-x needs a command");
  if (options.user !== null && options.password === null)
    throw new UsageError("--user needs a password (-a)");
  if (options.command.length > 0 && options.tests !== null) {
    options.warnings = ["WARNING: Option -t is ignored."];
    options.tests = null;
  }
}

/** A hint for a name that is nearly right, or an empty text. */
function suggestion(name: string): string {
  if (/^-[a-zA-Z]./.test(name)) return `; one-letter options take their value as the next word`;
  let best = "";
  let bestDistance = 3;
  for (const spec of OPTION_SPECS) {
    for (const candidate of spec.names) {
      if (!candidate.startsWith("--")) continue;
      const distance = editDistance(name, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
  }
  return best === "" ? "" : `, did you mean ${best}?`;
}

/** Levenshtein's distance of two short words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
