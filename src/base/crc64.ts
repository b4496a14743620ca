/**
 * CRC-64 of Redis, the checksum of RDB files and of DUMP: the polynomial of David Jones, reflected, from zero,
 * without a final complement. The check value of "123456789" is e9c6d914c4b8d9ca.
 *
 * JavaScript has no fast 64-bit words, so a checksum is two int32 halves. Eight bytes are taken at a time
 * ("slicing by eight"): table k says what a byte contributes when k more bytes follow it, and the
 * contributions are independent of each other. The tables take 16 KB and stay in the first-level cache.
 */

/** The polynomial ad93d23594c935a9 with its bits in reverse order. */
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;

/** Entry `k << 8 | byte` belongs to table k. */
const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);
fillTables();

function fillTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let low = byte;
    let high = 0;
    for (let bit = 0; bit < 8; bit++) {
      const carry = -(low & 1);
      low = ((low >>> 1) | (high << 31)) ^ (carry & POLYNOMIAL_LOW);
      high = (high >>> 1) ^ (carry & POLYNOMIAL_HIGH);
    }
    LOW[byte] = low;
    HIGH[byte] = high;
  }
  // One more byte of zeros behind an entry of table k − 1 makes the entry of table k.
  for (let at = 256; at < LOW.length; at++) {
    const low = LOW[at - 256];
    const high = HIGH[at - 256];
    const byte = low & 0xff;
    LOW[at] = ((low >>> 8) | (high << 24)) ^ LOW[byte];
    HIGH[at] = (high >>> 8) ^ HIGH[byte];
  }
}

/** A checksum in the making: `update` may cut the bytes anywhere. */
export class Crc64 {
  #low = 0;
  #high = 0;

  /** Starts over. */
  reset(): void {
    this.#low = 0;
    this.#high = 0;
  }

  /** Takes in `bytes[start, end)`; the caller guarantees that the range is inside `bytes`. */
  update(bytes: Uint8Array, start: number, end: number): void {
    let low = this.#low;
    let high = this.#high;
    let at = start | 0;
    const last = end | 0;
    for (; last - at >= 8; at = (at + 8) | 0) {
      const a = 0x700 | ((low ^ bytes[at]) & 0xff);
      const b = 0x600 | (((low >>> 8) ^ bytes[at + 1]) & 0xff);
      const c = 0x500 | (((low >>> 16) ^ bytes[at + 2]) & 0xff);
      const d = 0x400 | ((low >>> 24) ^ bytes[at + 3]);
      const e = 0x300 | ((high ^ bytes[at + 4]) & 0xff);
      const f = 0x200 | (((high >>> 8) ^ bytes[at + 5]) & 0xff);
      const g = 0x100 | (((high >>> 16) ^ bytes[at + 6]) & 0xff);
      const h = (high >>> 24) ^ bytes[at + 7];
      low = LOW[a] ^ LOW[b] ^ LOW[c] ^ LOW[d] ^ LOW[e] ^ LOW[f] ^ LOW[g] ^ LOW[h];
      high = HIGH[a] ^ HIGH[b] ^ HIGH[c] ^ HIGH[d] ^ HIGH[e] ^ HIGH[f] ^ HIGH[g] ^ HIGH[h];
    }
    for (; at < last; at++) {
      const byte = (low ^ bytes[at]) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[byte];
      high = (high >>> 8) ^ HIGH[byte];
    }
    this.#low = low;
    this.#high = high;
  }

  /** Writes the checksum to `bytes[at, at + 8)`, the least significant byte first, as RDB and DUMP do. */
  writeTo(bytes: Uint8Array, at: number): void {
    for (let i = 0; i < 4; i++) {
      bytes[at + i] = this.#low >>> (8 * i);
      bytes[at + 4 + i] = this.#high >>> (8 * i);
    }
  }

  /** Whether `bytes[at, at + 8)` is what `writeTo` would write. */
  matches(bytes: Uint8Array, at: number): boolean {
    for (let i = 0; i < 4; i++) {
      if (bytes[at + i] !== ((this.#low >>> (8 * i)) & 0xff)) return false;
      if (bytes[at + 4 + i] !== ((this.#high >>> (8 * i)) & 0xff)) return false;
    }
    return true;
  }
}
