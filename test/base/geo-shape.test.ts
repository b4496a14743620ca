import { describe, expect, test } from "bun:test";
import {
  distanceInShape,
  distanceMeters,
  findScoreRanges,
  type GeoShape,
  OUTSIDE,
  ScoreRanges,
} from "../../src/base/geo-shape.ts";
import { decodeGeohash, encodeGeohash, LATITUDE_MAX } from "../../src/base/geohash.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

const EARTH_RADIUS_METERS = 6372797.560856;

function circle(longitude: number, latitude: number, radius: number, metersPerUnit = 1): GeoShape {
  return { kind: "circle", longitude, latitude, radius, width: 0, height: 0, metersPerUnit };
}

function box(
  longitude: number,
  latitude: number,
  width: number,
  height: number,
  metersPerUnit = 1,
): GeoShape {
  return { kind: "box", longitude, latitude, radius: 0, width, height, metersPerUnit };
}

function ranges(shape: GeoShape): [from: number, to: number][] {
  const found = new ScoreRanges();
  // What an earlier search left behind must not show.
  found.count = 5;
  findScoreRanges(shape, found);
  return Array.from({ length: found.count }, (_, i) => [found.from[i], found.to[i]]);
}

describe("A distance", () => {
  test("is that of Redis between Palermo and Catania", () => {
    const distance = distanceMeters(
      13.361389338970184,
      38.1155563954963,
      15.087267458438873,
      37.50266842333162,
    );
    expect(distance.toFixed(4)).toBe("166274.1516");
  });

  test("is an arc of the globe along the equator and along a meridian", () => {
    expect(distanceMeters(10, 0, 100, 0)).toBeCloseTo((EARTH_RADIUS_METERS * Math.PI) / 2, 6);
    expect(distanceMeters(10, -45, 10, 45)).toBeCloseTo((EARTH_RADIUS_METERS * Math.PI) / 2, 6);
    expect(distanceMeters(-180, 7, 180, 7)).toBeLessThan(1e-6);
    expect(distanceMeters(3, 4, 3, 4)).toBe(0);
  });
});

describe("A search area", () => {
  test("includes its edge", () => {
    const distance = distanceMeters(0, 0, 1, 0);
    expect(distanceInShape(circle(0, 0, distance), { longitude: 1, latitude: 0 })).toBe(distance);
    expect(distanceInShape(circle(0, 0, distance * 0.999999), { longitude: 1, latitude: 0 })).toBe(OUTSIDE);
    expect(distanceInShape(box(0, 0, 2 * distance, 0), { longitude: -1, latitude: 0 })).toBe(distance);
    expect(distanceInShape(box(0, 0, 1.999999 * distance, 9), { longitude: -1, latitude: 0 })).toBe(OUTSIDE);
    expect(distanceInShape(box(0, 0, 9, 1.999999 * distance), { longitude: 0, latitude: 1 })).toBe(OUTSIDE);
  });

  test("is measured in its unit", () => {
    const point = { longitude: 1, latitude: 0 };
    expect(distanceInShape(circle(0, 0, 112, 1000), point)).toBeGreaterThan(111_000);
    expect(distanceInShape(circle(0, 0, 111, 1000), point)).toBe(OUTSIDE);
    expect(distanceInShape(box(0, 0, 224, 1, 1000), point)).toBeGreaterThan(111_000);
    expect(distanceInShape(box(0, 0, 222, 1, 1000), point)).toBe(OUTSIDE);
  });

  test("of no size is looked for in one cell", () => {
    const score = encodeGeohash(13.361389, 38.115556);
    expect(ranges(circle(13.361389, 38.115556, 0))[0]).toEqual([score, score + 1]);
  });

  test("as large as the world is looked for in each quarter once", () => {
    const quarter = 2 ** 50;
    const found = ranges(circle(10, 10, 30_000_000));
    expect(found.map(([from]) => from / quarter)).toEqual([3, 2, 1, 0]);
    expect(found.every(([from, to]) => to - from === quarter)).toBe(true);
  });

  test("is covered by its ranges of scores, which do not overlap", () => {
    const random = new Random(testSeed("geo ranges"));
    const point = { longitude: 0, latitude: 0 };
    let inside = 0;
    for (let round = 0; round < 3_000; round++) {
      const longitude = random.float() * 300 - 150;
      const latitude = random.float() * 120 - 60;
      const size = 10 ** (random.float() * 6);
      const shape =
        round % 2 === 0
          ? circle(longitude, latitude, size)
          : box(longitude, latitude, 2 * size, size * random.float());
      const found = ranges(shape);
      const sorted = found.toSorted(([a], [b]) => a - b);
      for (let i = 1; i < sorted.length; i++) expect(sorted[i][0]).toBeGreaterThanOrEqual(sorted[i - 1][1]);
      for (let i = 0; i < 20; i++) {
        const reach = (size / 111_000) * 1.5;
        const east = longitude + (random.float() - 0.5) * 4 * reach;
        const north = latitude + (random.float() - 0.5) * 2 * reach;
        if (Math.abs(east) > 180 || Math.abs(north) > LATITUDE_MAX) continue;
        const score = encodeGeohash(east, north);
        decodeGeohash(score, point);
        if (distanceInShape(shape, point) === OUTSIDE) continue;
        inside++;
        expect(found.some(([from, to]) => score >= from && score < to)).toBe(true);
      }
    }
    expect(inside).toBeGreaterThan(5_000);
  });
});
