/** Usage texts: one look for all of them, and nothing left out. */
import { describe, expect, test } from "bun:test";
import { benchmarkUsage } from "../../src/cli/benchmark-usage.ts";
import { startUsage } from "../../src/cli/serve-usage.ts";
import { renderUsage } from "../../src/cli/usage.ts";
import { DIRECTIVES } from "../../src/server/config/table.ts";
import { cleanEnvironment, runOpenKV } from "../support/openkv.ts";

describe("a usage text", () => {
  test("has its columns as wide as needed, breaks long lines, and puts wide flags on a line of their own", () => {
    const wide = `--${"x".repeat(60)} <yes|no>`;
    const meaning = Array.from({ length: 40 }, () => "word").join(" ");
    const rows = [
      ["-a", "Short (1)"],
      [wide, "Wide"],
      ["--long", meaning],
      ["--none", ""],
    ] as const;
    const text = renderUsage(
      { title: "Title", synopsis: "do", heading: "Options", rows, notes: ["A\nB"] },
      "kv",
    );
    const lines = text.split("\n");
    expect(lines.slice(0, 8)).toEqual([
      ...["Title", "", "Usage: kv do", "", "Options:", "  -a      Short (1)", `  ${wide}`, "          Wide"],
    ]);
    expect(lines[8]).toMatch(/^ {2}--long {2}word( word)+$/);
    expect(lines[9]).toMatch(/^ {10}word( word)+$/);
    expect(lines.slice(-4)).toEqual(["  --none", "", "A", "B"]);
  });

  test.each(["--help", "server:start --help", "server:stop --help", "stats --help", "benchmark --help"])(
    "of %s begins alike, fits a wide terminal, has no blanks at line ends and no colours",
    async (argv) => {
      const env = { ...cleanEnvironment(), FORCE_COLOR: "1" };
      const { status, stdout } = await runOpenKV(argv.split(" "), { env });
      expect(status).toBe(0);
      expect(stdout).toMatch(/^[^\n]+\n\nUsage: openkv [^\n]+\n\n(Commands|Settings|Options):\n {2}/);
      expect(stdout).not.toMatch(/[ \t]\n|\n\n$/);
      expect(stdout).not.toContain("\x1b");
      // The names of the tests are one line, whatever its length.
      const lengths = stdout.split("\n").map((line) => (line.startsWith("Tests: ") ? 0 : line.length));
      expect(Math.max(...lengths)).toBeLessThanOrEqual(110);
    },
  );

  test("shows defaults in the same notation everywhere", async () => {
    expect((await runOpenKV(["stats", "--help"])).stdout).toMatch(
      /^ {2}--port <number> +Server port \(9501\)$/m,
    );
    expect(benchmarkUsage("openkv")).toMatch(/^ {2}-p, --port <number> +Server port \(9501\)$/m);
    expect(startUsage("openkv")).toMatch(/^ {2}--port <number> +TCP port; 0 takes any free one \(9501\)$/m);
  });
});

test("the usage of server:start names every setting that has an effect, and no other", () => {
  const usage = startUsage("openkv");
  for (const { name, inert } of DIRECTIVES) {
    expect([name, new RegExp(`--${name} <`).test(usage)]).toEqual([name, inert === null]);
  }
});

test("the usage of the benchmark names every option once, with the short name first", () => {
  const usage = benchmarkUsage("openkv");
  for (const start of ["  -h, --host <name>", "  -p, --port <number>", "  -P, --pipeline <number>"]) {
    expect(usage.split(start).length).toBe(2);
  }
});
