/** Clients that wait for keys, over real connections: what each receives, in which order, and when it is let go. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { Config } from "../../src/server/config/config.ts";
import { readFlags } from "../../src/server/config/sources.ts";
import { createLogger } from "../../src/server/log.ts";
import { startServer } from "../../src/server/server.ts";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

let server: ServerProcess;
let admin: RawClient;

beforeAll(async () => {
  server = await startOpenKV();
  admin = await RawClient.connect(server.port);
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

/** Requests as one piece, each in words. */
function pipeline(...requests: string[]): Buffer {
  return Buffer.concat(requests.map((request) => encodeCommand(request.split(" "))));
}

async function call(request: string): Promise<string> {
  return (await admin.exchange(pipeline(request))).toString("latin1");
}

async function read(client: RawClient, replies = 1): Promise<string> {
  return (await client.readReplies(replies)).toString("latin1");
}

/** Resolves once INFO counts so many blocked clients. */
async function untilBlocked(count: number, asking = admin): Promise<void> {
  const line = `\r\nblocked_clients:${count}\r\n`;
  while (!(await asking.call("INFO", "clients")).includes(line));
}

/** A client that has sent the requests, of which one waits. */
async function waiter(...requests: string[]): Promise<RawClient> {
  const client = await RawClient.connect(server.port);
  client.send(pipeline(...requests));
  await untilBlocked(1);
  return client;
}

const popped = (key: string, element: string) =>
  `*2\r\n$${key.length}\r\n${key}\r\n$${element.length}\r\n${element}\r\n`;

describe("the replies of a client that waits", () => {
  test("come in the order of its requests, those before at once and those behind afterwards", async () => {
    const client = await waiter("PING 1", "BLPOP k 0", "PING 2", "RPUSH other 1", "BLPOP other 0", "PING 3");
    expect(await read(client)).toBe("$1\r\n1\r\n");
    expect(await call("RPUSH k x")).toBe(":1\r\n");
    expect(await read(client, 5)).toBe(
      `${popped("k", "x")}$1\r\n2\r\n:1\r\n${popped("other", "1")}$1\r\n3\r\n`,
    );
    client.close();
  });

  test("do not mix with those of the client that serves it", async () => {
    const client = await waiter("BLPOP k 0", "PING behind");
    const own = await admin.exchange(
      pipeline("PING 1", "RPUSH k x y", "PING 2", "LRANGE k 0 -1", "DEL k"),
      5,
    );
    expect(own.toString()).toBe("$1\r\n1\r\n:2\r\n$1\r\n2\r\n*1\r\n$1\r\ny\r\n:1\r\n");
    expect(await read(client, 2)).toBe(`${popped("k", "x")}$6\r\nbehind\r\n`);
    client.close();
  });

  test("leave in the turn in which it waits no more, even when it waits again", async () => {
    const client = await waiter("BLPOP k 0", "BLPOP k 0", "BLPOP k 0", "PING");
    for (const element of ["x", "y", "z"]) {
      await call(`RPUSH k ${element}`);
      expect(await read(client)).toBe(popped("k", element));
    }
    expect(await read(client)).toBe("+PONG\r\n");
    client.close();
  });

  test("follow when more was sent behind than a client may send ahead", async () => {
    const value = "v".repeat(300_000);
    const client = await waiter("BLPOP k 0", `SET long ${value}`, "STRLEN long");
    await call("RPUSH k x");
    expect(await read(client, 3)).toBe(`${popped("k", "x")}+OK\r\n:300000\r\n`);
    client.close();
  });

  test("include the one to QUIT behind it", async () => {
    const client = await waiter("BLPOP k 0", "QUIT");
    await call("RPUSH k x");
    expect((await client.readUntilClosed()).toString()).toBe(`${popped("k", "x")}+OK\r\n`);
  });

  test("are greeted and in RESP2 when the request was typed", async () => {
    const client = await RawClient.connect(server.port);
    client.send("BLPOP k 0\r\n");
    await untilBlocked(1);
    await call("RPUSH k x");
    expect(await read(client, 2)).toBe(`+OK OpenKV connected\r\n${popped("k", "x")}`);
    await client.exchange("HELLO 3\r\n");
    expect((await client.exchange("BLPOP k 0.001\r\n")).toString()).toBe("*-1\r\n");
    client.close();
  });

  test("are the server's business for weeks, if need be", async () => {
    const client = await waiter("BLPOP k 5000000");
    for (let i = 0; i < 50; i++) await untilBlocked(1);
    await call("RPUSH k x");
    expect(await read(client)).toBe(popped("k", "x"));
    client.close();
  });
});

