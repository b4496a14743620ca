/** The strict command line: what citty gets to see, and what never reaches it. */
import { describe, expect, test } from "bun:test";
import type { ArgsDef } from "citty";
import { defineCommand } from "citty";
import type { Program } from "../../src/cli/strict.ts";
import { checkedArguments, integerValue, runProgram, UsageError } from "../../src/cli/strict.ts";

const ARGS = {
  host: { type: "string", alias: "h" },
  port: { type: "string", alias: "p" },
  "with-parallel": { type: "string", alias: "P" },
  quiet: { type: "boolean", alias: "q" },
  format: { type: "enum", options: ["csv", "text"] },
  file: { type: "positional", required: false },
} satisfies ArgsDef;

let received: unknown;
const program: Program = {
  name: "tool",
  version: "1.2.3",
  description: "Test program",
  commands: {
    checked: {
      description: "Declares its arguments",
      load: async () =>
        defineCommand({
          meta: { name: "checked", description: "Declares its arguments" },
          args: ARGS,
          run({ args }) {
            received = args;
            return 7;
          },
        }),
    },
    raw: {
      description: "Reads its own arguments",
      load: async () =>
        defineCommand({
          run({ rawArgs }) {
            received = rawArgs;
          },
        }),
    },
    broken: {
      description: "Is never loaded by accident",
      load: () => Promise.reject(new Error("loaded")),
    },
  },
};

async function run(...argv: string[]): Promise<{ status: number; printed: string }> {
  let printed = "";
  const status = await runProgram(program, argv, (text) => {
    printed += text;
  });
  return { status, printed };
}

describe("a command with declared arguments", () => {
  test("gets them under their names, whatever the spelling", async () => {
    const { status } = await run("checked", "-h", "a", "--port=1", "-P", "9", "-p", "2", "-q", "some-file");
    expect(status).toBe(7);
    expect(received).toMatchObject({
      host: "a",
      port: "2",
      "with-parallel": "9",
      quiet: true,
      file: "some-file",
    });
  });

  test("takes negative numbers and dashes as values, and any word behind an equals sign", () => {
    expect(checkedArguments(["-p", "-1", "--host", "-", "--format=csv", "-h=-x"], ARGS).rawArgs).toEqual([
      "--port=-1",
      "--host=-",
      "--format=csv",
      "--host=-x",
    ]);
  });

  test("can negate a flag without value, and end its flags with two dashes", () => {
    expect(checkedArguments(["--no-quiet", "--", "-q"], ARGS).rawArgs).toEqual(["--no-quiet", "--", "-q"]);
  });

  const wrong: [argv: string, message: string][] = [
    ["--prot 1", "unknown flag '--prot', did you mean '--port'?"],
    ["--withParallel 1", "unknown flag '--withParallel', did you mean '--with-parallel'?"],
    ["-z", "unknown flag '-z'"],
    ["-p", "flag '-p' needs a value"],
    ["-p -q", "flag '-p' needs a value, and '-q' looks like a flag: write -p=-q if it is the value"],
    [
      "-p --host a",
      "flag '-p' needs a value, and '--host' looks like a flag: write -p=--host if it is the value",
    ],
    ["--quiet=yes", "flag '--quiet' takes no value"],
    ["--format xml", "flag '--format': 'xml' is not one of csv, text"],
    ["one two", "unexpected argument 'two'"],
  ];
  test.each(wrong)("%s is refused: %s", (argv, message) => {
    expect(() => checkedArguments(argv.split(" "), ARGS)).toThrow(new UsageError(message));
  });

  test("shows its usage at --help, and -h only where that is no flag of its own", async () => {
    const { status, printed } = await run("checked", "--port", "1", "--help");
    expect(status).toBe(0);
    expect(printed).toContain("--with-parallel");
    expect(printed).not.toContain("\x1b");
    expect(checkedArguments(["-h"], { port: ARGS.port }).wantsHelp).toBe(true);
    expect(() => checkedArguments(["-h"], ARGS)).toThrow("flag '-h' needs a value");
  });
});

describe("a command that reads its own arguments", () => {
  test("gets every word as it is, and returns status 0 when it returns nothing", async () => {
    const words = ["-h", "--help", "-p", "-P", "--", "--no-x"];
    expect((await run("raw", ...words)).status).toBe(0);
    expect(received).toEqual(words);
  });
});

describe("the program", () => {
  test.each([[], ["help"], ["-h"], ["--help"]])(
    "lists its commands without loading them: %p",
    async (...argv) => {
      const { status, printed } = await run(...argv);
      expect(status).toBe(0);
      for (const word of ["tool v1.2.3", "checked", "raw", "Is never loaded by accident"]) {
        expect(printed).toContain(word);
      }
    },
  );

  test("prints its version", async () => {
    expect(await run("--version")).toEqual({ status: 0, printed: "tool 1.2.3" });
    expect(await run("-v")).toEqual({ status: 0, printed: "tool 1.2.3" });
  });

  test("shows a command's usage at help and its name", async () => {
    expect((await run("help", "checked")).printed).toContain("--with-parallel");
  });

  const wrong: [argv: string, message: string][] = [
    ["chekced", "unknown command 'chekced', did you mean 'checked'?"],
    ["zzzzzz", "unknown command 'zzzzzz': see 'tool --help'"],
    ["--verison", "unknown flag '--verison', did you mean '--version'?"],
    ["--port 1 checked", "unknown flag '--port': see 'tool --help'"],
    ["--version now", "'--version' stands alone"],
    ["toString", "unknown command 'toString': see 'tool --help'"],
  ];
  test.each(wrong)("%s is refused: %s", async (argv, message) => {
    expect(run(...argv.split(" "))).rejects.toThrow(new UsageError(message));
  });
});

describe("an integer value", () => {
  test("has bounds, and is nothing but digits", () => {
    expect(integerValue("-p", "65535", 0, 65535)).toBe(65535);
    for (const value of ["65536", "-1", "1.5", "1e3", "", " 1", "0x10", "9".repeat(30)]) {
      expect(() => integerValue("-p", value, 0, 65535)).toThrow(
        `flag '-p': '${value}' is not an integer between 0 and 65535`,
      );
    }
  });
});
