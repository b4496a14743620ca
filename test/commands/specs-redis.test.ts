/** The metadata of all specs next to what a real server's COMMAND says. */

import { expect, test } from "bun:test";
import { categoriesOf } from "../../src/commands/acl-category.ts";
import type { Command } from "../../src/commands/command-table.ts";
import { newCommandTable } from "../../src/commands/registry.ts";
import { parseFrame, type Reply } from "../compat/support/frames.ts";
import { Engine } from "../support/engine.ts";
import { RawClient } from "../support/raw-client.ts";
import { startRedis } from "../support/redis.ts";
import { describeWith } from "../support/tools.ts";

/** Every command and subcommand. */
const COMMANDS = newCommandTable().all.flatMap((command) => [command, ...(command.subcommands?.all ?? [])]);

/** What COMMAND INFO and COMMAND DOCS say about a command, as far as a spec says it, too. */
interface Facts {
  arity: number;
  flags: string[];
  keys: number[];
  /** What is done with the keys, and how they are found. */
  keySpecs: string[];
  categories: string[];
  group: string;
  since: string;
}

/** Answers COMMAND INFO. */
const engine = new Engine();

function factsOf({ spec, fullName }: Command): Facts {
  const [info] = parseFrame(Buffer.from(engine.run("COMMAND", "INFO", fullName), "latin1")).items;
  return {
    arity: spec.arity,
    flags: [...spec.flags].sort(),
    keys: [spec.keys?.first ?? 0, spec.keys?.last ?? 0, spec.keys?.step ?? 0],
    keySpecs: keySpecsOf(info),
    categories: categoriesOf(spec)
      .map((name) => `@${name}`)
      .sort(),
    group: spec.group,
    since: spec.since,
  };
}

/** Key and value of a flat array in turn. */
function fields(items: Reply[]): Map<string, Reply> {
  const map = new Map<string, Reply>();
  for (let i = 0; i < items.length; i += 2) map.set(items[i].text ?? "", items[i + 1]);
  return map;
}

function texts({ items }: Reply): string[] {
  return items.map((item) => item.text ?? "").sort();
}

/** The key specifications in COMMAND INFO, without what Redis remarks on some of them. */
function keySpecsOf({ items }: Reply): string[] {
  return items[8].items.map((keySpec) => {
    return JSON.stringify([...fields(keySpec.items)].filter(([name]) => name !== "notes"));
  });
}

/** Collects the facts of a command of Redis and of its subcommands by full name. */
function collect(facts: Map<string, Facts>, info: Reply, docs: Reply): void {
  const [name, arity, flags, first, last, step, categories, , , subcommands] = info.items;
  const about = fields(docs.items);
  facts.set(name.text ?? "", {
    arity: Number(arity.text),
    flags: texts(flags),
    keys: [first, last, step].map((item) => Number(item.text)),
    keySpecs: keySpecsOf(info),
    categories: texts(categories),
    group: about.get("group")?.text ?? "",
    since: about.get("since")?.text ?? "",
  });
  const subDocs = fields(about.get("subcommands")?.items ?? []);
  for (const sub of subcommands.items) {
    const docsOfSub = subDocs.get(sub.items[0].text ?? "");
    if (docsOfSub !== undefined) collect(facts, sub, docsOfSub);
  }
}

/** The facts of all commands that a real server knows. */
async function factsOfRedis(port: number): Promise<Map<string, Facts>> {
  const client = await RawClient.connect(port);
  const infos = parseFrame(await client.call("COMMAND"));
  const docs = fields(parseFrame(await client.call("COMMAND", "DOCS")).items);
  client.close();
  const facts = new Map<string, Facts>();
  for (const info of infos.items) {
    const about = docs.get(info.items[0].text ?? "");
    if (about !== undefined) collect(facts, info, about);
  }
  return facts;
}

describeWith(["redis-server"], "the specs next to COMMAND of redis-server", () => {
  test("agree on arity, flags, keys, categories, group and version", async () => {
    const server = await startRedis();
    try {
      const redis = await factsOfRedis(server.port);
      const known = COMMANDS.filter((command) => redis.has(command.fullName));
      expect(known.length).toBeGreaterThan(40);
      for (const command of known) {
        const { fullName } = command;
        expect({ fullName, ...factsOf(command) }).toEqual({ fullName, ...(redis.get(fullName) as Facts) });
      }
      // What Redis 7.0 does not know is newer, or the product's own.
      for (const { spec, fullName } of COMMANDS.filter((command) => !redis.has(command.fullName))) {
        expect([fullName, /^(7\.[2-9]|[89]|0)\./.test(spec.since)]).toEqual([fullName, true]);
      }
    } finally {
      await server.stop();
    }
  });
});
