/**
 * Glob matching over bytes: the pattern language of KEYS, SCAN MATCH, PSUBSCRIBE and CONFIG GET.
 *
 *     *        any bytes, also none        [abc]   one of these bytes      \x   the byte x itself
 *     ?        any one byte                [^abc]  any other byte
 *                                          [a-z]   a range, either way round
 *
 * Results are those of Redis 7.0 (`stringmatchlen` on x86-64), kept with its corners, because patterns in
 * the field rely on them:
 * - An empty text matches the empty pattern only, not even `*`. Commands test for a bare `*` beforehand.
 * - A class without `]` ends with the pattern; `[]` matches nothing, and `[^]` and `[^` any one byte.
 * - In `[a-]` the range runs from `a` to `]`, and the class is unterminated.
 * - An escaped byte inside a class is compared with its case even when case does not count.
 * - Ranges compare bytes as signed, so bytes from 0x80 come before NUL; without case, the bounds are put
 *   in order before their case is folded, so `[a-C]` is empty.
 *
 * Every element but `*` consumes exactly one byte. So when the rest after a `*` cannot be matched, giving
 * more bytes to an earlier `*` cannot help: only the latest one is ever retried. That makes the work at
 * most pattern length × text length, without recursion, where trying everything would be exponential.
 */

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** What an element matcher returns instead of the position after the element. */
const NO_MATCH = -1;

/**
 * Whether all of `text[textStart, textEnd)` matches the glob `pattern[patternStart, patternEnd)`.
 * With `nocase`, ASCII letters match in either case.
 */
export function globMatch(
  pattern: Uint8Array,
  patternStart: number,
  patternEnd: number,
  text: Uint8Array,
  textStart: number,
  textEnd: number,
  nocase: boolean,
): boolean {
  let at = patternStart;
  let textAt = textStart;
  /** Where the pattern goes on after the latest `*`, and the text position its rest was last tried at. */
  let retryAt = NO_MATCH;
  let retryTextAt = textStart;

  if (textAt === textEnd) return at === patternEnd;
  for (;;) {
    if (at < patternEnd && pattern[at] === STAR) {
      at = skipStars(pattern, at, patternEnd);
      if (at === patternEnd) return true;
      retryAt = at;
      retryTextAt = textAt;
    }
    const next = at < patternEnd ? matchOne(pattern, at, patternEnd, text[textAt], nocase) : NO_MATCH;
    if (next !== NO_MATCH) {
      at = next;
      textAt++;
      // At the end of the text nothing but stars may be left, and no retry could need fewer bytes.
      if (textAt === textEnd) return skipStars(pattern, at, patternEnd) === patternEnd;
    } else {
      if (retryAt === NO_MATCH) return false;
      retryTextAt++;
      if (retryTextAt === textEnd) return false;
      at = retryAt;
      textAt = retryTextAt;
    }
  }
}

function skipStars(pattern: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && pattern[at] === STAR) at++;
  return at;
}

/** Matches `byte` with the element at `at`, which is no `*`: the position after it, or `NO_MATCH`. */
function matchOne(pattern: Uint8Array, at: number, end: number, byte: number, nocase: boolean): number {
  let wanted = pattern[at];
  let next = at + 1;
  if (wanted === QUESTION) return next;
  if (wanted === OPEN) return matchClass(pattern, next, end, byte, nocase);
  // A backslash at the very end stands for itself.
  if (wanted === BACKSLASH && next < end) {
    wanted = pattern[next];
    next++;
  }
  return sameByte(wanted, byte, nocase) ? next : NO_MATCH;
}

/** Matches `byte` with the class whose `[` stands before `from`: the position after it, or `NO_MATCH`. */
function matchClass(pattern: Uint8Array, from: number, end: number, byte: number, nocase: boolean): number {
  let at = from;
  const negated = at < end && pattern[at] === CARET;
  if (negated) at++;
  let matched = false;
  for (; at < end && pattern[at] !== CLOSE; at++) {
    const member = pattern[at];
    if (member === BACKSLASH && at + 1 < end) {
      at++;
      if (pattern[at] === byte) matched = true;
    } else if (at + 2 < end && pattern[at + 1] === DASH) {
      at += 2;
      if (inRange(member, pattern[at], byte, nocase)) matched = true;
    } else if (sameByte(member, byte, nocase)) {
      matched = true;
    }
  }
  if (matched === negated) return NO_MATCH;
  return at < end ? at + 1 : end;
}

function sameByte(a: number, b: number, nocase: boolean): boolean {
  return a === b || (nocase && lowered(a) === lowered(b));
}

/** Redis orders the bounds as signed characters and folds case afterwards, in this order. */
function inRange(from: number, to: number, byte: number, nocase: boolean): boolean {
  const a = signed(from);
  const b = signed(to);
  const low = Math.min(a, b);
  const high = Math.max(a, b);
  const value = signed(byte);
  if (!nocase) return value >= low && value <= high;
  return folded(value) >= folded(low) && folded(value) <= folded(high);
}

/** A byte as C's `char` on x86-64. */
function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** C's `tolower` of a signed character: the library gives negative ones back unsigned, except -1. */
function folded(char: number): number {
  return char < -1 ? char + 256 : lowered(char);
}

function lowered(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
