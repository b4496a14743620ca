/** The HyperLogLog commands. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** Keys that no other table draws, so that they grow beyond the sparse form. */
const HLL_KEYS: Part[] = ["hll:0", "hll:1", "hll:2", "hll:3"];

const HEADER = Buffer.from("HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80", "latin1");
const DENSE_HEADER = Buffer.from("HYLL\0\0\0\0\0\0\0\0\0\0\0\x80", "latin1");

/** Values that are HyperLogLogs, or just fail to be. */
const VALUES: Part[] = [
  Buffer.concat([HEADER, Buffer.from([0x7f, 0xff])]),
  Buffer.concat([HEADER, Buffer.from([0x7f, 0xfe, 0xfc])]),
  Buffer.concat([DENSE_HEADER, Buffer.alloc(12_288, 0xff)]),
  Buffer.concat([DENSE_HEADER, Buffer.alloc(12_288, 0x41)]),
  Buffer.concat([DENSE_HEADER, Buffer.alloc(12_287)]),
  Buffer.from("HYLL\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\x7f\xff", "latin1"),
  Buffer.from("HYLL\x02\0\0\0\0\0\0\0\0\0\0\0\x7f\xff", "latin1"),
  Buffer.from("HYLM\x01\0\0\0\0\0\0\0\0\0\0\0\x7f\xff", "latin1"),
  HEADER.subarray(0, 15),
  "HYLL",
  "12345",
];

/**
 * A key for values that pass for HyperLogLogs but have damaged registers. Elements are added one by one: of several,
 * Redis keeps those that it added before it found the damage.
 */
const DAMAGED_KEY = "hll:damaged";
const DAMAGED: Part[] = [
  HEADER,
  Buffer.concat([HEADER, Buffer.from([0x7f, 0xff, 0x7f, 0xff])]),
  Buffer.concat([HEADER, Buffer.from([0x7f, 0xff]), Buffer.from("hello")]),
  Buffer.concat([HEADER, Buffer.from([0x5f, 0xff])]),
  Buffer.concat([HEADER, Buffer.from([0x5f, 0xff, 0x84, 0x85, 0x86, 0x87, 0x40, 0x00, 0x5f, 0xf0])]),
  Buffer.concat([HEADER, Buffer.alloc(2_970, 0x83), Buffer.from([0x6f, 0xff])]),
  Buffer.concat([HEADER, Buffer.alloc(20_000, 0xff)]),
];

const hllKey = (gen: Gen): Part => gen.pick(HLL_KEYS);
/** Mostly a key of a HyperLogLog, sometimes any. */
const source = (gen: Gen): Part => (gen.chance(85) ? hllKey(gen) : gen.chance(50) ? gen.key() : DAMAGED_KEY);

function element(gen: Gen): Part {
  return gen.chance(20) ? gen.value() : gen.digits(1 + gen.below(7));
}

function elements(gen: Gen): Part[] {
  return gen.times(0, gen.pick([1, 3, 3, 10, 200]), () => element(gen));
}

export const HYPERLOGLOG_COMMANDS: CommandRow[] = [
  { name: "PFADD", weight: 10, args: (g) => [hllKey(g), ...elements(g)] },
  { name: "PFADD", weight: 2, mutate: false, args: (g) => [g.key(), ...g.times(0, 1, () => element(g))] },
  { name: "PFCOUNT", weight: 5, args: (g) => [source(g)] },
  { name: "PFCOUNT", weight: 3, args: (g) => g.times(2, 4, () => source(g)) },
  { name: "PFMERGE", weight: 3, args: (g) => [hllKey(g), ...g.times(0, 3, () => source(g))] },
  { name: "PFDEBUG", weight: 2, args: (g) => [g.pick(["ENCODING", "DECODE", "TODENSE", "BAD"]), source(g)] },
  { name: "PFDEBUG", weight: 1, args: (g) => ["GETREG", source(g)] },
  { name: "SET", weight: 2, args: (g) => [hllKey(g), g.pick(VALUES)] },
  { name: "SET", weight: 1, args: (g) => [DAMAGED_KEY, g.pick(DAMAGED)] },
  { name: "PFADD", weight: 2, mutate: false, args: (g) => [DAMAGED_KEY, element(g)] },
  { name: "GET", weight: 3, args: (g) => [source(g)] },
  { name: "DEL", weight: 1, args: (g) => [hllKey(g)] },
];
