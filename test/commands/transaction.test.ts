/** MULTI and EXEC within one engine: what is kept, what is counted, and what is left when something fails. */

import { describe, expect, test } from "bun:test";
import { Command, CommandTable } from "../../src/commands/command-table.ts";
import { Context } from "../../src/commands/context.ts";
import type { CommandSpec } from "../../src/commands/spec.ts";
import { OutOfMemoryError } from "../../src/store/errors.ts";
import { Engine } from "../support/engine.ts";
import { quietServer } from "../support/quiet-server.ts";

const ABORTED = "-EXECABORT Transaction discarded because of previous errors.\r\n";

/** An engine whose only other command is FAIL, which runs `work`. */
function engineThatFails(work: () => never): Engine {
  const engine = new Engine({ server: quietServer() });
  const fail = {
    name: "FAIL",
    arity: 1,
    flags: ["write"],
    group: "generic",
    since: "1.0.0",
    summary: "",
    complexity: "",
    handler: work,
  } as const satisfies CommandSpec;
  const commands = new CommandTable([...engine.ctx.commands.all, new Command(fail)]);
  const ctx = new Context(engine.keyspace, engine.reply, commands, quietServer());
  ctx.client = engine.newClient();
  return Object.assign(engine, { ctx });
}

function callsOf(engine: Engine, name: string): number[] {
  const { calls, failed, rejected } = engine.ctx.commands.named(name) as Command;
  return [calls, failed, rejected];
}

/** Executes a request for another client. */
function runAs(engine: Engine, client: Engine["ctx"]["client"], ...argv: string[]): string {
  const { ctx } = engine;
  const own = ctx.client;
  ctx.client = client;
  const reply = engine.run(...argv);
  ctx.client = own;
  return reply;
}

describe("the queue of a transaction", () => {
  test("keeps arguments of any length, also empty ones, and many of them", () => {
    const engine = new Engine();
    const long = "x".repeat(100_000);
    const keys = Array.from({ length: 500 }, (_, i) => [`k${i}`, i === 250 ? long : ""]).flat();
    engine.run("MULTI");
    engine.run("MSET", ...keys);
    engine.run("STRLEN", "k250");
    engine.run("EXISTS", "", "k0", "k499");
    engine.run("GET", "k0");
    expect(engine.run("EXEC")).toBe("*4\r\n+OK\r\n:100000\r\n:2\r\n$0\r\n\r\n");
  });

  test("takes little more memory than its bytes for many short requests", () => {
    const engine = new Engine();
    engine.run("MULTI");
    for (let i = 0; i < 100_000; i++) engine.run("PING");
    const { usedBytes, length } = engine.ctx.client.transaction ?? { usedBytes: 0, length: 0 };
    expect(length).toBe(100_000);
    expect(usedBytes).toBeGreaterThan(100_000 * "PING".length);
    expect(usedBytes).toBeLessThan(100_000 * 40);
    expect(engine.run("EXEC")).toBe(`*100000\r\n${"+PONG\r\n".repeat(100_000)}`);
  });

  test("closes the connection when it outgrows its bound, and forgets what is watched", () => {
    const engine = new Engine();
    engine.ctx.transactionBytesMax = 1000;
    engine.run("WATCH", "k");
    engine.run("MULTI");
    expect(engine.run("SET", "k", "x".repeat(500))).toBe("+QUEUED\r\n");
    expect(engine.run("SET", "k", "x".repeat(500))).toStartWith(
      "-ERR the requests of the transaction exceed",
    );
    const { client } = engine.ctx;
    expect([client.transaction, client.watched, client.closeAfterReply]).toEqual([null, null, true]);
  });

  test("is bounded for the shortest requests, too", () => {
    const engine = new Engine();
    engine.ctx.transactionBytesMax = 1000;
    engine.run("MULTI");
    let queued = 0;
    while (engine.run("PING") === "+QUEUED\r\n") queued++;
    expect(queued).toBeGreaterThan(10);
    expect(queued).toBeLessThan(1000 / "PING".length);
  });

  test("keeps nothing that will not run", () => {
    const engine = new Engine();
    engine.run("MULTI");
    engine.run("NOSUCH");
    engine.run("SET", "k", "1");
    expect(engine.ctx.client.transaction?.length).toBe(0);
    engine.run("DISCARD");
    engine.run("WATCH", "k");
    engine.run("SET", "k", "2");
    engine.run("MULTI");
    engine.run("SET", "k", "3");
    expect(engine.ctx.client.transaction?.length).toBe(0);
    expect(engine.run("EXEC")).toBe("*-1\r\n");
  });
});

