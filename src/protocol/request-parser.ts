/**
 * The request parser: bytes of a connection in, arguments as offsets out.
 *
 * A request is an array of bulk strings (`*2\r\n$3\r\nGET\r\n$4\r\nname\r\n`) or an inline line. It is read
 * where it lies and nothing is copied. When the bytes end in the middle, the parser keeps its place and goes
 * on there with the next call, so each byte costs the same however a request is cut. What a client announces
 * (argument count, bulk length) is checked against the limits but allocates nothing.
 *
 * The accepted language is that of Redis 7.0 (`processMultibulkBuffer`), its leniency included: the byte
 * after a header's CR and the two bytes after a bulk are skipped unseen, and a count of zero or less is an
 * empty request that gets no reply. One rule is made exact: a header or an inline line is too long when
 * 64 KiB hold no end of it, however the bytes arrive, where Redis looks once per read.
 */

import { parseInt64 } from "../base/int.ts";
import { splitInline } from "./inline.ts";
import { grownOffsets, NO_OFFSETS, OFFSETS_KEPT_MAX } from "./offsets.ts";

/** The bytes end before a request does (or hold none): keep them from `next` on, call again with more. */
export const PARSE_MORE = 0;
/** One request is ready: `argc`, `offsets`, `bytes`, `next`, `inline`. */
export const PARSE_REQUEST = 1;
/** The bytes are no request: `error` says why. The connection gets that one error and is closed. */
export const PARSE_ERROR = 2;

/** Bounds on what a client may send. The object is shared and may change between two calls. */
export interface ParserLimits {
  /** Bytes of one bulk string: `proto-max-bulk-len`, 512 MiB by default. */
  bulkLengthMax: number;
  /** Arguments of one request, the command's name included: 1,048,576. */
  argumentsMax: number;
  /** Bytes of an inline line, and of a header line: 65,536. */
  inlineLengthMax: number;
}

/** Before AUTH, on a server that asks for it, a request has at most so many arguments … */
const UNAUTHENTICATED_ARGUMENTS_MAX = 10;
/** … of at most so many bytes. */
const UNAUTHENTICATED_BULK_LENGTH_MAX = 16_384;

const NO_BYTES = Buffer.alloc(0);

const LF = 0x0a;
const CR = 0x0d;
const DOLLAR = 0x24;
const STAR = 0x2a;
const ZERO = 0x30;

/** Digits that the fast path of a header reads: so many always fit an int32. */
const FAST_DIGITS_MAX = 9;

/** No request has begun. */
const STAGE_IDLE = 0;
/** Within the first line of a request: an array header or an inline line. */
const STAGE_LINE = 1;
/** Within the arguments of an array. */
const STAGE_ARGUMENTS = 2;
/** After an error. */
const STAGE_FAILED = 3;

/** Results of `readHeader` and `findLineEnd` that are neither a count nor a position. */
const HEADER_CUT = -1;
const HEADER_NEGATIVE = -2;
const HEADER_INVALID = -3;
const HEADER_TOO_LONG = -4;
const HEADER_UNEXPECTED = -5;

/** Result of `readInline` for a line without arguments; never leaves `parse`. */
const LINE_EMPTY = -1;

/**
 * One per connection. The fields are results and valid until the next call of `parse`; the bytes they point
 * into belong to the caller.
 */
export class RequestParser {
  /** Arguments of the request, the command's name included: at least 1 after `PARSE_REQUEST`. */
  argc = 0;
  /** Argument `i` is `bytes[offsets[2i], offsets[2i+1])`. Longer than `2 * argc`, and replaced as it grows. */
  offsets: Int32Array = NO_OFFSETS;
  /** What `offsets` points into: the bytes given to `parse`, or those of an unquoted inline line. */
  bytes: Buffer = NO_BYTES;
  /** After `PARSE_REQUEST` where the next request starts; after `PARSE_MORE` where the unfinished one does. */
  next = 0;
  /** Whether the request came as an inline line. */
  inline = false;
  /** After `PARSE_ERROR` the text of the error reply, to follow `ERR `. Each char code is one byte. */
  error = "";
  /** Set by the caller: false while the client must authenticate first, which lowers the limits. */
  authenticated = true;
  /** After `PARSE_MORE` how many bytes at least must still come to end the present bulk or line; 1 or more. */
  missing = 1;

  private readonly limits: ParserLimits;
  private stage = STAGE_IDLE;
  /** Arguments announced. */
  private count = 0;
  /** Where to go on: behind the last complete header or argument. */
  private at = 0;
  /** Announced length of the bulk at `at`, or -1 when a header is due there. */
  private bulkLength = -1;
  /** When a line is cut, how far its end has been looked for; otherwise -1. */
  private scanned = -1;

