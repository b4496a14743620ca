/** The same session with the client libraries people use, and with redis-cli; none sees the greeting. */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";
import { describeWith, requireTool } from "../support/tools.ts";
import { type Driver, LIBRARIES } from "./clients.ts";

const BIG_BYTES = 5 * 1024 * 1024;

let server: ServerProcess;

beforeAll(async () => {
  server = await startOpenKV();
});

afterAll(async () => {
  await server?.stop();
});

beforeEach(async () => {
  const client = await RawClient.connect(server.port);
  await client.call("FLUSHALL");
  client.close();
});

describe.each(LIBRARIES)("$name", ({ connect }) => {
  let client: Driver;

  beforeEach(async () => {
    client = await connect(server.port);
  });

  async function use(body: () => Promise<void>): Promise<void> {
    try {
      await body();
    } finally {
      await client.close();
    }
  }

  test("sets, reads, counts, expires and deletes", () =>
    use(async () => {
      await client.set("name", "Saboor");
      expect(await client.get("name")).toBe("Saboor");
      expect(await client.get("missing")).toBeNull();
      expect(await client.incr("count")).toBe(1);
      expect(await client.incr("count")).toBe(2);
      expect(await client.mget("name", "missing", "count")).toEqual(["Saboor", null, "2"]);
      expect(await client.ttl("name")).toBe(-1);
      expect(Number(await client.expire("name", 100))).toBe(1);
      expect(await client.ttl("name")).toBe(100);
      expect(await client.del("name", "count", "missing")).toBe(2);
      expect(await client.ttl("name")).toBe(-2);
    }));

  test("is given errors as errors, and goes on", () =>
    use(async () => {
      await client.set("name", "Saboor");
      await expect(client.incr("name")).rejects.toThrow("Value for key 'name' is not an integer.");
      expect(await client.get("name")).toBe("Saboor");
    }));

  test("scans all keys", () =>
    use(async () => {
      for (let i = 0; i < 500; i++) await client.set(`user:${i}`, String(i));
      await client.set("other", "x");
      const seen = new Set<string>();
      let cursor = "0";
      do {
        const [next, keys] = await client.scan(cursor, "user:*");
        for (const key of keys) seen.add(key);
        cursor = next;
      } while (cursor !== "0");
      expect(seen.size).toBe(500);
      expect(seen.has("other")).toBe(false);
    }));

  test("keeps hashes, lists, sets and sorted sets", () =>
    use(async () => {
      expect(await client.hset("hash", { name: "Ada", born: "1815" })).toBe(2);
      expect(await client.hgetall("hash")).toEqual({ name: "Ada", born: "1815" });
      expect(await client.hgetall("missing")).toEqual({});
      expect(await client.rpush("list", "a", "b", "c")).toBe(3);
      expect(await client.lrange("list", 1, -1)).toEqual(["b", "c"]);
      expect(await client.sadd("set", "x", "y", "x")).toBe(2);
      expect((await client.smembers("set")).sort()).toEqual(["x", "y"]);
      expect(await client.zadd("zset", 2.5, "b")).toBe(1);
      expect(await client.zadd("zset", -1e300, "a")).toBe(1);
      expect(await client.zrangeWithScores("zset")).toEqual([
        { value: "a", score: -1e300 },
        { value: "b", score: 2.5 },
      ]);
      await expect(client.sadd("list", "x")).rejects.toThrow("WRONGTYPE Operation against a key holding");
    }));

  test("waits for an element that another client adds, and for none that does not come", () =>
    use(async () => {
      const other = await connect(server.port);
      const waiting = client.blpop("queue", 10);
      await other.rpush("queue", "job");
      expect(await waiting).toEqual({ key: "queue", element: "job" });
      expect(await client.blpop("queue", 0.05)).toBeNull();
      await other.close();
    }));

  test("runs transactions, and none when a watched key has changed", () =>
    use(async () => {
      expect(await client.transactionIncr("a", "b", "a")).toEqual([1, 1, 2]);
      const other = await connect(server.port);
      await client.watch("a");
      await other.set("a", "10");
      expect(await client.transactionIncr("a")).toBeNull();
      expect(await client.transactionIncr("a")).toEqual([11]);
      await other.close();
    }));

  test("pipelines 1,000 requests and gets the replies in order", () =>
    use(async () => {
      const replies = await client.pipelineIncr("count", 1_000);
      expect(replies).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
    }));

  test("stores a value of 5 MB and one of all bytes as they are", () =>
    use(async () => {
      const big = Buffer.alloc(BIG_BYTES, "0123456789abcdef\r\n");
      await client.set("big", big);
      expect((await client.getBytes("big"))?.equals(big)).toBe(true);
      const all = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 255));
      await client.set("all", all);
      expect(await client.getBytes("all")).toEqual(all);
    }));
});

describeWith(["redis-cli"], "redis-cli", () => {
  async function redisCli(args: string[], stdin: string | Buffer = ""): Promise<string> {
    const child = Bun.spawn([requireTool("redis-cli"), "-p", String(server.port), ...args], {
      stdin: Buffer.from(stdin),
      stdout: "pipe",
      timeout: 20_000,
    });
    const text = await child.stdout.text();
    await child.exited;
    return text;
  }

  test("runs a piped session", async () => {
    const session =
      "SET name Saboor\nGET name\nGET missing\nINCR count\nINCR name\nTTL name\nMGET name count\n";
    const expected = [
      "OK",
      "Saboor",
      "",
      "1",
      "ERR Value for key 'name' is not an integer.",
      "",
      "-1",
      "Saboor",
      "1",
      "",
    ];
    expect((await redisCli([], session)).split("\n")).toEqual(expected);
  });

  test("runs one command given as arguments, in RESP2 and RESP3", async () => {
    expect(await redisCli(["--no-raw", "SET", "name", "two words"])).toBe("OK\n");
    expect(await redisCli(["--no-raw", "GET", "name"])).toBe('"two words"\n');
    expect(await redisCli(["--no-raw", "-3", "GET", "missing"])).toBe("(nil)\n");
    expect(await redisCli(["--no-raw", "-3", "CONFIG", "GET", "maxmemory"])).toBe('1# "maxmemory" => "0"\n');
    expect(await redisCli(["--no-raw", "-n", "3", "DBSIZE"])).toBe("(integer) 0\n");
  });

  test("reads its last argument from stdin, 5 MB of it", async () => {
    const big = Buffer.alloc(BIG_BYTES, "0123456789abcdef");
    expect(await redisCli(["-x", "SET", "big"], big)).toBe("OK\n");
    expect(await redisCli(["STRLEN", "big"])).toBe(`${BIG_BYTES}\n`);
    expect((await redisCli(["GET", "big"])).length).toBe(BIG_BYTES + 1);
  });

  test("loads 10,000 keys with --pipe and finds them with --scan", async () => {
    const requests = Array.from({ length: 10_000 }, (_, i) =>
      encodeCommand(["SET", `key:${i}`, `value ${i}`]),
    );
    expect(await redisCli(["--pipe"], Buffer.concat(requests))).toContain("errors: 0, replies: 10000");
    const keys = (await redisCli(["--scan", "--pattern", "key:*"])).trim().split("\n");
    expect(new Set(keys).size).toBe(10_000);
    expect(await redisCli(["GET", "key:9999"])).toBe("value 9999\n");
  });
});
