/** `maxclients` fits into the descriptors that the system gives. */

import { afterEach, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

/** 64 of them are kept for other things. */
const DESCRIPTORS = 100;
const CLIENTS_MAX = 36;

let server: ServerProcess;

afterEach(async () => {
  await server.stop();
});

test("more than the descriptor limit allows is refused in Redis' words, at the start and later", async () => {
  server = await startOpenKV({
    prefix: ["sh", "-c", `ulimit -n ${DESCRIPTORS} && exec "$@"`, "sh"],
    args: ["--banner", "never"],
  });
  const admin = await RawClient.connect(server.port);
  const call = async (...words: string[]) => (await admin.call(...words)).toString();
  const shown = (count: number) => `*2\r\n$10\r\nmaxclients\r\n$${String(count).length}\r\n${count}\r\n`;
  expect(server.output()).toContain(`maxclients 10000 does not fit into ${DESCRIPTORS} open files`);
  expect(await call("CONFIG", "GET", "maxclients")).toBe(shown(CLIENTS_MAX));
  for (const count of [CLIENTS_MAX + 1, 10_000, 4_294_967_295]) {
    expect(await call("CONFIG", "SET", "maxclients", String(count))).toBe(
      "-ERR CONFIG SET failed (possibly related to argument 'maxclients') - " +
        `The operating system is not able to handle the specified number of clients, try with ${CLIENTS_MAX}\r\n`,
    );
    expect(await call("CONFIG", "GET", "maxclients")).toBe(shown(CLIENTS_MAX));
  }
  expect(await call("CONFIG", "SET", "maxclients", "5")).toBe("+OK\r\n");
  expect(await call("CONFIG", "SET", "maxclients", String(CLIENTS_MAX))).toBe("+OK\r\n");

  // And so many can really be served.
  const clients = [admin];
  while (clients.length < CLIENTS_MAX) clients.push(await RawClient.connect(server.port));
  for (const client of clients) expect((await client.call("PING")).toString()).toBe("+PONG\r\n");
  const refused = await RawClient.connect(server.port);
  expect((await refused.readUntilClosed()).toString()).toBe("-ERR max number of clients reached\r\n");
  for (const client of clients) client.close();
});
