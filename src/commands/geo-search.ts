/** Searches for members in an area; the grammar is in `geo-search-options.ts`, the search itself in `store/geo.ts`. */

import { formatDistance } from "../base/fixed-point.ts";
import type { Int64 } from "../base/int.ts";
import { buildDetached } from "../store/detached.ts";
import { type Entry, TYPE_ZSET } from "../store/entry.ts";
import { findMatches, type GeoMatch, sortMatches } from "../store/geo.ts";
import type { Keyspace } from "../store/keyspace.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { replyPosition } from "./geo-point.ts";
import {
  AS_FOUND,
  FARTHEST_FIRST,
  type GeoSearch,
  parseGeoSearch,
  type SearchForm,
} from "./geo-search-options.ts";
import { type CommandSpec, FIRST_KEY, FIRST_TWO_KEYS } from "./spec.ts";
import { deleteResult, storeResult } from "./store-result.ts";

const COMPLEXITY = "O(N + log M) for N members in the cells around the area and M in all";

const AREA =
  "<FROMMEMBER member | FROMLONLAT longitude latitude> <BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>>";
const FROM_POSITION = "key longitude latitude radius <M | KM | FT | MI>";
const FROM_MEMBER = "key member radius <M | KM | FT | MI>";
const DETAILS = "[WITHCOORD] [WITHDIST] [WITHHASH]";
const LIMIT_AND_ORDER = "[COUNT count [ANY]] [ASC | DESC]";
const DESTINATION = "[STORE storekey | STOREDIST storekey]";

export const geosearch = {
  name: "GEOSEARCH",
  arity: -7,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "geo",
  since: "6.2.0",
  summary: "The members in a circle or a box",
  complexity: COMPLEXITY,
  syntax: `key ${AREA} [ASC | DESC] [COUNT count [ANY]] ${DETAILS}`,
  handler(ctx, args) {
    search(ctx, args, { key: 1, area: "option", destination: "none" });
  },
} as const satisfies CommandSpec;

export const geosearchstore = {
  name: "GEOSEARCHSTORE",
  arity: -8,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_TWO_KEYS, access: ["OW update", "RO access"] },
  group: "geo",
  since: "6.2.0",
  summary: "Stores the members in a circle or a box in a key, with their positions or distances",
  complexity: COMPLEXITY,
  syntax: `destination source ${AREA} [ASC | DESC] [COUNT count [ANY]] [STOREDIST]`,
  handler(ctx, args) {
    search(ctx, args, { key: 2, area: "option", destination: "first argument" });
  },
} as const satisfies CommandSpec;

export const georadius = {
  name: "GEORADIUS",
  arity: -6,
  flags: ["write", "denyoom", "movablekeys"],
  keys: { ...FIRST_KEY, access: ["RO access"] },
  keywordKeys: [
    { word: "STORE", from: 6, access: "OW update" },
    { word: "STOREDIST", from: 6, access: "OW update" },
  ],
  group: "geo",
  since: "3.2.0",
  summary: "The members in a circle around a position, replied or stored; GEOSEARCH does the same",
  complexity: COMPLEXITY,
  syntax: `${FROM_POSITION} ${DETAILS} ${LIMIT_AND_ORDER} ${DESTINATION}`,
  handler(ctx, args) {
    search(ctx, args, { key: 1, area: "position and radius", destination: "option" });
  },
} as const satisfies CommandSpec;

export const georadiusRo = {
  name: "GEORADIUS_RO",
  arity: -6,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "geo",
  since: "3.2.10",
  summary: "The members in a circle around a position; GEOSEARCH does the same",
  complexity: COMPLEXITY,
  syntax: `${FROM_POSITION} ${DETAILS} ${LIMIT_AND_ORDER}`,
  handler(ctx, args) {
    search(ctx, args, { key: 1, area: "position and radius", destination: "none" });
  },
} as const satisfies CommandSpec;

