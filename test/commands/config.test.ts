import { describe, expect, test } from "bun:test";
import { Engine } from "../support/engine.ts";

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** An engine whose server knows two directives. */
class ConfigEngine extends Engine {
  readonly values = new Map([
    ["timeout", "0"],
    ["requirepass", "p\xe9"],
  ]);
  /** Arguments of each CONFIG GET and SET that reached the server. */
  readonly asked: unknown[] = [];
  resets = 0;
  file = "";

  constructor() {
    super({
      server: {
        configMatching: (patterns) => {
          this.asked.push(patterns);
          return [...this.values].filter(([name]) => patterns.includes(name));
        },
        configSet: (pairs) => {
          this.asked.push(pairs);
          if (pairs.some(([name]) => !this.values.has(name))) return "Unknown option";
          for (const [name, value] of pairs) this.values.set(name, value);
          return null;
        },
        resetStatistics: () => {
          this.resets++;
        },
        configFile: () => this.file,
      },
    });
  }
}

describe("CONFIG GET", () => {
  test("replies names and values, as a map in RESP3", () => {
    const engine = new ConfigEngine();
    expect(engine.run("CONFIG", "GET", "timeout")).toBe(`*2\r\n${bulk("timeout")}${bulk("0")}`);
    expect(engine.run("CONFIG", "GET", "nosuch")).toBe("*0\r\n");
    engine.run("HELLO", 3);
    expect(engine.run("CONFIG", "GET", "timeout")).toBe(`%1\r\n${bulk("timeout")}${bulk("0")}`);
  });

  test("hands all patterns over", () => {
    const engine = new ConfigEngine();
    engine.run("CONFIG", "GET", "max*", "timeout");
    expect(engine.asked).toEqual([["max*", "timeout"]]);
  });

  test("keeps the bytes of a value", () => {
    expect(new ConfigEngine().run("CONFIG", "GET", "requirepass")).toBe(
      `*2\r\n${bulk("requirepass")}${bulk("p\xe9")}`,
    );
  });
});

describe("CONFIG SET", () => {
  test("hands pairs over and says what the server says", () => {
    const engine = new ConfigEngine();
    expect(engine.run("CONFIG", "SET", "timeout", "5", "requirepass", "\xff")).toBe("+OK\r\n");
    expect(engine.asked).toEqual([
      [
        ["timeout", "5"],
        ["requirepass", "\xff"],
      ],
    ]);
    expect(engine.run("CONFIG", "SET", "nosuch", "5")).toBe("-ERR Unknown option\r\n");
  });

  test("a name without a value is an error, and nothing is asked", () => {
    const engine = new ConfigEngine();
    expect(engine.run("CONFIG", "SET", "timeout", "5", "requirepass")).toBe("-ERR syntax error\r\n");
    expect(engine.run("CONFIG", "SET", "timeout")).toBe(
      "-ERR wrong number of arguments for 'config|set' command\r\n",
    );
    expect(engine.asked).toEqual([]);
  });
});

describe("CONFIG RESETSTAT", () => {
  test("sets the counters to zero, subcommands' too", () => {
    const engine = new ConfigEngine();
    engine.run("GET", "missing");
    engine.run("SET", "a", "1");
    engine.run("GET", "a");
    engine.run("NOSUCH");
    engine.run("CONFIG", "GET", "timeout");
    expect(engine.run("CONFIG", "RESETSTAT")).toBe("+OK\r\n");
    const { ctx, keyspace } = engine;
    expect([ctx.commandsProcessed, keyspace.hits, keyspace.misses, ctx.errorCounts.size]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(ctx.commands.named("get")?.calls).toBe(0);
    expect(ctx.commands.named("config")?.subcommands?.named("get")?.calls).toBe(0);
    expect(engine.resets).toBe(1);
  });
});

describe("CONFIG", () => {
  test("REWRITE needs a configuration file, and says that it cannot write one yet", () => {
    const engine = new ConfigEngine();
    expect(engine.run("CONFIG", "REWRITE")).toBe("-ERR The server is running without a config file\r\n");
    engine.file = "/etc/openkv.conf";
    expect(engine.run("CONFIG", "REWRITE")).toBe("-ERR CONFIG REWRITE is not supported yet\r\n");
  });

  test("HELP lists each subcommand, and an unknown one is an error", () => {
    const help = new ConfigEngine().run("CONFIG", "HELP");
    for (const name of ["GET", "SET", "RESETSTAT", "REWRITE", "HELP"]) {
      expect(help).toMatch(new RegExp(`^\\+${name}\\b`, "m"));
    }
    expect(new ConfigEngine().run("CONFIG", "NOSUCH")).toBe(
      "-ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP.\r\n",
    );
  });
});
