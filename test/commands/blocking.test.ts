/** Requests that wait for keys, without sockets: who is served with what, and what is left behind. */

import { describe, expect, test } from "bun:test";
import type { BlockedRequest } from "../../src/commands/blocking.ts";
import { type ClientState, REPLY_OFF, REPLY_ON, REPLY_SKIP } from "../../src/commands/client-state.ts";
import type { Command } from "../../src/commands/command-table.ts";
import { checkKeyspace } from "../../src/store/check.ts";
import { Engine } from "../support/engine.ts";

/** A client of the engine that has sent a request and got no reply yet. */
function waiter(engine: Engine, ...argv: string[]): ClientState {
  const client = engine.newClient();
  expect(runAs(engine, client, ...argv)).toBe("");
  expect(client.blocked).not.toBeNull();
  return client;
}

function runAs(engine: Engine, client: ClientState, ...argv: string[]): string {
  const { ctx } = engine;
  const own = ctx.client;
  ctx.client = client;
  const reply = engine.run(...argv);
  ctx.client = own;
  return reply;
}

/** Serves who can be served. Returns client by client what each got. */
function serve(engine: Engine): [ClientState, string][] {
  const { ctx, reply } = engine;
  const served: [ClientState, string][] = [];
  const own = ctx.client;
  reply.rewind(0);
  ctx.events.blocking.serveReady(ctx, ({ client }: BlockedRequest) => {
    served.push([client, reply.bytes.toString("latin1", 0, reply.length)]);
    reply.rewind(0);
  });
  ctx.client = own;
  ctx.events.settle();
  return served;
}

function giveUp(engine: Engine, client: ClientState, withError: boolean): string {
  const { ctx, reply } = engine;
  const own = ctx.client;
  let text = "";
  reply.rewind(0);
  ctx.events.blocking.giveUp(ctx, client.blocked as BlockedRequest, withError, () => {
    text = reply.bytes.toString("latin1", 0, reply.length);
  });
  ctx.client = own;
  ctx.events.settle();
  return text;
}

/** A key that starts with `name` and belongs to shard `index`. */
function keyIn(engine: Engine, index: number, name: string): string {
  for (let i = 0; ; i++) {
    const key = Buffer.from(`${name}${i}`);
    if (engine.keyspace.shardOf(key, 0, key.length).index === index) return key.toString();
  }
}