describe("EXEC", () => {
  test("counts a queued request when it runs, and not before", () => {
    const engine = new Engine();
    engine.run("MULTI");
    engine.run("SET", "k", "1");
    expect(callsOf(engine, "SET")).toEqual([0, 0, 0]);
    const before = engine.ctx.commandsProcessed;
    engine.run("EXEC");
    expect(engine.ctx.commandsProcessed - before).toBe(2);
    expect(callsOf(engine, "SET")).toEqual([1, 0, 0]);
  });

  test("counts the failures of its requests as theirs", () => {
    const engine = new Engine();
    engine.run("SET", "k", "1");
    engine.run("MULTI");
    engine.run("LPUSH", "k", "1");
    engine.run("EXEC");
    expect(callsOf(engine, "LPUSH")).toEqual([1, 1, 0]);
    expect(callsOf(engine, "EXEC")).toEqual([1, 0, 0]);
    expect(engine.ctx.errorCounts.get("WRONGTYPE")).toBe(1);
  });

  test("counts requests that were refused as rejected", () => {
    const engine = new Engine();
    engine.run("MULTI");
    engine.run("GET");
    engine.run("SHUTDOWN");
    expect(engine.run("EXEC")).toBe(ABORTED);
    expect(callsOf(engine, "GET")).toEqual([0, 0, 1]);
    expect(callsOf(engine, "SHUTDOWN")).toEqual([0, 0, 1]);
    expect(callsOf(engine, "EXEC")).toEqual([1, 1, 0]);
    engine.run("EXEC", "now");
    expect(callsOf(engine, "EXEC")).toEqual([1, 1, 1]);
  });

  test("is the client's last command afterwards, and a queued one before", () => {
    const engine = new Engine();
    engine.run("MULTI");
    engine.run("SET", "k", "1");
    expect(engine.ctx.client.lastCommand).toBe("set");
    engine.run("EXEC");
    expect(engine.ctx.client.lastCommand).toBe("exec");
    engine.run("NOSUCH");
    expect(engine.ctx.client.lastCommand).toBe("NULL");
  });

  test("goes on after a request for which there is no memory", () => {
    const engine = engineThatFails(() => {
      throw new OutOfMemoryError();
    });
    engine.run("MULTI");
    engine.run("FAIL");
    engine.run("SET", "k", "1");
    expect(engine.run("EXEC")).toBe(
      "*2\r\n-OOM command not allowed when used memory > 'maxmemory'.\r\n+OK\r\n",
    );
    expect(engine.ctx.inTransaction).toBe(false);
  });

  test("is over even when an internal fault ends it", () => {
    const engine = engineThatFails(() => {
      throw new Error("internal fault");
    });
    engine.run("MULTI");
    engine.run("FAIL");
    expect(() => engine.run("EXEC")).toThrow("internal fault");
    expect(engine.ctx.inTransaction).toBe(false);
    expect(engine.ctx.client.transaction).toBeNull();
  });

  test("replies in the protocol that HELLO has chosen in between", () => {
    const engine = new Engine();
    engine.run("MULTI");
    for (const request of [
      ["GET", "none"],
      ["HELLO", "3"],
      ["GET", "none"],
    ])
      engine.run(...request);
    const reply = engine.run("EXEC");
    expect(reply).toStartWith("*3\r\n$-1\r\n%7\r\n");
    expect(reply).toEndWith("_\r\n");
  });

  test("asks for the memory of many keys in advance, of the db that SELECT has chosen", () => {
    const engine = new Engine();
    engine.ctx.prefetching = true;
    engine.run("MULTI");
    engine.run("SELECT", "3");
    engine.run("MSET", "a", "1", "b", "2");
    engine.run("MGET", "a", "b", "none");
    engine.run("SELECT", "0");
    engine.run("MGET", "a", "b");
    expect(engine.run("EXEC")).toBe(
      "*5\r\n+OK\r\n+OK\r\n*3\r\n$1\r\n1\r\n$1\r\n2\r\n$-1\r\n+OK\r\n*2\r\n$-1\r\n$-1\r\n",
    );
  });
});

