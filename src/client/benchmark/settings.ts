/** What the benchmark can be told: the record that its command line is read into. */

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
export class OptionError extends Error {
  override name = "OptionError";
}

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