describe("clients that wait", () => {
  test("are served in the order in which they came, each key in the order in which it came", () => {
    const engine = new Engine();
    const [a, b] = [waiter(engine, "BLPOP", "x", "y", "0"), waiter(engine, "BRPOP", "y", "x", "0")];
    engine.run("RPUSH", "y", "1", "2", "3");
    engine.run("RPUSH", "x", "4");
    expect(serve(engine)).toEqual([
      [a, "*2\r\n$1\r\ny\r\n$1\r\n1\r\n"],
      [b, "*2\r\n$1\r\ny\r\n$1\r\n3\r\n"],
    ]);
    expect(engine.run("LRANGE", "x", 0, -1)).toBe("*1\r\n$1\r\n4\r\n");
  });

  test("are told in their own protocol", () => {
    const engine = new Engine();
    const client = engine.newClient();
    client.resp = 3;
    runAs(engine, client, "BZPOPMIN", "k", "0");
    engine.run("ZADD", "k", "1.5", "m");
    expect(serve(engine)).toEqual([[client, "*3\r\n$1\r\nk\r\n$1\r\nm\r\n,1.5\r\n"]]);
    runAs(engine, client, "BLPOP", "k", "0");
    expect(giveUp(engine, client, false)).toBe("_\r\n");
  });

  test("leave nothing behind when they are served, give up or go", () => {
    const engine = new Engine();
    const { events, keyspace } = { events: engine.ctx.events, keyspace: engine.keyspace };
    const [a, b, c] = [1, 2, 3].map((i) => waiter(engine, "BLPOP", "x", `y${i}`, "0"));
    expect([events.blocking.size, keyspace.listener]).toEqual([4, events]);
    engine.run("RPUSH", "y1", "1");
    expect(serve(engine).map(([client]) => client)).toEqual([a]);
    expect(giveUp(engine, b, true)).toBe("-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
    events.forget(c);
    expect([a.blocked, b.blocked, c.blocked]).toEqual([null, null, null]);
    expect([events.blocking.size, keyspace.listener]).toEqual([0, null]);
    engine.run("RPUSH", "x", "1");
    expect(serve(engine)).toEqual([]);
    expect(engine.run("LLEN", "x")).toBe(":1\r\n");
  });

  test("are not served with a key that is gone again", () => {
    const engine = new Engine();
    const client = waiter(engine, "BLPOP", "k", "0");
    engine.run("RPUSH", "k", "1");
    engine.run("PEXPIRE", "k", "10");
    engine.advance(11);
    expect(serve(engine)).toEqual([]);
    engine.run("RPUSH", "k", "2");
    expect(serve(engine)).toEqual([[client, "*2\r\n$1\r\nk\r\n$1\r\n2\r\n"]]);
  });

  test("are served by a value that comes in place of another one", () => {
    const engine = new Engine();
    const client = waiter(engine, "BLPOP", "k", "0");
    engine.run("SET", "k", "text");
    expect(serve(engine)).toEqual([]);
    engine.run("SADD", "s", "member");
    engine.run("SORT", "s", "ALPHA", "STORE", "k");
    expect(serve(engine)).toEqual([[client, "*2\r\n$1\r\nk\r\n$6\r\nmember\r\n"]]);
  });

  test("count as one call, which fails with what CLIENT UNBLOCK does to it", () => {
    const engine = new Engine();
    const { calls, failed } = engine.ctx.commands.named("BLPOP") as Command;
    expect([calls, failed]).toEqual([0, 0]);
    giveUp(engine, waiter(engine, "BLPOP", "k", "0"), false);
    giveUp(engine, waiter(engine, "BLPOP", "k", "0"), true);
    const after = engine.ctx.commands.named("BLPOP") as Command;
    expect([after.calls, after.failed]).toEqual([2, 1]);
    expect(engine.ctx.errorCounts.get("UNBLOCKED")).toBe(1);
  });

  test("do not wait within a transaction", () => {
    const engine = new Engine();
    engine.run("MULTI");
    engine.run("BLPOP", "k", "0");
    engine.run("BLMOVE", "k", "x", "LEFT", "LEFT", "0");
    expect(engine.run("EXEC")).toBe("*2\r\n*-1\r\n$-1\r\n");
    expect(engine.ctx.client.blocked).toBeNull();
  });
});

describe("clients that wait without replies", () => {
  test("get none when replies are off, and stay so", () => {
    const engine = new Engine();
    const client = engine.newClient();
    runAs(engine, client, "CLIENT", "REPLY", "OFF");
    runAs(engine, client, "BLPOP", "k", "0");
    engine.run("RPUSH", "k", "1");
    expect(serve(engine)).toEqual([[client, ""]]);
    expect(client.replyMode).toBe(REPLY_OFF);
    expect(engine.run("EXISTS", "k")).toBe(":0\r\n");
  });

  test("get none when this reply is to be left out, but the next one", () => {
    const engine = new Engine();
    const client = engine.newClient();
    runAs(engine, client, "CLIENT", "REPLY", "SKIP");
    runAs(engine, client, "BLPOP", "k", "0");
    expect(client.replyMode).toBe(REPLY_SKIP);
    expect(giveUp(engine, client, false)).toBe("");
    expect(client.replyMode).toBe(REPLY_ON);
    expect(runAs(engine, client, "PING")).toBe("+PONG\r\n");
  });
});

describe("a request that fails when it is served", () => {
  test("gets the error, and the element stays", () => {
    const engine = new Engine();
    const client = waiter(engine, "BLMOVE", "k", "x", "LEFT", "LEFT", "0");
    engine.run("SET", "x", "text");
    engine.run("RPUSH", "k", "1");
    expect(serve(engine)).toEqual([
      [client, "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"],
    ]);
    expect(engine.run("LRANGE", "k", 0, -1)).toBe("*1\r\n$1\r\n1\r\n");
  });

  test("gets an error when there is no memory for it, and the element stays", () => {
    const engine = new Engine({ shards: 2, arenaBytes: 1 << 18 });
    const from = keyIn(engine, 0, "from");
    const client = waiter(engine, "BLMOVE", from, keyIn(engine, 1, "to"), "LEFT", "LEFT", "0");
    for (let i = 0; !engine.run("SET", keyIn(engine, 1, `${i}:`), "x".repeat(1000)).startsWith("-OOM"); i++);
    engine.run("RPUSH", from, "1", "2");
    expect(serve(engine)).toEqual([[client, "-OOM command not allowed when used memory > 'maxmemory'.\r\n"]]);
    expect(engine.run("LRANGE", from, 0, -1)).toBe("*2\r\n$1\r\n1\r\n$1\r\n2\r\n");
    checkKeyspace(engine.keyspace);
  });
});
