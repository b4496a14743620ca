import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { type InlineRequest, splitInline } from "../../src/protocol/inline.ts";
import { NO_OFFSETS } from "../../src/protocol/offsets.ts";
import { testSeed } from "../support/seed.ts";
import { splitArgsModel } from "./inline-model.ts";
import { latin1 } from "./support.ts";

/** Splits `line` with garbage around it that must not be read. */
function split(line: string): string[] | null {
  const bytes = latin1(`"'x${line}0"'`);
  const request: InlineRequest = { bytes, offsets: NO_OFFSETS, argc: 0 };
  if (!splitInline(request, bytes, 3, bytes.length - 3)) return null;
  const argv: string[] = [];
  for (let i = 0; i < request.argc; i++) {
    argv.push(request.bytes.toString("latin1", request.offsets[2 * i], request.offsets[2 * i + 1]));
  }
  return argv;
}

const TABLE: [line: string, argv: string[] | null][] = [
  ["", []],
  [" \t\v\f ", []],
  ["PING", ["PING"]],
  ["  set   name   Saboor  ", ["set", "name", "Saboor"]],
  ["set\tname\rvalue", ["set", "name", "value"]],
  ['echo "hello world"', ["echo", "hello world"]],
  ['echo ""', ["echo", ""]],
  ["echo ''", ["echo", ""]],
  ['echo "\\n\\r\\t\\b\\a"', ["echo", "\n\r\t\b\x07"]],
  ['echo "\\x00\\xFf\\x4"', ["echo", "\x00\xffx4"]],
  ['echo "\\xzz\\q\\\\\\""', ["echo", 'xzzq\\"']],
  ["echo 'it\\'s \\n'", ["echo", "it's \\n"]],
  ["echo '\\\\'", null],
  ["echo a\\nb", ["echo", "a\\nb"]],
  ['echo a"b c"', ["echo", "ab c"]],
  ["echo \"it's\" '\"'", ["echo", "it's", '"']],
  ['echo "a"\vb', ["echo", "a", "b"]],
  ["echo a\vb \v\fc", ["echo", "a\vb", "c"]],
  ["echo a\x00b", ["echo", "a\x00b"]],
  ["\xff\xfe", ["\xff\xfe"]],
  ['echo "', null],
  ["echo '", null],
  ['echo "a\\', null],
  ['echo "a\\"', null],
  ["echo 'a\\'", null],
  ['echo "a"b', null],
  ["echo 'a'b", null],
  ["echo 'a''b'", null],
  ['echo "\\x4', null],
];

describe("An inline line", () => {
  for (const [line, argv] of TABLE) {
    test(`${JSON.stringify(line)} gives ${argv === null ? "unbalanced quotes" : JSON.stringify(argv)}`, () => {
      expect(split(line)).toEqual(argv);
      expect(splitArgsModel(line)).toEqual(argv);
    });
  }

  test("splits as Redis' own algorithm does, whatever it holds", () => {
    const random = new Random(testSeed("inline lines"));
    const alphabet = " \t\v\r\"'\\xnrtba4fFgz\x00\xff";
    let unbalanced = 0;
    for (let round = 0; round < 50_000; round++) {
      let line = "";
      for (let i = random.below(14); i > 0; i--) line += alphabet[random.below(alphabet.length)];
      const model = splitArgsModel(line);
      if (model === null) unbalanced++;
      const argv = split(line);
      if (JSON.stringify(argv) !== JSON.stringify(model))
        expect({ line, argv }).toEqual({ line, argv: model });
    }
    expect(unbalanced).toBeGreaterThan(1000);
    expect(unbalanced).toBeLessThan(49_000);
  });

  test("may have as many fields as fit", () => {
    const argv = split("a ".repeat(32_000));
    expect(argv).toHaveLength(32_000);
    expect(new Set(argv)).toEqual(new Set(["a"]));
  });
});