describe("WATCH", () => {
  test("nobody listens to the keyspace once nobody watches", () => {
    const engine = new Engine();
    const { keyspace } = engine;
    for (const end of ["UNWATCH", "RESET"]) {
      engine.run("WATCH", "k");
      expect(keyspace.listener).not.toBeNull();
      engine.run(end);
      expect(keyspace.listener).toBeNull();
    }
    engine.run("WATCH", "k");
    engine.run("MULTI");
    engine.run("EXEC");
    expect(keyspace.listener).toBeNull();
    engine.run("WATCH", "k");
    engine.ctx.events.forget(engine.ctx.client);
    expect(keyspace.listener).toBeNull();
  });

  test("a key whose time has passed has changed", () => {
    const engine = new Engine();
    engine.run("SET", "k", "1", "PX", "100");
    engine.run("WATCH", "k");
    engine.run("MULTI");
    engine.run("PING");
    engine.advance(101);
    expect(engine.run("EXEC")).toBe("*-1\r\n");
  });

  test("a key whose time had passed before has not", () => {
    const engine = new Engine();
    engine.run("SET", "k", "1", "PX", "100");
    engine.advance(101);
    engine.run("WATCH", "k");
    engine.run("MULTI");
    engine.run("PING");
    expect(engine.run("EXEC")).toBe("*1\r\n+PONG\r\n");
  });

  test("SWAPDB changes a key that is in one of both, for whoever watches it in either", () => {
    const engine = new Engine();
    const other = engine.newClient();
    other.db = 1;
    engine.run("SET", "k", "1");
    engine.run("WATCH", "k");
    runAs(engine, other, "WATCH", "k", "none");
    engine.run("SWAPDB", "0", "1");
    expect([engine.ctx.client.watchBroken, other.watchBroken]).toEqual([true, true]);
  });

  test("SWAPDB of a db with itself changes nothing", () => {
    const engine = new Engine();
    engine.run("SET", "k", "1");
    engine.run("WATCH", "k");
    expect(engine.run("SWAPDB", "0", "0")).toBe("+OK\r\n");
    expect(engine.ctx.client.watchBroken).toBe(false);
  });

  test("keys of the same bytes in different databases are different keys", () => {
    const engine = new Engine();
    const other = engine.newClient();
    other.db = 1;
    runAs(engine, other, "WATCH", "1:k");
    engine.run("SET", "1:k", "1");
    engine.run("SET", "k", "1");
    engine.run("SELECT", "11");
    engine.run("SET", "k", "1");
    expect(other.watchBroken).toBe(false);
    engine.run("SELECT", "1");
    engine.run("SET", "1:k", "1");
    expect(other.watchBroken).toBe(true);
  });
});

describe("memory that is full", () => {
  test("what was deleted does not count, even if it was not freed yet", () => {
    const engine = new Engine();
    const fields = Array.from({ length: 5000 }, (_, i) => [`field ${i}`, "value"]).flat();
    engine.run("HSET", "h", ...fields);
    engine.ctx.maxMemoryBytes = engine.keyspace.usedBytes - 1000;
    expect(engine.run("SET", "k", "1")).toStartWith("-OOM");
    engine.run("DEL", "h");
    expect(engine.keyspace.usedBytes).toBeGreaterThan(engine.ctx.maxMemoryBytes / 2);
    engine.ctx.maxMemoryBytes = 10_000;
    expect(engine.run("SET", "k", "1")).toBe("+OK\r\n");
  });
});
