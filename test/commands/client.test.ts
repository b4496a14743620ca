import { describe, expect, test } from "bun:test";
import type { ClientState } from "../../src/commands/client-state.ts";
import type { ServerPort } from "../../src/commands/server-port.ts";
import { Engine } from "../support/engine.ts";

const OK = "+OK\r\n";
const SYNTAX = "-ERR syntax error\r\n";

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** A text doubled so many times: the engine keeps it as a tree of its parts, so that it takes no memory. */
function doubled(text: string, times: number): string {
  return times === 0 ? text : doubled(text + text, times - 1);
}

/** An engine whose server has a list of connections; `engine.ctx.client` is the first. */
class ClientEngine extends Engine {
  readonly killed: number[] = [];
  readonly pauses: [untilMs: number, writesOnly: boolean][] = [];
  readonly unblocked: [id: number, withError: boolean][] = [];
  unpaused = 0;

  constructor(readonly open: ClientState[] = []) {
    const port: Partial<ServerPort> = {
      connections: () =>
        open.map((state, i) => ({
          state,
          fileDescriptor: 10 + i,
          queryBufferBytes: 7 * i,
          outputQueueBytes: 100 * i,
          blocked: i === 2,
        })),
      kill: (id) => this.killed.push(id) > 0,
      unblock: (id, withError) => this.unblocked.push([id, withError]) > 0 && id === 2,
      pause: (untilMs, writesOnly) => this.pauses.push([untilMs, writesOnly]),
      unpause: () => {
        this.unpaused++;
      },
    };
    super({ server: port });
    open.push(this.ctx.client, this.newClient(), this.newClient());
  }
}

describe("CLIENT on the client itself", () => {
  test("ID is the connection's number", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "ID")).toBe(":1\r\n");
    engine.ctx.client = engine.newClient();
    expect(engine.run("client", "id")).toBe(":2\r\n");
  });

  test("SETNAME gives a name, an empty one takes it away", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "GETNAME")).toBe("$-1\r\n");
    expect(engine.run("CLIENT", "SETNAME", "worker:1")).toBe(OK);
    expect(engine.run("CLIENT", "GETNAME")).toBe(bulk("worker:1"));
    expect(engine.run("CLIENT", "SETNAME", "")).toBe(OK);
    expect(engine.run("CLIENT", "GETNAME")).toBe("$-1\r\n");
  });

  test.each(["two words", "line\n", "\x7f", "\xe9", "tab\t"])("the name %j is refused", (name) => {
    const engine = new Engine();
    engine.run("CLIENT", "SETNAME", "kept");
    expect(engine.run("CLIENT", "SETNAME", name)).toBe(
      "-ERR Client names cannot contain spaces, newlines or special characters.\r\n",
    );
    expect(engine.run("CLIENT", "GETNAME")).toBe(bulk("kept"));
  });

  test("SETINFO takes the library's name and version", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "SETINFO", "lib-name", "ioredis")).toBe(OK);
    expect(engine.run("CLIENT", "SETINFO", "LIB-VER", "6.0.0")).toBe(OK);
    expect(engine.ctx.client).toMatchObject({ libraryName: "ioredis", libraryVersion: "6.0.0" });
    expect(engine.run("CLIENT", "SETINFO", "lib-Ver", "6 0")).toBe(
      "-ERR lib-Ver cannot contain spaces, newlines or special characters.\r\n",
    );
    expect(engine.run("CLIENT", "SETINFO", "other", "x")).toBe("-ERR Unrecognized option 'other'\r\n");
    expect(engine.run("CLIENT", "SETINFO", "LIB-NAME")).toBe(
      "-ERR wrong number of arguments for 'client|setinfo' command\r\n",
    );
  });

  test("NO-EVICT and NO-TOUCH are switched on and off", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "NO-EVICT", "on")).toBe(OK);
    expect(engine.run("CLIENT", "NO-TOUCH", "ON")).toBe(OK);
    expect(engine.ctx.client).toMatchObject({ noEvict: true, noTouch: true });
    expect(engine.run("CLIENT", "NO-EVICT", "off")).toBe(OK);
    expect(engine.run("CLIENT", "NO-TOUCH", "maybe")).toBe(SYNTAX);
    expect(engine.ctx.client).toMatchObject({ noEvict: false, noTouch: true });
  });
});

