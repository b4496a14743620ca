import { describe, expect, test } from "bun:test";
import { decompressLzf, LzfCompressor } from "../../src/base/lzf.ts";
import { Random } from "../../src/base/random.ts";
import { lzfSample } from "../support/lzf-samples.ts";
import { testSeed } from "../support/seed.ts";

/** Bytes around the output that must not be written. */
const MARGIN = 5;

/** Compresses within `room` bytes, which is checked not to be left; null when that is not enough. */
function compress(compressor: LzfCompressor, value: Uint8Array, room: number): Buffer | null {
  const source = Buffer.concat([Buffer.from("before"), value, Buffer.from("after")]);
  const target = Buffer.alloc(room + 2 * MARGIN, 0xa5);
  const limit = MARGIN + room;
  const end = compressor.compress(source, 6, 6 + value.length, target, MARGIN, limit);
  const outside = Buffer.concat([target.subarray(0, MARGIN), target.subarray(limit)]);
  expect(outside).toEqual(Buffer.alloc(2 * MARGIN, 0xa5));
  return end < 0 ? null : target.subarray(MARGIN, end);
}

/** Decompresses from the middle of other bytes, so that reading past a border shows. */
function decompress(compressed: Uint8Array, length: number): Buffer | null {
  const around = Buffer.alloc(compressed.length + 8, 1);
  around.set(compressed, 4);
  return decompressLzf(around, 4, 4 + compressed.length, length);
}

/** What the DUMP of redis-server 7.0.15 holds. */
const REDIS_DUMPS: [value: string, compressed: string][] = [
  ["a".repeat(21), "016161e00a00"],
  ["abcdefgh".repeat(4), "08616263646566676861e00c07016768"],
  [
    "the cat sat on the mat, the cat sat on the mat",
    "087468652063617420732003036f6e2074200e036d61742c6008e00717016174",
  ],
];

describe("LZF compression", () => {
  test.each(REDIS_DUMPS)("of %s is what Redis makes", (value, compressed) => {
    const made = compress(new LzfCompressor(), Buffer.from(value), value.length - 4);
    expect(made?.toString("hex")).toBe(compressed);
  });

  test("gives every value back, and depends on no earlier one", () => {
    const random = new Random(testSeed("lzf round trip"));
    const compressor = new LzfCompressor();
    for (let round = 0; round < 400; round++) {
      const value = lzfSample(random, 21 + random.below(round % 20 === 0 ? 20_000 : 600));
      const room = value.length + (value.length >> 4) + 16;
      const compressed = compress(compressor, value, room);
      if (compressed === null) throw new Error(`${value.length} bytes do not fit ${room}`);
      expect(decompress(compressed, value.length)?.equals(value)).toBe(true);
      expect(compress(new LzfCompressor(), value, room)?.equals(compressed)).toBe(true);
    }
  });

  test("keeps to its room, whatever that is", () => {
    const random = new Random(testSeed("lzf room"));
    const compressor = new LzfCompressor();
    for (let round = 0; round < 60; round++) {
      const value = lzfSample(random, 1 + random.below(120));
      const whole = compress(compressor, value, 200);
      if (whole === null) throw new Error("120 bytes fit 200");
      for (let room = 0; room < 140; room++) {
        const compressed = compress(compressor, value, room);
        if (compressed !== null) expect(compressed.equals(whole)).toBe(true);
        else expect(room).toBeLessThan(whole.length + 4);
      }
    }
  });

  test("has nothing to say of an empty string", () => {
    expect(compress(new LzfCompressor(), Buffer.alloc(0), 100)).toBeNull();
  });
});

describe("LZF decompression", () => {
  const bytes = (text: string) => Buffer.from(text, "hex");

  test("knows literals and both kinds of references, also into themselves", () => {
    expect(decompress(bytes("026162632002017a7a"), 8)?.toString("latin1")).toBe("abcabczz");
    expect(decompress(bytes("0061e00000"), 10)?.toString("latin1")).toBe("a".repeat(10));
    expect(decompress(bytes("0061e0ff00"), 265)?.toString("latin1")).toBe("a".repeat(265));
    expect(decompress(bytes(""), 0)).toEqual(Buffer.alloc(0));
  });

  test("refuses references to before the start", () => {
    expect(decompress(bytes("2000"), 3)).toBeNull();
    expect(decompress(bytes("00612001"), 4)).toBeNull();
    expect(decompress(bytes("0061e00001"), 10)).toBeNull();
    expect(decompress(bytes("00613f00"), 4)).toBeNull();
  });

  test("refuses a length that is not that of the data", () => {
    const data = bytes("026162632002017a7a");
    for (let length = 0; length < 20; length++) {
      expect(decompress(data, length)?.length ?? null).toBe(length === 8 ? 8 : null);
    }
    // Out of reach: no attempt is made to take that much memory.
    expect(decompress(data, 2 ** 52)).toBeNull();
  });

  test("refuses data cut anywhere, and never fails on changed bytes", () => {
    const random = new Random(testSeed("lzf damage"));
    const compressor = new LzfCompressor();
    for (let round = 0; round < 60; round++) {
      const value = lzfSample(random, 21 + random.below(300));
      const compressed = compress(compressor, value, 400);
      if (compressed === null) throw new Error("320 bytes fit 400");
      for (let cut = 0; cut < compressed.length; cut++) {
        expect(decompress(compressed.subarray(0, cut), value.length)).toBeNull();
      }
      for (let change = 0; change < 100; change++) {
        const damaged = Buffer.from(compressed);
        damaged[random.below(damaged.length)] = random.next32();
        const result = decompress(damaged, value.length);
        if (result !== null) expect(result.length).toBe(value.length);
      }
    }
  });
});
