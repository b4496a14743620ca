/**
 * Counting and finding bits in long ranges of bytes, a word at a time. `bytes` and `words` are two views of the
 * same memory from its start on, so that byte `4i` is where word `i` begins; ranges start and end anywhere.
 */

/** How many bits of `bytes[start, end)` are 1. */
export function countBits(bytes: Buffer, words: Int32Array, start: number, end: number): number {
  const from = Math.min((start + 3) & ~3, end);
  const to = Math.max(end & ~3, from);
  return countBytes(bytes, start, from) + countWords(words, from >> 2, to >> 2) + countBytes(bytes, to, end);
}

/** The index of the first byte of `bytes[start, end)` that is not `value`, which is 0 or 255; `end` if all are. */
export function skipBytes(
  bytes: Buffer,
  words: Int32Array,
  start: number,
  end: number,
  value: number,
): number {
  const word = value === 0 ? 0 : -1;
  const aligned = Math.min((start + 3) & ~3, end);
  let at = start;
  while (at < aligned && bytes[at] === value) at++;
  if (at < aligned) return at;
  let i = at >> 2;
  for (const last = (end >> 2) - 4; i <= last; i += 4) {
    if (((words[i] ^ word) | (words[i + 1] ^ word) | (words[i + 2] ^ word) | (words[i + 3] ^ word)) !== 0)
      break;
  }
  at = Math.max(at, i << 2);
  while (at < end && bytes[at] === value) at++;
  return at;
}

/** How many bits of an int32 are 1. */
export function popCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function countBytes(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) count += popCount(bytes[at]);
  return count;
}

/**
 * Counts the bits of `words[from, to)` by adding words bit by bit (Harley and Seal; Warren, "Hacker's Delight",
 * 5-1): `ones`, `twos` and `fours` hold 32 small counters, one in each bit position. Of eight words, one is
 * left to be counted by itself, which takes half the time of counting them all.
 */
function countWords(words: Int32Array, from: number, to: number): number {
  let ones = 0;
  let twos = 0;
  let fours = 0;
  let eights = 0;
  let i = from;
  for (; i + 8 <= to; i += 8) {
    const onesA = ones ^ words[i] ^ words[i + 1];
    const twosA = carry(ones, words[i], words[i + 1]);
    const onesB = onesA ^ words[i + 2] ^ words[i + 3];
    const twosB = carry(onesA, words[i + 2], words[i + 3]);
    const onesC = onesB ^ words[i + 4] ^ words[i + 5];
    const twosC = carry(onesB, words[i + 4], words[i + 5]);
    ones = onesC ^ words[i + 6] ^ words[i + 7];
    const twosD = carry(onesC, words[i + 6], words[i + 7]);
    const twosE = twos ^ twosA ^ twosB;
    const foursA = carry(twos, twosA, twosB);
    twos = twosE ^ twosC ^ twosD;
    const foursB = carry(twosE, twosC, twosD);
    eights += popCount(carry(fours, foursA, foursB));
    fours ^= foursA ^ foursB;
  }
  let count = 8 * eights + 4 * popCount(fours) + 2 * popCount(twos) + popCount(ones);
  for (; i < to; i++) count += popCount(words[i]);
  return count;
}

/** The carries of adding three bits in each position. */
function carry(a: number, b: number, c: number): number {
  return (a & b) | ((a ^ b) & c);
}