describe("CLIENT REPLY", () => {
  test("OFF leaves all replies out, errors too, until ON", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "REPLY", "OFF")).toBe("");
    expect(engine.run("SET", "a", "1")).toBe("");
    expect(engine.run("NOSUCH")).toBe("");
    expect(engine.run("CLIENT", "REPLY", "SKIP")).toBe("");
    expect(engine.run("PING")).toBe("");
    expect(engine.run("CLIENT", "REPLY", "ON")).toBe(OK);
    expect(engine.run("GET", "a")).toBe(bulk("1"));
  });

  test("SKIP leaves out its own reply and the next one", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "REPLY", "SKIP")).toBe("");
    expect(engine.run("SET", "a", "1")).toBe("");
    expect(engine.run("GET", "a")).toBe(bulk("1"));
  });

  test("SKIP twice leaves out the reply after the second", () => {
    const engine = new Engine();
    engine.run("CLIENT", "REPLY", "SKIP");
    expect(engine.run("CLIENT", "REPLY", "SKIP")).toBe("");
    expect(engine.run("PING")).toBe("");
    expect(engine.run("PING")).toBe("+PONG\r\n");
  });

  test("ON when replies are on is answered, and another word is an error", () => {
    const engine = new Engine();
    expect(engine.run("CLIENT", "REPLY", "ON")).toBe(OK);
    expect(engine.run("CLIENT", "REPLY", "maybe")).toBe(SYNTAX);
  });
});

describe("CLIENT LIST and INFO", () => {
  test("a line has the fields of Redis, in its order", () => {
    const engine = new ClientEngine();
    engine.run("CLIENT", "SETNAME", "me");
    engine.run("CLIENT", "SETINFO", "LIB-NAME", "lib");
    engine.run("SELECT", 3);
    engine.advance(5500);
    expect(engine.run("CLIENT", "INFO")).toBe(
      bulk(
        "id=1 addr=127.0.0.1:50001 laddr=127.0.0.1:9501 fd=10 name=me age=5 idle=5 flags=N db=3 sub=0 psub=0 " +
          "ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 " +
          "events=r cmd=client|info user=default redir=-1 resp=2 lib-name=lib lib-ver=\n",
      ),
    );
  });

  test("a line shows what the connection holds", () => {
    const engine = new ClientEngine();
    const other = engine.open[2];
    Object.assign(other, { closeAfterReply: true, noEvict: true, noTouch: true, resp: 3 });
    const line = engine.run("CLIENT", "LIST", "ID", other.id);
    expect(line).toContain("flags=bceT ");
    expect(line).toContain("qbuf=14 ");
    expect(line).toContain("oll=1 omem=200 tot-mem=214 events=rw ");
    expect(line).toContain("resp=3 ");
  });

  test("LIST has a line for each connection, oldest first", () => {
    const list = new ClientEngine().run("CLIENT", "LIST");
    expect([...list.matchAll(/^id=(\d+) /gm)].map((match) => match[1])).toEqual(["1", "2", "3"]);
  });

  test("LIST is an error when the names alone exceed what a reply may be", () => {
    const engine = new ClientEngine();
    for (const state of engine.open) state.libraryVersion = doubled("x", 29);
    expect(engine.run("CLIENT", "LIST")).toBe("-ERR the reply exceeds the maximum of 1 GiB\r\n");
    const [state] = engine.open;
    state.name = state.libraryName = state.libraryVersion = doubled("x", 30);
    expect(engine.run("CLIENT", "INFO")).toBe("-ERR the reply exceeds the maximum of 1 GiB\r\n");
  });

  test("LIST is verbatim text in RESP3", () => {
    const engine = new ClientEngine();
    engine.run("HELLO", 3);
    expect(engine.run("CLIENT", "LIST", "ID", 1)).toMatch(/^=\d+\r\ntxt:id=1 .*\n\r\n$/);
  });

  test("LIST by id keeps the order asked for and leaves out ids that nobody has", () => {
    const list = new ClientEngine().run("CLIENT", "LIST", "ID", 3, 99, 1);
    expect([...list.matchAll(/^id=(\d+) /gm)].map((match) => match[1])).toEqual(["3", "1"]);
  });

  test("LIST by type knows normal clients only", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "LIST", "TYPE", "normal")).toContain("id=2 ");
    for (const type of ["replica", "slave", "pubsub", "MASTER"]) {
      expect(engine.run("CLIENT", "LIST", "TYPE", type)).toBe("$0\r\n\r\n");
    }
    expect(engine.run("CLIENT", "LIST", "TYPE", "bad")).toBe("-ERR Unknown client type 'bad'\r\n");
  });

  test("LIST refuses other arguments", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "LIST", "ID")).toBe(SYNTAX);
    expect(engine.run("CLIENT", "LIST", "BAD", "x")).toBe(SYNTAX);
    expect(engine.run("CLIENT", "LIST", "ID", "abc")).toBe("-ERR Invalid client ID\r\n");
  });
});

