/** Replies as values: what the reply reader returns, and how a line or a list of elements becomes one. */

import type { Int64 } from "../base/int.ts";
import { parseInt64 } from "../base/int.ts";
import {
  ATTRIBUTE,
  BIG_NUMBER,
  BOOLEAN,
  DOUBLE,
  ERROR,
  INTEGER,
  MAP,
  NULL,
  PUSH,
  SET,
  SIMPLE_STRING,
} from "./type-bytes.ts";

/**
 * One reply. `kind` keeps apart what the wire keeps apart: `$-1`, `*-1` and `_` are nulls of a different
 * `wire`, an error is never a string. Bytes are copies and belong to the receiver; texts have one char per
 * byte.
 */
export type Reply =
  | { kind: "string"; text: string }
  | { kind: "error"; text: string }
  | { kind: "integer"; value: Int64 }
  | { kind: "bulk"; bytes: Buffer }
  | { kind: "null"; wire: "$" | "*" | "_" }
  | { kind: "array" | "set" | "push"; items: Reply[] }
  | { kind: "map"; entries: [Reply, Reply][] }
  | { kind: "attribute"; entries: [Reply, Reply][]; reply: Reply }
  | { kind: "double"; value: number }
  | { kind: "boolean"; value: boolean }
  | { kind: "bigNumber"; value: bigint }
  | { kind: "verbatim"; format: string; bytes: Buffer };

/** The server sent bytes that are no reply; the connection is of no more use. */
export class ReplyProtocolError extends Error {
  override name = "ReplyProtocolError";
}

/** How much of a malformed line an error shows. */
const SHOWN_BYTES_MAX = 40;

/**
 * The reply of one line: `type`, then `bytes[start, end)` up to CR.
 *
 * @throws ReplyProtocolError when no such reply exists.
 */
export function lineReply(type: number, bytes: Buffer, start: number, end: number): Reply {
  const text = bytes.toString("latin1", start, end);
  switch (type) {
    case SIMPLE_STRING:
      return { kind: "string", text };
    case ERROR:
      return { kind: "error", text };
    case INTEGER: {
      const value = parseInt64(bytes, start, end);
      if (value === null) throw malformed("integer", bytes, start, end);
      return { kind: "integer", value };
    }
    case NULL:
      if (start !== end) throw malformed("null", bytes, start, end);
      return { kind: "null", wire: "_" };
    case BOOLEAN:
      if (text !== "t" && text !== "f") throw malformed("boolean", bytes, start, end);
      return { kind: "boolean", value: text === "t" };
    case DOUBLE: {
      const value = parseDouble(text);
      if (value === null) throw malformed("double", bytes, start, end);
      return { kind: "double", value };
    }
    case BIG_NUMBER:
      if (!/^[+-]?\d+$/.test(text)) throw malformed("big number", bytes, start, end);
      return { kind: "bigNumber", value: BigInt(text.startsWith("+") ? text.slice(1) : text) };
    default:
      throw unknownType(type);
  }
}

/** The reply of an aggregate of `type`; keys and values of a map stand in `items` in turn. */
export function aggregateReply(type: number, items: Reply[]): Reply {
  switch (type) {
    case MAP:
      return { kind: "map", entries: pairs(items, items.length) };
    case ATTRIBUTE:
      return { kind: "attribute", entries: pairs(items, items.length - 1), reply: items.at(-1)! };
    case SET:
      return { kind: "set", items };
    case PUSH:
      return { kind: "push", items };
    default:
      return { kind: "array", items };
  }
}

/** The error for a line whose content `bytes[start, end)` is no `what`. */
export function malformed(what: string, bytes: Buffer, start: number, end: number): ReplyProtocolError {
  const text = bytes.toString("latin1", start, Math.min(end, start + SHOWN_BYTES_MAX));
  return new ReplyProtocolError(`Invalid ${what} ${JSON.stringify(text)}`);
}

/** The error for a first byte that is no type. */
export function unknownType(type: number): ReplyProtocolError {
  return new ReplyProtocolError(`Unknown reply type ${JSON.stringify(String.fromCharCode(type))}`);
}

function pairs(items: Reply[], end: number): [Reply, Reply][] {
  const entries: [Reply, Reply][] = [];
  for (let i = 0; i < end; i += 2) entries.push([items[i], items[i + 1]]);
  return entries;
}

/** The number of a double reply, or null when malformed. */
function parseDouble(text: string): number | null {
  if (text === "inf") return Number.POSITIVE_INFINITY;
  if (text === "-inf") return Number.NEGATIVE_INFINITY;
  if (text === "nan" || text === "-nan") return Number.NaN;
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}
