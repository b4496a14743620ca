/** `server:start` around a made-up server: signals, faults, pid file, exit statuses. */
import { describe, expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunningServer, ServePorts } from "../../src/cli/serve.ts";
import { serve } from "../../src/cli/serve.ts";
import type { Config } from "../../src/server/config/config.ts";
import { StartError } from "../../src/server/start-error.ts";
import { makeTempDir, withTempDir } from "../support/temp-dir.ts";
import { deadPid } from "./lookalike.ts";

/** A process and a server that record what is done to them. */
class Harness {
  readonly events: string[] = [];
  readonly log: string[] = [];
  readonly signals = new EventEmitter();
  readonly started = Promise.withResolvers<Config>();
  readonly #stopped = Promise.withResolvers<number>();
  printed = "";

  readonly ports: ServePorts = {
    startServer: async (config) => {
      this.started.resolve(config);
      return this.server;
    },
    env: {},
    pid: 4242,
    print: (text) => {
      this.printed += text;
    },
    writeLog: (line) => this.log.push(line.trimEnd().split(" ").slice(2).join(" ")),
    on: (event, listener) => this.signals.on(event, listener),
    exit: (status) => this.events.push(`exit ${status}`),
  };

  readonly server: RunningServer = {
    port: 1,
    stopped: this.#stopped.promise,
    stop: (reason) => this.events.push(`stop ${reason}`),
    stopNow: () => this.events.push("stopNow"),
  };

  end(status: number): void {
    this.#stopped.resolve(status);
  }
}

describe("server:start", () => {
  test("gives the server its settings and ends with the status it returns", async () => {
    const harness = new Harness();
    const ended = serve(["--port", "77"], harness.ports);
    expect((await harness.started.promise).port).toBe(77);
    harness.end(5);
    expect(await ended).toBe(5);
    expect(harness.log[0]).toEndWith("is starting, pid 4242, no configuration file");
  });

  test("logs what settings have no effect, and later what CONFIG SET changes without effect", async () => {
    const harness = new Harness();
    const ended = serve(["--save", "900", "1"], harness.ports);
    const config = await harness.started.promise;
    config.set([["rdbcompression", "no"]]);
    harness.end(0);
    await ended;
    expect(harness.log.slice(1)).toEqual([
      "# these settings are kept but have no effect yet: save",
      "# CONFIG SET rdbcompression: the value is kept but has no effect yet",
    ]);
  });

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ])("stops at the first %s, and at once with status %i at the second", async (signal, status) => {
    const harness = new Harness();
    const ended = serve([], harness.ports);
    await harness.started.promise;
    await Bun.sleep(0);
    harness.signals.emit("SIGHUP");
    harness.signals.emit(signal);
    expect(harness.events).toEqual([`stop ${signal}`]);
    harness.signals.emit(signal);
    expect(harness.events).toEqual([`stop ${signal}`, "stopNow", `exit ${status}`]);
    harness.end(0);
    expect(await ended).toBe(0);
  });

  test("stops after a signal that came while it was starting", async () => {
    const harness = new Harness();
    const gate = Promise.withResolvers<RunningServer>();
    const ended = serve([], { ...harness.ports, startServer: () => gate.promise });
    harness.signals.emit("SIGTERM");
    expect(harness.events).toEqual([]);
    gate.resolve(harness.server);
    harness.end(0);
    expect(await ended).toBe(0);
    expect(harness.events).toEqual(["stop SIGTERM"]);
  });

  test.each(["uncaughtException", "unhandledRejection"])(
    "ends with 70 and a report at an %s",
    async (event) => {
      const path = join(makeTempDir(), "pid");
      const harness = new Harness();
      const ended = serve(["--pid-file", path], harness.ports);
      await harness.started.promise;
      harness.signals.emit(event, new RangeError("broken\ninvariant"));
      expect(harness.events).toEqual(["exit 70"]);
      expect(harness.log[1]).toBe("! Internal fault, stopping: RangeError: broken\\ninvariant");
      expect(harness.log.some((line) => line.includes("serve.test.ts"))).toBe(true);
      expect(existsSync(path)).toBe(false);
      harness.end(0);
      await ended;
    },
  );

  test("ends with 70 when the start fails by a fault, and throws when it fails for a reason", async () => {
    const harness = new Harness();
    const failing = (error: Error): ServePorts => ({
      ...harness.ports,
      startServer: () => Promise.reject(error),
    });
    expect(await serve([], failing(new TypeError("bug")))).toBe(70);
    expect(harness.log[1]).toBe("! Internal fault, stopping: TypeError: bug");

    await withTempDir(async (directory) => {
      const path = join(directory, "pid");
      const reason = new StartError("port 1 is in use");
      expect(serve(["--pid-file", path], failing(reason))).rejects.toThrow(reason);
      expect(existsSync(path)).toBe(false);
    });
  });

  test("has its pid file while it runs, and says when it replaced a stale one", async () => {
    const path = join(makeTempDir(), "pid");
    const gone = await deadPid();
    writeFileSync(path, `${gone}\n`);
    const harness = new Harness();
    const ended = serve(["--pid-file", path], harness.ports);
    await harness.started.promise;
    expect(readFileSync(path, "utf8")).toBe("4242\n");
    expect(harness.log[1]).toBe(
      `# removed stale pid file '${path}' (process ${gone} is not a running server)`,
    );
    harness.end(0);
    await ended;
    expect(existsSync(path)).toBe(false);
  });

  test("prints its usage without starting anything", async () => {
    const harness = new Harness();
    expect(await serve(["--port", "1", "--help"], harness.ports)).toBe(0);
    expect(harness.printed).toContain("--max-connections");
    expect(harness.log).toEqual([]);
  });
});