describe("CLIENT KILL", () => {
  test("by address ends that connection", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "KILL", "127.0.0.1:50002")).toBe(OK);
    expect(engine.killed).toEqual([2]);
    expect(engine.run("CLIENT", "KILL", "127.0.0.1:1")).toBe("-ERR No such client\r\n");
  });

  test("by its own address ends the connection after the reply", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "KILL", "127.0.0.1:50001")).toBe(OK);
    expect(engine.ctx.client.closeAfterReply).toBe(true);
    expect(engine.killed).toEqual([]);
  });

  test("by options counts what it ended, and leaves the asking client out", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "KILL", "TYPE", "normal", "USER", "default")).toBe(":2\r\n");
    expect(engine.killed).toEqual([2, 3]);
    expect(engine.ctx.client.closeAfterReply).toBe(false);
  });

  test("SKIPME no includes the asking client", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "KILL", "LADDR", "127.0.0.1:9501", "SKIPME", "no")).toBe(":3\r\n");
    expect(engine.ctx.client.closeAfterReply).toBe(true);
  });

  test("all options must fit", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "KILL", "ID", 2, "ADDR", "127.0.0.1:50003")).toBe(":0\r\n");
    expect(engine.run("CLIENT", "KILL", "ID", 2, "TYPE", "pubsub")).toBe(":0\r\n");
    expect(engine.run("CLIENT", "KILL", "ID", "9223372036854775807")).toBe(":0\r\n");
    expect(engine.run("CLIENT", "KILL", "ID", 2, "ADDR", "127.0.0.1:50002")).toBe(":1\r\n");
    expect(engine.killed).toEqual([2]);
  });

  test("a mistake in the options ends nobody", () => {
    const engine = new ClientEngine();
    const notPositive = "-ERR client-id should be greater than 0\r\n";
    expect(engine.run("CLIENT", "KILL", "ID", 0)).toBe(notPositive);
    expect(engine.run("CLIENT", "KILL", "ID", "x")).toBe(notPositive);
    expect(engine.run("CLIENT", "KILL", "USER", "bob")).toBe("-ERR No such user 'bob'\r\n");
    expect(engine.run("CLIENT", "KILL", "TYPE", "bad")).toBe("-ERR Unknown client type 'bad'\r\n");
    expect(engine.run("CLIENT", "KILL", "SKIPME", "maybe")).toBe(SYNTAX);
    expect(engine.run("CLIENT", "KILL", "ID", 2, "BAD")).toBe(SYNTAX);
    expect(engine.run("CLIENT", "KILL", "ID", 2, "BAD", "x")).toBe(SYNTAX);
    expect(engine.killed).toEqual([]);
  });
});

describe("CLIENT PAUSE, UNPAUSE and UNBLOCK", () => {
  test("PAUSE holds all commands back, or those that write, until a time", () => {
    const engine = new ClientEngine();
    const now = engine.keyspace.nowMs;
    expect(engine.run("CLIENT", "PAUSE", 100)).toBe(OK);
    expect(engine.run("CLIENT", "PAUSE", 200, "write")).toBe(OK);
    expect(engine.run("CLIENT", "PAUSE", 0, "ALL")).toBe(OK);
    expect(engine.pauses).toEqual([
      [now + 100, false],
      [now + 200, true],
      [now, false],
    ]);
  });

  test("PAUSE refuses what is no time or mode", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "PAUSE", "x")).toBe("-ERR timeout is not an integer or out of range\r\n");
    expect(engine.run("CLIENT", "PAUSE", -1)).toBe("-ERR timeout is negative\r\n");
    expect(engine.run("CLIENT", "PAUSE", "x", "bad")).toBe("-ERR CLIENT PAUSE mode must be WRITE or ALL\r\n");
    expect(engine.run("CLIENT", "pause", 1, "ALL", "x")).toBe(
      "-ERR unknown subcommand or wrong number of arguments for 'pause'. Try CLIENT HELP.\r\n",
    );
    expect(engine.pauses).toEqual([]);
  });

  test("UNPAUSE ends the pause", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "UNPAUSE")).toBe(OK);
    expect(engine.unpaused).toBe(1);
  });

  test("UNBLOCK ends the waiting of a client, if it waits", () => {
    const engine = new ClientEngine();
    expect(engine.run("CLIENT", "UNBLOCK", 2)).toBe(":1\r\n");
    expect(engine.run("CLIENT", "UNBLOCK", 2, "error")).toBe(":1\r\n");
    expect(engine.run("CLIENT", "UNBLOCK", 3, "TIMEOUT")).toBe(":0\r\n");
    expect(engine.unblocked).toEqual([
      [2, false],
      [2, true],
      [3, false],
    ]);
    expect(engine.run("CLIENT", "UNBLOCK", "x")).toBe("-ERR value is not an integer or out of range\r\n");
    expect(engine.run("CLIENT", "UNBLOCK", "x", "bad")).toBe(
      "-ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR\r\n",
    );
  });
});

describe("CLIENT", () => {
  test("does not know subcommands of later versions", () => {
    expect(new Engine().run("CLIENT", "MAINT_NOTIFICATIONS", "ON")).toBe(
      "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n",
    );
    expect(new Engine().run("CLIENT")).toBe("-ERR wrong number of arguments for 'client' command\r\n");
  });

  test("HELP lists each subcommand", () => {
    const help = new Engine().run("CLIENT", "HELP");
    for (const name of ["ID", "INFO", "LIST", "KILL", "SETNAME", "REPLY", "PAUSE", "NO-TOUCH", "HELP"]) {
      expect(help).toMatch(new RegExp(`^\\+${name}\\b`, "m"));
    }
  });
});
