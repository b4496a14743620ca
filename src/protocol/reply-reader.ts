/**
 * The reply reader: bytes of a server in, replies of RESP2 and RESP3 as values out.
 *
 * Clients, tools and tests use it; the server does not. Bytes come in pieces of any size. The reader keeps
 * its place in unfinished aggregates on a stack of its own, so each byte is looked at once, deep nesting
 * cannot exhaust the call stack, and what a server announces allocates nothing before it arrives.
 *
 * The streamed types of RESP3 (`$?`, `*?`) are refused: no Redis server sends them.
 */

import { parseInteger } from "../base/int.ts";
import { aggregateReply, lineReply, malformed, type Reply, ReplyProtocolError } from "./reply.ts";
import { ARRAY, ATTRIBUTE, BLOB_ERROR, BULK, CR, LF, MAP, PUSH, SET, VERBATIM } from "./type-bytes.ts";

export type { Reply } from "./reply.ts";

/** Bounds on what a server may send. */
export interface ReplyLimits {
  /** Bytes of one bulk string. */
  bulkLengthMax: number;
  /** Bytes of one line: simple string, error, number, header. */
  lineLengthMax: number;
  /** Aggregates within each other. */
  depthMax: number;
}

/** Limits that fit every Redis server. */
export const REPLY_LIMITS: Readonly<ReplyLimits> = {
  bulkLengthMax: 512 * 1024 * 1024,
  lineLengthMax: 1024 * 1024,
  depthMax: 128,
};

/** An aggregate some of whose elements are still to come. */
interface Frame {
  type: number;
  /** Replies still to come; for a map two per entry, for an attribute one more. */
  missing: number;
  items: Reply[];
}

/** A buffer larger than this is given back once it is empty. */
const CAPACITY_KEPT_MAX = 1024 * 1024;

const NO_BYTES = Buffer.alloc(0);
const COLON = 0x3a;
export class ReplyReader {
  private readonly limits: Readonly<ReplyLimits>;
  /** What is buffered is `bytes[at, end)`. */
  private bytes: Buffer = NO_BYTES;
  private at = 0;
  private end = 0;
  /** How far the end of the line at `at` has been looked for, or 0. */
  private scanned = 0;
  private readonly stack: Frame[] = [];

  constructor(limits: Readonly<ReplyLimits> = REPLY_LIMITS) {
    this.limits = limits;
  }

  /** Whether a reply has begun and is not complete. */
  get partial(): boolean {
    return this.stack.length > 0 || this.at < this.end;
  }

  /** Adds bytes; they are copied. */
  feed(bytes: Buffer): void {
    if (this.end + bytes.length > this.bytes.length) this.makeRoom(bytes.length);
    bytes.copy(this.bytes, this.end);
    this.end += bytes.length;
  }

