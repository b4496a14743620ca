/**
 * The reply writer: replies of RESP2 or RESP3 into one growing buffer that is reused for ever.
 *
 * Each method appends one reply, or the head of an aggregate whose elements the caller appends next. Types
 * that RESP2 lacks fall back as Redis 7 does: a map is an array of twice the length, a set and a push are
 * arrays, a double, a big number and a verbatim string are bulk strings, a boolean is an integer.
 *
 * This is the hottest code next to the parser: room is made once per reply, and nothing is allocated except by growing.
 */

import { copyBytes, pin } from "../base/bytes.ts";
import { formatDouble } from "../base/double.ts";
import type { Int64 } from "../base/int.ts";
import { writeInteger } from "../base/int.ts";
import { REPLY_TOO_LARGE } from "./errors.ts";
import {
  ARRAY,
  ATTRIBUTE,
  BIG_NUMBER,
  BOOLEAN,
  BULK,
  CR,
  DOUBLE,
  ERROR,
  INTEGER,
  LF,
  MAP,
  NULL,
  PUSH,
  SET,
  SIMPLE_STRING,
  VERBATIM,
} from "./type-bytes.ts";

/** Bound on the replies collected at a time, hence on any single one. */
export const REPLY_BYTES_MAX = 2 ** 30;

/** A buffer larger than this is given back by `trim`. */
const CAPACITY_KEPT_MAX = 1 << 20;

/** Below this, a loop writes text faster than `Buffer.write`. */
const LOOP_TEXT_MAX = 32;

/** Room for the longest head: type byte, 20 digits, CR LF. */
const HEAD_MAX = 24;

const SPACE = 0x20;
const ZERO = 0x30;
const COLON = 0x3a;
const QUESTION_MARK = 0x3f;

export class ReplyWriter {
  /** The replies are `bytes[0, length)`. Replaced as it grows; belongs to the writer until `take`. */
  bytes: Buffer;
  /** Bytes written. */
  length = 0;
  /** Protocol of the client being served, 2 or 3; set by the caller. */
  resp = 2;

  private readonly initialCapacity: number;

  /** `initialCapacity` in bytes; also what `take` and `trim` start again with. */
  constructor(initialCapacity = 65_536) {
    this.initialCapacity = initialCapacity;
    this.bytes = pin(Buffer.allocUnsafeSlow(initialCapacity));
  }

  /** `+OK` */
  ok(): void {
    const bytes = this.room(5);
    const { length } = this;
    bytes[length] = SIMPLE_STRING;
    bytes[length + 1] = 0x4f;
    bytes[length + 2] = 0x4b;
    bytes[length + 3] = CR;
    bytes[length + 4] = LF;
    this.length = length + 5;
  }

  /** `+PONG` */
  pong(): void {
    const bytes = this.room(7);
    const { length } = this;
    bytes[length] = SIMPLE_STRING;
    bytes[length + 1] = 0x50;
    bytes[length + 2] = 0x4f;
    bytes[length + 3] = 0x4e;
    bytes[length + 4] = 0x47;
    bytes[length + 5] = CR;
    bytes[length + 6] = LF;
    this.length = length + 7;
  }

  /** `+QUEUED` */
  queued(): void {
    this.line(SIMPLE_STRING, "QUEUED");
  }

  /** A status such as `+string`. Each char code of `text` is one byte; CR and LF become blanks. */
  simpleString(text: string): void {
    this.line(SIMPLE_STRING, text);
  }

  /**
   * An error reply. `text` is the complete line with its code, e.g. `ERR syntax error`. Each char code is one
   * byte, so bytes of a client can be quoted as latin1. CR and LF at its end are dropped, others become blanks:
   * no text can end the line.
   */
  error(text: string): void {
    this.line(ERROR, text.endsWith("\n") || text.endsWith("\r") ? text.replace(/[\r\n]+$/, "") : text);
  }

  /** An integer reply; `n` is a safe integer. */
  integer(n: number): void {
    this.head(INTEGER, n);
  }

  /** An integer reply of the full signed 64-bit range. */
  int64(n: Int64): void {
    if (typeof n === "number") this.head(INTEGER, n);
    else this.line(INTEGER, n.toString());
  }

