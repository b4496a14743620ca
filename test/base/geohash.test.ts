import { describe, expect, test } from "bun:test";
import {
  cellScore,
  columnEdge,
  columnOf,
  decodeGeohash,
  encodeGeohash,
  type GeoPoint,
  geohashText,
  LATITUDE_MAX,
  LONGITUDE_MAX,
  rowEdge,
  rowOf,
} from "../../src/base/geohash.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

function decode(score: number): GeoPoint {
  const point = { longitude: 0, latitude: 0 };
  decodeGeohash(score, point);
  return point;
}

/** Bits of column and row in turn, as the file says, over bigints. */
function interleaved(column: number, row: number): bigint {
  let bits = 0n;
  for (let i = 26; i >= 0; i--) {
    bits = (bits << 2n) | BigInt(((column >>> i) & 1) * 2 + ((row >>> i) & 1));
  }
  return bits;
}

interface Place {
  longitude: number;
  latitude: number;
  score: number;
  /** The decoded position with 17 digits behind the point; Redis leaves out zeros at the end. */
  decoded: [longitude: string, latitude: string];
  text: string;
}

/** Replies of redis-server 7.0.15 to ZSCORE, GEOPOS and GEOHASH after GEOADD. */
const PLACES: Place[] = [
  {
    longitude: 13.361389,
    latitude: 38.115556,
    score: 3479099956230698,
    decoded: ["13.36138933897018433", "38.11555639549629859"],
    text: "sqc8b49rny0",
  },
  {
    longitude: 15.087269,
    latitude: 37.502669,
    score: 3479447370796909,
    decoded: ["15.08726745843887329", "37.50266842333162032"],
    text: "sqdtr74hyu0",
  },
  {
    longitude: -122.4194,
    latitude: 37.7749,
    score: 1367859919124626,
    decoded: ["-122.41940170526504517", "37.77490001056577995"],
    text: "9q8yyk8ytp0",
  },
  {
    longitude: 0,
    latitude: 0,
    score: 3377699720527872,
    decoded: ["0.00000268220901489", "0.00000126736058093"],
    text: "s0000000000",
  },
];

describe("A geohash", () => {
  test.each(PLACES)(
    "of $longitude, $latitude is that of Redis",
    ({ longitude, latitude, score, decoded, text }) => {
      expect(encodeGeohash(longitude, latitude)).toBe(score);
      const point = decode(score);
      expect([point.longitude.toFixed(17), point.latitude.toFixed(17)]).toEqual(decoded);
      expect(geohashText(point)).toBe(text);
    },
  );

  test("has the bits of column and row in turn", () => {
    const random = new Random(testSeed("geohash bits"));
    for (let round = 0; round < 5_000; round++) {
      const longitude = random.float() * 360 - 180;
      const latitude = (random.float() * 2 - 1) * LATITUDE_MAX;
      const score = encodeGeohash(longitude, latitude);
      expect(score).toBe(Number(interleaved(columnOf(longitude, 26), rowOf(latitude, 26))));
      const point = decode(score);
      // The middle of a cell lies in the cell.
      expect(encodeGeohash(point.longitude, point.latitude)).toBe(score);
      expect(Math.abs(point.longitude - longitude)).toBeLessThanOrEqual(360 / 2 ** 27);
      expect(Math.abs(point.latitude - latitude)).toBeLessThanOrEqual((2 * LATITUDE_MAX) / 2 ** 27);
    }
  });

  test("of the upper edges has one bit more, and is decoded to the edge", () => {
    expect(encodeGeohash(LONGITUDE_MAX, 0)).toBe(Number(interleaved(2 ** 26, 2 ** 25)));
    expect(encodeGeohash(0, LATITUDE_MAX)).toBe(Number(interleaved(2 ** 25, 2 ** 26)));
    const corner = encodeGeohash(LONGITUDE_MAX, LATITUDE_MAX);
    expect(corner).toBe(2 ** 53 + 2 ** 52);
    expect(decode(corner)).toEqual({ longitude: LONGITUDE_MAX, latitude: LATITUDE_MAX });
    expect(encodeGeohash(-LONGITUDE_MAX, -LATITUDE_MAX)).toBe(0);
  });

  test("of a coarser cell begins the interval of those inside", () => {
    const random = new Random(testSeed("geohash cells"));
    for (let round = 0; round < 2_000; round++) {
      const longitude = random.float() * 360 - 180;
      const latitude = (random.float() * 2 - 1) * LATITUDE_MAX;
      const steps = 1 + random.below(26);
      const column = columnOf(longitude, steps);
      const row = rowOf(latitude, steps);
      const score = encodeGeohash(longitude, latitude);
      expect(score).toBeGreaterThanOrEqual(cellScore(column, row, steps, 0));
      expect(score).toBeLessThan(cellScore(column, row, steps, 1));
      expect(columnEdge(column, steps)).toBeLessThanOrEqual(longitude);
      expect(columnEdge(column + 1, steps)).toBeGreaterThan(longitude);
      expect(rowEdge(row, steps)).toBeLessThanOrEqual(latitude);
      expect(rowEdge(row + 1, steps)).toBeGreaterThan(latitude);
    }
  });
});
