/** The command line as a person meets it: output, errors and exit statuses of the whole program. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { cleanEnvironment, runOpenKV, startOpenKV } from "../support/openkv.ts";
import { withTempDir } from "../support/temp-dir.ts";

describe("openkv", () => {
  test("prints the version of package.json", async () => {
    for (const flag of ["--version", "-v"]) {
      expect(await runOpenKV([flag])).toEqual({
        status: 0,
        stdout: `openkv ${packageJson.version}\n`,
        stderr: "",
      });
    }
  });

  test.each([[], ["--help"], ["-h"], ["help"]])(
    "prints its usage without colours in a pipe: %p",
    async (...argv) => {
      const { status, stdout, stderr } = await runOpenKV(argv);
      expect([status, stderr]).toEqual([0, ""]);
      for (const word of ["server:start", "server:stop", "stats", "benchmark"])
        expect(stdout).toContain(word);
      expect(stdout).not.toContain("\x1b");
    },
  );

  const wrong: [argv: string, status: number, message: string][] = [
    ["server:strat", 2, "unknown command 'server:strat', did you mean 'server:start'?"],
    ["--prot 1", 2, "unknown flag '--prot': see 'openkv --help'"],
    ["server:start --prot 1", 2, "unknown flag '--prot', did you mean '--port'?"],
    ["server:start --port", 2, "flag '--port' needs a value"],
    ["server:start --port 70000", 2, "--port: '70000': argument must be between 0 and 65535 inclusive"],
    ["server:start --port abc", 2, "--port: 'abc': argument couldn't be parsed into an integer"],
    ["server:start a.conf b.conf", 2, "unexpected argument 'b.conf': flags begin with --"],
    [
      "server:start --worker-num 2",
      1,
      "--worker-num: worker-num above 1 is not supported yet: leave it out, or set it to 1",
    ],
    [
      "server:start --appendonly yes",
      1,
      "--appendonly: the append-only file is not supported yet: keep appendonly no",
    ],
    ["server:start /no/such.conf", 1, "cannot read configuration file '/no/such.conf': no such file"],
  ];
  test.each(wrong)("%s ends with status %i and one line: %s", async (argv, status, message) => {
    expect(await runOpenKV(argv.split(" "))).toEqual({ status, stdout: "", stderr: `openkv: ${message}\n` });
  });

  test("names the line of a bad configuration file", async () => {
    await withTempDir(async (directory) => {
      const path = join(directory, "openkv.conf");
      writeFileSync(path, "# settings\nmaxmemory lots\n");
      expect(await runOpenKV(["server:start", path])).toEqual({
        status: 1,
        stdout: "",
        stderr: `openkv: ${path}:2: 'maxmemory lots': argument must be a memory value\n`,
      });
    });
  });

  test("names the variable of a bad environment", async () => {
    const env = { ...cleanEnvironment(), OPENKV_MAXCLIENTS: "0" };
    const { status, stderr } = await runOpenKV(["server:start"], { env });
    const text = "argument must be between 1 and 4294967295 inclusive";
    expect([status, stderr]).toEqual([1, `openkv: OPENKV_MAXCLIENTS: '0': ${text}\n`]);
  });

  test("refuses a log file and a pid file that cannot be written", async () => {
    const log = await runOpenKV(["server:start", "--logfile", "/no/such/log"]);
    expect([log.status, log.stdout]).toEqual([1, ""]);
    expect(log.stderr).toBe(
      "openkv: cannot open log file '/no/such/log': no such directory: /no/such; choose another --logfile\n",
    );
    const pid = await runOpenKV(["server:start", "--pid-file", "/no/such/pid"]);
    expect([pid.status, pid.stdout]).toEqual([1, ""]);
    expect(pid.stderr).toBe(
      "openkv: cannot write pid file '/no/such/pid': no such directory: /no/such; choose another --pid-file\n",
    );
  });

  test("shows every setting of the first release in the usage of server:start", async () => {
    const { status, stdout } = await runOpenKV(["server:start", "--port", "1", "--help"]);
    expect(status).toBe(0);
    const flags = [
      "host",
      "port",
      "max-connections",
      "backlog",
      "heartbeat-idle-time",
      "heartbeat-check-interval",
    ];
    for (const flag of [...flags, "worker-num", "pid-file"]) expect(stdout).toContain(`--${flag}`);
  });

  test("starts one server for a pid file, and stops it", async () => {
    await withTempDir(async (directory) => {
      const path = join(directory, "server.pid");
      const server = await startOpenKV({ args: ["--pid-file", path] });
      expect(readFileSync(path, "utf8")).toBe(`${server.pid}\n`);

      const second = await runOpenKV(["server:start", "--port", "0", "--pid-file", path]);
      const text = `a server with pid ${server.pid} is running; stop it, or choose another --pid-file`;
      expect([second.status, second.stderr]).toEqual([1, `openkv: pid file '${path}': ${text}\n`]);

      const { status, stdout } = await runOpenKV(["server:stop", "--pid-file", path]);
      expect(stdout).toMatch(new RegExp(`^server with pid ${server.pid} stopped after \\d+\\.\\d s\n$`));
      expect([status, await server.exited, existsSync(path)]).toEqual([0, 0, false]);
    });
  });

  test("says in one line that a port is in use", async () => {
    const server = await startOpenKV();
    const { status, stderr } = await runOpenKV(["server:start", "--port", String(server.port)]);
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^openkv: [^\n]*\\b${server.port}\\b[^\n]*\n$`));
    expect(await server.stop()).toBe(0);
  });
});