  /** A bulk string: the bytes `source[start, end)`, copied. */
  bulk(source: Buffer, start: number, end: number): void {
    const size = end - start;
    const bytes = this.room(size + HEAD_MAX);
    const at = writeHead(bytes, this.length, BULK, size);
    copyBytes(source, start, bytes, at, size);
    this.length = endLine(bytes, at + size);
  }

  /** A bulk string: `text` in UTF-8. */
  bulkText(text: string): void {
    const size = Buffer.byteLength(text);
    const bytes = this.room(size + HEAD_MAX);
    const at = writeHead(bytes, this.length, BULK, size);
    this.length = endLine(bytes, writeText(bytes, at, text, size));
  }

  /** A bulk string: the decimal digits of the safe integer `n`. */
  bulkInteger(n: number): void {
    const bytes = this.room(2 * HEAD_MAX);
    // The length of a safe integer has one digit or two: the digits go where they belong in the first
    // case and move by one byte in the second.
    const head = this.length;
    const from = head + 4;
    let end = writeInteger(bytes, from, n);
    const size = end - from;
    if (size > 9) {
      bytes.copyWithin(from + 1, from, end);
      end++;
    }
    writeHead(bytes, head, BULK, size);
    this.length = endLine(bytes, end);
  }

  /** The missing value: `$-1`, or `_` in RESP3. */
  null(): void {
    this.nothing(BULK);
  }

  /** The missing aggregate: `*-1`, or `_` in RESP3. */
  nullArray(): void {
    this.nothing(ARRAY);
  }

  /** Head of an array: the next `count` replies are its elements. */
  array(count: number): void {
    this.head(ARRAY, count);
  }

  /** Head of a map: the next `2 * count` replies are its keys and values in turn. */
  map(count: number): void {
    if (this.resp === 2) this.head(ARRAY, 2 * count);
    else this.head(MAP, count);
  }

  /** Head of a set of `count` elements. */
  set(count: number): void {
    this.head(this.resp === 2 ? ARRAY : SET, count);
  }

  /** Head of a push message of `count` elements. */
  push(count: number): void {
    this.head(this.resp === 2 ? ARRAY : PUSH, count);
  }

  /** Head of an attribute of `count` pairs, which go before the reply they describe. RESP3 only. */
  attribute(count: number): void {
    this.head(ATTRIBUTE, count);
  }

  /** A double, with 17 significant digits as Redis 7.0 prints it; a bulk string in RESP2. */
  double(x: number): void {
    if (Number.isSafeInteger(x) && !Object.is(x, -0)) {
      if (this.resp === 2) this.bulkInteger(x);
      else this.head(DOUBLE, x);
      return;
    }
    this.doubleText(formatDouble(x));
  }

  /** A double whose notation is the caller's; a bulk string in RESP2. */
  doubleText(text: string): void {
    if (this.resp === 2) this.bulkLatin1(text);
    else this.line(DOUBLE, text);
  }

  /** `#t` or `#f`, `:1` or `:0` in RESP2. */
  boolean(value: boolean): void {
    if (this.resp === 2) this.head(INTEGER, value ? 1 : 0);
    else this.line(BOOLEAN, value ? "t" : "f");
  }

  /** An integer of any size as decimal text; a bulk string in RESP2. */
  bigNumber(text: string): void {
    if (this.resp === 2) this.bulkText(text);
    else this.line(BIG_NUMBER, text);
  }

  /** Text for people in UTF-8, of a `format` of three ASCII letters (`txt`, `mkd`); a bulk string in RESP2. */
  verbatim(format: string, text: string): void {
    if (this.resp === 2) {
      this.bulkText(text);
      return;
    }
    const size = Buffer.byteLength(text);
    const bytes = this.room(size + 4 + HEAD_MAX);
    let at = writeHead(bytes, this.length, VERBATIM, size + 4);
    for (let i = 0; i < 3; i++) bytes[at++] = format.charCodeAt(i);
    bytes[at++] = COLON;
    this.length = endLine(bytes, writeText(bytes, at, text, size));
  }

