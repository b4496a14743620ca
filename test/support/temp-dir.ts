import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownDirectory, removeDirectory } from "./resources.ts";

/**
 * Makes an empty directory of its own under the system's temporary folder. It disappears when the process
 * ends at the latest.
 */
export function makeTempDir(label = "test"): string {
  const path = mkdtempSync(join(tmpdir(), `openkv-${label}-`));
  ownDirectory(path);
  return path;
}

/** Runs `body` with a fresh directory and removes it afterwards, whether the body succeeds or throws. */
export async function withTempDir<T>(body: (path: string) => T | Promise<T>): Promise<T> {
  const path = makeTempDir();
  try {
    return await body(path);
  } finally {
    removeDirectory(path);
  }
}
