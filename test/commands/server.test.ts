import { describe, expect, test } from "bun:test";
import type { ServerPort } from "../../src/commands/server-port.ts";
import { Engine } from "../support/engine.ts";

const SYNTAX = "-ERR syntax error\r\n";

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

describe("INFO", () => {
  const echo: Partial<ServerPort> = { info: (sections) => `<${sections.join()}>` };

  test("asks the server for the sections, in lower case", () => {
    const engine = new Engine({ server: echo });
    expect(engine.run("INFO")).toBe(bulk("<>"));
    expect(engine.run("INFO", "Server", "KEYSPACE")).toBe(bulk("<server,keyspace>"));
  });

  test("is verbatim text in RESP3", () => {
    const engine = new Engine({ server: echo });
    engine.run("HELLO", 3);
    expect(engine.run("INFO", "all")).toBe("=9\r\ntxt:<all>\r\n");
  });
});

describe("STATS", () => {
  test("shows seven counters, one per line, and counts itself", () => {
    const engine = new Engine({
      server: {
        uptimeSeconds: () => 61,
        requestsPerSecond: () => 12.5,
        connectionsHandled: () => 9,
        connections: () => [],
      },
    });
    engine.run("SET", "a", "1");
    engine.run("SET", "b", "1", "PX", 10);
    engine.run("SELECT", 1);
    engine.run("SET", "c", "1");
    engine.run("SELECT", 0);
    engine.advance(20);
    engine.run("GET", "b");
    expect(engine.run("STATS")).toBe(
      bulk(
        "commands_processed:7\r\ntotal_keys:2\r\nexpired_keys:1\r\nuptime_seconds:61\r\n" +
          "requests_per_second:12.50\r\nconnections_handled:9\r\nactive_connections:0\r\n",
      ),
    );
    expect(engine.run("STATS", "x")).toBe("-ERR wrong number of arguments for 'stats' command\r\n");
  });
});

describe("TIME, LASTSAVE and ROLE", () => {
  test("TIME splits the clock into seconds and microseconds", () => {
    const engine = new Engine({ server: { nowMicroseconds: () => 1_700_000_000_000_042 } });
    expect(engine.run("TIME")).toBe(`*2\r\n${bulk("1700000000")}${bulk("42")}`);
  });

  test("LASTSAVE is what the server says", () => {
    const engine = new Engine({ server: { lastSaveSeconds: () => 1_700_000_000 } });
    expect(engine.run("LASTSAVE")).toBe(":1700000000\r\n");
  });

  test("ROLE is a primary without replicas", () => {
    expect(new Engine().run("ROLE")).toBe(`*3\r\n${bulk("master")}:0\r\n*0\r\n`);
  });
});

describe("LOLWUT", () => {
  test("ends with the version", () => {
    const engine = new Engine({ server: { productVersion: () => "9.8.7" } });
    expect(engine.run("LOLWUT")).toEndWith("\n\nOpenKV ver. 9.8.7\n\r\n");
    expect(engine.run("LOLWUT", "VERSION", "5", "x")).toBe(engine.run("LOLWUT"));
    expect(engine.run("LOLWUT", "VERSION", "x")).toBe("-ERR value is not an integer or out of range\r\n");
  });
});

describe("SHUTDOWN", () => {
  /** The reply, and what the server was asked for. */
  function shutdown(...options: string[]): [reply: string, asked: string[]] {
    const asked: string[] = [];
    const engine = new Engine({
      server: { shutdown: () => asked.push("shutdown"), log: () => asked.push("log") },
    });
    return [engine.run("SHUTDOWN", ...options), asked];
  }

  test("ends the server without a reply", () => {
    for (const options of [[], ["NOSAVE"], ["nosave", "NOW", "FORCE"], ["NOW"], ["FORCE", "FORCE"]]) {
      expect(shutdown(...options)).toEqual(["", ["shutdown"]]);
    }
  });

  test("is refused when it shall save first, which cannot be done yet, unless it is forced", () => {
    expect(shutdown("SAVE")).toEqual(["-ERR Errors trying to SHUTDOWN. Check logs.\r\n", ["log"]]);
    expect(shutdown("SAVE", "FORCE")).toEqual(["", ["shutdown"]]);
  });

  test("ABORT finds no shutdown to take back", () => {
    expect(shutdown("ABORT")).toEqual(["-ERR No shutdown in progress.\r\n", []]);
  });

  test("refuses unknown options, and those that contradict each other", () => {
    for (const options of [
      ["NOW", "BAD"],
      ["SAVE", "NOSAVE"],
      ["ABORT", "NOW"],
      ["NOSAVE", "ABORT"],
    ]) {
      expect(shutdown(...options)).toEqual([SYNTAX, []]);
    }
  });
});

describe("HELP", () => {
  test("lists every command, in lines that fit a terminal", () => {
    const engine = new Engine();
    const lines = engine.run("HELP").split("\r\n");
    const words = new Set(lines.flatMap((line) => line.trim().split(" ")));
    for (const { spec } of engine.ctx.commands.all) expect(words).toContain(spec.name);
    for (const line of lines) expect(line.length).toBeLessThan(80);
  });

  test("explains a command", () => {
    const engine = new Engine();
    const text = engine.run("help", "echo");
    const { spec } = engine.ctx.commands.named("echo") ?? {};
    expect(text).toBe(
      bulk(`ECHO message\r\n  ${spec?.summary}.\r\n  O(1). Since 1.0.0, group connection.\r\n`),
    );
  });

  test("explains a container with what it holds, or one subcommand", () => {
    const engine = new Engine();
    expect(engine.run("HELP", "config")).toContain("  CONFIG RESETSTAT\r\n");
    expect(engine.run("HELP", "config", "set")).toContain(
      "CONFIG SET parameter value [parameter value ...]\r\n",
    );
  });

  test("wraps a long syntax", () => {
    const lines = new Engine().run("HELP", "client").split("\r\n");
    for (const line of lines) expect(line.length).toBeLessThan(80);
  });

  test("says when there is no such command", () => {
    const engine = new Engine();
    expect(engine.run("HELP", "no\nsuch")).toBe(
      "-ERR There is no command 'no\\x0Asuch'. HELP lists all commands.\r\n",
    );
    expect(engine.run("HELP", "get", "x")).toBe("-ERR There is no command 'x'. HELP lists all commands.\r\n");
    expect(engine.run("HELP", "a", "b", "c")).toBe(SYNTAX);
  });
});
