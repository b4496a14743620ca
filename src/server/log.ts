/** The server's log: one line per event, `<pid> <time> <level> <text>`. */
import { appendFileSync, writeSync } from "node:fs";
import type { LogLevel } from "./config/fields.ts";

/** Where the server says what happens. A text is one event; line breaks in it are made visible. */
export interface Logger {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** What a log needs to know; the two settings are read at each line, so that they may change. */
export interface LogOptions {
  readonly settings: { readonly loglevel: LogLevel; readonly logfile: string };
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes a line with its line feed when there is no log file. */
  readonly write?: (line: string) => void;
}

const DEBUG = 0;
const INFO = 2;
const WARN = 3;
const ERROR = 4;

/** The least level that is still logged. `verbose` stands between debug and info lines. */
const THRESHOLDS: Record<LogLevel, number> = { debug: DEBUG, verbose: 1, notice: INFO, warning: WARN };

/** Redis' marks, and `!` for errors. */
const MARKS: Record<number, string> = { [DEBUG]: ".", [INFO]: "*", [WARN]: "#", [ERROR]: "!" };

const STDOUT = 1;
const WRITE_ATTEMPTS_MAX = 100;

/** A log to the file of the settings or to standard output. It never throws: no log is worth a crash. */
export function createLogger({ settings, pid, now, write = writeStdout }: LogOptions): Logger {
  const log = (level: number, text: string) => {
    if (level < THRESHOLDS[settings.loglevel]) return;
    const line = `${pid} ${new Date(now()).toISOString()} ${MARKS[level]} ${visible(text)}\n`;
    if (settings.logfile === "") write(line);
    else appendLine(settings.logfile, line);
  };
  return {
    debug: (line) => log(DEBUG, line),
    info: (line) => log(INFO, line),
    warn: (line) => log(WARN, line),
    error: (line) => log(ERROR, line),
  };
}

/** Reports an internal fault: what it is in one line, then where it happened, a line for each call. */
export function logFault(log: Logger, error: unknown): void {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  log.error(`Internal fault, stopping: ${what}`);
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  // The stack repeats the message, which may have several lines of its own.
  const calls = stack.split("\n").map((line) => line.trim());
  for (const call of calls) if (call.startsWith("at ")) log.error(call);
}

/** Control characters as escapes, so that no text can pretend to be another line. */
function visible(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => {
    if (char === "\n") return "\\n";
    return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** The file is opened for each line, so that it can be moved away by log rotation at any time. */
function appendLine(path: string, line: string): void {
  try {
    appendFileSync(path, line);
  } catch {
    // The disk may be full or the directory gone; serving goes on without a log.
  }
}

/** Writes at once and in full; a reader that does not read loses lines instead of stopping the server. */
function writeStdout(line: string): void {
  const bytes = Buffer.from(line);
  let at = 0;
  for (let attempt = 0; at < bytes.length && attempt < WRITE_ATTEMPTS_MAX; attempt++) {
    try {
      at += writeSync(STDOUT, bytes, at, bytes.length - at);
    } catch (error) {
      const isBusy = error instanceof Error && "code" in error && error.code === "EAGAIN";
      if (!isBusy) return;
    }
  }
}
