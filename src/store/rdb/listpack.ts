/**
 * Listpacks: how Redis 7 keeps small collections, and the nodes of lists. Their elements are those of our packed
 * sequences (`memory/packed.ts`).
 *
 *     | bytes in all (4) | elements (2) | element | element | ... | ff |
 *
 * Numbers are little-endian. Of 65535 elements or more the number is not kept: it reads 65535.
 */

import { copyBytes } from "../../base/bytes.ts";
import { backLengthBytes, bodyLength, type PackedView } from "../../memory/packed.ts";
import type { ElementReader } from "./element-reader.ts";
import { expectFormat } from "./rdb-format.ts";

export const LISTPACK_HEAD_BYTES = 6;
/** What a listpack takes beyond its elements. */
export const LISTPACK_OVERHEAD = LISTPACK_HEAD_BYTES + 1;
const END = 0xff;
const COUNT_UNKNOWN = 0xffff;

/** Heads of elements: a string of 12 bits of length, of 32 bits, and the last form of all, a 64-bit integer. */
const TWO_BYTES = 0xc0;
const LONG_STRING = 0xf0;
const LAST_FORM = 0xf4;

/** The packed sequence `bytes[start, end)` of `count` elements as a listpack. */
export function listpackOf(bytes: Buffer, start: number, end: number, count: number): Buffer {
  const listpack = Buffer.allocUnsafe(end - start + LISTPACK_OVERHEAD);
  copyBytes(bytes, start, listpack, LISTPACK_HEAD_BYTES, end - start);
  finishListpack(listpack, listpack.length, count);
  return listpack;
}

/** Writes the head and the end of a listpack of `size` bytes whose elements are in place. */
export function finishListpack(listpack: Buffer, size: number, count: number): void {
  listpack.writeUInt32LE(size, 0);
  listpack.writeUInt16LE(Math.min(count, COUNT_UNKNOWN), 4);
  listpack[size - 1] = END;
}

/** Reads a listpack that may come from anybody. */
export class ListpackReader implements ElementReader {
  private readonly bytes: Buffer;
  private at: number;
  /** Where the end byte is. */
  private readonly last: number;
  private readonly announced: number;
  private count = 0;

  /** @throws RdbFormatError */
  constructor({ bytes, start, end }: PackedView) {
    expectFormat(end - start >= LISTPACK_OVERHEAD, "a listpack without a head");
    expectFormat(bytes.readUInt32LE(start) === end - start, "a listpack of another size than it says");
    expectFormat(bytes[end - 1] === END, "a listpack without an end");
    this.bytes = bytes;
    this.at = start + LISTPACK_HEAD_BYTES;
    this.last = end - 1;
    this.announced = bytes.readUInt16LE(start + 4);
  }

  next(view: PackedView): boolean {
    if (this.at === this.last) {
      const known = this.announced !== COUNT_UNKNOWN;
      expectFormat(
        !known || this.announced === this.count,
        "a listpack of more or fewer elements than it says",
      );
      return false;
    }
    this.checkElement();
    this.at = view.read(this.bytes, this.at);
    this.count++;
    return true;
  }

  private checkElement(): void {
    const { bytes, at, last } = this;
    const head = bytes[at];
    const headBytes = head < TWO_BYTES ? 1 : head === LONG_STRING ? 5 : 2;
    expectFormat(head <= LAST_FORM && headBytes <= last - at, "an element of a listpack without a head");
    const body = bodyLength(bytes, at);
    const back = backLengthBytes(body);
    expectFormat(body + back <= last - at, "an element that is longer than its listpack");
    let rest = body;
    for (let i = back - 1; i >= 0; i--) {
      const digit = (rest & 0x7f) | (i > 0 ? 0x80 : 0);
      expectFormat(bytes[at + body + i] === digit, "an element whose two lengths differ");
      rest = Math.floor(rest / 128);
    }
  }
}
