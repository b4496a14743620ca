/** The counts of a test run, as `bun test` prints them and as the project's commands end with them. */

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Reads the counts from what `bun test` wrote to stderr.
 *
 * Bun counts the hooks of a skipped group as skipped tests, named `(unnamed)`; they are not tests and are
 * taken off. Bun lists skipped and failed tests a second time at the end of a long run, after a line such as
 * `3 tests skipped:`; only the first listing counts here.
 *
 * @param exitStatus of the run. A run that fails without a failed test (nothing found, a crash) has one
 *   failure, so that it is never taken for a success.
 */
export function readCounts(stderr: string, exitStatus: number): Counts {
  const text = Bun.stripANSI(stderr);
  const count = (word: string): number => {
    const lines = [...text.matchAll(new RegExp(`^ *(\\d+) ${word}$`, "gm"))];
    return Number(lines.at(-1)?.[1] ?? 0);
  };
  const hooks = firstListingOf(text).match(/^\(skip\) .*\(unnamed\)$/gm)?.length ?? 0;
  const failed = count("fail");
  return {
    passed: count("pass"),
    failed: exitStatus !== 0 && failed === 0 ? 1 : failed,
    skipped: count("skip") + count("todo") - hooks,
  };
}

/** Above what is repeated about failures at the end of a run. */
export const FAILURES_TITLE = "== What failed";

/** What a failed test prints at most, in lines. */
const FAILURE_LINES_MAX = 60;

/**
 * What `bun test` wrote to stderr about each test that failed: the line `(fail) …` and, above it, what came since the
 * test before, at most its last FAILURE_LINES_MAX lines. In a log of thousands of lines they are worth repeating.
 */
export function readFailures(stderr: string): string[] {
  const failures: string[] = [];
  let lines: string[] = [];
  for (const line of firstListingOf(Bun.stripANSI(stderr)).split("\n")) {
    const outcome = /^\((pass|fail|skip|todo)\) /.exec(line)?.[1];
    lines.push(line);
    if (outcome === "fail") failures.push(lines.slice(-FAILURE_LINES_MAX).join("\n").trim());
    if (outcome !== undefined) lines = [];
  }
  return failures;
}

/** Without the second listing of some tests at the end of a long run. */
function firstListingOf(text: string): string {
  return text.split(/^\d+ tests? (?:skipped|failed|todo):$/m)[0] ?? "";
}

/** `N passed, N failed`, followed by `, N skipped` when there are any. */
export function summaryLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
