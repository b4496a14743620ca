/**
 * Type check, lint and tests, in this order; called by scripts/test. A step that fails does not stop the
 * others. Ends with what failed tests have printed, the groups of tests that were left out, the steps that failed,
 * and last of all the line `N passed, N failed`, with `, N skipped` when some were. A step other than the tests counts
 * as one failure.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withTempDir } from "../test/support/temp-dir.ts";
import { type LeftOut, leftOutLine } from "../test/support/tools.ts";
import { type Counts, FAILURES_TITLE, readCounts, readFailures, summaryLine } from "./test-counts.ts";

const PROJECT = join(import.meta.dir, "..");
/** For a test that sets none of its own: one that hangs ends, and one on a busy machine does not fail. */
const TEST_TIMEOUT_MS = "30000";
const TOOL = [process.execPath, "--bun", "run"];

process.exit(await withTempDir(runEverything));

async function runEverything(directory: string): Promise<number> {
  const failedSteps: string[] = [];
  if ((await run("Type check", [...TOOL, "tsc", "--noEmit"])) !== 0) failedSteps.push("type check");
  if ((await run("Lint and format", [...TOOL, "biome", "check", "."])) !== 0) {
    failedSteps.push("lint and format");
  }

  const counts: Counts = { passed: 0, failed: failedSteps.length, skipped: 0 };
  const leftOutFile = join(directory, "left-out");
  const tests = await runTests(leftOutFile);
  counts.passed += tests.passed;
  counts.failed += tests.failed;
  counts.skipped += tests.skipped;
  if (tests.failed > 0) failedSteps.push("tests");

  console.log("");
  if (failedSteps.length > 0) console.log(FAILURES_TITLE);
  for (const failure of tests.failures) console.log(`${failure}\n`);
  for (const leftOut of readLeftOut(leftOutFile)) console.log(leftOutLine(leftOut));
  for (const step of failedSteps) console.log(`failed step: ${step}`);
  console.log(summaryLine(counts));
  return failedSteps.length === 0 ? 0 : 1;
}

/** Runs one command with its output shown; returns its exit status. */
async function run(title: string, command: string[]): Promise<number> {
  console.log(`== ${title}`);
  return Bun.spawn(command, { cwd: PROJECT, stdio: ["ignore", "inherit", "inherit"] }).exited;
}

/** Runs `bun test` with its output shown and counted. */
async function runTests(leftOutFile: string): Promise<Counts & { failures: string[] }> {
  console.log("== Tests");
  const child = Bun.spawn(
    [process.execPath, "test", "--timeout", TEST_TIMEOUT_MS, ...process.argv.slice(2)],
    {
      cwd: PROJECT,
      env: { ...process.env, OPENKV_LEFT_OUT: leftOutFile },
      stdio: ["ignore", "inherit", "pipe"],
    },
  );
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  return { ...readCounts(output, await child.exited), failures: readFailures(output) };
}

function readLeftOut(file: string): LeftOut[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LeftOut);
}
