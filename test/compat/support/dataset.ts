/** Compares everything that two servers hold: all databases, and of each key what can be asked. */

import { toArgv } from "../streams/gen.ts";
import type { Part } from "../streams/pools.ts";
import type { Mode } from "../streams/spec.ts";
import { sameReply } from "./compare.ts";
import { parseFrame } from "./frames.ts";
import { encodeRequest, show } from "./quote.ts";
import { askBoth, type Links } from "./runner.ts";
import type { SideDifference } from "./scan.ts";

const DBS = 16;

/** One question to both servers, and what belongs to it in their answers. */
interface Question {
  db: number;
  parts: Part[];
  mode: Mode;
}

/** A key that both servers have. */
interface Key {
  db: number;
  name: Buffer;
}

/** How the values of a type are asked for: in front of the key, and behind it. */
const VALUES: Record<string, { words: string[]; rest: string[]; mode: Mode }> = {
  string: { words: ["GET"], rest: [], mode: "exact" },
  list: { words: ["LRANGE"], rest: ["0", "-1"], mode: "exact" },
  set: { words: ["SMEMBERS"], rest: [], mode: "unordered" },
  zset: { words: ["ZRANGE"], rest: ["0", "-1", "WITHSCORES"], mode: "exact" },
  hash: { words: ["HGETALL"], rest: [], mode: "map-unordered" },
};

/** In these forms the elements of sets and hashes have an order: by value, and by time. */
const ORDERED_ENCODINGS = new Set(["intset", "listpack"]);

/** Questions about each key whose answers say how its value is asked for. */
const ABOUT_KEY: { words: string[]; mode: Mode }[] = [
  { words: ["TYPE"], mode: "exact" },
  { words: ["OBJECT", "ENCODING"], mode: "exact" },
  { words: ["PEXPIRETIME"], mode: "milliseconds" },
];

/** The first difference between the two datasets, or null. Leaves both connections on some database. */
export async function compareDatasets(links: Links, silenceMs: number): Promise<SideDifference | null> {
  const databases = await askAll(
    links,
    Array.from({ length: DBS }, (_, db) => aboutDatabase(db)).flat(),
    silenceMs,
  );
  if (!Array.isArray(databases)) return databases;
  const keys: Key[] = databases.flatMap((frame, i) => (i % 2 === 1 ? keysOf(frame, i >> 1) : []));

  const about = keys.flatMap(({ db, name }) =>
    ABOUT_KEY.map(({ words, mode }): Question => ({ db, parts: [...words, name], mode })),
  );
  const answers = await askAll(links, about, silenceMs);
  if (!Array.isArray(answers)) return answers;

  const values = keys.flatMap((key, i) => {
    const [type, encoding] = answers.slice(i * ABOUT_KEY.length).map((frame) => parseFrame(frame).text ?? "");
    return aboutValue(key, type, encoding);
  });
  const found = await askAll(links, values, silenceMs);
  return Array.isArray(found) ? null : found;
}

function aboutDatabase(db: number): Question[] {
  return [
    { db, parts: ["DBSIZE"], mode: "exact" },
    { db, parts: ["KEYS", "*"], mode: "unordered" },
  ];
}

function keysOf(frame: Buffer, db: number): Key[] {
  return parseFrame(frame).items.map(({ text }) => ({ db, name: Buffer.from(text ?? "", "latin1") }));
}

function aboutValue({ db, name }: Key, type: string, encoding: string): Question[] {
  const how = VALUES[type];
  if (how === undefined) return [];
  const mode = ORDERED_ENCODINGS.has(encoding) ? "exact" : how.mode;
  return [{ db, parts: [...how.words, name, ...how.rest], mode }];
}

/** The answers of the first server, if the other one gives the same; else the first difference. */
async function askAll(
  links: Links,
  questions: Question[],
  silenceMs: number,
): Promise<Buffer[] | SideDifference> {
  const requests = questions.flatMap(({ db, parts }) => [toArgv(["SELECT", db]), toArgv(parts)]);
  const bytes = Buffer.concat(requests.map(encodeRequest));
  const [expected, actual] = await askBoth(links, bytes, requests.length, silenceMs);
  for (let i = 0; i < questions.length; i++) {
    const { db, parts, mode } = questions[i];
    const a = expected.frames[2 * i + 1];
    const b = actual.frames[2 * i + 1];
    if (a !== undefined && b !== undefined && sameReply(mode, a, b)) continue;
    return {
      request: `at the end, in db ${db}: ${toArgv(parts)
        .map((part) => show(part))
        .join(" ")}`,
      expected: a?.toString("latin1") ?? `(${expected.end})`,
      actual: b?.toString("latin1") ?? `(${actual.end})`,
    };
  }
  return expected.frames.filter((_, i) => i % 2 === 1);
}
