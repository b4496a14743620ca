/**
 * Measures the compiled OpenKV against redis-server on this machine: `bun run bench:vs`. See `USAGE` below.
 * Server on one core, client on the other; ratios carry the spread over the rounds, because figures from one
 * run on a shared machine mean little.
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { compareCollections } from "./bench/collections.ts";
import { type Contender, openkv, PINNED, redis } from "./bench/contenders.ts";
import { measureFootprint } from "./bench/footprint.ts";
import {
  alignTable,
  footprintCells,
  footprintRows,
  summarise,
  throughputCells,
  throughputHeader,
  toCsv,
} from "./bench/report.ts";
import { TEST_NAMES } from "./bench/tests.ts";
import { compareThroughput } from "./bench/throughput.ts";

const USAGE = `bun run bench:vs [options]
  --only LIST        what to measure, from ${TEST_NAMES.join(",")},MEMORY,COLLECTIONS   (default: all)
  --pipeline LIST    requests in flight per connection                       (default: 1,16,50)
  --rounds N         runs of each test on each server                        (default: 3)
  --requests N       requests per run in a pipeline; an eighth without one   (default: 2000000)
  --keys N           keys the requests choose from                           (default: 1000000)
  --client NAME      redis-benchmark or openkv                               (default: redis-benchmark)
  --binary PATH      binary to measure                                       (default: dist/openkv)
  --self             redis-server against itself: shows this machine's noise
  --csv | --json     output for programs
`;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: [...TEST_NAMES, "MEMORY", "COLLECTIONS"].join(",") },
    pipeline: { type: "string", default: "1,16,50" },
    rounds: { type: "string", default: "3" },
    requests: { type: "string", default: "2000000" },
    keys: { type: "string", default: "1000000" },
    client: { type: "string", default: "redis-benchmark" },
    binary: { type: "string", default: join(import.meta.dir, "../dist/openkv") },
    self: { type: "boolean", default: false },
    csv: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

const plan = readPlan();
const binary = resolve(values.binary);
process.env.OPENKV_BINARY = binary;
if (!existsSync(binary) && (!values.self || plan.client === "openkv")) {
  stop(`${relative(process.cwd(), binary)} does not exist: run \`bun run build\` first`);
}
const baseline = redis;
const subject: Contender = values.self ? { ...redis, name: "redis again" } : openkv;
const forPeople = !values.csv && !values.json;

if (forPeople) {
  const cores = PINNED ? "server on core 0, client on core 1" : "server and client share the cores";
  console.log(`${subject.name} against ${baseline.name}: ${cores}; client ${plan.client},`);
  console.log(
    `${plan.connections} connections, ${plan.keys} keys, values of 64 bytes, ${plan.rounds} rounds`,
  );
}

try {
  await measureAndPrint();
} catch (error) {
  stop(error instanceof Error ? error.message : String(error), 1);
}

async function measureAndPrint(): Promise<void> {
  const comparisons =
    plan.tests.length === 0
      ? []
      : await compareThroughput(baseline, subject, plan, (comparison) => {
          const { test, pipeline, ratio } = summarise(comparison);
          process.stderr.write(`${test} P=${pipeline}: ${ratio.toFixed(2)}\n`);
        });
  const throughput = comparisons.map(summarise);
  const footprint = plan.memory
    ? footprintRows(await measureFootprint(baseline, plan.keys), await measureFootprint(subject, plan.keys))
    : [];
  if (plan.collections) footprint.push(...(await compareCollections(baseline, subject)));

  if (values.json) {
    console.log(
      JSON.stringify({ baseline: baseline.name, subject: subject.name, throughput, footprint }, null, 2),
    );
  } else if (values.csv) {
    if (throughput.length > 0) console.log(toCsv(throughput));
    if (footprint.length > 0) console.log(toCsv(footprint));
  } else {
    if (throughput.length > 0) {
      const header = throughputHeader(baseline.name, subject.name);
      console.log(`\n${alignTable([header, ...throughput.map(throughputCells)])}`);
    }
    if (footprint.length > 0) {
      const header = ["memory and start", baseline.name, subject.name, "ratio"];
      console.log(`\n${alignTable([header, ...footprint.map(footprintCells)])}`);
    }
  }
}

function readPlan() {
  const names = values.only.toUpperCase().split(",");
  const known: readonly string[] = [...TEST_NAMES, "MEMORY", "COLLECTIONS"];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) stop(`--only does not know ${unknown.join(", ")}; it knows ${known.join(", ")}`);
  const { client } = values;
  if (client !== "redis-benchmark" && client !== "openkv") {
    stop("--client is redis-benchmark or openkv");
  }
  return {
    tests: TEST_NAMES.filter((test) => names.includes(test)),
    memory: names.includes("MEMORY"),
    collections: names.includes("COLLECTIONS"),
    pipelines: values.pipeline.split(",").map((text) => positive("--pipeline", text)),
    rounds: positive("--rounds", values.rounds),
    requests: positive("--requests", values.requests),
    keys: positive("--keys", values.keys),
    connections: 50,
    client,
  } as const;
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) stop(`${flag} takes whole numbers from 1, not "${text}"`);
  return value;
}

function stop(message: string, status = 2): never {
  console.error(`bench-vs: ${message}`);
  process.exit(status);
}
