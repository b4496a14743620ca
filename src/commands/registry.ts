/** All commands there are: the exports of the group modules, which hold specs and nothing else. */

import * as bitfield from "./bitfield.ts";
import * as bitmap from "./bitmap.ts";
import * as client from "./client.ts";
import * as command from "./command.ts";
import { Command, CommandTable } from "./command-table.ts";
import * as config from "./config.ts";
import * as connection from "./connection.ts";
import * as database from "./database.ts";
import * as debug from "./debug.ts";
import * as dump from "./dump.ts";
import * as generic from "./generic.ts";
import * as genericCopy from "./generic-copy.ts";
import * as genericExpire from "./generic-expire.ts";
import * as genericScan from "./generic-scan.ts";
import * as genericTtl from "./generic-ttl.ts";
import * as geo from "./geo.ts";
import * as geoSearch from "./geo-search.ts";
import * as hash from "./hash.ts";
import * as hashAll from "./hash-all.ts";
import * as hashExpire from "./hash-expire.ts";
import * as hashGetex from "./hash-getex.ts";
import * as hashNumber from "./hash-number.ts";
import * as hashRandom from "./hash-random.ts";
import * as hashScan from "./hash-scan.ts";
import * as hashSetex from "./hash-setex.ts";
import * as hashTtl from "./hash-ttl.ts";
import * as hyperloglog from "./hyperloglog.ts";
import * as hyperloglogDebug from "./hyperloglog-debug.ts";
import * as list from "./list.ts";
import * as listIndex from "./list-index.ts";
import * as listKeys from "./list-keys.ts";
import * as listMove from "./list-move.ts";
import * as listRange from "./list-range.ts";
import * as memory from "./memory.ts";
import * as object from "./object.ts";
import * as server from "./server.ts";
import * as set from "./set.ts";
import * as setCombine from "./set-combine.ts";
import * as setRandom from "./set-random.ts";
import * as setScan from "./set-scan.ts";
import * as sort from "./sort.ts";
import type { CommandSpec } from "./spec.ts";
import * as string from "./string-get.ts";
import * as stringLcs from "./string-lcs.ts";
import * as stringNumber from "./string-number.ts";
import * as stringRange from "./string-range.ts";
import * as stringSet from "./string-set.ts";
import * as transaction from "./transaction.ts";
import * as zset from "./zset.ts";
import * as zsetAdd from "./zset-add.ts";
import * as zsetBlocking from "./zset-blocking.ts";
import * as zsetCombine from "./zset-combine.ts";
import * as zsetPop from "./zset-pop.ts";
import * as zsetRange from "./zset-range.ts";
import * as zsetRangeCount from "./zset-range-count.ts";
import * as zsetScan from "./zset-scan.ts";

const GROUPS: readonly Record<string, CommandSpec>[] = [
  string,
  stringSet,
  stringNumber,
  stringRange,
  stringLcs,
  bitmap,
  bitfield,
  list,
  listIndex,
  listRange,
  listMove,
  listKeys,
  hash,
  hashAll,
  hashNumber,
  hashRandom,
  hashScan,
  hashExpire,
  hashTtl,
  hashGetex,
  hashSetex,
  zset,
  zsetAdd,
  zsetRange,
  zsetRangeCount,
  zsetPop,
  zsetBlocking,
  zsetCombine,
  zsetScan,
  set,
  setCombine,
  setRandom,
  setScan,
  geo,
  geoSearch,
  hyperloglog,
  hyperloglogDebug,
  generic,
  genericExpire,
  genericTtl,
  genericScan,
  genericCopy,
  sort,
  dump,
  object,
  database,
  memory,
  transaction,
  connection,
  client,
  server,
  config,
  command,
  debug,
];

/** A table of its own for one server. */
export function newCommandTable(): CommandTable {
  return new CommandTable(GROUPS.flatMap((group) => Object.values(group).map((spec) => new Command(spec))));
}
