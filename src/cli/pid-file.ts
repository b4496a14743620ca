/**
 * The pid file: says which process serves, so that `server:stop` can stop it and two servers do not start
 * with the same settings. It holds the process id in decimal and a line feed.
 *
 * It comes into being complete: it is written under another name and then linked, which fails if the name
 * is taken. A stale one is first moved aside, and put back if it turns out to have just been replaced.
 */
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { StartError } from "../server/start-error.ts";
import { writeFault } from "./file-fault.ts";
import { processKind, processTitle } from "./process.ts";

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
 * @throws StartError when a server has it, or a process that may be one, or when it cannot be written.
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
      if (owner !== null && owner !== pid) refuseLivingOwner(path, owner);
      if (removeStalePidFile(path, owner)) notices.push(`removed stale pid file '${path}' (${named(owner)})`);
    }
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `cannot write pid file '${path}': ${writeFault(error, path)}; choose another --pid-file`,
    );
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

/** @throws StartError when the process is a server, or may be one. */
function refuseLivingOwner(path: string, owner: number): void {
  const kind = processKind(owner);
  if (kind === "gone" || kind === "stranger") return;
  const what =
    kind === "server"
      ? `a server with pid ${owner} is running`
      : `process ${owner} (${processTitle(owner)}) may be a server`;
  throw new StartError(`pid file '${path}': ${what}; stop it, or choose another --pid-file`);
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
