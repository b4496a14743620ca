/**
 * The grammar of searches, shared by GEOSEARCH and GEOSEARCHSTORE and the older commands, which have the area in fixed
 * places:
 *
 *     GEORADIUS key longitude latitude radius unit    options
 *     GEORADIUSBYMEMBER key member radius unit        options
 *     GEOSEARCH key                                   options, the area among them
 */

import type { GeoShape } from "../base/geo-shape.ts";
import { decodeGeohash } from "../base/geohash.ts";
import {
  ANY_WITHOUT_COUNT,
  BOX_NEGATIVE,
  COUNT_ABOVE_ZERO,
  GEORADIUS_STORE_WITH,
  GEOSEARCHSTORE_WITH,
  HEIGHT_NOT_FLOAT,
  MEMBER_WITHOUT_POSITION,
  noSearchArea,
  noSearchCenter,
  RADIUS_NEGATIVE,
  RADIUS_NOT_FLOAT,
  SYNTAX,
  WIDTH_NOT_FLOAT,
} from "../protocol/errors.ts";
import type { Entry } from "../store/entry.ts";
import type { Keyspace } from "../store/keyspace.ts";
import * as zsets from "../store/zset.ts";
import type { Args } from "./args.ts";
import { floatIn, metersPerUnitIn, readPosition } from "./geo-point.ts";

/** What the name of a command says about its arguments. */
export interface SearchForm {
  /** The argument that is the key to search; what follows is the area or, if the area is an option, the options. */
  readonly key: number;
  readonly area: "position and radius" | "member and radius" | "option";
  readonly destination: "none" | "option" | "first argument";
}

// Orders of results.
export const AS_FOUND = 0;
export const NEAREST_FIRST = 1;
export const FARTHEST_FIRST = 2;

/** A search as it was asked for. */
export class GeoSearch {
  readonly shape: GeoShape = {
    kind: "circle",
    longitude: 0,
    latitude: 0,
    radius: 0,
    width: 0,
    height: 0,
    metersPerUnit: 1,
  };
  order = AS_FOUND;
  /** The most results. */
  count = Number.POSITIVE_INFINITY;
  /** It need not be the nearest of them. */
  any = false;
  withDistance = false;
  withHash = false;
  withPosition = false;
  /** The argument that is the destination; 0: the results are replied. */
  destination = 0;
  /** The scores at the destination are distances. */
  storesDistances = false;
}

/**
 * Reads a request. Errors come in the order of the arguments, as in Redis: so a member is looked up in `entry` as
 * soon as it is read. Without an entry, members and an area in fixed places are not looked at.
 */
export function parseGeoSearch(
  keyspace: Keyspace,
  args: Args,
  form: SearchForm,
  entry: Entry | null,
): GeoSearch {
  return new GeoSearchParser(keyspace, args, form, entry).parse();
}

class GeoSearchParser {
  private readonly search = new GeoSearch();
  /** The options that have given the centre and the area: either may be repeated, but not replaced by another. */
  private center = "";
  private area = "";

  constructor(
    private readonly keyspace: Keyspace,
    private readonly args: Args,
    private readonly form: SearchForm,
    private readonly entry: Entry | null,
  ) {}

  parse(): GeoSearch {
    const { args, form, search } = this;
    if (form.destination === "first argument") search.destination = 1;
    for (let i = this.readFixedArea(); i < args.count; ) i += this.readOption(i);
    this.checkCombination();
    // The nearest of all is what a limit without an order means.
    if (Number.isFinite(search.count) && search.order === AS_FOUND && !search.any)
      search.order = NEAREST_FIRST;
    return search;
  }

  /** Returns where the options start. */
  private readFixedArea(): number {
    const { args, form, search, entry } = this;
    const first = form.key + 1;
    if (form.area === "position and radius") {
      readPosition(args, first, search.shape);
      this.readRadius(first + 2);
      return first + 4;
    }
    if (form.area === "option") return first;
    if (entry !== null) {
      this.readMember(entry, first);
      this.readRadius(first + 1);
    }
    return first + 3;
  }

