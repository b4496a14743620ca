/** What the dataset does not need any more is the system's again, although other values lie behind it. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { eventually } from "./support/eventually.ts";
import { HAS_RESIDENT_BYTES, residentBytes } from "./support/process-memory.ts";

const MIB = 1 << 20;
const LIST_MIB = 96;
/** Keys that come after the list, so that some lie behind it. */
const LATER_KEYS = 20_000;

let server: ServerProcess;
let client: RawClient;

beforeEach(async () => {
  server = await startOpenKV();
  client = await RawClient.connect(server.port);
});

afterEach(async () => {
  client?.close();
  await server?.stop();
});

async function buildList(elementBytes: number): Promise<void> {
  const elements = (first: number) =>
    Array.from({ length: MIB / elementBytes }, (_, i) => `element ${first + i} `.padEnd(elementBytes, "."));
  for (let i = 0; i < LIST_MIB; i++)
    await client.exchange(encodeCommand(["RPUSH", "list", ...elements((i * MIB) / elementBytes)]), 1);
  const sets = Array.from({ length: LATER_KEYS }, (_, i) => encodeCommand(["SET", `later:${i}`, "value"]));
  await client.exchange(Buffer.concat(sets), LATER_KEYS);
}

const CASES: [what: string, elementBytes: number, next: string[]][] = [
  ["has been deleted", 1024, ["DEL", "list"]],
  ["is compressed meanwhile", 32, ["PING"]],
];

test.skipIf(!HAS_RESIDENT_BYTES).each(CASES)(
  "when a long list %s",
  async (_, elementBytes, next) => {
    const before = residentBytes(server.pid);
    await buildList(elementBytes);
    await client.exchange(encodeCommand(next), 1);
    await eventually(async () => residentBytes(server.pid) < before + (LIST_MIB / 2) * MIB);
    const reply = await client.exchange(encodeCommand(["GET", `later:${LATER_KEYS - 1}`]), 1);
    expect(reply.toString()).toBe("$5\r\nvalue\r\n");
  },
  { timeout: 60_000 },
);
