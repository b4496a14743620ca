/** The GEO commands. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** Keys that no other table draws, so that many members come together. */
const GEO_KEYS: Part[] = ["geo:0", "geo:1", "geo:2"];

/** Some of them numbers, which are packed as such. */
const MEMBERS: Part[] = [
  ...["Palermo", "Catania", "Agrigento", "edge", "", "0", "-1", "12345", "9223372036854775807", "01", "1e3"],
  ...["m".repeat(64), "m".repeat(65), Buffer.from([0, 255, 13, 10])],
];

/** Places in the middle of everything, on the edges of the map, at a pole and on the date line. */
const PLACES: [Part, Part][] = [
  ["13.361389", "38.115556"],
  ["15.087269", "37.502669"],
  ["13.583333", "37.316667"],
  ["0", "0"],
  ["-0", "-0.0"],
  ["180", "85.05112878"],
  ["-180", "-85.05112878"],
  ["179.9999", "0.5"],
  ["-179.9999", "0.5"],
  ["0", "85.05"],
  ["0x1p3", "1e1"],
];

/** Outside of the map, or no number at all. */
const REFUSED_COORDINATES: Part[] = [
  ...["180.0000001", "-180.1", "85.0511288", "-90", "1e300", "-123456789.123456789", "inf", "-inf", "nan"],
  ...["", "1 ", "abc", "0.0078125.", "9007199254740993", "9223372036854775808", "1e-400"],
];

/** Sizes of areas, from nothing to more than the globe. */
const SIZES: Part[] = [
  ...["0", "-0", "0.0001", "1", "10", "100", "166274.1516", "200", "500", "5000", "20037.73", "1e5", "1e7"],
  ...["1e20", "1e300", "inf", "9007199254740993", "9223372036854775807", "0x1p10"],
];
const REFUSED_SIZES: Part[] = ["-1", "-0.0001", "-inf", "nan", "", "abc", "1e400", "1 "];

const UNITS: Part[] = ["m", "km", "ft", "mi", "M", "KM", "Ft", "mI"];

/** Scores that GEOADD never makes. */
const FOREIGN_SCORES: Part[] = [
  ...["0", "0.5", "-1", "4503599627370496", "9007199254740992", "18014398509481984", "9223372036854775808"],
  ...["3479099956230698.5", "1e30", "inf", "-inf", "-0.0"],
];

/** Mostly a key of places, sometimes any. */
const geoKey = (gen: Gen): Part => (gen.chance(88) ? gen.pick(GEO_KEYS) : gen.key());

function member(gen: Gen): Part {
  const kind = gen.below(20);
  if (kind < 13) return kind < 7 ? MEMBERS[gen.below(4)] : gen.below(5);
  return kind < 17 ? gen.pick(MEMBERS) : gen.below(300);
}

/** `max` degrees at most to either side. */
function degrees(gen: Gen, max: number): string {
  return ((2 * gen.random.float() - 1) * max).toFixed(gen.pick([0, 1, 3, 6, 12]));
}

function position(gen: Gen): Part[] {
  if (gen.chance(45)) return gen.pick(PLACES);
  if (gen.chance(4)) return [gen.pick(REFUSED_COORDINATES), degrees(gen, 85)];
  if (gen.chance(4)) return [degrees(gen, 180), gen.pick(REFUSED_COORDINATES)];
  const [longitude, latitude] = gen.chance(50) ? [180, 85] : [20, 20];
  return [degrees(gen, longitude), degrees(gen, latitude)];
}

function size(gen: Gen): Part {
  if (gen.chance(3)) return gen.pick(REFUSED_SIZES);
  return gen.chance(50) ? gen.pick(SIZES) : `${gen.below(10_000)}.${gen.below(100)}`;
}

function unit(gen: Gen): Part {
  return gen.chance(97) ? gen.pick(UNITS) : gen.pick(["", "mm", "km ", "meters", gen.odd()]);
}

function count(gen: Gen): Part[] {
  const number = gen.chance(85) ? 1 + gen.below(gen.pick([3, 12, 300])) : gen.integer();
  return ["COUNT", number, ...(gen.chance(30) ? ["ANY"] : [])];
}

const order = (gen: Gen): Part[] => [gen.pick(["ASC", "DESC"])];
const rare = (gen: Gen, word: Part): Part[] => (gen.chance(6) ? [word] : []);

/** What a search may be asked to do with what it finds. */
function options(gen: Gen): Part[] {
  return gen.some(
    [
      () => ["WITHDIST"],
      () => ["WITHHASH"],
      () => ["WITHCOORD"],
      () => count(gen),
      () => order(gen),
      () => rare(gen, gen.pick(["ANY", "COUNT", "STORE", "STOREDIST", "BYRADIUS", "bad"])),
    ],
    gen.pick([0, 30, 60]),
  );
}