  /** Reads the option that starts with argument `i` and returns how many arguments it takes. @throws SYNTAX */
  private readOption(i: number): number {
    if (this.readSwitch(i)) return 1;
    const { args, form, search } = this;
    const valuesMax = args.count - 1 - i;
    if (args.is(i, "COUNT") && valuesMax >= 1) {
      search.count = countIn(args, i + 1);
      return 2;
    }
    if (form.area === "option") return 1 + this.readAreaOption(i, valuesMax);
    if (form.destination === "option" && valuesMax >= 1) {
      search.storesDistances = args.is(i, "STOREDIST");
      if (!search.storesDistances && !args.is(i, "STORE")) throw SYNTAX;
      search.destination = i + 1;
      return 2;
    }
    throw SYNTAX;
  }

  /** Reads an option that is a single word. Returns whether there was one. */
  private readSwitch(i: number): boolean {
    const { args, form, search } = this;
    if (args.is(i, "WITHDIST")) search.withDistance = true;
    else if (args.is(i, "WITHHASH")) search.withHash = true;
    else if (args.is(i, "WITHCOORD")) search.withPosition = true;
    else if (args.is(i, "ANY")) search.any = true;
    else if (args.is(i, "ASC")) search.order = NEAREST_FIRST;
    else if (args.is(i, "DESC")) search.order = FARTHEST_FIRST;
    else if (form.destination === "first argument" && args.is(i, "STOREDIST")) search.storesDistances = true;
    else return false;
    return true;
  }

  /** Reads an option for the centre or the area, and returns how many values it has. @throws SYNTAX */
  private readAreaOption(i: number, valuesMax: number): number {
    const { args, search, entry } = this;
    if (args.is(i, "FROMMEMBER") && valuesMax >= 1 && this.center !== "position") {
      this.center = "member";
      if (entry !== null) this.readMember(entry, i + 1);
      return 1;
    }
    if (args.is(i, "FROMLONLAT") && valuesMax >= 2 && this.center !== "member") {
      this.center = "position";
      readPosition(args, i + 1, search.shape);
      return 2;
    }
    if (args.is(i, "BYRADIUS") && valuesMax >= 2 && this.area !== "box") {
      this.area = "circle";
      this.readRadius(i + 1);
      return 2;
    }
    if (args.is(i, "BYBOX") && valuesMax >= 3 && this.area !== "circle") {
      this.area = "box";
      this.readBox(i + 1);
      return 3;
    }
    throw SYNTAX;
  }

  private readMember(entry: Entry, i: number): void {
    const { keyspace, args, search } = this;
    const score = zsets.score(keyspace, entry, args.bytes, args.start(i), args.end(i));
    if (Number.isNaN(score)) throw MEMBER_WITHOUT_POSITION;
    decodeGeohash(score, search.shape);
  }

  private readRadius(i: number): void {
    const { shape } = this.search;
    shape.kind = "circle";
    shape.radius = floatIn(this.args, i, RADIUS_NOT_FLOAT);
    if (shape.radius < 0) throw RADIUS_NEGATIVE;
    shape.metersPerUnit = metersPerUnitIn(this.args, i + 1);
  }

  private readBox(i: number): void {
    const { shape } = this.search;
    shape.kind = "box";
    shape.width = floatIn(this.args, i, WIDTH_NOT_FLOAT);
    shape.height = floatIn(this.args, i + 1, HEIGHT_NOT_FLOAT);
    if (shape.width < 0 || shape.height < 0) throw BOX_NEGATIVE;
    shape.metersPerUnit = metersPerUnitIn(this.args, i + 2);
  }

  private checkCombination(): void {
    const { args, form, search, center, area } = this;
    if (search.destination !== 0 && (search.withDistance || search.withHash || search.withPosition))
      throw form.destination === "option" ? GEORADIUS_STORE_WITH : GEOSEARCHSTORE_WITH;
    if (form.area === "option") {
      if (center === "") throw noSearchCenter(args.latin1(0));
      if (area === "") throw noSearchArea(args.latin1(0));
    }
    if (search.any && !Number.isFinite(search.count)) throw ANY_WITHOUT_COUNT;
  }
}

/** @throws NOT_INTEGER, COUNT_ABOVE_ZERO */
function countIn(args: Args, i: number): number {
  const count = args.int64(i);
  if (count <= 0) throw COUNT_ABOVE_ZERO;
  return Number(count);
}
