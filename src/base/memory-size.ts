/** Amounts of memory as people write them: `1gb`. */

const ULONG_MAX = 2n ** 64n - 1n;

const UNITS = new Map([
  ["", 1n],
  ["b", 1n],
  ["k", 1000n],
  ["kb", 1024n],
  ["m", 1000n ** 2n],
  ["mb", 1024n ** 2n],
  ["g", 1000n ** 3n],
  ["gb", 1024n ** 3n],
]);

/**
 * Bytes with an optional unit: `k m g` are powers of 1000, `kb mb gb` of 1024. No digits mean 0, as in
 * Redis. A number that overflows 64 bits is refused, where Redis wraps it around.
 *
 * @returns null when `value` is no amount of memory.
 */
export function parseMemory(value: string): bigint | null {
  const match = /^(\d{0,32})([a-zA-Z]{0,2})$/.exec(value);
  if (match === null) return null;
  const unit = UNITS.get(match[2].toLowerCase());
  if (unit === undefined) return null;
  const bytes = BigInt(match[1] === "" ? "0" : match[1]) * unit;
  return bytes <= ULONG_MAX ? bytes : null;
}