/** {@link options} that go together with a destination. */
function storeOptions(gen: Gen): Part[] {
  const details = () => rare(gen, gen.pick(["WITHDIST", "WITHHASH", "WITHCOORD"]));
  return gen.some([() => count(gen), () => order(gen), details], 35);
}

function destination(gen: Gen): Part[] {
  const one = () => [gen.pick(["STORE", "STOREDIST"]), geoKey(gen)];
  return gen.chance(90) ? one() : [...one(), ...one()];
}

/** Options of GEORADIUS and GEORADIUSBYMEMBER. */
function radiusOptions(gen: Gen): Part[] {
  if (gen.chance(65)) return options(gen);
  return gen.chance(50)
    ? [...storeOptions(gen), ...destination(gen)]
    : [...destination(gen), ...storeOptions(gen)];
}

function area(gen: Gen): Part[] {
  const center = () => (gen.chance(50) ? ["FROMMEMBER", member(gen)] : ["FROMLONLAT", ...position(gen)]);
  const shape = () =>
    gen.chance(50) ? ["BYRADIUS", size(gen), unit(gen)] : ["BYBOX", size(gen), size(gen), unit(gen)];
  const parts = gen.chance(50) ? [...center(), ...shape()] : [...shape(), ...center()];
  // One of them too few or too many.
  if (gen.chance(3)) return gen.chance(50) ? center() : shape();
  return gen.chance(3) ? [...parts, ...(gen.chance(50) ? center() : shape())] : parts;
}

function members(gen: Gen): Part[] {
  return Array.from({ length: gen.pick([1, 1, 2, 3, 20]) }, () => [...position(gen), member(gen)]).flat();
}

function geoadd(gen: Gen): Part[] {
  const flags = gen.some(
    [() => [gen.pick(["NX", "XX"])], () => ["CH"], () => rare(gen, gen.pick(["NX", "XX", "GT"]))],
    20,
  );
  return [geoKey(gen), ...flags, ...members(gen)];
}

function search(gen: Gen): Part[] {
  return gen.chance(70) ? [...area(gen), ...options(gen)] : [...options(gen), ...area(gen)];
}

export const GEO_COMMANDS: CommandRow[] = [
  { name: "GEOADD", weight: 12, args: geoadd },
  { name: "GEOPOS", weight: 5, args: (g) => [geoKey(g), ...g.times(0, 4, () => member(g))] },
  { name: "GEOHASH", weight: 4, args: (g) => [geoKey(g), ...g.times(0, 4, () => member(g))] },
  {
    name: "GEODIST",
    weight: 6,
    args: (g) => [geoKey(g), member(g), member(g), ...(g.chance(60) ? [unit(g)] : [])],
  },
  { name: "GEOSEARCH", weight: 14, args: (g) => [geoKey(g), ...search(g)] },
  {
    name: "GEOSEARCHSTORE",
    weight: 7,
    args: (g) => [
      ...[geoKey(g), geoKey(g), ...area(g)],
      ...[...storeOptions(g), ...(g.chance(40) ? ["STOREDIST"] : [])],
    ],
  },
  {
    name: "GEORADIUS",
    weight: 7,
    args: (g) => [geoKey(g), ...position(g), size(g), unit(g), ...radiusOptions(g)],
  },
  {
    name: "GEORADIUS_RO",
    weight: 4,
    args: (g) => [geoKey(g), ...position(g), size(g), unit(g), ...options(g)],
  },
  {
    name: "GEORADIUSBYMEMBER",
    weight: 7,
    args: (g) => [geoKey(g), member(g), size(g), unit(g), ...radiusOptions(g)],
  },
  {
    name: "GEORADIUSBYMEMBER_RO",
    weight: 4,
    args: (g) => [geoKey(g), member(g), size(g), unit(g), ...options(g)],
  },
  { name: "ZADD", weight: 2, args: (g) => [g.pick(GEO_KEYS), g.pick(FOREIGN_SCORES), member(g)] },
  { name: "ZRANGE", weight: 3, args: (g) => [geoKey(g), 0, -1, "WITHSCORES"] },
  { name: "OBJECT", weight: 1, args: (g) => ["ENCODING", g.pick(GEO_KEYS)] },
  { name: "DEL", weight: 1, args: (g) => [g.pick(GEO_KEYS)] },
  {
    name: "COMMAND",
    weight: 2,
    mutate: false,
    args: (g) => [
      ...["GETKEYSANDFLAGS", g.pick(["GEORADIUS", "GEORADIUSBYMEMBER"]), geoKey(g)],
      ...[...position(g), size(g), unit(g), ...radiusOptions(g)],
    ],
  },
];
