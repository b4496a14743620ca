/** The seeded source of keys, values and numbers that the command tables draw from. */

import { Random } from "../../../src/base/random.ts";
import type { Argv } from "../support/quote.ts";

/** An argument in a table: text is UTF-8, numbers are written in decimal. */
export type Part = string | number | Buffer;

const KEYS: Part[] = [
  ...Array.from({ length: 16 }, (_, i) => `k${i}`),
  "key:1",
  "key:2",
  "Key:1",
  "{tag}a",
  "k*",
  "a[b]c",
  "name",
  "",
  " ",
  "ключ",
  Buffer.from([0, 255, 13, 10, 128]),
  "long".repeat(40),
  "x".repeat(300),
];

const INTEGERS: Part[] = [
  ...[0, 1, -1, 2, 5, 7, 10, 42, 100, -100, 9_999, 10_000, 12_345],
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "4294967295",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "9007199254740993",
  "-9007199254740991",
  "-9007199254740993",
  "999999999999999999",
  "9223372036854775806",
  "9223372036854775807",
  "-9223372036854775807",
  "-9223372036854775808",
];

/** Texts that are almost numbers; none of them may be taken for one where an integer is wanted. */
const ODD: Part[] = [
  "",
  " ",
  "abc",
  "+1",
  "01",
  "-0",
  "-01",
  " 1",
  "1 ",
  "1e3",
  "1.0",
  "0x10",
  "nan",
  "inf",
  "-inf",
  "--1",
  "-",
  "9223372036854775808",
  "-9223372036854775809",
  "18446744073709551615",
  "18446744073709551616",
  "99999999999999999999999",
  "NX",
  "XX",
  "EX",
  "GET",
  "\u0000",
  Buffer.from([255, 254]),
  "two words",
  "line\r\nbreak",
];

/** None of them is a moment in the near past or future. */
const BORDER_TIMES: Part[] = [
  ...["0", "-1", "-100000", "9007199254740991", "9007199254740993", "9223372036854775", "9223372036854776"],
  ...["9223372036854775806", "9223372036854775807", "-9223372036854775808", "281474976710656"],
];

const FLOATS: Part[] = [
  ...["0", "1", "-1", "0.1", "0.2", "-0.1", "1.5", "3.0e3", "1e-5", "-2.5e2", "3.14159265358979", "5e-1"],
  ...[
    "1e17",
    "1e20",
    "123456789.123456789",
    "0.00000000000000001",
    "99999999999.5",
    ".5",
    "5.",
    "1e2",
    "-0.0",
  ],
];

const TEXTS: Part[] = [
  "",
  "a",
  "hello",
  "Hello World",
  "The quick brown fox",
  "x".repeat(43),
  "x".repeat(44),
  "x".repeat(45),
  "y".repeat(63),
  "y".repeat(64),
  "z".repeat(255),
  "z".repeat(256),
  "12345678901234567890",
  "123456789012345678901",
  Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
  "пример",
];

const LONG: Part[] = ["L".repeat(10_000), "0123456789".repeat(1_024), "m".repeat(4_096)];

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
    return this.chance(50) ? KEYS[this.below(8)] : this.pick(KEYS);
  }

  /** An integer, one time in eight a text that is none. */
  integer(): Part {
    return this.chance(88) ? this.pick(INTEGERS) : this.pick(ODD);
  }

  float(): Part {
    const kind = this.below(10);
    return kind < 6 ? this.pick(FLOATS) : kind < 9 ? this.pick(INTEGERS) : this.pick(ODD);
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
    const kind = this.below(10);
    if (kind < 7) return this.below(60) - 15;
    return kind < 9
      ? this.pick([0, -1, 9_999, 10_000, -10_000, "4294967296", "9223372036854775807"])
      : this.integer();
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
    return this.chance(92)
      ? this.below(4)
      : this.pick([15, 16, -1, "abc", "", "01", "9223372036854775807", "4294967296"]);
  }
}

/** Parts as bytes. */
export function toArgv(parts: Part[]): Argv {
  return parts.map((part) => (Buffer.isBuffer(part) ? part : Buffer.from(String(part))));
}
