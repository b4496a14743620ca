/** What the specs of all commands promise, tested for each of them without knowing what it does. */

import { describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { type Argument, argumentsOf } from "../../src/commands/command-arguments.ts";
import type { Command } from "../../src/commands/command-table.ts";
import { newCommandTable } from "../../src/commands/registry.ts";
import type { CommandGroup } from "../../src/commands/spec.ts";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";
import { quietServer } from "../support/quiet-server.ts";
import { elements } from "../support/replies.ts";
import { testSeed } from "../support/seed.ts";
import { COLLECTION_FORMS, createValue } from "../support/value-forms.ts";

const CONTAINERS_AND_COMMANDS = newCommandTable().all;
/** Every command and subcommand. */
const COMMANDS = CONTAINERS_AND_COMMANDS.flatMap((command) => [command, ...(command.subcommands?.all ?? [])]);

/** Arguments that mean something to some command: values, members of the values below, and numbers at a border. */
const WORDS = [
  ...[
    "",
    "0",
    "1",
    "-1",
    "2",
    "10",
    "99999999999",
    "1.5",
    "9223372036854775807",
    "abc",
    "*",
    "(1",
    "[a",
    "-",
    "+",
  ],
  ...["1000", "member:0", "field:0", "missing", "LEFT", "BEFORE", "M"],
];

/** Keys of each type, in each form that its values have. */
const STRING_KEYS = ["text", "number", "long", "expiring", "counts"];
const COLLECTION_KEYS = COLLECTION_FORMS.map((form) => ({ form, key: form.name.replaceAll(" ", "-") }));
const ALL_KEYS = [...STRING_KEYS, ...COLLECTION_KEYS.map(({ key }) => key), "places", "missing"];

/** By the group of a command, the type of its values; for other groups any type may do. */
const TYPE_OF_GROUP: Partial<Record<CommandGroup, string>> = {
  string: "string",
  bitmap: "string",
  hyperloglog: "string",
  list: "list",
  set: "set",
  "sorted-set": "zset",
  geo: "zset",
  hash: "hash",
};

/** Random calls per command. */
const CALLS = 60;
/** A second or two when nothing else runs. */
const TIMEOUT_MS = 30_000;
/** Elements of collections, or half as many when they have two parts: digests of them are taken all the time. */
const FEW = 6;

/** An engine with a few keys of each kind. */
function filledEngine(): Engine {
  const engine = new Engine({ shards: 1, arenaBytes: 4 << 20, server: quietServer() });
  engine.run("SET", "text", "some words");
  engine.run("SET", "number", "12");
  engine.run("SET", "long", "x".repeat(1000));
  engine.run("SET", "expiring", "soon", "EX", 100);
  engine.run("PFADD", "counts", "a", "b");
  engine.run("GEOADD", "places", 13, 38, "1", 15, 37, "abc");
  for (const { form, key } of COLLECTION_KEYS)
    createValue(engine, key, { ...form, words: form.words.slice(0, FEW) });
  engine.ctx.client.db = 1;
  engine.run("SET", "text", "in another database");
  return engine;
}

/** The words that call a command or subcommand. */
function nameOf(command: Command): string[] {
  return command.fullName.split("|");
}

/** The keys that hold values of the type which the command is for. */
function ownKeys({ spec }: Command): string[] {
  const type = TYPE_OF_GROUP[spec.group];
  if (type === undefined) return ALL_KEYS;
  if (type === "string") return STRING_KEYS;
  return COLLECTION_KEYS.filter(({ form }) => form.type === type).map(({ key }) => key);
}

/** Whether argument `i` is a key, as far as the spec alone tells. */
function isKey({ spec }: Command, i: number): boolean {
  const { keys, countedKeys } = spec;
  if (countedKeys !== undefined && i > countedKeys.at) return true;
  return keys !== undefined && i >= keys.first && (i <= keys.last || keys.last < 0);
}

/**
 * A request of `count` arguments, the name included; those behind it are chosen at random, but mostly of the kind
 * that belongs there.
 */
function request(command: Command, count: number, random: Random): string[] {
  const argv = nameOf(command);
  const pick = (list: readonly string[]): string => list[random.below(list.length)];
  const own = ownKeys(command);
  const options = command.spec.syntax?.match(/\b[A-Z]{1,}\b/g) ?? WORDS;
  while (argv.length < count) {
    const kind = random.below(10);
    if (isKey(command, argv.length) ? kind < 6 : kind === 0) argv.push(pick(own));
    else if (kind < 8) argv.push(pick(kind < 4 ? options : WORDS));
    else argv.push(pick(ALL_KEYS));
  }
  return argv;
}

/** The dataset at a time. */
interface State {
  digest: string;
  dirty: number;
}

interface Call {
  line: string;
  reply: string;
  before: State;
  after: State;
}

function stateOf({ keyspace }: Engine): State {
  return { digest: digest(keyspace), dirty: keyspace.dirty };
}

/** Runs random requests of all commands, a fresh client for each, and hands over what came of each. */
function runAll(label: string, chosen: Command[], check: (call: Call) => void): void {
  const random = new Random(testSeed(label));
  for (const command of chosen) {
    const engine = filledEngine();
    const least = Math.abs(command.spec.arity);
    let before = stateOf(engine);
    for (let call = 0; call < CALLS; call++) {
      const count = command.spec.arity > 0 ? least : least + random.below(5);
      engine.ctx.client = engine.newClient();
      const argv = request(command, count, random);
      const reply = engine.run(...argv);
      const after = stateOf(engine);
      check({ line: argv.join(" "), reply, before, after });
      before = after;
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
      if (keys !== undefined && command.spec.name !== "WATCH")
        expect(command.has("write") || command.has("readonly")).toBe(true);
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
        const error = `wrong number of arguments for '${command.fullName}' command\r\n`;
        const code = command.spec.name === "EXEC" ? "EXECABORT Transaction discarded because of:" : "ERR";
        expect(engine.run(...argv)).toBe(`-${code} ${error}`);
        expect(digest(engine.keyspace)).toBe(before);
      });
    }
  }
});

