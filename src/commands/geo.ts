/** Positions as scores of sorted sets: adding them, and what can be asked about single members. */

import { formatDistance } from "../base/fixed-point.ts";
import { distanceMeters } from "../base/geo-shape.ts";
import { decodeGeohash, encodeGeohash, type GeoPoint, geohashText } from "../base/geohash.ts";
import { SYNTAX } from "../protocol/errors.ts";
import { type Entry, TYPE_ZSET } from "../store/entry.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import type { Context } from "./context.ts";
import { metersPerUnitIn, readPosition, replyPosition } from "./geo-point.ts";
import { type CommandSpec, FIRST_KEY } from "./spec.ts";

// Options of GEOADD, as bits.
const NX = 1;
const XX = 2;
const CH = 4;

/** Arguments of a member: longitude, latitude and name. */
const MEMBER_ARGUMENTS = 3;

export const geoadd = {
  name: "GEOADD",
  arity: -5,
  flags: ["write", "denyoom"],
  keys: { ...FIRST_KEY, access: ["RW update"] },
  group: "geo",
  since: "3.2.0",
  summary: "Gives members a position and says how many members are new",
  complexity: "O(log N) for each member, N being the number of members",
  syntax: "key [NX | XX] [CH] longitude latitude member [longitude latitude member ...]",
  handler(ctx, args) {
    let options = 0;
    let first = 2;
    for (; first < args.count; first++) {
      const option = optionAt(args, first);
      if (option === 0) break;
      options |= option;
    }
    if ((options & (NX | XX)) === (NX | XX)) throw SYNTAX;
    checkMembers(args, first);

    const found = ctx.findValue(args, 1, TYPE_ZSET);
    if (found === null && (options & XX) !== 0) ctx.reply.integer(0);
    else addMembers(ctx, ctx.openCollection(found, args, 1, TYPE_ZSET, first), args, first, options);
  },
} as const satisfies CommandSpec;

export const geopos = {
  name: "GEOPOS",
  arity: -2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "geo",
  since: "3.2.0",
  summary: "The positions of members",
  complexity: "O(1) for each member",
  syntax: "key [member ...]",
  handler(ctx, args) {
    const { reply } = ctx;
    replyMembers(ctx, args, (point) => {
      if (point === null) reply.nullArray();
      else replyPosition(reply, point);
    });
  },
} as const satisfies CommandSpec;

export const geohash = {
  name: "GEOHASH",
  arity: -2,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "geo",
  since: "3.2.0",
  summary: "The positions of members as geohashes, as they are written elsewhere",
  complexity: "O(1) for each member",
  syntax: "key [member ...]",
  handler(ctx, args) {
    const { reply } = ctx;
    replyMembers(ctx, args, (point) => {
      if (point === null) reply.null();
      else reply.bulkText(geohashText(point));
    });
  },
} as const satisfies CommandSpec;

export const geodist = {
  name: "GEODIST",
  arity: -4,
  flags: ["readonly"],
  keys: FIRST_KEY,
  group: "geo",
  since: "3.2.0",
  summary: "The distance between two members",
  complexity: "O(1)",
  syntax: "key member1 member2 [M | KM | FT | MI]",
  handler(ctx, args) {
    if (args.count > 5) throw SYNTAX;
    const metersPerUnit = args.count === 5 ? metersPerUnitIn(args, 4) : 1;
    const entry = ctx.readValue(args, 1, TYPE_ZSET);
    const from = positionOf(ctx, entry, args, 2);
    const to = positionOf(ctx, entry, args, 3);
    if (from === null || to === null) {
      ctx.reply.null();
      return;
    }
    const meters = distanceMeters(from.longitude, from.latitude, to.longitude, to.latitude);
    ctx.reply.bulkText(formatDistance(meters / metersPerUnit));
  },
} as const satisfies CommandSpec;

/** The option of GEOADD in argument `i`; 0 when it is none. */
function optionAt(args: Args, i: number): number {
  if (args.is(i, "NX")) return NX;
  if (args.is(i, "XX")) return XX;
  return args.is(i, "CH") ? CH : 0;
}

/** Looks at the members from argument `first` on. @throws SYNTAX, NOT_FLOAT, invalidPosition */
function checkMembers(args: Args, first: number): void {
  const count = args.count - first;
  if (count === 0 || count % MEMBER_ARGUMENTS !== 0) throw SYNTAX;
  const point = { longitude: 0, latitude: 0 };
  for (let i = first; i < args.count; i += MEMBER_ARGUMENTS) readPosition(args, i, point);
}

/** Adds the members from argument `first` on as far as the options allow, and replies how many are new. */
function addMembers(
  { keyspace, reply }: Context,
  entry: Entry,
  args: Args,
  first: number,
  options: number,
): void {
  const point = { longitude: 0, latitude: 0 };
  let added = 0;
  let moved = 0;
  for (let i = first; i < args.count; i += MEMBER_ARGUMENTS) {
    readPosition(args, i, point);
    const score = encodeGeohash(point.longitude, point.latitude);
    const place = zsets.find(keyspace, entry, args.bytes, args.start(i + 2), args.end(i + 2));
    const isNew = Number.isNaN(place.score);
    if ((options & (isNew ? XX : NX)) !== 0 || place.score === score) continue;
    zsets.setScore(keyspace, entry, place, score);
    if (isNew) added++;
    else moved++;
  }
  if (added + moved > 0) keyspace.changed(entry);
  reply.integer((options & CH) === 0 ? added : added + moved);
}

/** Replies an array with what `write` replies for the position of each member from argument 2 on. */
function replyMembers(ctx: Context, args: Args, write: (point: GeoPoint | null) => void): void {
  const entry = ctx.readValue(args, 1, TYPE_ZSET);
  ctx.reply.array(args.count - 2);
  for (let i = 2; i < args.count; i++) write(positionOf(ctx, entry, args, i));
}

/** The position of the member in argument `i`, or null. */
function positionOf({ keyspace }: Context, entry: Entry | null, args: Args, i: number): GeoPoint | null {
  const score =
    entry === null ? Number.NaN : zsets.score(keyspace, entry, args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(score)) return null;
  const point = { longitude: 0, latitude: 0 };
  decodeGeohash(score, point);
  return point;
}
