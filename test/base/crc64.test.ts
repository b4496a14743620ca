import { describe, expect, test } from "bun:test";
import { Crc64 } from "../../src/base/crc64.ts";
import { Random } from "../../src/base/random.ts";
import { testSeed } from "../support/seed.ts";

/** The definition, bit by bit over bigints. */
function model(bytes: Uint8Array): string {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 0n ? crc >> 1n : (crc >> 1n) ^ 0x95ac9329ac4bc9b5n;
  }
  return crc.toString(16).padStart(16, "0");
}

/** The checksum as a number is written: the most significant digit first. */
function hex(crc: Crc64): string {
  const bytes = Buffer.alloc(10, 0xee);
  crc.writeTo(bytes, 1);
  expect([bytes[0], bytes[9]]).toEqual([0xee, 0xee]);
  return bytes.subarray(1, 9).reverse().toString("hex");
}

function checksum(bytes: Uint8Array): string {
  const crc = new Crc64();
  crc.update(bytes, 0, bytes.length);
  return hex(crc);
}

const LOREM =
  "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et " +
  "dolore magna aliqua. Ut enim ad minim veniam, quis nostrud exercitation ullamco laboris nisi ut aliquip ex " +
  "ea commodo consequat. Duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu " +
  "fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt in culpa qui officia deserunt " +
  "mollit anim id est laborum.";

describe("CRC-64", () => {
  test("gives the published check values, and zero for nothing", () => {
    expect(checksum(Buffer.from("123456789"))).toBe("e9c6d914c4b8d9ca");
    expect(checksum(Buffer.from(`${LOREM}\0`))).toBe("c7794709e69683b3");
    expect(checksum(Buffer.alloc(0))).toBe("0000000000000000");
  });

  test("agrees with the definition for all lengths and positions, however the bytes are cut", () => {
    const random = new Random(testSeed("crc64"));
    const bytes = Uint8Array.from({ length: 400 }, () => random.next32());
    const crc = new Crc64();
    for (let round = 0; round < 500; round++) {
      const start = random.below(20);
      const end = start + (round < 200 ? round : random.below(380));
      const middle = start + random.below(end - start + 1);
      crc.reset();
      crc.update(bytes, start, middle);
      crc.update(bytes, middle, end);
      expect(hex(crc)).toBe(model(bytes.subarray(start, end)));
    }
  });

  test("recognises its own bytes and no others", () => {
    const crc = new Crc64();
    crc.update(Buffer.from("123456789"), 0, 9);
    const bytes = Buffer.from("00cad9b8c414d9c6e900", "hex");
    expect(crc.matches(bytes, 1)).toBe(true);
    expect(crc.matches(bytes, 0)).toBe(false);
    for (let bit = 0; bit < 64; bit++) {
      bytes[1 + (bit >> 3)] ^= 1 << (bit & 7);
      expect(crc.matches(bytes, 1)).toBe(false);
      bytes[1 + (bit >> 3)] ^= 1 << (bit & 7);
    }
  });
});