export const georadiusbymember = {
  name: "GEORADIUSBYMEMBER",
  arity: -5,
  flags: ["write", "denyoom", "movablekeys"],
  keys: { ...FIRST_KEY, access: ["RO access"] },
  keywordKeys: [
    { word: "STORE", from: 5, access: "OW update" },
    { word: "STOREDIST", from: 5, access: "OW update" },
  ],
  group: "geo",
  since: "3.2.0",
  summary: "The members in a circle around one of them, replied or stored; GEOSEARCH does the same",
  complexity: COMPLEXITY,
  syntax: `${FROM_MEMBER} ${DETAILS} ${LIMIT_AND_ORDER} ${DESTINATION}`,
  handler(ctx, args) {
    search(ctx, args, { key: 1, area: "member and radius", destination: "option" });
  },
} as const satisfies CommandSpec;

export const georadiusbymemberRo = {
  name: "GEORADIUSBYMEMBER_RO",
  arity: -5,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "geo",
  since: "3.2.10",
  summary: "The members in a circle around one of them; GEOSEARCH does the same",
  complexity: COMPLEXITY,
  syntax: `${FROM_MEMBER} ${DETAILS} ${LIMIT_AND_ORDER}`,
  handler(ctx, args) {
    search(ctx, args, { key: 1, area: "member and radius", destination: "none" });
  },
} as const satisfies CommandSpec;

/** Unlike other commands, Redis' searches look at the key before their arguments. */
function search(ctx: Context, args: Args, form: SearchForm): void {
  const entry = ctx.readValue(args, form.key, TYPE_ZSET);
  const request = parseGeoSearch(ctx.keyspace, args, form, entry);
  const matches = entry === null ? [] : matchesOf(ctx.keyspace, entry, request);
  if (request.destination === 0) {
    replyMatches(ctx, matches, request);
    return;
  }
  storeMatches(ctx, args, matches, request);
  ctx.reply.integer(matches.length);
}

function matchesOf(
  keyspace: Keyspace,
  entry: Entry,
  { shape, any, count, order }: GeoSearch,
): readonly GeoMatch[] {
  const matches = findMatches(keyspace, entry, shape, any ? count : Number.POSITIVE_INFINITY);
  if (order !== AS_FOUND) sortMatches(matches, count, order === FARTHEST_FIRST);
  return matches.length > count ? matches.slice(0, count) : matches;
}

function replyMatches({ reply }: Context, matches: readonly GeoMatch[], request: GeoSearch): void {
  const { withDistance, withHash, withPosition, shape } = request;
  const details = [withDistance, withHash, withPosition].filter(Boolean).length;
  reply.array(matches.length);
  for (const match of matches) {
    if (details > 0) reply.array(details + 1);
    reply.bulk(match.bytes, match.start, match.end);
    if (withDistance) reply.bulkText(formatDistance(match.distance / shape.metersPerUnit));
    if (withHash) reply.int64(hashOf(match.score));
    if (withPosition) replyPosition(reply, match);
  }
}

/** The score as an integer. A position on the edge of the map, or a score of ZADD, may exceed 2^53. */
function hashOf(score: number): Int64 {
  const hash = Math.trunc(score);
  return Number.isSafeInteger(hash) ? hash : BigInt(hash);
}

/** Makes the matches the members of the destination, which is deleted when there are none. */
function storeMatches(ctx: Context, args: Args, matches: readonly GeoMatch[], request: GeoSearch): void {
  const { keyspace, client } = ctx;
  const { destination, storesDistances, shape } = request;
  if (matches.length === 0) {
    deleteResult(ctx, args, destination);
    return;
  }
  const { bytes } = args;
  const start = args.start(destination);
  const end = args.end(destination);
  const longest = matches.reduce((most, match) => Math.max(most, match.end - match.start), 0);
  const detached = buildDetached(keyspace, client.db, bytes, start, end, TYPE_ZSET, (target) => {
    // On the way to a linked set no score may be in a packed one, which loses the sign of a -0.
    if (!zsets.fitsPacked(keyspace, matches.length, longest)) zsets.convert(keyspace, target);
    for (const match of matches) {
      const score = storesDistances ? match.distance / shape.metersPerUnit : match.score;
      zsets.add(keyspace, target, match.bytes, match.start, match.end, score);
    }
  });
  storeResult(ctx, args, destination, detached, matches.length);
}
