/** Geohashes, distances and search areas against the GEO commands of a real server. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { formatDouble } from "../../src/base/double.ts";
import { formatDistance, formatHuman } from "../../src/base/fixed-point.ts";
import {
  distanceInShape,
  distanceMeters,
  findScoreRanges,
  type GeoShape,
  OUTSIDE,
  ScoreRanges,
} from "../../src/base/geo-shape.ts";
import {
  decodeGeohash,
  encodeGeohash,
  type GeoPoint,
  geohashText,
  LATITUDE_MAX,
  LONGITUDE_MAX,
} from "../../src/base/geohash.ts";
import { Random } from "../../src/base/random.ts";
import { Client } from "../../src/client/client.ts";
import type { Reply } from "../../src/protocol/reply-reader.ts";
import { startRedis } from "../support/redis.ts";
import { testSeed } from "../support/seed.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith } from "../support/tools.ts";

const POINTS = 4000;
const SEARCHES = 1500;

const METERS_PER_UNIT: Record<string, number> = { m: 1, km: 1000, ft: 0.3048, mi: 1609.34 };
const UNITS = Object.keys(METERS_PER_UNIT);

/** Scores that GEOADD never makes, but ZADD does. */
const FOREIGN_SCORES = [
  ...[
    -1,
    -0.5,
    0.5,
    1.5,
    -(2 ** 52),
    2 ** 52,
    2 ** 53,
    2 ** 54 - 2,
    2 ** 54,
    2 ** 60 + 2 ** 40,
    2 ** 63 - 1024,
  ],
  ...[2 ** 63, 2 ** 64 - 2048, 2 ** 64, 1e30, -(2 ** 63), -1e30, -(2 ** 62) - 4096, 3.3e15 + 0.5],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

interface Member {
  name: string;
  longitude: number;
  latitude: number;
  score: number;
  decoded: GeoPoint;
}

function decode(score: number): GeoPoint {
  const point = { longitude: 0, latitude: 0 };
  decodeGeohash(score, point);
  return point;
}

function textOf(reply: Reply): string {
  if (reply.kind !== "bulk") throw new Error(JSON.stringify(reply));
  return reply.bytes.toString();
}

function itemsOf(reply: Reply): Reply[] {
  if (reply.kind !== "array") throw new Error(JSON.stringify(reply));
  return reply.items;
}

class Places {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  longitude(): number {
    return this.#coordinate(LONGITUDE_MAX);
  }

  latitude(): number {
    return this.#coordinate(LATITUDE_MAX);
  }

  /**
   * Anywhere, on an edge of the map, close to one, close to the equator or the first meridian, or (for a
   * latitude) where the cells of a search become larger.
   */
  #coordinate(max: number): number {
    const sign = this.#random.below(2) === 0 ? -1 : 1;
    switch (this.#random.below(10)) {
      case 0:
        return sign * max;
      case 1:
        return sign * (max - this.#random.float() * 10 ** -this.#random.below(9));
      case 2:
        return sign * this.#random.float() * 10 ** -this.#random.below(9);
      case 3:
        return sign * (65 + 16 * this.#random.float());
      default:
        return (2 * this.#random.float() - 1) * max;
    }
  }

  /** Up to `degrees` away from `x`, within ±`max`. */
  near(x: number, degrees: number, max: number): number {
    return Math.max(-max, Math.min(max, x + (2 * this.#random.float() - 1) * degrees));
  }

  members(): Member[] {
    const members: Member[] = [];
    for (let i = 0; i < POINTS; i++) {
      let longitude = this.longitude();
      let latitude = this.latitude();
      if (i % 2 === 1) {
        // Half of them in the neighbourhood of another one.
        const other = members[this.#random.below(i)];
        const degrees = 10 ** -this.#random.below(7);
        longitude = this.near(other.longitude, degrees, LONGITUDE_MAX);
        latitude = this.near(other.latitude, degrees, LATITUDE_MAX);
      }
      const score = encodeGeohash(longitude, latitude);
      members.push({ name: `m${i}`, longitude, latitude, score, decoded: decode(score) });
    }
    return members;
  }

  /** A circle or box of any size; every other one has a member exactly on its edge. */
  shape(members: readonly Member[], unit: string): GeoShape {
    const member = members[this.#random.below(members.length)].decoded;
    const anywhere = this.#random.below(2) === 0;
    const degrees = 10 ** -this.#random.below(6);
    const longitude = anywhere ? this.longitude() : this.near(member.longitude, degrees, LONGITUDE_MAX);
    const latitude = anywhere ? this.latitude() : this.near(member.latitude, degrees, LATITUDE_MAX);
    const metersPerUnit = METERS_PER_UNIT[unit];
    const kind = this.#random.below(2) === 0 ? "circle" : "box";
    const size = () => (this.#random.below(20) === 0 ? 0 : 10 ** (this.#random.float() * 8) / metersPerUnit);
    const shape = {
      kind,
      longitude,
      latitude,
      radius: size(),
      width: size(),
      height: size(),
      metersPerUnit,
    } as const;
    if (this.#random.below(2) === 0) return shape;
    const radius = distanceMeters(longitude, latitude, member.longitude, member.latitude) / metersPerUnit;
    const width =
      (2 * distanceMeters(member.longitude, member.latitude, longitude, member.latitude)) / metersPerUnit;
    const height = (2 * distanceMeters(0, latitude, 0, member.latitude)) / metersPerUnit;
    return { ...shape, radius, width, height };
  }
}

describeWith(["redis-server"], "Geohashes", () => {
  const random = new Random(testSeed("geohashes against redis-server"));
  const places = new Places(random);
  const members = places.members();
  let server: ServerProcess;
  let client: Client;

  beforeAll(async () => {
    server = await startRedis();
    client = await Client.connect({ host: "127.0.0.1", port: server.port, timeoutMs: 20_000 });
    const args = members.flatMap((m) => [String(m.longitude), String(m.latitude), m.name]);
    expect(await client.command("GEOADD", "places", ...args)).toEqual({ kind: "integer", value: POINTS });
  });

  afterAll(async () => {
    client.close();
    await server.stop();
  });

  const names = members.map((m) => m.name);

  test("are the scores that GEOADD stores", async () => {
    const scores = itemsOf(await client.command("ZMSCORE", "places", ...names)).map(textOf);
    expect(scores).toEqual(members.map((m) => formatDouble(m.score)));
  });

  test("are decoded as GEOPOS and written as GEOHASH does", async () => {
    const positions = itemsOf(await client.command("GEOPOS", "places", ...names));
    expect(positions.map((reply) => itemsOf(reply).map(textOf))).toEqual(
      members.map(({ decoded }) => [formatHuman(decoded.longitude), formatHuman(decoded.latitude)]),
    );
    const texts = itemsOf(await client.command("GEOHASH", "places", ...names)).map(textOf);
    expect(texts).toEqual(members.map((m) => geohashText(m.decoded)));
  });

  test("are decoded as GEOPOS and GEOHASH do where they are none", async () => {
    const scores = [...FOREIGN_SCORES];
    for (let i = 0; i < 500; i++) {
      scores.push((random.float() - 0.5) * 2 ** (30 + random.below(36)));
      scores.push(Math.round(random.float() * 2 ** 54));
    }
    const args = scores.flatMap((score, i) => [formatDouble(score), `f${i}`]);
    await client.command("ZADD", "foreign", ...args);
    const foreign = scores.map((_, i) => `f${i}`);
    const positions = itemsOf(await client.command("GEOPOS", "foreign", ...foreign));
    const texts = itemsOf(await client.command("GEOHASH", "foreign", ...foreign)).map(textOf);
    const theirs = scores.map((score, i) => [score, ...itemsOf(positions[i]).map(textOf), texts[i]]);
    const own = scores.map((score) => {
      const point = decode(score);
      return [score, formatHuman(point.longitude), formatHuman(point.latitude), geohashText(point)];
    });
    expect(own).toEqual(theirs);
  });

  test("are as far apart as GEODIST says", async () => {
    const pairs = members.map((a, i) => {
      const b = members[i % 3 === 0 ? random.below(POINTS) : Math.max(0, i - 1)];
      return { a, b, unit: UNITS[random.below(UNITS.length)] };
    });
    const replies = await Promise.all(
      pairs.map(({ a, b, unit }) => client.command("GEODIST", "places", a.name, b.name, unit)),
    );
    const own = pairs.map(({ a, b, unit }) => {
      const { longitude, latitude } = a.decoded;
      const meters = distanceMeters(longitude, latitude, b.decoded.longitude, b.decoded.latitude);
      return formatDistance(meters / METERS_PER_UNIT[unit]);
    });
    expect(own).toEqual(replies.map(textOf));
  });

  /** Members and distances in the order in which an unsorted search finds them. */
  function search(sorted: readonly Member[], shape: GeoShape): string[] {
    const ranges = new ScoreRanges();
    findScoreRanges(shape, ranges);
    const found: string[] = [];
    for (let i = 0; i < ranges.count; i++) {
      for (const { name, score, decoded } of sorted) {
        if (score < ranges.from[i] || score >= ranges.to[i]) continue;
        const distance = distanceInShape(shape, decoded);
        if (distance !== OUTSIDE) found.push(`${name} ${formatDistance(distance / shape.metersPerUnit)}`);
      }
    }
    return found;
  }

  test("are found by GEOSEARCH, in its order", async () => {
    // Names have the same order as strings of equal bytes have in a sorted set.
    const sorted = members.toSorted((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
    let total = 0;
    for (let round = 0; round < SEARCHES; round++) {
      const unit = UNITS[random.below(UNITS.length)];
      const shape = places.shape(members, unit);
      const { longitude, latitude, radius, width, height } = shape;
      const area =
        shape.kind === "circle" ? ["BYRADIUS", String(radius)] : ["BYBOX", String(width), String(height)];
      const from = ["FROMLONLAT", String(longitude), String(latitude)];
      const reply = await client.command("GEOSEARCH", "places", ...from, ...area, unit, "WITHDIST");
      const theirs = itemsOf(reply).map((item) => itemsOf(item).map(textOf).join(" "));
      const own = search(sorted, shape);
      if (!Bun.deepEquals(own, theirs)) expect({ shape, found: own }).toEqual({ shape, found: theirs });
      total += own.length;
    }
    expect(total).toBeGreaterThan(SEARCHES);
  }, 60_000);
});
