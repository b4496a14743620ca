/** Random streams of requests over all tables. The same seed always gives the same stream. */

import { encodeRequest } from "../support/quote.ts";
import { CONNECTION_COMMANDS, SERVER_COMMANDS } from "./admin.ts";
import { BITMAP_COMMANDS } from "./bitmaps.ts";
import { DUMP_COMMANDS } from "./dumps.ts";
import { Gen, toArgv } from "./gen.ts";
import { GEO_COMMANDS } from "./geos.ts";
import { GROUPS } from "./groups.ts";
import { HASH_COMMANDS } from "./hashes.ts";
import { HYPERLOGLOG_COMMANDS } from "./hyperloglogs.ts";
import { FLUSH_COMMANDS, KEY_COMMANDS, SCAN_ERRORS } from "./keys.ts";
import { LIST_COMMANDS, WAITING_LIST_COMMANDS } from "./lists.ts";
import type { Part } from "./pools.ts";
import { SET_COMMANDS } from "./sets.ts";
import { SORT_COMMANDS } from "./sorts.ts";
import type { CommandRow, GroupRow, Op, Request } from "./spec.ts";
import { STRING_COMMANDS } from "./strings.ts";
import { WAITING_ZSET_COMMANDS, ZSET_COMMANDS } from "./zsets.ts";

/** A stream: its requests, and the protocol that its connections speak. */
export interface Stream {
  seed: number;
  protocol: 2 | 3;
  ops: Op[];
  /** Draws the sizes of pipelined batches. */
  gen: Gen;
}

/**
 * The tables and the share of the stream, in thousandths, that each gets. Commands that may wait are sent between
 * MULTI and EXEC, where they do not.
 */
const SHARES: { share: number; rows: CommandRow[]; waiting?: true }[] = [
  { share: 110, rows: STRING_COMMANDS },
  { share: 30, rows: SORT_COMMANDS },
  { share: 40, rows: BITMAP_COMMANDS },
  { share: 60, rows: GEO_COMMANDS },
  { share: 60, rows: HYPERLOGLOG_COMMANDS },
  { share: 105, rows: KEY_COMMANDS },
  { share: 105, rows: HASH_COMMANDS },
  { share: 90, rows: SET_COMMANDS },
  { share: 90, rows: LIST_COMMANDS },
  { share: 20, rows: WAITING_LIST_COMMANDS, waiting: true },
  { share: 110, rows: ZSET_COMMANDS },
  { share: 10, rows: WAITING_ZSET_COMMANDS, waiting: true },
  { share: 20, rows: DUMP_COMMANDS },
  { share: 3, rows: FLUSH_COMMANDS },
  { share: 12, rows: SCAN_ERRORS },
  { share: 35, rows: CONNECTION_COMMANDS },
  { share: 35, rows: SERVER_COMMANDS },
];
const SHARE_ALL = 1_000;

/** `count` random operations; half of the streams speak RESP2, half RESP3. */
export function randomStream(seed: number, count: number): Stream {
  const gen = new Gen(seed);
  const protocol = gen.chance(50) ? 2 : 3;
  const groups = GROUPS.filter((row) => row.protocol === undefined || row.protocol === protocol);
  const ops = Array.from({ length: count }, () => randomOp(gen, groups));
  return { seed, protocol, ops, gen };
}

function randomOp(gen: Gen, groups: GroupRow[]): Op {
  let at = gen.below(SHARE_ALL);
  for (const { share, rows, waiting } of SHARES) {
    if (at < share) {
      const request = randomRequest(gen, weighted(gen, rows));
      return waiting ? [plainRequest("MULTI"), request, plainRequest("EXEC")] : [request];
    }
    at -= share;
  }
  return weighted(gen, groups).op(gen);
}

function weighted<T extends { weight: number }>(gen: Gen, rows: T[]): T {
  let at = gen.below(rows.reduce((sum, row) => sum + row.weight, 0));
  for (const row of rows) {
    at -= row.weight;
    if (at < 0) return row;
  }
  throw new Error("weights are positive");
}

function randomRequest(gen: Gen, row: CommandRow): Request {
  const args = row.mutate === false ? row.args(gen) : mutate(gen, row.args(gen));
  const argv = toArgv([randomCase(gen, row.name), ...args.map((part) => randomOptionCase(gen, part))]);
  return { argv, mode: row.mode ?? "exact", replies: 1 };
}

function plainRequest(name: string): Request {
  return { argv: toArgv([name]), mode: "exact", replies: 1 };
}

/** Sometimes an argument too few, too many, or one that does not belong there. */
function mutate(gen: Gen, args: Part[]): Part[] {
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

/** The bytes of a request as they go over the wire. */
export function wireBytes(request: Request): Buffer {
  return request.raw ?? encodeRequest(request.argv);
}
