import { readFileSync } from "node:fs";

/** Whether `residentBytes` works here: it reads Linux' /proc. */
export const HAS_RESIDENT_BYTES = process.platform === "linux";

/** Resident memory of a process, in bytes. Linux only; throws when the process has ended. */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (match === null) throw new Error(`process ${pid} has no resident memory`);
  return Number(match[1]) * 1_024;
}