describe("the dataset", () => {
  test(
    "is the same after commands that do not write",
    () => {
      // PFCOUNT keeps its result in the value.
      const readers = COMMANDS.filter((command) => !command.has("write") && command.spec.name !== "PFCOUNT");
      let answered = 0;
      runAll("commands that do not write", readers, ({ line, reply, before, after }) => {
        if (!reply.startsWith("-")) answered++;
        expect({ line, ...after }).toEqual({ line, ...before });
      });
      expect(answered).toBeGreaterThan(readers.length);
    },
    TIMEOUT_MS,
  );

  test(
    "is the same after a command that replied an error",
    () => {
      let refused = 0;
      runAll("commands that reply errors", COMMANDS, ({ line, reply, before, after }) => {
        if (!reply.startsWith("-")) return;
        refused++;
        expect({ line, ...after }).toEqual({ line, ...before });
      });
      expect(refused).toBeGreaterThan(COMMANDS.length);
    },
    TIMEOUT_MS,
  );

  test(
    "counts as changed whenever its digest changes",
    () => {
      let changes = 0;
      const writers = COMMANDS.filter((command) => command.has("write"));
      runAll("commands that write", writers, ({ line, before, after }) => {
        if (after.digest === before.digest) return;
        changes++;
        expect([line, after.dirty > before.dirty]).toEqual([line, true]);
      });
      expect(changes).toBeGreaterThan(writers.length);
    },
    TIMEOUT_MS,
  );
});

/** What a minimal request has for arguments that cannot be "1", by their names. */
const VALUES: Record<string, string> = {
  where: "LEFT",
  wherefrom: "LEFT",
  whereto: "LEFT",
  operation: "NOT",
  subcommand: "GETREG",
};

/** The arguments that must be there. */
function minimalArguments(command: Command): string[] {
  const words = (argument: Argument): string[] => {
    const { type, name, token, members, optional } = argument;
    if (optional) return [];
    if (type === "oneof") return words(members[0]);
    if (type === "pure-token") return [token as string];
    const values = type === "block" ? members.flatMap(words) : [VALUES[name] ?? "1"];
    return token === null ? values : [token, ...values];
  };
  return argumentsOf(command.spec.syntax).flatMap(words);
}

describe("a value of another type", () => {
  /** Commands that take any value for what it is, or replace it. */
  const INDIFFERENT = ["MGET", "MSET", "MSETNX", "PSETEX", "SET", "SETEX", "SETNX"];

  for (const command of COMMANDS) {
    const { group, keys, countedKeys, name } = command.spec;
    const type = TYPE_OF_GROUP[group];
    if (type === undefined || (keys === undefined && countedKeys === undefined)) continue;
    if (INDIFFERENT.includes(name)) continue;

    test(`is refused by ${name}, and stays as it is`, () => {
      const engine = filledEngine();
      engine.ctx.client.db = 0;
      const wrong = type === "string" || type === "list" ? "a-linked-hash" : "a-packed-list";
      const argv = [name, ...minimalArguments(command)];
      if (name.includes("LEX")) argv.splice(2, 2, "-", "+");
      if (name === "LINSERT") argv[2] = "BEFORE";
      // Keys are told from other arguments by their names.
      const named = argv.map((word, i) => (word === "1" ? `key${i}` : word));
      named[countedKeys?.at ?? 0] = argv[countedKeys?.at ?? 0];
      const found = elements(engine.run("COMMAND", "GETKEYS", ...named));
      const request = named.map((word, i) => (found.includes(word) ? wrong : argv[i]));
      const before = digest(engine.keyspace);
      const expected = name === "LCS" ? "-ERR The specified keys must contain string values" : "-WRONGTYPE ";
      expect([request.join(" "), engine.run(...request).slice(0, expected.length)]).toEqual([
        request.join(" "),
        expected,
      ]);
      expect(digest(engine.keyspace)).toBe(before);
    });
  }
});

describe("requests in a row", () => {
  const IN_A_ROW = COMMANDS.filter(({ spec }) => spec.handleRun !== undefined);
  const KEYS = [...COLLECTION_KEYS.map(({ key }) => key), "text", "missing"];

  test.each(IN_A_ROW.map((command) => [command.spec.name, command] as const))(
    "of %s come to the same together and one at a time",
    (name, command) => {
      let together = 0;
      for (const key of KEYS) {
        for (const count of [2, 3, FEW, FEW + 1]) {
          for (let words = 0; words < 3; words++) {
            const [engine, model] = [filledEngine(), filledEngine()];
            for (const { ctx } of [engine, model]) ctx.client.db = 0;
            const argv = [name, key, "1", "word"].slice(0, 1 + words);
            if (!command.accepts(argv.length)) continue;
            const requests = Array.from({ length: count }, () => argv);
            const { executed, reply } = engine.runInRow(...requests);
            const singly = requests.map(() => model.run(...argv));
            together += executed;
            expect([key, count, reply]).toEqual([key, count, singly.slice(0, executed).join("")]);
            expect(requests.slice(executed).map(() => engine.run(...argv))).toEqual(singly.slice(executed));
            expect(digest(engine.keyspace)).toBe(digest(model.keyspace));
            expect(engine.keyspace.dirty).toBe(model.keyspace.dirty);
          }
        }
      }
      expect(together).toBeGreaterThan(0);
    },
  );
});
