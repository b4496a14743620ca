import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LogLevel } from "../../src/server/config/fields.ts";
import { createLogger } from "../../src/server/log.ts";
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