  constructor(limits: ParserLimits) {
    this.limits = limits;
  }

  /** Whether a request has begun and is not complete. */
  get partial(): boolean {
    return this.stage === STAGE_LINE || this.stage === STAGE_ARGUMENTS;
  }

  /**
   * Reads the next request of `bytes[position, end)`.
   *
   * After `PARSE_MORE` with `partial`, the next call brings the same bytes from `next` on, and more. If they
   * lie elsewhere by then, `moved` is called in between. Empty requests are skipped.
   *
   * @returns PARSE_REQUEST, PARSE_MORE or PARSE_ERROR.
   */
  parse(bytes: Buffer, position: number, end: number): number {
    let start = position;
    if (this.stage !== STAGE_IDLE) {
      if (this.stage === STAGE_ARGUMENTS) return this.readArguments(bytes, this.at, end);
      if (this.stage === STAGE_FAILED) return PARSE_ERROR;
      start = this.next;
    } else if (this.offsets.length > OFFSETS_KEPT_MAX) {
      this.offsets = NO_OFFSETS;
    }
    while (start < end) {
      this.next = start;
      if (bytes[start] !== STAR) {
        const result = this.readInline(bytes, start, end);
        if (result !== LINE_EMPTY) return result;
        start = this.next;
        continue;
      }
      const count = this.readHeader(bytes, start, end, STAR);
      if (count > 0) {
        if (count > UNAUTHENTICATED_ARGUMENTS_MAX && this.refusesCount(count)) return PARSE_ERROR;
        this.count = count;
        this.argc = 0;
        return this.readArguments(bytes, this.at, end);
      }
      if (count === HEADER_CUT) return this.cut(STAGE_LINE, 1);
      if (count === HEADER_TOO_LONG) return this.fail("too big mbulk count string");
      if (count === HEADER_INVALID) return this.fail("invalid multibulk length");
      start = this.at;
    }
    this.next = start;
    return this.cut(STAGE_IDLE, 1);
  }

  /** Tells that the bytes of the unfinished request now lie `delta` further (less than 0: nearer). O(argc). */
  moved(delta: number): void {
    if (delta === 0) return;
    this.next += delta;
    this.at += delta;
    if (this.scanned >= 0) this.scanned += delta;
    if (this.stage !== STAGE_ARGUMENTS) return;
    const { offsets } = this;
    for (let i = 0; i < 2 * this.argc; i++) offsets[i] += delta;
  }

  /** Forgets an unfinished request or an error; limits and `authenticated` stay. */
  reset(): void {
    this.stage = STAGE_IDLE;
    this.argc = 0;
    this.next = 0;
    this.error = "";
    this.missing = 1;
    this.bulkLength = -1;
    this.scanned = -1;
    this.bytes = NO_BYTES;
    this.offsets = NO_OFFSETS;
  }

  /** Reads the arguments of an array from `position` on, where a header or (resumed) a bulk begins. */
  private readArguments(bytes: Buffer, position: number, end: number): number {
    const { count } = this;
    let { argc, offsets, bulkLength } = this;
    let at = position;
    while (argc < count) {
      if (bulkLength < 0) {
        bulkLength = this.readHeader(bytes, at, end, DOLLAR);
        if (
          bulkLength < 0 ||
          (bulkLength > UNAUTHENTICATED_BULK_LENGTH_MAX && this.refusesBulk(bulkLength))
        ) {
          this.argc = argc;
          this.at = at;
          this.bulkLength = -1;
          return this.stopAtHeader(bytes, bulkLength);
        }
        at = this.at;
      }
      const present = end - at;
      if (present < bulkLength + 2) {
        this.argc = argc;
        this.at = at;
        this.bulkLength = bulkLength;
        return this.cut(STAGE_ARGUMENTS, bulkLength + 2 - present);
      }
      const index = argc * 2;
      if (index === offsets.length) {
        offsets = grownOffsets(offsets);
        this.offsets = offsets;
      }
      offsets[index] = at;
      at += bulkLength;
      offsets[index + 1] = at;
      at += 2;
      argc++;
      bulkLength = -1;
    }
    this.argc = argc;
    this.bytes = bytes;
    this.next = at;
    this.inline = false;
    this.bulkLength = -1;
    this.stage = STAGE_IDLE;
    return PARSE_REQUEST;
  }

