/**
 * The kinds of values a directive takes, with Redis' parsing and Redis' error texts.
 *
 * A value is kept as the one string CONFIG GET answers, so parsing is also normalising: `1gb` becomes
 * `1073741824`, `YES` becomes `yes`. Strings hold one character per byte (latin1), as everything a client
 * sends may be arbitrary bytes.
 */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { parseMemory } from "../../base/memory-size.ts";
import { ValueError } from "./error.ts";

/** How the arguments of a directive become its value. */
export interface Kind {
  /** Shown in usage texts: what to write in the place of the value. */
  readonly hint: string;
  /** The directive takes several arguments; CONFIG SET splits its one string at each blank. */
  readonly isMulti: boolean;
  /** Repeated lines of one source add to each other instead of replacing each other. */
  readonly accumulates?: boolean;
  /**
   * The normal form of the value.
   *
   * @param args the arguments of a configuration line; exactly one unless `isMulti`.
   * @param current the value in force, for kinds of which a line sets only a part.
   * @throws ValueError with Redis' text.
   */
  parse(args: readonly string[], current: string): string;
}

export const INT_MAX = 2147483647;
export const INT_MIN = -2147483648;
export const UINT_MAX = 4294967295;
export const LONG_MAX = 9223372036854775807n;
const LONG_MIN = -9223372036854775808n;
const ULONG_MAX = 18446744073709551615n;

/** A kind of one argument. */
export function single(hint: string, parse: (value: string) => string): Kind {
  return { hint, isMulti: false, parse: ([value]) => parse(value) };
}

export const BOOL: Kind = single("yes|no", (value) => {
  const word = value.toLowerCase();
  if (word !== "yes" && word !== "no") throw new ValueError("argument must be 'yes' or 'no'");
  return word;
});

/** Any string; `check` returns Redis' error text or null. */
export function text(hint = "text", check: (value: string) => string | null = () => null): Kind {
  return single(hint, (value) => {
    const error = check(value);
    if (error !== null) throw new ValueError(error);
    return value;
  });
}

export const TEXT: Kind = text();

/** One of some words, in any case. */
export function oneOf(...words: string[]): Kind {
  return single(words.join("|"), (value) => {
    const word = value.toLowerCase();
    if (words.includes(word)) return word;
    throw new ValueError(`argument(s) must be one of the following: ${words.join(", ")}`);
  });
}

type Bound = number | bigint;

/** `value` when it lies within the bounds (both included). */
function within(value: bigint, min: Bound, max: Bound, radix = 10): string {
  if (value >= min && value <= max) return value.toString(radix);
  throw new ValueError(
    `argument must be between ${min.toString(radix)} and ${max.toString(radix)} inclusive`,
  );
}

/**
 * A canonical decimal integer within bounds. `clampTo` is for settings that take any number and use the
 * nearest one they can work with.
 */
export function int(min: Bound, max: Bound, clampTo?: { min: number; max: number }): Kind {
  return single("number", (value) => {
    const isCanonical = /^(0|-?[1-9]\d{0,18})$/.test(value);
    const parsed = isCanonical ? BigInt(value) : 0n;
    if (!isCanonical || parsed > LONG_MAX || parsed < LONG_MIN) {
      throw new ValueError("argument couldn't be parsed into an integer");
    }
    const bounded = within(parsed, min, max);
    if (clampTo === undefined) return bounded;
    return String(Math.min(clampTo.max, Math.max(clampTo.min, Number(bounded))));
  });
}

/** File permission bits, written and shown in octal. */
export const PERMISSIONS: Kind = single("octal", (value) => {
  if (!/^[0-7]{1,21}$/.test(value)) throw new ValueError("argument couldn't be parsed as an octal number");
  return within(BigInt(`0o${value}`), 0, 0o777, 8);
});

/** An amount of memory within bounds in bytes; smaller than `floor` counts as `floor`. */
export function memory(min: Bound = 0, max: Bound = LONG_MAX, floor = 0): Kind {
  return single("bytes", (value) => {
    const bytes = parseMemory(value);
    if (bytes === null) throw new ValueError("argument must be a memory value");
    within(bytes, min, max);
    return (bytes < floor ? BigInt(floor) : bytes).toString();
  });
}

/** An amount of memory without a limit of its own. */
export const MEMORY_UNLIMITED: Kind = memory(0, ULONG_MAX);

/** An amount of memory, or a percentage such as `5%` of some other setting. */
export const MEMORY_OR_PERCENT: Kind = single("bytes|percent", (value) => {
  const percent = /^(0|[1-9]\d{0,8})%$/.exec(value);
  if (percent !== null) {
    if (Number(percent[1]) > 100) throw new ValueError("percentage argument must be less or equal to 100");
    return percent[1] === "0" ? "0" : value;
  }
  const bytes = parseMemory(value);
  if (bytes === null) throw new ValueError("argument must be a memory or percent value");
  return bytes.toString();
});

/** A file name that must not lead into another directory. */
export function fileName(name: string, what = "filename", mayBeEmpty = true): Kind {
  return text("name", (value) => {
    if (value === "" && !mayBeEmpty) return `${name} can't be empty`;
    return value.includes("/") ? `${name} can't be a path, just a ${what}` : null;
  });
}

/** A directory that exists, kept as an absolute path. */
export const DIRECTORY: Kind = single("directory", (value) => {
  const path = bytesToPath(value);
  if (path === "") throw new ValueError("No such file or directory");
  let found: ReturnType<typeof statSync>;
  try {
    found = statSync(path, { throwIfNoEntry: false });
  } catch {
    // A name with a NUL byte, one that is too long, or a directory on the way that may not be read.
    throw new ValueError("not a usable path");
  }
  if (found === undefined) throw new ValueError("No such file or directory");
  if (!found.isDirectory()) throw new ValueError("Not a directory");
  return pathToBytes(resolve(path));
});

/** A value's bytes (one character each) as the path they spell in UTF-8. */
export function bytesToPath(value: string): string {
  return Buffer.from(value, "latin1").toString("utf8");
}

/** A string of the environment, the command line or the file system as a value: its UTF-8 bytes. */
export function pathToBytes(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}
