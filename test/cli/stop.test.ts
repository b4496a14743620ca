/** `server:stop` against processes that are, were, or only seem to be servers. */
import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../../src/cli/process.ts";
import { runOpenKV } from "../support/openkv.ts";
import { withTempDir } from "../support/temp-dir.ts";
import { deadPid, spawnLookalike } from "./lookalike.ts";

function withPidFile(content: string, body: (path: string) => Promise<void>): Promise<void> {
  return withTempDir((directory) => {
    const path = join(directory, "server.pid");
    writeFileSync(path, content);
    return body(path);
  });
}

const stop = (...args: string[]) => runOpenKV(["server:stop", ...args]);

describe("server:stop", () => {
  test("stops a server, waits for its end, and removes the file it left", async () => {
    const server = await spawnLookalike();
    await withPidFile(`${server.pid}\n`, async (path) => {
      const { status, stdout, stderr } = await stop("--pid-file", path);
      expect(stdout).toMatch(
        new RegExp(
          `^server with pid ${server.pid} stopped after \\d+\\.\\d s; removed its pid file '${path}'\n$`,
        ),
      );
      expect([status, stderr]).toEqual([0, ""]);
      expect(await server.exited).toBe(0);
      expect(existsSync(path)).toBe(false);
    });
  });

  test("says when a server does not stop in time, and leaves it its file", async () => {
    const server = await spawnLookalike("/* goes on */");
    await withPidFile(`${server.pid}\n`, async (path) => {
      const { status, stdout, stderr } = await stop(`--pid-file=${path}`, "--timeout", "0");
      expect(stderr).toBe(`openkv: server with pid ${server.pid} is still running after 0 s: see its log\n`);
      expect([status, stdout, existsSync(path)]).toEqual([1, "", true]);
    });
    await server.stop();
  });

  test("removes a stale pid file and says so", async () => {
    const gone = await deadPid();
    await withPidFile(`${gone}\n`, async (path) => {
      const { status, stdout } = await stop("--pid-file", path);
      expect(stdout).toBe(`server with pid ${gone} is not running; removed stale pid file '${path}'\n`);
      expect([status, existsSync(path)]).toEqual([0, false]);
    });
  });

  test("does not stop a process that is no server", async () => {
    const other = await spawnLookalike("process.exit(0)", ["something", "else"]);
    await withPidFile(`${other.pid}\n`, async (path) => {
      const { status, stderr } = await stop("--pid-file", path);
      expect(stderr).toStartWith(`openkv: pid ${other.pid} of '${path}' is another program (`);
      expect([status, isAlive(other.pid), existsSync(path)]).toEqual([1, true, true]);
    });
    await other.stop();
  });

  test("does not stop a process that only may be a server, and does not call its file stale", async () => {
    const other = await spawnLookalike("process.exit(0)", ["kv", "server:start"]);
    await withPidFile(`${other.pid}\n`, async (path) => {
      const { status, stderr } = await stop("--pid-file", path);
      expect(stderr).toStartWith(`openkv: pid ${other.pid} of '${path}' may be a server that another`);
      expect(stderr).not.toContain("remove");
      expect([status, isAlive(other.pid), existsSync(path)]).toEqual([1, true, true]);
    });
    await other.stop();
  });

  test("fails without a pid file, and with one that holds no process id", async () => {
    const missing = await stop("--pid-file", "/does/not/exist");
    expect([missing.status, missing.stderr]).toEqual([
      1,
      "openkv: no pid file '/does/not/exist': no server was started with it\n",
    ]);
    await withPidFile("rubbish", async (path) => {
      const { status, stderr } = await stop("--pid-file", path);
      expect([status, stderr]).toEqual([1, `openkv: '${path}' holds no process id: it is not a pid file\n`]);
      expect(existsSync(path)).toBe(true);
    });
  });

  const wrong: [argv: string, message: string][] = [
    ["", "server:stop needs --pid-file FILE"],
    ["--pid-fil x", "unknown flag '--pid-fil', did you mean '--pid-file'?"],
    ["--pid-file", "flag '--pid-file' needs a value"],
    ["--pid-file x --timeout soon", "flag '--timeout': 'soon' is not an integer between 0 and 86400"],
    ["x", "unexpected argument 'x'"],
  ];
  test.each(wrong)("%s is a mistake on the command line: %s", async (argv, message) => {
    const { status, stdout, stderr } = await stop(...argv.split(" ").filter((word) => word !== ""));
    expect([status, stdout, stderr]).toEqual([2, "", `openkv: ${message}\n`]);
  });
});
