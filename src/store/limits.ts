/**
 * Up to where a collection stays packed: Redis' directives of the same names, which CONFIG SET changes. And what no
 * setting changes.
 */

import type { ChunkBounds } from "../memory/chunked-list-layout.ts";
import { type ListLimits, listChunkBounds } from "./list-bounds.ts";

/** The longest string: one that fits into a reply. */
export const STRING_LENGTH_MAX = 2 ** 30 - 2 ** 20;

export class EncodingLimits {
  /** `hash-max-listpack-entries`: fields. */
  hashEntries = 512;
  /** `hash-max-listpack-value`: bytes of a field or value. */
  hashValueBytes = 64;
  /** `zset-max-listpack-entries`: members. */
  zsetEntries = 128;
  /** `zset-max-listpack-value`: bytes of a member. */
  zsetValueBytes = 64;
  /** `set-max-intset-entries`: members that are integers. */
  intsetEntries = 512;
  /** `set-max-listpack-entries`: members, of which one is none. */
  setEntries = 128;
  /** `set-max-listpack-value`: bytes of a member. */
  setValueBytes = 64;
  /** How the chunks of lists are made, which follows from what is set below. */
  listChunk: ChunkBounds;
  private list: ListLimits = { size: -2, alone: 0, compressDepth: 1, compressMean: 128 };

  constructor() {
    this.listChunk = listChunkBounds(this.list);
  }

  /** `list-max-listpack-size`: elements of a chunk of a list, or −1 to −5 for 4 to 64 KiB. */
  get listSize(): number {
    return this.list.size;
  }

  set listSize(size: number) {
    this.setList({ size });
  }

  /** Bytes from which on an element of a list has a chunk of its own; 0: only one that fits no other. For tests. */
  set listAlone(alone: number) {
    this.setList({ alone });
  }

  /** `list-compress-depth`: chunks at either end of a list that are not compressed; 0: none is. */
  get listCompressDepth(): number {
    return this.list.compressDepth;
  }

  set listCompressDepth(compressDepth: number) {
    this.setList({ compressDepth });
  }

  /** `list-compress-max-mean`: bytes of an element, on average, up to which a chunk is compressed; 0: any. */
  set listCompressMean(compressMean: number) {
    this.setList({ compressMean });
  }

  private setList(changed: Partial<ListLimits>): void {
    this.list = { ...this.list, ...changed };
    this.listChunk = listChunkBounds(this.list);
  }
}
