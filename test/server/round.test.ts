/**
 * What comes to several connections at once is executed as if each of them had been served by itself: the same
 * replies, the same closings, nothing lost and nothing mixed up.
 */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Random } from "../../src/base/random.ts";
import { encodeCommand } from "../support/raw-client.ts";
import { testSeed } from "../support/seed.ts";
import { SocketlessServer } from "../support/socketless-server.ts";

const request = (text: string): Buffer => encodeCommand(text.split(" "));
const requests = (...texts: string[]): Buffer => Buffer.concat(texts.map(request));
/** Work that is planned for later turns has been done. */
const later = () => new Promise<void>((resolve) => setImmediate(resolve));

let bench: SocketlessServer;
beforeEach(() => {
  bench = new SocketlessServer(4);
});
afterEach(() => {
  bench.server.stopNow();
});

describe("a round", () => {
  test("executes the chunks in the order in which they came", () => {
    bench.together([
      [0, requests("SET k 1", "GET k")],
      [1, request("INCR k")],
      [2, requests("GET k", "DEL k")],
      [3, request("GET k")],
    ]);
    expect(bench.outputs).toEqual(["+OK\r\n$1\r\n1\r\n", ":2\r\n", "$1\r\n2\r\n:1\r\n", "$-1\r\n"]);
  });

  test("serves every client in its own database", () => {
    bench.together([[1, request("SELECT 1")]]);
    bench.together([
      [0, request("SET k zero")],
      [1, request("SET k one")],
      [2, requests("GET k", "SELECT 1", "GET k")],
      [1, request("GET k")],
    ]);
    expect(bench.outputs[1]).toBe("+OK\r\n+OK\r\n$3\r\none\r\n");
    expect(bench.outputs[2]).toBe("$4\r\nzero\r\n+OK\r\n$3\r\none\r\n");
  });

  test("goes on with what does not fit into one batch, in any number", () => {
    const many = Array.from({ length: 100 }, () => "INCR n");
    bench.together([
      [0, requests(...many.slice(0, 31))],
      [1, requests(...many)],
      [2, request("INCR n")],
      [3, requests(...many.slice(0, 32))],
    ]);
    const numbers = (from: number, to: number): string => {
      let text = "";
      for (let n = from; n <= to; n++) text += `:${n}\r\n`;
      return text;
    };
    expect(bench.outputs).toEqual([numbers(1, 31), numbers(32, 131), numbers(132, 132), numbers(133, 164)]);
  });

  test("keeps the start of a cut request, and what follows one that waits for a key", async () => {
    const cut = request("SET k value");
    bench.together([
      [0, Buffer.concat([request("PING"), cut.subarray(0, 20)])],
      [1, requests("BLPOP list 0", "PING")],
      [2, request("PING")],
    ]);
    expect(bench.outputs.slice(0, 3)).toEqual(["+PONG\r\n", "", "+PONG\r\n"]);
    bench.together([
      [0, cut.subarray(20)],
      [2, requests("RPUSH list a", "GET k")],
    ]);
    await later();
    bench.server.endTurn();
    expect(bench.outputs[0]).toBe("+PONG\r\n+OK\r\n");
    expect(bench.outputs[1]).toBe("*2\r\n$4\r\nlist\r\n$1\r\na\r\n<resume>+PONG\r\n");
    expect(bench.outputs[2]).toBe("+PONG\r\n:1\r\n$5\r\nvalue\r\n");
  });

  test("keeps what a client sends after a request that makes it wait, or that ends it", async () => {
    bench.together([
      [0, request("PING")],
      [1, request("BLPOP list 0")],
      [1, request("PING")],
      [0, request("ECHO a")],
      [1, request("ECHO b").subarray(0, 10)],
      [2, request("QUIT")],
      [2, request("RPUSH list never")],
      [3, request("RPUSH list a")],
    ]);
    await later();
    bench.server.endTurn();
    bench.together([[1, request("ECHO b").subarray(10)]]);
    expect(bench.outputs).toEqual([
      "+PONG\r\n$1\r\na\r\n",
      "*2\r\n$4\r\nlist\r\n$1\r\na\r\n<resume>+PONG\r\n$1\r\nb\r\n",
      "+OK\r\n<end>",
      ":1\r\n",
    ]);
  });

  test("executes nothing for a client that another one closes in the same round", () => {
    bench.together([
      [0, request("CLIENT KILL ID 2")],
      [1, request("SET k lost")],
      [2, request("GET k")],
    ]);
    expect(bench.outputs.slice(0, 3)).toEqual([":1\r\n", "<close>", "$-1\r\n"]);
  });

  test("forgets the cut request of a client that another one closes", () => {
    bench.together([
      [0, request("CLIENT KILL ID 2")],
      [1, request("SET k lost").subarray(0, 15)],
      [2, request("GET k")],
    ]);
    expect(bench.outputs.slice(0, 3)).toEqual([":1\r\n", "<close>", "$-1\r\n"]);
  });

  /** Of all calls of a command, in µs. */
  function microsecondsOf(command: string): number {
    const line = new RegExp(`^cmdstat_${command}:calls=\\d+,usec=(\\d+),`, "m");
    return Number(line.exec(bench.server.info(["commandstats"]))?.[1]);
  }

  test("shares the time it took among all commands", () => {
    bench.together([
      [0, requests(...Array.from({ length: 20 }, () => `SET k ${"v".repeat(100)}`))],
      [1, request("GET k")],
    ]);
    expect(microsecondsOf("set")).toBeGreaterThan(0);
    expect(microsecondsOf("set")).toBeGreaterThan(microsecondsOf("get"));
  });

  test("serves who comes after a slow request at a time of his own", () => {
    bench.together([
      [0, request("DEBUG SLEEP 0.5")],
      [1, request("SET lock held PX 500")],
      [2, request("ECHO done")],
    ]);
    bench.together([[2, request("GET lock")]]);
    expect(bench.outputs[2]).toBe("$4\r\ndone\r\n$4\r\nheld\r\n");
    expect(microsecondsOf("debug")).toBeGreaterThan(400_000);
    expect(microsecondsOf("set")).toBeLessThan(microsecondsOf("debug") / 10);
  });

  test("shows a client the length of its own chunk, also when it is executed by itself", () => {
    const inline = Buffer.from("CLIENT LIST\r\n");
    const cut = Buffer.concat([request("CLIENT LIST"), request("PING").subarray(0, 5)]);
    bench.together([
      [0, request(`ECHO ${"x".repeat(500)}`)],
      [1, inline],
      [0, request(`ECHO ${"x".repeat(500)}`)],
      [2, cut],
      [3, request("CLIENT LIST")],
    ]);
    expect(bench.outputs[1]).toContain(` qbuf=${inline.length} `);
    expect(bench.outputs[2]).toContain(` qbuf=${cut.length} `);
    expect(bench.outputs[3]).toContain(` qbuf=${request("CLIENT LIST").length} `);
  });

  test("keeps no connection alive", () => {
    bench.together([0, 1, 2, 3].map((client) => [client, request("PING")] as const));
    expect((bench.round as unknown as { connections: unknown[] }).connections).toEqual([]);
  });

  test("leaves with nothing behind when it is empty", () => {
    bench.together([]);
    bench.together([[0, request("PING")]]);
    expect(bench.outputs[0]).toBe("+PONG\r\n");
  });
});

