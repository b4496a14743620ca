/**
 * LZF, the compression of strings in RDB files and in DUMP.
 *
 * Compressed data is a sequence of literals and of references to what stands before them in the output:
 *
 *     000nnnnn  n + 1 bytes                  literal of 1 … 32 bytes
 *     lllddddd  dddddddd                     l + 2 bytes (l = 1 … 6) from d + 1 bytes back
 *     111ddddd  llllllll  dddddddd           l + 9 bytes from d + 1 bytes back
 *
 * Any choice of references is valid, but the compressor makes those of liblzf as Redis builds it, so that
 * equal values give equal bytes. Where a rule looks arbitrary, that is why.
 */

const LITERAL_MAX = 32;
/** How far back a reference reaches. */
const DISTANCE_MAX = 8192;
const REFERENCE_MAX = 264;
/** From this value of the length bits on, the length has a byte of its own. */
const LONG_LENGTH = 7;
/** Three bytes of input give 264 at best. */
const EXPANSION_MAX = REFERENCE_MAX / 3;

/** liblzf's HLOG is 16. */
const TABLE_LENGTH = 65_536;
const TABLE_MASK = TABLE_LENGTH - 1;

/**
 * Compresses one string after the other; the instance only keeps the table from being made anew.
 *
 * The table maps the hash of three bytes to the latest position where they were seen, counted from the start
 * of the string. It is never cleared: what an earlier string has left in it cannot be taken for a position of
 * this one. Wherever three bytes occur for the first time, their entry is written: every position gets one
 * but those inside a match, whose three bytes all stand where the match refers to. So an entry that is older
 * than the string belongs to three bytes that have not occurred yet, and the comparison of bytes fails.
 */
export class LzfCompressor {
  readonly #table = new Int32Array(TABLE_LENGTH);

  /**
   * Compresses `source[start, end)` into `target[at, limit)`. Nothing outside of that is written, but all of
   * it may be, also when the result does not fit. The ranges do not overlap.
   *
   * @returns the position after the compressed bytes, or −1 when they do not fit (Redis gives a string four
   * bytes less than it has, and stores it as it is if that is not enough).
   */
  compress(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    at: number,
    limit: number,
  ): number {
    if (start >= end || at >= limit) return -1;
    const table = this.#table;
    const lastTriple = (end - 2) | 0;

    let from = start | 0;
    // A literal's length byte stands before it and is written when the literal ends.
    let to = (at + 1) | 0;
    let literal = 0;
    let triple = (source[from] << 8) | source[from + 1];
    while (from < lastTriple) {
      triple = ((triple << 8) | source[from + 2]) & 0xff_ffff;
      const slot = tripleHash(triple);
      const seen = (table[slot] + start) | 0;
      table[slot] = from - start;
      const distance = (from - seen - 1) | 0;
      // liblzf never refers to the first byte. Positions of earlier strings may lie ahead.
      const usable = seen > start && distance >= 0 && distance < DISTANCE_MAX;
      if (!usable || !sameTriple(source, seen, from)) {
        if (to >= limit) return -1;
        target[to++] = source[from++];
        literal++;
        if (literal === LITERAL_MAX) {
          target[to - LITERAL_MAX - 1] = LITERAL_MAX - 1;
          to++;
          literal = 0;
        }
        continue;
      }

      if (literal === 0) to--;
      if (to + 4 >= limit) return -1;
      if (literal !== 0) target[to - literal - 1] = literal - 1;
      const length = matchLength(source, seen, from, end);
      to = writeReference(target, to, distance, length);
      to++;
      literal = 0;
      from = (from + length) | 0;
      if (from >= lastTriple) break;

      // Of the positions inside the match only the last two are remembered (VERY_FAST).
      triple = (source[from - 2] << 16) | (source[from - 1] << 8) | source[from];
      table[tripleHash(triple)] = from - start - 2;
      triple = ((triple << 8) | source[from + 1]) & 0xff_ffff;
      table[tripleHash(triple)] = from - start - 1;
    }
    if (to + 3 > limit) return -1;
    return writeRest(source, from, end, target, to, literal);
  }
}

/** liblzf's hash of three bytes in a word. */
function tripleHash(triple: number): number {
  return ((triple >>> 8) - Math.imul(triple, 5)) & TABLE_MASK;
}

function sameTriple(source: Uint8Array, a: number, b: number): boolean {
  return source[a] === source[b] && source[a + 1] === source[b + 1] && source[a + 2] === source[b + 2];
}

