/**
 * Tests that need a program from outside the project: a real server to compare with, or a client. Where the
 * program is missing they are left out, never silently: the tests count as skipped, and the group is named
 * with the command that installs what it needs. With CI=true a missing program is a failure.
 */
import { appendFileSync } from "node:fs";
import { relative, resolve } from "node:path";

/** The programs tests use, each with the Debian package that holds it. */
const PACKAGE_OF = {
  "redis-server": "redis-server",
  "redis-cli": "redis-tools",
  "redis-benchmark": "redis-tools",
  nc: "netcat-openbsd",
} as const;

export type Tool = keyof typeof PACKAGE_OF;

/** One group of tests that this machine cannot run. */
export interface LeftOut {
  /** Path of the test file, relative to the project. */
  file: string;
  /** Name of the group. */
  name: string;
  missing: Tool[];
  /** Command that installs what is missing. */
  install: string;
}

const PROJECT = resolve(import.meta.dir, "../..");

/** The tools of the list that are not on this machine's PATH. */
export function missingTools(tools: readonly Tool[]): Tool[] {
  return tools.filter((tool) => Bun.which(tool) === null);
}

/** The Debian command that installs the tools. */
export function installCommand(tools: readonly Tool[]): string {
  const packages = new Set(tools.map((tool) => PACKAGE_OF[tool]));
  return `apt-get install --no-install-recommends ${[...packages].join(" ")}`;
}

/**
 * The path of a tool.
 *
 * @throws an error that says how to install it when it is missing.
 */
export function requireTool(tool: Tool): string {
  const path = Bun.which(tool);
  if (path === null) throw new Error(`${tool} is not installed: ${installCommand([tool])}`);
  return path;
}

/**
 * Registers a group of tests that needs tools. When one is missing the group is skipped and recorded: as a
 * line on stdout and, when OPENKV_LEFT_OUT names a file, as a line of JSON there (`LeftOut`), which
 * scripts/test prints at its end.
 */
export function describeWith(tools: readonly Tool[], name: string, body: () => void): void {
  // Inside the function, so that scripts can use this module too: they run outside the test runner.
  const { describe, test } = require("bun:test") as typeof import("bun:test");
  const missing = missingTools(tools);
  if (missing.length === 0) {
    describe(name, body);
  } else if (process.env.CI === "true") {
    test(`${name}: finds ${missing.join(" and ")}`, () => {
      throw new Error(`CI runs every test; missing here: ${installCommand(missing)}`);
    });
  } else {
    recordLeftOut({ file: relative(PROJECT, Bun.main), name, missing, install: installCommand(missing) });
    describe.skip(name, body);
  }
}

function recordLeftOut(leftOut: LeftOut): void {
  const record = process.env.OPENKV_LEFT_OUT;
  if (record !== undefined) appendFileSync(record, `${JSON.stringify(leftOut)}\n`);
  else console.log(leftOutLine(leftOut));
}

/** The line that tells a person about a group left out. */
export function leftOutLine({ file, name, missing, install }: LeftOut): string {
  return `left out: ${file}: ${name} (needs ${missing.join(", ")}: ${install})`;
}