  /** Reads an inline line; the bytes from `start` on are no array. */
  private readInline(bytes: Buffer, start: number, end: number): number {
    const at = this.findLineEnd(bytes, start, end, LF);
    if (at === HEADER_TOO_LONG) return this.fail("too big inline request");
    if (at < 0) return this.cut(STAGE_LINE, 1);
    const lineEnd = at > start && bytes[at - 1] === CR ? at - 1 : at;
    if (!splitInline(this, bytes, start, lineEnd)) return this.fail("unbalanced quotes in request");
    this.next = at + 1;
    this.inline = true;
    this.stage = STAGE_IDLE;
    return this.argc > 0 ? PARSE_REQUEST : LINE_EMPTY;
  }

  /**
   * Reads the header at `start`, such as `$12\r\n`, and leaves in `at` the position behind it.
   *
   * @returns the number, or one of the HEADER_ constants.
   */
  private readHeader(bytes: Buffer, start: number, end: number, type: number): number {
    // Where the last digit may lie such that CR and one more byte follow.
    const last = Math.min(end - 3, start + FAST_DIGITS_MAX);
    let at = start + 1;
    if (at <= last && this.scanned < 0 && bytes[start] === type) {
      let value = bytes[at] - ZERO;
      // A leading zero is left to the slow path, "0" alone excepted.
      if (value > 0 && value <= 9) {
        for (at++; at <= last; at++) {
          const digit = bytes[at] - ZERO;
          if (digit < 0 || digit > 9) break;
          value = (Math.imul(value, 10) + digit) | 0;
        }
        if (bytes[at] === CR) {
          this.at = at + 2;
          return value;
        }
      } else if (value === 0 && bytes[at + 1] === CR) {
        this.at = at + 3;
        return 0;
      }
    }
    return this.readOddHeader(bytes, start, end, type);
  }

  /** The same for every header: cut, negative, of many digits, malformed. */
  private readOddHeader(bytes: Buffer, start: number, end: number, type: number): number {
    const at = this.findLineEnd(bytes, start, end, CR);
    if (at < 0) return at;
    if (at + 1 === end) {
      this.scanned = at;
      return HEADER_CUT;
    }
    if (bytes[start] !== type) return HEADER_UNEXPECTED;
    this.at = at + 2;
    const value = parseInt64(bytes, start + 1, at);
    if (value === null) return HEADER_INVALID;
    if (value < 0) return HEADER_NEGATIVE;
    return typeof value === "number" ? value : HEADER_INVALID;
  }

  /** The position of the `terminator` of the line at `start`, or HEADER_CUT or HEADER_TOO_LONG. */
  private findLineEnd(bytes: Buffer, start: number, end: number, terminator: number): number {
    const { inlineLengthMax } = this.limits;
    const limit = Math.min(end, start + inlineLengthMax + 1);
    let at = this.scanned < 0 ? start : this.scanned;
    while (at < limit && bytes[at] !== terminator) at++;
    if (at < limit) {
      this.scanned = -1;
      return at;
    }
    if (limit - start > inlineLengthMax) return HEADER_TOO_LONG;
    this.scanned = at;
    return HEADER_CUT;
  }

  private refusesCount(count: number): boolean {
    if (count > this.limits.argumentsMax) this.fail("invalid multibulk length");
    else if (!this.authenticated) this.fail("unauthenticated multibulk length");
    return this.stage === STAGE_FAILED;
  }

  private refusesBulk(length: number): boolean {
    if (length > this.limits.bulkLengthMax) this.fail("invalid bulk length");
    else if (!this.authenticated) this.fail("unauthenticated bulk length");
    return this.stage === STAGE_FAILED;
  }

  /** Says why no argument can be read at `at`: `result` is what `readHeader` said. */
  private stopAtHeader(bytes: Buffer, result: number): number {
    if (result >= 0) return PARSE_ERROR;
    if (result === HEADER_CUT) return this.cut(STAGE_ARGUMENTS, 1);
    if (result === HEADER_TOO_LONG) return this.fail("too big bulk count string");
    if (result === HEADER_UNEXPECTED) {
      return this.fail(`expected '$', got '${String.fromCharCode(bytes[this.at])}'`);
    }
    return this.fail("invalid bulk length");
  }

  private cut(stage: number, missing: number): number {
    this.stage = stage;
    this.missing = missing;
    // An idle connection must not keep the bytes of its last request alive.
    this.bytes = NO_BYTES;
    return PARSE_MORE;
  }

  private fail(text: string): number {
    this.stage = STAGE_FAILED;
    this.error = `Protocol error: ${text}`;
    this.bytes = NO_BYTES;
    return PARSE_ERROR;
  }
}
