/** Counts known elements in both forms of a HyperLogLog, which must agree and keep the error they promise. */

import type { Random } from "../base/random.ts";
import { HLL_REGISTERS } from "./hyperloglog-dense.ts";
import { HyperLogLogDraft } from "./hyperloglog-draft.ts";
import { ElementHasher } from "./hyperloglog-element.ts";
import { estimateOf, newHistogram } from "./hyperloglog-estimate.ts";

const ELEMENTS = 100_000;
const ELEMENT_BYTES = 8;
/** The standard error of an estimate, as a part of it. */
const STANDARD_ERROR = 1.04 / Math.sqrt(HLL_REGISTERS);
/** So many standard errors do not occur by chance. */
const ERRORS_MAX = 6;

/** Returns null when all is well, or what is wrong. */
export function hyperLogLogSelfTest(random: Random, sparseBytesMax: number): string | null {
  const hasher = new ElementHasher();
  const element = Buffer.alloc(ELEMENT_BYTES);
  element.writeUInt32LE(random.below(2 ** 31), ELEMENT_BYTES / 2);
  const sparse = emptyDraft();
  const dense = emptyDraft();
  dense.toDense();
  let checkpoint = 1;
  for (let added = 1; added <= ELEMENTS; added++) {
    element.writeUInt32LE(added, 0);
    const value = hasher.hash(element, 0, ELEMENT_BYTES);
    sparse.raise(hasher.index, value, sparseBytesMax);
    dense.raise(hasher.index, value, sparseBytesMax);
    if (added < checkpoint) continue;
    const fault = faultOf(sparse, dense, added);
    if (fault !== null) return fault;
    checkpoint *= 10;
  }
  return null;
}

function emptyDraft(): HyperLogLogDraft {
  const draft = new HyperLogLogDraft(new Uint8Array(HLL_REGISTERS));
  draft.clear();
  return draft;
}

function faultOf(sparse: HyperLogLogDraft, dense: HyperLogLogDraft, added: number): string | null {
  const estimate = estimateOfDraft(dense);
  if (estimateOfDraft(sparse) !== estimate) return "dense/sparse disagree";
  const error = Math.abs(estimate - added);
  if (error <= Math.max(1, Math.ceil(STANDARD_ERROR * ERRORS_MAX * added))) return null;
  return `Too big error. card:${added} abserr:${error}`;
}

function estimateOfDraft({ bytes, length }: HyperLogLogDraft): number {
  return Number(estimateOf(bytes, 0, length, newHistogram()));
}
