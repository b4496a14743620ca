/** The bitmap commands. Offsets are small or refused: one that is neither may fill half a gigabyte. */

import type { Gen } from "./gen.ts";
import type { Part } from "./pools.ts";
import type { CommandRow } from "./spec.ts";

/** Beyond the longest string, or none at all. */
const REFUSED_OFFSETS: Part[] = [
  ...["4294967296", "4294967297", "9007199254740993", "9223372036854775807", "-1", "-9223372036854775808"],
  ...["#0", "#", "01", "1.5"],
];
const REFUSED_TYPES: Part[] = ["u64", "i65", "u0", "i0", "U8", "I8", "i", "u", "u08", "i-1", "i 8", "8", ""];
/** Widths on both sides of where bytes, int32s and doubles end. */
const WIDTHS = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 25, 31, 32, 33, 47, 52, 53, 54, 55, 61, 62, 63];

function smallOffset(gen: Gen): number {
  return gen.below(gen.pick([8, 64, 500, 90_000]));
}

function bitOffset(gen: Gen): Part {
  return gen.chance(90) ? smallOffset(gen) : gen.pick(REFUSED_OFFSETS);
}

function bit(gen: Gen): Part {
  return gen.chance(92) ? gen.below(2) : gen.pick([2, -1, "9223372036854775807", "", "a"]);
}

/** A position in bits or bytes. */
function position(gen: Gen): Part {
  return gen.chance(60) ? gen.position() : gen.below(1_000) - 500;
}

const unit = (gen: Gen): Part => (gen.chance(95) ? gen.pick(["BYTE", "BIT"]) : gen.odd());

function bitcountRange(gen: Gen): Part[] {
  if (gen.chance(15)) return [];
  const range = [position(gen), position(gen)];
  return gen.chance(70) ? [...range, unit(gen)] : range;
}

function bitposRange(gen: Gen): Part[] {
  return [position(gen), position(gen), unit(gen)].slice(0, gen.below(4));
}

function bitop(gen: Gen): Part[] {
  const operation = gen.chance(97) ? gen.pick(["AND", "OR", "XOR", "NOT"]) : gen.odd();
  const sources = operation === "NOT" && gen.chance(90) ? [gen.key()] : gen.times(1, 5, () => gen.key());
  return [operation, gen.key(), ...sources];
}

function fieldType(gen: Gen): Part {
  if (gen.chance(4)) return gen.pick(REFUSED_TYPES);
  return gen.chance(10) ? "i64" : `${gen.pick(["i", "u"])}${gen.pick(WIDTHS)}`;
}

function fieldOffset(gen: Gen): Part {
  if (gen.chance(3)) return gen.pick([...REFUSED_OFFSETS, "#-1", "#9223372036854775807", "# 1", "##1"]);
  return gen.chance(40) ? `#${gen.below(30)}` : smallOffset(gen);
}

/** A number that fields of some width may or may not hold. */
function fieldValue(gen: Gen): Part {
  return gen.chance(40) ? gen.below(600) - 300 : gen.integer();
}

const field = (gen: Gen): Part[] => [fieldType(gen), fieldOffset(gen)];
const get = (gen: Gen): Part[] => ["GET", ...field(gen)];

function fieldOperation(gen: Gen): Part[] {
  const kind = gen.below(12);
  if (kind < 3) return get(gen);
  if (kind < 6) return ["SET", ...field(gen), fieldValue(gen)];
  if (kind < 9) return ["INCRBY", ...field(gen), fieldValue(gen)];
  return ["OVERFLOW", gen.chance(97) ? gen.pick(["WRAP", "SAT", "FAIL"]) : gen.odd()];
}

/** Up to five operations. */
function operations(gen: Gen, operation: (gen: Gen) => Part[]): Part[] {
  return Array.from({ length: gen.below(6) }, () => operation(gen)).flat();
}

export const BITMAP_COMMANDS: CommandRow[] = [
  { name: "SETBIT", weight: 8, args: (g) => [g.key(), bitOffset(g), bit(g)] },
  { name: "GETBIT", weight: 4, args: (g) => [g.key(), bitOffset(g)] },
  { name: "BITCOUNT", weight: 6, args: (g) => [g.key(), ...bitcountRange(g)] },
  { name: "BITPOS", weight: 6, args: (g) => [g.key(), bit(g), ...bitposRange(g)] },
  { name: "BITOP", weight: 6, args: bitop },
  { name: "BITFIELD", weight: 12, args: (g) => [g.key(), ...operations(g, fieldOperation)] },
  {
    name: "BITFIELD_RO",
    weight: 3,
    args: (g) => [g.key(), ...operations(g, g.chance(90) ? get : fieldOperation)],
  },
];
