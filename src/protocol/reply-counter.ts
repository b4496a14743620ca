/**
 * The reply counter: counts complete replies of RESP2 and RESP3 without building them.
 *
 * A benchmark must be faster than the server it measures, so this walks over lines and lengths only. Nesting
 * needs no stack: an aggregate of n elements just adds n elements to those the present reply still lacks.
 */

import { ReplyProtocolError, unknownType } from "./reply.ts";
import {
  ARRAY,
  ATTRIBUTE,
  BIG_NUMBER,
  BLOB_ERROR,
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

const MINUS = 0x2d;
const ZERO = 0x30;

/** At the first byte of an element. */
const STAGE_TYPE = 0;
/** Within a line whose content does not matter. */
const STAGE_LINE = 1;
/** Within the number of a header. */
const STAGE_NUMBER = 2;
/** Within the bytes of a bulk string, its CR LF included. */
const STAGE_BULK = 3;

/** How much of the first error is kept. */
const ERROR_SHOWN_MAX = 256;
/** Lengths and counts above this are no header of a Redis server. */
const NUMBER_MAX = 0xffff_ffff;

export class ReplyCounter {
  /** Complete replies, error replies included; push messages are none. */
  replies = 0;
  /** Replies that are errors as a whole. An error inside an aggregate does not count. */
  errors = 0;
  /** Text of the first of them, at most 256 bytes as latin1; empty when there is none. */
  firstError = "";
  /** Replies that are neither of the expected type nor errors. */
  typeMismatch = 0;
  /** Push messages (`>`). */
  pushes = 0;

  private expected = 0;
  private stage = STAGE_TYPE;
  /** Type of the element being read. */
  private type = 0;
  /** Elements of the present reply still to come after this one. */
  private pending = 0;
  /** Whether the present top-level element is a push message. */
  private inPush = false;
  /** The number of a header as far as it has come, or the bytes of a bulk string still to come. */
  private number = 0;
  private negative = false;
  /** Whether the reply being read is the first error. */
  private keepsError = false;

  /**
   * Says which type byte each reply has, e.g. 0x2b for `+`; 0 means any. A null of RESP3 passes where a bulk
   * string or an array is expected.
   */
  expect(typeByte: number): void {
    this.expected = typeByte;
  }

  /** Whether a reply has begun and is not complete. */
  get partial(): boolean {
    return this.stage !== STAGE_TYPE || this.pending > 0;
  }

  /**
   * Counts on with `bytes[start, end)`, which begin where the bytes of the last call ended.
   *
   * @throws ReplyProtocolError when the bytes are no replies.
   */
  feed(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.stage === STAGE_TYPE) {
        this.begin(bytes[at]);
        at++;
      } else if (this.stage === STAGE_LINE) {
        at = this.passLine(bytes, at, end);
      } else if (this.stage === STAGE_NUMBER) {
        at = this.passNumber(bytes, at, end);
      } else {
        const present = end - at;
        if (this.keepsError) this.keepError(bytes, at, Math.min(end, at + this.number - 2));
        if (present < this.number) {
          this.number -= present;
          return;
        }
        at += this.number;
        this.endElement();
      }
    }
  }

  private begin(type: number): void {
    this.type = type;
    if (this.pending === 0) this.beginReply(type);
    if (type === BULK || isAggregate(type) || type === BLOB_ERROR || type === VERBATIM) {
      this.stage = STAGE_NUMBER;
      this.number = 0;
      this.negative = false;
    } else if (isLine(type)) {
      this.stage = STAGE_LINE;
    } else {
      throw unknownType(type);
    }
  }

  private beginReply(type: number): void {
    this.inPush = type === PUSH;
    if (type === ERROR || type === BLOB_ERROR) {
      this.keepsError = this.errors === 0;
      this.errors++;
    } else if (type !== this.expected && this.expected !== 0 && type !== PUSH && type !== ATTRIBUTE) {
      if (type !== NULL || (this.expected !== BULK && this.expected !== ARRAY)) this.typeMismatch++;
    }
  }

  private passLine(bytes: Buffer, from: number, end: number): number {
    let at = from;
    while (at < end && bytes[at] !== LF) at++;
    if (this.keepsError) this.keepError(bytes, from, at);
    if (at === end) return end;
    this.endElement();
    return at + 1;
  }

  private passNumber(bytes: Buffer, from: number, end: number): number {
    let at = from;
    let { number } = this;
    for (; at < end; at++) {
      const byte = bytes[at];
      const digit = byte - ZERO;
      if (digit >= 0 && digit <= 9) number = number * 10 + digit;
      else if (byte === LF) break;
      else if (byte === MINUS) this.negative = true;
      else if (byte !== CR) throw new ReplyProtocolError("Invalid length in a reply");
    }
    if (number > NUMBER_MAX) throw new ReplyProtocolError("Invalid length in a reply");
    this.number = number;
    if (at === end) return end;
    this.endNumber();
    return at + 1;
  }

  private endNumber(): void {
    const { type } = this;
    if (this.negative) {
      if (this.number !== 1 || (type !== BULK && type !== ARRAY)) {
        throw new ReplyProtocolError("Invalid length in a reply");
      }
      this.endElement();
    } else if (!isAggregate(type)) {
      this.stage = STAGE_BULK;
      this.number += 2;
    } else {
      const isPairs = type === MAP || type === ATTRIBUTE;
      // What an attribute describes follows it and belongs to the same reply.
      const more = (isPairs ? 2 * this.number : this.number) + (type === ATTRIBUTE ? 1 : 0);
      if (this.pending > 0) this.pending--;
      this.pending += more;
      this.stage = STAGE_TYPE;
      if (this.pending === 0) this.endReply();
    }
  }

  /** Ends an element that is no aggregate with elements to come. */
  private endElement(): void {
    this.stage = STAGE_TYPE;
    if (this.pending > 0) this.pending--;
    if (this.pending === 0) this.endReply();
  }

  private endReply(): void {
    this.keepsError = false;
    if (this.inPush) this.pushes++;
    else this.replies++;
  }

  private keepError(bytes: Buffer, from: number, to: number): void {
    const room = ERROR_SHOWN_MAX - this.firstError.length;
    const text = bytes.toString("latin1", from, Math.min(to, from + room));
    this.firstError += text.endsWith("\r") ? text.slice(0, -1) : text;
  }
}

function isAggregate(type: number): boolean {
  return type === ARRAY || type === MAP || type === SET || type === PUSH || type === ATTRIBUTE;
}

/** The types of one line: simple string, error, integer, null, double, boolean, big number. */
function isLine(type: number): boolean {
  return (
    type === SIMPLE_STRING ||
    type === ERROR ||
    type === INTEGER ||
    type === NULL ||
    type === DOUBLE ||
    type === BOOLEAN ||
    type === BIG_NUMBER
  );
}
