/** Configuration files in redis.conf syntax: one directive a line, `#` comments, quotes, `include`. */
import { readFileSync } from "node:fs";
import { splitInline } from "../../protocol/inline.ts";
import { ConfigError } from "./error.ts";
import { bytesToPath } from "./kinds.ts";

const INCLUDE_DEPTH_MAX = 16;

/** One line of a configuration file. */
export interface ConfigLine {
  /** The directive's name in lower case. */
  readonly name: string;
  /** Unquoted arguments, one character per byte. */
  readonly args: readonly string[];
  /** `file:line`, for messages. */
  readonly origin: string;
}

/**
 * Reads a configuration file and what it includes, in the order in which the lines take effect.
 * Included paths are relative to the working directory and may hold glob characters, as in Redis.
 *
 * @throws ConfigError when a file cannot be read, quotes are unbalanced or includes are nested too deeply.
 */
export function readConfigFile(path: string, depth = 0, includedAt = ""): ConfigLine[] {
  const where = includedAt === "" ? "" : `${includedAt}: `;
  if (depth > INCLUDE_DEPTH_MAX) {
    throw new ConfigError(
      `${where}more than ${INCLUDE_DEPTH_MAX} files include each other: break the circle`,
    );
  }
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${where}cannot read configuration file '${path}': ${reason(error)}`);
  }
  return parseLines(content, path).flatMap((line) => {
    if (line.name !== "include") return [line];
    if (line.args.length !== 1) throw new ConfigError(`${line.origin}: include takes one file name`);
    return includedPaths(bytesToPath(line.args[0])).flatMap((p) => readConfigFile(p, depth + 1, line.origin));
  });
}

/**
 * Splits the text of a configuration file into its directives; `path` only serves for messages.
 *
 * @throws ConfigError when a line has unbalanced quotes.
 */
export function parseLines(content: Buffer, path: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  content
    .toString("latin1")
    .split("\n")
    .forEach((raw, index) => {
      const line = raw.replace(/^[ \t\r]+|[ \t\r]+$/g, "");
      if (line === "" || line.startsWith("#")) return;
      const origin = `${path}:${index + 1}`;
      const [name, ...args] = splitArguments(line, origin);
      if (name !== undefined) lines.push({ name: name.toLowerCase(), args, origin });
    });
  return lines;
}

function splitArguments(line: string, origin: string): string[] {
  const bytes = Buffer.from(line, "latin1");
  const split = { bytes, offsets: new Int32Array(16), argc: 0 };
  if (!splitInline(split, bytes, 0, bytes.length)) {
    throw new ConfigError(`${origin}: '${line}': unbalanced quotes`);
  }
  return Array.from({ length: split.argc }, (_, at) =>
    split.bytes.toString("latin1", split.offsets[2 * at], split.offsets[2 * at + 1]),
  );
}

/** The files an `include` means: none is fine for a pattern, so that an empty directory can be included. */
function includedPaths(path: string): string[] {
  if (!/[*?[]/.test(path)) return [path];
  try {
    return [...new Bun.Glob(path).scanSync()].sort();
  } catch {
    // The directory does not exist.
    return [];
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOENT") return "no such file";
  if (code === "EACCES") return "permission denied";
  if (code === "EISDIR") return "it is a directory";
  return error instanceof Error ? error.message : String(error);
}
