/** What the specs of all commands promise, tested for each of them without knowing what it does. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import type { Command } from "../../src/commands/command-table.ts";
import { newCommandTable } from "../../src/commands/registry.ts";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { quietServer } from "../support/quiet-server.ts";
import { testSeed } from "../support/seed.ts";

const CONTAINERS_AND_COMMANDS = newCommandTable().all;
/** Every command and subcommand. */
const COMMANDS = CONTAINERS_AND_COMMANDS.flatMap((command) => [command, ...(command.subcommands?.all ?? [])]);

/** Arguments that mean something to some command. */
const WORDS = [
  ...[
    "text",
    "number",
    "long",
    "expiring",
    "missing",
    "",
    "0",
    "1",
    "-1",
    "2",
    "10",
    "99999999999",
    "1.5",
    "abc",
  ],
  ...[
    "9223372036854775807",
    "*",
    "NX",
    "XX",
    "GT",
    "EX",
    "PX",
    "GET",
    "KEEPTTL",
    "PERSIST",
    "MATCH",
    "COUNT",
  ],
  ...["TYPE", "REPLACE", "DB", "ASYNC", "SYNC", "IDX", "LEN", "MINMATCHLEN", "WITHMATCHLEN", "SAMPLES", "ON"],
];

/** Random calls per command. */
const CALLS = 60;

/** An engine with a few keys of each kind. */
function filledEngine(): Engine {
  const engine = new Engine({ shards: 1, arenaBytes: 4 << 20, server: quietServer() });
  engine.run("SET", "text", "some words");
  engine.run("SET", "number", "12");
  engine.run("SET", "long", "x".repeat(1000));
  engine.run("SET", "expiring", "soon", "EX", 100);
  engine.ctx.client.db = 1;
  engine.run("SET", "text", "in another database");
  return engine;
}

/** The words that call a command or subcommand. */
function nameOf(command: Command): string[] {
  return command.fullName.split("|");
}

/** A request of `count` arguments, the name included; those behind it are chosen at random. */
function request(command: Command, count: number, random: Random): string[] {
  const argv = nameOf(command);
  while (argv.length < count) argv.push(WORDS[random.below(WORDS.length)]);
  return argv;
}

/** Runs random requests of all commands, a fresh client for each, and hands each reply over. */
function runAll(label: string, chosen: Command[], check: (engine: Engine, argv: string[]) => void): void {
  const random = new Random(testSeed(label));
  for (const command of chosen) {
    const engine = filledEngine();
    const least = Math.abs(command.spec.arity);
    for (let call = 0; call < CALLS; call++) {
      const count = command.spec.arity > 0 ? least : least + random.below(5);
      engine.ctx.client = engine.newClient();
      check(engine, request(command, count, random));
    }
  }
}

