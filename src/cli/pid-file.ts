/**
 * The pid file: says which process serves, so that `server:stop` can stop it and two servers do not start
 * with the same settings. It holds the process id in decimal and a line feed.
 *
 * It comes into being complete: it is written under another name and then linked, which fails if the name
 * is taken. A stale one is first moved aside, and put back if it turns out to have just been replaced.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { StartError } from "../server/start-error.ts";

const ATTEMPTS_MAX = 5;
const PID_MAX = 2 ** 31 - 1;

/** A pid file that this process has made. */
export interface PidFile {
  /** Sentences for the log about what was found there. */
  readonly notices: readonly string[];
  /** Removes the file if it is still this process' own; further calls do nothing. */
  release(): void;
}

/**
 * Makes the pid file at `path` for the process `pid`. A file left by a process that is gone, or whose id
 * now belongs to another program, is replaced.
 *
 * @throws StartError when a server of this program has it, or when it cannot be written.
 */
export function acquirePidFile(path: string, pid: number): PidFile {
  const notices: string[] = [];
  const draft = `${path}.${pid}.new`;
  try {
    writeFileSync(draft, `${pid}\n`);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (linked(draft, path)) return { notices, release: () => releasePidFile(path, pid) };
      const owner = readPidFile(path);
      // The same id is a process from before a reboot, or from another container: it cannot be alive.
      if (owner !== null && owner !== pid && isServerProcess(owner)) {
        throw new StartError(
          `pid file '${path}': a server with pid ${owner} is running; stop it, or choose another --pid-file`,
        );
      }
      if (removeStalePidFile(path, owner)) notices.push(`removed stale pid file '${path}' (${named(owner)})`);
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`cannot write pid file '${path}': ${errorText(error)}; choose another --pid-file`);
  } finally {
    removeIfPresent(draft);
  }
  throw new StartError(`pid file '${path}' keeps changing: another server is starting with it`);
}

/** The process id in a pid file; null when it is missing or holds something else. */
export function readPidFile(path: string): number | null {
  const content = readIfPresent(path)?.trim() ?? "";
  const pid = /^\d{1,10}$/.test(content) ? Number(content) : 0;
  return pid > 0 && pid <= PID_MAX ? pid : null;
}

/** Whether there is a file, readable or not. */
export function pidFileExists(path: string): boolean {
  return readIfPresent(path) !== null;
}

/**
 * Removes a pid file that holds `pid` (null: no valid id) and whose process is gone.
 *
 * @returns false when it has changed in the meantime, and is left in place.
 */
export function removeStalePidFile(path: string, pid: number | null): boolean {
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return false;
    throw error;
  }
  const isSame = readPidFile(aside) === pid;
  if (!isSame) linked(aside, path);
  removeIfPresent(aside);
  return isSame;
}

/** Whether a process of this id is alive. One that has ended and waits for its parent is not. */
export function isAlive(pid: number): boolean {
  return processWords(pid) !== null;
}

/** Whether the process of this id is a server of this program. */
export function isServerProcess(pid: number): boolean {
  const words = processWords(pid);
  if (words === null) return false;
  const command = words.indexOf("server:start");
  return command > 0 && words.slice(0, command).some((word) => /openkv|main\.(ts|js)/.test(word));
}

/** The command line of a live process, for messages; null when it is gone. */
export function processWords(pid: number): string[] | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Not being allowed to signal it shows that it is there.
    if (!isCode(error, "EPERM")) return null;
  }
  if (process.platform === "linux") {
    const words = readIfPresent(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
    // Only kernel threads and processes that have ended have no command line.
    return words.length === 0 ? null : words;
  }
  const { stdout } = Bun.spawnSync(["ps", "-p", String(pid), "-o", "stat=,command="]);
  const [state, ...words] = stdout.toString().trim().split(/\s+/);
  return state === "" || state.startsWith("Z") ? null : words;
}

function releasePidFile(path: string, pid: number): void {
  if (readPidFile(path) === pid) removeIfPresent(path);
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  }
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It is gone already, or the directory is: either way nothing is left to remove.
  }
}

function named(pid: number | null): string {
  return pid === null ? "it held no process id" : `process ${pid} is not a running server`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
