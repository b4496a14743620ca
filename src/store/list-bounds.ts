/** How large the chunks of lists become: what Redis' `list-max-listpack-size` says about the nodes of its lists. */

import type { ChunkBounds } from "../memory/chunked-list-layout.ts";

/** Bytes of a chunk whose elements are counted. */
const COUNTED_CHUNK_BYTES = 8192;
/** Bytes of a chunk for −1; each step down to −5 doubles them. */
const CHUNK_BYTES_MIN = 4096;
const SIZE_MIN = -5;
const NO_LIMIT = 2 ** 31 - 1;

/**
 * @param size `list-max-listpack-size`
 * @param alone bytes from which on an element has a chunk of its own; 0: only one that fits no other
 */
export function listChunkBounds(size: number, alone: number): ChunkBounds {
  const isCounted = size >= 0;
  return {
    bytes: isCounted ? COUNTED_CHUNK_BYTES : CHUNK_BYTES_MIN << (-Math.max(size, SIZE_MIN) - 1),
    elements: isCounted ? Math.max(size, 1) : NO_LIMIT,
    alone: alone === 0 ? NO_LIMIT : alone,
  };
}
