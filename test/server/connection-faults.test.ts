/** What ends connections: resets of peers, HTTP, CLIENT KILL, and SHUTDOWN in a pipeline. */

import { afterEach, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

/** Fewer than the backlog of the listening socket holds. */
const RESETS = 400;

let server: ServerProcess;

afterEach(async () => {
  await server.stop();
});

describe("connections that are reset before they are accepted", () => {
  const cases: [settings: string, args: string[], password: string][] = [
    ["default settings", [], ""],
    ["--protected-mode no", ["--protected-mode", "no"], ""],
    ["--requirepass", ["--requirepass", "secret"], "secret"],
    ["--banner never", ["--banner", "never"], ""],
    ["--maxclients 1", ["--maxclients", "1"], ""],
  ];
  test.each(cases)("leave nothing behind with %s", async (_settings, args, password) => {
    server = await startOpenKV({ args });
    // The server stands still, so that every reset comes before it accepts.
    process.kill(server.pid, "SIGSTOP");
    try {
      const clients = await Promise.all(Array.from({ length: RESETS }, () => RawClient.connect(server.port)));
      for (const client of clients) client.close();
    } finally {
      process.kill(server.pid, "SIGCONT");
    }
    for (let tries = 0; ; tries++) {
      const client = await RawClient.connect(server.port);
      client.sendCommand("HELLO", "2", ...(password === "" ? [] : ["AUTH", "default", password]));
      client.sendCommand("INFO", "clients");
      client.sendCommand("QUIT");
      const said = (await client.readUntilClosed()).toString();
      client.close();
      if (said.includes("\r\nconnected_clients:1\r\n")) break;
      if (tries === 500) throw new Error(`the reset connections are still there: ${said}`);
      await Bun.sleep(5);
    }
    expect(await server.stop()).toBe(0);
    expect(server.output()).not.toContain("fault");
  });
});

describe("an HTTP request", () => {
  const requests: [name: string, parts: string[]][] = [
    ["POST", ["POST / HTTP/1.1\r\nHost: x\r\n\r\nSET hacked 1\r\n"]],
    ["POST in lower case", ["post / HTTP/1.1\nSET hacked 1\n"]],
    ["POST cut within its first word", ["PO", "ST / HTTP/1.1\r\nSET hacked 1\r\n"]],
    ["a Host: line", ["Host: x\r\nSET hacked 1\r\n"]],
    ["a Host: line behind another one", ["GET / HTTP/1.1\r\nHost: x\r\n\r\nSET hacked 1\r\n"]],
    ["POST and a RESP request", [`POST / HTTP/1.1\r\n\r\n${encodeCommand(["SET", "hacked", "1"])}`]],
    ["POST, with the request in its second packet", ["POST / HTTP/1.1\r\n", "SET hacked 1\r\n"]],
  ];

  test("closes the connection, and nothing behind it is executed", async () => {
    server = await startOpenKV({ args: ["--banner", "never"] });
    const other = await RawClient.connect(server.port);
    for (const [name, parts] of requests) {
      const client = await RawClient.connect(server.port);
      for (const part of parts) {
        client.send(part);
        await Bun.sleep(2);
      }
      const said = (await client.readUntilClosed()).toString();
      expect([name, said.includes("+OK")]).toEqual([name, false]);
      expect([name, (await other.call("EXISTS", "hacked")).toString()]).toEqual([name, ":0\r\n"]);
    }
    expect(server.output().match(/sent an HTTP request/g)).toHaveLength(requests.length);
    other.close();
  });

  test("is only that at the start of an inline request: the words are free elsewhere", async () => {
    server = await startOpenKV({ args: ["--banner", "never"] });
    const client = await RawClient.connect(server.port);
    const said = await client.exchange(
      Buffer.concat([Buffer.from("SET POST Host:\r\nGET POST\r\n"), encodeCommand(["GET", "POST"])]),
      3,
    );
    expect(said.toString()).toBe("+OK\r\n$5\r\nHost:\r\n$5\r\nHost:\r\n");
    expect((await client.call("POST", "/")).toString()).toStartWith("-ERR unknown command 'POST'");
    expect((await client.call("PING")).toString()).toBe("+PONG\r\n");
    client.close();
  });
});

test("a client that is killed still takes what has left the server", async () => {
  server = await startOpenKV();
  const admin = await RawClient.connect(server.port);
  await admin.call("SET", "long", Buffer.alloc(1_500_000));
  const socket = connect(server.port, "127.0.0.1");
  await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const closed = new Promise((resolve) => socket.once("close", resolve).on("error", () => {}));
  socket.pause();
  socket.write(encodeCommand(["GET", "long"]));
  /** Bytes that the server itself still has, of a reply that is not read. */
  const unsent = async (): Promise<number> =>
    Number(/ omem=(\d+) .* cmd=get /.exec((await admin.call("CLIENT", "LIST")).toString())?.[1]);
  let before = Number.NaN;
  for (let now = await unsent(); now !== before; now = await unsent()) {
    before = now;
    await Bun.sleep(20);
  }
  const sent = "$1500000\r\n\r\n".length + 1_500_000 - before;
  expect((await admin.call("CLIENT", "KILL", "TYPE", "normal")).toString()).toBe(":1\r\n");
  await admin.call("PING");

  let taken = 0;
  socket.on("data", (chunk: Buffer) => {
    taken += chunk.length;
  });
  socket.resume();
  await closed;
  expect(taken).toBe(sent);
  admin.close();
});

describe("SHUTDOWN in a pipeline", () => {
  test("comes after the replies to what was sent before it, and nothing behind it is executed", async () => {
    server = await startOpenKV();
    const client = await RawClient.connect(server.port);
    const requests = [["SET", "a", "1"], ["GET", "a"], ["SHUTDOWN"], ["SET", "a", "2"], ["GET", "a"]];
    client.send(Buffer.concat(requests.map(encodeCommand)));
    expect((await client.readUntilClosed()).toString()).toBe("+OK\r\n$1\r\n1\r\n");
    expect(await server.exited).toBe(0);
    expect(server.output()).toContain("Stopped");
  });

  test("also when a reply before it is long", async () => {
    server = await startOpenKV();
    const client = await RawClient.connect(server.port);
    const value = Buffer.alloc(3_000_000, "long ");
    client.send(
      Buffer.concat(
        [
          ["SET", "a", value],
          ["GET", "a"],
          ["SHUTDOWN", "NOSAVE"],
        ].map(encodeCommand),
      ),
    );
    const said = await client.readUntilClosed();
    expect(said.length).toBe("+OK\r\n$3000000\r\n\r\n".length + value.length);
    expect(await server.exited).toBe(0);
  });

  test("other clients still take the replies to what they sent before", async () => {
    server = await startOpenKV();
    const [client, other] = [await RawClient.connect(server.port), await RawClient.connect(server.port)];
    await other.call("SET", "a", Buffer.alloc(3_000_000, "long "));
    other.sendCommand("GET", "a");
    client.sendCommand("PING");
    await client.readReplies(1);
    client.sendCommand("SHUTDOWN", "NOSAVE");
    expect((await other.readUntilClosed()).length).toBe("$3000000\r\n\r\n".length + 3_000_000);
    expect((await client.readUntilClosed()).toString()).toBe("");
    expect(await server.exited).toBe(0);
  });
});
