import { describe, expect, test } from "bun:test";
import { equalsIgnoreCase, printable } from "../../src/base/ascii.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

describe("equalsIgnoreCase", () => {
  const equals = (text: string, upper: string) => {
    const framed = bytes(`x${text}y`);
    return equalsIgnoreCase(framed, 1, framed.length - 1, upper);
  };

  test("matches the word in any case", () => {
    for (const text of ["KEEPTTL", "keepttl", "KeepTtl"]) expect(equals(text, "KEEPTTL")).toBe(true);
    expect(equals("", "")).toBe(true);
    expect(equals("no-evict", "NO-EVICT")).toBe(true);
    expect(equals("sha256_x", "SHA256_X")).toBe(true);
  });

  test("matches nothing else", () => {
    for (const text of ["", "N", "NXX", "XN", "NY", "N\0"]) expect(equals(text, "NX")).toBe(false);
    // Bytes that differ from a letter or a sign by the case bit only.
    expect(equals("a\x0db", "A-B")).toBe(false);
    expect(equals("{", "[")).toBe(false);
    expect(equals("`", "@")).toBe(false);
    expect(equals("\xe1", "A")).toBe(false);
  });

  test("treats each byte of the alphabet alone", () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = String.fromCharCode(byte);
      expect([byte, equals(text, "Q")]).toEqual([byte, text === "q" || text === "Q"]);
    }
  });
});

describe("printable", () => {
  const shown = (text: string, max = 128) => printable(bytes(`\r${text}\n`), 1, text.length + 1, max);

  test("keeps printable ASCII", () => {
    let text = "";
    for (let byte = 0x20; byte < 0x7f; byte++) text += String.fromCharCode(byte);
    expect(shown(text)).toBe(text);
    expect(shown("")).toBe("");
  });

  test("shows every other byte as its number, so a reply line cannot be broken", () => {
    expect(shown("a\r\nb")).toBe("a\\x0D\\x0Ab");
    expect(shown("\0\t\x1b\x7f\x80\xff")).toBe("\\x00\\x09\\x1B\\x7F\\x80\\xFF");
    for (let byte = 0; byte < 256; byte++) {
      expect(shown(String.fromCharCode(byte))).toMatch(/^([ -~]|\\x[0-9A-F]{2})$/);
    }
  });

  test("cuts after the given number of bytes and says so", () => {
    expect(shown("abcdef", 6)).toBe("abcdef");
    expect(shown("abcdefg", 6)).toBe("abcdef...");
    expect(shown("\n\n\n", 2)).toBe("\\x0A\\x0A...");
    expect(shown("abc", 0)).toBe("...");
  });
});
