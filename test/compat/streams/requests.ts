/** Makes requests: as they are given, or out of a row of a table. */

import { type Gen, toArgv } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow, Mode, Request } from "./spec.ts";

/** A request of these arguments. */
export function request(parts: Part[], mode: Mode = "exact"): Request {
  return { argv: toArgv(parts), mode, replies: 1 };
}

/** What MULTI, these requests and EXEC are as one operation. */
export function transaction(queued: Request[]): Request[] {
  return [request(["MULTI"]), ...queued, { ...request(["EXEC"]), queued }];
}

/** A request out of the row: as the row has it, or with a fault. */
export function drawRequest(gen: Gen, row: CommandRow): Request {
  const drawn = row.args(gen);
  const { mutate = true, keep = 0 } = row;
  const args = mutate ? [...drawn.slice(0, keep), ...withFault(gen, drawn.slice(keep))] : drawn;
  return request([randomCase(gen, row.name), ...args.map((part) => randomOptionCase(gen, part))], row.mode);
}

/** The arguments; sometimes one too few, too many, or one that does not belong there. */
function withFault(gen: Gen, args: Part[]): Part[] {
  const kind = gen.below(100);
  if (kind < 2) return args.slice(0, -1);
  if (kind < 4) return [...args, gen.odd()];
  if (kind < 5) return [];
  if (kind < 8 && args.length > 0) {
    const at = gen.below(args.length);
    return args.map((arg, i) => (i === at ? gen.odd() : arg));
  }
  return args;
}

function randomCase(gen: Gen, name: string): string {
  if (gen.chance(60)) return name;
  return [...name].map((letter) => (gen.chance(50) ? letter.toLowerCase() : letter)).join("");
}

/** Option words are written in upper case in the tables; values and keys in upper case are few. */
function randomOptionCase(gen: Gen, part: Part): Part {
  return typeof part === "string" && /^[A-Z]{2,14}$/.test(part) ? randomCase(gen, part) : part;
}