describe("a client that waits no longer", () => {
  test("because it was unblocked, goes on with its requests", async () => {
    const client = await waiter("CLIENT ID", "BLPOP k 0", "PING 1", "BLPOP k 0", "PING 2");
    const id = (await read(client)).slice(1, -2);
    expect(await call(`CLIENT UNBLOCK ${id}`)).toBe(":1\r\n");
    expect(await read(client, 2)).toBe("*-1\r\n$1\r\n1\r\n");
    await untilBlocked(1);
    expect(await call(`CLIENT UNBLOCK ${id} ERROR`)).toBe(":1\r\n");
    expect(await read(client, 2)).toBe("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n$1\r\n2\r\n");
    expect(await call(`CLIENT UNBLOCK ${id}`)).toBe(":0\r\n");
    client.close();
  });

  test("because it was killed, takes no element that comes right behind", async () => {
    const client = await waiter("CLIENT ID", "BLPOP k 0");
    const id = (await read(client)).slice(1, -2);
    const replies = await admin.exchange(pipeline(`CLIENT KILL ID ${id}`, "RPUSH k x", "LLEN k", "DEL k"), 4);
    expect(replies.toString()).toBe(":1\r\n:1\r\n:1\r\n:1\r\n");
    expect((await client.readUntilClosed()).toString()).toBe("");
  });

  test("because it has closed its sending side, takes no element", async () => {
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    const received: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => received.push(chunk));
    const closed = new Promise((resolve) => socket.once("end", resolve));
    socket.end(pipeline("PING", "BLPOP k 0"));
    await closed;
    expect(Buffer.concat(received).toString()).toBe("+PONG\r\n");
    expect(await call("RPUSH k x")).toBe(":1\r\n");
    expect(await call("LLEN k")).toBe(":1\r\n");
    await call("DEL k");
  });

  test("because the time is over, goes on with its requests", async () => {
    const client = await RawClient.connect(server.port);
    const replies = await client.exchange(pipeline("BLPOP k 0.01", "PING", "BLPOP k 0.01", "PING"), 4);
    expect(replies.toString()).toBe("*-1\r\n+PONG\r\n*-1\r\n+PONG\r\n");
    expect(await call("CLIENT LIST")).not.toContain(" flags=b ");
    client.close();
  });
});

describe("CLIENT PAUSE", () => {
  test("holds back what a client has sent behind the request that waited", async () => {
    const client = await waiter("CLIENT ID", "BLPOP k 0", "PING", "SET paused 1");
    const id = (await read(client)).slice(1, -2);
    await call("CLIENT PAUSE 60000 WRITE");
    await call(`CLIENT UNBLOCK ${id}`);
    expect(await read(client, 2)).toBe("*-1\r\n+PONG\r\n");
    await untilBlocked(1);
    expect(await call("EXISTS paused")).toBe(":0\r\n");
    await call("CLIENT UNPAUSE");
    expect(await read(client)).toBe("+OK\r\n");
    client.close();
  });

  test("does not wake who waits for a key when it ends", async () => {
    const client = await waiter("BLPOP k 0");
    await call("CLIENT PAUSE 60000 WRITE");
    await call("CLIENT UNPAUSE");
    await untilBlocked(1);
    await call("RPUSH k x");
    expect(await read(client)).toBe(popped("k", "x"));
    client.close();
  });
});

describe("a server with clients that wait", () => {
  test("stops in good order, and tells them nothing", async () => {
    for (const stop of [(s: ServerProcess) => s.stop(), stopByCommand]) {
      const other = await startOpenKV();
      const clients = [await RawClient.connect(other.port), await RawClient.connect(other.port)];
      for (const client of clients) client.send(pipeline("PING", "BLPOP k 1000"));
      for (const client of clients) expect(await read(client)).toBe("+PONG\r\n");
      expect(await stop(other)).toBe(0);
      for (const client of clients) expect((await client.readUntilClosed()).toString()).toBe("");
    }
  });
});

describe("idle time", () => {
  test("begins with the answer that a client had to wait for", async () => {
    const config = Config.load({ flags: readFlags(["--port", "0"]).lines });
    const own = await startServer(
      config,
      createLogger({ settings: config, pid: 1, now: () => 0, write() {} }),
    );
    const [client, paused, other] = await Promise.all([1, 2, 3].map(() => RawClient.connect(own.port)));
    client.send(pipeline("BLPOP k 0"));
    await untilBlocked(1, other);
    await other.call("CLIENT", "PAUSE", "60000", "WRITE");
    paused.send(pipeline("SET paused 1"));
    await untilBlocked(2, other);
    for (const connection of own.clients.all()) connection.lastActiveMs -= 3_600_000;
    await other.call("CLIENT", "UNPAUSE");
    expect(await read(paused)).toBe("+OK\r\n");
    await other.call("RPUSH", "k", "x");
    expect(await read(client)).toBe(popped("k", "x"));
    own.clients.closeIdle(own.nowMs, 60_000);
    expect((await client.call("PING")).toString()).toBe("+PONG\r\n");
    expect((await paused.call("PING")).toString()).toBe("+PONG\r\n");
    own.stopNow();
    await own.stopped;
  });
});

async function stopByCommand(other: ServerProcess): Promise<number> {
  const client = await RawClient.connect(other.port);
  client.sendCommand("SHUTDOWN", "NOSAVE");
  return other.exited;
}
