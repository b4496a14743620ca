import { afterEach, expect, test } from "bun:test";
import { Client } from "../../src/client/client.ts";
import { fetchStats } from "../../src/client/stats.ts";
import type { FakeServer } from "./fake-server.ts";
import { redisAnswer, startFakeServer } from "./fake-server.ts";

let server: FakeServer | undefined;
afterEach(() => server?.stop());

function address(timeoutMs = 5000) {
  return { host: "127.0.0.1", port: server!.port, timeoutMs };
}

test("replies come back in the order of the commands", async () => {
  server = startFakeServer((words) => `$${words[1].length}\r\n${words[1]}\r\n`);
  const client = await Client.connect(address());
  const replies = await Promise.all(["a", "bb", "ccc"].map((word) => client.command("ECHO", word)));
  expect(replies).toEqual(["a", "bb", "ccc"].map((word) => ({ kind: "bulk", bytes: Buffer.from(word) })));
  client.close();
});

test("a request larger than the socket takes at once arrives whole", async () => {
  server = startFakeServer((words) => `:${words[1].length}\r\n`);
  const client = await Client.connect(address());
  const big = Buffer.alloc(8 * 1024 * 1024, "x");
  const replies = await Promise.all([client.command("A", big), client.command("B", "yy")]);
  expect(replies).toEqual([
    { kind: "integer", value: big.length },
    { kind: "integer", value: 2 },
  ]);
  client.close();
});

test("an error reply is a reply", async () => {
  server = startFakeServer(() => "-ERR no\r\n");
  const client = await Client.connect(address());
  expect(await client.command("X")).toEqual({ kind: "error", text: "ERR no" });
  client.close();
});

test("a greeting does not count as the first reply", async () => {
  server = startFakeServer(() => "+PONG\r\n", "+OK OpenKV connected\r\n");
  const client = await Client.connect(address());
  expect(await client.command("PING")).toEqual({ kind: "string", text: "PONG" });
  client.close();
});

test("the password is sent first, and a refused one is an error", async () => {
  server = startFakeServer((words) => (words[0] === "AUTH" ? "-WRONGPASS no\r\n" : "+OK\r\n"));
  const connecting = Client.connect({ ...address(), password: "secret" });
  await expect(connecting).rejects.toThrow(`127.0.0.1:${server.port}: WRONGPASS no`);
  expect(server.requests).toEqual([["AUTH", "secret"]]);
});

test("a server that is not there is named in one line", async () => {
  server = startFakeServer(() => null);
  const { port } = server;
  server.stop();
  const connecting = Client.connect({ host: "127.0.0.1", port, timeoutMs: 5000 });
  await expect(connecting).rejects.toThrow(`Could not connect to 127.0.0.1:${port}: connection refused`);
});

test("a silent server ends in a timeout that fails every command", async () => {
  server = startFakeServer(() => null);
  const client = await Client.connect(address(20));
  const results = await Promise.allSettled([client.command("A"), client.command("B")]);
  const message = `127.0.0.1:${server.port}: no reply within 0.02 s`;
  expect(results.map((result) => result.status === "rejected" && result.reason.message)).toEqual([
    message,
    message,
  ]);
  await expect(client.command("C")).rejects.toThrow(message);
});

test("a connection that the server closes fails what is waiting", async () => {
  server = startFakeServer(() => "close");
  const client = await Client.connect(address());
  await expect(client.command("A")).rejects.toThrow("connection closed by the server");
});

test("STATS is printed with plain line ends", async () => {
  const text = "commands_processed:1\r\ntotal_keys:0\r\n";
  server = startFakeServer(() => `$${text.length}\r\n${text}\r\n`);
  expect(await fetchStats(address())).toBe("commands_processed:1\ntotal_keys:0");
});

test("a server without STATS is an error that says so", async () => {
  server = startFakeServer(redisAnswer);
  const fetching = fetchStats(address());
  await expect(fetching).rejects.toThrow("ERR unknown command 'STATS'");
});
