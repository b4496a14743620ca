/** CLIENT PAUSE over real connections, and what CLIENT LIST and INFO say meanwhile. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
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

async function call(client: RawClient, ...request: string[]): Promise<string> {
  return (await client.call(...request)).toString("latin1");
}

/** Resolves once INFO counts so many blocked clients. */
async function untilBlocked(count: number): Promise<void> {
  while (!(await call(admin, "INFO", "clients")).includes(`\r\nblocked_clients:${count}\r\n`))
    await Bun.sleep(1);
}

describe("CLIENT PAUSE WRITE", () => {
  test("holds writing requests back, which INFO and CLIENT LIST show, until UNPAUSE", async () => {
    const writers = [await RawClient.connect(server.port), await RawClient.connect(server.port)];
    const id = (await call(writers[0], "CLIENT", "ID")).slice(1, -2);
    expect(await call(admin, "CLIENT", "PAUSE", "60000", "WRITE")).toBe("+OK\r\n");
    for (const writer of writers) writer.sendCommand("SET", "paused", "1");
    await untilBlocked(2);
    expect(await call(admin, "CLIENT", "LIST", "ID", id)).toContain(" flags=b ");
    expect(await call(admin, "GET", "paused")).toBe("$-1\r\n");
    expect(await call(admin, "CLIENT", "UNPAUSE")).toBe("+OK\r\n");
    for (const writer of writers) expect((await writer.readReplies(1)).toString()).toBe("+OK\r\n");
    await untilBlocked(0);
    expect(await call(admin, "CLIENT", "LIST", "ID", id)).toContain(" flags=N ");
    for (const writer of writers) writer.close();
  });

  test("holds back PFCOUNT, which may write, and EXEC of a transaction with one of them", async () => {
    const counter = await RawClient.connect(server.port);
    const transaction = await RawClient.connect(server.port);
    for (const request of [["MULTI"], ["PFCOUNT", "hll"]]) await call(transaction, ...request);
    expect(await call(admin, "CLIENT", "PAUSE", "60000", "WRITE")).toBe("+OK\r\n");
    counter.sendCommand("PFCOUNT", "hll");
    transaction.sendCommand("EXEC");
    await untilBlocked(2);
    expect(await call(admin, "CLIENT", "UNPAUSE")).toBe("+OK\r\n");
    expect((await counter.readReplies(1)).toString()).toBe(":0\r\n");
    expect((await transaction.readReplies(1)).toString()).toBe("*1\r\n:0\r\n");
    counter.close();
    transaction.close();
  });

  test("does not delay the error of a request that would not run", async () => {
    const client = await RawClient.connect(server.port);
    expect(await call(admin, "CLIENT", "PAUSE", "60000", "WRITE")).toBe("+OK\r\n");
    expect(await call(client, "SET", "key")).toBe("-ERR wrong number of arguments for 'set' command\r\n");
    expect(await call(client, "NOSUCH")).toStartWith("-ERR unknown command 'NOSUCH'");
    expect(await call(admin, "CLIENT", "UNPAUSE")).toBe("+OK\r\n");
    client.close();
  });
});

describe("a request that waits for a key after the pause it was held back by", () => {
  test("is answered, and so are the ones behind it", async () => {
    const client = await RawClient.connect(server.port);
    expect(await call(admin, "CLIENT", "PAUSE", "60000", "WRITE")).toBe("+OK\r\n");
    client.sendCommand("BLPOP", "nothing", "0.001");
    await untilBlocked(1);
    expect(await call(admin, "CLIENT", "UNPAUSE")).toBe("+OK\r\n");
    expect((await client.readReplies(1)).toString()).toBe("*-1\r\n");
    expect(await call(client, "PING")).toBe("+PONG\r\n");
    client.close();
  });

  test("is forgotten when its client goes", async () => {
    const client = await RawClient.connect(server.port);
    expect(await call(admin, "CLIENT", "PAUSE", "60000", "WRITE")).toBe("+OK\r\n");
    client.sendCommand("BLPOP", "nothing", "0");
    await untilBlocked(1);
    expect(await call(admin, "CLIENT", "UNPAUSE")).toBe("+OK\r\n");
    client.close();
    await untilBlocked(0);
  });
});

describe("qbuf of CLIENT LIST", () => {
  test("counts the bytes that the asking request came in", async () => {
    const request = encodeCommand(["CLIENT", "INFO"]);
    expect((await admin.exchange(request)).toString()).toContain(` qbuf=${request.length} `);
    const many = Buffer.concat([encodeCommand(["PING"]), request]);
    expect((await admin.exchange(many, 2)).toString()).toContain(` qbuf=${many.length} `);
  });

  test("counts a cut request that waits for the rest", async () => {
    const client = await RawClient.connect(server.port);
    const id = (await call(client, "CLIENT", "ID")).slice(1, -2);
    client.send("*2\r\n$4\r\nECHO\r\n$5\r\nhe");
    const line = () => call(admin, "CLIENT", "LIST", "ID", id);
    while ((await line()).includes(" qbuf=0 ")) await Bun.sleep(1);
    expect(await line()).toContain(" qbuf=20 ");
    expect((await client.exchange("llo\r\n")).toString()).toBe("$5\r\nhello\r\n");
    client.close();
  });
});
