/** Decides whether two raw reply frames to one request say the same. */

import { FAR_SECONDS, FAR_WINDOW } from "../streams/gen.ts";
import type { Mode } from "../streams/spec.ts";
import { parseFrame, type Reply } from "./frames.ts";

/** How far relative times may lie apart: both servers get the request, but not at the same moment. */
const TOLERANCE_SECONDS = 2;
const TOLERANCE_MS = 2_000;

/** Whether the frames say the same under the mode. */
export function sameReply(mode: Mode, expected: Buffer, actual: Buffer): boolean {
  if (expected.equals(actual)) return true;
  const isError = (frame: Buffer): boolean => frame[0] === 45 || frame[0] === 33;
  if (mode === "exact" || isError(expected) || isError(actual)) return false;
  return compareTrees(mode, parseFrame(expected), parseFrame(actual));
}

function compareTrees(mode: Mode, expected: Reply, actual: Reply): boolean {
  switch (mode) {
    case "type":
      return expected.type === actual.type && (expected.text === null) === (actual.text === null);
    case "shape":
      return shape(expected) === shape(actual);
    case "unordered":
      return expected.type === actual.type && sorted(expected) === sorted(actual);
    case "scan":
      return sameScan(expected, actual);
    case "seconds":
      return sameTime(expected, actual, FAR_SECONDS, TOLERANCE_SECONDS);
    case "milliseconds":
      return sameTime(expected, actual, FAR_SECONDS * 1_000, TOLERANCE_MS);
    case "map":
      return expected.type === actual.type && pairs(expected).join() === pairs(actual).join();
    case "map-unordered":
      return expected.type === actual.type && pairs(expected).sort().join() === pairs(actual).sort().join();
    case "command-info":
      return commandInfo(expected) === commandInfo(actual);
    default:
      return false;
  }
}

/** Types and numbers of elements, without what the leaves say. */
function shape(reply: Reply): string {
  return reply.type + (reply.text === null ? "null" : reply.items.map(shape).join(""));
}

function sorted(reply: Reply): string {
  return JSON.stringify(reply.items.map((item) => JSON.stringify(item)).sort());
}

/** Both are a cursor and an aggregate of elements. */
function sameScan(expected: Reply, actual: Reply): boolean {
  const [cursor, elements] = expected.items;
  const [actualCursor, actualElements] = actual.items;
  return cursor.text === actualCursor.text && sorted(elements) === sorted(actualElements);
}

/** Values that belong to one server: those of HELLO, and settings that a machine may bound. */
const OWN_VALUES = new Set(["server", "version", "id", "maxclients"]);

/** Keys and values, except values that belong to one server: those by shape. */
function pairs(reply: Reply): string[] {
  const result: string[] = [];
  for (let i = 0; i < reply.items.length; i += 2) {
    const key = reply.items[i];
    const value = reply.items[i + 1];
    const isOwn = OWN_VALUES.has(key.text ?? "");
    result.push(JSON.stringify([key, isOwn ? shape(value) : value]));
  }
  return result;
}

/**
 * Absolute expire times are drawn from a window that begins at `far`, and must be equal; all others depend
 * on the moment a request was executed. The negative answers of TTL are exact.
 */
function sameTime(expected: Reply, actual: Reply, far: number, tolerance: number): boolean {
  if (expected.type !== ":" || actual.type !== ":") return false;
  const a = Number(expected.text);
  const b = Number(actual.text);
  if (a < 0 || b < 0) return a === b;
  const isAbsolute = a >= far && a < far * FAR_WINDOW;
  return isAbsolute ? expected.text === actual.text : Math.abs(a - b) <= tolerance;
}

/** Name, arity, flags as a set, first key, last key and step of each command. */
function commandInfo(reply: Reply): string {
  return JSON.stringify(
    reply.items.map(({ items }) => {
      if (items.length === 0) return null;
      const flags = items[2].items.map((flag) => flag.text).sort();
      return [items[0].text, items[1].text, flags, ...items.slice(3, 6).map((item) => item.text)];
    }),
  );
}
