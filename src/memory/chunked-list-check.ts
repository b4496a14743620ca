/** The invariant checker of chunked lists, for tests and deep checks of a dataset. */

import type { Arena, Offset } from "./arena.ts";
import type { ChunkCodec } from "./chunk-codec.ts";
import {
  CHUNK_HEAD_BYTES,
  CHUNKS,
  COMPRESSED,
  COUNT,
  DATA_END,
  ELEMENTS,
  END,
  HEAD,
  IMAGE_END,
  NEXT,
  PREVIOUS,
  START,
  TAIL,
} from "./chunked-list-layout.ts";
import { nextPacked, previousPacked } from "./packed.ts";

/** Walks the list and throws at the first broken invariant. O(elements). */
export function checkChunkedList(arena: Arena, codec: ChunkCodec, root: Offset): void {
  const { words } = arena;
  const at = root >> 2;
  let chunks = 0;
  let elements = 0;
  let previous = 0;
  for (let chunk: Offset = words[at + HEAD]; chunk !== 0; chunk = words[(chunk >> 2) + NEXT]) {
    if (words[(chunk >> 2) + PREVIOUS] !== previous)
      throw new Error(`list: chunk ${chunk} is linked wrongly`);
    elements += checkChunk(arena, codec, chunk);
    chunks++;
    previous = chunk;
  }
  if (words[at + TAIL] !== previous) throw new Error(`list: ${words[at + TAIL]} is not the last chunk`);
  if (words[at + CHUNKS] !== chunks)
    throw new Error(`list: there are ${chunks} chunks, ${words[at + CHUNKS]} counted`);
  if (words[at + COUNT] !== elements)
    throw new Error(`list: there are ${elements} elements, ${words[at + COUNT]} counted`);
}

/** Returns the number of elements. */
function checkChunk(arena: Arena, codec: ChunkCodec, chunk: Offset): number {
  const { words } = arena;
  const head = chunk >> 2;
  const isCompressed = words[head + END] < 0;
  if (isCompressed && words[head + DATA_END] > arena.capacityOf(chunk))
    throw new Error(`list: the bytes of chunk ${chunk} end at ${words[head + DATA_END]}`);
  const start = words[head + START];
  const end = words[head + END] & ~COMPRESSED;
  if (
    start < CHUNK_HEAD_BYTES ||
    end <= start ||
    end > (isCompressed ? words[head + IMAGE_END] : arena.capacityOf(chunk))
  )
    throw new Error(`list: chunk ${chunk} has elements from ${start} to ${end}`);
  const bytes = isCompressed ? codec.image(arena, chunk) : arena.bytes;
  const base = isCompressed ? 0 : chunk;
  let elements = 0;
  let at = base + start;
  while (at < base + end) {
    const next = nextPacked(bytes, at);
    if (previousPacked(bytes, next) !== at)
      throw new Error(`list: the element at ${at} of chunk ${chunk} is not read backwards`);
    at = next;
    elements++;
  }
  if (at !== base + end) throw new Error(`list: the elements of chunk ${chunk} end at ${at - base}`);
  if (words[head + ELEMENTS] !== elements)
    throw new Error(`list: chunk ${chunk} has ${elements} elements, ${words[head + ELEMENTS]} counted`);
  return elements;
}
