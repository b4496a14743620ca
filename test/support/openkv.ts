import { resolve } from "node:path";
import { launch, type ServerProcess } from "./server-process.ts";

const PROJECT = resolve(import.meta.dir, "../..");

export interface OpenKVOptions {
  /** Further arguments of `server:start`. */
  args?: string[];
  /** Words in front of the command, for example `["taskset", "-c", "0"]`. */
  prefix?: string[];
  /** Fixed port; by default a free one. */
  port?: number;
  /** Environment of the server; by default {@link testEnvironment}. */
  env?: Record<string, string | undefined>;
  /** Working directory; by default the project. */
  cwd?: string;
}

/**
 * The words that run `openkv`: the compiled binary that OPENKV_BINARY names, or else the sources. One test
 * thus covers both.
 */
export function openkvCommand(): string[] {
  const binary = process.env.OPENKV_BINARY;
  if (binary) return [resolve(PROJECT, binary)];
  return [process.execPath, resolve(PROJECT, "src/main.ts")];
}

/** This process's environment without the variables that would configure a server. */
export function cleanEnvironment(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("OPENKV_"));
  return Object.fromEntries(kept);
}

/** {@link cleanEnvironment} for a server that lives too briefly to be worth warming up. */
function testEnvironment(): Record<string, string | undefined> {
  return { ...cleanEnvironment(), OPENKV_WARM_UP: "no" };
}

/**
 * Starts `openkv server:start` on a free loopback port and resolves once it accepts connections.
 *
 * @throws with the server's output when it does not start.
 */
export function startOpenKV(options: OpenKVOptions = {}): Promise<ServerProcess> {
  return launch({
    cwd: options.cwd ?? PROJECT,
    env: options.env ?? testEnvironment(),
    port: options.port ?? 0,
    command: (port) => [
      ...(options.prefix ?? []),
      ...openkvCommand(),
      "server:start",
      "--port",
      String(port),
      ...(options.args ?? []),
    ],
  });
}

/** The outcome of one `openkv` command that ends by itself. */
export interface CommandResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs `openkv` with the arguments until it ends, killing it after `timeoutMs`. */
export async function runOpenKV(
  args: string[],
  options: { cwd?: string; env?: Record<string, string | undefined>; timeoutMs?: number } = {},
): Promise<CommandResult> {
  const child = Bun.spawn([...openkvCommand(), ...args], {
    cwd: options.cwd ?? PROJECT,
    env: options.env ?? cleanEnvironment(),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    timeout: options.timeoutMs ?? 15_000,
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, status] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { status, stdout, stderr };
}
