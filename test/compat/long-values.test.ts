/** Long values pass through buffers of their own length, which must be given back when they are through. */

import { expect, test } from "bun:test";
import { Client } from "../../src/client/client.ts";
import { startOpenKV } from "../support/openkv.ts";
import { HAS_RESIDENT_BYTES, residentBytes } from "./support/process-memory.ts";

const VALUE_BYTES = 64_000_000;
const READS = 6;
/** Less than two such values. */
const LEFT_BYTES_MAX = 100_000_000;
const PATIENCE_MS = 5000;

test.if(HAS_RESIDENT_BYTES)(
  "the memory of long requests and replies comes back",
  async () => {
    const server = await startOpenKV({ args: ["--banner", "never"] });
    const client = await Client.connect({ host: "127.0.0.1", port: server.port, timeoutMs: 20_000 });
    try {
      const before = residentBytes(server.pid);
      const value = Buffer.alloc(VALUE_BYTES, "long ");
      await client.command("SET", "long", value);
      for (let i = 0; i < READS; i++) await client.command("GET", "long");
      await client.command("DEL", "long");
      const deadline = Date.now() + PATIENCE_MS;
      let left = Number.POSITIVE_INFINITY;
      while (left > LEFT_BYTES_MAX && Date.now() < deadline) {
        await Bun.sleep(50);
        left = residentBytes(server.pid) - before;
      }
      expect(left).toBeLessThanOrEqual(LEFT_BYTES_MAX);
    } finally {
      client.close();
      await server.stop();
    }
  },
  40_000,
);
