/** Random streams of requests over all tables. The same seed always gives the same stream. */

import { type Argv, encodeRequest } from "../support/quote.ts";
import { BLOCKING_GROUPS } from "./blocking.ts";
import { Gen } from "./gen.ts";
import { GROUPS } from "./groups.ts";
import { GROWTH_GROUPS } from "./growth.ts";
import { drawRequest, transaction } from "./requests.ts";
import { SORT_GROUPS } from "./sorts.ts";
import type { CommandRow, CommandTable, Draw, GroupRow, Op, Request } from "./spec.ts";
import { TABLES } from "./tables.ts";
import { defaultThresholds, lowThresholds, THRESHOLD_GROUPS } from "./thresholds.ts";
import { TRANSACTION_GROUPS } from "./transactions.ts";

/** A stream: its requests, and the protocol that its connections speak. */
export interface Stream {
  seed: number;
  protocol: 2 | 3;
  /** The request that sets how large a collection may become before it changes its form. */
  thresholds: Argv;
  ops: Op[];
  /** Draws the sizes of pipelined batches. */
  gen: Gen;
}

/** Groups of requests and their share of all operations, counted as the shares of the tables are. */
interface GroupTable {
  share: number;
  groups: GroupRow[];
  /** These groups belong to streams in which collections are to change their form often. */
  changesForm?: true;
}

/** Requests with which a stream begins, for each type. */
const FILLING_MAX = 12;

const GROUP_TABLES: GroupTable[] = [
  { share: 45, groups: GROUPS },
  { share: 25, groups: SORT_GROUPS },
  { share: 20, groups: TRANSACTION_GROUPS },
  { share: 10, groups: BLOCKING_GROUPS },
  { share: 6, groups: GROWTH_GROUPS },
  { share: 6, groups: THRESHOLD_GROUPS, changesForm: true },
];

/** `count` random operations; half of the streams speak RESP2, half RESP3, and half have low thresholds. */
export function randomStream(seed: number, count: number): Stream {
  const gen = new Gen(seed);
  const protocol = gen.chance(50) ? 2 : 3;
  const changesForm = gen.chance(50);
  const thresholds = changesForm ? lowThresholds(gen) : defaultThresholds();
  const tables = withRows(focused(gen), (row) => !(changesForm && row.needsPacked));
  const groupTables = GROUP_TABLES.filter((table) => changesForm || !table.changesForm).map((table) => ({
    ...table,
    groups: table.groups.filter((row) => row.protocol === undefined || row.protocol === protocol),
  }));
  const draw = drawFrom(gen, tables);
  const ops = filling(gen, tables);
  while (ops.length < count) ops.push(randomOp(gen, [...tables, ...groupTables], draw));
  return { seed, protocol, thresholds, ops, gen };
}

/** All tables, one of them with a larger share. */
function focused(gen: Gen): CommandTable[] {
  const focus = gen.pick(TABLES);
  return TABLES.map((table) =>
    table === focus ? { ...table, share: table.share * (table.focus ?? 1) } : table,
  );
}

function drawFrom(gen: Gen, tables: CommandTable[]): Draw {
  const alone = tables.filter((table) => !table.waiting);
  const queued = withRows(tables, (row) => !row.alone);
  const either = withRows(alone, (row) => !row.alone);
  const places = { alone, queued, either };
  return (place) => {
    const { rows } = gen.weighted(places[place], shareOf);
    return drawRequest(gen, gen.weighted(rows, weightOf));
  };
}

function randomOp(gen: Gen, tables: (CommandTable | GroupTable)[], draw: Draw): Op {
  const drawn = gen.weighted(tables, shareOf);
  if ("groups" in drawn) return gen.weighted(drawn.groups, weightOf).op(gen, draw);
  const single = drawRequest(gen, gen.weighted(drawn.rows, weightOf));
  return drawn.waiting ? transaction([single]) : [single];
}

/** Requests that put some data of each type there. */
function filling(gen: Gen, tables: CommandTable[]): Op[] {
  return tables
    .filter(({ focus }) => focus !== undefined)
    .flatMap(({ rows }) => Array.from({ length: gen.below(FILLING_MAX) }, () => [drawRequest(gen, rows[0])]));
}

function withRows(tables: CommandTable[], isWanted: (row: CommandRow) => boolean): CommandTable[] {
  return tables.map((table) => ({ ...table, rows: table.rows.filter(isWanted) }));
}

const shareOf = ({ share }: { share: number }): number => share;
const weightOf = ({ weight }: { weight: number }): number => weight;

/** The bytes of a request as they go over the wire. */
export function wireBytes(request: Request): Buffer {
  return request.raw ?? encodeRequest(request.argv);
}
