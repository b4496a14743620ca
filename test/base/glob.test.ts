import { describe, expect, test } from "bun:test";
import { globMatch } from "../../src/base/glob.ts";
import { Random } from "../../src/base/random.ts";

const seed = Number(process.env.OPENKV_SEED ?? 1);

/** Calls `globMatch` on the middle of larger buffers, so that reading past a border shows. */
function matches(pattern: string | Buffer, text: string | Buffer, nocase = false): boolean {
  const patternBytes = Buffer.from(pattern as string, "latin1");
  const textBytes = Buffer.from(text as string, "latin1");
  const framedPattern = Buffer.concat([Buffer.from("*["), patternBytes, Buffer.from("]*")]);
  const framedText = Buffer.concat([Buffer.from("x"), textBytes, Buffer.from("y")]);
  return globMatch(framedPattern, 2, 2 + patternBytes.length, framedText, 1, 1 + textBytes.length, nocase);
}

/**
 * The matcher of Redis 7.0 as plain recursion over signed characters: it tries everything, and reads NUL
 * after the end of a pattern as C does. Exponential, so the inputs are short.
 */
function model(pattern: Buffer, text: Buffer, nocase: boolean): boolean {
  const p = (at: number) => (at < pattern.length ? pattern.readInt8(at) : 0);
  const t = (at: number) => text.readInt8(at);
  const tolower = (char: number) => (char < -1 ? char + 256 : char >= 65 && char <= 90 ? char + 32 : char);
  const same = (a: number, b: number) => (nocase ? tolower(a) === tolower(b) : a === b);

  /** The end of the class that starts at `at` and whether it matches the character. */
  const classAt = (at: number, char: number): { end: number; matched: boolean } => {
    let i = at + 1;
    const not = p(i) === 0x5e;
    if (not) i++;
    let matched = false;
    for (; i < pattern.length && p(i) !== 0x5d; i++) {
      if (p(i) === 0x5c && i + 1 < pattern.length) {
        i++;
        matched ||= p(i) === char;
      } else if (i + 2 < pattern.length && p(i + 1) === 0x2d) {
        const bounds = [p(i), p(i + 2)].sort((a, b) => a - b);
        const [low, high] = nocase ? bounds.map(tolower) : bounds;
        const value = nocase ? tolower(char) : char;
        matched ||= value >= low && value <= high;
        i += 2;
      } else {
        matched ||= same(p(i), char);
      }
    }
    return { end: Math.min(i + 1, pattern.length), matched: matched !== not };
  };

  const from = (at: number, textAt: number): boolean => {
    if (at === pattern.length || textAt === text.length)
      return at === pattern.length && textAt === text.length;
    if (p(at) === 0x2a) {
      let next = at + 1;
      while (p(next) === 0x2a) next++;
      if (next === pattern.length) return true;
      for (let i = textAt; i < text.length; i++) if (from(next, i)) return true;
      return false;
    }
    let next = at + 1;
    if (p(at) === 0x5b) {
      const found = classAt(at, t(textAt));
      if (!found.matched) return false;
      next = found.end;
    } else if (p(at) !== 0x3f) {
      if (p(at) === 0x5c && next < pattern.length) next++;
      if (!same(p(next - 1), t(textAt))) return false;
    }
    // Only after a consumed character are the stars at the end free.
    if (textAt + 1 === text.length) while (p(next) === 0x2a) next++;
    return from(next, textAt + 1);
  };
  return from(0, 0);
}

