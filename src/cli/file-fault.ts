/** Why a file cannot be written, in words. */
import { dirname, resolve } from "node:path";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "it is a directory",
  ENOSPC: "no space left",
  EROFS: "the file system is read-only",
};

/** What `error` of the operating system means for someone who wants to write the file at `path`. */
export function writeFault(error: unknown, path: string): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  // Writing creates the file, so what is missing is its directory.
  if (code === "ENOENT") return `no such directory: ${dirname(resolve(path))}`;
  if (code === "ENOTDIR") return `not a directory: ${dirname(resolve(path))}`;
  return REASONS[code] ?? error.message;
}
