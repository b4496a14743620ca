/** Processes that look like a server from outside, for tests of pid files and of stopping. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownProcess } from "../support/resources.ts";

/** A process whose command line is that of a server. */
export interface Lookalike {
  readonly pid: number;
  readonly exited: Promise<number>;
  /** Kills it and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts a process with the command line of a server (or with other `words`) that runs `onTerm` at SIGTERM,
 * and resolves once it is ready for the signal.
 */
export async function spawnLookalike(
  onTerm = "process.exit(0)",
  words: string[] = ["openkv", "server:start"],
): Promise<Lookalike> {
  const code = `process.on("SIGTERM", () => { ${onTerm} }); setInterval(() => {}, 1000); console.log("ready");`;
  return ready(Bun.spawn([process.execPath, "-e", code, ...words], { stdin: "ignore", stdout: "pipe" }));
}

async function ready(child: Bun.Subprocess<"ignore", "pipe", "inherit">): Promise<Lookalike> {
  ownProcess(child);
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error("the process ended instead of getting ready");
  return {
    pid: child.pid,
    exited: child.exited,
    stop: async () => {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

/** Starts a process that runs this one's executable under another name, as a renamed binary would be. */
export async function spawnRenamed(directory: string): Promise<Lookalike> {
  writeFileSync(join(directory, "server:start"), 'setInterval(() => {}, 1000); console.log("ready");');
  const words = [process.execPath, "server:start"];
  return ready(Bun.spawn(words, { argv0: "kv", cwd: directory, stdin: "ignore", stdout: "pipe" }));
}

/** The id of a process that has just ended. */
export async function deadPid(): Promise<number> {
  const child = Bun.spawn(["true"]);
  await child.exited;
  return child.pid;
}
