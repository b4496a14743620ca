import { describe, expect, test } from "bun:test";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";

describe("moveToFront", () => {
  test("puts a head in front of elements of any size, growing as needed", () => {
    for (const size of [0, 1, 10, 30, 100]) {
      const writer = new ReplyWriter(32);
      writer.simpleString("before");
      const mark = writer.length;
      writer.bulkText("x".repeat(size));
      const end = writer.length;
      writer.array(2);
      writer.bulkText("head");
      writer.moveToFront(mark, end);
      const text = writer.bytes.toString("latin1", 0, writer.length);
      expect(text).toBe(`+before\r\n*2\r\n$4\r\nhead\r\n$${size}\r\n${"x".repeat(size)}\r\n`);
    }
  });

  test("puts a head where there are no elements", () => {
    const writer = new ReplyWriter();
    const mark = writer.length;
    writer.array(0);
    writer.moveToFront(mark, mark);
    expect(writer.bytes.toString("latin1", 0, writer.length)).toBe("*0\r\n");
  });
});
