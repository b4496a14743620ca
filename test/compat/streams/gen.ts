/** The seeded source of keys, values and numbers that the command tables draw from. */

import { Random } from "../../../src/base/random.ts";
import type { Argv } from "../support/quote.ts";
import {
  BORDER_TIMES,
  COLLECTION_KEYS,
  FLOATS,
  GLOB_PARTS,
  INTEGERS,
  KEYS,
  LONG,
  ODD,
  ODD_FLOATS,
  OWN_KEYS,
  PATTERNS,
  type Part,
  TEXTS,
} from "./pools.ts";

/** Far beyond every test run, so no absolute expire time passes while a stream runs: the year 2100. */
export const FAR_SECONDS = 4_102_444_800;

/** Absolute expire times lie between FAR_SECONDS and this multiple of it: within an hour. */
export const FAR_WINDOW = 1.000_001;

export class Gen {
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  below(n: number): number {
    return this.random.below(n);
  }

  chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)];
  }

  /** One of the rows; `weightOf` says how many times as often as others. */
  weighted<T>(rows: readonly T[], weightOf: (row: T) => number): T {
    let at = this.below(rows.reduce((sum, row) => sum + weightOf(row), 0));
    for (const row of rows) {
      at -= weightOf(row);
      if (at < 0) return row;
    }
    throw new Error("weights are positive");
  }

  /** Between `min` and `max` results of `make`. */
  times(min: number, max: number, make: () => Part): Part[] {
    return Array.from({ length: min + this.below(max - min + 1) }, make);
  }

  /** A subset of `options` in random order; each is taken with `percent`. */
  some(options: (() => Part[])[], percent = 30): Part[] {
    const parts: Part[][] = [];
    for (const option of options) {
      if (this.chance(percent)) parts.splice(this.below(parts.length + 1), 0, option());
    }
    return parts.flat();
  }

  key(): Part {
    // Half of all keys come from a few, so that commands meet on them.
    if (this.chance(50)) return KEYS[this.below(8)];
    return this.chance(75) ? this.pick(KEYS) : this.pick(COLLECTION_KEYS);
  }

  /** A key for a command of lists (`l`), sets (`s`) or hashes (`h`): mostly one that others seldom draw. */
  keyOf(type: "l" | "s" | "h"): Part {
    return this.chance(70) ? `${type}${this.below(3)}` : this.key();
  }

  /** Any key, also one of those that only the commands of one type fill. */
  anyKey(): Part {
    return this.chance(75) ? this.key() : this.pick(OWN_KEYS);
  }

  /** An integer, one time in eight a text that is none. */
  integer(): Part {
    if (this.chance(12)) return this.pick(ODD);
    return this.chance(80) ? this.pick(INTEGERS) : this.sign() + this.digits(1 + this.below(19));
  }

  float(): Part {
    const kind = this.below(20);
    if (kind < 7) return this.pick(FLOATS);
    if (kind < 10) return this.pick(INTEGERS);
    if (kind < 12) return this.pick(ODD);
    return kind < 13 ? this.pick(ODD_FLOATS) : this.randomFloat();
  }

  /** Decimal digits without a leading zero. */
  digits(count: number): string {
    let text = String(1 + this.below(9));
    while (text.length < count) text += this.below(10);
    return text;
  }

  private sign(): string {
    return this.chance(50) ? "-" : "";
  }

  private randomFloat(): string {
    const fraction = this.chance(80) ? `.${this.digits(1 + this.below(20))}` : "";
    const range = this.pick([3, 20, 20, 300]);
    const exponent = this.chance(40) ? `e${this.below(2 * range) - range}` : "";
    return this.sign() + this.digits(1 + this.below(18)) + fraction + exponent;
  }

  /** A glob, well formed or not, over the characters of the keys. */
  pattern(): Part {
    if (this.chance(50)) return this.pick(PATTERNS);
    return Array.from({ length: 1 + this.below(8) }, () => this.pick(GLOB_PARTS)).join("");
  }

  /** A cursor that begins a scan, in one of the ways in which C reads a zero. */
  firstCursor(): Part {
    return this.chance(90) ? 0 : this.pick(["", "00", "-0", "+0", "\u00000"]);
  }

  /** No cursor. What one leads to that was never handed out is each server's own affair. */
  refusedCursor(): Part {
    return this.pick(["abc", "1 ", " 1", " ", "1.0", "1e3", "0x10", "18446744073709551616"]);
  }

  /** Options with which HSCAN, SSCAN or ZSCAN visits everything at once, or is refused. */
  scanOptions(pattern: string): Part[] {
    const count = this.chance(90) ? 10_000 : this.pick([0, -1, "9223372036854775807", "+1", "01", "1e3", ""]);
    const match = this.chance(40) ? ["MATCH", this.pick([pattern, "*", "?", "[0-9]*", ""])] : [];
    return ["COUNT", count, ...match, ...(this.chance(3) ? [this.odd()] : [])];
  }

  odd(): Part {
    return this.pick(ODD);
  }

  value(): Part {
    const kind = this.below(20);
    if (kind < 7) return this.pick(INTEGERS);
    if (kind < 10) return this.pick(FLOATS);
    if (kind < 13) return this.pick(ODD);
    return kind < 19 ? this.pick(TEXTS) : this.pick(LONG);
  }

  /** A position in a string: mostly small, sometimes negative, at the 64-bit border or no number. */
  position(): Part {
    const kind = this.below(20);
    if (kind < 14) return this.below(60) - 15;
    if (kind < 18) return this.pick([0, -1, 9_999, 10_000, -10_000, "4294967296", "9223372036854775807"]);
    // Not any integer: SETRANGE with one of nine digits is legal, and fills hundreds of megabytes.
    return this.pick(kind < 19 ? INTEGERS : ODD);
  }

  /**
   * A relative expire time in seconds. It is drawn from a wide range, so that two keys' times are never
   * so near that the moment of execution decides which is greater; never near zero, so nothing expires
   * while a stream runs.
   */
  relativeSeconds(): number {
    return 10_000 + this.below(50_000_000);
  }

  relativeMs(): number {
    return 10_000_000 + this.below(2_000_000_000);
  }

  /** An absolute expire time in seconds: in or after the year 2100. */
  absoluteSeconds(): number {
    return FAR_SECONDS + this.below(3_600);
  }

  absoluteMs(): number {
    return this.absoluteSeconds() * 1_000 + this.below(1_000);
  }

  /** An expire time at or beyond a border: no number, not positive, or so far away that it may overflow. */
  refusedTime(): Part {
    return this.chance(40) ? this.pick(ODD) : this.pick(BORDER_TIMES);
  }

  db(): Part {
    if (this.chance(60)) return 0;
    return this.chance(85)
      ? this.below(4)
      : this.pick([15, 16, -1, "abc", "", "01", "9223372036854775807", "4294967296"]);
  }
}

/** Parts as bytes. */
export function toArgv(parts: Part[]): Argv {
  return parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(String(part))));
}
