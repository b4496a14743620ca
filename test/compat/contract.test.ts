/** Every line of the first contract over a real socket: byte for byte, with both line ends. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { GREETING, INFO_FIELDS, INFO_SECTIONS, SESSIONS, STATS_COUNTERS } from "./contract-cases.ts";
import { eventually } from "./support/eventually.ts";

let server: ServerProcess;

/** Tests that wait for what the server does in its own time say themselves what did not happen. */
const PATIENT = { timeout: 20_000 };

beforeAll(async () => {
  server = await startOpenKV();
});

afterAll(async () => {
  await server?.stop();
});

beforeEach(async () => {
  const client = await RawClient.connect(server.port);
  await client.call("FLUSHALL");
  client.close();
});

/** A connection that has been greeted, as a person sees it. */
async function connectGreeted(port = server.port): Promise<RawClient> {
  const client = await RawClient.connect(port);
  expect((await client.exchange("PING\r\n", 2)).toString()).toBe(`${GREETING}+PONG\r\n`);
  return client;
}

/** Sends one line and returns its reply as text. */
async function ask(client: RawClient, line: string): Promise<string> {
  return (await client.exchange(`${line}\r\n`)).toString();
}

/** The counters of a `name:value` text, without comments and empty lines. */
function readCounters(reply: string): [name: string, value: string][] {
  const lines = reply.split("\r\n").slice(1);
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]);
}

describe.each([
  ["LF", "\n"],
  ["CRLF", "\r\n"],
])("lines ending in %s", (_name, lineEnd) => {
  for (const session of SESSIONS) {
    test(session.name, async () => {
      const client = await connectGreeted();
      for (const [line, reply] of session.steps) {
        const count = reply === "" ? 0 : 1;
        const received = await client.exchange(Buffer.from(line + lineEnd), count);
        expect([line, received.toString()]).toEqual([line, reply]);
      }
      // Nothing was answered twice: the next reply is the next request's.
      expect(await ask(client, "PING last")).toBe("$4\r\nlast\r\n");
      client.close();
    });

    test(`${session.name}, sent in one piece`, async () => {
      const client = await connectGreeted();
      const sent = session.steps.map(([line]) => line + lineEnd).join("");
      const expected = session.steps.map(([, reply]) => reply).join("");
      const count = session.steps.filter(([, reply]) => reply !== "").length;
      expect((await client.exchange(Buffer.from(sent), count)).toString()).toBe(expected);
      client.close();
    });
  }
});

describe("an expired key", () => {
  test(
    "is missing for every command",
    async () => {
      const client = await connectGreeted();
      await ask(client, "SET session abc123");
      expect(await ask(client, "EXPIRE session 1")).toBe(":1\r\n");
      expect(await ask(client, "TTL session")).toBe(":1\r\n");
      await eventually(async () => (await ask(client, "GET session")) === "$-1\r\n");
      expect(await ask(client, "TTL session")).toBe(":-2\r\n");
      expect(await ask(client, "EXISTS session")).toBe(":0\r\n");
      expect(await ask(client, "DEL session")).toBe(":0\r\n");
      expect(await ask(client, "INCR session")).toBe(":1\r\n");
      expect(await ask(client, "TTL session")).toBe(":-1\r\n");
      client.close();
    },
    PATIENT,
  );

  test(
    "is freed and counted without being asked for",
    async () => {
      const client = await connectGreeted();
      const counter = async (name: string): Promise<number> =>
        Number(new Map(readCounters(await ask(client, "STATS"))).get(name));
      const before = await counter("expired_keys");
      for (let i = 0; i < 20; i++) await ask(client, `SET session:${i} abc PX 20`);
      await eventually(async () => (await counter("total_keys")) === 0);
      expect(await counter("expired_keys")).toBe(before + 20);
      client.close();
    },
    PATIENT,
  );
});

describe("INFO and STATS", () => {
  test("INFO is one bulk string with the product's sections and fields", async () => {
    const client = await connectGreeted();
    const reply = await ask(client, "INFO");
    expect(reply).toMatch(/^\$\d+\r\n/);
    const sections = [...reply.matchAll(/^# (\w+)\r$/gm)].map((match) => match[1]);
    for (const section of INFO_SECTIONS) expect(sections).toContain(section);
    const fields = new Map(readCounters(reply));
    for (const field of INFO_FIELDS) expect([...fields.keys()]).toContain(field);
    expect(fields.get("worker_count")).toBe("1");
    expect(fields.get("requests_per_second")).toMatch(/^\d+\.\d\d$/);
    client.close();
  });

  test("STATS is one bulk string of seven counters, one per line", async () => {
    const client = await connectGreeted();
    const counters = readCounters(await ask(client, "STATS"));
    expect(counters.map(([name]) => name)).toEqual(STATS_COUNTERS);
    for (const [name, value] of counters) {
      expect([name, value]).toEqual([
        name,
        expect.stringMatching(name === "requests_per_second" ? /^\d+\.\d\d$/ : /^\d+$/),
      ]);
    }
    client.close();
  });

  test(
    "counters count themselves, keys and sockets",
    async () => {
      const fresh = await startOpenKV();
      const client = await RawClient.connect(fresh.port);
      const stats = async (): Promise<Map<string, string>> =>
        new Map(readCounters((await client.call("STATS")).toString()));
      const first = await stats();
      expect(first.get("commands_processed")).toBe("1");
      expect(first.get("connections_handled")).toBe("1");
      expect(first.get("active_connections")).toBe("1");
      const second = await RawClient.connect(fresh.port);
      await second.call("SET", "name", "Saboor");
      const third = await stats();
      expect(third.get("commands_processed")).toBe("3");
      expect(third.get("total_keys")).toBe("1");
      expect(third.get("connections_handled")).toBe("2");
      expect(third.get("active_connections")).toBe("2");
      second.close();
      await eventually(async () => (await stats()).get("active_connections") === "1");
      const info = new Map(readCounters((await client.call("INFO")).toString()));
      const last = await stats();
      expect(Number(last.get("commands_processed"))).toBe(Number(info.get("commands_processed")) + 1);
      expect(last.get("connections_handled")).toBe("2");
      client.close();
      expect(await fresh.stop()).toBe(0);
    },
    PATIENT,
  );
});

test(
  "one client too many is told so and closed, and a place that becomes free is given away",
  async () => {
    const small = await startOpenKV({ args: ["--max-connections", "2"] });
    const first = await RawClient.connect(small.port);
    const second = await RawClient.connect(small.port);
    expect((await first.call("PING")).toString()).toBe("+PONG\r\n");
    expect((await second.call("PING")).toString()).toBe("+PONG\r\n");
    const third = await RawClient.connect(small.port);
    expect((await third.readUntilClosed()).toString()).toBe("-ERR max number of clients reached\r\n");
    second.close();
    await eventually(async () => {
      const next = await RawClient.connect(small.port);
      next.sendCommand("PING");
      const reply = await next.readReplies(1).catch(() => Buffer.alloc(0));
      next.close();
      return reply.toString() === "+PONG\r\n";
    });
    first.close();
    await small.stop();
  },
  PATIENT,
);
