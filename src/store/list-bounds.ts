/** How the chunks of lists are made: what Redis' `list-max-listpack-size` and `list-compress-depth` say about nodes. */

import type { ChunkBounds } from "../memory/chunked-list-layout.ts";

/** Bytes of a chunk whose elements are counted. */
const COUNTED_CHUNK_BYTES = 8192;
/** Bytes of a chunk for −1; each step down to −5 doubles them. */
const CHUNK_BYTES_MIN = 4096;
const SIZE_MIN = -5;
const NO_LIMIT = 2 ** 31 - 1;
/** Chunks at either end that are not compressed, at most. */
const COMPRESS_DEPTH_MAX = 256;

export interface ListLimits {
  /** `list-max-listpack-size` */
  readonly size: number;
  /** Bytes from which on an element has a chunk of its own; 0: only one that fits no other. */
  readonly alone: number;
  /** `list-compress-depth` */
  readonly compressDepth: number;
  /** `list-compress-max-mean` */
  readonly compressMean: number;
}

export function listChunkBounds({ size, alone, compressDepth, compressMean }: ListLimits): ChunkBounds {
  const isCounted = size >= 0;
  return {
    bytes: isCounted ? COUNTED_CHUNK_BYTES : CHUNK_BYTES_MIN << (-Math.max(size, SIZE_MIN) - 1),
    elements: isCounted ? Math.max(size, 1) : NO_LIMIT,
    alone: alone || NO_LIMIT,
    compressDepth: Math.min(compressDepth, COMPRESS_DEPTH_MAX),
    compressMean: compressMean || NO_LIMIT,
  };
}
