/** The servers that are compared, each pinned to one core, and what the kernel says about their processes. */
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { cleanEnvironment, startOpenKV } from "../../test/support/openkv.ts";
import { startRedis } from "../../test/support/redis.ts";
import { findFreePort, type ServerProcess } from "../../test/support/server-process.ts";

/** Whether server and client get a core each. On one core, or without taskset, they share. */
export const PINNED = availableParallelism() >= 2 && Bun.which("taskset") !== null;

/** Words in front of a command that keep it on core 0 (servers) or core 1 (clients). */
export const onServerCore: string[] = PINNED ? ["taskset", "-c", "0"] : [];
export const onClientCore: string[] = PINNED ? ["taskset", "-c", "1"] : [];

/** Linux counts processor time in hundredths of a second on every architecture Bun runs on. */
const TICKS_PER_SECOND = 100;

export interface Contender {
  name: string;
  start(): Promise<ServerProcess>;
}

export const redis: Contender = {
  name: "redis",
  start: () => startRedis({ prefix: onServerCore, port: findFreePort() }),
};

/** The compiled binary that OPENKV_BINARY names. */
export const openkv: Contender = {
  name: "openkv",
  start: () => startOpenKV({ prefix: onServerCore, env: cleanEnvironment() }),
};

/** Processor seconds the process has used so far, in user and kernel mode, over all its threads. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in parentheses, which may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Bytes of memory the process occupies. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** Stops the process from running, so that it takes nothing from the one that is measured. */
export function pause(server: ServerProcess): void {
  process.kill(server.pid, "SIGSTOP");
}

/** Lets a paused process run again. */
export function resume(server: ServerProcess): void {
  process.kill(server.pid, "SIGCONT");
}