/** Requests of all kinds that need care; the same for both servers, so nothing random or timed. */
const REQUESTS: readonly string[] = [
  ...["PING", "GET k1", "SET k1 v", "INCR n", "APPEND k2 xyz", "STRLEN k2", "DEL k1 k2", "EXISTS k1 k2 k3"],
  ...[
    "LPUSH l a b c",
    "RPOP l",
    "BLPOP l 0",
    "BRPOP l l2 0",
    "LMOVE l l2 LEFT RIGHT",
    "LLEN l",
    "RPUSH l2 x",
  ],
  ...["SADD s a b", "SMEMBERS none", "HSET h f v", "HGET h f", "ZADD z 1 m", "ZPOPMIN z", "ZRANGE z 0 -1"],
  ...["MULTI", "EXEC", "DISCARD", "WATCH k1 n", "UNWATCH", "SELECT 0", "SELECT 1", "SELECT 99", "SWAPDB 0 1"],
  ...[
    "HELLO 3",
    "HELLO 2",
    "CLIENT REPLY SKIP",
    "CLIENT REPLY OFF",
    "CLIENT REPLY ON",
    "ECHO hello",
    "NOTHING x",
  ],
  ...[
    "CLIENT KILL ID 1",
    "CLIENT UNBLOCK 2",
    "QUIT",
    "RESET",
    "FLUSHDB",
    "MSET a 1 b 2 c 3 d 4 e 5 f 6",
    "OBJECT HELP",
  ],
];

function randomRequest(random: Random): Buffer {
  const text = REQUESTS[random.below(REQUESTS.length)];
  // Rarely what ends a connection: there would soon be none left.
  if (/^(?:QUIT|CLIENT KILL)/.test(text) && random.below(10) > 0) return request("PING");
  switch (random.below(60)) {
    case 0:
      return Buffer.from(`${text}\r\n`);
    case 1:
      return request(`SET long ${"x".repeat(random.below(3000))}`);
    case 2:
      return random.below(8) === 0 ? Buffer.from("*1\r\n+what\r\n") : Buffer.from("*0\r\n\r\n");
    default:
      return request(text);
  }
}

test("random requests of random clients, cut anywhere, are answered the same together and apart", async () => {
  const random = new Random(testSeed("rounds"));
  let answered = 0;
  for (let game = 0; game < 30; game++) {
    const clients = 1 + random.below(12);
    const together = new SocketlessServer(clients);
    const apart = new SocketlessServer(clients);
    const unsent = Array.from({ length: clients }, () => Buffer.alloc(0));
    for (let turn = 0; turn < 60; turn++) {
      const chunks: [number, Buffer][] = [];
      for (let client = 0; client < clients; client++) {
        if (random.below(3) === 0) continue;
        const count = random.below(4) === 0 ? random.below(60) : random.below(4);
        let lastBegins = 0;
        for (let i = 0; i < count; i++) {
          lastBegins = unsent[client].length;
          unsent[client] = Buffer.concat([unsent[client], randomRequest(random)]);
        }
        const whole = unsent[client].length;
        const length = random.below(4) === 0 ? random.below(whole + 1) : whole;
        // Some in two pieces, of whole requests or cut anywhere, among those of the others.
        const cut = random.below(2) === 0 ? Math.min(lastBegins, length) : random.below(length + 1);
        const pieces = random.below(3) === 0 ? [cut, length] : [length];
        let at = 0;
        let place = random.below(chunks.length + 1);
        for (const end of pieces) {
          if (end > at) chunks.splice(place, 0, [client, unsent[client].subarray(at, end)]);
          place += 1 + random.below(Math.max(1, chunks.length - place));
          at = end;
        }
        unsent[client] = unsent[client].subarray(length);
      }
      together.together(chunks);
      apart.apart(chunks);
      await later();
      for (const { server } of [together, apart]) server.endTurn();
      expect(together.outputs).toEqual(apart.outputs);
    }
    answered += together.outputs.join("").length;
    for (const { server } of [together, apart]) server.stopNow();
  }
  expect(answered).toBeGreaterThan(30_000);
});
