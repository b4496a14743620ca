import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ensureEngineOptions, type Replaceable } from "../../src/cli/engine-options.ts";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";

const OPTION = "BUN_JSC_maximumInliningDepth";

interface Replacement {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

/** What a process of this kind is replaced by; null when it stays. */
function replacementOf(process: Partial<Replaceable>): Replacement | null {
  let replacement: Replacement | null = null;
  ensureEngineOptions({
    execPath: "/bin/openkv",
    execArgv: [],
    argv: ["bun", "/$bunfs/root/openkv", "server:start", "--port", "7"],
    env: {},
    execve: ((file, args, env) => {
      replacement = { file, args, env };
    }) as Replaceable["execve"],
    ...process,
  });
  return replacement;
}

describe("the engine's options", () => {
  test("are set by starting the compiled program again, with its arguments and environment", () => {
    expect(replacementOf({ env: { HOME: "/home/me", NOTHING: undefined } })).toEqual({
      file: "/bin/openkv",
      args: ["/bin/openkv", "server:start", "--port", "7"],
      env: { HOME: "/home/me", [OPTION]: "12" },
    });
  });

  test("are set for the sources too, with the arguments of the interpreter", () => {
    const argv = ["/bin/bun", "/src/main.ts", "server:start"];
    const started = replacementOf({ execPath: "/bin/bun", execArgv: ["--no-env-file"], argv });
    expect(started?.args).toEqual(["/bin/bun", "--no-env-file", "/src/main.ts", "server:start"]);
  });

  test("are left alone when they are set, so that this happens once", () => {
    expect(replacementOf({ env: { [OPTION]: "12" } })).toBeNull();
    expect(replacementOf({ env: { [OPTION]: "5" } })).toBeNull();
  });

  test("are done without where a process cannot be replaced", () => {
    expect(replacementOf({ execve: undefined })).toBeNull();
    const refuse = () => {
      throw new Error("EPERM");
    };
    expect(replacementOf({ execve: refuse as Replaceable["execve"] })).toBeNull();
  });

  test("are there in a server, whose process is the one started", async () => {
    const server = await startOpenKV();
    const client = await RawClient.connect(server.port);
    const info = String(await client.call("INFO", "server"));
    client.close();
    expect(info).toContain(`\r\nprocess_id:${server.pid}\r\n`);
    // Other systems show nobody the environment of a process.
    if (process.platform === "linux")
      expect(readFileSync(`/proc/${server.pid}/environ`, "latin1").split("\0")).toContain(`${OPTION}=12`);
    expect(await server.stop()).toBe(0);
  });
});
