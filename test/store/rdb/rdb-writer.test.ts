import { describe, expect, test } from "bun:test";
import { PackedView } from "../../../src/memory/packed.ts";
import { RdbReader } from "../../../src/store/rdb/rdb-reader.ts";
import { RdbTooLargeError, RdbWriter } from "../../../src/store/rdb/rdb-writer.ts";

const NUMBERS: [value: number, bytes: string][] = [
  [0, "00"],
  [63, "3f"],
  [64, "4040"],
  [16_383, "7fff"],
  [16_384, "8000004000"],
  [2 ** 31, "8080000000"],
  [2 ** 32 - 1, "80ffffffff"],
  [2 ** 32, "810000000100000000"],
  [Number.MAX_SAFE_INTEGER, "81001fffffffffffff"],
];

function written(writer: RdbWriter): Buffer {
  return writer.bytes.subarray(0, writer.length);
}

function readerOf(bytes: Buffer): RdbReader {
  return new RdbReader().point(bytes, 0, bytes.length);
}

describe("a number", () => {
  test.each(NUMBERS)("%d is written as short as it may be, and read back", (value, bytes) => {
    const writer = new RdbWriter(1 << 20);
    writer.number(value);
    expect(written(writer).toString("hex")).toBe(bytes);
    expect(readerOf(written(writer)).number()).toBe(value);
  });

  test.each(NUMBERS)("%d is put in front of what was written", (value, bytes) => {
    const writer = new RdbWriter(1 << 20);
    writer.byte(1);
    const mark = writer.length;
    writer.double(-1.5);
    writer.insertNumber(mark, value);
    writer.byte(2);
    expect(written(writer).toString("hex")).toBe(`01${bytes}000000000000f8bf02`);
  });
});

describe("a string", () => {
  const text = (bytes: Buffer): string => {
    const view = new PackedView();
    const reader = readerOf(bytes);
    reader.string(view);
    expect(reader.at).toBe(reader.end);
    return view.bytes.toString("latin1", view.start, view.end);
  };

  test.each([
    ["", "00"],
    ["hello", "0568656c6c6f"],
    ["0", "c000"],
    ["-128", "c080"],
    ["128", "c18000"],
    ["-32769", "c2ff7fffff"],
    ["-2147483648", "c200000080"],
    ["2147483648", "0a32313437343833363438"],
    ["-0", "022d30"],
    ["a".repeat(20), `14${"61".repeat(20)}`],
    ["a".repeat(21), "c30615016161e00a00"],
  ])("%p is written as Redis does, and read back", (value, bytes) => {
    const writer = new RdbWriter(1 << 20);
    writer.string(Buffer.from(`..${value}..`), 2, 2 + value.length);
    expect(written(writer).toString("hex")).toBe(bytes);
    expect(text(written(writer))).toBe(value);
  });

  test("that does not get shorter by compression is written as it is", () => {
    const value = "abcdefghijklmnopqrstuvwxyz0123456789";
    const writer = new RdbWriter(1 << 20);
    writer.string(Buffer.from(value), 0, value.length);
    expect(written(writer).toString("latin1")).toBe(`$${value}`);
  });
});

describe("the buffer", () => {
  test("grows as it is needed, keeps what was written, and is given back when it was large", () => {
    const writer = new RdbWriter(1 << 24);
    const small = writer.bytes.length;
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 3));
    writer.byte(7);
    writer.raw(bytes, 0, bytes.length);
    expect(written(writer).equals(Buffer.concat([Buffer.of(7), bytes]))).toBe(true);
    writer.reset();
    expect([writer.length, writer.bytes.length]).toEqual([0, small]);
  });

  test("does not grow beyond its bound", () => {
    const writer = new RdbWriter(10_000);
    writer.raw(Buffer.alloc(9_999), 0, 9_999);
    writer.byte(1);
    expect(() => writer.byte(2)).toThrow(RdbTooLargeError);
    expect(writer.length).toBe(10_000);
  });
});
