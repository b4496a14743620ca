/** Who is greeted, when, and who never is: a greeting would shift the replies of a Redis client. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith, requireTool } from "../support/tools.ts";
import { GREETING } from "./contract-cases.ts";

/** Longer than the silence after which `banner auto` greets. */
const LONG_SILENCE_MS = 600;

describe("banner auto", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startOpenKV();
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("greets a person right before the first reply", async () => {
    const client = await RawClient.connect(server.port);
    expect((await client.exchange("GET missing\n", 2)).toString()).toBe(`${GREETING}$-1\r\n`);
    expect((await client.exchange("PING\n")).toString()).toBe("+PONG\r\n");
    client.close();
  });

  test("greets a silent connection once, and answers its lines", async () => {
    const client = await RawClient.connect(server.port);
    expect((await client.readReplies(1)).toString()).toBe(GREETING);
    expect((await client.exchange("PING\r\nPING a\r\n", 2)).toString()).toBe("+PONG\r\n$1\r\na\r\n");
    client.close();
  });

  test("never greets a connection whose first byte is a RESP array", async () => {
    const client = await RawClient.connect(server.port);
    client.sendCommand("PING");
    expect((await client.readUntilQuiet(LONG_SILENCE_MS)).toString()).toBe("+PONG\r\n");
    expect((await client.exchange("PING\r\n")).toString()).toBe("+PONG\r\n");
    client.close();
  });

  test("never greets a connection whose first request arrives byte by byte", async () => {
    const client = await RawClient.connect(server.port);
    client.send("*");
    expect((await client.readUntilQuiet(LONG_SILENCE_MS)).toString()).toBe("");
    for (const byte of encodeCommand(["PING"]).subarray(1)) client.send(Buffer.from([byte]));
    expect((await client.readReplies(1)).toString()).toBe("+PONG\r\n");
    client.close();
  });

  test("tells a greeted connection that then speaks RESP what to set, once, and closes it", async () => {
    const client = await RawClient.connect(server.port);
    expect((await client.readReplies(1)).toString()).toBe(GREETING);
    client.send(Buffer.concat([encodeCommand(["SET", "shifted", "1"]), encodeCommand(["PING"])]));
    const rest = (await client.readUntilClosed()).toString();
    expect(rest).toMatch(/^-ERR [^\r\n]*banner[^\r\n]*\r\n$/);
    const other = await RawClient.connect(server.port);
    expect((await other.call("EXISTS", "shifted")).toString()).toBe(":0\r\n");
    other.close();
  });
});

test("banner always greets at once, whoever it is", async () => {
  const server = await startOpenKV({ args: ["--banner", "always"] });
  const client = await RawClient.connect(server.port);
  client.sendCommand("PING");
  expect((await client.readReplies(2)).toString()).toBe(`${GREETING}+PONG\r\n`);
  client.close();
  await server.stop();
});

test("banner never greets nobody", async () => {
  const server = await startOpenKV({ args: ["--banner", "never"] });
  const client = await RawClient.connect(server.port);
  expect((await client.readUntilQuiet(LONG_SILENCE_MS)).toString()).toBe("");
  expect((await client.exchange("PING\r\n")).toString()).toBe("+PONG\r\n");
  expect((await client.call("PING")).toString()).toBe("+PONG\r\n");
  client.close();
  await server.stop();
});

test("a server with a password does not speak before it is spoken to", async () => {
  const server = await startOpenKV({ args: ["--requirepass", "secret"] });
  const client = await RawClient.connect(server.port);
  expect((await client.readUntilQuiet(LONG_SILENCE_MS)).toString()).toBe("");
  const reply = (await client.call("GET", "a")).toString();
  expect(reply).toBe("-NOAUTH Authentication required.\r\n");
  expect((await client.call("AUTH", "secret")).toString()).toBe("+OK\r\n");
  expect((await client.call("PING")).toString()).toBe("+PONG\r\n");
  client.close();
  await server.stop();
});

describeWith(["nc"], "nc", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startOpenKV();
  });

  afterAll(async () => {
    await server?.stop();
  });

  test("sees the greeting, then the reply to each line", async () => {
    const nc = Bun.spawn([requireTool("nc"), "127.0.0.1", String(server.port)], {
      stdin: "pipe",
      stdout: "pipe",
    });
    const reader = nc.stdout.getReader();
    let seen = "";
    const readUntil = async (length: number): Promise<void> => {
      while (seen.length < length) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`nc ended after ${JSON.stringify(seen)}`);
        seen += Buffer.from(value).toString("latin1");
      }
    };
    let expected = GREETING;
    await readUntil(expected.length);
    const typed: [string, string][] = [
      ["PING", "+PONG\r\n"],
      ["SET name Saboor", "+OK\r\n"],
      ["GET name", "$6\r\nSaboor\r\n"],
      ["INCR name", "-ERR Value for key 'name' is not an integer.\r\n"],
      ["QUIT", "+OK\r\n"],
    ];
    for (const [line, reply] of typed) {
      nc.stdin.write(`${line}\n`);
      nc.stdin.flush();
      expected += reply;
      await readUntil(expected.length);
    }
    expect(seen).toBe(expected);
    nc.stdin.end();
    nc.kill();
    await nc.exited;
  });

  test("gets all replies of a piped session that ends its side first", async () => {
    const session = "SET name Saboor\nGET name\r\nDEL name\n";
    const nc = Bun.spawn([requireTool("nc"), "-N", "127.0.0.1", String(server.port)], {
      stdin: Buffer.from(session),
      stdout: "pipe",
      timeout: 10_000,
    });
    expect(await nc.stdout.text()).toBe(`${GREETING}+OK\r\n$6\r\nSaboor\r\n:1\r\n`);
    expect(await nc.exited).toBe(0);
  });
});
