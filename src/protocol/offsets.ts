/**
 * The offset table of a request: pairs of start and end, one pair per argument, reused from request to
 * request. It grows with the arguments that have really arrived, never with the number a client announces.
 */

/** The table of a parser that has seen no request yet: an idle connection pays nothing for it. */
export const NO_OFFSETS = new Int32Array(0);

/** A table larger than this (8,192 arguments) is given back once its request is done. */
export const OFFSETS_KEPT_MAX = 2 * 8192;

const OFFSETS_MIN = 2 * 16;

/** A table of at least twice the size with the same contents; the old one belongs to nobody afterwards. */
export function grownOffsets(offsets: Int32Array): Int32Array {
  const grown = new Int32Array(Math.max(OFFSETS_MIN, offsets.length * 2));
  grown.set(offsets);
  return grown;
}
