/** Up to where a collection stays packed: Redis' directives of the same names, which CONFIG SET changes. */

import { listChunkBounds } from "./list-bounds.ts";

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
  /** How large the chunks of lists become, which follows from the next two. */
  listChunk = listChunkBounds(-2, 0);
  private size = -2;
  private alone = 0;

  /** `list-max-listpack-size`: elements of a chunk of a list, or −1 to −5 for 4 to 64 KiB. */
  get listSize(): number {
    return this.size;
  }

  set listSize(size: number) {
    this.size = size;
    this.listChunk = listChunkBounds(size, this.alone);
  }

  /** Bytes from which on an element of a list has a chunk of its own; 0: only one that fits no other. For tests. */
  set listAlone(bytes: number) {
    this.alone = bytes;
    this.listChunk = listChunkBounds(this.size, bytes);
  }
}