/**
 * How many bytes from `from` on equal those from `seen` on; the first three do. The end of a string has its
 * rules: where less than 19 bytes are left, the last two are not compared, otherwise the first 19 always are.
 */
function matchLength(source: Uint8Array, seen: number, from: number, end: number): number {
  let length = 2;
  const max = Math.min(end - from - 2, REFERENCE_MAX) | 0;
  if (max > 16) {
    while (length < 18) {
      length++;
      if (source[seen + length] !== source[from + length]) return length;
    }
  }
  do {
    length++;
  } while (length < max && source[seen + length] === source[from + length]);
  return length;
}

/** Writes a reference to `length` bytes and returns where it ends. `distance` 0 is the byte before. */
function writeReference(target: Uint8Array, at: number, distance: number, length: number): number {
  const bits = length - 2;
  if (bits < LONG_LENGTH) {
    target[at] = (bits << 5) | (distance >>> 8);
    target[at + 1] = distance;
    return (at + 2) | 0;
  }
  target[at] = (LONG_LENGTH << 5) | (distance >>> 8);
  target[at + 1] = bits - LONG_LENGTH;
  target[at + 2] = distance;
  return (at + 3) | 0;
}

/** Adds what is left (two bytes at most) to the open literal, ends it, and returns where the output ends. */
function writeRest(
  source: Uint8Array,
  from: number,
  end: number,
  target: Uint8Array,
  at: number,
  literal: number,
): number {
  let to = at;
  let length = literal;
  for (let next = from; next < end; next++) {
    target[to++] = source[next];
    length++;
    if (length === LITERAL_MAX) {
      target[to - LITERAL_MAX - 1] = LITERAL_MAX - 1;
      to++;
      length = 0;
    }
  }
  if (length === 0) return to - 1;
  target[to - length - 1] = length - 1;
  return to;
}

/**
 * Decompresses `source[start, end)`, which may come from anybody.
 *
 * @param length how many bytes it is said to be; no memory is taken for a length that is out of reach.
 * @returns the bytes, or null when the data is cut off, refers to bytes before its start, or has another length.
 */
export function decompressLzf(source: Uint8Array, start: number, end: number, length: number): Buffer | null {
  if (length > (end - start) * EXPANSION_MAX) return null;
  const target = Buffer.allocUnsafe(length);
  return decompressLzfTo(viewOf(target), 0, length, viewOf(source), start, end) ? target : null;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}

/**
 * Decompresses `source[start, end)`, which may come from anybody, to all of `target[at, limit)`; the ranges do not
 * overlap. False when the data is cut off, refers to bytes before its start, or has another length; the target may
 * be half written then.
 *
 * Four bytes are copied at a time where they may be: too much is overwritten by what follows. (Measured: 8 KiB of
 * short texts take 6 to 7 µs instead of 8.)
 */
export function decompressLzfTo(
  target: DataView,
  at: number,
  limit: number,
  source: DataView,
  start: number,
  end: number,
): boolean {
  let from = start | 0;
  let to = at | 0;
  while (from < end) {
    const control = source.getUint8(from++);
    if (control < LITERAL_MAX) {
      const sourceEnd = (from + control + 1) | 0;
      const targetEnd = (to + control + 1) | 0;
      if (sourceEnd > end || targetEnd > limit) return false;
      if (targetEnd + 4 <= limit && sourceEnd + 4 <= end)
        for (; to < targetEnd; to += 4, from += 4) target.setInt32(to, source.getInt32(from));
      else for (; to < targetEnd; to++, from++) target.setUint8(to, source.getUint8(from));
      to = targetEnd;
      from = sourceEnd;
      continue;
    }
    let bits = control >>> 5;
    if (bits === LONG_LENGTH) {
      if (from >= end) return false;
      bits += source.getUint8(from++);
    }
    if (from >= end) return false;
    const distance = (((control & 0x1f) << 8) | source.getUint8(from++)) + 1;
    const targetEnd = (to + bits + 2) | 0;
    let seen = (to - distance) | 0;
    if (seen < at || targetEnd > limit) return false;
    // A reference may reach into what it is just writing.
    if (distance >= 4 && targetEnd + 4 <= limit)
      for (; to < targetEnd; to += 4, seen += 4) target.setInt32(to, target.getInt32(seen));
    else for (; to < targetEnd; to++, seen++) target.setUint8(to, target.getUint8(seen));
    to = targetEnd;
  }
  return to === limit;
}
