/**
 * Geohashes as Redis keeps them in the scores of a sorted set.
 *
 * The map is a grid of 2^26 columns (longitudes ±180°) and 2^26 rows (latitudes ±85.05112878°, where the
 * Mercator square ends). A score has the bits of both in turn, those of the column first:
 *
 *     bit   51   50   49   48         1    0
 *          c25  r25  c24  r24   …    c0   r0
 *
 * so that a cell of a coarser grid, with `steps` bits for each axis, is one interval of scores. A position
 * exactly on the upper edge of the map has the column or row 2^`steps`, one bit more than the others; its
 * score exceeds 52 bits. This is as in Redis, and so is what becomes of scores that are no geohash at all.
 *
 * Columns and rows are kept apart wherever possible: they fit an int32, while the score does not.
 */

export const LONGITUDE_MAX = 180;
export const LATITUDE_MAX = 85.05112878;
/** Bits of each axis in a score. */
export const STEPS_MAX = 26;

const LONGITUDE_SPAN = LONGITUDE_MAX + LONGITUDE_MAX;
const LATITUDE_SPAN = LATITUDE_MAX + LATITUDE_MAX;

const TWO_32 = 2 ** 32;
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

const BASE32 = "0123456789bcdefghjkmnpqrstuvwxyz";
/** Characters of a geohash text that the bits of a score reach; Redis adds a zero to the usual eleven. */
const TEXT_CHARACTERS = 10;

export interface GeoPoint {
  longitude: number;
  latitude: number;
}

/** The column of the grid with 2^`steps` columns that holds `longitude`, which is within ±180. */
export function columnOf(longitude: number, steps: number): number {
  return Math.floor(((longitude + LONGITUDE_MAX) / LONGITUDE_SPAN) * 2 ** steps);
}

/** The row of the grid with 2^`steps` rows that holds `latitude`, which is within ±`LATITUDE_MAX`. */
export function rowOf(latitude: number, steps: number): number {
  return Math.floor(((latitude + LATITUDE_MAX) / LATITUDE_SPAN) * 2 ** steps);
}

/** The longitude of the western edge of a column. */
export function columnEdge(column: number, steps: number): number {
  return -LONGITUDE_MAX + (column / 2 ** steps) * LONGITUDE_SPAN;
}

/** The latitude of the southern edge of a row. */
export function rowEdge(row: number, steps: number): number {
  return -LATITUDE_MAX + (row / 2 ** steps) * LATITUDE_SPAN;
}

/** The score of a position within the limits. */
export function encodeGeohash(longitude: number, latitude: number): number {
  return cellScore(columnOf(longitude, STEPS_MAX), rowOf(latitude, STEPS_MAX), STEPS_MAX, 0);
}

/**
 * The least score in a cell of the grid of `steps`, or with `next` 1 the least beyond the cell.
 *
 * It is rounded where it exceeds 53 bits, as Redis' conversion to a double rounds it.
 */
export function cellScore(column: number, row: number, steps: number, next: 0 | 1): number {
  const low = spread(row) | (spread(column) << 1);
  const high = spread(row >>> 16) | (spread(column >>> 16) << 1);
  // One rounding at most: the lower word and its successor are exact, the shift is one of the exponent.
  return ((high >>> 0) * TWO_32 + ((low >>> 0) + next)) * 2 ** (2 * (STEPS_MAX - steps));
}

/** The middle of the cell with this score, moved to the edge of the map where it lies beyond. */
export function decodeGeohash(score: number, into: GeoPoint): void {
  const low = lowWord(score);
  const high = highWord(score);
  const row = (gathered(low) | (gathered(high) << 16)) >>> 0;
  const column = (gathered(low >>> 1) | (gathered(high >>> 1) << 16)) >>> 0;
  // Foreign scores may use all 32 bits of an axis, and the next number is then 0.
  const nextRow = (row + 1) >>> 0;
  const nextColumn = (column + 1) >>> 0;
  const latitude = (rowEdge(row, STEPS_MAX) + rowEdge(nextRow, STEPS_MAX)) / 2;
  const longitude = (columnEdge(column, STEPS_MAX) + columnEdge(nextColumn, STEPS_MAX)) / 2;
  into.longitude = Math.min(longitude, LONGITUDE_MAX);
  into.latitude = Math.min(latitude, LATITUDE_MAX);
}

/**
 * The standard geohash text of a decoded position. Its rows go from pole to pole, so it is not the text of
 * the score. 52 bits make ten characters and a bit; Redis gives eleven with the last always zero.
 */
export function geohashText(point: GeoPoint): string {
  const column = columnOf(point.longitude, STEPS_MAX);
  const row = Math.floor(((point.latitude + 90) / 180) * 2 ** STEPS_MAX);
  const low = spread(row) | (spread(column) << 1);
  const high = spread(row >>> 16) | (spread(column >>> 16) << 1);
  let text = "";
  for (let i = 1; i <= TEXT_CHARACTERS; i++) {
    const shift = 2 * STEPS_MAX - 5 * i;
    const bits = shift >= 32 ? high >>> (shift - 32) : (low >>> shift) | ((high << 1) << (31 - shift));
    text += BASE32[bits & 31];
  }
  return `${text}0`;
}

/** The lower 16 bits of `x`, each moved to twice its place. */
function spread(x: number): number {
  let bits = x & 0xffff;
  bits = (bits | (bits << 8)) & 0x00ff00ff;
  bits = (bits | (bits << 4)) & 0x0f0f0f0f;
  bits = (bits | (bits << 2)) & 0x33333333;
  return (bits | (bits << 1)) & 0x55555555;
}

/** The 16 bits at even places of the word `x`, moved together. */
function gathered(x: number): number {
  let bits = x & 0x55555555;
  bits = (bits | (bits >>> 1)) & 0x33333333;
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f;
  bits = (bits | (bits >>> 4)) & 0x00ff00ff;
  return (bits | (bits >>> 8)) & 0xffff;
}

/** The lower word of C's `(uint64_t)score` on x86-64. */
function lowWord(score: number): number {
  return score >= TWO_64 || score < -TWO_63 ? 0 : score | 0;
}

/** The upper word of the same. What does not fit is 0 above the range and 2^63 below it. */
function highWord(score: number): number {
  if (score >= TWO_64) return 0;
  return score < -TWO_63 ? 0x8000_0000 | 0 : Math.floor(Math.trunc(score) / TWO_32) | 0;
}