describe("globMatch", () => {
  test("knows the wildcards", () => {
    const cases: [string, string, boolean][] = [
      ["abc", "abc", true],
      ["abc", "abd", false],
      ["abc", "ab", false],
      ["ab", "abc", false],
      ["a?c", "abc", true],
      ["a?c", "ac", false],
      ["?", "a", true],
      ["h*llo", "hllo", true],
      ["h*llo", "heeeello", true],
      ["h*llo", "heeeellO", false],
      ["*", "anything", true],
      ["**", "x", true],
      ["a*", "a", true],
      ["a***", "a", true],
      ["*a", "ba", true],
      ["*a", "ab", false],
      ["*ab*cd*", "xxabxxcdxx", true],
      ["*ab*cd*", "xxcdxxabxx", false],
      ["*aab", "aaaab", true],
      ["user:*:name", "user:17:name", true],
      ["user:*:name", "user:17:names", false],
      ["*?", "a", true],
      ["*??", "a", false],
    ];
    for (const [pattern, text, expected] of cases) {
      expect([pattern, text, matches(pattern, text)]).toEqual([pattern, text, expected]);
    }
  });

  test("knows classes and escapes", () => {
    const cases: [string, string, boolean][] = [
      ["h[ae]llo", "hallo", true],
      ["h[ae]llo", "hillo", false],
      ["h[^e]llo", "hallo", true],
      ["h[^e]llo", "hello", false],
      ["h[a-b]llo", "hbllo", true],
      ["h[b-a]llo", "hallo", true],
      ["h[a-b]llo", "hcllo", false],
      ["[a-cx-z]", "y", true],
      ["[a-cx-z]", "m", false],
      ["\\*", "*", true],
      ["\\*", "a", false],
      ["\\[a]", "[a]", true],
      ["a\\\\b", "a\\b", true],
      ["[\\]]", "]", true],
      ["[\\^a]", "^", true],
      ["[a^]", "^", true],
      ["[a\\-z]", "-", true],
      ["[a\\-z]", "m", false],
    ];
    for (const [pattern, text, expected] of cases) {
      expect([pattern, text, matches(pattern, text)]).toEqual([pattern, text, expected]);
    }
  });

  test("keeps the corners of Redis", () => {
    const cases: [string, string, boolean][] = [
      ["", "", true],
      ["*", "", false],
      ["", "a", false],
      ["[", "[", false],
      ["[^", "a", true],
      ["[]", "]", false],
      ["[]a]", "]", false],
      ["[^]", "a", true],
      ["[^]a", "xa", true],
      ["[abc", "c", true],
      ["[abc", "cd", false],
      ["[a-", "-", true],
      ["[a-]", "_", true],
      ["[a-]", "b", false],
      ["[a-]x", "ax", false],
      ["[\\", "\\", true],
      ["[\\]", "]", true],
      ["\\", "\\", true],
      ["a\\", "a\\", true],
    ];
    for (const [pattern, text, expected] of cases) {
      expect([pattern, text, matches(pattern, text)]).toEqual([pattern, text, expected]);
    }
  });

  test("treats bytes from 0x80 as signed in ranges and as themselves elsewhere", () => {
    expect(matches("[\x80-\xff]", "\xc0")).toBe(true);
    expect(matches("[\xff-a]", "\x05")).toBe(true);
    expect(matches("[b-\x80]", "a")).toBe(true);
    expect(matches("[b-\x80]", "c")).toBe(false);
    expect(matches("\xe9*", "\xe9t\xe9")).toBe(true);
    expect(matches("\xc9", "\xe9", true)).toBe(false);
    expect(matches("a\0?", "a\0\0")).toBe(true);
  });

  test("ignores the case of ASCII letters on request", () => {
    expect(matches("ABC", "abc", true)).toBe(true);
    expect(matches("abc", "ABC", false)).toBe(false);
    expect(matches("[A-c]z", "BZ", true)).toBe(true);
    // The bounds change places before their case is folded, so this range is empty: c to a.
    expect(matches("[a-C]z", "BZ", true)).toBe(false);
    expect(matches("[xY]", "y", true)).toBe(true);
    expect(matches("\\A", "a", true)).toBe(true);
    expect(matches("[\\A]", "a", true)).toBe(false);
    expect(matches("@", "`", true)).toBe(false);
    expect(matches("[", "{", true)).toBe(false);
  });

  test(`agrees with the recursive model on random patterns (OPENKV_SEED=${seed})`, () => {
    const random = new Random(seed);
    const patternBytes = Buffer.from("aabBc***??[[]]^-\\Zz\x80\xff\xfe\0", "latin1");
    const textBytes = Buffer.from("aabBcZz*?[]^-\\\x80\xff\xfe\0", "latin1");
    const pick = (from: Buffer, length: number, kinds: number) =>
      Buffer.from(Array.from({ length }, () => from[random.below(kinds)]));
    let matched = 0;
    for (let round = 0; round < 60_000; round++) {
      const pattern = pick(patternBytes, random.below(11), patternBytes.length);
      const text = pick(textBytes, random.below(9), 2 + random.below(textBytes.length - 1));
      const nocase = random.below(2) === 0;
      const expected = model(pattern, text, nocase);
      if (expected) matched++;
      if (matches(pattern, text, nocase) !== expected) {
        throw new Error(`${JSON.stringify([pattern.toString("latin1"), text.toString("latin1"), nocase])}`);
      }
    }
    expect(matched).toBeGreaterThan(1_000);
  });

  test("answers patterns with many stars, which plain recursion would not finish", () => {
    const text = "a".repeat(2_000);
    expect(matches(`${"a*".repeat(500)}b`, text)).toBe(false);
    expect(matches(`${"*a".repeat(2_000)}`, text)).toBe(true);
    expect(matches(`${"*a".repeat(2_001)}`, text)).toBe(false);
    expect(matches("*".repeat(100_000), text)).toBe(true);
  });
});
