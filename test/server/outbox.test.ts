/** Replies that wait for the end of the turn: everybody gets what was written for them, once and in order. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { ReplyWriter } from "../../src/protocol/reply-writer.ts";
import { Outbox, type Recipient } from "../../src/server/outbox.ts";
import { startOpenKV } from "../support/openkv.ts";
import { encodeCommand, RawClient } from "../support/raw-client.ts";
import type { ServerProcess } from "../support/server-process.ts";

/** An outbox whose turn ends when the test says so, and who was sent what. */
function newOutbox() {
  const reply = new ReplyWriter();
  let turnEnds = 0;
  const sent: string[] = [];
  const recipient = (name: string): Recipient => ({
    send: (bytes, from, to) => sent.push(`${name} ${bytes.toString("latin1", from, to)}`),
  });
  const outbox = new Outbox(reply, () => {
    turnEnds++;
  });
  const addForLater = (to: Recipient) => {
    outbox.add(to);
    outbox.flushLater();
  };
  const endTurn = () => {
    for (; turnEnds > 0; turnEnds--) outbox.endTurn();
  };
  return { reply, outbox, addForLater, sent, recipient, turnEnds: () => turnEnds, endTurn };
}

describe("the outbox", () => {
  test("sends nothing before the turn ends, and then each recipient's replies in turn", () => {
    const { reply, addForLater, sent, recipient, turnEnds, endTurn } = newOutbox();
    reply.integer(1);
    reply.integer(2);
    addForLater(recipient("a"));
    reply.ok();
    addForLater(recipient("b"));
    expect([sent, turnEnds()]).toEqual([[], 1]);
    endTurn();
    expect(sent).toEqual(["a :1\r\n:2\r\n", "b +OK\r\n"]);
    expect(reply.length).toBe(0);
  });

  test("starts anew with the next turn", () => {
    const { reply, addForLater, sent, recipient, endTurn } = newOutbox();
    for (const name of ["a", "b"]) {
      reply.ok();
      addForLater(recipient(name));
      endTurn();
    }
    expect(sent).toEqual(["a +OK\r\n", "b +OK\r\n"]);
  });

  test("asks for no end of the turn when nothing was written", () => {
    const { addForLater, recipient, turnEnds } = newOutbox();
    addForLater(recipient("a"));
    expect(turnEnds()).toBe(0);
  });

  test("flushed while a request is executed, keeps its reply for who it is written for", () => {
    const { reply, outbox, addForLater, sent, recipient, endTurn } = newOutbox();
    reply.integer(1);
    addForLater(recipient("a"));
    const mark = reply.length;
    reply.integer(20);
    outbox.flush();
    expect(sent.splice(0)).toEqual(["a :1\r\n"]);
    outbox.flush();
    reply.rewind(mark);
    reply.integer(3);
    addForLater(recipient("b"));
    endTurn();
    expect(sent).toEqual(["b :3\r\n"]);
    expect(reply.length).toBe(0);
  });

  test("lets long replies wait no longer", () => {
    const { reply, addForLater, sent, recipient } = newOutbox();
    reply.ok();
    addForLater(recipient("a"));
    reply.bulk(Buffer.alloc(65_536, "x"), 0, 65_536);
    addForLater(recipient("b"));
    expect(sent).toEqual(["a +OK\r\n", `b $65536\r\n${"x".repeat(65_536)}\r\n`]);
  });

  test("goes on with the writer's next buffer when the last recipient takes this one", () => {
    const { reply, addForLater, sent, recipient, endTurn } = newOutbox();
    let taken = "";
    reply.ok();
    addForLater({
      send: (_bytes, from) => {
        taken = reply.take().toString("latin1", from);
      },
    });
    endTurn();
    reply.integer(7);
    addForLater(recipient("b"));
    endTurn();
    expect([taken, sent]).toEqual(["+OK\r\n", ["b :7\r\n"]]);
  });
});

describe("requests that come within one turn", () => {
  let server: ServerProcess;

  beforeEach(async () => {
    server = await startOpenKV({ args: ["--banner", "never"] });
  });

  afterEach(async () => {
    await server.stop();
  });

  /** Lets `send` put requests on their way while the server stands still, so that it reads them all in one turn. */
  function inOneTurn(send: () => void): void {
    process.kill(server.pid, "SIGSTOP");
    send();
    process.kill(server.pid, "SIGCONT");
  }

  test("are answered on their own connections", async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(server.port)));
    inOneTurn(() => {
      for (const [i, client] of clients.entries()) client.sendCommand("ECHO", `reply ${i}`);
    });
    const replies = await Promise.all(clients.map((client) => client.readReplies(1)));
    expect(replies.map(String)).toEqual(clients.map((_, i) => `$${`reply ${i}`.length}\r\nreply ${i}\r\n`));
    for (const client of clients) client.close();
  });

  test("and end with SHUTDOWN are all answered", async () => {
    const [first, second] = await Promise.all([
      RawClient.connect(server.port),
      RawClient.connect(server.port),
    ]);
    inOneTurn(() => {
      first.sendCommand("PING");
      second.send(Buffer.concat([encodeCommand(["PING"]), encodeCommand(["SHUTDOWN"])]));
    });
    const said = await Promise.all([first.readUntilClosed(), second.readUntilClosed()]);
    expect(said.map(String)).toEqual(["+PONG\r\n", "+PONG\r\n"]);
  });
});
