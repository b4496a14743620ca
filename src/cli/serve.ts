/**
 * `openkv server:start`: loads the configuration, starts a server and lives as long as it does.
 *
 * Exit statuses: what the server says when it stops (0 after SIGTERM, SIGINT and SHUTDOWN); 1 when it cannot
 * start; 2 for a wrong command line; 70 after an internal fault. The first SIGTERM or SIGINT lets the server
 * finish; the second ends it at once with 128 + the signal's number, as a shell shows a killed process.
 */
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { defineCommand } from "citty";
import packageJson from "../../package.json" with { type: "json" };
import { Config } from "../server/config/config.ts";
import { ConfigError } from "../server/config/error.ts";
import { readFlags } from "../server/config/sources.ts";
import type { Logger } from "../server/log.ts";
import { createLogger, logFault } from "../server/log.ts";
import { StartError } from "../server/start-error.ts";
import { ensureEngineOptions } from "./engine-options.ts";
import { writeFault } from "./file-fault.ts";
import type { PidFile } from "./pid-file.ts";
import { acquirePidFile } from "./pid-file.ts";
import { startUsage } from "./serve-usage.ts";
import { EXIT_FAULT, EXIT_OK } from "./strict.ts";

/** A server that listens. */
export interface RunningServer {
  readonly port: number;
  /** Settles with the exit status when the server has stopped. */
  readonly stopped: Promise<number>;
  /** Stops accepting, answers what has arrived, and stops. */
  stop(reason: string): void;
  /** Stops at once. */
  stopNow(): void;
}

/** Starts a server; throws StartError when it cannot. */
export type StartServer = (config: Config, log: Logger) => Promise<RunningServer>;

/** What `serve` needs from the process, so that a test can take its place. */
export interface ServePorts {
  readonly startServer: StartServer;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Takes the usage text. */
  readonly print: (text: string) => void;
  /** Takes log lines; absent for standard output. */
  readonly writeLog?: (line: string) => void;
  /** Registers for signals and for errors that nobody caught. */
  readonly on: (event: string, listener: (detail: unknown) => void) => void;
  /** Ends the process at once. */
  readonly exit: (status: number) => void;
}

const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/**
 * Runs a server until it stops.
 *
 * @returns the exit status.
 * @throws ConfigError, StartError: one line for the person who started it.
 */
export async function serve(argv: readonly string[], ports: ServePorts): Promise<number> {
  const flags = readFlags(argv);
  if (flags.wantsHelp) {
    ports.print(startUsage(packageJson.name));
    return EXIT_OK;
  }
  const config = Config.load({ env: ports.env, file: flags.file, flags: flags.lines });
  checkLogFile(config.logfile);
  const log = createLogger({ settings: config, pid: ports.pid, now: Date.now, write: ports.writeLog });
  config.onWarning = (line) => log.warn(line);
  const pidFile = config.pidfile === "" ? null : acquirePidFile(config.pidfile, ports.pid);

  const from = flags.file === null ? "no configuration file" : `configuration file ${flags.file}`;
  log.info(`${packageJson.name} ${packageJson.version} is starting, pid ${ports.pid}, ${from}`);
  for (const line of [...config.warnings, ...(pidFile?.notices ?? [])]) log.warn(line);
  return run(config, log, pidFile, ports);
}

async function run(config: Config, log: Logger, pidFile: PidFile | null, ports: ServePorts): Promise<number> {
  const end = (status: number) => {
    pidFile?.release();
    ports.exit(status);
  };
  const onFault = (error: unknown) => {
    logFault(log, error);
    end(EXIT_FAULT);
  };
  ports.on("uncaughtException", onFault);
  ports.on("unhandledRejection", onFault);
  // A terminal that closes is no reason to stop serving.
  ports.on("SIGHUP", () => log.info("Received SIGHUP, ignored"));

  let running: RunningServer | null = null;
  let firstSignal: string | null = null;
  for (const signal of SIGNALS) {
    ports.on(signal, () => {
      if (firstSignal === null) {
        firstSignal = signal;
        running?.stop(signal);
        return;
      }
      log.warn(`Received ${signal} again, exiting at once`);
      running?.stopNow();
      end(128 + constants.signals[signal]);
    });
  }

  try {
    running = await ports.startServer(config, log);
    // The signal may have come while the server was starting.
    if (firstSignal !== null) running.stop(firstSignal);
    return await running.stopped;
  } catch (error) {
    if (error instanceof StartError) throw error;
    logFault(log, error);
    return EXIT_FAULT;
  } finally {
    pidFile?.release();
  }
}

function checkLogFile(path: string): void {
  if (path === "") return;
  try {
    closeSync(openSync(path, "a"));
  } catch (error) {
    throw new ConfigError(
      `cannot open log file '${path}': ${writeFault(error, path)}; choose another --logfile`,
    );
  }
}

export const serverStart = defineCommand({
  meta: { name: "server:start", description: "Start a server" },
  async run({ rawArgs }) {
    ensureEngineOptions(process);
    return serve(rawArgs, {
      // Help and mistakes on the command line are answered without loading the server.
      startServer: async (config, log) => (await import("../server/server.ts")).startServer(config, log),
      env: process.env,
      pid: process.pid,
      print: (text) => console.log(text),
      on: (event, listener) => process.on(event, listener),
      exit: (status) => process.exit(status),
    });
  },
});
