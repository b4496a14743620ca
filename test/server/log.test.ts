import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLevel } from "../../src/server/config/fields.ts";
import { createLogger, logFault } from "../../src/server/log.ts";
import { withTempDir } from "../support/temp-dir.ts";

function logLines(loglevel: LogLevel, text = "text"): string[] {
  const lines: string[] = [];
  const settings = { loglevel, logfile: "" };
  const log = createLogger({ settings, pid: 42, now: () => 0, write: (line) => lines.push(line) });
  log.debug(text);
  log.info(text);
  log.warn(text);
  log.error(text);
  return lines;
}

describe("the log", () => {
  test("writes pid, time, level and text on one line", () => {
    expect(logLines("debug")).toEqual([
      "42 1970-01-01T00:00:00.000Z . text\n",
      "42 1970-01-01T00:00:00.000Z * text\n",
      "42 1970-01-01T00:00:00.000Z # text\n",
      "42 1970-01-01T00:00:00.000Z ! text\n",
    ]);
  });

  test.each([
    ["debug", 4],
    ["verbose", 3],
    ["notice", 3],
    ["warning", 2],
  ] as const)("at loglevel %s writes %i of the four levels", (level, count) => {
    expect(logLines(level).length).toBe(count);
  });

  test("shows control characters, so that one event stays one line", () => {
    expect(logLines("warning", "a\nb\r\x1b[0m\x85")[0]).toEndWith(" # a\\nb\\x0d\\x1b[0m\\x85\n");
  });

  test("follows settings that change, and appends to the log file, also when that has been moved away", async () => {
    await withTempDir((directory) => {
      const settings = { loglevel: "warning" as LogLevel, logfile: join(directory, "log") };
      const log = createLogger({ settings, pid: 1, now: () => 0 });
      log.info("one");
      settings.loglevel = "notice";
      log.info("two");
      log.info("three");
      expect(readFileSync(settings.logfile, "utf8")).toBe(
        "1 1970-01-01T00:00:00.000Z * two\n1 1970-01-01T00:00:00.000Z * three\n",
      );
      settings.logfile = join(directory, "not", "there");
      log.info("lost without an exception");
    });
  });
});

test("a fault is reported by its message, once, and a line for each call that led to it", () => {
  const lines: string[] = [];
  const settings = { loglevel: "warning" as LogLevel, logfile: "" };
  const log = createLogger({ settings, pid: 1, now: () => 0, write: (line) => lines.push(line) });
  logFault(log, new RangeError("broken\ninvariant"));
  const texts = lines.map((line) => line.slice("1 1970-01-01T00:00:00.000Z ".length, -1));
  expect(texts[0]).toBe("! Internal fault, stopping: RangeError: broken\\ninvariant");
  expect(texts[1]).toMatch(/^! at .*log\.test\.ts:\d+:\d+\)?$/);
  expect(texts.filter((text) => text.includes("invariant")).length).toBe(1);
  expect(texts.filter((text) => text.includes("\\n")).length).toBe(1);
  lines.length = 0;
  logFault(log, "no error object");
  expect(lines.map((line) => line.slice(27))).toEqual(["! Internal fault, stopping: no error object\n"]);
});
