import { describe, expect, test } from "bun:test";
import { digest } from "../../src/store/digest.ts";
import { Engine } from "../support/engine.ts";

const EMPTY = "0".repeat(40);

function digestAfter(...commands: string[]): string {
  const engine = new Engine();
  for (const command of commands) engine.run(...command.split(" "));
  return digest(engine.keyspace);
}

describe("the digest of a dataset", () => {
  test("is all zeros without keys", () => {
    expect(digestAfter()).toBe(EMPTY);
    expect(digestAfter("SET a 1", "DEL a")).toBe(EMPTY);
  });

  test("does not depend on the order of writes, on shards or on the hash secret", () => {
    const commands = ["SET a 1", "SET b 2", "SET c 3"];
    const other = new Engine({ seed: 77, shards: 16 });
    for (const command of [...commands].reverse()) other.run(...command.split(" "));
    expect(digest(other.keyspace)).toBe(digestAfter(...commands));
  });

  test("does not depend on the encoding of the value", () => {
    expect(digestAfter("SET a 12")).toBe(digestAfter("SET a 1", "SETRANGE a 1 2"));
    expect(digestAfter("SET a 12")).not.toBe(EMPTY);
  });

  test("depends on key, value, expire time and database", () => {
    const other = new Engine();
    other.ctx.client.db = 1;
    other.run("SET", "a", "1");
    const digests = [
      digestAfter("SET a 1"),
      digestAfter("SET b 1"),
      digestAfter("SET a 2"),
      digestAfter("SET a1", "SET a1 x"),
      digestAfter("SET a 1", "SET b 1"),
      digestAfter("SET a 1", "PEXPIREAT a 9000000000000"),
      digestAfter("SET a 1", "PEXPIREAT a 9000000000001"),
      digestAfter("SET a 1", "PEXPIREAT a 9223372036854775806"),
      digestAfter("SET a 1", "PEXPIREAT a 9223372036854775807"),
      digest(other.keyspace),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });

  test("tells where the key ends and the value begins", () => {
    expect(digestAfter("SET ab c")).not.toBe(digestAfter("SET a bc"));
  });

  test("leaves expired keys out and does not free them", () => {
    const engine = new Engine();
    engine.run("SET", "a", "1");
    engine.run("PEXPIRE", "a", 1);
    engine.advance(2);
    expect(digest(engine.keyspace)).toBe(EMPTY);
    expect(engine.keyspace.size(0)).toBe(1);
  });

  test("covers thousands of keys", () => {
    const engine = new Engine();
    for (let i = 0; i < 5000; i++) engine.run("SET", `key:${i}`, i);
    const before = digest(engine.keyspace);
    engine.run("SET", "key:4999", "other");
    expect(digest(engine.keyspace)).not.toBe(before);
    engine.run("SET", "key:4999", 4999);
    expect(digest(engine.keyspace)).toBe(before);
  });
});
