/** Loading: files, environment, flags, their order, and errors that say where and what to do. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Config } from "../../src/server/config/config.ts";
import { ConfigError } from "../../src/server/config/error.ts";
import { parseLines } from "../../src/server/config/file.ts";
import { readFlags } from "../../src/server/config/sources.ts";
import { createLogger } from "../../src/server/log.ts";
import { startServer } from "../../src/server/server.ts";
import { withTempDir } from "../support/temp-dir.ts";

/** The ConfigError that `body` throws. */
function configError(body: () => unknown): ConfigError {
  try {
    body();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("expected a ConfigError, and nothing was thrown");
}

function withFile<T>(content: string, body: (path: string) => T): Promise<T> {
  return withTempDir((directory) => {
    const path = join(directory, "test.conf");
    writeFileSync(path, content);
    return body(path);
  });
}

function fromFlags(...argv: string[]): Config {
  const { file, lines } = readFlags(argv);
  return Config.load({ file, flags: lines });
}

describe("defaults", () => {
  test("are the product's own where it differs from Redis", () => {
    const config = Config.load();
    expect(config.bind).toEqual(["127.0.0.1"]);
    expect([config.port, config.maxclients, config.databases, config.shards]).toEqual([9501, 10000, 16, 16]);
    expect([config.requirepass, config.pidfile, config.logfile, config.banner]).toEqual(["", "", "", "auto"]);
    expect([config.protoMaxBulkLen, config.clientQueryBufferLimit]).toEqual([536870912, 1073741824]);
    expect([config.maxmemory, config.maxmemoryPolicy, config.hz]).toEqual([0, "noeviction", 10]);
    expect([config.timeout, config.tcpKeepalive, config.workerNum]).toEqual([0, 300, 1]);
    expect([config.lfuLogFactor, config.lfuDecayTime, config.loglevel]).toEqual([10, 1, "notice"]);
    expect(config.get("dir")).toBe(process.cwd());
    expect(config.warnings).toEqual([]);
  });
});

describe("configuration files", () => {
  test("are split as Redis does: comments, blanks, quotes, escapes, several arguments", () => {
    const content =
      '# comment\r\n\n  PORT\t7 \r\nrequirepass "a b\\x41\\n"\nbind \'x y\' z\n   \nlogfile ""\n';
    expect(parseLines(Buffer.from(content), "f")).toEqual([
      { name: "port", args: ["7"], origin: "f:3" },
      { name: "requirepass", args: ["a bA\n"], origin: "f:4" },
      { name: "bind", args: ["x y", "z"], origin: "f:5" },
      { name: "logfile", args: [""], origin: "f:7" },
    ]);
  });

  test("keep the bytes of a value that is no text", async () => {
    const config = await withFile("requirepass p\xc3\xa9\n", (file) => Config.load({ file }));
    expect(Buffer.from(config.requirepass, "latin1")).toEqual(Buffer.from("p\xc3\xa9", "utf8"));
  });

  test("add repeated save lines up, also with flags, until an empty one", async () => {
    await withFile("save 900 1\nsave 300 10\n", (path) => {
      const load = (...flags: string[]) => fromFlags(path, ...flags).get("save");
      expect(load()).toBe("900 1 300 10");
      expect(load("--save", "5", "6")).toBe("900 1 300 10 5 6");
      expect(load("--save", "")).toBe("");
    });
  });

  test("set the buffer limits of each class by itself", async () => {
    const content = "client-output-buffer-limit normal 1 2 3\nclient-output-buffer-limit pubsub 4 5 6\n";
    const config = await withFile(content, (file) => Config.load({ file }));
    expect(config.get("client-output-buffer-limit")).toBe(
      "normal 1 2 3 slave 268435456 67108864 60 pubsub 4 5 6",
    );
  });

  test("include others at the place of the line, also by a pattern that finds none", async () => {
    await withTempDir((directory) => {
      writeFileSync(join(directory, "b.part"), "timeout 2\nhz 50\n");
      writeFileSync(join(directory, "a.part"), "timeout 1\n");
      const path = join(directory, "main.conf");
      writeFileSync(path, `hz 20\ninclude ${directory}/*.part\ninclude ${directory}/none/*.part\nport 8\n`);
      const config = Config.load({ file: path });
      expect([config.timeout, config.hz, config.port]).toEqual([2, 50, 8]);
    });
  });

  test("that include themselves are refused", async () => {
    await withTempDir((directory) => {
      const path = join(directory, "main.conf");
      writeFileSync(path, `include ${path}\n`);
      expect(configError(() => Config.load({ file: path })).message).toContain(
        "more than 16 files include each other",
      );
    });
  });

  const wrong: [content: string, message: string][] = [
    ["port 1\nport abc\n", ":2: 'port abc': argument couldn't be parsed into an integer"],
    ["port\n", ":1: 'port': wrong number of arguments"],
    ["port 1 2\n", ":1: 'port 1 2': wrong number of arguments"],
    ["port 65536\n", ":1: 'port 65536': argument must be between 0 and 65535 inclusive"],
    ["bind '127.0.0.1\n", ":1: 'bind '127.0.0.1': unbalanced quotes"],
    ["maxmemry 1gb\n", ":1: unknown directive 'maxmemry', did you mean 'maxmemory'?"],
    ["zzzzzzzz 1\n", ":1: unknown directive 'zzzzzzzz'"],
    ["appendonly yes\n", ":1: the append-only file is not supported yet: keep appendonly no"],
    ["replicaof localhost 6379\n", ":1: replication is not supported yet: remove replicaof"],
    ["rename-command FLUSHALL ''\n", ":1: rename-command is not supported: remove the line"],
    ["user default off\n", ":1: user is not supported: remove the line"],
    [
      "include /does/not/exist.conf\n",
      ":1: cannot read configuration file '/does/not/exist.conf': no such file",
    ],
    ["unixsocketperm 999\n", ":1: 'unixsocketperm 999': argument couldn't be parsed as an octal number"],
    ["shards 12\n", ":1: 'shards 12': argument must be a power of two up to 256"],
  ];
  test.each(wrong)("%j is one error: %s", async (content, message) => {
    await withFile(content, (file) => {
      const error = configError(() => Config.load({ file }));
      expect([error.message, error.isUsage]).toEqual([file + message, false]);
    });
  });

  test("that do not exist are named", () => {
    expect(configError(() => Config.load({ file: "/does/not/exist" })).message).toBe(
      "cannot read configuration file '/does/not/exist': no such file",
    );
  });

  test("are remembered by their absolute path, and none by an empty one", async () => {
    await withFile("port 1\n", (file) => {
      const shortened = relative(process.cwd(), file);
      expect(Config.load({ file: shortened }).configFile).toBe(file);
    });
    expect(Config.load().configFile).toBe("");
  });

  test("are named by INFO, and to commands", async () => {
    await withFile("hz 20\n", async (file) => {
      const config = Config.load({ file, flags: readFlags(["--port", "0"]).lines });
      const log = createLogger({ settings: config, pid: 1, now: () => 0, write() {} });
      const server = await startServer(config, log);
      expect(server.info(["server"])).toContain(`\r\nconfig_file:${file}\r\n`);
      expect(server.configFile()).toBe(file);
      server.stopNow();
      expect(await server.stopped).toBe(0);
    });
  });

  test("that ask for eviction are told that there is none yet", async () => {
    await withFile("maxmemory-policy allkeys-lru\n", (file) => {
      expect(Config.load({ file }).warnings).toEqual([
        `${file}:1: maxmemory-policy allkeys-lru: nothing is evicted yet: writes are refused when memory is full`,
      ]);
      expect(fromFlags(file, "--maxmemory-policy", "noeviction").warnings).toEqual([]);
    });
  });

  test("made for Redis load, with a sentence about what has no effect yet", async () => {
    const content = "rdbcompression yes\nsave 3600 1\nslave-read-only no\nlua-replicate-commands yes\n";
    await withFile(content, (file) => {
      expect(Config.load({ file }).warnings).toEqual([
        `${file}:4: lua-replicate-commands has no effect: remove the line`,
        "these settings are kept but have no effect yet: save, replica-read-only",
      ]);
    });
  });
});

describe("the environment", () => {
  test("sets directives, own names included, and several arguments", () => {
    const config = Config.load({
      env: { OPENKV_MAXMEMORY: "1mb", OPENKV_HOST: "::1 127.0.0.1", OPENKV_IDLE: undefined, PATH: "/bin" },
    });
    expect([config.maxmemory, config.bind]).toEqual([1048576, ["::1", "127.0.0.1"]]);
    expect(config.warnings).toEqual([]);
  });

  test("is reported where a variable is no setting", () => {
    const { warnings } = Config.load({ env: { OPENKV_MAX_CLIENTS: "5", OPENKV_XYZ: "1" } });
    expect(warnings).toEqual([
      "environment variable OPENKV_MAX_CLIENTS is not a setting and is ignored, did you mean 'OPENKV_MAXCLIENTS'?",
      "environment variable OPENKV_XYZ is not a setting and is ignored",
    ]);
  });

  test("names the variable in errors", () => {
    const error = configError(() => Config.load({ env: { OPENKV_PORT: "no" } }));
    expect([error.message, error.isUsage]).toEqual([
      "OPENKV_PORT: 'no': argument couldn't be parsed into an integer",
      false,
    ]);
  });
});

describe("flags", () => {
  test("set directives with a blank or an equals sign, and take several arguments up to the next flag", () => {
    const config = fromFlags("--port=7", "--bind", "127.0.0.1", "-::1", "--MaxMemory", "1gb", "--hz=20");
    expect([config.port, config.bind, config.maxmemory, config.hz]).toEqual([
      7,
      ["127.0.0.1", "-::1"],
      2 ** 30,
      20,
    ]);
    expect(fromFlags("--list-max-listpack-size", "-2").get("list-max-ziplist-size")).toBe("-2");
  });

  test("have the names of the first release", () => {
    const config = fromFlags(
      ...["--host", "::1", "--max-connections", "5", "--heartbeat-idle-time", "6", "--backlog", "7"],
      ...["--heartbeat-check-interval", "8", "--worker-num", "1", "--pid-file", "p"],
    );
    expect([config.bind, config.maxclients, config.timeout, config.tcpBacklog]).toEqual([["::1"], 5, 6, 7]);
    expect([config.heartbeatCheckInterval, config.workerNum, config.pidfile]).toEqual([8, 1, "p"]);
  });

  test("win over the file, which wins over the environment", async () => {
    await withFile("port 2\nhz 20\n", (file) => {
      const { lines } = readFlags(["--port", "3"]);
      const env = { OPENKV_PORT: "1", OPENKV_HZ: "1", OPENKV_TIMEOUT: "1" };
      const config = Config.load({ env, file, flags: lines });
      expect([config.port, config.hz, config.timeout]).toEqual([3, 20, 1]);
    });
  });

  test("that take back an unsupported setting make the file usable", async () => {
    await withFile("appendonly yes\n", (file) => {
      expect(Config.load({ file, flags: readFlags(["--appendonly", "no"]).lines }).get("appendonly")).toBe(
        "no",
      );
    });
  });

  const wrong: [argv: string, message: string][] = [
    ["--prot 1", "unknown flag '--prot', did you mean '--port'?"],
    ["-p 1", "unknown flag '-p'"],
    ["--port", "flag '--port' needs a value"],
    [
      "--port --hz 5",
      "flag '--port' needs a value, and '--hz' looks like a flag: write --port=--hz if it is the value",
    ],
    [
      "--logfile -n 5",
      "flag '--logfile' needs a value, and '-n' looks like a flag: write --logfile=-n if it is the value",
    ],
    ["--port 1 2", "unexpected argument '2': the configuration file stands before all flags"],
    ["a.conf b.conf", "unexpected argument 'b.conf': flags begin with --"],
    ["--port abc", "--port: 'abc': argument couldn't be parsed into an integer"],
    ["--port 65536", "--port: '65536': argument must be between 0 and 65535 inclusive"],
    [
      "--banner sometimes",
      "--banner: 'sometimes': argument(s) must be one of the following: auto, always, never",
    ],
  ];
  test.each(wrong)("%s is a mistake on the command line: %s", (argv, message) => {
    const error = configError(() => Config.load({ flags: readFlags(argv.split(" ")).lines }));
    expect([error.message, error.isUsage]).toEqual([message, true]);
  });

  test("for what is not there are no mistake of usage, but an error", () => {
    const error = configError(() => fromFlags("--worker-num", "2"));
    expect([error.message, error.isUsage]).toEqual([
      "--worker-num: worker-num above 1 is not supported yet: leave it out, or set it to 1",
      false,
    ]);
  });

  test("ask for help only where a flag stands", () => {
    expect(readFlags(["--port", "1", "-h"]).wantsHelp).toBe(true);
    expect(readFlags(["--requirepass=-h"]).wantsHelp).toBe(false);
  });
});
