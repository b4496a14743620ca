import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { encodeCommand, RawClient } from "./raw-client.ts";
import { startRedis } from "./redis.ts";
import { MalformedReply, replyEnd } from "./reply-splitter.ts";
import { withTempDir } from "./temp-dir.ts";
import { describeWith, installCommand, leftOutLine } from "./tools.ts";

describe("the reply splitter", () => {
  const complete = [
    "+OK\r\n",
    "-ERR no\r\n",
    ":12\r\n",
    "$3\r\na\r\n\r\n",
    "$-1\r\n",
    "$0\r\n\r\n",
    "*-1\r\n",
    "*0\r\n",
    "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n",
    "%2\r\n+a\r\n:1\r\n+b\r\n~1\r\n#t\r\n",
    "_\r\n",
    ",1.5\r\n",
    "(12345678901234567890\r\n",
    "=7\r\ntxt:abc\r\n",
    "!5\r\nERR x\r\n",
    ">1\r\n+pong\r\n",
    "|1\r\n+ttl\r\n:3\r\n+OK\r\n",
  ];

  for (const reply of complete) {
    test(`ends ${JSON.stringify(reply)} at its last byte and at no byte before`, () => {
      const bytes = Buffer.from(`${reply}+next`, "latin1");
      expect(replyEnd(bytes, 0)).toBe(reply.length);
      for (let cut = 0; cut < reply.length; cut++) expect(replyEnd(bytes.subarray(0, cut), 0)).toBe(-1);
    });
  }

  test("refuses bytes that cannot become a reply", () => {
    for (const bad of ["hello\r\n", "$x\r\n", "$1\r\nabc\r\n", "*1.5\r\n", "$-2\r\n"]) {
      expect(() => replyEnd(Buffer.from(bad), 0)).toThrow(MalformedReply);
    }
  });
});

describe("the raw client", () => {
  test("hands out whole replies although they arrive one byte at a time", async () => {
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        async data(socket) {
          for (const byte of Buffer.from("+a\r\n$2\r\nbc\r\n:7\r\n")) {
            socket.write(Buffer.of(byte), 0, 1);
            await new Promise((resolve) => setImmediate(resolve));
          }
          socket.end();
        },
      },
    });
    const client = await RawClient.connect(server.port);
    expect((await client.exchange("go", 2)).toString()).toBe("+a\r\n$2\r\nbc\r\n");
    expect((await client.readUntilClosed()).toString()).toBe(":7\r\n");
    await expect(client.readReplies(1)).rejects.toThrow("the connection closed");
    server.stop(true);
  });

  test("sends megabytes to a slow reader without losing a byte", async () => {
    let received = 0;
    const server = Bun.listen({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        data(socket, chunk) {
          received += chunk.length;
          if (received === 20_000_000) socket.write(Buffer.from("+all\r\n"), 0, 6);
        },
      },
    });
    const client = await RawClient.connect(server.port);
    expect((await client.exchange(Buffer.alloc(20_000_000, "x"))).toString()).toBe("+all\r\n");
    client.close();
    server.stop(true);
  });

  test("encodes a command with lengths counted in bytes", () => {
    expect(encodeCommand(["SET", "ä", 12]).toString()).toBe("*3\r\n$3\r\nSET\r\n$2\r\nä\r\n$2\r\n12\r\n");
  });
});

describe("a temporary directory", () => {
  test("is gone after its use, even when the user throws", async () => {
    let path = "";
    const failing = withTempDir((given) => {
      path = given;
      expect(existsSync(path)).toBe(true);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(existsSync(path)).toBe(false);
  });
});

describe("tests left out", () => {
  test("are reported with file, name, what is missing and how to get it", () => {
    const missing = ["redis-cli", "redis-benchmark", "nc"] as const;
    const install = installCommand(missing);
    expect(install).toBe("apt-get install --no-install-recommends redis-tools netcat-openbsd");
    expect(leftOutLine({ file: "test/a.test.ts", name: "a group", missing: [...missing], install })).toBe(
      `left out: test/a.test.ts: a group (needs redis-cli, redis-benchmark, nc: ${install})`,
    );
  });
});

describeWith(["redis-server"], "a reference server", () => {
  test("answers on its port and leaves nothing behind when stopped", async () => {
    const redis = await startRedis();
    const client = await RawClient.connect(redis.port);
    expect((await client.call("SET", "k", "v")).toString()).toBe("+OK\r\n");
    const dir = (await client.call("CONFIG", "GET", "dir")).toString().split("\r\n")[4] ?? "";
    expect(existsSync(dir)).toBe(true);
    client.close();
    expect(await redis.stop()).toBe(0);
    expect(existsSync(dir)).toBe(false);
  });

  test("says what went wrong when it does not start", async () => {
    await expect(startRedis({ args: ["--no-such-option", "1"] })).rejects.toThrow("no-such-option");
  });
});
