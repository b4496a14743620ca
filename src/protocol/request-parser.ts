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

import { HEADER_INVALID, HEADER_UNEXPECTED, HeaderReader, LINE_CUT, LINE_TOO_LONG } from "./header-reader.ts";
import { splitInline } from "./inline.ts";
import { grownOffsets, NO_OFFSETS, OFFSETS_KEPT_MAX } from "./offsets.ts";
import { RequestHead } from "./request-head.ts";
import { ARRAY, BULK, CR, LF } from "./type-bytes.ts";

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

/** No request has begun. */
const STAGE_IDLE = 0;
/** Within the first line of a request: an array header or an inline line. */
const STAGE_LINE = 1;
/** Within the arguments of an array. */
const STAGE_ARGUMENTS = 2;
/** After an error. */
const STAGE_FAILED = 3;

/** Result of `readInline` for a line without arguments; never leaves `parse`. */
const LINE_EMPTY = -1;

/**
 * One serves any number of connections, as long as none of them is within a cut request; that one needs its own.
 * The fields are results and valid until the next call of `parse`; the bytes they point into belong to the
 * caller.
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
  /** Other than 0: the request has the command name, byte for byte, of any other one with the same number. */
  headNumber = 0;
  /** Other than 0: so it is, and it has the same number of arguments and the same first one, if any. */
  keyNumber = 0;
  /** After `PARSE_ERROR` the text of the error reply, to follow `ERR `. Each char code is one byte. */
  error = "";
  /** Set by the caller: false while the client must authenticate first, which lowers the limits. */
  authenticated = true;
  /** After `PARSE_MORE` how many bytes at least must still come to end the present bulk or line; 1 or more. */
  missing = 1;

  private readonly limits: ParserLimits;
  private readonly header = new HeaderReader();
  private readonly head = new RequestHead();
  private stage = STAGE_IDLE;
  /** Arguments announced. */
  private count = 0;
  /** Where to go on: behind the last complete header or argument. */
  private at = 0;
  /** Announced length of the bulk at `at`, or -1 when a header is due there. */
  private bulkLength = -1;

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
   * After `PARSE_MORE` with `partial`, the next call brings the same bytes from `next` on, and more; its
   * `position` does not count. If they lie elsewhere by then, `moved` is called in between. Empty requests
   * are skipped.
   *
   * @returns PARSE_REQUEST, PARSE_MORE or PARSE_ERROR.
   */
  parse(bytes: Buffer, position: number, end: number): number {
    const { header } = this;
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
      const isArray = bytes[start] === ARRAY;
      const known = isArray ? this.head.argumentsKnown(bytes, start, end) : 0;
      this.keyNumber = 0;
      if (known !== 0) return this.readKnown(known, bytes, start, end);
      this.headNumber = 0;
      if (!isArray) {
        const result = this.readInline(bytes, start, end);
        if (result !== LINE_EMPTY) return result;
        start = this.next;
        continue;
      }
      const count = header.read(bytes, start, end, ARRAY, this.limits.inlineLengthMax);
      if (count > 0) {
        if (this.refusesCount(count)) return PARSE_ERROR;
        this.count = count;
        this.argc = 0;
        const result = this.readArguments(bytes, header.next, end);
        if (result === PARSE_REQUEST) this.head.miss(bytes, start, count, this.offsets[0], this.offsets[1]);
        return result;
      }
      if (count === LINE_CUT) return this.cut(STAGE_LINE, 1);
      if (count === LINE_TOO_LONG) return this.fail("too big mbulk count string");
      if (count === HEADER_INVALID) return this.fail("invalid multibulk length");
      start = header.next;
    }
    this.next = start;
    return this.cut(STAGE_IDLE, 1);
  }

  /**
   * After `PARSE_REQUEST`: looks whether the request's first argument is one that is likely to come again. That takes
   * longer than it saves for a single request: to be called for one of many.
   */
  noteKey(): void {
    const { offsets } = this;
    if (this.headNumber !== 0 && this.keyNumber === 0 && this.argc > 1)
      this.head.tellKey(this.bytes, offsets[0], offsets[2], offsets[3]);
  }

  /** Tells that the bytes of the unfinished request now lie `delta` further (less than 0: nearer). O(argc). */
  moved(delta: number): void {
    if (delta === 0) return;
    this.next += delta;
    this.at += delta;
    this.header.moved(delta);
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
    this.header.reset();
    this.bytes = NO_BYTES;
    this.offsets = NO_OFFSETS;
  }

  /** Reads the rest of a request whose first arguments are known: one, or two. */
  private readKnown(known: number, bytes: Buffer, start: number, end: number): number {
    const { head } = this;
    // It may have been another client's, and this one must authenticate first.
    if (this.refusesCount(head.count)) return PARSE_ERROR;
    // Its first line may have been cut before.
    this.header.reset();
    if (this.offsets.length === 0) this.offsets = grownOffsets(NO_OFFSETS);
    const { offsets } = this;
    offsets[0] = start + head.nameStart;
    offsets[1] = start + head.nameEnd;
    this.count = head.count;
    this.argc = known;
    this.headNumber = head.number;
    if (head.count === 1) this.keyNumber = head.number;
    if (known === 2) {
      offsets[2] = start + head.keyStart;
      offsets[3] = start + head.keyEnd;
      this.keyNumber = head.keyNumber;
      return this.readArguments(bytes, start + head.keyedLength, end);
    }
    return this.readArguments(bytes, start + head.length, end);
  }

  /** Reads the arguments of an array from `position` on, where a header or (resumed) a bulk begins. */
  private readArguments(bytes: Buffer, position: number, end: number): number {
    const { count, header } = this;
    const { inlineLengthMax } = this.limits;
    let { argc, offsets, bulkLength } = this;
    let at = position;
    while (argc < count) {
      if (bulkLength < 0) {
        bulkLength = header.read(bytes, at, end, BULK, inlineLengthMax);
        if (bulkLength < 0 || this.refusesBulk(bulkLength)) {
          this.argc = argc;
          this.at = at;
          this.bulkLength = -1;
          return this.stopAtHeader(bytes, bulkLength);
        }
        at = header.next;
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
    const at = this.header.findEnd(bytes, start, end, LF, this.limits.inlineLengthMax);
    if (at === LINE_TOO_LONG) return this.fail("too big inline request");
    if (at < 0) return this.cut(STAGE_LINE, 1);
    const lineEnd = at > start && bytes[at - 1] === CR ? at - 1 : at;
    if (!splitInline(this, bytes, start, lineEnd)) return this.fail("unbalanced quotes in request");
    this.next = at + 1;
    this.inline = true;
    this.stage = STAGE_IDLE;
    return this.argc > 0 ? PARSE_REQUEST : LINE_EMPTY;
  }

  private refusesCount(count: number): boolean {
    if (count > this.limits.argumentsMax) this.fail("invalid multibulk length");
    else if (this.authenticated || count <= UNAUTHENTICATED_ARGUMENTS_MAX) return false;
    else this.fail("unauthenticated multibulk length");
    return true;
  }

  private refusesBulk(length: number): boolean {
    if (length > this.limits.bulkLengthMax) this.fail("invalid bulk length");
    else if (this.authenticated || length <= UNAUTHENTICATED_BULK_LENGTH_MAX) return false;
    else this.fail("unauthenticated bulk length");
    return true;
  }

  /** Says why no argument can be read at `at`: `result` is what the header reader said. */
  private stopAtHeader(bytes: Buffer, result: number): number {
    if (result >= 0) return PARSE_ERROR;
    if (result === LINE_CUT) return this.cut(STAGE_ARGUMENTS, 1);
    if (result === LINE_TOO_LONG) return this.fail("too big bulk count string");
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