  /** Replies that are encoded already: the bytes `source[start, end)`, copied as they are. */
  encoded(source: Buffer, start: number, end: number): void {
    const bytes = this.room(end - start);
    copyBytes(source, start, bytes, this.length, end - start);
    this.length += end - start;
  }

  /**
   * Moves the bytes written since `length` was `from` in front of those written since it was `mark`: for the
   * head of an aggregate whose number of elements is known only after the last one. Costs a copy of both.
   */
  moveToFront(mark: number, from: number): void {
    const size = this.length - from;
    const bytes = this.room(size);
    bytes.copyWithin(mark + size, mark, this.length);
    bytes.copyWithin(mark, this.length, this.length + size);
  }

  /** Takes back everything written since `length` was the length. */
  rewind(length: number): void {
    this.length = length;
  }

  /** Hands the bytes written over to a new owner, and goes on with a new buffer. */
  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = pin(Buffer.allocUnsafeSlow(this.initialCapacity));
    this.length = 0;
    return taken;
  }

  /** Gives an oversized buffer back once its bytes are out; to be called when `length` is 0. */
  trim(): void {
    if (this.length === 0 && this.bytes.length > CAPACITY_KEPT_MAX) {
      this.bytes = pin(Buffer.allocUnsafeSlow(this.initialCapacity));
    }
  }

  /** The buffer, with room for `size` more bytes. */
  private room(size: number): Buffer {
    if (this.length + size > this.bytes.length) this.grow(size);
    return this.bytes;
  }

  /** @throws REPLY_TOO_LARGE */
  private grow(size: number): void {
    const needed = this.length + size;
    if (needed > REPLY_BYTES_MAX) throw REPLY_TOO_LARGE;
    const capacity = Math.min(Math.max(this.bytes.length * 2, needed), REPLY_BYTES_MAX);
    const grown = pin(Buffer.allocUnsafeSlow(capacity));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  private head(type: number, n: number): void {
    const bytes = this.room(HEAD_MAX);
    this.length = writeHead(bytes, this.length, type, n);
  }

  /** A bulk string: each char code of `text` is one byte. */
  private bulkLatin1(text: string): void {
    const bytes = this.room(text.length + HEAD_MAX);
    let at = writeHead(bytes, this.length, BULK, text.length);
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = endLine(bytes, at);
  }

  private nothing(type: number): void {
    const bytes = this.room(5);
    let at = this.length;
    if (this.resp === 2) {
      bytes[at++] = type;
      bytes[at++] = 0x2d;
      bytes[at++] = 0x31;
    } else {
      bytes[at++] = NULL;
    }
    this.length = endLine(bytes, at);
  }

  private line(type: number, text: string): void {
    const bytes = this.room(text.length + 3);
    let at = this.length;
    bytes[at++] = type;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      bytes[at++] = code === CR || code === LF ? SPACE : code < 256 ? code : QUESTION_MARK;
    }
    this.length = endLine(bytes, at);
  }
}

/** Writes `type`, the digits of `n` and CR LF from `at` on; returns the position behind them. */
function writeHead(bytes: Buffer, at: number, type: number, n: number): number {
  bytes[at] = type;
  let end = at + 1;
  // Most heads are lengths of one digit or two. (Measured: without this LRANGE takes a fifth longer; within
  // `writeInteger` it would be a tenth.)
  if (n >= 0 && n < 10) {
    bytes[end++] = ZERO + n;
  } else if (n >= 10 && n < 100) {
    const tens = (n / 10) | 0;
    bytes[end++] = ZERO + tens;
    bytes[end++] = ZERO + n - tens * 10;
  } else {
    end = writeInteger(bytes, end, n);
  }
  bytes[end] = CR;
  bytes[end + 1] = LF;
  return end + 2;
}

function endLine(bytes: Buffer, at: number): number {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
}

/** Writes `text`, which takes `size` bytes of UTF-8, from `at` on; returns the position behind it. */
function writeText(bytes: Buffer, at: number, text: string, size: number): number {
  if (size === text.length && size < LOOP_TEXT_MAX) {
    for (let i = 0; i < size; i++) bytes[at + i] = text.charCodeAt(i);
  } else {
    bytes.write(text, at, "utf8");
  }
  return at + size;
}
