/** Hashes and the expire times of their fields, by the typed methods that client libraries have for them. */

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { RedisClient } from "bun";
import { createClient } from "redis";
import { startOpenKV } from "../support/openkv.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { eventually } from "./support/eventually.ts";

/** In the year 2100. */
const FAR_SECONDS = 4_102_444_800;

let server: ServerProcess;
let client: RedisClient;

beforeAll(async () => {
  server = await startOpenKV();
  client = new RedisClient(`redis://127.0.0.1:${server.port}`);
  await client.connect();
});

afterAll(async () => {
  client?.close();
  await server?.stop();
});

beforeEach(async () => {
  await client.send("FLUSHALL", []);
  await client.send("CONFIG", ["RESETSTAT"]);
});

test("Bun's client reads hashes as objects and pairs", async () => {
  expect(await client.hset("h", { a: "1", b: 2 })).toBe(2);
  expect(await client.hgetall("h")).toEqual({ a: "1", b: "2" });
  expect(await client.hmget("h", ["a", "missing"])).toEqual(["1", null]);
  expect(await client.hincrby("h", "a", 41)).toBe(42);
  expect(await client.hincrbyfloat("h", "b", "0.5")).toBe("2.5");
  expect((await client.hrandfield("h", 2, "WITHVALUES")).sort()).toEqual([
    ["a", "42"],
    ["b", "2.5"],
  ]);
  expect(await client.hscan("h", 0)).toEqual(["0", ["a", "42", "b", "2.5"]]);
  expect(await client.hgetall("missing")).toEqual({});
});

test("Bun's client sets, asks for and takes away expire times of fields", async () => {
  await client.hset("h", { a: "1", b: "2", c: "3" });
  expect(await client.hexpireat("h", FAR_SECONDS, "FIELDS", 2, "a", "missing")).toEqual([1, -2]);
  expect(await client.hexpireat("h", FAR_SECONDS, "NX", "FIELDS", 2, "a", "b")).toEqual([0, 1]);
  expect(await client.hexpiretime("h", "FIELDS", 3, "a", "b", "c")).toEqual([FAR_SECONDS, FAR_SECONDS, -1]);
  expect(await client.hpersist("h", "FIELDS", 2, "a", "c")).toEqual([1, -1]);
  expect(await client.httl("h", "FIELDS", 2, "a", "missing")).toEqual([-1, -2]);
  expect(await client.hexpire("h", 100, "FIELDS", 1, "a")).toEqual([1]);
  expect((await client.httl("h", "FIELDS", 1, "a"))[0]).toBeGreaterThan(0);
  expect(await client.hexpire("h", 0, "FIELDS", 1, "a")).toEqual([2]);
  expect(await client.hgetall("h")).toEqual({ b: "2", c: "3" });
});

test("Bun's client sets and gets fields together with their expire times", async () => {
  expect(await client.hsetex("h", "FNX", "EXAT", FAR_SECONDS, "FIELDS", 2, "a", "1", "b", "2")).toBe(1);
  expect(await client.hsetex("h", "FNX", "EX", 10, "FIELDS", 1, "a", "x")).toBe(0);
  expect(await client.hsetex("h", "KEEPTTL", "FIELDS", 1, "a", "3")).toBe(1);
  expect(await client.hexpiretime("h", "FIELDS", 2, "a", "b")).toEqual([FAR_SECONDS, FAR_SECONDS]);
  expect(await client.hgetex("h", "PERSIST", "FIELDS", 2, "a", "missing")).toEqual(["3", null]);
  expect(await client.hexpiretime("h", "FIELDS", 1, "a")).toEqual([-1]);
  expect(await client.hgetdel("h", "FIELDS", 2, "a", "b")).toEqual(["3", "2"]);
  expect(await client.exists("h")).toBe(false);
});

test("node-redis does the same by its own methods", async () => {
  const other = createClient({ socket: { host: "127.0.0.1", port: server.port, reconnectStrategy: false } });
  other.on("error", () => {});
  await other.connect();
  try {
    expect(
      await other.hSetEx("h", { a: "1", b: "2" }, { expiration: { type: "EXAT", value: FAR_SECONDS } }),
    ).toBe(1);
    expect(await other.hExpireTime("h", ["a", "missing"])).toEqual([FAR_SECONDS, -2]);
    expect(await other.hPersist("h", "a")).toEqual([1]);
    expect(await other.hExpire("h", "a", 100, "NX")).toEqual([1]);
    expect(await other.hGetEx("h", ["a", "c"], { expiration: "PERSIST" })).toEqual(["1", null]);
    expect(await other.hTTL("h", "a")).toEqual([-1]);
    expect(await other.hGetDel("h", ["a", "b"])).toEqual(["1", "2"]);
    expect(await other.exists("h")).toBe(0);
  } finally {
    other.destroy();
  }
});

test("fields expire while nobody asks for them, and the key with the last", async () => {
  await client.send("HSETEX", ["h", "PX", "1", "FIELDS", "2", "a", "1", "b", "2"]);
  // Not even DBSIZE looks at fields: the background cycle frees them.
  await eventually(async () => (await client.send("DBSIZE", [])) === 0);
  expect(await client.send("INFO", ["stats"])).toContain("expired_subkeys:2\r\n");
});
