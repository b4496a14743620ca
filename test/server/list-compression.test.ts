/** Lists are compressed while the server has nothing else to do, and bit by bit while it has. Real time has to pass. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

const ELEMENTS = Array.from({ length: 5000 }, (_, i) => `element number ${100_000 + i}`);
const PLAIN_BYTES = ELEMENTS.length * (ELEMENTS[0].length + 2);
/** Far more than it takes, so that only a server that never does it is found. */
const PATIENCE_MS = 20_000;

let server: ServerProcess;
let admin: RawClient;

beforeAll(async () => {
  server = await startOpenKV({ args: ["--banner", "never"] });
  admin = await RawClient.connect(server.port);
});

afterAll(async () => {
  admin.close();
  await server.stop();
});

async function usage(key: string): Promise<number> {
  return Number((await admin.call("MEMORY", "USAGE", key, "SAMPLES", 0)).toString().slice(1));
}

/** Waits until a list takes half of what its elements take, and does something meanwhile. */
async function compressed(key: string, meanwhile: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while ((await usage(key)) > PLAIN_BYTES / 2) {
    expect(performance.now()).toBeLessThan(end);
    await meanwhile();
  }
}

test.each([
  ["idle", () => Bun.sleep(50)],
  ["busy", () => admin.exchange("PING\r\n".repeat(200), 200)],
])("a server that is %s compresses a list, which reads as before", async (key, meanwhile) => {
  await admin.call("RPUSH", key, ...ELEMENTS);
  await compressed(key, meanwhile);
  const reply = (await admin.call("LRANGE", key, 0, -1)).toString("latin1");
  expect(reply).toBe(
    `*${ELEMENTS.length}\r\n${ELEMENTS.map((text) => `$${text.length}\r\n${text}\r\n`).join("")}`,
  );
  const last = ELEMENTS.at(-1) as string;
  expect((await admin.call("RPOP", key)).toString()).toBe(`$${last.length}\r\n${last}\r\n`);
});
