/** The layout of chunked lists (drawn in `chunked-list.ts`), and how large chunks are. */

/** Words of a root block. */
export const COUNT = 0;
export const CHUNKS = 1;
export const HEAD = 2;
export const TAIL = 3;
export const ROOT_BYTES = 4 * 4;

/** Words of a chunk. Its elements start and end at so many bytes from the start of its block. */
export const PREVIOUS = 0;
export const NEXT = 1;
export const ELEMENTS = 2;
export const START = 3;
export const END = 4;
/** Neighbours among the chunks that wait to be compressed. */
export const WAITING_PREVIOUS = 5;
export const WAITING_NEXT = 6;
export const CHUNK_HEAD_BYTES = 7 * 4;

/**
 * Set in the END of a chunk that is compressed: the sign, which no offset needs. Such a chunk has these words too: where
 * the elements ended when that was done, a number that no other has had (a double), and where the compressed bytes end.
 */
export const COMPRESSED = 1 << 31;
export const IMAGE_END = 7;
export const STAMP_DOUBLE = 8 / 2;
export const DATA_END = 10;
export const COMPRESSED_HEAD_BYTES = 11 * 4;

/** How large a chunk may become. An element too large for that has a chunk of its own. */
export interface ChunkBounds {
  /** Bytes of its elements. */
  readonly bytes: number;
  /** Number of its elements. */
  readonly elements: number;
  /** An element of so many bytes has a chunk of its own even if it would fit. */
  readonly alone: number;
  /**
   * So many chunks at either end stay as they are, those in between are compressed; 0: none is. Small: they are
   * walked over for each chunk that is added or taken.
   */
  readonly compressDepth: number;
  /** A chunk is not compressed if its elements take more bytes than this on average. */
  readonly compressMean: number;
}

/** Room that a chunk at an end of its list gets beyond what it needs, at least. */
const SLACK_MIN = 48;
/** The same as a part of what it needs: this power of two. */
const SLACK_SHIFT = 2;

/** Of a list with so many chunks, one at an end is a small part: it gets more room at once, */
const LONG_LIST_CHUNKS = 64;
const LONG_LIST_SLACK = 8 * 1024;
/** if a chunk may have that many elements. */
const LONG_LIST_ELEMENTS = 128;

/** Room for more that a chunk gets whose elements take `size` bytes, in a list of so many chunks. */
export function slackFor(size: number, bounds: ChunkBounds, chunks: number): number {
  const isLong = chunks >= LONG_LIST_CHUNKS && bounds.elements >= LONG_LIST_ELEMENTS;
  const wanted = Math.max(size >> SLACK_SHIFT, isLong ? LONG_LIST_SLACK : SLACK_MIN);
  return Math.max(0, Math.min(wanted, bounds.bytes - size));
}
