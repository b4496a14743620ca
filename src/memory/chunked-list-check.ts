/** The invariant checker of chunked lists, for tests and deep checks of a dataset. */

import type { Arena, Offset } from "./arena.ts";
import {
  CHUNK_HEAD_BYTES,
  CHUNKS,
  COUNT,
  ELEMENTS,
  END,
  HEAD,
  NEXT,
  PREVIOUS,
  START,
  TAIL,
} from "./chunked-list-layout.ts";
import { nextPacked, previousPacked } from "./packed.ts";

/** Walks the list and throws at the first broken invariant. O(elements). */
export function checkChunkedList(arena: Arena, root: Offset): void {
  const { words } = arena;
  const at = root >> 2;
  let chunks = 0;
  let elements = 0;
  let previous = 0;
  for (let chunk: Offset = words[at + HEAD]; chunk !== 0; chunk = words[(chunk >> 2) + NEXT]) {
    if (words[(chunk >> 2) + PREVIOUS] !== previous)
      throw new Error(`list: chunk ${chunk} is linked wrongly`);
    elements += checkChunk(arena, chunk);
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
function checkChunk(arena: Arena, chunk: Offset): number {
  const { words, bytes } = arena;
  const start = words[(chunk >> 2) + START];
  const end = words[(chunk >> 2) + END];
  if (start < CHUNK_HEAD_BYTES || end <= start || end > arena.capacityOf(chunk))
    throw new Error(`list: chunk ${chunk} has elements from ${start} to ${end}`);
  let elements = 0;
  let at = chunk + start;
  while (at < chunk + end) {
    const next = nextPacked(bytes, at);
    if (previousPacked(bytes, next) !== at)
      throw new Error(`list: the element at ${at} is not read backwards`);
    at = next;
    elements++;
  }
  if (at !== chunk + end) throw new Error(`list: the elements of chunk ${chunk} end at ${at}`);
  if (words[(chunk >> 2) + ELEMENTS] !== elements)
    throw new Error(
      `list: chunk ${chunk} has ${elements} elements, ${words[(chunk >> 2) + ELEMENTS]} counted`,
    );
  return elements;
}
