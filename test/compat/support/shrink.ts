/** Makes a failing stream small, and prints it so that a person can paste it. */

import type { Op, Request } from "../streams/spec.ts";
import { type Stream, wireBytes } from "../streams/stream.ts";
import { type Argv, show } from "./quote.ts";
import { type Disagreement, type Pair, runStream } from "./runner.ts";

/** Bounds of one shrinking: replays, and their time. */
const REPLAYS_MAX = 600;
const TIME_MS_MAX = 20_000;

/** Operations shown in a report; more only helps together with the seed. */
const SHOWN_OPS_MAX = 100;

export interface Shrunk {
  ops: Op[];
  disagreement: Disagreement;
}

/**
 * Removes operations as long as the servers still disagree: halves first, then ever smaller pieces. What is
 * left need not be the smallest stream, and its disagreement need not be the first one.
 */
export async function shrink(pair: Pair, stream: Stream, ops: Op[], first: Disagreement): Promise<Shrunk> {
  const deadline = performance.now() + TIME_MS_MAX;
  let replays = 0;
  let best: Shrunk = { ops: ops.slice(0, first.opIndex + 1), disagreement: first };
  let piece = best.ops.length >> 1;
  while (piece >= 1) {
    let removedAny = false;
    for (let at = 0; at < best.ops.length; ) {
      if (replays++ >= REPLAYS_MAX || performance.now() > deadline) return best;
      const candidate = best.ops.filter((_, i) => i < at || i >= at + piece);
      const found = await replay(pair, stream, candidate);
      if (found === "server gone") return best;
      if (found === null) {
        at += piece;
      } else {
        best = { ops: candidate.slice(0, found.opIndex + 1), disagreement: found };
        removedAny = true;
      }
    }
    if (!removedAny || piece > 1) piece >>= 1;
  }
  return best;
}

async function replay(pair: Pair, stream: Stream, ops: Op[]): Promise<Disagreement | null | "server gone"> {
  try {
    return await runStream(pair, stream, ops, { silenceMs: 500, batchMax: 1_000 });
  } catch {
    // A server that crashed cannot be asked again; the stream as it is has to do.
    return "server gone";
  }
}

/** The whole report of a disagreement: where it was, both replies, and the requests to paste. */
export function report(stream: Stream, first: Disagreement, shrunk: Shrunk): string {
  const lines = [
    `seed ${stream.seed}, RESP${stream.protocol}, operation ${first.opIndex}: ${requestText(first.request)}`,
    ...sides(first),
  ];
  lines.push(`reproduction, ${shrunk.ops.length} operations (redis-cli reads these lines):`);
  lines.push(`  ${argvText(stream.thresholds)}`);
  if (stream.protocol === 3) lines.push("  HELLO 3");
  if (shrunk.ops.length > SHOWN_OPS_MAX) lines.push(`  (the last ${SHOWN_OPS_MAX} of them)`);
  for (const op of shrunk.ops.slice(-SHOWN_OPS_MAX)) {
    for (const request of op) lines.push(`  ${requestText(request)}`);
  }
  lines.push(`there: ${requestText(shrunk.disagreement.request)}`, ...sides(shrunk.disagreement));
  return lines.join("\n");
}

function sides(found: Disagreement): string[] {
  const text = (reply: string): string => show(Buffer.from(reply, "latin1"), 600);
  return [`  redis:  ${text(found.expected)}`, `  openkv: ${text(found.actual)}`];
}

function requestText(request: Request | string): string {
  if (typeof request === "string") return request;
  if (request.scan) return `# a loop of SCAN <cursor> ${argvText(request.argv)}`;
  const note = request.raw === undefined ? "" : `   # sent as ${show(wireBytes(request))}`;
  return argvText(request.argv) + note;
}

function argvText(argv: Argv): string {
  return argv.map((arg) => show(arg)).join(" ");
}
