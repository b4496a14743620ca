/**
 * Smoke test of the compiled binary: `bun scripts/smoke.ts [dist/openkv]`. Everything runs from a directory
 * full of files that would change a careless program, and over real sockets. Ends with the line
 * `N passed, N failed`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { version } from "../package.json";
import { cleanEnvironment, runOpenKV, startOpenKV } from "../test/support/openkv.ts";
import { encodeCommand } from "../test/support/raw-client.ts";
import { findFreePort, type ServerProcess } from "../test/support/server-process.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { requireTool } from "../test/support/tools.ts";
import { FAILURES_TITLE, summaryLine } from "./test-counts.ts";

const binary = resolve(process.argv[2] ?? join(import.meta.dir, "../dist/openkv"));
process.env.OPENKV_BINARY = binary;

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

/** Runs one check and goes on whatever comes of it. */
async function check(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    counts.passed++;
    console.log(`ok      ${name}`);
  } catch (error) {
    const failure = `FAILED  ${name}\n        ${error instanceof Error ? error.message : error}`;
    counts.failed++;
    failures.push(failure);
    console.log(failure);
  }
}

function expectEqual(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) {
    throw new Error(`${what} is ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`);
  }
}

function expectMatch(what: string, actual: string, pattern: RegExp): void {
  if (!pattern.test(actual)) throw new Error(`${what} is ${JSON.stringify(actual)}, expected ${pattern}`);
}

/** A directory whose files would run code in, reconfigure or confuse a program that looked at them. */
function makeHostileDirectory(): { path: string; witness: string } {
  const path = makeTempDir("hostile");
  const witness = join(path, "preload-ran");
  const evil = `require("node:fs").writeFileSync(${JSON.stringify(witness)}, "ran");\nthrow new Error("preloaded");\n`;
  writeFileSync(join(path, "evil.ts"), evil);
  writeFileSync(join(path, "bunfig.toml"), 'preload = ["./evil.ts"]\n[run]\nsilent = true\n');
  writeFileSync(join(path, ".env"), "OPENKV_PORT=not-a-port\nOPENKV_MAXCLIENTS=1\n");
  writeFileSync(join(path, "package.json"), '{ "version": "9.9.9", "type": 7, "imports": ');
  writeFileSync(join(path, "tsconfig.json"), '{ "compilerOptions": { "paths": 7, "jsx": ');
  return { path, witness };
}

const hostile = makeHostileDirectory();
const inHostile = { cwd: hostile.path };

/** Runs a program with the input and returns what it printed. */
async function pipe(command: string[], input: string): Promise<string> {
  const child = Bun.spawn(command, {
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "inherit",
    timeout: 10_000,
  });
  const output = await child.stdout.text();
  await child.exited;
  return output;
}

/** What `nc` shows for the lines typed; it closes its side at the end of the input, as a person does. */
const withNc = (port: number, input: string): Promise<string> =>
  pipe([requireTool("nc"), "-N", "-w", "5", "127.0.0.1", String(port)], input);

const withRedisCli = async (port: number, ...args: string[]): Promise<string> =>
  (await pipe([requireTool("redis-cli"), "-p", String(port), ...args], "")).trimEnd();

await check("--version is one line that ends with the version of package.json", async () => {
  const { status, stdout } = await runOpenKV(["--version"], inHostile);
  expectEqual("lines of stdout", stdout.split("\n").length, 2);
  expectEqual("version", stdout.trim().split(" ").at(-1), version);
  expectEqual("exit status", status, 0);
});

let server: ServerProcess | undefined;
await check("starts from a directory of hostile files, ignoring them all", async () => {
  server = await startOpenKV(inHostile);
  expectEqual("preload has run", existsSync(hostile.witness), false);
});

if (server !== undefined) await checkRunningServer(server);

await check("an unknown flag ends with status 2 and names the flag", async () => {
  const { status, stderr, stdout } = await runOpenKV(["server:start", "--prot", "1"], inHostile);
  expectEqual("exit status", status, 2);
  expectMatch("message", stdout + stderr, /--prot/);
});

await check("server:stop ends a server by its pid file, and says so when there is none", async () => {
  const pidFile = join(hostile.path, "openkv.pid");
  const started = await startOpenKV({ ...inHostile, args: ["--pid-file", pidFile] });
  expectEqual("pid file", readFileSync(pidFile, "utf8").trim(), String(started.pid));
  const stopped = await runOpenKV(["server:stop", "--pid-file", pidFile], inHostile);
  expectEqual(`status of server:stop (${stopped.stderr})`, stopped.status, 0);
  expectEqual("exit status of the server", await started.exited, 0);
  expectEqual("pid file is left", existsSync(pidFile), false);
  const again = await runOpenKV(["server:stop", "--pid-file", pidFile], inHostile);
  expectEqual("status without a pid file", again.status, 1);
});

if (failures.length > 0) console.log([FAILURES_TITLE, ...failures].join("\n"));
console.log(summaryLine(counts));
process.exit(counts.failed === 0 ? 0 : 1);

async function checkRunningServer(running: ServerProcess): Promise<void> {
  const { port } = running;

  await check("a person on nc is greeted and answered", async () => {
    const seen = await withNc(port, "PING\r\n");
    expectEqual("output", seen, "+OK OpenKV connected\r\n+PONG\r\n");
  });

  await check("RESP arrays through nc are answered without a greeting", async () => {
    const request = Buffer.concat([encodeCommand(["SET", "name", "Saboor"]), encodeCommand(["GET", "name"])]);
    expectEqual("output", await withNc(port, request.toString()), "+OK\r\n$6\r\nSaboor\r\n");
  });

  await check("redis-cli sets, gets, counts and reads STATS", async () => {
    expectEqual("PING", await withRedisCli(port, "PING"), "PONG");
    expectEqual("SET", await withRedisCli(port, "SET", "smoke", "a b"), "OK");
    expectEqual("GET", await withRedisCli(port, "GET", "smoke"), "a b");
    expectEqual("INCR", await withRedisCli(port, "INCR", "smoke:n"), "1");
    expectMatch("STATS", await withRedisCli(port, "STATS"), /^commands_processed:\d+\r?\ntotal_keys:\d+/);
  });

  await check("a port in use ends with status 1 and one line", async () => {
    const second = await runOpenKV(["server:start", "--port", String(port)], inHostile);
    expectEqual("exit status", second.status, 1);
    const lines = (second.stdout + second.stderr).trim().split("\n");
    const about = lines.filter((line) => line.includes(String(port)));
    expectMatch("message", about.join("\n"), /in use/i);
    expectEqual("stack trace is shown", /^\s+at /m.test(second.stdout + second.stderr), false);
    expectEqual("lines on stderr", second.stderr.trim().split("\n").length, 1);
  });

  await check("SIGTERM ends the server with status 0", async () => {
    expectEqual("exit status", await running.stop("SIGTERM"), 0);
  });

  await check("the environment configures the server, when it is the real one", async () => {
    const chosen = findFreePort();
    const env = { ...cleanEnvironment(), OPENKV_MAXCLIENTS: "7" };
    const configured = await startOpenKV({ ...inHostile, env, port: chosen });
    expectMatch("maxclients", await withRedisCli(chosen, "CONFIG", "GET", "maxclients"), /\b7$/);
    expectEqual("exit status", await configured.stop("SIGINT"), 0);
  });
}
