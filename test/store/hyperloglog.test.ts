/** The parts that HyperLogLogs are made of, each against a plain array of registers. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import {
  countDense,
  denseRegister,
  HLL_DENSE_BYTES,
  HLL_REGISTERS,
  mergeDense,
  packDense,
  raiseDense,
} from "../../src/store/hyperloglog-dense.ts";
import {
  HLL_CHANGED,
  HLL_CORRUPT,
  HLL_UNCHANGED,
  HyperLogLogDraft,
} from "../../src/store/hyperloglog-draft.ts";
import { estimateCardinality, newHistogram } from "../../src/store/hyperloglog-estimate.ts";
import { HLL_HEADER_BYTES } from "../../src/store/hyperloglog-header.ts";
import { hyperLogLogSelfTest } from "../../src/store/hyperloglog-self-test.ts";
import { countSparse, describeRuns, mergeSparse } from "../../src/store/hyperloglog-sparse.ts";
import { testSeed } from "../support/seed.ts";

/** Registers do not start at the start of a buffer, and what lies around them must stay. */
const AT = 5;
const AROUND = 0xa5;

function denseBuffer(): Buffer {
  const bytes = Buffer.alloc(AT + HLL_DENSE_BYTES + 3, AROUND);
  bytes.fill(0, AT, AT + HLL_DENSE_BYTES);
  return bytes;
}

function expectUntouchedAround(bytes: Buffer): void {
  for (let i = 0; i < AT; i++) expect(bytes[i]).toBe(AROUND);
  for (let i = AT + HLL_DENSE_BYTES; i < bytes.length; i++) expect(bytes[i]).toBe(AROUND);
}

function randomRegisters(random: Random, valueMax: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: HLL_REGISTERS }, () => random.below(valueMax + 1));
}

function histogramOf(registers: Uint8Array): Int32Array {
  const histogram = newHistogram();
  for (const value of registers) histogram[value]++;
  return histogram;
}

function newDraft(): HyperLogLogDraft {
  const draft = new HyperLogLogDraft(new Uint8Array(HLL_REGISTERS));
  draft.clear();
  return draft;
}

/** A draft of damaged or sound runs. */
function draftOf(...runs: number[]): HyperLogLogDraft {
  const draft = newDraft();
  const bytes = Buffer.concat([draft.bytes.subarray(0, HLL_HEADER_BYTES), Buffer.from(runs)]);
  expect(draft.load(bytes, 0, bytes.length)).toBe(true);
  return draft;
}

function runsOf(draft: HyperLogLogDraft): string {
  return describeRuns(draft.bytes, HLL_HEADER_BYTES, draft.length);
}

/** The registers of a draft in either form. */
function registersOf(draft: HyperLogLogDraft): Uint8Array {
  const registers = new Uint8Array(HLL_REGISTERS);
  if (draft.dense) mergeDense(draft.bytes, HLL_HEADER_BYTES, registers);
  else expect(mergeSparse(draft.bytes, HLL_HEADER_BYTES, draft.length, registers)).toBe(true);
  return registers;
}

describe("the dense form", () => {
  test("keeps every register apart from its neighbours", () => {
    const random = new Random(testSeed("dense registers"));
    const bytes = denseBuffer();
    const model = new Uint8Array(HLL_REGISTERS);
    for (let i = 0; i < 200_000; i++) {
      const index = random.below(HLL_REGISTERS);
      const value = random.below(64);
      if (raiseDense(bytes, AT, index, value) !== value > model[index]) throw new Error(`register ${index}`);
      model[index] = Math.max(model[index], value);
    }
    for (let i = 0; i < HLL_REGISTERS; i++)
      if (denseRegister(bytes, AT, i) !== model[i]) throw new Error(`register ${i}`);
    expectUntouchedAround(bytes);
  });

  test("is packed, counted and merged as its registers are", () => {
    const random = new Random(testSeed("packed registers"));
    for (const valueMax of [1, 5, 51, 63]) {
      const registers = randomRegisters(random, valueMax);
      const bytes = denseBuffer();
      packDense(registers, bytes, AT);
      expectUntouchedAround(bytes);
      expect(Uint8Array.from({ length: HLL_REGISTERS }, (_, i) => denseRegister(bytes, AT, i))).toEqual(
        registers,
      );
      const histogram = newHistogram();
      countDense(bytes, AT, histogram);
      expect(histogram).toEqual(histogramOf(registers));
      const others = randomRegisters(random, 63);
      const merged = others.slice();
      mergeDense(bytes, AT, merged);
      expect(merged).toEqual(registers.map((value, i) => Math.max(value, others[i])));
    }
  });
});

