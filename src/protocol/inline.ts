/**
 * Inline commands: one line of text, as a person types it into `nc`.
 *
 * Fields are split as Redis' `sdssplitargs` does. Blanks separate; double quotes know `\n \r \t \b \a`,
 * `\xHH` and `\` before any other byte, single quotes know `\'` only; a quote may open in the middle of a
 * field, but a closing one must be followed by a blank or the end of the line. Two oddities are kept on
 * purpose: vertical tab and form feed are blanks before a field and after a closing quote, but ordinary
 * bytes inside a field. One is not: a NUL byte is an ordinary byte here, where Redis waits for ever.
 */

import { grownOffsets } from "./offsets.ts";

/** Where the arguments of a line go; `RequestParser` is one. */
export interface InlineRequest {
  /** The bytes `offsets` points into. */
  bytes: Buffer;
  /** Start and end of each argument. */
  offsets: Int32Array;
  argc: number;
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const BACKSLASH = 0x5c;
const LOWER_X = 0x78;

/**
 * Splits the line `bytes[start, end)`, line end excluded, into `request`.
 * Without quotes the arguments stay where they are; otherwise they are unquoted into a new buffer, never
 * longer than the line.
 *
 * @returns false when quotes are unbalanced; `request` then holds nothing of use.
 */
export function splitInline(request: InlineRequest, bytes: Buffer, start: number, end: number): boolean {
  request.bytes = bytes;
  request.argc = 0;
  let at = start;
  for (;;) {
    while (at < end && isBlank(bytes[at])) at++;
    if (at === end) return true;
    const from = at;
    while (at < end && !endsField(bytes[at])) {
      if (bytes[at] === DOUBLE_QUOTE || bytes[at] === SINGLE_QUOTE) {
        return splitQuoted(request, bytes, start, end);
      }
      at++;
    }
    addArgument(request, from, at);
  }
}

/** The same for a line with quotes: every argument is copied to a buffer of the request's own. */
function splitQuoted(request: InlineRequest, bytes: Buffer, start: number, end: number): boolean {
  const target = Buffer.allocUnsafe(end - start);
  request.bytes = target;
  request.argc = 0;
  let to = 0;
  let at = start;
  for (;;) {
    while (at < end && isBlank(bytes[at])) at++;
    if (at === end) return true;
    const from = to;
    while (at < end && !endsField(bytes[at])) {
      const byte = bytes[at++];
      if (byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) {
        target[to++] = byte;
        continue;
      }
      for (;;) {
        if (at === end) return false;
        const quoted = bytes[at++];
        if (quoted === byte) break;
        if (quoted !== BACKSLASH || at === end) {
          target[to++] = quoted;
        } else if (byte === SINGLE_QUOTE) {
          target[to++] = bytes[at] === SINGLE_QUOTE ? bytes[at++] : BACKSLASH;
        } else if (bytes[at] === LOWER_X && end - at > 2 && isHex(bytes[at + 1]) && isHex(bytes[at + 2])) {
          target[to++] = (hexValue(bytes[at + 1]) << 4) | hexValue(bytes[at + 2]);
          at += 3;
        } else {
          target[to++] = unescaped(bytes[at++]);
        }
      }
      if (at < end && !isBlank(bytes[at])) return false;
      break;
    }
    addArgument(request, from, to);
  }
}

function addArgument(request: InlineRequest, from: number, to: number): void {
  const index = request.argc * 2;
  if (index === request.offsets.length) request.offsets = grownOffsets(request.offsets);
  request.offsets[index] = from;
  request.offsets[index + 1] = to;
  request.argc++;
}

/** C's `isspace`. */
function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= TAB && byte <= CR);
}

/** What ends a field outside quotes: the blanks without vertical tab and form feed. */
function endsField(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === LF || byte === CR;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function hexValue(byte: number): number {
  return byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x61 + 10;
}

/** The byte that a backslash and `byte` stand for between double quotes. */
function unescaped(byte: number): number {
  switch (byte) {
    case 0x6e:
      return LF;
    case 0x72:
      return CR;
    case 0x74:
      return TAB;
    case 0x62:
      return 0x08;
    case 0x61:
      return 0x07;
    default:
      return byte;
  }
}
