/** Strings of all the kinds a compressor meets, from a seeded source. */
import type { Random } from "../../src/base/random.ts";

const WORDS =
  "the quick brown fox jumps over a lazy dog and some keys of redis are in memory {} [] : ,".split(" ");

type Fill = (random: Random, bytes: Buffer) => void;

const noise: Fill = (random, bytes) => {
  for (let at = 0; at < bytes.length; at++) bytes[at] = random.next32();
};

/** Few different bytes: short matches everywhere. */
const fewSymbols: Fill = (random, bytes) => {
  const symbols = 2 + random.below(14);
  for (let at = 0; at < bytes.length; at++) bytes[at] = 0x61 + random.below(symbols);
};

const text: Fill = (random, bytes) => {
  let at = 0;
  while (at < bytes.length) at += bytes.write(`${WORDS[random.below(WORDS.length)]} `, at) || 1;
};

/** A pattern over and over, as long as a reference reaches and longer. */
const periodic: Fill = (random, bytes) => {
  const period = 1 + random.below(random.below(2) === 0 ? 40 : 9000);
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = at < period ? random.next32() : bytes[at - period];
  }
};

const runs: Fill = (random, bytes) => {
  let at = 0;
  while (at < bytes.length) {
    const next = Math.min(bytes.length, at + 1 + random.below(random.below(2) === 0 ? 12 : 700));
    bytes.fill(random.below(256), at, next);
    at = next;
  }
};

/** Pieces of what went before, with noise between them. */
const pasted: Fill = (random, bytes) => {
  noise(random, bytes);
  let at = 20;
  while (at < bytes.length) {
    const from = random.below(at);
    const length = 2 + random.below(random.below(3) === 0 ? 400 : 24);
    bytes.copyWithin(at, from, Math.min(from + length, at));
    at += length + random.below(50);
  }
};

/** Noise with one repetition, which saves about as many bytes as it must. */
const hardlyWorthIt: Fill = (random, bytes) => {
  noise(random, bytes);
  const length = 4 + random.below(10);
  const from = random.below(Math.max(1, bytes.length - 2 * length));
  const at = Math.max(0, bytes.length - length - random.below(4));
  bytes.copyWithin(at, from, from + length);
};

/** Numbered lines, as logs and JSON have them. */
const lines: Fill = (random, bytes) => {
  let id = random.below(1_000_000);
  let at = 0;
  while (at < bytes.length) at += bytes.write(`{"id":${id++},"ok":true}\n`, at) || 1;
};

const zeros: Fill = (_random, bytes) => {
  bytes.fill(0);
};

const KINDS = [noise, fewSymbols, text, periodic, runs, pasted, hardlyWorthIt, lines, zeros];

/** `length` bytes of one of these kinds, or of two of them in turn. */
export function lzfSample(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length, "~");
  const half = random.below(3) === 0 ? random.below(length) : 0;
  KINDS[random.below(KINDS.length)](random, bytes.subarray(0, half));
  KINDS[random.below(KINDS.length)](random, bytes.subarray(half));
  return bytes;
}