describe("a draft", () => {
  test("starts with one run of zeros", () => {
    const draft = newDraft();
    expect(runsOf(draft)).toBe("Z:16384");
    expect(draft.length).toBe(18);
  });

  test("splits the run of a register and joins equal neighbours", () => {
    const draft = newDraft();
    const raise = (index: number, value: number) => {
      expect(draft.raise(index, value, 3000)).toBe(HLL_CHANGED);
      return runsOf(draft);
    };
    // As redis-server shows them for the same registers.
    expect(raise(100, 2)).toBe("Z:100 v:2,1 Z:16283");
    expect(raise(102, 2)).toBe("Z:100 v:2,1 z:1 v:2,1 Z:16281");
    expect(raise(101, 2)).toBe("Z:100 v:2,3 Z:16281");
    expect(raise(103, 2)).toBe("Z:100 v:2,4 Z:16280");
    expect(raise(104, 2)).toBe("Z:100 v:2,4 v:2,1 Z:16279");
    expect(raise(101, 7)).toBe("Z:100 v:2,1 v:7,1 v:2,3 Z:16279");
    expect(raise(0, 32)).toBe("v:32,1 Z:99 v:2,1 v:7,1 v:2,3 Z:16279");
    expect(raise(16_383, 1)).toBe("v:32,1 Z:99 v:2,1 v:7,1 v:2,3 Z:16278 v:1,1");
    expect(raise(50, 1)).toBe("v:32,1 z:49 v:1,1 z:49 v:2,1 v:7,1 v:2,3 Z:16278 v:1,1");
    expect(draft.raise(104, 2, 3000)).toBe(HLL_UNCHANGED);
    expect(draft.raise(101, 6, 3000)).toBe(HLL_UNCHANGED);
  });

  test.each(["ascending", "random"])("holds what was raised, in %s order", (order) => {
    const random = new Random(testSeed(`draft in ${order} order`));
    for (let round = 0; round < 30; round++) {
      const model = new Uint8Array(HLL_REGISTERS);
      const draft = newDraft();
      const sparseBytesMax = [3000, 60, 40_000][round % 3];
      // Few registers, so that there are many neighbours.
      const span = [HLL_REGISTERS, 300, 30][random.below(3)];
      const indexes = Array.from({ length: 800 }, () => random.below(span));
      if (order === "ascending") indexes.sort((a, b) => a - b);
      for (const index of indexes) {
        const value = 1 + random.below(random.below(100) === 0 ? 51 : 3);
        const outcome = draft.raise(index, value, sparseBytesMax);
        if (outcome !== (value > model[index] ? HLL_CHANGED : HLL_UNCHANGED)) throw new Error(`at ${index}`);
        model[index] = Math.max(model[index], value);
        if (!draft.dense && draft.length > sparseBytesMax) throw new Error(`${draft.length} bytes`);
      }
      expect(registersOf(draft)).toEqual(model);
    }
  });

  test("raised in ascending order has the bytes that searches from the start give", () => {
    const random = new Random(testSeed("draft searches"));
    for (let round = 0; round < 50; round++) {
      const searching = newDraft();
      const anew = newDraft();
      let index = 0;
      for (
        let i = 0;
        i < 300 && index < HLL_REGISTERS;
        i++, index += random.below(round % 2 === 0 ? 3 : 50)
      ) {
        const value = 1 + random.below(2);
        searching.raise(index, value, 3000);
        // A copy of itself knows no place to start from.
        anew.load(Buffer.from(anew.bytes.subarray(0, anew.length)), 0, anew.length);
        anew.raise(index, value, 3000);
      }
      expect(runsOf(searching)).toBe(runsOf(anew));
    }
  });

  test("becomes dense when a value does not fit a run, or the runs become too long", () => {
    const draft = newDraft();
    expect(draft.raise(7, 32, 3000)).toBe(HLL_CHANGED);
    expect(draft.dense).toBe(false);
    expect(draft.raise(8, 33, 3000)).toBe(HLL_CHANGED);
    expect(draft.dense).toBe(true);
    expect(draft.raise(8, 33, 3000)).toBe(HLL_UNCHANGED);
    expect([...registersOf(draft).subarray(6, 10)]).toEqual([0, 32, 33, 0]);

    const small = newDraft();
    expect(small.raise(7, 1, 20)).toBe(HLL_CHANGED);
    expect(small.dense).toBe(false);
    expect(small.raise(100, 1, 20)).toBe(HLL_CHANGED);
    expect(small.dense).toBe(true);
  });

  test("says so when runs are damaged, and has not changed", () => {
    for (const [runs, index] of [
      [[], 0],
      [[0x5f, 0xff], 8192],
      [[0x00, 0x84], 2],
      [[0x40], 1],
    ] as const) {
      const draft = draftOf(...runs);
      const before = runsOf(draft);
      expect(draft.raise(index, 1, 3000)).toBe(HLL_CORRUPT);
      expect(draft.toDense()).toBe(false);
      expect(runsOf(draft)).toBe(before);
    }
    // One run too many is found only when all are looked at.
    const draft = draftOf(0x7f, 0xff, 0x00);
    expect(draft.raise(5, 1, 3000)).toBe(HLL_CHANGED);
    expect(draft.raise(6, 33, 3000)).toBe(HLL_CORRUPT);
    expect(draft.dense).toBe(false);
  });

  test("takes no runs that are longer than all there can be", () => {
    const draft = newDraft();
    expect(draft.load(Buffer.alloc(HLL_HEADER_BYTES + 2 * HLL_REGISTERS + 1), 0, 32_785)).toBe(false);
    expect(draft.load(Buffer.alloc(HLL_HEADER_BYTES + 2 * HLL_REGISTERS), 0, 32_784)).toBe(true);
  });

  test("of the longest runs has room for all that can be added", () => {
    const draft = newDraft();
    // Runs of four registers each, of which three quarters lie behind the last register.
    const bytes = Buffer.alloc(HLL_HEADER_BYTES + 2 * HLL_REGISTERS, 0x83);
    draft.bytes.copy(bytes, 0, 0, HLL_HEADER_BYTES);
    draft.load(bytes, 0, bytes.length);
    for (let index = 0; index < HLL_REGISTERS; index++)
      expect(draft.raise(index, 2 + (index & 1), 2 ** 40)).toBe(HLL_CHANGED);
    expect(draft.length).toBeLessThanOrEqual(draft.bytes.length);
    // What lay behind the last register lies there still.
    expect(draft.bytes[draft.length - 1]).toBe(0x83);
    expect(draft.length).toBe(HLL_HEADER_BYTES + 2 * HLL_REGISTERS + HLL_REGISTERS - HLL_REGISTERS / 4);
  });
});

