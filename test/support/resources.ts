/**
 * What tests and scripts hold outside the process: child processes and temporary directories. Both are
 * released by name when their owner is done, and all at once when the process ends, so that a failure
 * half-way leaves nothing running. Processes are always stopped by their own id.
 */
import { rmSync } from "node:fs";

const running = new Set<Bun.Subprocess>();
const directories = new Set<string>();

/** Remembers a child until it exits by itself or `releaseEverything` stops it. */
export function ownProcess(child: Bun.Subprocess): void {
  running.add(child);
  child.exited.then(() => running.delete(child));
}

/** Remembers a directory until `removeDirectory` or `releaseEverything` removes it. */
export function ownDirectory(path: string): void {
  directories.add(path);
}

/** Removes a directory with all it holds; one that is already gone is fine. */
export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
  directories.delete(path);
}

/** Kills every remembered child, then removes every remembered directory. Safe to call twice. */
export function releaseEverything(): void {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
  for (const path of directories) removeDirectory(path);
}

process.on("exit", releaseEverything);
// An interrupted script or test run cleans up too; without a handler a signal ends the process at once.
for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
] as const) {
  process.once(signal, () => process.exit(128 + number));
}