  /**
   * The next complete reply, or undefined when more bytes are needed.
   *
   * @throws ReplyProtocolError when the bytes are no reply, or one beyond the limits.
   */
  read(): Reply | undefined {
    while (this.at < this.end) {
      const leaf = this.readElement();
      if (leaf === undefined) return undefined;
      // An aggregate with elements to come has been put on the stack instead.
      if (leaf === null) continue;
      const reply = this.completed(leaf);
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  /** Puts a complete reply where it belongs; returns it, or what it completes, when nothing encloses that. */
  private completed(leaf: Reply): Reply | undefined {
    let reply = leaf;
    for (;;) {
      const frame = this.stack.at(-1);
      if (frame === undefined) return reply;
      frame.items.push(reply);
      frame.missing--;
      if (frame.missing > 0) return undefined;
      this.stack.pop();
      reply = aggregateReply(frame.type, frame.items);
    }
  }

  /** Reads one element: a reply, null for an aggregate that has been opened, undefined when cut. */
  private readElement(): Reply | null | undefined {
    const lineEnd = this.findLineEnd();
    if (lineEnd < 0) return undefined;
    const { bytes } = this;
    const start = this.at + 1;
    const type = bytes[this.at];
    switch (type) {
      case BULK:
      case VERBATIM:
      case BLOB_ERROR:
        return this.readBulk(type, start, lineEnd);
      case ARRAY:
      case MAP:
      case SET:
      case PUSH:
      case ATTRIBUTE:
        return this.openAggregate(type, start, lineEnd);
      default: {
        const reply = lineReply(type, bytes, start, lineEnd);
        this.consume(lineEnd + 2);
        return reply;
      }
    }
  }

  private readBulk(type: number, start: number, lineEnd: number): Reply | undefined {
    const { bytes } = this;
    const length = parseInteger(bytes, start, lineEnd);
    if (length === -1 && type === BULK) {
      this.consume(lineEnd + 2);
      return { kind: "null", wire: "$" };
    }
    if (!(length >= 0 && length <= this.limits.bulkLengthMax))
      throw malformed("bulk length", bytes, start, lineEnd);
    const from = lineEnd + 2;
    const to = from + length;
    if (to + 2 > this.end) return undefined;
    if (bytes[to] !== CR || bytes[to + 1] !== LF) throw new ReplyProtocolError("Bulk string without its end");
    const content = Buffer.from(bytes.subarray(from, to));
    this.consume(to + 2);
    if (type === BULK) return { kind: "bulk", bytes: content };
    if (type === BLOB_ERROR) return { kind: "error", text: content.toString("latin1") };
    if (length < 4 || content[3] !== COLON) throw new ReplyProtocolError("Verbatim string without a format");
    return { kind: "verbatim", format: content.toString("latin1", 0, 3), bytes: content.subarray(4) };
  }

  private openAggregate(type: number, start: number, lineEnd: number): Reply | null {
    const count = parseInteger(this.bytes, start, lineEnd);
    if (count === -1 && type === ARRAY) {
      this.consume(lineEnd + 2);
      return { kind: "null", wire: "*" };
    }
    if (!(count >= 0 && count <= 0x7fff_ffff)) throw malformed("length", this.bytes, start, lineEnd);
    this.consume(lineEnd + 2);
    const missing = type === ATTRIBUTE ? 2 * count + 1 : type === MAP ? 2 * count : count;
    if (missing === 0) return aggregateReply(type, []);
    if (this.stack.length >= this.limits.depthMax) throw new ReplyProtocolError("Reply nested too deeply");
    this.stack.push({ type, missing, items: [] });
    return null;
  }

  /** The position of the CR that ends the line at `at`, or -1 when it has not come. */
  private findLineEnd(): number {
    const { bytes, at, end } = this;
    const limit = Math.min(end, at + this.limits.lineLengthMax + 2);
    let position = Math.max(this.scanned, at + 1);
    while (position < limit && bytes[position] !== LF) position++;
    if (position >= limit) {
      if (end > limit) throw new ReplyProtocolError("Line too long");
      this.scanned = limit;
      return -1;
    }
    if (bytes[position - 1] !== CR) throw new ReplyProtocolError("Line ends without CR");
    // The line may have to be found again, when the bulk string behind it is cut.
    this.scanned = position;
    return position - 1;
  }

  private consume(to: number): void {
    this.at = to;
    this.scanned = 0;
    if (to < this.end) return;
    this.at = 0;
    this.end = 0;
    if (this.bytes.length > CAPACITY_KEPT_MAX) this.bytes = NO_BYTES;
  }

  /** Moves what is buffered to the front, of a larger buffer if need be. */
  private makeRoom(size: number): void {
    const kept = this.end - this.at;
    const target =
      2 * (kept + size) <= this.bytes.length
        ? this.bytes
        : Buffer.allocUnsafeSlow(Math.max(4096, 2 * (kept + size)));
    this.bytes.copy(target, 0, this.at, this.end);
    this.bytes = target;
    this.scanned = Math.max(0, this.scanned - this.at);
    this.at = 0;
    this.end = kept;
  }
}
