/** SCAN run to its end on both servers; what counts is the set of keys, not their order or the cursors. */

import { parseFrame } from "./frames.ts";
import type { Link } from "./link.ts";
import { type Argv, encodeRequest, quote, show } from "./quote.ts";
import type { Links } from "./runner.ts";

/** A keyspace of a few dozen keys never takes more steps than this. */
const STEPS_MAX = 10_000;

export interface SideDifference {
  request: string;
  expected: string;
  actual: string;
}

/** Compares the sets of keys that SCAN with `options` returns. Both sides must stand still meanwhile. */
export async function scanBoth(
  links: Links,
  options: Argv,
  silenceMs: number,
): Promise<SideDifference | null> {
  const [expected, actual] = await Promise.all([
    scanAll(links.expected, options, silenceMs),
    scanAll(links.actual, options, silenceMs),
  ]);
  if (expected === actual) return null;
  return { request: `a loop of SCAN <cursor> ${options.map(quote).join(" ")}`, expected, actual };
}

async function scanAll(link: Link, options: Argv, silenceMs: number): Promise<string> {
  const keys = new Set<string>();
  let cursor = "0";
  for (let step = 0; step < STEPS_MAX; step++) {
    link.send(encodeRequest([Buffer.from("SCAN"), Buffer.from(cursor), ...options]));
    const result = await link.read(1, silenceMs);
    if (result.end !== "complete") return `(${result.end})`;
    const reply = parseFrame(result.frames[0]);
    if (reply.items.length !== 2) return result.frames[0].toString("latin1");
    for (const key of reply.items[1].items) keys.add(show(Buffer.from(key.text ?? "", "latin1"), 80));
    cursor = reply.items[0].text ?? "";
    if (cursor === "0") return [...keys].sort().join(" ");
  }
  return "(the cursor never came back to 0)";
}
