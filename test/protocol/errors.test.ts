import { describe, expect, test } from "bun:test";
import * as errors from "../../src/protocol/errors.ts";
import { RequestParser } from "../../src/protocol/request-parser.ts";
import { DEFAULT_LIMITS, encode, latin1 } from "./support.ts";

function unknown(...argv: string[]): string {
  const parser = new RequestParser({ ...DEFAULT_LIMITS });
  const bytes = latin1(encode(...argv));
  parser.parse(bytes, 0, bytes.length);
  return errors.unknownCommand(parser.bytes, parser.offsets, parser.argc).text;
}

function ofBytes(
  make: (bytes: Buffer, start: number, end: number) => errors.ReplyError,
  content: string,
): string {
  return make(latin1(`<${content}>`), 1, 1 + content.length).text;
}

describe("An error reply", () => {
  test("is no Error, so that throwing it collects no stack", () => {
    expect(errors.SYNTAX).toBeInstanceOf(errors.ReplyError);
    expect(errors.SYNTAX).not.toBeInstanceOf(Error);
  });

  test("starts with a code in capitals and has one line", () => {
    const constants = Object.entries(errors).filter(([, value]) => value instanceof errors.ReplyError);
    expect(constants.length).toBeGreaterThan(50);
    for (const [name, value] of constants) {
      expect(name).toMatch(/^[A-Z_]+$/);
      expect((value as errors.ReplyError).text).toMatch(/^[A-Z]+ [\x20-\x7e]+$/);
    }
  });

  test("quotes a command and the start of its arguments", () => {
    expect(unknown("foo")).toBe("ERR unknown command 'foo', with args beginning with: ");
    expect(unknown("foo", "a", "", "b c")).toBe(
      "ERR unknown command 'foo', with args beginning with: 'a' '' 'b c' ",
    );
  });

  test("shows 128 bytes of a command and of its arguments", () => {
    const shown = (text: string) => `ERR unknown command '${text}', with args beginning with: `;
    expect(unknown("x".repeat(200))).toBe(shown("x".repeat(128)));
    expect(unknown("foo", "y".repeat(200), "z")).toBe(`${shown("foo")}'${"y".repeat(128)}' `);
    expect(unknown("foo", "y".repeat(120), "zzzzz", "a")).toBe(
      `${shown("foo")}'${"y".repeat(120)}' 'zzzzz' `,
    );
    expect(unknown("foo", "y".repeat(120), "zzzzzzz")).toBe(`${shown("foo")}'${"y".repeat(120)}' 'zzzzz' `);
  });

  test("shows bytes up to a NUL, as Redis does", () => {
    expect(unknown("fo\x00ab", "a\x00b", "\xff")).toBe(
      "ERR unknown command 'fo', with args beginning with: 'a' '\xff' ",
    );
  });

  test("names subcommands and options", () => {
    expect(ofBytes((...at) => errors.unknownSubcommand("CONFIG", ...at), "foo")).toBe(
      "ERR unknown subcommand 'foo'. Try CONFIG HELP.",
    );
    expect(ofBytes((...at) => errors.wrongSubcommandArity("DEBUG", ...at), "foo")).toBe(
      "ERR unknown subcommand or wrong number of arguments for 'foo'. Try DEBUG HELP.",
    );
    expect(ofBytes(errors.unsupportedOption, "foo")).toBe("ERR Unsupported option foo");
    expect(ofBytes(errors.helloSyntax, "auth")).toBe("ERR Syntax error in HELLO option 'auth'");
    expect(ofBytes(errors.unknownClientType, "x")).toBe("ERR Unknown client type 'x'");
  });

  test("names commands", () => {
    expect(errors.wrongArity("config|get").text).toBe(
      "ERR wrong number of arguments for 'config|get' command",
    );
    expect(errors.invalidExpire("setex").text).toBe("ERR invalid expire time in 'setex' command");
    expect(errors.outOfRange(1, 5).text).toBe("ERR value is out of range, value must between 1 and 5");
  });

  test("shows a key that is no integer, sanitised and at most 128 bytes of it", () => {
    expect(ofBytes(errors.notAnInteger, "name")).toBe("ERR Value for key 'name' is not an integer.");
    expect(ofBytes(errors.notAnInteger, "a\r\n\xff")).toBe(
      "ERR Value for key 'a\\x0D\\x0A\\xFF' is not an integer.",
    );
    expect(ofBytes(errors.notAnInteger, "k".repeat(129))).toBe(
      `ERR Value for key '${"k".repeat(128)}...' is not an integer.`,
    );
  });
});
