/** Makes a failing stream small, and prints it so that a person can paste it. */

import type { Op, Request } from "../streams/spec.ts";
import { type Stream, wireBytes } from "../streams/stream.ts";
import { type Argv, show } from "./quote.ts";
import { type Disagreement, type Pair, runStream } from "./runner.ts";

/** Bounds of one shrinking: replays, and their time. */
const REPLAYS_MAX = 600;
const TIME_MS_MAX = 20_000;

/** From here on the arguments of a request are shrunk, too. */
const LONG_REQUEST_ARGS = 9;

/** Operations shown in a report; more only helps together with the seed. */
const SHOWN_OPS_MAX = 100;

export interface Shrunk {
  ops: Op[];
  disagreement: Disagreement;
}

/**
 * Removes operations, then arguments of long requests, as long as the servers still disagree: halves first, then ever
 * smaller pieces. What is left need not be the smallest stream, and its disagreement need not be the first one.
 */
export async function shrink(pair: Pair, stream: Stream, ops: Op[], first: Disagreement): Promise<Shrunk> {
  const search = new Search(pair, stream, { ops: ops.slice(0, first.opIndex + 1), disagreement: first });
  await search.removeOps();
  await search.removeArguments();
  return search.best;
}

class Search {
  private readonly deadline = performance.now() + TIME_MS_MAX;
  private replays = 0;

  constructor(
    private readonly pair: Pair,
    private readonly stream: Stream,
    public best: Shrunk,
  ) {}

  async removeOps(): Promise<void> {
    await removePieces(
      () => this.best.ops,
      1,
      (ops) => this.accept(ops),
    );
  }

  /** Two at a time at the least, since many arguments come in pairs. */
  async removeArguments(): Promise<void> {
    for (let i = 0; i < this.best.ops.length; i++) {
      for (let j = 0; j < this.best.ops[i].length; j++) {
        if (this.best.ops[i][j].argv.length < LONG_REQUEST_ARGS || this.best.ops[i][j].raw !== undefined)
          continue;
        await removePieces(
          () => this.best.ops[i][j].argv,
          2,
          (argv) => this.accept(withArgv(this.best.ops, i, j, argv)),
        );
      }
    }
  }

  /** Whether the servers still disagree over the operations; these are the best ones then. */
  private async accept(ops: Op[]): Promise<boolean> {
    if (this.replays++ >= REPLAYS_MAX || performance.now() > this.deadline) return false;
    const found = await this.replay(ops);
    if (found === null) return false;
    this.best = { ops: ops.slice(0, found.opIndex + 1), disagreement: found };
    return true;
  }

  private async replay(ops: Op[]): Promise<Disagreement | null> {
    try {
      return await runStream(this.pair, this.stream, ops, { silenceMs: 500, batchMax: 1_000 });
    } catch {
      // A server that crashed cannot be asked again; the stream as it is has to do.
      this.replays = REPLAYS_MAX;
      return null;
    }
  }
}

/** Offers `list` without ever smaller pieces of it, down to `pieceMin` elements; what is accepted becomes the list. */
async function removePieces<T>(
  list: () => readonly T[],
  pieceMin: number,
  accept: (shorter: T[]) => Promise<boolean>,
): Promise<void> {
  for (let piece = powerOfTwoBelow(list().length); piece >= pieceMin; ) {
    let removedAny = false;
    for (let at = 0; at < list().length; ) {
      const shorter = list().filter((_, i) => i < at || i >= at + piece);
      if (await accept(shorter)) removedAny = true;
      else at += piece;
    }
    if (!removedAny || piece > pieceMin) piece >>= 1;
  }
}

function powerOfTwoBelow(n: number): number {
  return n < 2 ? 1 : 2 ** (31 - Math.clz32(n - 1));
}

function withArgv(ops: Op[], opIndex: number, requestIndex: number, argv: Argv): Op[] {
  return ops.map((op, i) =>
    i === opIndex ? op.map((one, j) => (j === requestIndex ? { ...one, argv } : one)) : op,
  );
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