describe("sparse runs", () => {
  test("are counted as they are merged", () => {
    const random = new Random(testSeed("sparse counts"));
    for (let round = 0; round < 20; round++) {
      const draft = newDraft();
      for (let i = 0; i < 500; i++) draft.raise(random.below(HLL_REGISTERS), 1 + random.below(32), 40_000);
      const histogram = newHistogram();
      expect(countSparse(draft.bytes, HLL_HEADER_BYTES, draft.length, histogram)).toBe(true);
      expect(histogram).toEqual(histogramOf(registersOf(draft)));
    }
  });

  test("that do not cover all registers exactly are refused, whatever bytes they are", () => {
    const registers = new Uint8Array(HLL_REGISTERS);
    const isSound = (...bytes: number[]) => {
      const runs = Buffer.from(bytes);
      const counted = countSparse(runs, 0, runs.length, newHistogram());
      expect(mergeSparse(runs, 0, runs.length, registers)).toBe(counted);
      return counted;
    };
    expect(isSound(0x7f, 0xff)).toBe(true);
    expect(isSound(0x7f, 0xfe, 0x80)).toBe(true);
    expect(isSound(0x7f, 0xfe)).toBe(false);
    expect(isSound(0x7f, 0xff, 0x00)).toBe(false);
    expect(isSound(0x7f, 0xff, 0x80)).toBe(false);
    expect(isSound()).toBe(false);
    // A long run that is cut off has a zero byte for its second one, as in Redis.
    expect(isSound(0x7f, 0x7e, 0x41)).toBe(false);
    expect(isSound(0x7e, 0xff, 0x40)).toBe(false);
    expect(isSound(0x7e, 0xfe, 0x41)).toBe(true);
    const random = new Random(testSeed("sparse bytes"));
    for (let i = 0; i < 2000; i++)
      isSound(...Array.from({ length: random.below(60) }, () => random.below(256)));
  });
});

describe("the estimate", () => {
  test.each([
    ["nothing", { 0: 16_384 }, 0],
    ["one element", { 0: 16_383, 1: 1 }, 1],
    ["registers that no element can raise so high", { 63: 16_384 }, -(2n ** 63n)],
    ["registers that are as high as they can be", { 51: 16_384 }, -(2n ** 63n)],
  ])("of %s", (_, counts, estimate) => {
    const histogram = newHistogram();
    for (const [value, count] of Object.entries(counts)) histogram[Number(value)] = count;
    expect(estimateCardinality(histogram)).toBe(estimate);
  });
});

test("the self-test passes in both forms", () => {
  const random = new Random(testSeed("hyperloglog self-test"));
  expect(hyperLogLogSelfTest(random, 3000)).toBeNull();
  expect(hyperLogLogSelfTest(random, 0)).toBeNull();
});
