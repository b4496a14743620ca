/** Compares everything that two servers hold: all databases, and of each key what can be asked. */

import type { Mode } from "../streams/spec.ts";
import { sameReply } from "./compare.ts";
import { parseFrame } from "./frames.ts";
import { encodeRequest, show } from "./quote.ts";
import { askBoth, type Links } from "./runner.ts";
import type { SideDifference } from "./scan.ts";

const DBS = 16;

interface Question {
  /** What comes before the key. */
  words: readonly string[];
  /** What comes behind it. */
  rest?: readonly string[];
  mode: Mode;
}

/** What is asked about each key; of a key of another type, the errors are compared. */
const QUESTIONS: readonly Question[] = [
  { words: ["TYPE"], mode: "exact" },
  { words: ["OBJECT", "ENCODING"], mode: "exact" },
  { words: ["PEXPIRETIME"], mode: "milliseconds" },
  { words: ["GET"], mode: "exact" },
  { words: ["SMEMBERS"], mode: "unordered" },
  { words: ["LRANGE"], rest: ["0", "-1"], mode: "exact" },
  { words: ["HGETALL"], mode: "map-unordered" },
];

/** The first difference between the two datasets, or null. Leaves both connections on the last database. */
export async function compareDatasets(links: Links, silenceMs: number): Promise<SideDifference | null> {
  for (let db = 0; db < DBS; db++) {
    const asked = [["SELECT", String(db)], ["DBSIZE"], ["KEYS", "*"]].map((words) =>
      words.map((word) => Buffer.from(word)),
    );
    const bytes = Buffer.concat(asked.map(encodeRequest));
    const [expected, actual] = await askBoth(links, bytes, asked.length, silenceMs);
    if (expected.end !== "complete" || actual.end !== "complete") {
      return { request: `SELECT ${db}, DBSIZE and KEYS *`, expected: expected.end, actual: actual.end };
    }
    for (const i of [0, 1]) {
      if (!expected.frames[i].equals(actual.frames[i])) {
        const texts = [expected, actual].map(
          (result) => `${result.frames[i].toString("latin1")}${keysOf(result.frames[2])}`,
        );
        return {
          request: `${i === 0 ? "SELECT" : "DBSIZE"} in db ${db}`,
          expected: texts[0],
          actual: texts[1],
        };
      }
    }
    const keys = keysOf(expected.frames[2]);
    if (keys.join("\n") !== keysOf(actual.frames[2]).join("\n")) {
      return {
        request: `KEYS * in db ${db}`,
        expected: keys.join(" "),
        actual: keysOf(actual.frames[2]).join(" "),
      };
    }
    const difference = await compareKeys(links, db, keys, silenceMs);
    if (difference !== null) return difference;
  }
  return null;
}

async function compareKeys(
  links: Links,
  db: number,
  keys: string[],
  silenceMs: number,
): Promise<SideDifference | null> {
  const requests = keys.flatMap((text) => {
    const key = Buffer.from(text, "latin1");
    const part = (word: string) => Buffer.from(word);
    return QUESTIONS.map(({ words, rest = [] }) => [...words.map(part), key, ...rest.map(part)]);
  });
  if (requests.length === 0) return null;
  const [expected, actual] = await askBoth(
    links,
    Buffer.concat(requests.map(encodeRequest)),
    requests.length,
    silenceMs,
  );
  for (let i = 0; i < requests.length; i++) {
    const a = expected.frames[i] ?? Buffer.from(`(${expected.end})`);
    const b = actual.frames[i] ?? Buffer.from(`(${actual.end})`);
    const { mode } = QUESTIONS[i % QUESTIONS.length];
    if (expected.frames[i] !== undefined && actual.frames[i] !== undefined && sameReply(mode, a, b)) continue;
    const request = `at the end, in db ${db}: ${requests[i].map((part) => show(part)).join(" ")}`;
    return { request, expected: a.toString("latin1"), actual: b.toString("latin1") };
  }
  return null;
}

/** The keys of a KEYS reply as latin1 texts, sorted. */
function keysOf(frame: Buffer): string[] {
  return parseFrame(frame)
    .items.map((item) => item.text ?? "")
    .sort();
}