describe("the specs of all commands", () => {
  test("have names of their own, in upper case", () => {
    const names = COMMANDS.map((command) => command.fullName);
    expect(new Set(names).size).toBe(names.length);
    for (const { spec } of COMMANDS) expect(spec.name).toMatch(/^[A-Z][A-Z0-9_-]*$/);
  });

  test("are found under their names, in any case", () => {
    const table = newCommandTable();
    for (const { spec } of CONTAINERS_AND_COMMANDS) {
      expect(table.named(spec.name)?.spec).toBe(spec);
      expect(table.named(spec.name.toLowerCase())?.spec).toBe(spec);
    }
  });

  test("say what the command does in one line without a full stop, and what it costs", () => {
    for (const { spec, fullName } of COMMANDS) {
      expect(`${fullName}: ${spec.summary}`).toMatch(/: [A-Z"][^\n\r]{5,110}[^.\s]$/);
      expect(spec.complexity.length).toBeGreaterThan(3);
      expect(spec.since).toMatch(/^\d+\.\d+\.\d+$/);
    }
  });

  test("give syntax to every command that needs arguments, and to none that takes none", () => {
    for (const command of COMMANDS) {
      const { arity, syntax } = command.spec;
      if (command.subcommands !== null) continue;
      const bare = nameOf(command).length;
      if (Math.abs(arity) > bare) expect([command.fullName, syntax]).not.toContain(undefined);
      if (arity === bare) expect([command.fullName, syntax]).toEqual([command.fullName, undefined]);
    }
  });

  test("place keys behind the name and within the arguments that must be there", () => {
    for (const command of COMMANDS) {
      const { keys, arity } = command.spec;
      if (keys === undefined) continue;
      expect(keys.first).toBeGreaterThanOrEqual(nameOf(command).length);
      expect(keys.first).toBeLessThan(Math.abs(arity));
      expect(keys.step).toBeGreaterThan(0);
      if (keys.last >= 0) {
        expect(keys.last).toBeGreaterThanOrEqual(keys.first);
        expect(keys.last).toBeLessThan(Math.abs(arity));
      } else {
        expect(arity).toBeLessThan(0);
      }
    }
  });

  test("have flags that agree with each other", () => {
    for (const command of COMMANDS) {
      const { flags, keys } = command.spec;
      expect(new Set<string>(flags).size).toBe(flags.length);
      expect(command.has("write") && command.has("readonly")).toBe(false);
      if (command.has("denyoom")) expect(command.has("write")).toBe(true);
      // WATCH names keys without using them.
      if (keys !== undefined && command.spec.name !== "WATCH") expect(command.has("write") || command.has("readonly")).toBe(true);
      if (command.subcommands !== null) expect(command.has("write")).toBe(false);
    }
  });
});

describe("a command with too few or too many arguments", () => {
  for (const command of COMMANDS) {
    const { arity } = command.spec;
    const name = nameOf(command);
    const counts = arity > 0 ? [arity - 1, arity + 1] : [-arity - 1];
    for (const count of counts.filter((n) => n >= name.length)) {
      // A container given more than its name is asked for a subcommand, not counted.
      if (command.subcommands !== null && count > 1) continue;
      test(`${name.join(" ").toUpperCase()} refuses ${count - name.length} arguments`, () => {
        const engine = filledEngine();
        const argv = [...name, ...new Array<string>(count - name.length).fill("1")];
        const before = digest(engine.keyspace);
        expect(engine.run(...argv)).toBe(
          `-ERR wrong number of arguments for '${command.fullName}' command\r\n`,
        );
        expect(digest(engine.keyspace)).toBe(before);
      });
    }
  }
});

describe("the dataset", () => {
  test("is the same after commands that do not write", () => {
    const readers = COMMANDS.filter((command) => !command.has("write"));
    let answered = 0;
    runAll("commands that do not write", readers, (engine, argv) => {
      const before = digest(engine.keyspace);
      const { dirty } = engine.keyspace;
      if (!engine.run(...argv).startsWith("-")) answered++;
      expect([argv.join(" "), digest(engine.keyspace), engine.keyspace.dirty]).toEqual([
        argv.join(" "),
        before,
        dirty,
      ]);
    });
    expect(answered).toBeGreaterThan(readers.length);
  });

  test("is the same after a command that replied an error", () => {
    let refused = 0;
    runAll("commands that reply errors", COMMANDS, (engine, argv) => {
      const before = digest(engine.keyspace);
      const { dirty } = engine.keyspace;
      if (!engine.run(...argv).startsWith("-")) return;
      refused++;
      expect([argv.join(" "), digest(engine.keyspace), engine.keyspace.dirty]).toEqual([
        argv.join(" "),
        before,
        dirty,
      ]);
    });
    expect(refused).toBeGreaterThan(COMMANDS.length);
  });

  test("counts as changed whenever its digest changes", () => {
    let changes = 0;
    const writers = COMMANDS.filter((command) => command.has("write"));
    runAll("commands that write", writers, (engine, argv) => {
      const before = digest(engine.keyspace);
      const { dirty } = engine.keyspace;
      engine.run(...argv);
      if (digest(engine.keyspace) === before) return;
      changes++;
      expect([argv.join(" "), engine.keyspace.dirty > dirty]).toEqual([argv.join(" "), true]);
    });
    expect(changes).toBeGreaterThan(writers.length);
  });
});
