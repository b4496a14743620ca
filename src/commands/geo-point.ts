/** Positions and distances as arguments and replies of the GEO commands. */

import { formatHuman } from "../base/fixed-point.ts";
import { type GeoPoint, LATITUDE_MAX, LONGITUDE_MAX } from "../base/geohash.ts";
import { parseDouble } from "../base/parse-double.ts";
import { invalidPosition, NOT_FLOAT, type ReplyError, UNKNOWN_UNIT } from "../protocol/errors.ts";
import type { ReplyWriter } from "../protocol/reply-writer.ts";
import type { Args } from "./args.ts";

/** Reads longitude and latitude from argument `i` on, which must be on the map. @throws NOT_FLOAT, invalidPosition */
export function readPosition(args: Args, i: number, into: GeoPoint): void {
  const longitude = floatIn(args, i, NOT_FLOAT);
  const latitude = floatIn(args, i + 1, NOT_FLOAT);
  if (Math.abs(longitude) > LONGITUDE_MAX || Math.abs(latitude) > LATITUDE_MAX)
    throw invalidPosition(longitude, latitude);
  into.longitude = longitude;
  into.latitude = latitude;
}

/** @throws `error` */
export function floatIn(args: Args, i: number, error: ReplyError): number {
  const value = parseDouble(args.bytes, args.start(i), args.end(i));
  if (Number.isNaN(value)) throw error;
  return value;
}

/** What the unit in argument `i` is in metres. @throws UNKNOWN_UNIT */
export function metersPerUnitIn(args: Args, i: number): number {
  if (args.is(i, "M")) return 1;
  if (args.is(i, "KM")) return 1000;
  if (args.is(i, "FT")) return 0.3048;
  if (args.is(i, "MI")) return 1609.34;
  throw UNKNOWN_UNIT;
}

/** An array of longitude and latitude. */
export function replyPosition(reply: ReplyWriter, { longitude, latitude }: GeoPoint): void {
  reply.array(2);
  reply.doubleText(formatHuman(longitude));
  reply.doubleText(formatHuman(latitude));
}
