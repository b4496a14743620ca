/**
 * Distances on the globe, and the circles and boxes that GEOSEARCH looks in.
 *
 * The order of every calculation is that of Redis: each double rounds, and a point on an edge is in or out by
 * the last bit.
 */

import { cellScore, columnEdge, columnOf, type GeoPoint, rowEdge, rowOf, STEPS_MAX } from "./geohash.ts";

const EARTH_RADIUS_METERS = 6372797.560856;
const RADIANS_PER_DEGREE = Math.PI / 180;
/** Half the width of the Mercator square. */
const MERCATOR_MAX = 20037726.37;

/** What `distanceInShape` says of a point outside. */
export const OUTSIDE = -1;

/** A search area: a circle, or a box along the meridian of its centre. Sizes of the other kind are ignored. */
export interface GeoShape {
  kind: "circle" | "box";
  /** The centre, within the limits of a geohash. */
  longitude: number;
  latitude: number;
  /** The size in the unit of the request. It is not converted once for all: Redis rounds after each use. */
  radius: number;
  width: number;
  height: number;
  metersPerUnit: number;
}

/** Intervals of scores: `from[i]` ≤ score < `to[i]` for each i below `count`. */
export class ScoreRanges {
  count = 0;
  readonly from = new Float64Array(9);
  readonly to = new Float64Array(9);
}

interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** Great-circle distance in metres. */
export function distanceMeters(
  longitude1: number,
  latitude1: number,
  longitude2: number,
  latitude2: number,
): number {
  const v = Math.sin((radians(longitude2) - radians(longitude1)) / 2);
  if (v === 0) return meridianDistance(latitude1, latitude2);
  const from = radians(latitude1);
  const to = radians(latitude2);
  const u = Math.sin((to - from) / 2);
  const a = u * u + Math.cos(from) * Math.cos(to) * v * v;
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(a));
}

function meridianDistance(latitude1: number, latitude2: number): number {
  return EARTH_RADIUS_METERS * Math.abs(radians(latitude2) - radians(latitude1));
}

function radians(degrees: number): number {
  return degrees * RADIANS_PER_DEGREE;
}

function degrees(radians: number): number {
  return radians / RADIANS_PER_DEGREE;
}

/** The distance in metres from the centre to a point inside or on the edge; `OUTSIDE` for the others. */
export function distanceInShape(shape: GeoShape, point: GeoPoint): number {
  const { longitude, latitude } = point;
  if (shape.kind === "circle") {
    const distance = distanceMeters(shape.longitude, shape.latitude, longitude, latitude);
    return distance > shape.radius * shape.metersPerUnit ? OUTSIDE : distance;
  }
  // Along the meridian first, then along the parallel of the point: that is Redis' notion of a box.
  const height = shape.height * shape.metersPerUnit;
  if (meridianDistance(latitude, shape.latitude) > height / 2) return OUTSIDE;
  const width = shape.width * shape.metersPerUnit;
  if (distanceMeters(longitude, latitude, shape.longitude, latitude) > width / 2) return OUTSIDE;
  return distanceMeters(shape.longitude, shape.latitude, longitude, latitude);
}

// The cell of the centre and its neighbours, in the order in which Redis searches them.
const COLUMN_MOVES = [0, 0, 0, 1, -1, 1, -1, 1, -1];
const ROW_MOVES = [0, 1, -1, 0, 0, 1, 1, -1, -1];

/**
 * The scores to look through for all points of `shape`: up to nine cells around its centre, in Redis' order,
 * which shows in replies that are not sorted. Points of these cells may lie outside the shape.
 */
