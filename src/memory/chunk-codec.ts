/** How the elements of a chunk are compressed, and read again: LZF, like Redis' nodes of lists. */

import { pin } from "../base/bytes.ts";
import { decompressLzfTo, LzfCompressor } from "../base/lzf.ts";
import type { Arena, Offset } from "./arena.ts";
import {
  CHUNK_HEAD_BYTES,
  COMPRESSED_HEAD_BYTES,
  DATA_END,
  IMAGE_END,
  STAMP_DOUBLE,
} from "./chunked-list-layout.ts";

/** Bytes of elements that are worth a try, and that a turn has the time for (64 KiB of text take some 150 µs). */
const SOURCE_MIN = 64;
const SOURCE_MAX = 1 << 16;
/** A quarter has to be gained, heads included: reading 8 KiB of elements takes 6 to 7 µs from then on. */
const GAIN_SHIFT = 2;
/** Of a longer chunk so many bytes are tried first. They have to lose an eighth: the more there is, the more is gained. */
const SAMPLE_BYTES = 512;
const SAMPLE_LIMIT = SAMPLE_BYTES - (SAMPLE_BYTES >> 3);

/** Chunks that are remembered decompressed: those of one range of a list have numbers in a row. */
const IMAGES = 8;
const IMAGE_BYTES_MIN = 8192 + CHUNK_HEAD_BYTES;

/** What a chunk would be if it were not compressed; the words of its head are left out. */
class Image {
  stamp = 0;
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(this.bytes.buffer, 0, 0);

  /** Makes it have room for a chunk that ends at `end`. */
  grow(end: number): void {
    if (this.bytes.length >= end) return;
    this.bytes = pin(Buffer.alloc(Math.max(end, IMAGE_BYTES_MIN)));
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }
}

/** One serves all lists of a keyspace. */
export class ChunkCodec {
  /** What {@link compress} has written. */
  output: Buffer = Buffer.alloc(0);
  private compressor: LzfCompressor | null = null;
  private lastStamp = 0;
  private readonly images = Array.from({ length: IMAGES }, () => new Image());

  /** Compresses `bytes[start, end)` to {@link output}. Returns the number of bytes; 0 when it is not worth it. */
  compress(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length < SOURCE_MIN || length > SOURCE_MAX) return 0;
    this.compressor ??= new LzfCompressor();
    if (this.output.length < length) this.output = pin(Buffer.alloc(Math.max(length, IMAGE_BYTES_MIN)));
    const { compressor, output } = this;
    if (
      length >= 2 * SAMPLE_BYTES &&
      compressor.compress(bytes, start, start + SAMPLE_BYTES, output, 0, SAMPLE_LIMIT) < 0
    )
      return 0;
    const limit = length - (length >> GAIN_SHIFT) - (COMPRESSED_HEAD_BYTES - CHUNK_HEAD_BYTES);
    return Math.max(0, compressor.compress(bytes, start, end, output, 0, limit));
  }

  /** For a chunk that has just been compressed: its bytes stay what they are as long as it has this number. */
  nextStamp(): number {
    return ++this.lastStamp;
  }

  /**
   * The bytes of a compressed chunk as if it were not: its elements are from CHUNK_HEAD_BYTES to IMAGE_END. Valid
   * until the next call.
   */
  image(arena: Arena, chunk: Offset): Buffer {
    const stamp = arena.doubles[(chunk >> 3) + STAMP_DOUBLE];
    const image = this.images[stamp % IMAGES];
    if (image.stamp === stamp) return image.bytes;
    const at = chunk >> 2;
    const end = arena.words[at + IMAGE_END];
    image.grow(end);
    image.stamp = 0;
    const from = chunk + COMPRESSED_HEAD_BYTES;
    const to = chunk + arena.words[at + DATA_END];
    if (!decompressLzfTo(image.view, CHUNK_HEAD_BYTES, end, arena.view, from, to))
      throw new Error(`list: chunk ${chunk} is compressed wrongly`);
    image.stamp = stamp;
    return image.bytes;
  }
}
