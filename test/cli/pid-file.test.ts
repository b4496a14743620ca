import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { acquirePidFile, removeStalePidFile } from "../../src/cli/pid-file.ts";
import { isAlive, processKind } from "../../src/cli/process.ts";
import { StartError } from "../../src/server/start-error.ts";
import { withTempDir } from "../support/temp-dir.ts";
import { deadPid, spawnLookalike, spawnRenamed } from "./lookalike.ts";

function withPath(body: (path: string, directory: string) => void | Promise<void>): Promise<void> {
  return withTempDir((directory) => body(join(directory, "server.pid"), directory));
}

describe("the pid file", () => {
  test("holds the process id, leaves nothing else behind, and goes with its owner", async () => {
    await withPath((path, directory) => {
      const file = acquirePidFile(path, process.pid);
      expect(readFileSync(path, "utf8")).toBe(`${process.pid}\n`);
      expect(readdirSync(directory)).toEqual(["server.pid"]);
      expect(file.notices).toEqual([]);
      file.release();
      file.release();
      expect(readdirSync(directory)).toEqual([]);
    });
  });

  test("is refused while a server of ours has it", async () => {
    const server = await spawnLookalike();
    await withPath((path, directory) => {
      writeFileSync(path, `${server.pid}\n`);
      expect(() => acquirePidFile(path, process.pid)).toThrow(
        new StartError(
          `pid file '${path}': a server with pid ${server.pid} is running; stop it, or choose another --pid-file`,
        ),
      );
      expect(readFileSync(path, "utf8")).toBe(`${server.pid}\n`);
      expect(readdirSync(directory)).toEqual(["server.pid"]);
    });
    await server.stop();
  });

  test("is refused while a process has it that may be a server", async () => {
    const other = await spawnLookalike("process.exit(0)", ["kv", "server:start"]);
    await withPath((path) => {
      writeFileSync(path, `${other.pid}\n`);
      expect(() => acquirePidFile(path, process.pid)).toThrow(/may be a server; stop it, or choose another/);
      expect(readFileSync(path, "utf8")).toBe(`${other.pid}\n`);
    });
    await other.stop();
  });

  test("of a process that is gone, of another program, or without an id is replaced, and that is said", async () => {
    const gone = await deadPid();
    const cases: [content: string, why: string][] = [
      [`${gone}\n`, `process ${gone} is not a running server`],
      [`${process.ppid}\n`, `process ${process.ppid} is not a running server`],
      ["rubbish", "it held no process id"],
      ["", "it held no process id"],
    ];
    for (const [content, why] of cases) {
      await withPath((path) => {
        writeFileSync(path, content);
        const { notices } = acquirePidFile(path, process.pid);
        expect(notices).toEqual([`removed stale pid file '${path}' (${why})`]);
        expect(readFileSync(path, "utf8")).toBe(`${process.pid}\n`);
      });
    }
  });

  test("that has changed hands is not removed", async () => {
    await withPath((path, directory) => {
      const file = acquirePidFile(path, process.pid);
      writeFileSync(path, "1\n");
      file.release();
      expect(removeStalePidFile(path, process.pid)).toBe(false);
      expect(readFileSync(path, "utf8")).toBe("1\n");
      expect(readdirSync(directory)).toEqual(["server.pid"]);
      expect(removeStalePidFile(path, 1)).toBe(true);
      expect(existsSync(path)).toBe(false);
    });
  });

  test("that cannot be written is one clear error", () => {
    expect(() => acquirePidFile("/does/not/exist/server.pid", 1)).toThrow(
      "cannot write pid file '/does/not/exist/server.pid': no such directory: /does/not/exist; choose another --pid-file",
    );
  });
});

describe("processes", () => {
  test("are alive or not, and servers of ours or not", async () => {
    const server = await spawnLookalike();
    expect([isAlive(server.pid), processKind(server.pid)]).toEqual([true, "server"]);
    await server.stop();
    expect([isAlive(server.pid), processKind(server.pid)]).toEqual([false, "gone"]);
    expect([isAlive(process.pid), processKind(process.pid)]).toEqual([true, "stranger"]);
  });

  test("are servers by the word for it and a known name before it, else only perhaps", async () => {
    for (const [words, kind] of [
      [["src/main.ts", "server:start"], "server"],
      [["openkv-1.0", "server:start"], "server"],
      [["kv", "server:start"], "doubtful"],
      [["/srv/openkv/kv", "server:start"], "doubtful"],
      [["openkv", "benchmark"], "stranger"],
    ] as const) {
      const found = await spawnLookalike("process.exit(0)", [...words]);
      expect([words, processKind(found.pid)]).toEqual([words, kind]);
      await found.stop();
    }
  });

  test.skipIf(process.platform !== "linux")("are servers under any name if they run our file", async () => {
    await withTempDir(async (directory) => {
      const renamed = await spawnRenamed(directory);
      expect(processKind(renamed.pid)).toBe("server");
      await renamed.stop();
    });
  });
});