export function findScoreRanges(shape: GeoShape, into: ScoreRanges): void {
  const bounds = boundsOf(shape);
  let steps = estimatedSteps(radiusMeters(shape), shape.latitude);
  if (steps > 1 && !neighboursReach(shape, bounds, steps)) steps--;

  const column = columnOf(shape.longitude, steps);
  const row = rowOf(shape.latitude, steps);
  // On the coarsest grid all cells are neighbours, and none is left out.
  const all = steps === 1;
  const east = all || !(columnEdge(column + 1, steps) > bounds.east);
  const west = all || !(columnEdge(column, steps) < bounds.west);
  const north = all || !(rowEdge(row + 1, steps) > bounds.north);
  const south = all || !(rowEdge(row, steps) < bounds.south);

  into.count = 0;
  for (let i = 0; i < COLUMN_MOVES.length; i++) {
    const columnMove = COLUMN_MOVES[i];
    const rowMove = ROW_MOVES[i];
    if ((columnMove > 0 && !east) || (columnMove < 0 && !west)) continue;
    if ((rowMove > 0 && !north) || (rowMove < 0 && !south)) continue;
    addCell(moved(column, columnMove, steps), moved(row, rowMove, steps), steps, into);
  }
}

/** Adds a cell unless it is the one added last: on the coarsest grid both neighbours on an axis are the same. */
function addCell(column: number, row: number, steps: number, into: ScoreRanges): void {
  const { count } = into;
  const from = cellScore(column, row, steps, 0);
  if (count > 0 && into.from[count - 1] === from) return;
  into.from[count] = from;
  into.to[count] = cellScore(column, row, steps, 1);
  into.count = count + 1;
}

/**
 * A column or row one further on; the grid has no end. Without a move, a position on the upper edge of the map
 * keeps its index beyond the grid.
 */
function moved(index: number, move: number, steps: number): number {
  return move === 0 ? index : (index + move) & (2 ** steps - 1);
}

/** The distance from the centre to the farthest points. */
function radiusMeters(shape: GeoShape): number {
  if (shape.kind === "circle") return shape.radius * shape.metersPerUnit;
  const width = shape.width / 2;
  const height = shape.height / 2;
  return Math.sqrt(width * width + height * height) * shape.metersPerUnit;
}

/** The finest grid whose cells around the centre are likely to cover the radius. */
function estimatedSteps(radius: number, latitude: number): number {
  if (radius === 0) return STEPS_MAX;
  let steps = -1;
  for (let reach = radius; reach < MERCATOR_MAX; reach *= 2) steps++;
  // Cells become narrow towards the poles.
  if (latitude > 66 || latitude < -66) steps--;
  if (latitude > 80 || latitude < -80) steps--;
  return Math.max(1, Math.min(STEPS_MAX, steps));
}

/** Whether the cells around that of the centre reach as far as the shape in all four directions. */
function neighboursReach(shape: GeoShape, bounds: Bounds, steps: number): boolean {
  const column = columnOf(shape.longitude, steps);
  const row = rowOf(shape.latitude, steps);
  return !(
    rowEdge(moved(row, 1, steps) + 1, steps) < bounds.north ||
    rowEdge(moved(row, -1, steps), steps) > bounds.south ||
    columnEdge(moved(column, 1, steps) + 1, steps) < bounds.east ||
    columnEdge(moved(column, -1, steps), steps) > bounds.west
  );
}

/** The bounding box, in degrees; not cut at the edges of the map, and meaningless beyond a pole. */
function boundsOf(shape: GeoShape): Bounds {
  const { longitude, latitude, metersPerUnit } = shape;
  const circle = shape.kind === "circle";
  const height = metersPerUnit * (circle ? shape.radius : shape.height / 2);
  const width = metersPerUnit * (circle ? shape.radius : shape.width / 2);
  const latitudeDelta = degrees(height / EARTH_RADIUS_METERS);
  // The side nearer to the pole: there the width spans the most degrees.
  const widest = latitude < 0 ? latitude - latitudeDelta : latitude + latitudeDelta;
  const longitudeDelta = degrees(width / EARTH_RADIUS_METERS / Math.cos(radians(widest)));
  return {
    west: longitude - longitudeDelta,
    south: latitude - latitudeDelta,
    east: longitude + longitudeDelta,
    north: latitude + latitudeDelta,
  };
}
