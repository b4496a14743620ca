import { afterEach, describe, expect, test } from "bun:test";
import { Config } from "../../src/server/config/config.ts";
import { Libc } from "../../src/server/libc.ts";
import type { Logger } from "../../src/server/log.ts";
import { Server } from "../../src/server/server.ts";
import { WarmUp } from "../../src/server/warm-up.ts";
import { cleanEnvironment, startOpenKV } from "../support/openkv.ts";
import { RawClient } from "../support/raw-client.ts";

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function newServer(): Server {
  return new Server(Config.load({ env: { OPENKV_SHARDS: "1" } }), QUIET, new Libc());
}

/** Runs what is due until nothing is any more. */
async function finish(warmUp: WarmUp): Promise<void> {
  do {
    warmUp.tick();
    await Bun.sleep(5);
  } while (warmUp.running);
}

let server: Server;

afterEach(() => {
  server.stopNow();
});

describe("warming up", () => {
  test("runs real requests, which leave no trace in the server itself", async () => {
    server = newServer();
    const warmUp = new WarmUp(server);
    warmUp.tick();
    expect(warmUp.running).toBe(true);
    await finish(warmUp);
    expect(warmUp.requests).toBeGreaterThan(1000);
    expect(server.ctx.commandsProcessed).toBe(0);
    expect(server.clients.accepted).toBe(0);
    expect(server.keyspace.usedBytes).toBe(0);
    expect(server.keyspace.dirty).toBe(0);
  });

  test("goes on when a client has come, and then never again", async () => {
    server = newServer();
    const warmUp = new WarmUp(server);
    await finish(warmUp);
    const { requests } = warmUp;
    await finish(warmUp);
    expect(warmUp.requests).toBe(requests);
    server.clients.accepted++;
    await finish(warmUp);
    expect(warmUp.requests).toBeGreaterThan(requests);
    const all = warmUp.requests;
    await finish(warmUp);
    expect(warmUp.requests).toBe(all);
  });

  test("waits while there are requests", async () => {
    server = newServer();
    const warmUp = new WarmUp(server);
    let reads = 0;
    Object.defineProperty(server.traffic, "reads", { configurable: true, get: () => ++reads });
    warmUp.tick();
    while (reads < 6) await Bun.sleep(5);
    expect(warmUp.requests).toBe(0);
    Object.defineProperty(server.traffic, "reads", { value: reads, writable: true });
    await finish(warmUp);
    expect(warmUp.requests).toBeGreaterThan(0);
  });

  test("ends with the server", async () => {
    server = newServer();
    const warmUp = new WarmUp(server);
    warmUp.tick();
    server.stopNow();
    await finish(warmUp);
    expect(warmUp.requests).toBe(0);
  });
});

test("a server that warms up serves its clients as if nothing was", async () => {
  const started = await startOpenKV({ env: cleanEnvironment(), args: ["--banner", "never"] });
  server = newServer();
  const client = await RawClient.connect(started.port);
  try {
    for (let i = 0; i < 300; i++) {
      await client.call("INCR", "counter");
      await Bun.sleep(1);
    }
    expect(String(await client.call("GET", "counter"))).toBe("$3\r\n300\r\n");
    expect(String(await client.call("DBSIZE"))).toBe(":1\r\n");
    expect(String(await client.call("INFO", "commandstats"))).toContain("cmdstat_incr:calls=300,");
    expect(String(await client.call("INFO", "commandstats"))).not.toContain("cmdstat_set:");
  } finally {
    client.close();
    await started.stop();
  }
});
