import { describe, expect, test } from "bun:test";
import {
  distanceInShape,
  findScoreRanges,
  type GeoShape,
  OUTSIDE,
  ScoreRanges,
} from "../../src/base/geo-shape.ts";
import { decodeGeohash, encodeGeohash, LATITUDE_MAX, LONGITUDE_MAX } from "../../src/base/geohash.ts";
import { Random } from "../../src/base/random.ts";
import { createPacked } from "../../src/store/collection.ts";
import { type Entry, TYPE_ZSET } from "../../src/store/entry.ts";
import { findMatches, type GeoMatch, sortMatches } from "../../src/store/geo.ts";
import type { Keyspace } from "../../src/store/keyspace.ts";
import * as zsets from "../../src/store/zset.ts";
import { Engine } from "../support/engine.ts";
import { ZSET_FORMS } from "../support/geo-samples.ts";
import { testSeed } from "../support/seed.ts";

const ALL = Number.POSITIVE_INFINITY;

interface Place {
  name: string;
  score: number;
}

/** Mostly geohashes of positions; many share their cell, some their position, and some are any numbers. */
function places(random: Random, count: number): Place[] {
  const list = Array.from({ length: count }, (_, i) => {
    const degrees = random.below(3) === 0 ? 1 : 0.01;
    const longitude = (2 * random.float() - 1) * LONGITUDE_MAX * degrees;
    const latitude = (2 * random.float() - 1) * LATITUDE_MAX * degrees;
    const score =
      random.below(20) === 0 ? (random.float() - 0.5) * 2 ** 55 : encodeGeohash(longitude, latitude);
    return { name: i % 3 === 0 ? String(i) : `place ${i}`, score };
  });
  for (let i = 1; i < count; i += 5) list[i].score = list[i - 1].score;
  return list.sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1));
}

function fill(keyspace: Keyspace, list: readonly Place[]): Entry {
  const key = Buffer.from("k");
  const entry = createPacked(keyspace, 0, key, 0, 1, TYPE_ZSET);
  for (const { name, score } of list) {
    const bytes = Buffer.from(name);
    zsets.add(keyspace, entry, bytes, 0, bytes.length, score);
  }
  return entry;
}

function randomShape(random: Random): GeoShape {
  const size = () => 10 ** (8 * random.float());
  return {
    kind: random.below(2) === 0 ? "circle" : "box",
    longitude: (2 * random.float() - 1) * 3,
    latitude: (2 * random.float() - 1) * 3,
    radius: size(),
    width: size(),
    height: size(),
    metersPerUnit: 1,
  };
}

/** What a search has to find, by looking at all members for each interval of scores. */
function expectedMatches(list: readonly Place[], shape: GeoShape): string[] {
  const ranges = new ScoreRanges();
  findScoreRanges(shape, ranges);
  const point = { longitude: 0, latitude: 0 };
  const found: string[] = [];
  for (let i = 0; i < ranges.count; i++) {
    for (const { name, score } of list) {
      if (score < ranges.from[i] || score >= ranges.to[i]) continue;
      decodeGeohash(score, point);
      const distance = distanceInShape(shape, point);
      if (distance !== OUTSIDE)
        found.push(`${name} ${score} ${distance} ${point.longitude} ${point.latitude}`);
    }
  }
  return found;
}

function shown({ bytes, start, end, score, distance, longitude, latitude }: GeoMatch): string {
  return `${bytes.toString("latin1", start, end)} ${score} ${distance} ${longitude} ${latitude}`;
}

for (const { name, limits } of ZSET_FORMS) {
  describe(`a search of a sorted set that is ${name}`, () => {
    const random = new Random(testSeed(`searches, ${name}`));
    const { keyspace } = new Engine();
    Object.assign(keyspace.limits, limits);
    const list = places(random, name === "packed" ? 120 : 2_000);
    const entry = fill(keyspace, list);

    test("finds every member of its cells that lies in the area, cell by cell", () => {
      expect(entry.linked).toBe(name === "linked");
      let total = 0;
      for (let round = 0; round < 150; round++) {
        const shape = randomShape(random);
        const expected = expectedMatches(list, shape);
        expect(findMatches(keyspace, entry, shape, ALL).map(shown)).toEqual(expected);
        total += expected.length;
      }
      expect(total).toBeGreaterThan(150);
    });

    test("stops when it has enough", () => {
      for (let round = 0; round < 50; round++) {
        const shape = { ...randomShape(random), radius: 1e7, width: 1e7, height: 1e7 };
        const all = findMatches(keyspace, entry, shape, ALL).map(shown);
        const limit = 1 + random.below(all.length + 2);
        expect(findMatches(keyspace, entry, shape, limit).map(shown)).toEqual(all.slice(0, limit));
      }
    });
  });
}

describe("sortMatches", () => {
  const at = (distance: number, start: number): GeoMatch => {
    return { bytes: Buffer.alloc(0), start, end: start, score: 0, longitude: 0, latitude: 0, distance };
  };

  test("puts the nearest or the farthest first", () => {
    const random = new Random(testSeed("sorted matches"));
    for (let round = 0; round < 100; round++) {
      const distances = Array.from({ length: random.below(60) }, () => random.below(30));
      for (const farthestFirst of [false, true]) {
        const sorted = distances.toSorted((a, b) => (farthestFirst ? b - a : a - b));
        const count = random.below(distances.length + 2);
        const matches = distances.map(at);
        sortMatches(matches, count, farthestFirst);
        expect(matches.slice(0, count).map(({ distance }) => distance)).toEqual(sorted.slice(0, count));
      }
    }
  });

  test("leaves matches of one distance as they were if all are wanted", () => {
    const matches = Array.from({ length: 50 }, (_, i) => at(i % 3, i));
    sortMatches(matches, ALL, true);
    const nearest = matches.filter(({ distance }) => distance === 0).map(({ start }) => start);
    expect(nearest).toEqual(nearest.toSorted((a, b) => a - b));
    expect(matches[0].start).toBe(2);
  });
});
