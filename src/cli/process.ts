/** Other processes of this machine: whether they are alive, and whether they are servers of this program. */
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";

const COMMAND = "server:start";

/**
 * What the process of an id is. `doubtful` is one that lives and may be a server: it was started with the
 * word for it, but from another file than this program's, or it may not be looked at.
 */
export type ProcessKind = "gone" | "server" | "doubtful" | "stranger";

/** Whether a process of this id is alive. One that has ended and waits for its parent is not. */
export function isAlive(pid: number): boolean {
  return processWords(pid) !== null;
}

/** What the process of this id is. */
export function processKind(pid: number): ProcessKind {
  const words = processWords(pid);
  if (words === null) return "gone";
  if (words.length === 0) return "doubtful";
  const command = words.indexOf(COMMAND);
  if (command < 1) return "stranger";
  const isNamed = words.slice(0, command).some((word) => /openkv|^main\.(ts|js)$/.test(basename(word)));
  // Where Bun runs a script, the executable is Bun and the script stands before the command.
  return isNamed || (command === 1 && hasOwnExecutable(pid)) ? "server" : "doubtful";
}

/** The beginning of a process' command line, for messages. */
export function processTitle(pid: number): string {
  const title = processWords(pid)?.join(" ").slice(0, 80) ?? "";
  return title === "" ? "unknown command" : title;
}

/** The command line of a live process, empty when it may not be read; null when the process is gone. */
function processWords(pid: number): string[] | null {
  let isForeign = false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Not being allowed to signal it shows that it is there.
    isForeign = error instanceof Error && "code" in error && error.code === "EPERM";
    if (!isForeign) return null;
  }
  if (process.platform === "linux") {
    const words = commandLine(pid);
    if (words === null) return isForeign ? [] : null;
    // Only kernel threads and processes that have ended have no command line.
    return words.length === 0 ? null : words;
  }
  const { stdout } = Bun.spawnSync(["ps", "-p", String(pid), "-o", "stat=,command="]);
  const [state, ...words] = stdout.toString().trim().split(/\s+/);
  return state === "" || state.startsWith("Z") ? null : words;
}

function commandLine(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0").slice(0, -1);
  } catch {
    return null;
  }
}

/** Whether a process runs the file that this one runs, under whatever name it was called. */
function hasOwnExecutable(pid: number): boolean {
  if (process.platform !== "linux") return false;
  try {
    const theirs = statSync(`/proc/${pid}/exe`);
    const own = statSync("/proc/self/exe");
    if (theirs.dev === own.dev && theirs.ino === own.ino) return true;
    // The file has been replaced by another version since one of them was started.
    const path = (id: number | "self") => readlinkSync(`/proc/${id}/exe`).replace(/ \(deleted\)$/, "");
    return path(pid) === path("self");
  } catch {
    return false;
  }
}
