/**
 * The dense form of a HyperLogLog's registers: 6 bits for each, from the lowest bit of the first byte on, so that
 * three bytes hold four registers.
 *
 *     |11000000|22221111|33333322|55444444| …
 *
 * Here `at` is always the position of the first byte of registers.
 */

export const HLL_REGISTERS = 16384;
const REGISTER_BITS = 6;
const REGISTER_MASK = 63;
/** Bytes that all registers take. */
export const HLL_DENSE_BYTES = (HLL_REGISTERS * REGISTER_BITS) / 8;

/** The value of one register. */
export function denseRegister(bytes: Buffer, at: number, index: number): number {
  const bit = index * REGISTER_BITS;
  const from = at + (bit >> 3);
  const shift = bit & 7;
  // A register that ends with its byte must not touch the next one: after the last there is none.
  if (shift <= 2) return (bytes[from] >> shift) & REGISTER_MASK;
  return ((bytes[from] >> shift) | (bytes[from + 1] << (8 - shift))) & REGISTER_MASK;
}

/** Raises a register to `value`. Returns whether it was lower. */
export function raiseDense(bytes: Buffer, at: number, index: number, value: number): boolean {
  if (value <= denseRegister(bytes, at, index)) return false;
  const bit = index * REGISTER_BITS;
  const from = at + (bit >> 3);
  const shift = bit & 7;
  bytes[from] = (bytes[from] & ~(REGISTER_MASK << shift)) | (value << shift);
  if (shift > 2) {
    bytes[from + 1] = (bytes[from + 1] & ~(REGISTER_MASK >> (8 - shift))) | (value >> (8 - shift));
  }
  return true;
}

/** Raises each of `registers`, one byte for each, to the value stored here. */
export function mergeDense(bytes: Buffer, at: number, registers: Uint8Array): void {
  for (let i = 0, from = at; i < HLL_REGISTERS; i += 4, from += 3) {
    const a = bytes[from];
    const b = bytes[from + 1];
    const c = bytes[from + 2];
    // Most bytes of a HyperLogLog with few elements are zero, and raise nothing.
    if ((a | b | c) === 0) continue;
    const first = a & REGISTER_MASK;
    const second = ((a >> 6) | (b << 2)) & REGISTER_MASK;
    const third = ((b >> 4) | (c << 4)) & REGISTER_MASK;
    const fourth = c >> 2;
    if (first > registers[i]) registers[i] = first;
    if (second > registers[i + 1]) registers[i + 1] = second;
    if (third > registers[i + 2]) registers[i + 2] = third;
    if (fourth > registers[i + 3]) registers[i + 3] = fourth;
  }
}

/** Stores all of `registers`, one byte for each. */
export function packDense(registers: Uint8Array, bytes: Buffer, at: number): void {
  for (let i = 0, to = at; i < HLL_REGISTERS; i += 4, to += 3) {
    const second = registers[i + 1];
    const third = registers[i + 2];
    bytes[to] = registers[i] | (second << 6);
    bytes[to + 1] = (second >> 2) | (third << 4);
    bytes[to + 2] = (third >> 4) | (registers[i + 3] << 2);
  }
}

/** Adds to `histogram[v]` the number of registers that are `v`. */
export function countDense(bytes: Buffer, at: number, histogram: Int32Array): void {
  for (let i = 0, from = at; i < HLL_REGISTERS; i += 4, from += 3) {
    const a = bytes[from];
    const b = bytes[from + 1];
    const c = bytes[from + 2];
    histogram[a & REGISTER_MASK]++;
    histogram[((a >> 6) | (b << 2)) & REGISTER_MASK]++;
    histogram[((b >> 4) | (c << 4)) & REGISTER_MASK]++;
    histogram[c >> 2]++;
  }
}
