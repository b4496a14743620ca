/** All tables of commands. The shares are such that every row is drawn many times in a run. */

import { CONNECTION_COMMANDS, SERVER_COMMANDS } from "./admin.ts";
import { BITMAP_COMMANDS } from "./bitmaps.ts";
import { DUMP_COMMANDS } from "./dumps.ts";
import { GEO_COMMANDS } from "./geos.ts";
import { HASH_COMMANDS } from "./hashes.ts";
import { HYPERLOGLOG_COMMANDS } from "./hyperloglogs.ts";
import { FLUSH_COMMANDS, KEY_COMMANDS, SCAN_ERRORS } from "./keys.ts";
import { LIST_COMMANDS, WAITING_LIST_COMMANDS } from "./lists.ts";
import { SET_COMMANDS } from "./sets.ts";
import { SORTED_COMMANDS } from "./sorts.ts";
import type { CommandTable } from "./spec.ts";
import { STRING_COMMANDS } from "./strings.ts";
import { WAITING_ZSET_COMMANDS, ZSET_COMMANDS } from "./zsets.ts";

export const TABLES: CommandTable[] = [
  { share: 105, rows: STRING_COMMANDS, focus: 4 },
  { share: 125, rows: KEY_COMMANDS },
  { share: 100, rows: LIST_COMMANDS, focus: 5 },
  { share: 100, rows: SET_COMMANDS, focus: 5 },
  { share: 100, rows: HASH_COMMANDS, focus: 5 },
  { share: 130, rows: ZSET_COMMANDS, focus: 5 },
  { share: 45, rows: GEO_COMMANDS, focus: 9 },
  { share: 40, rows: BITMAP_COMMANDS, focus: 8 },
  { share: 40, rows: HYPERLOGLOG_COMMANDS, focus: 8 },
  { share: 25, rows: SORTED_COMMANDS, focus: 8 },
  { share: 25, rows: DUMP_COMMANDS, focus: 8 },
  { share: 12, rows: WAITING_LIST_COMMANDS, waiting: true },
  { share: 8, rows: WAITING_ZSET_COMMANDS, waiting: true },
  // Rare, because an empty keyspace shows little.
  { share: 1, rows: FLUSH_COMMANDS },
  { share: 10, rows: SCAN_ERRORS },
  { share: 22, rows: CONNECTION_COMMANDS },
  { share: 25, rows: SERVER_COMMANDS },
];
